"""Lists of things, in the formats that programs read and in a table for people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from returnctl.output.clean import clean
from returnctl.output.words import say

Row = Mapping[str, Any]
# More rows than these stream as plain columns instead of waiting for the longest.
_TABLE_AT_MOST = 2000
# What a spreadsheet would run, also behind what it does not show; and what it would take for another number: it keeps
# 15 digits, drops zeros in front, and reads an exponent.
_FORMULA = re.compile(r"[\s\x00-\x1f\ufeff\u200b-\u200f\u2028-\u202e\u2060-\u2069]*[=+\-@＝＋－＠]|[\t\r]")
_CHANGED = re.compile(r"-?[0-9]{16,}|0[0-9]+|[0-9.]+[Ee][0-9]+", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]+)?", re.ASCII)


def written(
    rows: Iterable[Row], how: str, columns: Sequence[str], people: Callable[[Row], Sequence[str]]
) -> Iterator[str]:
    """The text, in pieces of whole lines. `columns` are headings for people, one for each of their cells."""
    if how == "json":
        return _json(rows)
    if how == "jsonl":
        return (_line(row) for row in rows)
    if how == "csv":
        return _csv(rows)
    if how == "ids":
        return (f"{row['id']}\n" for row in rows)
    return _table(rows, columns, people)


def _line(row: Row) -> str:
    import msgspec

    return msgspec.json.encode(row).decode() + "\n"


def _json(rows: Iterable[Row]) -> Iterator[str]:
    first = True
    for row in rows:
        yield ("[\n" if first else ",\n") + _line(row)[:-1]
        first = False
    yield "[]\n" if first else "\n]\n"


def _csv(rows: Iterable[Row]) -> Iterator[str]:
    flat = _all_flat(rows)
    first = next(flat, None)
    if first is not None:
        yield from csv_of(chain([first], flat), list(first))


def sheet_of(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[str]:
    """The same with columns that stand, whatever the first row says: some are left to be filled in."""
    return csv_of(_all_flat(rows), columns)


def _all_flat(rows: Iterable[Row]) -> Iterator[Row]:
    import msgspec

    return (_flat(msgspec.to_builtins(row)) for row in rows)


def csv_of(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[str]:
    """The header, then a line for each row, of flat values."""
    import csv
    import io

    import msgspec

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    lines = ([_cell(row.get(column)) for column in columns] for row in map(msgspec.to_builtins, rows))
    for cells in chain([columns], lines):
        writer.writerow(cells)
        yield text.getvalue()
        text.seek(0)
        text.truncate()


def _flat(row: Row) -> dict[str, Any]:
    """Objects become columns of their own: `due.at`."""
    flat: dict[str, Any] = {}
    for key, value in row.items():
        if key == "due":
            flat |= {f"due.{name}": (value or {}).get(name) for name in ("action", "by", "at", "then")}
        else:
            flat[key] = value
    return flat


def _cell(value: object) -> object:
    """A text that a spreadsheet would run as a formula, or round, begins with a mark that makes it text."""
    if isinstance(value, list | tuple | dict):
        import msgspec

        return msgspec.json.encode(value).decode()
    if isinstance(value, str) and _is_changed(value):
        return "'" + value
    return "" if value is None else value


def _is_changed(text: str) -> bool:
    return bool(_CHANGED.fullmatch(text) or (_FORMULA.match(text) and not _NUMBER.fullmatch(text)))


def _table(rows: Iterable[Row], columns: Sequence[str], people: Callable[[Row], Sequence[str]]) -> Iterator[str]:
    cells = ([clean(cell) for cell in people(row)] for row in rows)
    return table(cells, [say(column) for column in columns])


def table(cells: Iterator[Sequence[str]], headings: Sequence[str]) -> Iterator[str]:
    """Aligned; of too many rows to wait for, with tabs between the cells."""
    first = list(islice(cells, _TABLE_AT_MOST + 1))
    if len(first) <= _TABLE_AT_MOST:
        if first:
            yield aligned(first, headings) + "\n"
        return
    for line in chain([headings], first, cells):
        yield "\t".join(line) + "\n"


def aligned(cells: Sequence[Sequence[str]], headings: Sequence[str] = ()) -> str:
    from tabulate import tabulate

    return tabulate(cells, headers=headings, tablefmt="simple" if headings else "plain", disable_numparse=True)
