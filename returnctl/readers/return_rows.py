"""Seller Center's export of returns: a row for each SKU of a return. Its columns are described in `tiktok-shop`.

What concerns the whole return stands on each of its rows. "Return unit price" is the whole refund of the row.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from functools import partial
from operator import attrgetter, itemgetter
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from returnctl.domain import tiktok
from returnctl.domain.external import Seen, Told
from returnctl.domain.report import Piece, Report
from returnctl.errors import BadFile, BadRow
from returnctl.readers.amounts import spreadsheet_amount
from returnctl.readers.cells import LONGEST_DAY, Known, cell, quantity, titled, together
from returnctl.readers.dates import find_pattern, read_instant
from returnctl.readers.fields import LONGEST_TEXT, name, order_id
from returnctl.readers.intake import FoundReport, Habits, bad
from returnctl.readers.sku_rows import Packed, all_rounded, packed_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from returnctl.readers.tables import Table

# In exports of returns the day stands first, also where those of orders have the month there.
_MONTH_FIRST = "MM/dd/yyyy"


class ReturnRow(NamedTuple):
    """A row's cells, stripped; the fields bear the columns' names. A column that the file lacks is empty."""

    number: int
    problem: str
    return_order_id: str
    order_id: str
    sku_id: str
    seller_sku: str
    return_type: str
    time_requested: str
    return_reason: str
    return_unit_price: str
    return_quantity: str
    return_logistics_tracking_id: str
    return_status: str
    return_sub_status: str
    refund_time: str
    dispute_status: str
    appeal_status: str
    compensation_status: str
    compensation_amount: str
    buyer_note: str


COLUMNS = ReturnRow._fields[2:]
NEEDED = ("return_order_id", "order_id", "return_status", "time_requested")
_OF_THE_RETURN = ("order_id", "return_type", "time_requested", "return_status")
of_the_return = attrgetter(*_OF_THE_RETURN)
_surveyed = itemgetter(*map(COLUMNS.index, ("return_order_id", "order_id", "sku_id", "time_requested", "refund_time")))


def read_returns(table: Table, habits: Habits) -> Iterator[FoundReport | BadRow]:
    """Each return as soon as its last row is met: the whole file is read before. Raises BadFile."""
    kept, export = _survey(table, habits)
    del table
    unpacked = (ReturnRow(each.number, each.problem, *each.parts()) for each in kept)
    for rows in together(unpacked, "return_order_id", export.rows_of):
        yield titled(rows, export.table) if isinstance(rows, BadRow) else export.found(rows)


class _Export(NamedTuple):
    """What the whole of a file told: how many rows each return has, and how its dates are written."""

    table: Table
    habits: Habits
    rows_of: dict[str, int]
    amounts: Known[Decimal]
    instant: Callable[[str], datetime]
    requested: Callable[[str], datetime]
    quantities: Known[int]

    def found(self, rows: list[ReturnRow]) -> FoundReport | BadRow:
        try:
            return FoundReport(self.table.file, rows[0].number, self.report(rows))
        except BadRow as problem:
            return titled(problem, self.table)

    def report(self, rows: list[ReturnRow]) -> Report:
        _check_rows(rows)
        first = rows[0]
        tracking = next((x.return_logistics_tracking_id for x in rows if x.return_logistics_tracking_id), "")
        return Report(
            platform=tiktok.NAME,
            source="export",
            return_id=cell(first, "return_order_id", order_id),
            order=cell(first, "order_id", order_id),
            currency=self.habits.currency,
            kind=tiktok.kind(first.return_type),
            reasons=(first.return_reason,) if first.return_reason else (),
            note=next((row.buyer_note for row in rows if row.buyer_note), "")[:LONGEST_TEXT],
            applied_at=cell(first, "time_requested", self.requested),
            pieces=tuple(map(self.piece, rows)),
            tracking=tracking[:LONGEST_TEXT] or None,
            told=self.told(rows, sent=bool(tracking)),
        )

    def piece(self, row: ReturnRow) -> Piece:
        """A row without a quantity is of one unit."""
        many = cell(row, "return_quantity", self.quantities.read) if row.return_quantity else 1
        return Piece(many, sku_id=row.sku_id, seller_sku=row.seller_sku)

    def told(self, rows: list[ReturnRow], *, sent: bool) -> Told:
        first = rows[0]
        times = self.refund_times(rows)
        requested = cell(first, "time_requested", self.requested)
        known_at = self.habits.as_of
        return Told(
            at=known_at or max([requested, *times]),
            exact=known_at is not None,
            status=_words(first, "return_status"),
            sub_status=_words(first, "return_sub_status") or None,
            reason=first.return_reason[:LONGEST_TEXT] or None,
            dispute=_words(first, "dispute_status") or None,
            appeal=_words(first, "appeal_status") or None,
            refund=self.sum(rows, "return_unit_price"),
            refunded_at=max(times, default=None),
            compensation_status=_words(first, "compensation_status") or None,
            compensation=self.compensation(rows),
            sent=sent,
            seen=Seen(PurePath(self.table.file).name, first.number),
        )

    def refund_times(self, rows: list[ReturnRow]) -> list[datetime]:
        """A refund that is only foreseen was not made, and says nothing of when the row was so."""
        times = [cell(row, "refund_time", self.instant) for row in rows if row.refund_time]
        latest = self.habits.latest
        return [time for time in times if latest is None or time <= latest]

    def sum(self, rows: list[ReturnRow], column: str) -> Decimal | None:
        amounts = [cell(row, column, self.amounts.read) for row in rows if getattr(row, column)]
        return sum(amounts[1:], amounts[0]) if amounts else None

    def compensation(self, rows: list[ReturnRow]) -> Decimal | None:
        """One amount on each row is that of the return; others are the rows' own."""
        if len({row.compensation_amount for row in rows}) == 1:
            return self.sum(rows[:1], "compensation_amount")
        return self.sum(rows, "compensation_amount")


