"""What single events do beside leading on, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from returnctl.domain import paying, remarks, workflow
from returnctl.domain.case import Decision
from returnctl.domain.record import Return
from returnctl.errors import Failure, NotAllGraded, NotFound, NothingGiven, TooManyUnits
from tests.builders import a_case, a_case_in, a_photo, after, an_order, later, seller

TWO = an_order(lines=[{"line": "1", "quantity": 1, "net": "5.00"}, {"line": "2", "quantity": 2, "net": "8.00"}])


@pytest.mark.parametrize(
    ("state", "step", "failure", "facts"),
    [
        ("requested", partial(workflow.approve, items={"9": 1}), NotFound, {"kind": "line", "near": ["1", "2"]}),
        ("requested", partial(workflow.approve, items={"1": 2}), TooManyUnits, {"line": "1", "asked": 2, "most": 1}),
        ("requested", partial(workflow.approve, items={"1": 0}), NothingGiven, {"wanted": "units"}),
        ("requested", partial(workflow.reject, reason="ugly"), NotFound, {"kind": "reject_reason", "id": "ugly"}),
        ("approved", partial(workflow.receive, items={"9": 1}), NotFound, {"kind": "line", "id": "9"}),
        ("approved", partial(workflow.receive, items={"2": 3}), TooManyUnits, {"line": "2", "asked": 3, "most": 2}),
        ("approved", partial(workflow.receive, items={"2": 0}), NothingGiven, {"wanted": "units"}),
        ("received", partial(workflow.receive, items={"1": 1}), TooManyUnits, {"asked": 1, "most": 0}),
        ("received", partial(workflow.inspect, grades={"9": {"worn": 1}}), NotFound, {"kind": "line", "id": "9"}),
        ("received", partial(workflow.inspect, grades={"1": {"shiny": 1}}), NotFound, {"kind": "grade", "id": "shiny"}),
        ("received", partial(workflow.inspect, grades={"1": {"worn": 1}}), NotAllGraded, {"line": "2", "graded": 0}),
        (
            "received", partial(workflow.inspect, grades={"1": {"worn": 1}, "2": {"worn": 3}}), NotAllGraded,
            {"line": "2", "received": 2, "graded": 3},
        ),
        (
            "received", partial(workflow.inspect, grades={"1": {"worn": 1}, "2": {"worn": 3, "opened": -1}}),
            NotAllGraded, {"line": "2", "received": 2, "graded": 2},
        ),
    ],
)  # fmt: skip
def test_what_is_refused(
    state: str, step: Callable[..., Decision], failure: type[Failure], facts: dict[str, Any]
) -> None:
    case = a_case_in(state, a_case(TWO))
    with pytest.raises(failure) as refused:
        step(case, seller(later(case)))
    assert facts.items() <= refused.value.facts.items()


def units(record: Return) -> list[tuple[int, int, int]]:
    return [(line.requested, line.approved, line.received) for line in record.lines]


def test_units_of_each_line() -> None:
    case = after(a_case_in("requested", a_case(TWO)), workflow.approve, items={"1": None, "2": 1})
    assert units(case.stored) == [(1, 1, 0), (2, 1, 0)]
    assert case.stored.history[-1].facts == {"items": {"1": None, "2": 1}}
    case = after(case, workflow.receive, items={"2": None})
    assert units(case.stored) == [(1, 1, 0), (2, 1, 1)]
    case = after(case, workflow.receive)
    assert units(case.stored) == [(1, 1, 1), (2, 1, 1)]
    assert case.stored.history[-1].facts == {"items": {"1": 1}}


def test_all_units_of_a_line_at_one_grade() -> None:
    case = after(
        a_case_in("received", a_case(TWO)), workflow.inspect, grades={"1": {"opened": None}, "2": {"worn": None}}
    )
    assert case.stored.history[-1].facts == {
        "grades": {"1": {"opened": 1}, "2": {"worn": 2}}, "goods": {"restock": 1, "scrap": 2},
    }  # fmt: skip
    assert [[(g.grade, g.quantity, int(g.pays)) for g in x.graded] for x in case.stored.lines] == [
        [("opened", 1, 100)],
        [("worn", 2, 60)],
    ]


def test_a_parcel_that_was_sent_and_one_that_nobody_announced() -> None:
    case = after(a_case_in("approved"), workflow.ship, carrier="UPS", tracking="1Z9")
    sent = case.stored.updated_at
    case = after(after(case, workflow.receive, items={"1": 1}), workflow.receive)
    first, second = case.stored.parcels
    assert (first.carrier, first.tracking, first.sent_at) == ("UPS", "1Z9", sent)
    assert first.received_at == case.stored.history[-2].at
    assert (second.tracking, second.sent_at, second.received_at) == (None, None, case.stored.updated_at)


@pytest.mark.parametrize(
    ("grade", "evidence", "warnings"),
    [("as_sent", (), ()), ("worn", (), ("grade_without_evidence",)), ("worn", (a_photo(),), ())],
)
def test_a_grade_that_wants_proof(grade: str, evidence: Any, warnings: tuple[str, ...]) -> None:
    case = a_case_in("received")
    decision = workflow.inspect(case, seller(later(case)), grades={"1": {grade: None}}, evidence=evidence)
    assert (decision.warnings, decision.record.evidence) == (warnings, evidence)


def test_a_file_is_kept_once() -> None:
    case = after(a_case_in("requested"), remarks.attach, evidence=(a_photo("a"), a_photo("b"), a_photo("a")))
    assert [file.name for file in case.stored.evidence] == ["a", "b"]
    assert not remarks.attach(case, seller(later(case)), evidence=(a_photo("b"),)).events
    case = after(case, workflow.reject, reason="not_our_item", evidence=(a_photo("b"), a_photo("c")))
    assert [file.name for file in case.stored.evidence] == ["a", "b", "c"]


@pytest.mark.parametrize("step", [workflow.approve, workflow.reject, workflow.cancel])
def test_a_note_is_kept_with_the_event(step: Callable[..., Decision]) -> None:
    assert after(a_case_in("requested"), step, note="as told").stored.history[-1].facts == {"note": "as told"}


def test_goods_may_come_after_the_money_went_back() -> None:
    """As where a platform pays as soon as the parcel is on its way."""
    case = after(after(a_case_in("requested"), workflow.approve, returnless=True), paying.refund)
    late = after(case, workflow.receive, items={"1": 2})
    assert (late.stored.state, late.stored.due, late.stored.lines[0].received) == ("refunded", None, 2)
    assert late.stored.breakdown == case.stored.breakdown
    assert late.stored.parcels[-1].received_at == late.stored.updated_at
    whole = after(late, workflow.receive)
    assert whole.stored.lines[0].received == 3
    assert not workflow.receive(whole, seller(later(whole))).events
    with pytest.raises(TooManyUnits):
        workflow.receive(whole, seller(later(whole)), items={"1": 1})
