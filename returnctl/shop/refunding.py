"""Paying back: by what the seller says was paid, or through `hooks/refund`, outside the lock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from returnctl.domain import paying
from returnctl.domain.record import RequestKey
from returnctl.domain.states import Role
from returnctl.shop import carrying, hooks
from returnctl.shop.changing import carry, change
from returnctl.shop.road import Decide, Done, Road, Typed


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


Guard = Callable[[Decide], Decide]


def refund(road: Road, word: str, payment: Payment, guard: Guard = lambda decide: decide) -> Done:
    """`guard` stands before each function of the workflow that begins or books it."""
    proven = is_proven(payment) or road.request.dry_run
    hook = None if proven or payment.failed is not None else hooks.find(road.shop.root, "refund")
    if hook is None:
        decide, facts, asked = by_hand(payment, proven=proven)
        return change(road, word, guard(decide), Role.SELLER, asked, **facts)
    return road.told(word, lambda: _through(hook, road, word, payment, guard))


def is_proven(payment: Payment) -> bool:
    return bool(payment.reference or payment.paid)


def by_hand(payment: Payment, *, proven: bool) -> tuple[Decide, dict[str, Any], dict[str, Any]]:
    """Without a hook: who decides it, by what, and what a request key stands for."""
    if payment.failed is not None:
        return paying.fail, (failed := {"why": payment.failed}), failed
    asked = _facts(payment) | {"reference": payment.reference, "proven": proven}
    return paying.refund, asked | {"retry": payment.retry}, asked


def _facts(payment: Payment) -> dict[str, Any]:
    amount = None if payment.amount is None else Typed(payment.amount)
    return {"amount": amount, "method": payment.method, "final": payment.final, "note": payment.note}


def _through(hook: Path, road: Road, word: str, payment: Payment, guard: Guard) -> Done:
    """The request key is kept with the payment itself: the same key means that payment, whatever became of it."""
    key, digest = road.key_of("", payment)
    request = RequestKey(road.request.key, digest) if key and road.request.key else None
    road = Road(road.shop, replace(road.request, key=None))
    asked = _facts(payment) | {"retry": payment.retry, "request": request}
    begun = road.book(word, guard(paying.begin), Role.SELLER, **asked)
    return carry(road, carrying.pay(road, begun, hook))
