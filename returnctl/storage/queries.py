"""Lists of returns and orders from the index, each answered in the order of one of its own indexes."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from returnctl.domain.states import ENDED, State
from returnctl.storage.changes import OrderQuery, OrderRow, Query, Summary
from returnctl.storage.index import Index
from returnctl.storage.rows import ORDER_ROW, SUMMARY, microseconds, order_summary, summary

Row = tuple[Any, ...]
Condition = tuple[str, object]

_NUMBER, _DUE, _UPDATED = (SUMMARY.split(", ").index(name) for name in ("number", "due", "updated"))
_SORTS: dict[str, tuple[str, Callable[[Row], Row]]] = {
    "id": ("number", lambda row: (row[_NUMBER],)),
    "due": ("due, number", lambda row: (row[_DUE], row[_NUMBER])),
    "updated": ("updated DESC, number DESC", lambda row: (-row[_UPDATED], -row[_NUMBER])),
}


def summaries(index: Index, query: Query) -> Iterator[Summary]:
    """State by state, since SQLite keeps the order of an index for one value only; then merged."""
    order, key = _SORTS[query.sort]
    streams = [_rows(index, "returns", SUMMARY, [*_conditions(query), *state], order) for state in _states(query)]
    return map(summary, islice(heapq.merge(*streams, key=key), query.limit))


def orders(index: Index, query: OrderQuery) -> Iterator[OrderRow]:
    conditions = _given(
        ("account = ?", query.account),
        ("market = ?", query.market),
        ("buyer = ?", query.buyer),
        ("ordered >= ?", _instant(query.since)),
    )
    found = _rows(index, "orders", ORDER_ROW, conditions, "ordered DESC, rowid DESC")
    return map(order_summary, islice(found, query.limit))


def _states(query: Query) -> list[list[Condition]]:
    """The conditions on the state, one list for each that is wanted; an empty one where any will do."""
    if not query.states and not query.open_only:
        return [[]]
    wanted = query.states or tuple(State)
    return [[("state = ?", state)] for state in wanted if not (query.open_only and state in ENDED)]


def _conditions(query: Query) -> list[Condition]:
    return _given(
        ("due <= ?", _instant(query.due_before)),
        ("updated >= ?", _instant(query.since)),
        ("buyer = ?", query.buyer),
        ("order_id = ?", query.order),
        ("account = ?", query.account),
        ("(external IS NOT NULL) = ?", query.external),
        ("owed > 0 AND ?", query.with_owed or None),  # spelled out for the sake of the index that holds only those
    )


def _given(*conditions: Condition) -> list[Condition]:
    return [(sql, value) for sql, value in conditions if value is not None]


def _rows(index: Index, table: str, columns: str, conditions: list[Condition], order: str) -> Iterator[Row]:
    where = " AND ".join(sql for sql, _ in conditions) or "1"
    sql = f"SELECT {columns} FROM {table} WHERE {where} ORDER BY {order}"  # noqa: S608 - constants of this module
    return iter(index.rows(sql, (value for _, value in conditions)))


def _instant(value: datetime | None) -> int | None:
    return None if value is None else microseconds(value)
