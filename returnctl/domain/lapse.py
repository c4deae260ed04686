"""What follows when nobody acted in time: the sweep's decisions."""

from __future__ import annotations

from returnctl.domain import dispute, workflow
from returnctl.domain.automatic import by_hand
from returnctl.domain.case import Case, Decision, Moment
from returnctl.domain.record import Due, Return
from returnctl.domain.states import Event, State
from returnctl.domain.step import step, unchanged


def lapse(case: Case, moment: Moment) -> Decision:
    """Carry out the due that has passed, by its `then`; unchanged while it runs, or where it only reminds."""
    record = case.stored
    if record.due is None or record.due.at > moment.now or _is_left_to_others(record, record.due):
        return unchanged(case)
    place = case.rules().place(f"deadlines/{record.due.action}/then")
    facts = {"because": "deadline", "due": record.due.action, "at": place}
    match record.due.then:
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
            return unchanged(case)


def _is_left_to_others(record: Return, due: Due) -> bool:
    """What a platform runs is the platform's to decide; what may not be given without a look waits for the seller."""
    return record.external is not None or (due.then in ("approve", "pass") and by_hand(record))
