"""What the readers of imported files take and give."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from returnctl.errors import BadRow

if TYPE_CHECKING:
    from datetime import datetime

    from returnctl.domain.order import Order
    from returnctl.domain.report import Report
    from returnctl.domain.settlement import Settled

LARGEST_FILE = 256 * 1024 * 1024
LONGEST_LINE = 1024 * 1024
LONGEST_VALUE = 60


class Habits(Struct, frozen=True, kw_only=True):
    """How an account's exports are to be read: they name neither market nor currency nor zone.

    `dates` is one of `readers.dates.PATTERNS`, `dates_told` on the command line and not in the settings; without it
    the file itself must leave just one reading. `as_of` is when the file was made, where that is known. Nobody applied
    for a return after `latest`: such a report would stand against all that comes until then.
    """

    market: str
    currency: str
    timezone: str
    account: str | None = None
    dates: str | None = None
    dates_told: bool = False
    as_of: datetime | None = None
    latest: datetime | None = None


class FoundOrder(NamedTuple):
    """`row` is where it begins: a line of the file, or a position in a JSON array; both from 1."""

    row: int
    order: Order


class FoundReport(NamedTuple):
    """`row` is where it begins, or its place among the returns of a file; both from 1."""

    file: str
    row: int
    report: Report


class FoundSettled(NamedTuple):
    """A row of a settlement, and the line of the file that it begins on."""

    row: int
    settled: Settled


def bad(why: str, value: object = "", **facts: object) -> BadRow:
    """What is wrong with a value; whoever knows the place adds it with `placed`."""
    return BadRow(why=why, value=shortened(value), **facts)


def placed(problem: BadRow, **place: object) -> BadRow:
    return BadRow(**{**problem.facts, **place})


def shortened(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
