from __future__ import annotations

from datetime import date

import pytest

from returnctl.domain.calendar import (
    WorkCalendar,
    after_days,
    after_working_days,
    later_local_days,
    local_day,
    moved_to_working_day,
    start_of,
)
from tests.builders import at

BERLIN, NEW_YORK, SHANGHAI = "Europe/Berlin", "America/New_York", "Asia/Shanghai"
GERMANY = WorkCalendar(
    country="DE", first=2026, last=2027, holidays=frozenset({date(2026, 12, 25), date(2026, 12, 26)})
)
CHINA = WorkCalendar(
    country="CN",
    first=2026,
    last=2026,
    holidays=frozenset({date(2026, 10, 1)}),
    workdays=frozenset({date(2026, 10, 10)}),
)
EMIRATES = WorkCalendar(country="AE", first=2026, last=2026, weekend=(4, 5))


@pytest.mark.parametrize(
    ("calendar", "day", "works"),
    [
        (GERMANY, "2026-12-24", True),
        (GERMANY, "2026-12-25", False),
        (GERMANY, "2026-12-27", False),
        (GERMANY, "2035-12-25", True),
        (CHINA, "2026-10-01", False),
        (CHINA, "2026-10-10", True),
        (CHINA, "2026-10-11", False),
        (EMIRATES, "2026-11-08", True),
        (EMIRATES, "2026-11-06", False),
    ],
)
def test_working_days(calendar: WorkCalendar, day: str, works: bool) -> None:
    assert calendar.works(date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("instant", "zone", "day"),
    [
        ("2026-12-10T23:30:00Z", BERLIN, "2026-12-11"),
        ("2026-12-10T23:30:00Z", NEW_YORK, "2026-12-10"),
        ("2026-12-10T16:00:00Z", SHANGHAI, "2026-12-11"),
    ],
)
def test_local_days(instant: str, zone: str, day: str) -> None:
    assert local_day(at(instant), zone) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("day", "zone", "instant"),
    [
        ("2026-03-08", NEW_YORK, "2026-03-08T05:00:00Z"),
        ("2026-03-09", NEW_YORK, "2026-03-09T04:00:00Z"),
        ("2024-04-26", "Africa/Cairo", "2024-04-25T22:00:00Z"),  # that day begins at one o'clock
    ],
)
def test_where_a_day_begins(day: str, zone: str, instant: str) -> None:
    assert start_of(date.fromisoformat(day), zone) == at(instant)


@pytest.mark.parametrize(
    ("start", "count", "ends"),
    [
        ("2026-12-10T23:30:00Z", 0, "2026-12-11T23:00:00Z"),
        ("2026-12-10T23:30:00Z", 14, "2026-12-25T23:00:00Z"),
        ("2026-03-27T12:00:00Z", 2, "2026-03-29T22:00:00Z"),  # over the day of 23 hours
    ],
)
def test_days(start: str, count: int, ends: str) -> None:
    assert after_days(at(start), count, BERLIN) == at(ends)


@pytest.mark.parametrize(
    ("start", "count", "ends"),
    [
        ("2026-12-23T12:00:00Z", 1, "2026-12-24T23:00:00Z"),
        ("2026-12-23T12:00:00Z", 2, "2026-12-28T23:00:00Z"),  # Christmas and the weekend between
        ("2026-12-26T12:00:00Z", 1, "2026-12-28T23:00:00Z"),
    ],
)
def test_days_of_work(start: str, count: int, ends: str) -> None:
    assert after_working_days(at(start), count, BERLIN, GERMANY) == at(ends)


@pytest.mark.parametrize(
    ("end", "moved"),
    [
        ("2026-12-24T23:00:00Z", "2026-12-24T23:00:00Z"),  # the end of Thursday the 24th
        ("2026-12-25T23:00:00Z", "2026-12-28T23:00:00Z"),  # the end of Christmas Day
        ("2026-12-26T10:00:00Z", "2026-12-28T23:00:00Z"),
        ("2026-12-28T10:00:00Z", "2026-12-28T10:00:00Z"),
    ],
)
def test_ends_move_to_a_working_day(end: str, moved: str) -> None:
    assert moved_to_working_day(at(end), BERLIN, GERMANY) == at(moved)


def test_the_same_time_some_local_days_on() -> None:
    assert later_local_days(at("2026-03-07T17:00:00Z"), 1, NEW_YORK) == at("2026-03-08T16:00:00Z")
