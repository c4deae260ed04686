"""What buyers say of how it was handled."""

from __future__ import annotations

from typing import Any

import pytest

from returnctl.domain import remarks
from returnctl.domain.record import Feedback
from returnctl.domain.undo import undo
from tests.builders import a_case_in, after, buyer, later


@pytest.mark.parametrize(
    ("state", "wish", "hours"),
    [
        # an hour a step: approved, received, inspected, paid, confirmed
        ("refunded", {"reason": "damaged"}, 5),
        ("rejected", {"reason": "damaged"}, 1),
        ("cancelled", {}, 1),
    ],
)
def test_it_is_kept_with_what_figures_ask(state: str, wish: dict[str, Any], hours: int) -> None:
    case = a_case_in(state, **wish)
    now = later(case)
    said = after(case, remarks.feedback, buyer(now), rating=4, comment="quick").stored
    expected = Feedback(
        at=now, rating=4, comment="quick", policy="standard", version=1, reason=wish.get("reason"), hours=hours
    )
    assert said.feedback == expected
    facts = {name: value for name, value in said.history[-1].facts.items() if name != "moot"}
    assert (said.history[-1].event, facts) == ("feedback", {"rating": 4, "comment": "quick"})


def test_what_is_said_again_stands_instead_and_history_keeps_both() -> None:
    case = after(a_case_in("refunded"), remarks.feedback, rating=2)
    assert not remarks.feedback(case, buyer(later(case)), rating=2).events
    again = after(case, remarks.feedback, rating=5, comment="solved")
    assert again.stored.feedback is not None
    assert (again.stored.feedback.rating, again.stored.feedback.comment) == (5, "solved")
    assert [x.facts["rating"] for x in again.stored.history if x.event == "feedback"] == [2, 5]
    back = after(again, undo)
    assert back.stored.feedback == case.stored.feedback


def test_until_the_buyers_time_to_contest_is_over_it_is_being_handled() -> None:
    case = after(a_case_in("closed"), remarks.feedback, rating=1)
    assert case.stored.feedback is not None
    assert case.stored.feedback.hours > 24
