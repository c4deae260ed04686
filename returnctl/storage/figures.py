"""Counting over the index: the rows that the report is made of, grouped by SQLite, one group behind the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from returnctl.domain.figures import MONEY, Traits
from returnctl.storage.rows import instant, microseconds, traits_of

Row = tuple[Any, ...]
Asked = Callable[[str, Sequence[object]], Iterator[Row]]

_SUMS = "".join(f", sum({name})" for name in MONEY)
_ACCOUNT = "(SELECT account FROM shelves WHERE shelves.shelf = returns.shelf)"
_POLICY = "(SELECT policy FROM temp.policies WHERE temp.policies.traits = returns.traits)"
_KEYS = {"reason": "reason", "account": _ACCOUNT, "policy": _POLICY, "basket": "basket"}
_OF_ORDERS = {"account": "account", "basket": "basket"}


class Period(Struct, frozen=True):
    """From `since` on, before `until`; without them all there is."""

    since: datetime | None = None
    until: datetime | None = None

    def before(self) -> Period:
        return Period(None, self.since)


class Cell(Struct, frozen=True):
    """Returns with one key and the same traits: how many, and the sums of `MONEY`."""

    key: Any
    traits: Traits
    count: int
    money: tuple[int | None, ...]


class Tables:
    """`by` is a column to group by, or the starts of months: their labels and instants, the earliest first."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._traits = {number: traits_of(told) for number, told in asked("SELECT * FROM traits", ())}

    def currencies(self) -> list[str]:
        """All that returns were ever paid in."""
        return sorted({each.currency for each in self._traits.values()})

    def cells(self, period: Period, by: str | Sequence[tuple[str, datetime]]) -> Iterator[Cell]:
        key, (where, values) = self._key(by, "applied"), _within("applied", period)
        sql = f"SELECT {key}, traits, count(*){_SUMS} FROM returns{where} GROUP BY 1, 2"  # noqa: S608 - our own words
        return self._cells(sql, values)

    def cells_by_buyer(self, period: Period, limit: int | None) -> Iterator[Cell]:
        """Those with the most returns first."""
        where, values = _within("applied", period)
        ranked = f"SELECT buyer, count(*) AS many FROM returns{where} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?"  # noqa: S608
        sql = (
            f"WITH ranked AS ({ranked}) SELECT buyer, traits, count(*){_SUMS} FROM ranked JOIN returns USING (buyer)"  # noqa: S608
            f"{where} GROUP BY many, buyer, traits ORDER BY many DESC, buyer, traits"
        )
        return self._cells(sql, (*values, -1 if limit is None else limit, *values))

    def _cells(self, sql: str, values: Sequence[object]) -> Iterator[Cell]:
        for key, traits, count, *money in self._asked(sql, values):
            yield Cell(key, self._traits[traits], count, tuple(money))

    def lengths(self, period: Period, by: str | Sequence[tuple[str, datetime]], span: str) -> Iterator[Row]:
        """Key, minutes, and how many took them: the keys in order, and the shortest first."""
        key, (where, values) = self._key(by, "applied"), _within("applied", period, f"{span} IS NOT NULL")
        sql = f"SELECT {key}, {span}, count(*) FROM returns{where} GROUP BY 1, 2 ORDER BY 1, 2"  # noqa: S608
        return self._asked(sql, values)

    def orders(self, period: Period, by: str | Sequence[tuple[str, datetime]]) -> Iterator[Row]:
        """Key and orders that were not cancelled; `by` a column that orders have."""
        key = _OF_ORDERS.get(by, "NULL") if isinstance(by, str) else _month(by, "ordered")
        where, values = _within("ordered", period, "basket IS NOT NULL")
        return self._asked(f"SELECT {key}, count(*) FROM orders{where} GROUP BY 1", values)  # noqa: S608

    def orders_of(self, buyer: str, period: Period) -> int:
        where, values = _within("ordered", period, "basket IS NOT NULL AND buyer = ?")
        sql = f"SELECT count(*) FROM orders INDEXED BY orders_by_buyer{where}"  # noqa: S608
        return int(next(self._asked(sql, (buyer, *values)))[0])

    def baskets(self, period: Period) -> Iterator[tuple[int, int]]:
        """Baskets of returns, and how many had each."""
        where, values = _within("applied", period)
        return self._asked(f"SELECT basket, count(*) FROM returns{where} GROUP BY 1", values)  # noqa: S608

    def goods(self, basket: int) -> list[tuple[str, int]]:
        """The units of each SKU in it."""
        ((told,),) = self._asked("SELECT goods FROM baskets WHERE basket = ?", (basket,))
        return msgspec.json.decode(told, type=list[tuple[str, int]])

    def buyers(self, period: Period, least: int) -> Iterator[tuple[str, int]]:
        """Buyers with at least so many returns."""
        where, values = _within("applied", period)
        sql = f"SELECT buyer, count(*) FROM returns{where} GROUP BY 1 HAVING count(*) >= ?"  # noqa: S608
        return self._asked(sql, (*values, least))

    def overdue(self, period: Period, now: datetime) -> int:
        """Dues of the seller that ended and wait for an answer still."""
        where, values = _within("applied", period, "due <= ? AND due_by = 'seller'")
        return int(next(self._asked(f"SELECT count(*) FROM returns{where}", (microseconds(now), *values)))[0])  # noqa: S608

    def ends(self, period: Period) -> tuple[datetime, datetime] | None:
        """When the first and the last return of the period were applied for."""
        where, values = _within("applied", period)
        first, last = next(self._asked(f"SELECT min(applied), max(applied) FROM returns{where}", values))  # noqa: S608
        return None if first is None else (instant(first), instant(last))

    def _key(self, by: str | Sequence[tuple[str, datetime]], column: str) -> str:
        if not isinstance(by, str):
            return _month(by, column)
        if by == "policy":
            self._know_policies()
        return _KEYS.get(by, "NULL")

    def _know_policies(self) -> None:
        """Which traits are of which policy, beside the index for as long as it is open."""
        told = {number: f"{each.policy} v{each.version}" for number, each in self._traits.items()}
        self._done("CREATE TEMP TABLE IF NOT EXISTS policies (traits INTEGER PRIMARY KEY, policy TEXT)")
        for number, policy in told.items():
            self._done("INSERT OR REPLACE INTO temp.policies VALUES (?, ?)", number, policy)

    def _done(self, sql: str, *values: object) -> None:
        list(self._asked(sql, values))


def _within(column: str, period: Period, *more: str) -> tuple[str, tuple[object, ...]]:
    """A WHERE and its values, those of `more` before them."""
    ends = [(f"{column} >= ?", period.since), (f"{column} < ?", period.until)]
    given = [(sql, microseconds(at)) for sql, at in ends if at is not None]
    conditions = [*more, *(sql for sql, _ in given)]
    return (f" WHERE {' AND '.join(conditions)}" if conditions else "", tuple(at for _, at in given))


def _month(starts: Sequence[tuple[str, datetime]], column: str) -> str:
    """The label of the month, found by halving; labels and instants are the program's own."""
    if len(starts) == 1:
        return f"'{starts[0][0]}'"
    half = len(starts) // 2
    later = microseconds(starts[half][1])
    return f"CASE WHEN {column} < {later} THEN {_month(starts[:half], column)} ELSE {_month(starts[half:], column)} END"


def by_sku(tables: Tables, baskets: Iterable[tuple[int, int]]) -> dict[str, int]:
    """The units of each SKU in so many of each basket."""
    units: dict[str, int] = {}
    for basket, many in baskets:
        for sku, quantity in tables.goods(basket):
            units[sku] = units.get(sku, 0) + quantity * many
    return units