def _survey(table: Table, habits: Habits) -> tuple[list[Packed], _Export]:
    rows: list[Packed] = []
    rows_of: dict[str, int] = defaultdict(int)
    order_ids: set[str] = set()
    sku_ids: set[str] = set()
    days: set[str] = set()
    for row, cells in packed_rows(table, COLUMNS):
        rows.append(row)
        number, order, sku, *times = _surveyed(cells)
        rows_of[number] += 1
        order_ids.add(order)
        sku_ids.add(sku)
        days.update([time[:LONGEST_DAY] for time in times])
    if all_rounded(rows_of) or all_rounded(order_ids) or all_rounded(sku_ids | order_ids | set(rows_of)):
        raise BadFile(file=table.file, why="rounded_ids", value=max(order_ids))
    pattern = find_pattern(days, table.file, _dates(habits))
    export = _Export(
        table.header_only(),
        habits,
        rows_of,
        amounts=Known(partial(spreadsheet_amount, currency=habits.currency)),
        instant=partial(read_instant, zone=habits.timezone, pattern=pattern),
        requested=partial(read_instant, zone=habits.timezone, pattern=pattern, latest=habits.latest),
        quantities=Known(quantity),
    )
    return rows, export


def _dates(habits: Habits) -> str | None:
    """What an account says of its dates is of its orders, which may have the month first."""
    month_first = bool(habits.dates and habits.dates.startswith(_MONTH_FIRST))
    return None if month_first and not habits.dates_told else habits.dates


def _check_rows(rows: list[ReturnRow]) -> None:
    first = rows[0]
    for row in rows:
        if row.problem:
            raise bad(row.problem, row.return_order_id, row=row.number, column="return_order_id")
        if of_the_return(row) != of_the_return(first):
            column = next(x for x in _OF_THE_RETURN if getattr(row, x) != getattr(first, x))
            raise bad("rows_of_return_differ", getattr(row, column), row=row.number, column=column)


def _words(row: ReturnRow, column: str) -> str:
    text: str = getattr(row, column)
    return cell(row, column, name) if text else ""
