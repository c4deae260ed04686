"""What a platform reports of a return that it runs: the state follows it, the decisions of the seller stand beside it.

A report never starts a payment. What the platform says it paid went to the buyer, so it is booked, once.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from returnctl.domain import deadlines, tiktok, workflow
from returnctl.domain.anonymize import NOBODY
from returnctl.domain.automatic import automatic
from returnctl.domain.case import Actor, Case, Decision, Moment
from returnctl.domain.contest import contested
from returnctl.domain.eligibility import Wish
from returnctl.domain.external import External
from returnctl.domain.observed import facts_of, warnings_of
from returnctl.domain.owed import is_open, is_open_act, is_shown_by_platform, withdrawn
from returnctl.domain.paid_back import with_payment
from returnctl.domain.record import Breakdown, Due, Owed, Parcel, Return, open_offer
from returnctl.domain.report import Report
from returnctl.domain.reported import Picture, heard, says_the_same, seen_by
from returnctl.domain.states import COUNTS_NONE, Event, Role, State
from returnctl.domain.step import led_here, left_open, reported, unchanged, waiting, worth

_S = State
# States of ours that a report agrees with: goods may be further on their way here than a platform knows, and so may
# money be.
_AGREES: dict[State, frozenset[State]] = {
    _S.REQUESTED: frozenset({_S.REQUESTED}),
    _S.APPROVED: frozenset({_S.APPROVED, _S.IN_TRANSIT, _S.RECEIVED}),
    _S.IN_TRANSIT: frozenset({_S.IN_TRANSIT, _S.RECEIVED}),
    _S.REFUND_DUE: frozenset({_S.REFUND_DUE, _S.REFUNDING, _S.REFUNDED}),
    _S.REFUNDED: frozenset({_S.REFUNDED}),
    _S.REPLACEMENT_DUE: frozenset({_S.REPLACEMENT_DUE, _S.REPLACED}),
    _S.REPLACED: frozenset({_S.REPLACED}),
    _S.REJECTED: frozenset({_S.REJECTED, _S.CLOSED}),
    _S.CANCELLED: frozenset({_S.CANCELLED, _S.EXPIRED, _S.CLOSED}),
    _S.DISPUTED: frozenset({_S.DISPUTED}),
}
# Where a platform stands once it carried out a decision that led here to this state.
_CARRIED_OUT: dict[State, frozenset[State]] = {
    _S.APPROVED: frozenset(
        {_S.APPROVED, _S.IN_TRANSIT, _S.REFUND_DUE, _S.REFUNDED, _S.REPLACEMENT_DUE, _S.REPLACED}
    ),
    _S.REFUND_DUE: frozenset({_S.REFUND_DUE, _S.REFUNDED}),
    _S.REFUNDED: frozenset({_S.REFUND_DUE, _S.REFUNDED}),
    _S.REPLACEMENT_DUE: frozenset({_S.REPLACEMENT_DUE, _S.REPLACED, _S.REFUNDED}),
    _S.REPLACED: frozenset({_S.REPLACED}),
    _S.REJECTED: frozenset({_S.REJECTED}),
}  # fmt: skip
_ANSWERED = frozenset({"awaiting buyer response"})


class Disagrees(Struct, frozen=True):
    """Platform and record stand apart: where each does, and whether a decision is still to be carried out there."""

    platform: State
    ours: State
    awaits: bool


def disagrees(record: Return) -> Disagrees | None:
    """None where they agree, or where no table knows what the platform said.

    What the seller contests of a state that both agree on the platform needs not know yet.
    """
    seen = seen_by(record.external, record.type) if record.external else None
    if seen is None or record.state is State.REFUNDING or {record.state, _stood(record)} & _AGREES[seen.state]:
        return None
    return Disagrees(seen.state, record.state, any(is_open_act(owed) for owed in record.owed))


def _stood(record: Return) -> State:
    contest = record.dispute if record.state is State.DISPUTED else None
    return contest.escalated_from if contest and contest.by is Role.SELLER else record.state


def take(case: Case, moment: Moment, *, id: str, wish: Wish, report: Report) -> Decision:  # noqa: A002
    """A return that a platform opened begins here when the buyer applied, and stands at once where it reports it.

    The platform tells the buyer that the request arrived, so nothing of it is owed.
    """
    began = min(report.applied_at or moment.now, moment.now)
    applied = Moment(began, Actor(moment.by.name, Role.BUYER))
    case = case.having(workflow.weighed(case, applied, id=id, wish=wish))
    first = workflow.written_first(case, applied, wish)
    first = replace(first, record=replace(first.record, owed=()))
    decision = first.then(case, observe, moment, report=report)
    if decision.record.state is not State.REQUESTED or _awaits_buyer(decision.record):
        return decision
    return automatic(case.having(decision.record), decision, moment, workflow.approve)


def observe(case: Case, moment: Moment, *, report: Report) -> Decision:
    """Follow the report, as far as it is newer than what was reported before. Unchanged where it says nothing new."""
    record = case.stored
    was = record.external or External(report.platform, report.return_id)
    now = heard(was, report, record.type)
    before, seen = seen_by(was, record.type), seen_by(now, record.type)
    new = replace(record, external=now, state=_leads(record, now, before, seen), parcels=_parcels(record, report))
    if seen and (new.state is not record.state or _follows(record)):
        new = _in_state(new, was, seen)
    new = with_payment(case, new)
    new = replace(new, dispute=contested(case, new, seen, moment), owed=_owed(new, before, seen))
    new = replace(new, offers=left_open(record, case.at(moment))) if _goes_on(record, new) else new
    new = replace(_waits(case, record, new, moment), breakdown=_worth(case, record, new))
    if new == record:
        return unchanged(case)
    if says_the_same(was, now) and replace(new, external=was) == record:
        return Decision(replace(new, revision=record.revision + 1), (Event.SEEN,))
    decision = reported(case, new, moment, facts_of(case, record, new, report))
    return replace(decision, warnings=(*decision.warnings, *warnings_of(record, new, report)))


def _leads(record: Return, now: External, before: Picture | None, seen: Picture | None) -> State:
    """A payment that was begun is never lost sight of; a decision of ours stands until the platform moves."""
    if seen is None or record.state is State.REFUNDING:
        return record.state
    led = led_here(record).event
    if led != Event.OBSERVE:
        overtaken = led == Event.FAIL and now.paid is not None
        if record.state in _AGREES[seen.state] or not (overtaken or _moved(record, before, seen)):
            return record.state
    return seen.state


def _moved(record: Return, before: Picture | None, seen: Picture) -> bool:
    """Whether the platform went somewhere; on the way of goods that are here already it only comes after."""
    here = seen.state in (State.APPROVED, State.IN_TRANSIT) and any(line.received for line in record.lines)
    return not here and (before is None or (before.state, before.outcome) != (seen.state, seen.outcome))


def _follows(record: Return) -> bool:
    """Whether it stands where the platform led it."""
    return led_here(record).event == Event.OBSERVE


# --- what follows from a state that was reported


def _in_state(record: Return, was: External, seen: Picture) -> Return:
    """Units as the platform's decision leaves them. What came back nobody but we can tell."""
    holds = seen.below not in COUNTS_NONE | {State.REQUESTED} or seen.parcel or seen.below is State.REPLACED
    lines = tuple(replace(line, approved=(line.approved or line.requested) if holds else 0) for line in record.lines)
    ours = record.returnless and not _keeps(was)
    return replace(record, lines=lines, returnless=_returnless(record, seen, ours=ours))


