"""Local times as exports write them, without a zone: `20/10/2026 09:05:11`, `10/20/2026 09:05:11 AM`.

Which of day and month stands first is stated, or told by the file as a whole, and never guessed.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from returnctl.errors import BadFile, BadValue
from returnctl.readers.intake import bad

if TYPE_CHECKING:
    from collections.abc import Iterable

_SLASHED = r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})"
# What `--dates` and the settings may say; the groups of each, as year, month, day.
PATTERNS = {
    "dd/MM/yyyy": (re.compile(_SLASHED), (3, 2, 1)),
    "MM/dd/yyyy": (re.compile(_SLASHED), (3, 1, 2)),
    "yyyy-MM-dd": (re.compile(r"([0-9]{4})(?:-|/)([0-9]{1,2})(?:-|/)([0-9]{1,2})"), (1, 2, 3)),
}
_YEAR_FIRST = "yyyy-MM-dd"
_CLOCK = re.compile(r"([0-9]{1,2}):([0-5][0-9])(?::([0-5][0-9]))? ?([AaPp][Mm])?")
_HOURS = 24
_ZONED = re.compile(r"(?:[0-9/-]{8,10}[T ])?[0-9]{1,2}:[0-9:.]{2,12} ?(?:Z|UTC|[+-][0-9]{2}:?[0-9]{2})", re.IGNORECASE)
NOON = 12
# Deadlines are counted on from imported times, so these leave room on both sides.
YEARS = range(2000, 2200)


def pattern_named(text: str) -> str:
    """The pattern that `dd/MM/yyyy`, or `dd/MM/yyyy HH:mm:ss`, names. Raises BadValue."""
    pattern = text.strip().partition(" ")[0]
    if pattern not in PATTERNS:
        raise BadValue(what="dates", value=text, wanted="dates", example=", ".join(PATTERNS))
    return pattern


def find_pattern(samples: Iterable[str], file: str = "", stated: str | None = None) -> str:
    """The only pattern by which all dates can be read, or the one stated; what is no date by any is passed over.

    Raises BadFile with `ambiguous_dates`; `contradictory_dates` where none fits all; `dates_disagree` where the
    stated one does not.
    """
    days = sorted({sample.partition(" ")[0] for sample in samples})
    readings = {text: reading for text in days if (reading := _readings(text))}
    if stated:
        return _stated(pattern_named(stated), readings, file)
    fits = [name for name in PATTERNS if all(name in reading for reading in readings.values())]
    if not fits:
        raise BadFile(file=file, why="contradictory_dates")
    # 11/11 is the same day either way.
    unclear = next((text for text, x in readings.items() if len({x[name] for name in fits}) > 1), None)
    if unclear:
        raise BadFile(file=file, why="ambiguous_dates", value=unclear, patterns=fits)
    return fits[0]


def _stated(pattern: str, readings: dict[str, dict[str, date]], file: str) -> str:
    """A file with one date that only another pattern can read is written by that one, all of it.

    Where every date begins with the year, as those of a workbook do, nothing can be misread.
    """
    if readings and all(_YEAR_FIRST in reading for reading in readings.values()):
        return _YEAR_FIRST
    other = next((text for text, reading in readings.items() if pattern not in reading), None)
    if other:
        raise BadFile(file=file, why="dates_disagree", value=other, pattern=pattern)
    return pattern


def _readings(text: str) -> dict[str, date]:
    return {name: day for name in PATTERNS if (day := _day(text, name))}


def read_instant(text: str, zone: str, pattern: str, latest: datetime | None = None) -> datetime:
    """The instant, in UTC, of a local time of the zone.

    A time that a change of the clocks repeats is the first of the two; one that it skips is counted on from before
    the change. Raises BadRow with `bad_date`, `zoned_date`, or `future_date` where it is after the `latest`.
    """
    head, _, tail = text.partition(" ")
    start, clock = _start(head, zone, pattern), _clock(tail)
    if start is None or clock is None:
        raise bad("zoned_date" if names_zone(text) else "bad_date", text, pattern=pattern)
    instant = (start + clock).astimezone(UTC)
    if latest and instant > latest:
        raise bad("future_date", text, pattern=pattern)
    return instant


def names_zone(text: str) -> bool:
    """Whether a time says where it is meant: `2026-10-20T09:05:11Z`, `…+08:00`."""
    return bool(_ZONED.fullmatch(text.strip()))


@lru_cache(8192)
def _start(text: str, zone: str, pattern: str) -> datetime | None:
    """Midnight. Where the clocks do not change that day it is in UTC, so that no time of it asks the zone again."""
    day = _day(text, pattern)
    if not day:
        return None
    start = datetime.combine(day, time(), ZoneInfo(zone))
    return start.astimezone(UTC) if start.utcoffset() == (start + timedelta(1)).utcoffset() else start


@lru_cache(8192)
def _day(text: str, pattern: str) -> date | None:
    form, groups = PATTERNS[pattern]
    found = form.fullmatch(text)
    if not found:
        return None
    year, month, day = (int(found[group]) for group in groups)
    try:
        return date(year, month, day) if year in YEARS else None
    except ValueError:
        return None


def _clock(text: str) -> timedelta | None:
    """Of 24 hours; with AM or PM just 1 to 12 is an hour."""
    found = _CLOCK.fullmatch(text)
    if not found:
        return None
    hour, minute, second, half = found.groups("")
    passed = int(hour)
    if half and not 1 <= passed <= NOON:
        return None
    passed = passed % NOON + (NOON if half.upper() == "PM" else 0) if half else passed
    return timedelta(0, (passed * 60 + int(minute)) * 60 + int(second or 0)) if passed < _HOURS else None
