"""A decision of ours in the terms of the platform that runs the return: exactly what to choose there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from msgspec import Struct

from returnctl.domain import tiktok
from returnctl.domain.record import Happened, Owed, Return
from returnctl.domain.states import Event, Kind, State

# The most that the API takes.
_LONGEST_KEY = 255
_TYPES = {
    Kind.RETURN_AND_REFUND: "RETURN_AND_REFUND",
    Kind.REFUND_ONLY: "REFUND",
    Kind.REPLACEMENT: "REPLACEMENT",
}
# What a request is about, in decisions.
_ABOUT = {Kind.RETURN_AND_REFUND: "RETURN", Kind.REFUND_ONLY: "REFUND", Kind.REPLACEMENT: "REPLACEMENT"}
_PARTIAL = "OFFER_PARTIAL_REFUND"


class Amount(Struct, frozen=True):
    amount: str
    currency: str


class Instruction(Struct, frozen=True, kw_only=True):
    """In the words of the Partner API. `reject_reason` is None where the nearest is to be chosen, or none is wanted.

    `reason` is ours, by which a person may choose.
    """

    decision: str
    return_id: str
    return_type: str
    reject_reason: str | None = None
    reason: str | None = None
    partial_refund: Amount | None = None
    idempotency_key: str


def instructions(record: Return) -> tuple[Instruction, ...]:
    """What is still to be carried out there by people; one that says the same as another stands once."""
    acts = (owed for owed in record.owed if owed.kind == "act" and owed.status in ("open", "declined"))
    found = {(x.decision, x.partial_refund): x for owed in acts if (x := instruction(record, owed))}
    return tuple(found.values())


def instruction(record: Return, owed: Owed) -> Instruction | None:
    """None where the platform is no TikTok Shop, or has no such decision."""
    if record.external is None or record.external.platform != tiktok.NAME:
        return None
    entry = record.history[owed.entry - 1]
    decide = _DECIDES.get(entry.event)
    decision = decide(record, entry) if decide else None
    if decision is None:
        return None
    word, amount = decision
    refuses = word.startswith("REJECT_")
    return Instruction(
        decision=word, return_id=record.external.return_id, return_type=_TYPES[record.type],
        reject_reason=_code(record, entry, word) if refuses else None,
        reason=_reason(record, entry) if refuses else None,
        partial_refund=None if amount is None else Amount(str(amount), record.currency),
        idempotency_key=_short(owed.key),
    )  # fmt: skip


_Decision = tuple[str, Decimal | None]


def _approved(record: Return, entry: Happened) -> _Decision:
    if record.type is Kind.RETURN_AND_REFUND and entry.to is State.REFUND_DUE:
        return "APPROVE_REFUND", None
    return f"APPROVE_{_ABOUT[record.type]}", None


def _rejected(record: Return, entry: Happened) -> _Decision:
    parcel = entry.from_ is State.IN_TRANSIT
    return "REJECT_RECEIVED_PACKAGE" if parcel else f"REJECT_{_ABOUT[record.type]}", None


def _inspected(record: Return, entry: Happened) -> _Decision:
    if entry.to is State.REJECTED:
        return "REJECT_RECEIVED_PACKAGE", None
    return _in_full_or_part(record, record.breakdown.total if record.breakdown else None, "APPROVE_RECEIVED_PACKAGE")


def _paid(record: Return, entry: Happened) -> _Decision:
    back = record.type is Kind.RETURN_AND_REFUND and any(line.received for line in record.lines)
    amount = Decimal(entry.facts["amount"]) if "amount" in entry.facts else None
    return _in_full_or_part(record, amount, "APPROVE_RECEIVED_PACKAGE" if back else "APPROVE_REFUND")


def _in_full_or_part(record: Return, amount: Decimal | None, whole: str) -> _Decision:
    """Less than the platform would give back is an offer that the buyer may decline."""
    would = record.external.refund if record.external else None
    if amount is not None and would is not None and Decimal(0) < amount < would:
        return _PARTIAL, amount
    return whole, None


def _offered(_: Return, entry: Happened) -> _Decision | None:
    return (_PARTIAL, Decimal(entry.facts["amount"])) if "amount" in entry.facts else None


def _converted(_: Return, __: Happened) -> _Decision:
    return "ISSUE_REPLACEMENT_REFUND", None


_DECIDES: dict[str, Callable[[Return, Happened], _Decision | None]] = {
    Event.APPROVE: _approved,
    Event.REJECT: _rejected,
    Event.INSPECT: _inspected,
    Event.CONFIRM: _paid,
    Event.CONVERT: _converted,
    Event.OFFER: _offered,
    Event.ACCEPT: _offered,
}


def _code(record: Return, entry: Happened, decision: str) -> str | None:
    """The one that the policy states, else the usual one; those of requests and of parcels are apart."""
    parcel = decision == "REJECT_RECEIVED_PACKAGE"
    stated = [code for code in _also(entry) if ("return_parcel" in code) == parcel]
    usual = tiktok.REJECTS_PARCEL if parcel else tiktok.REJECTS_REQUEST
    return next(iter(stated), None) or usual.get(_reason(record, entry) or "")


def _also(entry: Happened) -> tuple[str, ...]:
    also: Any = entry.facts.get("also", ())
    return tuple(map(str, also))


def _reason(record: Return, entry: Happened) -> str | None:
    """Ours: what was named, else what was found in the parcel."""
    named = entry.facts.get("reason")
    return str(named) if named else next(_found(record), None)


def _found(record: Return) -> Iterator[str]:
    return (graded.grade for line in record.lines for graded in line.graded if not graded.pays)


def _short(key: str) -> str:
    return key if len(key) <= _LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()
