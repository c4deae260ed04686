"""Cells of Seller Center's exports, one row a SKU: read by a rule, and a fault told with its row and its column."""

from __future__ import annotations

import re
from operator import attrgetter
from typing import TYPE_CHECKING, Generic, NamedTuple, Protocol, TypeVar

from returnctl.errors import BadRow
from returnctl.readers.fields import MOST_UNITS, units
from returnctl.readers.intake import bad, placed
from returnctl.readers.sku_rows import header

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from returnctl.readers.tables import Table

T = TypeVar("T")


class Numbered(Protocol):
    """A row: its number in the file, and the code of what is wrong with it, or empty."""

    @property
    def number(self) -> int: ...
    @property
    def problem(self) -> str: ...


R = TypeVar("R", bound=Numbered)

MOST_KNOWN = 100_000
LONGEST_DAY = len("10/20/2026")
_COUNT = re.compile("[0-9]{1,9}")


class Known(dict[str, T], Generic[T]):
    """Texts that were read before, and what they say: most of a file is said again and again."""

    def __init__(self, rule: Callable[[str], T]) -> None:
        super().__init__()
        self._rule = rule
        self.read = self.__getitem__

    def __missing__(self, text: str) -> T:
        if len(self) >= MOST_KNOWN:
            self.clear()
        value = self[text] = self._rule(text)
        return value


def cell(row: NamedTuple, column: str, read: Callable[[str], T]) -> T:
    """`row` bears its columns' names, and its `number` in the file."""
    try:
        return read(getattr(row, column))
    except BadRow as problem:
        raise placed(problem, row=row.number, column=column) from None  # type: ignore[attr-defined]


def titled(problem: BadRow, table: Table) -> BadRow:
    """With the file's name, and the column as the file calls it."""
    column = str(problem.facts["column"])
    place = table.find(header(column))
    return placed(problem, file=table.file, column=column if place is None else table.columns[place])


def quantity(text: str) -> int:
    if not _COUNT.fullmatch(text):
        raise bad("bad_quantity", text, limit=MOST_UNITS)
    return units(int(text))


def together(rows: Iterable[R], column: str, rows_of: Mapping[str, int]) -> Iterator[list[R] | BadRow]:
    """The rows of each id, as soon as the last of them is met; `rows_of` says how many there are."""
    waiting: dict[str, list[R]] = {}
    id_of = attrgetter(column)
    for row in rows:
        id = id_of(row)  # noqa: A001 - the field's own name
        if not id:
            yield bad(row.problem or "missing", row=row.number, column=column)
            continue
        met = waiting.setdefault(id, [])
        met.append(row)
        if len(met) == rows_of[id]:
            yield waiting.pop(id)
