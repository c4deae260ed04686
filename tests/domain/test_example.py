"""Worked examples: each day is the one that windows and deadlines themselves end on."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from returnctl.domain import deadlines, windows
from returnctl.domain.calendar import WorkCalendar
from returnctl.domain.example import Example, example
from tests.builders import a_policy, at

NOW = at("2026-11-10T18:00:00Z")
ZONE = "America/Los_Angeles"
THANKSGIVING = WorkCalendar(country="US", first=2026, last=2028, holidays=frozenset({date(2026, 11, 26)}))


def an_example(market: str = "US", **body: Any) -> Example:
    found = example(a_policy(calendars=[THANKSGIVING], **body), market, NOW)
    assert found is not None
    return found


def days(found: Example) -> dict[str, str]:
    return {step.code: step.day(found.rules.terms.timezone).isoformat() for step in found.steps}


def test_every_step_takes_as_long_as_it_may() -> None:
    assert days(an_example()) == {
        "ordered": "2026-11-10",
        "delivered": "2026-11-13",
        "window": "2026-12-13",
        "apply": "2026-11-14",
        "review": "2026-11-17",
        "ship": "2026-12-01",
        "receive": "2026-12-04",
        "inspect": "2026-12-10",
        "refund": "2026-12-15",
    }


WINDOWS: list[tuple[dict[str, Any], str | None]] = [
    ({"days": 7}, "2026-11-20"),
    ({"days": 7, "starts": "ordered"}, "2026-11-17"),
    ({"days": 9, "count": "working_days"}, "2026-11-27"),
    ({"days": 13, "end_on": "working_day"}, "2026-11-27"),
    ({"until": "2027-01-31"}, "2027-01-31"),
    ({"unlimited": True}, None),
]


@pytest.mark.parametrize(("window", "last"), WINDOWS)
def test_the_last_day_is_that_of_the_window(window: dict[str, Any], last: str | None) -> None:
    found = an_example(return_window=window)
    assert days(found).get("window") == last
    terms = found.rules.terms
    steps = {step.code: step.at for step in found.steps}
    start = steps[terms.return_window.starts]
    end = windows.ends_at(terms.return_window, start, terms.timezone, THANKSGIVING)
    assert steps.get("window", windows.FOREVER) == end


def test_deadlines_are_counted_from_the_last_moment_of_the_one_before() -> None:
    found = an_example(deadlines={"review": {"hours": 5, "then": "approve"}})
    steps = {step.code: step for step in found.steps}
    review = steps["review"]
    assert (review.at - steps["apply"].at).total_seconds() == 5 * 3600
    assert not review.is_day(ZONE)
    ends = deadlines.ends_at(found.rules.terms.deadlines["ship"], found.rules, review.at)
    assert (steps["ship"].at, steps["ship"].is_day(ZONE)) == (ends, True)


@pytest.mark.parametrize(
    ("types", "steps"),
    [
        (["refund_only"], ["review", "refund"]),
        (["replacement"], ["review", "ship", "receive", "inspect", "replace"]),
        (["return_and_refund", "replacement"], ["review", "ship", "receive", "inspect", "refund"]),
    ],
)
def test_the_steps_are_those_of_the_first_type(types: list[str], steps: list[str]) -> None:
    assert [step.code for step in an_example(types=types).steps][4:] == steps


def test_overrides_by_market_and_day_hold_for_it_and_others_do_not() -> None:
    overrides = [
        {"name": "a", "when": {"markets": ["DE"]}, "set": {"timezone": "Europe/Berlin"}},
        {"name": "b", "when": {"ordered": {"from": "2026-11-01"}}, "set": {"return_window": {"days": 60}}},
        {"name": "c", "when": {"total": {"below": {"USD": "50", "EUR": "50"}}}, "set": {"return_window": "none"}},
        {"name": "d", "when": {"skus": ["*"]}, "set": {"return_window": "none"}},
    ]
    found = an_example("DE", markets=["US", "DE"], overrides=overrides)
    assert found.rules.terms.timezone == "Europe/Berlin"
    assert days(found)["window"] == "2027-01-12"


def test_there_is_none_where_nothing_comes_back() -> None:
    assert example(a_policy(return_window="none"), "US", NOW) is None


def test_a_policy_to_come_is_shown_from_its_first_day() -> None:
    assert days(an_example(effective={"from": "2027-03-01"}))["ordered"] == "2027-03-01"


def test_a_window_that_is_over_before_delivery_is_applied_for_in_time() -> None:
    steps = {step.code: step.at for step in an_example(return_window={"days": 1, "starts": "ordered"}).steps}
    assert steps["apply"] < steps["window"]
