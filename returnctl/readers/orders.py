"""A file to import, whatever its form: known by its headers or keys, in JSON, JSON lines, or as a table.

Orders come as documents or as a marketplace's export, returns as its export or from its API, settlements as its
export.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec.structs import replace

from returnctl.errors import BadFile, BadRow
from returnctl.readers import settlements
from returnctl.readers.intake import FoundOrder, FoundReport, FoundSettled, Habits, placed
from returnctl.readers.partner_api import is_response, read_responses
from returnctl.readers.return_rows import NEEDED as NEEDED_OF_RETURNS
from returnctl.readers.return_rows import read_returns
from returnctl.readers.seller_center import read_export
from returnctl.readers.sku_rows import NEEDED, header
from returnctl.readers.strict_json import BOM, read_json, read_json_lines
from returnctl.readers.tables import Table, is_workbook, read_table

if TYPE_CHECKING:
    from returnctl.domain.order import Order

Found = Iterator[FoundOrder | FoundReport | FoundSettled | BadRow]
# The kinds of files that `import` takes.
ALL = ("orders", "returns", "settlement")

# One document ends and the next line begins another, which no single document can hold.
_NEXT_LINE = re.compile(rb"\}[ \t\r]*+\n\s*+\{")
_MOST_NAMED = 12
# Columns of what `export` writes.
_OURS = ("id", "state", "decision")
# So much tells what a file is.
_HEAD = 4096


class Form(NamedTuple):
    """A kind of table, known by columns that it alone has."""

    name: str
    marks: tuple[str, ...]
    needed: tuple[str, ...] = ()
    read: Callable[[Table, Habits], Found] | None = None


FORMS = (
    Form("returns", ("Return Order ID",), tuple(map(header, NEEDED_OF_RETURNS)), read_returns),
    *(Form("settlement", (mark,), settlements.NEEDED, settlements.read_settlement) for mark in settlements.IDS),
    Form(
        "orders",
        ("Order ID", "SKU Subtotal After Discount"),
        tuple(header(column) for column in NEEDED),
        read_export,
    ),
)


def read_orders(file: str, data: bytes, habits: Habits) -> Iterator[FoundOrder | BadRow]:
    """Each order of a file that may hold nothing else. Raises BadFile."""
    found = read_import(file, data, habits, only=("orders",))
    return (item for item in found if not isinstance(item, FoundReport | FoundSettled))


def read_import(file: str, data: bytes, habits: Habits, only: tuple[str, ...] = ALL) -> Found:
    """Each order, return or row of a settlement, or what is wrong with it.

    Raises BadFile where nothing of the file can be taken in.
    """
    start = data[:_HEAD].removeprefix(BOM).lstrip()
    if not start:
        raise BadFile(file=file, why="empty")
    if start.startswith(b"["):
        return _documents(enumerate(read_json(data, file), 1), file, habits, only)
    if start.startswith(b"{"):
        return _documents(_objects(data, file), file, habits, only)
    return _table(read_table(data, file, lambda table: _form(table) is not None), habits, only)


def holds_returns(data: bytes) -> bool:
    """Whether a file has returns, by its beginning; of a workbook all of it is needed. Raises BadFile."""
    if is_workbook(data):
        form = _form(read_table(data, "", lambda table: _form(table) is not None))
        return form is not None and form.name == "returns"
    text = data[:_HEAD].lower()
    return any(mark in text for mark in (b"return order id", b'"return_orders"', b'"return_id"'))


def _objects(data: bytes, file: str) -> Iterator[tuple[int, Any]]:
    """One object over many lines, or one on each."""
    first = data.lstrip().partition(b"\n")[0].rstrip()
    if first.endswith(b"}") or _NEXT_LINE.search(data):
        return read_json_lines(data, file)
    return iter([(1, read_json(data, file))])


def _documents(listed: Iterable[tuple[int, Any]], file: str, habits: Habits, only: tuple[str, ...]) -> Found:
    """All of a file are of the kind that its first is."""
    documents = iter(listed)
    first = next(documents, None)
    if first is None:
        return iter(())
    documents = chain([first], documents)
    if not is_response(first[1]):
        return _orders(documents, file, habits)
    if "returns" not in only:
        raise BadFile(file=file, why="returns_file")
    return read_responses(documents, file, habits)


def _orders(documents: Iterator[tuple[int, Any]], file: str, habits: Habits) -> Found:
    from returnctl.readers.order_documents import read_order

    for row, document in documents:
        if isinstance(document, BadRow):
            yield document
            continue
        try:
            yield FoundOrder(row, _of_account(read_order(document), habits))
        except BadRow as problem:
            yield placed(problem, file=file, row=row, column=problem.facts.get("column", ""))


def _of_account(order: Order, habits: Habits) -> Order:
    """An order that names no account is of the one whose file it is."""
    return order if order.account else replace(order, account=habits.account)


def _table(table: Table, habits: Habits, only: tuple[str, ...]) -> Found:
    form = _form(table)
    if not form:
        raise _unknown(table)
    if not form.read or form.name not in only:
        raise BadFile(file=table.file, why=f"{form.name}_file")
    missing = [column for column in form.needed if table.find(column) is None]
    if missing:
        raise BadFile(file=table.file, why="missing_columns", columns=missing)
    return form.read(table, habits)


def _form(table: Table) -> Form | None:
    return next((form for form in FORMS if all(table.find(mark) is not None for mark in form.marks)), None)


def _unknown(table: Table) -> BadFile:
    """By columns that may be misspelled ones of a form, or else by what they are called; or an export of ours."""
    from difflib import get_close_matches

    if all(table.find(column) is not None for column in _OURS):
        return BadFile(file=table.file, why="decisions_file")
    columns = list(filter(None, table.columns))[:_MOST_NAMED]
    marks = [mark for form in FORMS for mark in form.marks if table.find(mark) is None]
    near = {column: found[0] for column in columns if (found := get_close_matches(column, marks, 1, 0.8))}
    if near:
        return BadFile(file=table.file, why="misspelled_columns", nearest=list(near), wanted=list(near.values()))
    if table.title:
        return BadFile(file=table.file, why="no_header", value=table.title, columns=["Order ID"])
    return BadFile(file=table.file, why="unknown_columns", columns=columns)
