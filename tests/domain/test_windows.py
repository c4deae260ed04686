"""Until when a buyer may apply."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from returnctl.domain import windows, workflow
from returnctl.domain.calendar import WorkCalendar
from returnctl.domain.case import Case
from returnctl.domain.eligibility import Wish
from returnctl.errors import NotEligible
from tests.builders import a_case, a_policy, an_order, at, buyer

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases/windows.yaml").read_text("utf-8"))
GERMANY = WorkCalendar(
    country="DE", first=2026, last=2027, holidays=frozenset({date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1)})
)
TICK = timedelta(microseconds=1)


def shop(window: Any, zone: str = "UTC", holidays: str = "US", **order: Any) -> Case:
    policy = a_policy(timezone=zone, holidays=holidays, return_window=window, calendars=[GERMANY])
    return a_case(an_order(**order), policy)


def in_time(case: Case, now: Any) -> bool:
    try:
        workflow.apply(case, buyer(now), id="R-000001", wish=Wish())
    except NotEligible:
        return False
    return True


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_cases_of_other_systems(case: dict[str, Any]) -> None:
    window, holidays = case["window"], "US"
    if isinstance(window, dict):
        holidays = window.pop("holidays", "US")
    opened = shop(window, case["zone"], holidays, delivered_at=case["starts"], ordered_at=case["starts"])
    if "ends" in case:
        assert in_time(opened, at(case["ends"]) - TICK)
        assert not in_time(opened, at(case["ends"]))
        applied = workflow.apply(opened, buyer(at(case["starts"])), id="R-000001", wish=Wish()).record
        assert applied.window_ends == at(case["ends"])
    else:
        assert in_time(opened, at(case["at"])) is case["in_time"]


@pytest.mark.parametrize(
    ("window", "ends"),
    [
        ({"until": "2027-01-31"}, "2027-01-31T23:00:00Z"),
        ({"until": "2027-01-31", "end_on": "working_day"}, "2027-02-01T23:00:00Z"),  # the 31st is a Sunday
        ({"days": 14, "starts": "ordered"}, "2026-12-15T23:00:00Z"),
        ({"days": 14, "starts": "shipped"}, "2026-12-16T23:00:00Z"),
        ({"days": 3, "count": "working_days"}, "2026-12-16T23:00:00Z"),
        ({"days": 10, "count": "working_days"}, "2026-12-28T23:00:00Z"),
        ({"days": 15, "count": "elapsed_days", "end_on": "working_day"}, "2026-12-28T23:00:00Z"),
        ({"days": 0}, "2026-12-11T23:00:00Z"),
    ],
)  # ordered on the 1st, shipped on the 2nd, delivered on Friday the 11th, all local days
def test_the_end(window: dict[str, Any], ends: str) -> None:
    times = {"ordered_at": "2026-12-01T12:00:00Z", "shipped_at": "2026-12-02T12:00:00Z"}
    case = shop(window, "Europe/Berlin", "DE", **times, delivered_at="2026-12-10T23:30:00Z")
    assert in_time(case, at(ends) - TICK)
    assert not in_time(case, at(ends))


def test_words() -> None:
    assert in_time(shop("unlimited"), at("2099-01-01T00:00:00Z"))
    assert not in_time(shop("none"), at("2026-11-06T00:00:00Z"))
    assert workflow.apply(shop("unlimited"), buyer(), id="R-000001", wish=Wish()).record.window_ends is None


@pytest.mark.parametrize(
    ("fallback", "order", "starts"),
    [
        (None, {"delivered_at": None}, None),
        ({"starts": "shipped", "add_days": 7}, {"delivered_at": None}, "2026-11-09T09:00:00Z"),
        ({"starts": "ordered", "add_days": 1}, {"delivered_at": None}, "2026-11-02T17:20:00Z"),
        ({"starts": "shipped", "add_days": 7}, {"delivered_at": None, "shipped_at": None}, None),
        ({"starts": "shipped", "add_days": 7}, {}, "2026-11-05T22:10:00Z"),
    ],
)
def test_where_nobody_reported_a_delivery(fallback: Any, order: dict[str, Any], starts: str | None) -> None:
    case = shop({"days": 30, "if_not_delivered": fallback} if fallback else {"days": 30}, **order)
    window = _window(case)
    assert windows.starts_at(window, case.order, "UTC") == (at(starts) if starts else None)
    assert in_time(case, at("2026-11-12T00:00:00Z")) is bool(starts)


def _window(case: Case) -> Any:
    from returnctl.domain.terms import resolve

    return resolve(case.policy).terms.return_window


def test_the_stand_in_counts_local_days() -> None:
    order: dict[str, Any] = {"delivered_at": None, "shipped_at": "2026-03-07T17:00:00Z"}
    case = shop({"days": 1, "if_not_delivered": {"starts": "shipped", "add_days": 1}}, "America/New_York", **order)
    assert windows.starts_at(_window(case), case.order, "America/New_York") == at("2026-03-08T16:00:00Z")


SEASON = {"when": {"ordered": {"from": "2026-11-20", "until": "2026-12-24"}}, "name": "season", "extend_only": True}


@pytest.mark.parametrize(
    ("window", "until", "ends"),
    [
        ({"days": 30}, "2027-01-31", "2027-02-01T00:00:00Z"),
        ({"days": 30}, "2026-12-01", "2026-12-26T00:00:00Z"),
        ({"days": 90}, "2027-01-31", "2027-02-24T00:00:00Z"),
        ("unlimited", "2027-01-31", None),
    ],
)
def test_what_may_only_extend(window: Any, until: str, ends: str | None) -> None:
    season = SEASON | {"set": {"return_window": {"until": until}}}
    order = {"ordered_at": "2026-11-21T12:00:00Z", "delivered_at": "2026-11-25T12:00:00Z"}
    case = a_case(an_order(**order), a_policy(timezone="UTC", return_window=window, overrides=[season]))
    record = workflow.apply(case, buyer(at("2026-11-26T12:00:00Z")), id="R-000001", wish=Wish()).record
    assert record.window_ends == (at(ends) if ends else None)


def test_what_may_only_extend_revives_nothing() -> None:
    season = SEASON | {"set": {"return_window": {"until": "2027-01-31"}}}
    order = an_order(ordered_at="2026-11-21T12:00:00Z", delivered_at="2026-11-25T12:00:00Z")
    case = a_case(order, a_policy(return_window="none", overrides=[season]))
    assert not in_time(case, at("2026-11-26T12:00:00Z"))
