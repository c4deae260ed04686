"""A return that came about by the workflow holds; one that was touched does not."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from msgspec.structs import replace

from returnctl.domain import remarks, workflow
from returnctl.domain.anonymize import anonymize
from returnctl.domain.record import Return
from returnctl.domain.replay import faults
from returnctl.domain.states import State
from returnctl.domain.undo import undo
from tests.builders import DAY, STATES, a_case_in, after, later, seller


def events(record: Return) -> list[str]:
    return [entry.event for entry in record.history]


@pytest.mark.parametrize("state", STATES)
def test_what_the_workflow_made_holds(state: str) -> None:
    record = a_case_in(state).stored
    assert list(faults(record, events(record))) == []


def test_so_do_steps_that_leave_the_table() -> None:
    case = after(after(a_case_in("approved"), undo), remarks.note, text="again")
    case = after(after(case, workflow.cancel), anonymize, before=later(case, DAY))
    assert events(case.stored)[-4:] == ["undo", "note", "cancel", "anonymize"]
    tried = [*events(case.stored), "try"]
    assert list(faults(replace(case.stored, revision=case.stored.revision + 1), tried)) == []


def _entry(record: Return, number: int, **changes: object) -> Return:
    history = list(record.history)
    history[number] = replace(history[number], **changes)
    return replace(record, history=tuple(history))


def _line(record: Return) -> Return:
    assert record.breakdown
    first, *rest = record.breakdown.lines
    lines = (replace(first, net=first.net + 1, amount=first.amount + 1), *rest)
    return replace(record, breakdown=replace(record.breakdown, lines=lines))


@pytest.mark.parametrize(
    ("touch", "fault"),
    [
        (lambda x: replace(x, history=x.history[:-1]), "other_events"),
        (lambda x: replace(x, history=(x.history[0], x.history[2], x.history[1], *x.history[3:])), "other_events"),
        (lambda x: replace(x, revision=x.revision + 1), "other_revision"),
        (lambda x: replace(x, state=State.RECEIVED), "other_state"),
        (lambda x: _entry(x, 1, to=State.RECEIVED), "wrong_way"),
        (lambda x: _entry(x, 2, from_=State.REQUESTED), "wrong_way"),
        (lambda x: _entry(x, 2, at=x.history[0].at - DAY), "time_goes_back"),
        (lambda x: _entry(x, 0, event="approve"), "no_beginning"),
        (lambda x: replace(x, history=()), "no_beginning"),
        (_line, "wrong_sums"),
        (lambda x: replace(x, refunds=(replace(x.refunds[0], tax=Decimal(99)),)), "wrong_payment"),
    ],
)
def test_what_was_touched_does_not(touch: Callable[[Return], Return], fault: str) -> None:
    record = a_case_in("refunded").stored
    assert fault in list(faults(touch(record), events(record)))


@pytest.mark.parametrize("step", [remarks.note, undo])
def test_steps_that_lead_elsewhere_than_they_may(step: Callable[..., object]) -> None:
    facts = {"text": "x"} if step is remarks.note else {}
    record = after(a_case_in("approved"), step, seller(later(a_case_in("approved"))), **facts).stored  # type: ignore[arg-type]
    led = _entry(replace(record, state=State.RECEIVED), -1, to=State.RECEIVED)
    assert "wrong_way" in list(faults(led, events(led)))
