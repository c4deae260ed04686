"""What somebody with a parcel in hand must know of it."""

from __future__ import annotations

from typing import Any

import pytest

from returnctl.domain import workflow
from returnctl.domain.bench import just_arrived, to_inspect
from returnctl.domain.case import Case
from returnctl.domain.undo import undo
from tests.builders import a_case, a_case_in, a_policy, after, later, seller


def units(case: Case) -> list[tuple[str, int, int]]:
    return [(x.line, x.units, x.approved) for x in just_arrived(case, seller(later(case))).goods]


def test_what_the_last_receipt_took() -> None:
    case = after(a_case_in("approved"), workflow.receive, items={"1": 1})
    assert units(case) == [("1", 1, 3)]
    case = after(case, workflow.receive)
    assert units(case) == [("1", 2, 3)]
    assert [(x.units, x.approved) for x in to_inspect(case).goods] == [(3, 3)]


def test_what_was_taken_back_is_not_here_any_more() -> None:
    case = after(after(a_case_in("approved"), workflow.receive, items={"1": 1}), workflow.receive)
    assert [x.units for x in to_inspect(after(case, undo)).goods] == [1]


GRADES = {
    "fine": {"pays": 100},
    "worn": {"pays": 60, "evidence": ["photo"]},
    "broken": {"pays": 0, "evidence": ["photo", "video"]},
}
INSPECTION = {"grades": GRADES, "pass": "fine", "fail": "broken"}
BROKEN = {"fault": "seller", "evidence": ["video"], "title": {"en": "Broken", "zh": "坏了"}}


@pytest.mark.parametrize(
    ("body", "grades", "asked", "title"),
    [
        ({}, {"photo": ["worn", "wrong_item", "missing"]}, (), "Arrived damaged"),
        ({"inspection": INSPECTION}, {"photo": ["worn", "broken"], "video": ["broken"]}, (), "Arrived damaged"),
        ({"reasons": {"catalogue": {"damaged": BROKEN}}}, {"photo": ["worn", "wrong_item", "missing"]}, ("video",),
         "Broken"),
        ({"overrides": [{"name": "x", "when": {"skus": ["*"]}, "set": {"inspection": INSPECTION}}]},
         {"photo": ["worn", "broken", "wrong_item", "missing"], "video": ["broken"]}, (), "Arrived damaged"),
    ],
    ids=["defaults", "grades", "reason", "of some goods"],
)  # fmt: skip
def test_what_is_to_be_photographed(
    body: Any, grades: dict[str, list[str]], asked: tuple[str, ...], title: str
) -> None:
    case = a_case_in("received", a_case(policy=a_policy(**body)), reason="damaged", exception="seen")
    found = to_inspect(case)
    assert {kind: sorted(names) for kind, names in found.photographed().items()} == {
        kind: sorted(names) for kind, names in grades.items()
    }
    assert (found.asked, found.title["en"]) == (asked, title)


def test_a_reason_that_nobody_gave_has_no_title() -> None:
    assert to_inspect(a_case_in("received")).title == {}


def test_what_can_be_taken_back() -> None:
    case = a_case_in("received")
    assert just_arrived(case, seller(later(case))).can_undo
    undone = after(case, undo)
    assert not just_arrived(undone, seller(later(undone))).can_undo
