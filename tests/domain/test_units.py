"""Which units of a line the returns of an order hold."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnctl.domain import dispute, paying, workflow
from returnctl.domain.case import Case
from returnctl.domain.states import State
from returnctl.domain.undo import undo
from returnctl.domain.units import counted, free, held
from returnctl.errors import Failure, NotEligible, TooManyUnits
from tests.builders import STATES, a_case, a_case_in, a_return, after, applied, beside, later, seller

NONE = {"cancelled", "expired", "rejected", "closed", "replaced"}


@pytest.mark.parametrize("state", STATES)
def test_what_a_return_of_two_units_holds(state: str) -> None:
    assert counted(a_return(state, items={"1": 2}), "1") == (0 if state in NONE else 2)


def test_as_requested_then_approved_then_accepted() -> None:
    case = a_case_in("requested", items={"1": 3})
    held_by = [counted(case.stored, "1")]
    for step in (
        partial(workflow.approve, items={"1": 2}),
        workflow.receive,
        partial(workflow.inspect, grades={"1": {"worn": 1, "missing": 1}}),
    ):
        case = after(case, step)
        held_by.append(counted(case.stored, "1"))
    assert held_by == [3, 2, 2, 1]


def test_what_never_arrived_is_free_again() -> None:
    case = after(a_case_in("approved"), workflow.receive, items={"1": 1})
    case = after(case, workflow.inspect)
    assert held([case.stored], "1") == 1
    assert free(case.order.lines[0], [case.stored]) == 2


def test_other_lines_are_not_held() -> None:
    assert counted(a_return("approved"), "2") == 0


@pytest.mark.parametrize(("state", "units"), [("requested", 3), ("received", 3), ("rejected", 0), ("replaced", 0)])
def test_a_disputed_return_holds_what_it_held(state: str, units: int) -> None:
    assert counted(after(a_case_in(state), dispute.escalate).stored, "1") == units


def test_a_refused_return_holds_units_again_as_far_as_they_are_free() -> None:
    refused = a_case_in("rejected", items={"1": 3})
    other = a_return("approved", beside(refused), number="R-000043", items={"1": 2})
    case = Case(refused.order, refused.policy, refused.ref, refused.shop_id, (other,), record=refused.stored)
    case = after(after(case, dispute.escalate), dispute.resolve, outcome="refund", amount=Decimal("20.00"))
    assert counted(case.stored, "1") == 1


def test_no_more_than_bought_over_all_returns() -> None:
    first = beside(a_case_in("approved", items={"1": 2}))
    with pytest.raises(NotEligible):
        applied(first, number="R-000043", items={"1": 2})
    with pytest.raises(NotEligible):
        applied(first, number="R-000043", items={"1": 2}, exception="she is a good customer")
    assert applied(first, number="R-000043").stored.lines[0].requested == 1
    assert applied(first, number="R-000043", items={"1": None}).stored.lines[0].requested == 1
    assert applied(first, number="R-000043", items={}).stored.lines[0].requested == 1


@pytest.mark.parametrize(
    "asked",
    [
        partial(workflow.receive, items={"1": 4}),
        partial(workflow.receive, items={"1": -1}),
        partial(workflow.approve, items={"1": 4}),
    ],
)
def test_no_more_than_approved_is_received(asked: partial[object]) -> None:
    with pytest.raises(TooManyUnits):
        after(a_case_in("approved"), asked)  # type: ignore[arg-type]


STEPS = [
    workflow.approve,
    partial(workflow.approve, items={"1": 1}),
    workflow.reject,
    workflow.ship,
    workflow.receive,
    partial(workflow.receive, items={"1": 1}),
    workflow.inspect,
    partial(workflow.inspect, passes=False),
    partial(workflow.inspect, grades={"1": {"worn": 1, "missing": 1}}),
    paying.intend,
    paying.confirm,
    partial(paying.fail, why="declined"),
    workflow.cancel,
    dispute.escalate,
    partial(dispute.resolve, outcome="none"),
    partial(dispute.resolve, outcome="return"),
    partial(dispute.resolve, outcome="refund", amount=Decimal("9.99")),
    undo,
]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, len(STEPS))), max_size=40))
def test_no_walk_returns_more_than_was_bought_or_paid(walk: list[tuple[int, int]]) -> None:
    """Up to four returns of one order, and any steps in any order."""
    returns: list[Case] = []
    for which, what in walk:
        others = [case.stored for case in returns]
        try:
            if which >= len(returns) or what == len(STEPS):
                units = {"1": 1 + what % 3}
                returns.append(applied(a_case(others=tuple(others)), number=f"R-{len(returns):06}", items=units))
                continue
            mine = returns[which]
            others.remove(mine.stored)
            mine = Case(mine.order, mine.policy, mine.ref, mine.shop_id, tuple(others), record=mine.stored)
            returns[which] = mine.having(STEPS[what](mine, seller(later(mine))).record)  # type: ignore[operator]
        except Failure:
            continue
        records = [case.stored for case in returns]
        assert held(records, "1") <= 3
        assert sum(each.refunded().amount for each in records) <= Decimal("93.15")
        for each in records:
            assert each.breakdown is None or each.breakdown.total >= 0
            assert (each.state is State.REFUNDING) == any(refund.status == "pending" for refund in each.refunds)
