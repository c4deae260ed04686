"""Receipt and inspection at once."""

from __future__ import annotations

import pytest

from returnctl.domain import workflow
from returnctl.domain.composite import receive_and_inspect
from returnctl.domain.undo import undo
from returnctl.errors import WrongState
from tests.builders import a_case_in, after, later, seller


@pytest.mark.parametrize(("passes", "to"), [(True, "refund_due"), (False, "rejected")])
def test_at_once(passes: bool, to: str) -> None:
    case = a_case_in("approved")
    decision = receive_and_inspect(case, seller(later(case)), passes=passes)
    assert (decision.events, decision.record.state) == (("receive", "inspect"), to)
    assert not receive_and_inspect(case.having(decision.record), seller(later(case)), passes=passes).events


def test_what_is_here_already_is_only_inspected() -> None:
    case = a_case_in("received")
    assert receive_and_inspect(case, seller(later(case))).events == ("inspect",)


def test_after_an_undone_inspection_a_further_parcel_is_received() -> None:
    case = after(a_case_in("approved"), workflow.receive, items={"1": 1})
    case = after(after(case, workflow.inspect), undo)
    assert receive_and_inspect(case, seller(later(case))).events == ("receive", "inspect")


def test_other_facts_are_no_repeat() -> None:
    case = a_case_in("refund_due")
    with pytest.raises(WrongState):
        receive_and_inspect(case, seller(later(case)), passes=False)
