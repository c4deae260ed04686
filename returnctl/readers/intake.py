"""What the readers of imported files take and give."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from returnctl.errors import BadRow

if TYPE_CHECKING:
    from returnctl.domain.order import Order

LARGEST_FILE = 256 * 1024 * 1024
LONGEST_LINE = 1024 * 1024
LONGEST_VALUE = 60


class Habits(Struct, frozen=True, kw_only=True):
    """How an account's exports are to be read: they name neither market nor currency nor zone.

    `dates` is one of `readers.dates.PATTERNS`; without it the file itself must leave just one reading.
    """

    market: str
    currency: str
    timezone: str
    account: str | None = None
    dates: str | None = None


class FoundOrder(NamedTuple):
    """`row` is where it begins: a line of the file, or a position in a JSON array; both from 1."""

    row: int
    order: Order


def bad(why: str, value: object = "", **facts: object) -> BadRow:
    """What is wrong with a value; whoever knows the place adds it with `placed`."""
    return BadRow(why=why, value=shortened(value), **facts)


def placed(problem: BadRow, **place: object) -> BadRow:
    return BadRow(**{**problem.facts, **place})


def shortened(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
