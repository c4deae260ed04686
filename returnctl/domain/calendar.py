"""Days, working days and the instants at which windows and deadlines end.

Local days are those of the policy's zone, so a day can have 23 or 25 hours. All ends are half-open: at the
very instant it is over. Results are UTC.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from returnctl.domain.order import Document

DAY = timedelta(days=1)


class WorkCalendar(Document, frozen=True):
    """One country's working days, as pinned with a policy. Weekdays count from Monday, 0.

    `workdays` are days of a weekend that are worked. Outside the years `first` to `last` only weekends count.
    """

    country: str
    first: int
    last: int
    weekend: tuple[int, ...] = (5, 6)
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()

    def works(self, day: date) -> bool:
        if day in self.holidays:
            return False
        return day.weekday() not in self.weekend or day in self.workdays


def local_day(instant: datetime, zone: str) -> date:
    return instant.astimezone(ZoneInfo(zone)).date()


@lru_cache(4096)
def start_of(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def months(first: datetime, last: datetime, zone: str) -> list[tuple[str, datetime]]:
    """The months from one instant to another in a zone: `2026-11`, and when each begins."""
    day, end, found = local_day(first, zone).replace(day=1), local_day(last, zone), []
    while day <= end:
        found.append((f"{day:%Y-%m}", start_of(day, zone)))
        day = (day + 31 * DAY).replace(day=1)
    return found


def end_of(day: date, zone: str) -> datetime:
    return start_of(day + DAY, zone)


def after_days(start: datetime, count: int, zone: str) -> datetime:
    """The end of the `count`-th local day after the start's own day, which is not counted."""
    return end_of(local_day(start, zone) + count * DAY, zone)


def after_working_days(start: datetime, count: int, zone: str, days: WorkCalendar) -> datetime:
    day = local_day(start, zone)
    left = count
    while left:
        day += DAY
        left -= days.works(day)
    return end_of(day, zone)


def moved_to_working_day(end: datetime, zone: str, days: WorkCalendar) -> datetime:
    """An end on a weekend or holiday moves to the end of the next working day; others stay.

    The end's own day is the one that its last moment lies in.
    """
    day = local_day(end - timedelta(microseconds=1), zone)
    if days.works(day):
        return end
    while not days.works(day):
        day += DAY
    return end_of(day, zone)


def later_local_days(start: datetime, count: int, zone: str) -> datetime:
    """The same local time of day, `count` days on."""
    return (start.astimezone(ZoneInfo(zone)) + count * DAY).astimezone(UTC)
