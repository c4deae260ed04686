"""One step of the workflow: the table is asked, the record changes, and all that hangs on a change follows.

What follows is the history entry, the due, the breakdown, what is owed, and the way back for `undo`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from returnctl.domain import deadlines
from returnctl.domain.case import Case, Decision, Moment
from returnctl.domain.lateness import kept
from returnctl.domain.owed import made_moot, owes, without_offers, without_reminders
from returnctl.domain.record import Breakdown, Due, Happened, Offer, Return, open_offer, standing
from returnctl.domain.refund import Basis, breakdown
from returnctl.domain.reminders import next_wake
from returnctl.domain.states import FIXED, NEGOTIATION, PASSING, TRANSITIONS, Event, Kind, State, allowed
from returnctl.domain.terms import Asked, Resolved, resolve
from returnctl.errors import Frozen, WrongState

_ESTIMATED = frozenset({State.REQUESTED, State.APPROVED, State.IN_TRANSIT, State.RECEIVED})
_NO_WAY_BACK = frozenset({Event.UNDO, Event.AMEND, Event.ANONYMIZE, Event.OBSERVE})
_WITHOUT = frozenset(
    {State.REPLACEMENT_DUE, State.REPLACED, State.REJECTED, State.CANCELLED, State.EXPIRED, State.CLOSED}
)


def check(record: Return, event: Event) -> None:
    """Raises WrongState unless the table knows `event` in this state; Frozen where a dispute holds the money."""
    if (record.state, event) in TRANSITIONS and not _is_over(record, event):
        return
    raise wrong_state(record, event)


def wrong_state(record: Return, event: str) -> WrongState:
    failure = Frozen if record.state is State.DISPUTED and event == Event.REFUND else WrongState
    return failure(id=record.id, event=event, state=record.state, allowed=ways_on(record))


def ways_on(record: Return) -> list[Event]:
    """The events of the table that can come next."""
    answers = () if open_offer(record) else (Event.ACCEPT, Event.DECLINE)
    return [event for event in allowed(record.state) if event not in answers and not _is_over(record, event)]


def _is_over(record: Return, event: Event) -> bool:
    """Once the platform decides, nobody negotiates."""
    at_platform = record.state is State.DISPUTED and record.dispute and record.dispute.stage == "platform"
    return bool(at_platform) and event in NEGOTIATION


def step(
    case: Case,
    /,
    event: Event,
    to: State,
    moment: Moment,
    facts: Mapping[str, Any] | None = None,
    **changes: Any,  # noqa: ANN401
) -> Decision:
    """Lead the return to another state. `changes` are fields of the record."""
    old = case.stored
    check(old, event)
    if to not in TRANSITIONS[old.state, event]:
        raise TypeError(f"{event} does not lead from {old.state} to {to}")
    new = replace(old, state=to, **changes)
    rules, at = case.rules(), case.at(moment)
    if "offers" not in changes:
        new = replace(new, offers=left_open(old, at))
    if "due" not in changes:
        new = replace(new, due=deadlines.after(event, new, rules, at))
    if "breakdown" not in changes:
        new = replace(new, breakdown=worth(case, old, new))
    return _written(case, waiting(new, rules, at, before=old.due), event, moment, facts or {})


def ended(record: Return, status: str) -> tuple[Offer, ...]:
    """Its offers, of which none waits for an answer any more."""
    return tuple(replace(each, status=status) if each.status == "open" else each for each in record.offers)


def left_open(record: Return, at: datetime) -> tuple[Offer, ...]:
    """Its offers: whatever leads on goes on without the one that is open."""
    made = open_offer(record)
    return ended(record, "lapsed" if made and made.until <= at else "withdrawn")


def waiting(record: Return, rules: Resolved, at: datetime, *, before: Due | None = None) -> Return:
    """With another due than `before`: the sweep looks again when that calls, and old reminders of it are moot.

    One that is over already calls at once, unless it ends when the one before it did: that one was told of.
    """
    due = record.due
    over = due is not None and due.at <= at and not (before and before.at == due.at)
    wake = due.at if due and over else next_wake(record, rules.terms.remind_before.hours, at)
    return replace(record, sweep_at=wake, owed=without_reminders(record.owed))


def stay(case: Case, event: Event, moment: Moment, facts: Mapping[str, Any], **changes: Any) -> Decision:  # noqa: ANN401
    """An event that leaves the state, the due and the money as they are."""
    return _written(case, replace(case.stored, **changes), event, moment, facts)


def reported(case: Case, new: Return, moment: Moment, facts: Mapping[str, Any]) -> Decision:
    """What a platform reports leads anywhere, whatever the table says; `new` is the record as it is from now on."""
    return _written(case, new, Event.OBSERVE, moment, facts)


def noted(note: str, **facts: object) -> dict[str, object]:
    """The facts of an event that were told."""
    return {key: value for key, value in {**facts, "note": note or None}.items() if value is not None}


def utc(instant: datetime) -> str:
    """As documents write it."""
    return instant.isoformat().replace("+00:00", "Z")


def unchanged(case: Case) -> Decision:
    return Decision(case.stored)


def led_here(record: Return) -> Happened:
    """The event that led to the present state; what was undone since never led anywhere."""
    stood = standing(record.history)
    return next((entry for entry in reversed(stood) if entry.from_ != entry.to), stood[0])


def stands_after(record: Return, event: Event) -> bool:
    return led_here(record).event == event


def _written(case: Case, new: Return, event: Event, moment: Moment, facts: Mapping[str, Any]) -> Decision:
    old = case.stored
    at = case.at(moment)
    new = replace(new, owed=without_offers(new.owed)) if _is_answered(old, new) else new
    moot = made_moot(old.owed, new.owed)
    entry = Happened(
        at=at,
        by=moment.by.name,
        role=moment.by.role,
        event=event,
        from_=old.state,
        to=new.state,
        facts={**facts, "moot": moot} if moot else dict(facts),
    )
    new = replace(new, revision=old.revision + 1, history=(*old.history, entry), late=kept(old, new, entry))
    new = replace(new, owed=(*new.owed, *owes(new, entry, case.shop_id)))
    new = replace(new, before=_way_back(old, new, event))
    return Decision(new, (event,), ("clock_went_back",) if at != moment.now else ())


def _is_answered(old: Return, new: Return) -> bool:
    """Whether the offer that was open is not any more, whatever became of it."""
    return open_offer(old) is not None and new.offers[len(old.offers) - 1].status != "open"


def _way_back(old: Return, new: Return, event: Event) -> dict[str, Any] | None:
    if event in PASSING:
        return old.before
    return None if event in _NO_WAY_BACK else _image(old, new)


def worth(case: Case, old: Return, new: Return) -> Breakdown | None:
    """An estimate up to the inspection, fixed on entering `refund_due`, nothing where nothing will be paid."""
    entering = new.state in FIXED and old.state not in FIXED | {State.DISPUTED}
    if new.state in _WITHOUT or (new.type is Kind.REPLACEMENT and new.state in _ESTIMATED):
        return None
    if entering or new.state in _ESTIMATED or (new.state in FIXED and new.breakdown is None):
        return breakdown(basis(case, new))
    return new.breakdown


def basis(case: Case, record: Return) -> Basis:
    """All that a worksheet of this record is made from."""
    asked = case.having(record).asked()
    inspections = {number: rules.terms.inspection for number, rules in of_lines(case, record, asked).items()}
    return Basis(case.order, record, case.others, resolve(case.policy, asked), inspections)


def of_lines(case: Case, record: Return, asked: Asked) -> dict[str, Resolved]:
    """The terms of each of its lines."""
    return {
        bought.line: resolve(case.policy, Asked(case.order, asked.fault, asked.reason, asked.total, bought))
        for bought in case.order.lines
        if record.line(bought.line)
    }


def _image(old: Return, new: Return) -> dict[str, Any]:
    """The fields that changed, as they were, in plain values."""
    kept = {
        name: getattr(old, name)
        for name in Return.__struct_fields__
        if name not in ("history", "revision", "before") and getattr(old, name) != getattr(new, name)
    }
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(kept))
    return plain
