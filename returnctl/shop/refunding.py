"""Paying back: by what the seller says was paid, or through `hooks/refund`, outside the lock."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from returnctl.domain import paying
from returnctl.domain.record import RequestKey
from returnctl.domain.states import Role
from returnctl.shop import carrying, hooks
from returnctl.shop.road import Done, Road, Typed


class Payment(Struct, frozen=True, kw_only=True):
    """What the seller asks for; `paid` without a reference where the provider gave none."""

    amount: str | None = None
    method: str | None = None
    reference: str | None = None
    paid: bool = False
    final: bool = False
    retry: bool = False
    failed: str | None = None
    note: str = ""


def refund(road: Road, word: str, payment: Payment) -> Done:
    if payment.failed is not None:
        return road.change(word, paying.fail, Role.SELLER, why=payment.failed)
    proven = bool(payment.reference or payment.paid or road.request.dry_run)
    hook = None if proven else hooks.find(road.shop.root, "refund")
    if hook is None:
        asked = _facts(payment) | {"reference": payment.reference, "proven": proven}
        return road.change(word, paying.refund, Role.SELLER, asked, **asked, retry=payment.retry)
    return road.told(word, lambda: _through(hook, road, word, payment))


def _facts(payment: Payment) -> dict[str, Any]:
    amount = None if payment.amount is None else Typed(payment.amount)
    return {"amount": amount, "method": payment.method, "final": payment.final, "note": payment.note}


def _through(hook: Path, road: Road, word: str, payment: Payment) -> Done:
    """The request key is kept with the payment itself: the same key means that payment, whatever became of it."""
    key, digest = road.key_of("", payment)
    request = RequestKey(road.request.key, digest) if key and road.request.key else None
    road = Road(road.shop, replace(road.request, key=None))
    begun = road.book(word, paying.begin, Role.SELLER, retry=payment.retry, request=request, **_facts(payment))
    return road.carry(carrying.pay(road, begun, hook))
