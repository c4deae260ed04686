"""The rows of Seller Center's export of orders: a row for each SKU of an order.

Sheet `OrderSKUList`; its columns are described in the design's `tiktok-shop`.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from returnctl.readers.tables import Table


class SkuRow(NamedTuple):
    """A row's cells, stripped; the fields bear the columns' names. A column that the file lacks is empty.

    `number` and `problem` are those of `tables.Row`.
    """

    number: int
    problem: str
    order_id: str
    order_status: str
    sku_id: str
    seller_sku: str
    product_name: str
    variation: str
    product_category: str
    quantity: str
    sku_subtotal_after_discount: str
    shipping_fee_after_discount: str
    taxes: str
    order_amount: str
    payment_method: str
    created_time: str
    rts_time: str
    shipped_time: str
    delivered_time: str
    cancelled_time: str
    buyer_username: str
    recipient: str
    country: str


COLUMNS = SkuRow._fields[2:]
NEEDED = ("order_id", "sku_id", "quantity", "sku_subtotal_after_discount", "created_time")
TIMES = tuple(column for column in COLUMNS if column.endswith("_time"))
CANCELLED = ("canceled", "cancelled", "已取消")
# So many digits of a number does a spreadsheet keep; the others it makes 0.
KEPT_DIGITS = 15
# No text of a table holds one.
_BETWEEN = "\0"


class Packed(Struct, frozen=True, gc=False):
    """A row as it is kept until its order is whole: many of them are held, so its cells are one text."""

    number: int
    problem: str
    cells: str

    def row(self) -> SkuRow:
        return SkuRow._make((self.number, self.problem, *self.parts()))

    def parts(self) -> list[str]:
        return self.cells.split(_BETWEEN)


def packed_rows(table: Table, columns: Sequence[str] = COLUMNS) -> Iterator[tuple[Packed, Sequence[str]]]:
    """Each row without the one that describes the columns, beside its cells; the first is an id. Raises BadFile."""
    width = len(table.columns)
    # The place behind the last cell is empty, and stands for columns that the file lacks.
    pick = itemgetter(*(width if place is None else place for place in map(table.find, map(header, columns))))
    first = True
    for row in table.rows():
        cells = [*row.cells, *[""] * width][:width] if row.problem else row.cells
        cells.append("")
        picked = list(map(str.strip, pick(cells)))
        if not (first and _describes(picked[0])):
            yield Packed(row.number, row.problem, _BETWEEN.join(picked)), picked
        first = False


def header(column: str) -> str:
    return column.replace("_", " ")


def is_cancelled(row: SkuRow) -> bool:
    return bool(row.cancelled_time) or row.order_status.casefold() in CANCELLED


def all_rounded(ids: Collection[str]) -> bool:
    """Of one id that ends in zeros nobody can tell; of several it is no accident."""
    given = [text for text in ids if text]
    return len(given) > 1 and all(len(text) > KEPT_DIGITS and not text[KEPT_DIGITS:].strip("0") for text in given)


def _describes(id_cell: str) -> bool:
    """The second row of an export says what the columns mean: "Platform unique order ID."."""
    return bool(id_cell) and not any(letter.isdigit() for letter in id_cell)
