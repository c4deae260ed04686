"""Seller Center's export of orders, as large as wanted: the orders of the sample, each time with an id, amounts,
times and a buyer of their own.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

SAMPLE = Path(__file__).parent.parent / "tests/data/seller-center-orders-us.csv"
_TIMES = ("Created Time", "Paid Time", "RTS Time", "Shipped Time", "Delivered Time", "Cancelled Time")
_FORM = "%m/%d/%Y %I:%M:%S %p"
_PRICE = "SKU Subtotal After Discount"

Row = dict[str, str]


def write_export(path: Path, orders: int) -> Path:
    with SAMPLE.open(encoding="utf-8-sig", newline="") as file:
        described, *sample = csv.DictReader(file)
    groups = [list(rows) for _, rows in groupby(sorted(sample, key=_order), key=_order)]
    groups = [rows for rows in groups if rows[0]["Country"] in ("United States", "")]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(described))
        writer.writeheader()
        writer.writerow(described)
        for number in range(orders):
            writer.writerows(_varied(groups[number % len(groups)], number))
    return path


def _order(row: Row) -> str:
    return row["Order ID"]


def _varied(rows: list[Row], number: int) -> Iterator[Row]:
    chance = random.Random(number)
    later = timedelta(seconds=chance.randrange(250 * 24 * 3600))
    own = {
        "Order ID": f"5781{number:014}",
        "Buyer Username": f"buyer{chance.randrange(1 + number):07}",
        "Order Amount": f"${chance.randrange(500, 20_000) / 100:.2f}",
    }
    for row in rows:
        price = {_PRICE: f"${chance.randrange(500, 10_000) / 100:.2f}"}
        yield row | own | price | {name: _moved(row[name], later) for name in _TIMES}


def _moved(text: str, later: timedelta) -> str:
    if not text.strip():
        return text
    return (datetime.strptime(text.strip(), _FORM).replace(tzinfo=UTC) + later).strftime(_FORM)
