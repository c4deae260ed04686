"""Seller Center's exports of returns and of settlements, about the orders of an export that were delivered."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count, cycle
from pathlib import Path

from benchmarks.csvs import Row

_DATA = Path(__file__).parent.parent / "tests/data"
_ORDERED = "%m/%d/%Y %I:%M:%S %p"
_REQUESTED = "%d/%m/%Y %H:%M:%S"


def write_returns(path: Path, export: Path, many: int) -> Path:
    """In the states of the sample, each asked for three days after the delivery."""
    sample = _read(_DATA / "seller-center-returns.csv")
    return _write(path, map(_return, count(), cycle(sample), _delivered(export)), many)


def write_settlement(path: Path, export: Path, many: int) -> Path:
    """The amounts of the sample, whose adjustments concern the order of their own."""
    sample = [row for row in _read(_DATA / "seller-center-settlement-us.csv") if row["Type"] == "Order"]
    return _write(path, map(_settled, cycle(sample), _delivered(export)), many)


def _return(number: int, like: Row, order: Row) -> Row:
    asked = datetime.strptime(order["Delivered Time"].strip(), _ORDERED) + timedelta(days=3)  # noqa: DTZ007
    own = {
        "Return Order ID": f"4035{number:015}", "Order ID": order["Order ID"], "SKU ID": order["SKU ID"],
        "Seller SKU": order["Seller SKU"], "Return Quantity": "1", "Time Requested": asked.strftime(_REQUESTED),
    }  # fmt: skip
    paid = (asked + timedelta(days=6)).strftime(_REQUESTED)
    return like | own | {"Refund Time": paid if like["Refund Time"].strip() else ""}


def _settled(like: Row, order: Row) -> Row:
    first = next(iter(like))
    return like | {first: order["Order ID"].strip()}


def _delivered(export: Path) -> Iterator[Row]:
    """The first row of each order that arrived."""
    known = set[str]()
    for row in _rows(export):
        if row["Delivered Time"].strip()[:1].isdigit() and row["Order ID"] not in known:
            known.add(row["Order ID"])
            yield row


def _read(path: Path) -> list[Row]:
    return list(_rows(path))


def _rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _write(path: Path, rows: Iterator[Row], many: int) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        first = next(rows)
        writer = csv.DictWriter(file, list(first))
        writer.writeheader()
        writer.writerow(first)
        writer.writerows(row for row, _ in zip(rows, range(many - 1), strict=False))
    return path
