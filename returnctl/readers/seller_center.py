"""Seller Center's export of orders: what concerns a whole order stands on each of its rows."""

from __future__ import annotations

from functools import partial
from itertools import count
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, NamedTuple

from returnctl.domain.money import spread
from returnctl.domain.order import Buyer, Order, OrderLine, Payment, Shipping
from returnctl.errors import BadFile, BadRow
from returnctl.readers.amounts import spreadsheet_amount
from returnctl.readers.cells import LONGEST_DAY, Known, cell, quantity, titled, together
from returnctl.readers.dates import find_pattern, read_instant
from returnctl.readers.fields import LONGEST_TEXT, name, order_id
from returnctl.readers.intake import FoundOrder, Habits, bad
from returnctl.readers.sku_rows import COLUMNS, TIMES, Packed, SkuRow, all_rounded, is_cancelled, packed_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from decimal import Decimal

    from returnctl.readers.tables import Table

# Written on each row of an order, and counted once.
OF_THE_ORDER = ("shipping_fee_after_discount", "taxes", "order_amount", "created_time", "buyer_username")
of_the_order = attrgetter(*OF_THE_ORDER)
_day = itemgetter(slice(LONGEST_DAY))
_surveyed = itemgetter(*map(COLUMNS.index, ("order_id", "sku_id", *TIMES)))

# What the Country column says, for the markets of TikTok Shop. Others are not judged.
COUNTRIES = {
    "united states": "US", "united states of america": "US", "usa": "US", "us": "US",
    "united kingdom": "GB", "great britain": "GB", "uk": "GB", "gb": "GB",
    "germany": "DE", "france": "FR", "italy": "IT", "spain": "ES", "ireland": "IE",
    "mexico": "MX", "méxico": "MX", "brazil": "BR", "brasil": "BR", "japan": "JP",
    "thailand": "TH", "vietnam": "VN", "viet nam": "VN", "việt nam": "VN", "indonesia": "ID", "malaysia": "MY",
    "philippines": "PH", "the philippines": "PH", "singapore": "SG",
}  # fmt: skip


def read_export(table: Table, habits: Habits) -> Iterator[FoundOrder | BadRow]:
    """Each order as soon as its last row is met: the whole file is read before. Raises BadFile."""
    kept, export = _survey(table, habits)
    del table  # with the bytes of the file, of which the rows are all that is needed
    for rows in together(map(Packed.row, kept), "order_id", export.rows_of):
        yield titled(rows, export.table) if isinstance(rows, BadRow) else export.found(rows)


