"""What each state waits for, from whom, and until when."""

from __future__ import annotations

from datetime import datetime, timedelta

from returnctl.domain.calendar import after_days, after_working_days
from returnctl.domain.policy import Deadline
from returnctl.domain.record import Due, Offer, Return
from returnctl.domain.states import Event, Role, State
from returnctl.domain.terms import Resolved, calendar_of

_WAITS: dict[State, tuple[str, Role]] = {
    State.REQUESTED: ("review", Role.SELLER),
    State.APPROVED: ("ship", Role.BUYER),
    State.IN_TRANSIT: ("receive", Role.SELLER),
    State.RECEIVED: ("inspect", Role.SELLER),
    State.REFUND_DUE: ("refund", Role.SELLER),
    State.REPLACEMENT_DUE: ("replace", Role.SELLER),
    State.REJECTED: ("dispute", Role.BUYER),
}
# A payment in several steps has the one deadline that its first step opened.
_PAYING = frozenset({Event.REFUND, Event.CONFIRM, Event.FAIL})


_OTHER = {Role.BUYER: Role.SELLER, Role.SELLER: Role.BUYER}


def answer(made: Offer, record: Return, rules: Resolved) -> Due:
    """What an open offer waits for: the other side's answer. Unanswered it lapses, or the dispute goes on."""
    then = rules.terms.deadlines["negotiate"].then if record.state is State.DISPUTED else "decline"
    return Due("negotiate", _OTHER[made.by], made.until, then)


def offered_there(rules: Resolved, now: datetime) -> Due:
    """The same of an offer that was made on the platform alone."""
    return Due("negotiate", Role.BUYER, ends_at(rules.terms.deadlines["negotiate"], rules, now), "decline")


def after(event: Event, record: Return, rules: Resolved, now: datetime) -> Due | None:
    """The due that `event` leaves behind, `record` being in its new state already but with its old due."""
    state = record.state
    if state is State.DISPUTED and record.dispute:
        return _disputed(record.dispute.stage, rules, now)
    if state is State.REFUNDING:
        return Due("confirm", Role.SELLER, record.due.at if record.due else now, "remind")
    if state not in _WAITS:
        return None
    action, by = _WAITS[state]
    if event in _PAYING and record.due:
        return Due(action, by, record.due.at, rules.terms.deadlines[action].then)
    return _due(action, by, rules, now)


def _disputed(stage: str, rules: Resolved, now: datetime) -> Due:
    if stage == "platform":
        return _due("platform", Role.PLATFORM, rules, now)
    return _due("negotiate", Role.SELLER, rules, now)


def _due(action: str, by: Role, rules: Resolved, now: datetime) -> Due:
    deadline = rules.terms.deadlines[action]
    return Due(action, by, ends_at(deadline, rules, now), deadline.then)


def ends_at(deadline: Deadline, rules: Resolved, opened: datetime) -> datetime:
    """The instant a deadline that was opened then ends, UTC, half-open."""
    terms = rules.terms
    if deadline.hours is not None:
        return opened + timedelta(hours=deadline.hours)
    if deadline.working_days is not None:
        days = calendar_of(rules.policy, terms.holidays)
        return after_working_days(opened, deadline.working_days, terms.timezone, days)
    return after_days(opened, deadline.days or 0, terms.timezone)
