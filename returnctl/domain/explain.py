"""Why a return came out as it did: what each rule said, where each value comes from, how each sum was reached."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from returnctl.domain import windows
from returnctl.domain.automatic import misses, without_a_look
from returnctl.domain.calendar import DAY, local_day
from returnctl.domain.case import Case
from returnctl.domain.eligibility import length
from returnctl.domain.policy import Window
from returnctl.domain.record import Breakdown, Return
from returnctl.domain.refund import Basis, Found, breakdown, reckoned
from returnctl.domain.states import Kind
from returnctl.domain.step import basis
from returnctl.domain.terms import Asked, Resolved, calendar_of, resolve
from returnctl.errors import Failure


class WindowReckoned(Struct, frozen=True, kw_only=True):
    """The window of one line: from which event, counted how, until when. None: not yet, or never.

    `counted_from` is the event itself, or after it the days that are added for what stands in; `plain_end` is before
    an end on a weekend or a holiday moves on; `skipped` are the days that did not count. `places` are those of the
    values, by `starts`, `length` and `end_on`.
    """

    line: str
    window: Window
    zone: str
    starts: str
    event_at: datetime | None
    counted_from: datetime | None
    plain_end: datetime | None
    ends: datetime | None
    skipped: tuple[date, ...]
    places: dict[str, str]


class Tried(Struct, frozen=True):
    """A rule for what is decided without a look; `misses` are the keys of it that did not hold."""

    kind: str
    rule: str
    place: str
    misses: tuple[str, ...]


class Explained(Struct, frozen=True):
    """`sums` are None where the terms lack an amount (`lacking` says which), or where an agreement stands."""

    record: Return
    rules: Resolved
    of_line: dict[str, Resolved]
    windows: tuple[WindowReckoned, ...]
    tried: tuple[Tried, ...]
    sums: tuple[Found, ...] | None
    breakdown: Breakdown | None
    lacking: Failure | None = None


def explain(case: Case) -> Explained:
    """Of a return as it stands; what is stored of it is never reckoned anew."""
    record, rules = case.stored, case.rules()
    of_line = dict(_by_line(case))
    found = Explained(
        record=record,
        rules=rules,
        of_line=of_line,
        windows=tuple(_window(case, number, each) for number, each in of_line.items()),
        tried=(),
        sums=None,
        breakdown=record.breakdown,
    )
    try:
        found = replace(found, tried=tuple(_tried(case, rules)))
        return _with_sums(found, basis(case, record))
    except Failure as lacking:
        return replace(found, lacking=lacking)


def _by_line(case: Case) -> Iterator[tuple[str, Resolved]]:
    asked = case.asked()
    for bought in case.order.lines:
        if case.stored.line(bought.line):
            whole = Asked(case.order, asked.fault, asked.reason, asked.total, bought)
            yield bought.line, resolve(case.policy, whole)


def _window(case: Case, number: str, rules: Resolved) -> WindowReckoned:
    window, zone = rules.terms.return_window, rules.terms.timezone
    start = windows.starts_at(window, case.order, zone)
    runs = start if not window.none and not window.unlimited else None
    days = calendar_of(rules.policy, rules.terms.holidays)
    plain = windows.plain_end(window, runs, zone, days) if runs else None
    end = windows.ends_at(window, runs, zone, days) if runs else None
    return WindowReckoned(
        line=number,
        window=window,
        zone=zone,
        starts=windows.starts(window, case.order),
        event_at=windows.event_at(window, case.order),
        counted_from=start,
        plain_end=plain,
        ends=end,
        skipped=_skipped(window, runs, plain, end, rules) if runs and plain and end else (),
        places={name: rules.place(path) for name, path in _paths(rules).items()},
    )


def _paths(rules: Resolved) -> dict[str, str]:
    return {"starts": "return_window/starts", "length": length(rules), "end_on": "return_window/end_on"}


def _skipped(window: Window, start: datetime, plain: datetime, end: datetime, rules: Resolved) -> tuple[date, ...]:
    """Weekends and holidays: all on the way where working days are counted, and those that moved the end."""
    zone, days = rules.terms.timezone, calendar_of(rules.policy, rules.terms.holidays)
    by_work = window.count == "working_days" and window.days is not None
    if not by_work and plain == end:
        return ()
    first = local_day(start, zone) + DAY if by_work else local_day(plain - DAY, zone)
    last = local_day(end, zone)
    between = (first + count * DAY for count in range((last - first).days))
    return tuple(each for each in between if not days.works(each))


def _tried(case: Case, rules: Resolved) -> Iterator[Tried]:
    for path, at, rule in without_a_look(rules):
        yield Tried(path, rule.name, rules.place(f"{path}/{at}"), tuple(misses(rule, case)))


def _with_sums(found: Explained, basis: Basis) -> Explained:
    """How the stored worksheet came about, as long as it is what would be reckoned today."""
    record = found.record
    if record.agreed or (record.type is Kind.REPLACEMENT and record.breakdown is None):
        return found
    made = breakdown(basis)
    if record.breakdown not in (None, made):
        return found
    return replace(found, sums=tuple(reckoned(basis)), breakdown=made)