def _returnless(record: Return, seen: Picture, *, ours: bool) -> bool:
    """What a platform said once of the goods it may take back; what we said stands."""
    keeps = record.external is not None and _keeps(record.external)
    return (keeps or ours) and seen.below not in (State.REQUESTED, State.APPROVED, State.IN_TRANSIT)


def _keeps(external: External) -> bool:
    return any(each.keeps for each in external.told.values())


def _parcels(record: Return, report: Report) -> tuple[Parcel, ...]:
    known = {parcel.tracking for parcel in record.parcels}
    if not report.tracking or report.tracking in known or record.buyer == NOBODY:
        return record.parcels
    return (*record.parcels, Parcel(report.carrier, report.tracking))


def _goes_on(old: Return, new: Return) -> bool:
    """To another state, from a negotiation here to the platform's decision, or on after a deadline.

    Each ends what was offered.
    """
    stages = [x.dispute.stage if x.dispute and x.state is State.DISPUTED else None for x in (old, new)]
    return new.state is not old.state or stages == ["negotiation", "platform"] or _is_corrected(old, new)


def _is_corrected(old: Return, new: Return) -> bool:
    """What followed from a deadline was assumed, and now the platform tells."""
    return bool(old.due and old.due.lapsed and old.external != new.external)


def _worth(case: Case, old: Return, new: Return) -> Breakdown | None:
    """The breakdown is by our policy, whatever the platform pays; in a contest that of the state which is contested."""
    stood, stands = (old, new) if old.agreed else (_beneath(old), _beneath(new))
    if new.state is State.REFUNDING or (new.state is old.state and stands.state is stood.state):
        return new.breakdown
    return worth(case, stood, stands)


