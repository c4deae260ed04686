"""Paying back: by what the seller says was paid, or through `hooks/refund`, outside the lock."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from returnctl.domain import paying
from returnctl.domain.record import Return
from returnctl.domain.states import Role, State
from returnctl.errors import HookDeclined, NotKnown
from returnctl.shop import hooks
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
    hook = hooks.find(road.shop.root, "refund")
    proven = bool(payment.reference or payment.paid or road.request.dry_run)
    if hook is None or proven:
        facts = _facts(payment) | {"reference": payment.reference, "proven": proven}
        return road.change(word, paying.refund, Role.SELLER, **facts)
    return road.told(word, lambda: _through(hook, road, word, payment))


def _facts(payment: Payment) -> dict[str, Any]:
    amount = None if payment.amount is None else Typed(payment.amount)
    return {"amount": amount, "method": payment.method, "final": payment.final, "note": payment.note}


def _through(hook: Path, road: Road, word: str, payment: Payment) -> Done:
    """Commit the intent, ask the hook outside the lock, commit the outcome."""
    begun = road.change(word, paying.begin, Role.SELLER, retry=payment.retry, **_facts(payment))
    record = begun.record
    if begun.failure or record is None or record.state is not State.REFUNDING:
        return begun
    answer = hooks.call(hook, asked_of(record))
    if answer.outcome == "not_known":
        raise NotKnown(id=record.id, cure="refund --retry", key=record.refunds[-1].key)
    if answer.outcome == "declined":
        _plain(road).change(record.id, paying.fail, Role.SYSTEM, why=answer.text or "declined")
        raise HookDeclined(id=record.id, hook="refund", why=answer.text)
    done = _plain(road).change(record.id, paying.confirm, Role.SYSTEM, reference=answer.text or None)
    result = replace(done.result, from_=begun.result.from_, events=begun.result.events + done.result.events)
    return replace(done, result=result)


def _plain(road: Road) -> Road:
    """The outcome is committed under its payment key, not again under the request's."""
    return Road(road.shop, replace(road.request, key=None))


def asked_of(record: Return) -> dict[str, Any]:
    """What `hooks/refund` reads: the pending payment, its key among it."""
    pending = record.refunds[-1]
    asked: dict[str, Any] = to_builtins(pending)
    return asked | {
        "returnctl": "refund/v1",
        "return": record.id,
        "order": record.order.id,
        "currency": record.currency,
    }
