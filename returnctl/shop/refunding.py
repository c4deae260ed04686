"""Paying back: by what the seller says was paid, or through `hooks/refund`, outside the lock."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from returnctl.domain import paying
from returnctl.domain.record import Refund, RequestKey, Return
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
    """Commit the intent, ask the hook outside the lock, commit the outcome.

    The request key is kept with the payment itself: the same key means that payment, whatever became of it.
    """
    key, digest = road.key_of("", payment)
    request = RequestKey(road.request.key, digest) if key and road.request.key else None
    road = Road(road.shop, replace(road.request, key=None))
    begun = road.change(word, paying.begin, Role.SELLER, retry=payment.retry, request=request, **_facts(payment))
    record = begun.record
    if begun.failure or record is None or record.state is not State.REFUNDING:
        return begun
    return _outcome(road, begun, record, hooks.call(hook, asked_of(record)))


def _outcome(road: Road, begun: Done, record: Return, answer: hooks.Answer) -> Done:
    """Book what the hook said. Raises HookDeclined; NotKnown where it said nothing, or that cannot be booked now."""
    key = pending_of(record).key
    if answer.outcome == "declined":
        why = answer.text or "declined"
        failed = road.change(record.id, paying.failed_by_hook, Role.SYSTEM, key=key, why=why)
        raise failed.failure or HookDeclined(id=record.id, hook="refund", why=why)
    if answer.outcome == "not_known":
        raise NotKnown(id=record.id, cure="refund --retry", key=key)
    done = road.change(record.id, paying.paid_by_hook, Role.SYSTEM, key=key, reference=answer.text or None)
    if done.failure:
        raise NotKnown(id=record.id, cure="refund --retry", key=key)
    # The clock was read before the hook ran; that others acted meanwhile is no news.
    warnings = tuple(code for code in done.result.warnings if code != "clock_went_back")
    events = begun.result.events + done.result.events
    return replace(done, result=replace(done.result, from_=begun.result.from_, events=events, warnings=warnings))


def pending_of(record: Return) -> Refund:
    return next(each for each in record.refunds if each.status == "pending")


def asked_of(record: Return) -> dict[str, Any]:
    """What `hooks/refund` reads: the pending payment, its key among it."""
    pending = pending_of(record)
    asked: dict[str, Any] = to_builtins(pending)
    return asked | {
        "returnctl": "refund/v1",
        "return": record.id,
        "order": record.order.id,
        "currency": record.currency,
    }