def _beneath(record: Return) -> Return:
    contest = record.dispute if record.state is State.DISPUTED else None
    return replace(record, state=contest.escalated_from) if contest else record


def _waits(case: Case, old: Return, new: Return, moment: Moment) -> Return:
    """With the platform's own deadline where it gives one, and what was assumed confirmed or corrected."""
    rules, due = case.having(new).rules(), _due(case, old, new, moment)
    if due == old.due and _appeal(new) == _appeal(old):
        return new
    return waiting(replace(new, due=due), rules, _opened(case, old, new, moment))


def _appeal(record: Return) -> datetime | None:
    return record.dispute.appeal_until if record.dispute else None


def _opened(case: Case, old: Return, new: Return, moment: Moment) -> datetime:
    """When what is waited for began: a review with the application, all else as soon as it is heard of."""
    anew = new.state is not State.REQUESTED or _awaits_buyer(new) or _is_corrected(old, new)
    return case.at(moment) if anew else old.applied_at


def _due(case: Case, old: Return, new: Return, moment: Moment) -> Due | None:
    due, given = old.due, new.external.deadline if new.external else None
    had = old.external.deadline if old.external else None
    asked = _awaits_buyer(new) != _awaits_buyer(old) and not open_offer(new)
    moved = _goes_on(old, new) or asked
    if not moved and due and due.action == "negotiate":
        return due  # it ends with the offer, whatever the platform waits for
    if moved or (had and not given):
        opened = _opened(case, old, new, moment)
        due = deadlines.after(Event.OBSERVE, new, case.having(new).rules(), opened)
        if due and due.action == "refund":
            due = replace(due, by=Role.PLATFORM, then="remind")
        if due and due.action == "review" and _awaits_buyer(new):
            due = deadlines.offered_there(case.having(new).rules(), opened)
    if due and given and due.by is Role.SELLER and due.at != given:
        return replace(due, at=given, lapsed=False)
    return due


def _awaits_buyer(record: Return) -> bool:
    """Whether the buyer is to answer what the seller offered there."""
    said = record.external.status if record.external else None
    return tiktok.plain(said or "") in _ANSWERED


# --- our decisions, which the platform carries out or overrules


def _owed(new: Return, before: Picture | None, seen: Picture | None) -> tuple[Owed, ...]:
    if seen is None:
        return new.owed
    moved = _moved(new, before, seen)
    return tuple(
        _overtaken(new, owed, seen, moved=moved) if is_open(owed) and is_shown_by_platform(owed) else owed
        for owed in new.owed
    )


def _overtaken(record: Return, owed: Owed, seen: Picture, *, moved: bool) -> Owed:
    """An act is done where the platform stands as the decision wants it, and moot where it went another way.

    Either way the platform shows the buyer itself how it stands, so that nobody has to tell.
    """
    entry = record.history[owed.entry - 1]
    wanted = State.REFUND_DUE if entry.event == Event.OFFER else entry.to
    if seen.below in _CARRIED_OUT.get(wanted, ()) or (entry.event == Event.OFFER and _awaits_buyer(record)):
        return replace(owed, status="done") if owed.kind == "act" else withdrawn(owed)
    return withdrawn(owed) if moved else owed
