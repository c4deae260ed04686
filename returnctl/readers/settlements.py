"""Seller Center's settlements: what was paid out or kept, a row for each order, SKU or adjustment.

The columns are described in the design's `tiktok-shop`. They were renamed over time, so each is looked up by every
name that it had; a column of amounts that is not known is kept by its own.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from returnctl.domain.settlement import Settled, SettledKind
from returnctl.errors import BadFile, BadRow
from returnctl.readers.amounts import spreadsheet_amount
from returnctl.readers.cells import Known
from returnctl.readers.dates import find_pattern, read_instant
from returnctl.readers.fields import order_id
from returnctl.readers.intake import FoundSettled, Habits, bad, placed
from returnctl.readers.sku_rows import all_rounded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from decimal import Decimal

    from returnctl.readers.tables import Row, Table

T = TypeVar("T")

# The names that the first column had; each marks a file as a settlement.
IDS = ("Order/adjustment ID", "Order\\adjustment ID", "Order / adjustment ID", "Order ID/adjustment ID")
NEEDED = ("Currency", "Total settlement amount")
_NAMES: dict[str, tuple[str, ...]] = {
    "id": IDS,
    "type": ("Type", "Transaction type"),
    "created": ("Order created time", "Order created date", "Order created time(UTC)", "Order creation time"),
    "settled": ("Order settled time", "Settled time", "Settlement time", "Order settled time(UTC)", "Statement date"),
    "currency": ("Currency",),
    "total": ("Total settlement amount",),
    "refund": ("Refund subtotal after seller discounts",),
    "customer_refund": ("Customer refund",),
    "adjustment": ("Ajustment amount", "Adjustment amount"),
    "return_freight": (
        "Actual return shipping fee", "Return shipping fee", "Return shipping costs passed on to the customer",
    ),
    "related": ("Related order ID",),
}  # fmt: skip
# Columns that hold no amount, by what they are called.
_NO_AMOUNT = re.compile(
    r"\b(id|type|time|date|currency|quantity|name|weight|status|reasons?|items|period|source|sku)\b", re.I
)
_MINUS = re.compile(r"[-−–]")
_BRACKETS = re.compile(r"\((.*)\)")
_NOTHING = frozenset({"", "/", "-", "--", "–"})
_IN_UTC = "(utc"
_DIGIT = re.compile(r"\d")
_LONGEST_TYPE = 100
_MOST_COLUMNS = 200

# Words of the platform's types, and what a row of such a type is; the first that is found tells.
_KINDS: tuple[tuple[re.Pattern[str], SettledKind], ...] = (
    (re.compile(r"compensat|reimburs|appeal|赔|补偿", re.I), "compensation"),
    (re.compile(r"shipping|logistic|freight|运费|物流", re.I), "freight"),
    (re.compile(r"fee|penalt|commission|deduct|charge|佣金|扣|费", re.I), "fee"),
    (re.compile(r"refund|退款", re.I), "refund"),
    (re.compile(r"order|订单", re.I), "order"),
)


class _Export(NamedTuple):
    """`places` are the columns by what they hold; `money` those of all amounts, by their own names."""

    table: Table
    habits: Habits
    places: dict[str, int]
    money: dict[str, int]
    signed: Known[Decimal]
    settled: Callable[[str], datetime]
    created: Callable[[str], datetime]

    def cell(self, cells: list[str], name: str) -> str:
        place = self.places.get(name)
        return "" if place is None else cells[place].strip()

    def read(self, cells: list[str], name: str, read: Callable[[str], T]) -> T:
        try:
            return read(self.cell(cells, name))
        except BadRow as problem:
            raise placed(problem, column=self.column(name)) from None

    def column(self, name: str) -> str:
        return self.table.columns[self.places[name]] if name in self.places else name

    def amount(self, cells: list[str], name: str) -> Decimal:
        return self.read(cells, name, self.signed.read)


def read_settlement(table: Table, habits: Habits) -> Iterator[FoundSettled | BadRow]:
    """Each row, or what is wrong with it. Raises BadFile."""
    export = _survey(table, habits)
    seen: Counter[str] = Counter()
    for row in table.rows():
        if not _says_what(export, row):
            yield _found(export, row, seen)


def _found(export: _Export, row: Row, seen: Counter[str]) -> FoundSettled | BadRow:
    try:
        if row.problem:
            raise bad(row.problem, column=export.column("id"))
        settled = _settled(export, row)
    except BadRow as problem:
        return placed(problem, file=export.table.file, row=row.number)
    seen[settled.content] += 1
    return FoundSettled(row.number, _nth(settled, seen[settled.content]))


def _nth(settled: Settled, nth: int) -> Settled:
    from msgspec.structs import replace

    return settled if nth == 1 else replace(settled, nth=nth)


def _settled(export: _Export, row: Row) -> Settled:
    cells = row.cells
    type_, related = export.cell(cells, "type")[:_LONGEST_TYPE], _related(export, cells)
    own, kind = export.read(cells, "id", order_id), kind_of(export.cell(cells, "type"))
    refund, customer_refund = export.amount(cells, "refund"), export.amount(cells, "customer_refund")
    total = export.amount(cells, "total")
    # A refund that settles later comes as a row of its own that is called an order's all the same.
    alone = kind == "order" and total < 0 and bool(refund or customer_refund)
    return Settled(
        id=own,
        order=related or (own if kind in ("order", "refund") else None),
        kind="refund" if alone else kind,
        type=type_,
        currency=export.read(cells, "currency", partial(_currency, wanted=export.habits.currency)),
        total=total,
        refund=refund,
        customer_refund=customer_refund,
        adjustment=export.amount(cells, "adjustment"),
        return_freight=export.amount(cells, "return_freight"),
        settled_at=export.read(cells, "settled", export.settled),
        created_at=export.read(cells, "created", export.created) if _says(export, cells, "created") else None,
        related=related,
        account=export.habits.account,
        file=export.table.file.rpartition("/")[2],
        row=row.number,
        columns=_columns(export, cells),
    )


@lru_cache
def kind_of(type_: str) -> SettledKind:
    """What a row is by the platform's own word for it; without one it is an order's."""
    return next((kind for words, kind in _KINDS if words.search(type_)), "adjustment") if type_ else "order"


def _related(export: _Export, cells: list[str]) -> str | None:
    return export.read(cells, "related", order_id) if _says(export, cells, "related") else None


def _says(export: _Export, cells: list[str], name: str) -> bool:
    return export.cell(cells, name) not in _NOTHING


def _says_what(export: _Export, row: Row) -> bool:
    """A row that describes the columns, or sums them up, has an id without digits, or none."""
    text = "" if row.problem else export.cell(row.cells, "id")
    return bool(text) and not _DIGIT.search(text)


def _currency(text: str, wanted: str) -> str:
    if text != wanted:
        raise bad("currency_disagrees" if text else "missing", text, currency=wanted)
    return text


def _columns(export: _Export, cells: list[str]) -> dict[str, Decimal]:
    """Every amount that is not 0; a column whose text is none is no column of amounts."""
    found = {}
    for column, place in export.money.items():
        try:
            amount = export.signed[cells[place].strip()]
        except BadRow:
            continue
        if amount:
            found[column] = amount
    return found


def signed(text: str, currency: str) -> Decimal:
    """`-12.50`, `$-12.50`, `($12.50)`; a cell that is empty says nothing was paid. Raises BadRow."""
    if text in _NOTHING:
        return spreadsheet_amount("0", currency)
    inside = _BRACKETS.fullmatch(text)
    plain, minuses = _MINUS.subn("", inside[1] if inside else text, count=1)
    amount = spreadsheet_amount(plain, currency)
    return -amount if bool(inside) != bool(minuses) and amount else amount


# --- the whole of the file


def _survey(table: Table, habits: Habits) -> _Export:
    """What only the whole file tells: how its dates are written, and whether its ids were rounded."""
    places = _places(table)
    ids, days = _samples(table, places)
    if all_rounded(ids):
        raise BadFile(file=table.file, why="rounded_ids", value=max(ids))
    pattern = find_pattern(days, table.file, habits.dates)
    times = {name: partial(_instant, zones=_zones(table, places, name, habits), pattern=pattern) for name in _TIMES}
    money = {
        column: place
        for place, column in enumerate(table.columns[:_MOST_COLUMNS])
        if column and not _NO_AMOUNT.search(column)
    }
    return _Export(table, habits, places, money, Known(partial(signed, currency=habits.currency)), **times)


_TIMES = ("settled", "created")
_LONGEST_DAY = len("10/20/2026")


def _samples(table: Table, places: dict[str, int]) -> tuple[set[str], set[str]]:
    """The ids of the file, and its days."""
    ids, days = set[str](), set[str]()
    times = [places[name] for name in _TIMES if name in places]
    for row in table.rows():
        if not row.problem:
            ids.add(row.cells[places["id"]].strip())
            days.update(row.cells[place].strip()[:_LONGEST_DAY] for place in times)
    return {text for text in ids if _DIGIT.search(text)}, days


def _zones(table: Table, places: dict[str, int], name: str, habits: Habits) -> tuple[str, str]:
    """Of its days, and of its times: some forms write those in UTC, and say so in the name of the column."""
    column = table.columns[places[name]] if name in places else ""
    return habits.timezone, "UTC" if _IN_UTC in column.casefold() else habits.timezone


def _instant(text: str, zones: tuple[str, str], pattern: str) -> datetime:
    """A day without a time is its beginning where the account is, so that a month begins with its first."""
    if not text:
        raise bad("missing")
    of_days, of_times = zones
    return read_instant(text, of_times, pattern) if ":" in text else read_instant(f"{text} 00:00", of_days, pattern)


def _places(table: Table) -> dict[str, int]:
    """Raises BadFile where a column that is needed is missing."""
    places = {}
    for name, names in _NAMES.items():
        place = next((place for each in names if (place := _find(table, each)) is not None), None)
        if place is not None:
            places[name] = place
    missing = [_NAMES[name][0] for name in ("id", "settled", "currency", "total") if name not in places]
    if missing:
        raise BadFile(file=table.file, why="missing_columns", columns=missing)
    return places


def _find(table: Table, name: str) -> int | None:
    """A column may say the currency or the zone behind its name: `Order created time(UTC)`."""
    place = table.find(name)
    return table.find(f"{name}(UTC)") if place is None else place
