"""Seller Center's files of `tests/data`, and what people do to them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from pathlib import Path

from returnctl.domain.order import Order
from returnctl.errors import BadRow
from returnctl.readers.intake import FoundOrder, Habits
from returnctl.readers.orders import read_orders

DATA = Path(__file__).parent.parent / "data"
US = Habits(market="US", currency="USD", timezone="America/Los_Angeles", account="us-main")
TH = Habits(market="TH", currency="THB", timezone="Asia/Bangkok")

Rows = list[dict[str, str]]


def export(market: str = "us") -> bytes:
    return (DATA / f"seller-center-orders-{market}.csv").read_bytes()


def rows_of(data: bytes) -> Rows:
    """With the row of descriptions first."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def written(rows: Rows, columns: Iterable[str] = (), delimiter: str = ",") -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns) or list(rows[0]), delimiter=delimiter, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def changed(column: str, to: str | Callable[[str], str], only: int | None = None, market: str = "us") -> bytes:
    """The export with a column written anew, in all its rows or in one (the first is 0)."""
    rows = rows_of(export(market))
    for at, row in enumerate(rows[1:]):
        if only in (None, at):
            row[column] = to if isinstance(to, str) else to(row[column])
    return written(rows)


def found(data: bytes, habits: Habits = US) -> list[FoundOrder | BadRow]:
    return list(read_orders("orders.csv", data, habits))


def orders(data: bytes, habits: Habits = US) -> dict[str, Order]:
    return {item.order.id: item.order for item in found(data, habits) if isinstance(item, FoundOrder)}


def problems(data: bytes, habits: Habits = US) -> list[tuple[object, ...]]:
    """Row, column and code of each bad row."""
    bad = [item.facts for item in found(data, habits) if isinstance(item, BadRow)]
    return [(facts["row"], facts["column"], facts["why"]) for facts in bad]
