"""Many requests from one file: JSON lines, CSV or XLSX, with the names of the options."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import msgspec

from returnctl.errors import BadFile, BadRow
from returnctl.readers.fields import is_rounded
from returnctl.readers.intake import placed, shortened
from returnctl.readers.strict_json import BOM, read_json_lines
from returnctl.readers.tables import Table, read_table
from returnctl.shop.intake import read_file
from returnctl.shop.road import Job, refusing
from returnctl.shop.row_values import When, converted, said

T = TypeVar("T", bound=msgspec.Struct)
# Long numbers, which a spreadsheet rounds.
_IDS = frozenset({"order", "external", "key"})


def jobs(name: str, kind: type[T], when: When, job: Callable[[T, int], Job]) -> Iterator[Job]:
    """The requests of a file, row by row; a bad row is told with its number, the others are done."""
    _, rows = open_rows(name, "order")
    for row, values in rows:
        try:
            asked = _typed(name, row, values, kind, when)
        except BadRow as failure:
            yield refusing(str(row), failure, row)
        else:
            yield job(asked, row)


def open_rows(name: str, mark: str) -> tuple[tuple[str, ...] | None, Iterator[tuple[int, Any]]]:
    """The columns of a table, None of documents; then each row with its number. Raises BadFile.

    A table has a column `mark`; of several sheets it is the one that has.
    """
    data = read_file(name).removeprefix(BOM)
    if not data.strip() or data.lstrip()[:1] == b"{":
        return None, read_json_lines(data, name)
    if data.lstrip()[:1] == b"[":
        raise BadFile(file=name, why="json_array")
    table = read_table(data, name, lambda table: table.find(mark) is not None)
    if table.find(mark) is None:
        why = "no_header" if table.title else "missing_columns"
        raise BadFile(file=name, why=why, columns=[mark], value=table.title)
    return table.columns, _of_table(table)


def _of_table(table: Table) -> Iterator[tuple[int, Any]]:
    for row in table.rows():
        if row.problem:
            yield row.number, BadRow(file=table.file, row=row.number, column="", why=row.problem, value="")
            continue
        cells = zip(table.columns, row.cells, strict=False)
        yield row.number, {key: _cell(key, value.strip()) for key, value in cells if value.strip()}


def _cell(key: str, value: str) -> Any:
    """Lists stand in one cell, parted by spaces; items as `LINE=QTY`."""
    if key in ("conditions", "evidence"):
        return value.split()
    return _items(value) if key == "items" else value


def _items(value: str) -> Any:
    """What is not of the form stays text, which the types refuse."""
    pairs = [item.partition("=") for item in value.split()]
    units = {line: _units(text) if given else None for line, given, text in pairs}
    return units if len(units) == len(pairs) else value


def _units(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdecimal() else text


def _typed(name: str, row: int, values: Any, kind: type[T], when: When) -> T:
    if isinstance(values, BadRow):
        raise values
    if not isinstance(values, dict):
        raise BadRow(file=name, row=row, column="", why="not_an_object", value=shortened(values))
    known = kind.__struct_fields__
    for key in values:
        if key not in known:
            raise BadRow(file=name, row=row, column=key, why="unknown_field", value=key, known=list(known))
        if key in _IDS and is_rounded(str(values[key])):
            raise BadRow(file=name, row=row, column=key, why="rounded_cell", value=values[key])
    try:
        return converted(said(values), kind, when, strict=True)
    except BadRow as problem:
        raise placed(problem, file=name, row=row) from None