class _Export(NamedTuple):
    """What the whole of a file told: how many rows each order has, and how its dates are written."""

    table: Table
    habits: Habits
    rows_of: dict[str, int]
    amounts: Known[Decimal]
    instant: Callable[[str], datetime]
    quantities: Known[int]

    def found(self, rows: list[SkuRow]) -> FoundOrder | BadRow:
        try:
            return FoundOrder(rows[0].number, self.order(rows))
        except BadRow as problem:
            return titled(problem, self.table)

    def order(self, rows: list[SkuRow]) -> Order:
        _check_rows(rows)
        first = rows[0]
        _check_market(first, self.habits.market)
        return Order(
            id=first.order_id,
            platform="tiktok",
            account=self.habits.account,
            market=self.habits.market,
            currency=self.habits.currency,
            buyer=_buyer(first),
            ordered_at=cell(first, "created_time", self.instant),
            shipped_at=self.latest(rows, "shipped_time") or self.latest(rows, "rts_time"),
            delivered_at=self.latest(rows, "delivered_time"),
            cancelled_at=self.cancelled(first),
            lines=self.lines(rows),
            shipping=Shipping(net=self.charge(first, "shipping_fee_after_discount"), tax=self.amounts["0"]),
            payments=self.payments(first),
        )

    def lines(self, rows: list[SkuRow]) -> tuple[OrderLine, ...]:
        nets = [cell(row, "sku_subtotal_after_discount", self.amounts.read) for row in rows]
        tax = self.charge(rows[0], "taxes")
        taxes = [tax] if len(rows) == 1 else spread(tax, nets, self.habits.currency)
        return tuple(map(self.line, count(1), rows, nets, taxes))

    def line(self, number: int, row: SkuRow, net: Decimal, tax: Decimal) -> OrderLine:
        return OrderLine(
            line=str(number),
            sku=cell(row, "seller_sku" if row.seller_sku else "sku_id", name),
            title=f"{row.product_name} {row.variation}".strip()[:LONGEST_TEXT],
            category=row.product_category[:LONGEST_TEXT],
            quantity=cell(row, "quantity", self.quantities.read),
            net=net,
            tax=tax,
        )

    def payments(self, row: SkuRow) -> tuple[Payment, ...]:
        if not row.order_amount:
            return ()
        paid = cell(row, "order_amount", self.amounts.read)
        return (Payment(id="p1", method=row.payment_method[:LONGEST_TEXT], amount=paid),)

    def charge(self, row: SkuRow, column: str) -> Decimal:
        """A cell that is empty says nothing was charged."""
        return cell(row, column, self.amounts.read) if getattr(row, column) else self.amounts["0"]

    def latest(self, rows: list[SkuRow], column: str) -> datetime | None:
        """Parcels of one order travel apart: it is there when the last of them is."""
        if len(rows) == 1:
            return cell(rows[0], column, self.instant) if getattr(rows[0], column) else None
        row_of = {getattr(row, column): row for row in rows}
        return None if "" in row_of else max([cell(row, column, self.instant) for row in row_of.values()])

    def cancelled(self, row: SkuRow) -> datetime | None:
        if not is_cancelled(row):
            return None
        return cell(row, "cancelled_time" if row.cancelled_time else "created_time", self.instant)


def _survey(table: Table, habits: Habits) -> tuple[list[Packed], _Export]:
    rows: list[Packed] = []
    rows_of: dict[str, int] = {}
    sku_ids: set[str] = set()
    days: set[str] = set()
    for row, cells in packed_rows(table):
        rows.append(row)
        order, sku_id, *times = _surveyed(cells)
        rows_of[order] = rows_of.get(order, 0) + 1
        sku_ids.add(sku_id)
        days.update(map(_day, times))
    if all_rounded(rows_of) or all_rounded(sku_ids | set(rows_of)):
        raise BadFile(file=table.file, why="rounded_ids", value=max(rows_of))
    zone, pattern = habits.timezone, find_pattern(days, table.file, habits.dates)
    export = _Export(
        table.header_only(),
        habits,
        rows_of,
        amounts=Known(partial(spreadsheet_amount, currency=habits.currency)),
        instant=lambda text: read_instant(text, zone, pattern),
        quantities=Known(quantity),
    )
    return rows, export


def _check_rows(rows: list[SkuRow]) -> None:
    first = rows[0]
    for row in rows:
        if row.problem:
            raise bad(row.problem, row.order_id, row=row.number, column="order_id")
        if row is first:
            cell(row, "order_id", order_id)
        else:
            _check_alike(row, first)


def _check_alike(row: SkuRow, first: SkuRow) -> None:
    if of_the_order(row) != of_the_order(first):
        column = next(x for x in OF_THE_ORDER if getattr(row, x) != getattr(first, x))
        raise bad("rows_differ", getattr(row, column), row=row.number, column=column)
    if is_cancelled(row) != is_cancelled(first):
        raise bad("rows_differ", row.order_status, row=row.number, column="order_status")


def _check_market(row: SkuRow, market: str) -> None:
    told = COUNTRIES.get(row.country.casefold())
    if told and told != COUNTRIES.get(market.casefold(), market):
        raise bad("market_disagrees", row.country, row=row.number, column="country", market=market)


def _buyer(row: SkuRow) -> Buyer:
    """An order without a buyer's name is nobody else's: its own id keeps strangers apart."""
    column = "buyer_username" if row.buyer_username else "order_id"
    return Buyer(id=cell(row, column, name), name=row.recipient[:LONGEST_TEXT])
