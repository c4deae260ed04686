"""A year of a shop, and what must come of it, reckoned by other means than the program's own."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import holidays

from returnctl.domain import dispute, paying, workflow
from returnctl.domain.automatic import SYSTEM
from returnctl.domain.calendar import WorkCalendar
from returnctl.domain.case import Case, Decision, Moment
from returnctl.domain.lapse import lapse
from returnctl.domain.record import Happened, Return
from returnctl.domain.reminders import wakes_at
from returnctl.domain.states import State
from tests.builders import a_case, a_policy, an_order, applied, seller

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
# Two nights, three days and a week without cron.
OUTAGES = (
    (datetime(2026, 3, 7, 20, tzinfo=UTC), datetime(2026, 3, 8, 14, tzinfo=UTC)),
    (datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 7, 4, tzinfo=UTC)),
    (datetime(2026, 10, 31, 9, 7, tzinfo=UTC), datetime(2026, 11, 7, 9, 7, tzinfo=UTC)),
    (datetime(2026, 12, 24, 18, tzinfo=UTC), datetime(2026, 12, 25, 6, tzinfo=UTC)),
)
# Zones with and without summer time, half hours, and a day that does not begin at midnight.
MARKETS = (
    ("America/Los_Angeles", "US"), ("Europe/Berlin", "DE"), ("Asia/Shanghai", "CN"), ("Asia/Kolkata", "IN"),
    ("Australia/Lord_Howe", "AU"), ("America/Santiago", "CL"), ("Africa/Cairo", "EG"),
)  # fmt: skip
HOURS = (24, 4)
Terms = dict[str, dict[str, Any]]
DEADLINES: tuple[Terms, ...] = (
    {},
    {"review": {"hours": 30, "then": "reject"}, "ship": {"working_days": 3, "then": "expire"}},
    {"review": {"days": 1, "then": "remind"}, "inspect": {"hours": 10, "then": "remind"}},
    {"dispute": {"working_days": 2, "then": "close"}, "receive": {"hours": 100, "then": "remind"}},
)
# What the design says where a policy is silent.
DEFAULT: Terms = {
    "review": {"working_days": 2, "then": "approve"}, "ship": {"days": 14, "then": "expire"},
    "receive": {"days": 30, "then": "remind"}, "inspect": {"working_days": 4, "then": "pass"},
    "refund": {"days": 5, "then": "remind"}, "dispute": {"days": 10, "then": "close"},
    "negotiate": {"days": 3, "then": "escalate"}, "platform": {"days": 7, "then": "remind"},
}  # fmt: skip
_ACTS: dict[State, tuple[Callable[..., Decision], ...]] = {
    State.REQUESTED: (workflow.approve, workflow.reject, dispute.escalate),
    State.APPROVED: (workflow.ship, workflow.receive, workflow.cancel),
    State.IN_TRANSIT: (workflow.receive,),
    State.RECEIVED: (workflow.inspect, dispute.escalate),
    State.REFUND_DUE: (partial(paying.refund, reference="TXN"),),
    State.REJECTED: (dispute.escalate,),
    State.DISPUTED: (partial(dispute.resolve, outcome="none"),),
}


class Lived(NamedTuple):
    """A return at the end of the year, and the market and terms that it lived under."""

    record: Return
    zone: str
    country: str
    terms: Terms


def runs() -> Iterator[datetime]:
    """The instants at which cron ran the sweep."""
    now = START
    while now < END:
        if not any(first <= now < last for first, last in OUTAGES):
            yield now
        now += QUARTER


def a_year(count: int, seed: int) -> list[Lived]:
    chance = random.Random(seed)
    return [_life(chance, number) for number in range(1, count + 1)]


def _life(chance: random.Random, number: int) -> Lived:
    """People act at times of their own, or leave it to the sweep."""
    zone, country = chance.choice(MARKETS)
    terms = chance.choice(DEADLINES)
    began = START + timedelta(seconds=chance.randrange(int((END - START).total_seconds())))
    case = _applied(began, zone, country, terms, number)
    acts = [_next_act(chance, case)]
    for run in _runs_from(began):
        while acts[0] and acts[0] < run:
            case = _acted(chance, case, acts[0])
            acts[0] = _next_act(chance, case)
        wake = wakes_at(case.stored)
        if wake and wake <= run:
            swept = lapse(case, Moment(run, SYSTEM))
            moved = swept.record.state is not case.stored.state or swept.record.due != case.stored.due
            case = case.having(swept.record)
            acts[0] = _next_act(chance, case) if moved else acts[0]
    return Lived(case.stored, zone, country, terms)


_RUNS = tuple(runs())


def _runs_from(began: datetime) -> Iterator[datetime]:
    import bisect

    return iter(_RUNS[bisect.bisect_left(_RUNS, began) :])


def _applied(began: datetime, zone: str, country: str, terms: Terms, number: int) -> Case:
    days = holidays.country_holidays(country, years=[2025, 2026, 2027, 2028])
    calendar = WorkCalendar(
        country=country, first=2025, last=2028, weekend=tuple(sorted(days.weekend)), holidays=frozenset(days),
        workdays=frozenset(days.weekend_workdays),
    )  # fmt: skip
    policy = a_policy(timezone=zone, holidays=country, deadlines=terms, calendars=[calendar])
    week = timedelta(days=7)
    order = an_order(ordered_at=began - week, shipped_at=began - week, delivered_at=began - week)
    return applied(a_case(order, policy), number=f"R-{number:06d}", now=began)


def _next_act(chance: random.Random, case: Case) -> datetime | None:
    """When somebody acts, if anybody does: before the deadline, or late."""
    record = case.stored
    if record.state not in _ACTS or record.due is None or chance.random() < 0.5:
        return None
    length = (record.due.at - record.updated_at) * chance.choice((0.1, 0.6, 0.95, 1.02, 1.5))
    return record.updated_at + timedelta(seconds=int(length.total_seconds()), minutes=1)


def _acted(chance: random.Random, case: Case, at: datetime) -> Case:
    return case.having(chance.choice(_ACTS[case.stored.state])(case, seller(at)).record)


# --- the other reckoning


class Span(NamedTuple):
    """A due as the history tells it: the event that opened it and the next that changed it."""

    action: str
    opened: datetime
    closed: Happened | None
    reminded: tuple[datetime, ...]


_WAITED = {
    "requested": "review", "approved": "ship", "in_transit": "receive", "received": "inspect", "refund_due": "refund",
    "rejected": "dispute",
}  # fmt: skip


def spans(record: Return) -> Iterator[Span]:
    """Every due that ran in the life of a return."""
    steps = [entry for entry in record.history if entry.event != "remind"]
    for entry, after in zip(steps, [*steps[1:], None], strict=True):
        action = _waited(entry)
        if action:
            end = after.at if after else END
            told = (x.at for x in record.history if x.event == "remind" and entry.at <= x.at < end)
            yield Span(action, entry.at, after, tuple(told))


def _waited(entry: Happened) -> str | None:
    if entry.to == "disputed":
        return "platform" if entry.facts.get("stage") == "platform" else "negotiate"
    return _WAITED.get(entry.to)


def ends(term: dict[str, Any], opened: datetime, zone: str, country: str) -> datetime:
    """Minute by minute on the clock of the wall, and day by day in the calendar on it."""
    if "hours" in term:
        return opened + timedelta(seconds=3600 * term["hours"])
    days = holidays.country_holidays(country, years=range(2025, 2029))
    count, working = (term["working_days"], True) if "working_days" in term else (term["days"], False)
    day = opened.astimezone(ZoneInfo(zone)).date()
    while count:
        day += timedelta(days=1)
        count -= days.is_working_day(day) if working else 1
    return _first_instant(day + timedelta(days=1), zone)


def _first_instant(day: date, zone: str) -> datetime:
    """The first instant that the zone calls this day, found by looking at the clock."""
    at = datetime.combine(day, time(), UTC) - timedelta(hours=26)
    while at.astimezone(ZoneInfo(zone)).date() < day:
        at += timedelta(minutes=15)
    return at


def reminders(span: Span, end: datetime, then: str) -> list[datetime]:
    """At each run of the sweep: was there anything to remind of since the run before?"""
    last = min(span.closed.at if span.closed else END, END)
    befores = [] if span.action in ("dispute", "platform") else [end - timedelta(hours=x) for x in HOURS]
    daily = (end + timedelta(days=x) for x in range(400)) if then == "remind" else ()
    calls = sorted(x for x in (*befores, *daily) if span.opened < x < last)
    heap, told = [*calls], list[datetime]()
    for run in _runs_from(span.opened):
        if run >= last:
            break
        missed = 0
        while heap and heap[0] <= run:
            heapq.heappop(heap)
            missed += 1
        if missed:
            told.append(run)
    return told
