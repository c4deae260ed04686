"""Which units of an order's lines its returns hold.

As requested; after approval as approved; after inspection as accepted. Ended without payment they count none.
"""

from __future__ import annotations

from collections.abc import Iterable

from returnctl.domain.order import OrderLine
from returnctl.domain.policy import Inspection
from returnctl.domain.record import Line, Return
from returnctl.domain.states import COUNTS_NONE, State


def is_approved(record: Return) -> bool:
    return any(line.approved for line in record.lines)


def is_inspected(record: Return) -> bool:
    return any(line.graded for line in record.lines)


def counts(record: Return) -> bool:
    """A return that was refused before it was escalated holds nothing until somebody gives in."""
    if record.state is State.DISPUTED and record.dispute:
        return record.dispute.escalated_from not in COUNTS_NONE
    return record.state not in COUNTS_NONE


def counted(record: Return, number: str) -> int:
    """Units of one order line that this return holds."""
    line = record.line(number)
    if line is None or not counts(record):
        return 0
    if record.agreed:
        return record.agreed.units.get(number, 0)
    if is_inspected(record):
        return accepted(line)
    return line.approved if is_approved(record) else line.requested


def accepted(line: Line) -> int:
    return sum(graded.quantity for graded in line.graded if graded.pays)


def held(others: Iterable[Return], number: str) -> int:
    return sum(counted(other, number) for other in others)


def free(line: OrderLine, others: Iterable[Return]) -> int:
    return max(0, line.quantity - held(others, line.line))


def grades_of(line: Line, inspection: Inspection, units: int) -> list[tuple[str, int]]:
    """What was found, in the policy's order of grades; before the inspection all at the `pass` grade."""
    return [(graded.grade, graded.quantity) for graded in line.graded] or [(inspection.pass_, units)]
