"""The report as sheets: amounts and counts as numbers, keys as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from returnctl.domain.measures import Group, measures
from returnctl.output.report import plain
from returnctl.output.report_rows import flat, long
from returnctl.output.xlsx import Column, Page

Row = Mapping[str, Any]
_MONEY = "money."


def of_groups(rows: Iterable[Row], by: str, currencies: Sequence[str]) -> Page:
    nothing = plain(measures(Group(key=None, counts={})))
    columns = [_column(name, by) for name in flat({"key": None, **nothing}, by, currencies)]
    return Page(f"by {by}", columns, (_numbers(flat(row, by, currencies), currencies) for row in rows))


def of_figures(told: Row, currencies: Sequence[str]) -> Page:
    columns = (Column("figure"), Column("of"), Column("value", "number"))
    return Page("figures", columns, _figures(told, currencies))


def _column(name: str, by: str) -> Column:
    """The currency of an amount stands in its name, and for the form of its cells in the row under itself."""
    if name == by:
        return Column(name)
    return Column(name, "amount", name.split(".")[1]) if name.startswith(_MONEY) else Column(name, "number")


def _numbers(row: dict[str, Any], currencies: Sequence[str]) -> dict[str, Any]:
    amounts = {key: Decimal(value) for key, value in row.items() if key.startswith(_MONEY) and value is not None}
    return row | amounts | {currency: currency for currency in currencies}


def _figures(told: Row, currencies: Sequence[str]) -> Iterator[Row]:
    for row in long(told, currencies):
        value = row["value"]
        yield row | {"value": Decimal(value) if isinstance(value, str) else value}
