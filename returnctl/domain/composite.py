"""Two events that people take as one. They are repeats by their last event."""

from __future__ import annotations

from collections.abc import Mapping

from returnctl.domain import workflow
from returnctl.domain.case import Case, Decision, Moment
from returnctl.domain.states import Event
from returnctl.domain.step import stands_after


def receive_and_inspect(
    case: Case, moment: Moment, *, items: Mapping[str, int | None] | None = None, passes: bool = True
) -> Decision:
    """Receipt and inspection at once; what was received and inspected so before stays as it is."""
    if stands_after(case.stored, Event.INSPECT):
        return workflow.inspect(case, moment, passes=passes)
    first = workflow.receive(case, moment, items=items)
    return first.then(case, workflow.inspect, moment, passes=passes)
