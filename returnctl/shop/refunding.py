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
    """Commit the intent, ask the hook outside the lock, commit the outcome; the request key stands for the outcome.

    The same key again asks for the payment that is pending, never for another one.
    """
    answered = road.replayed(word, payment) if road.request.key else None
    if answered:
        return answered
    retry = payment.retry or road.request.key is not None
    begun = _keyless(road).change(word, paying.begin, Role.SELLER, retry=retry, **_facts(payment))
    record = begun.record
    if begun.failure or record is None or record.state is not State.REFUNDING:
        return begun
    return _outcome(road, begun, record, hooks.call(hook, asked_of(record)), payment)


def _outcome(road: Road, begun: Done, record: Return, answer: hooks.Answer, payment: Payment) -> Done:
    key = record.refunds[-1].key
    if answer.outcome == "declined":
        _keyless(road).change(record.id, paying.fail, Role.SYSTEM, why=answer.text or "declined")
        raise HookDeclined(id=record.id, hook="refund", why=answer.text)
    reference = answer.text or None
    paid = answer.outcome == "done"
    done = (
        road.change(record.id, paying.paid_by_hook, Role.SYSTEM, asked=payment, key=key, reference=reference)
        if paid
        else None
    )
    if done is None or done.failure:
        raise NotKnown(id=record.id, cure="refund --retry", key=key)
    result = replace(done.result, from_=begun.result.from_, events=begun.result.events + done.result.events)
    return replace(done, result=result)


def _keyless(road: Road) -> Road:
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
