"""Lists of returns and orders from the index, each answered in the order of one of its own indexes."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import chain, islice
from typing import Any

from returnctl.domain.reminders import APPEAL
from returnctl.domain.states import ENDED
from returnctl.storage.changes import OrderQuery, OrderRow, Query, Summary
from returnctl.storage.index import Index
from returnctl.storage.rows import ORDER_ROW, SUMMARY, microseconds, order_summary, summary

Row = tuple[Any, ...]
# Where it has no value, it holds or not by itself.
Condition = tuple[str, object]
Shelves = dict[int, tuple[str | None, str]]

_NUMBER, _SHELF, _DUE, _UPDATED = (SUMMARY.split(", ").index(name) for name in ("number", "shelf", "due", "updated"))
_SORTS: dict[str, tuple[str, Callable[[Row], Row]]] = {
    "id": ("number", lambda row: (row[_NUMBER],)),
    "due": ("due, number", lambda row: (row[_DUE], row[_NUMBER])),
    "updated": ("updated DESC, number DESC", lambda row: (-row[_UPDATED], -row[_NUMBER])),
}
_APPEALS = SUMMARY.replace("due_action, due_by, due, due_then, lapsed", f"'{APPEAL}', 'seller', appeal, 'remind', NULL")
_HAS_DUE, _NO_DUE = "due IS NOT NULL", "due IS NULL"


def summaries(index: Index, query: Query) -> Iterator[Summary]:
    shelves = index.shelves()
    if query.appeal_after is not None:
        found = _rows(index, "returns", _APPEALS, [("appeal > ?", _instant(query.appeal_after))], "appeal, number")
    elif query.buyer is not None or query.order is not None:
        found = _of_few(index, query, shelves)
    else:
        first, *rest = _parts(query)
        later = (_from_shelves(index, query, part, shelves) for part in rest)
        found = chain(_from_shelves(index, query, first, shelves), chain.from_iterable(later))
    return (summary(row, shelves) for row in islice(found, query.limit))


def _parts(query: Query) -> list[str]:
    """By due those without any stand behind all others: their order is that of numbers."""
    if query.due_before is not None:
        return [_HAS_DUE]
    return [_HAS_DUE, _NO_DUE] if query.sort == "due" else [""]


def _from_shelves(index: Index, query: Query, part: str, shelves: Shelves) -> Iterator[Row]:
    """Shelf by shelf, since SQLite keeps the order of an index for one value only; then merged."""
    order, key = _SORTS["id" if part == _NO_DUE else query.sort]
    conditions = [*_conditions(query), *([(part, None)] if part else [])]
    if not (query.states or query.open_only or query.account is not None or conditions) and query.sort == "id":
        return _rows(index, "returns", SUMMARY, [], order)
    source = f"returns INDEXED BY {_index_for(query, part)}"
    wanted = (shelf for shelf in shelves if _holds(query, *shelves[shelf]))
    streams = [_rows(index, source, SUMMARY, [("shelf = ?", shelf), *conditions], order) for shelf in wanted]
    return heapq.merge(*map(chain, streams), key=key)  # which would close a cursor, after the index maybe


def _index_for(query: Query, part: str) -> str:
    """Named, since SQLite would have to guess how many rows each leaves."""
    if part == _HAS_DUE and (query.sort == "due" or query.since is None):
        return "by_shelf_due"
    if query.with_owed:
        return "by_shelf_owed"
    return "by_shelf_updated" if query.sort == "updated" or query.since is not None else "by_shelf"


def _holds(query: Query, account: str | None, state: str) -> bool:
    return (
        (not query.states or state in query.states)
        and not (query.open_only and state in ENDED)
        and query.account in (None, account)
    )


def _of_few(index: Index, query: Query, shelves: Shelves) -> Iterator[Row]:
    """A buyer or an order has few returns, which are sorted as they are."""
    conditions = [*_given(("buyer = ?", query.buyer), ("order_id = ?", query.order)), *_conditions(query)]
    order = "due IS NULL, due, number" if query.sort == "due" else _SORTS[query.sort][0]
    found = _rows(index, "returns", SUMMARY, conditions, order)
    return (row for row in found if _holds(query, *shelves[row[_SHELF]]))


def orders(index: Index, query: OrderQuery) -> Iterator[OrderRow]:
    conditions = _given(
        ("account = ?", query.account),
        ("market = ?", query.market),
        ("buyer = ?", query.buyer),
        ("ordered >= ?", _instant(query.since)),
    )
    found = _rows(index, "orders", ORDER_ROW, conditions, "ordered DESC, rowid DESC")
    return map(order_summary, islice(found, query.limit))


def _conditions(query: Query) -> list[Condition]:
    return _given(
        ("due <= ?", _instant(query.due_before)),
        ("updated >= ?", _instant(query.since)),
        ("(external IS NOT NULL) = ?", query.external),
        ("owed > 0 AND ?", query.with_owed or None),  # spelled out for the sake of the index that holds only those
    )


def _given(*conditions: Condition) -> list[Condition]:
    return [(sql, value) for sql, value in conditions if value is not None]


def _rows(index: Index, table: str, columns: str, conditions: list[Condition], order: str) -> Iterator[Row]:
    where = " AND ".join(sql for sql, _ in conditions) or "1"
    sql = f"SELECT {columns} FROM {table} WHERE {where} ORDER BY {order}"  # noqa: S608 - constants of this module
    return iter(index.rows(sql, (value for _, value in conditions if value is not None)))


def _instant(value: datetime | None) -> int | None:
    return None if value is None else microseconds(value)
