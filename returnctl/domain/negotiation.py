"""Offers to settle a return, by either side: before a decision, after a refusal, and in a dispute's negotiation.

One offer is open at a time. Only the other side accepts or declines it; a further offer by either side stands in its
place. While one is open, its answer is what the return waits for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from msgspec.structs import replace

from returnctl.domain import deadlines
from returnctl.domain.case import Case, Decision, Moment
from returnctl.domain.dispute import check_borne, settle
from returnctl.domain.record import Due, Offer, Return, open_offer
from returnctl.domain.states import TRANSITIONS, Event, Role, State
from returnctl.domain.step import check, ended, noted, stands_after, stay, step, unchanged, utc
from returnctl.errors import BadValue, NoOffer, WrongSide

_SIDES = (Role.BUYER, Role.SELLER)


def offer(case: Case, moment: Moment, *, amount: Decimal, until: datetime | None = None, note: str = "") -> Decision:
    """Offer an amount, still to be paid from now; each call is a further offer.

    Raises WrongState, WrongSide, TooMuchMoney, BadValue (`until`).
    """
    record, now = case.stored, case.at(moment)
    check(record, Event.OFFER)
    _check_side(record, Event.OFFER, moment, _SIDES)
    check_borne(case, amount)
    if until is not None and until <= now:
        raise BadValue(what="until", value=utc(until), wanted="future")
    made = Offer(at=now, by=moment.by.role, amount=amount, until=until or _until(case, moment), note=note)
    facts = noted(note, amount=str(amount), ends=utc(made.until))
    offers = (*ended(record, "replaced"), made)
    return step(case, Event.OFFER, record.state, moment, facts, offers=offers, due=_waits(case, made))


def _until(case: Case, moment: Moment) -> datetime:
    """The policy's time to negotiate; a buyer's offer on a request ends with the seller's time to review it."""
    record, rules, now = case.stored, case.rules(), case.at(moment)
    if _reviews(record, moment.by.role) and record.due and record.due.at > now:
        return record.due.at
    return deadlines.ends_at(rules.terms.deadlines["negotiate"], rules, now)


def _waits(case: Case, made: Offer) -> Due | None:
    """The review of a request goes on: its deadline may be the platform's, and says what silence means."""
    record = case.stored
    if _reviews(record, made.by) and record.due and record.due.action == "review":
        return record.due
    return deadlines.answer(made, record, case.rules())


def _reviews(record: Return, by: Role) -> bool:
    return record.state is State.REQUESTED and by is Role.BUYER


def accept(case: Case, moment: Moment, *, note: str = "") -> Decision:
    """The other side takes the open offer: its amount is to be paid.

    Raises WrongState, NoOffer, WrongSide, TooMuchMoney where the order bears less by now.
    """
    record = case.stored
    if stands_after(record, Event.ACCEPT):
        return unchanged(case)
    made = _to_answer(record, Event.ACCEPT, moment)
    facts = noted(note, amount=str(made.amount))
    dispute = record.dispute
    if dispute and record.state is State.DISPUTED:
        dispute = replace(dispute, outcome="agreed", amount=made.amount)
    offers = ended(record, "accepted")
    return settle(case, Event.ACCEPT, made.amount, moment, facts, offers=offers, dispute=dispute)


def decline(case: Case, moment: Moment, *, note: str = "") -> Decision:
    """The other side does not take it.

    A request is to be reviewed afresh, a refusal may be contested afresh; in a dispute the deadline stands.
    Raises WrongState, NoOffer, WrongSide.
    """
    record = case.stored
    if record.offers and record.offers[-1].status == "declined" and (record.state, Event.DECLINE) in TRANSITIONS:
        return unchanged(case)
    made = _to_answer(record, Event.DECLINE, moment)
    return _without(case, moment, noted(note, amount=str(made.amount)), "declined")


def lapse(case: Case, moment: Moment, *, because: Mapping[str, str]) -> Decision:
    """Nobody answered in time. Unchanged while there is time, or nothing to answer."""
    made = open_offer(case.stored)
    if made is None or made.until > case.at(moment):
        return unchanged(case)
    return _without(case, moment, {**because, "amount": str(made.amount)}, "lapsed")


def _without(case: Case, moment: Moment, facts: Mapping[str, object], status: str) -> Decision:
    record = case.stored
    offers = ended(record, status)
    if record.state is State.DISPUTED or (record.due and record.due.action != "negotiate"):
        return stay(case, Event.DECLINE, moment, facts, offers=offers)
    return step(case, Event.DECLINE, record.state, moment, facts, offers=offers)


def answers(case: Case) -> Role:
    """Whose step it is to answer the open offer; the buyer's where there is none."""
    made = open_offer(case.stored)
    return Role.SELLER if made and made.by is Role.BUYER else Role.BUYER


def _to_answer(record: Return, event: Event, moment: Moment) -> Offer:
    check(record, event)
    made = open_offer(record)
    if made is None:
        raise NoOffer(id=record.id, event=event)
    _check_side(record, event, moment, [side for side in _SIDES if side is not made.by])
    return made


def _check_side(record: Return, event: Event, moment: Moment, sides: Sequence[Role]) -> None:
    if moment.by.role not in sides:
        raise WrongSide(id=record.id, event=event, role=moment.by.role, sides=list(sides))
