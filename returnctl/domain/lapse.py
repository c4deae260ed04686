"""What time does to a return when nobody acts: the sweep's decisions."""

from __future__ import annotations

from msgspec.structs import replace

from returnctl.domain import dispute, negotiation, paying, workflow
from returnctl.domain.automatic import by_hand
from returnctl.domain.case import Case, Decision, Moment
from returnctl.domain.owed import without_reminders
from returnctl.domain.record import Due
from returnctl.domain.reminders import called, next_wake, wakes_at
from returnctl.domain.states import Event, State
from returnctl.domain.step import stay, step, unchanged, utc
from returnctl.domain.terms import Resolved

Facts = dict[str, str]


def lapse(case: Case, moment: Moment, *, pays: bool = False) -> Decision:
    """Carry out what has come: the due by its `then`, else a reminder. Unchanged before the sweep is called for.

    `pays` tells whether the shop has a hook that can: without one, `pay` only reminds.
    """
    record, wake = case.stored, wakes_at(case.stored)
    if wake is None or wake > moment.now:
        return unchanged(case)
    rules = case.rules()
    if record.due and not record.due.lapsed and record.due.at <= moment.now:
        return _over(case, record.due, rules, moment, pays=pays) or _unanswered(case, record.due, rules, moment)
    return _remind(case, rules, moment)


def _over(case: Case, due: Due, rules: Resolved, moment: Moment, *, pays: bool) -> Decision | None:
    """What follows by itself; None where only people can go on."""
    facts = _facts(due, rules)
    if case.stored.external and due.then != "remind":
        return _lapsed(case, due, facts, rules, moment)
    if due.then == "pay":
        return _paid(case, facts, moment) if pays else None
    decision = _followed(case, due, facts, moment)
    return decision if decision and decision.events else None


def _followed(case: Case, due: Due, facts: Facts, moment: Moment) -> Decision | None:
    if due.then in ("approve", "pass") and by_hand(case.stored):
        return None
    match due.then:
        case "approve":
            return workflow.approve(case, moment, because=facts)
        case "reject":
            return step(case, Event.REJECT, State.REJECTED, moment, facts)
        case "pass":
            return workflow.inspect(case, moment, because=facts)
        case "expire":
            return step(case, Event.EXPIRE, State.EXPIRED, moment, facts)
        case "close":
            return step(case, Event.CLOSE, State.CLOSED, moment, facts)
        case "escalate":
            return dispute.escalate(case, moment, to_platform=True)
        case _:
            return None


def _unanswered(case: Case, due: Due, rules: Resolved, moment: Moment) -> Decision:
    """Only people can go on; an offer has lapsed all the same."""
    lapsed = negotiation.lapse(case, moment, because=_facts(due, rules))
    return lapsed.then(case, _remind, rules, moment) if lapsed.events else _remind(case, rules, moment)


def _paid(case: Case, facts: Facts, moment: Moment) -> Decision | None:
    """Begun, for the hook. Where a payment failed before, people look first: else it would be tried for ever."""
    if any(refund.status == "failed" for refund in case.stored.refunds):
        return None
    return paying.begin(case, moment, because=facts)


def _lapsed(case: Case, due: Due, facts: Facts, rules: Resolved, moment: Moment) -> Decision:
    """The platform decides what it runs; what its silence means is assumed, and the next import tells."""
    record = replace(case.stored, due=replace(due, lapsed=True))
    wake = next_wake(record, rules.terms.remind_before.hours, case.at(moment))
    return stay(case, Event.LAPSE, moment, facts | {"then": due.then}, due=record.due, sweep_at=wake)


def _remind(case: Case, rules: Resolved, moment: Moment) -> Decision:
    """One reminder, however many a late run has missed; the ones before it are moot."""
    record, hours, at = case.stored, rules.terms.remind_before.hours, case.at(moment)
    due, wake = called(record, hours, moment.now), next_wake(record, hours, at)
    if due is None:
        return unchanged(case)
    place = rules.place("remind_before" if due.at > moment.now else f"deadlines/{due.action}/then")
    facts = {"due": due.action, "by": due.by, "ends": utc(due.at), "at": place}
    return stay(case, Event.REMIND, moment, facts, sweep_at=wake, owed=without_reminders(record.owed))


def _facts(due: Due, rules: Resolved) -> Facts:
    return {"because": "deadline", "due": due.action, "at": rules.place(f"deadlines/{due.action}/then")}
