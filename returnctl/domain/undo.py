"""Taking the last event back, while nothing of it left the house. History keeps both."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from returnctl.domain.case import Case, Decision, Moment
from returnctl.domain.owed import withdrawn, without_reminders
from returnctl.domain.record import Happened, Owed, Return
from returnctl.domain.refund import gives_shipping, is_fixed
from returnctl.domain.states import PASSING, Event
from returnctl.domain.step import stay
from returnctl.domain.units import counted, held
from returnctl.errors import NothingToUndo, TooManyUnits

# What these did cannot be taken back by forgetting it.
_STAYS: dict[str, str] = {
    Event.APPLY: "first",
    Event.REFUND: "paid",
    Event.CONFIRM: "paid",
    Event.FAIL: "paid",
    Event.REPLACE: "sent",
    Event.DONE: "told",
    Event.UNDO: "undone",
    Event.OBSERVE: "reported",
}


def undo(case: Case, moment: Moment) -> Decision:
    """Back to the state before. Raises NothingToUndo; TooManyUnits where another return took the units."""
    record = case.stored
    number, last = _last(record)
    if last.event in _STAYS or record.before is None:
        raise NothingToUndo(id=record.id, event=last.event, why=_STAYS.get(last.event, "undone"))
    _refuse_if_paid(record)
    _refuse_if_told(record, number)
    old = _as_it_was(record)
    _refuse_if_taken(case, old)
    _refuse_if_given(case, old)
    decision = stay(case.having(old), Event.UNDO, moment, {"undone": last.event})
    entry = replace(decision.record.history[-1], from_=record.state)
    return replace(decision, record=replace(decision.record, history=(*record.history, entry)))


def _last(record: Return) -> tuple[int, Happened]:
    """The last event that somebody did, and its number from 1."""
    return next(
        (number, entry) for number, entry in reversed(tuple(enumerate(record.history, 1))) if entry.event not in PASSING
    )


def _as_it_was(record: Return) -> Return:
    fields: dict[str, Any] = msgspec.to_builtins(replace(record, before=None))
    old = msgspec.convert(fields | (record.before or {}), Return)
    kept, since = record.owed[: len(old.owed)], record.owed[len(old.owed) :]
    owed = (*map(_wanted_again, kept, old.owed), *map(withdrawn, since))
    return replace(old, owed=without_reminders(owed) if "due" in (record.before or {}) else owed)


def _wanted_again(owed: Owed, was: Owed) -> Owed:
    """What became moot is not any more; what hooks were asked for since, stays as it is."""
    return replace(owed, status=was.status) if owed.status == "withdrawn" else owed


def _refuse_if_paid(record: Return) -> None:
    """A note may book money that a hook paid beside all that was known."""
    if "refunds" in (record.before or {}):
        raise NothingToUndo(id=record.id, event=record.history[-1].event, why="paid")


def _refuse_if_told(record: Return, number: int) -> None:
    """What a hook was asked for may have been told, whatever it answered."""
    owed_now = (owed for owed in record.owed if owed.entry == number)
    if any(owed.status == "done" or owed.attempts for owed in owed_now):
        raise NothingToUndo(id=record.id, event=record.history[number - 1].event, why="told")


def _refuse_if_given(case: Case, old: Return) -> None:
    """The shipping that this return let go may have been given by another one since."""
    gives = [each for each in case.others if is_fixed(each) and gives_shipping(each)]
    if gives and is_fixed(old) and gives_shipping(old) and not is_fixed(case.stored):
        raise NothingToUndo(id=old.id, event=case.stored.history[-1].event, why="taken")


def _refuse_if_taken(case: Case, old: Return) -> None:
    for line in case.order.lines:
        mine, others = counted(old, line.line), held(case.others, line.line)
        if mine and mine > counted(case.stored, line.line) and mine + others > line.quantity:
            raise TooManyUnits(id=old.id, line=line.line, asked=mine, most=max(0, line.quantity - others))
