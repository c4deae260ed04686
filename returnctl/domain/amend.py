"""Taking a document that was edited by hand, if all that it says can be."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec.structs import replace

from returnctl.domain.case import Case, Decision, Moment
from returnctl.domain.record import Happened
from returnctl.domain.refund import left
from returnctl.domain.replay import faults
from returnctl.domain.states import Event
from returnctl.domain.units import counted, held
from returnctl.errors import NotAcceptable

# An edit may lead to another state: the event that is added says so. Its number is given anew.
_ALLOWED = frozenset({"other_state", "other_revision"})


def amend(case: Case, moment: Moment, *, reason: str, was: str, committed: Sequence[str]) -> Decision:
    """`was` is the digest that was committed, `committed` the events that the journal has of the return.

    Raises NotAcceptable.
    """
    record = case.stored
    wrong = [why for why in faults(record, committed) if why not in _ALLOWED] + _beyond_the_order(case)
    if wrong:
        raise NotAcceptable(id=record.id, why=wrong[0])
    entry = Happened(
        at=case.at(moment), by=moment.by.name, role=moment.by.role, event=Event.AMEND,
        from_=record.history[-1].to, to=record.state, facts={"reason": reason, "was": was},
    )  # fmt: skip
    amended = replace(record, revision=len(committed) + 1, before=None, history=(*record.history, entry))
    return Decision(amended, (Event.AMEND,))


def _beyond_the_order(case: Case) -> list[str]:
    record, order = case.stored, case.order
    taken = any(counted(record, x.line) + held(case.others, x.line) > x.quantity for x in order.lines)
    lines = {line.line for line in order.lines}
    strange = any(line.line not in lines for line in record.lines)
    paid = left(order, (record, *case.others)) < Decimal(0)
    return [why for why, wrong in (("units", taken or strange), ("money", paid)) if wrong]
