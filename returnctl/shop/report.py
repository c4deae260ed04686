"""The report: returns of a period counted together, or by one thing that they differ in."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any, NamedTuple

from returnctl.domain.anonymize import NOBODY
from returnctl.domain.calendar import months
from returnctl.domain.figures import Traits
from returnctl.domain.measures import (
    KNOWN,
    LEAST,
    SPANS,
    By,
    Group,
    Outlier,
    Span,
    features,
    money_keys,
    outlier,
    rate,
    span_of,
    together,
)
from returnctl.storage.figures import Cell, Period, Tables, by_sku

Key = str | Sequence[tuple[str, datetime]]
# Who and what stands out is named up to so many.
MOST = 10


class Overview(NamedTuple):
    """`reasons` are those that were given, by how often; `overdue` dues of the seller that wait for an answer still."""

    whole: Group
    reasons: list[tuple[str | None, int]]
    overdue: int
    skus: list[Outlier]
    buyers: list[Outlier]


class Sold(NamedTuple):
    """Units by SKU: asked to be returned, and sold."""

    returned: Mapping[str, int]
    sold: Mapping[str, int]


def overview(tables: Tables, period: Period, now: datetime) -> Overview:
    by_reason = {key: _counted(cells) for key, cells in groupby(tables.cells(period, "reason"), lambda x: x.key)}
    counts, goods = together(by_reason.values()), _sold(tables, period)
    orders = sum(count for _, count in tables.orders(period, ""))
    whole = Group(
        key=None, counts=counts, orders=orders, units=sum(goods.returned.values()), sold=sum(goods.sold.values()),
        spans=_spans(tables, period, "").get(None, {}),
    )  # fmt: skip
    reasons = sorted(((key, each["returns"]) for key, each in by_reason.items()), key=lambda x: (-x[1], x[0] or ""))
    buyers = _buyers(tables, period, rate(counts["returns"], orders))
    return Overview(whole, reasons, tables.overdue(period, now), _skus(tables, period, goods), buyers)


def groups(tables: Tables, period: Period, by: By, zone: str, limit: int | None) -> Iterator[Group]:
    """Those with the most returns first, months as they came."""
    if by == "buyer":
        return _by_buyer(tables, period, limit)
    found = list(_by_sku(tables, period) if by == "sku" else _by_few(tables, period, by, zone))
    if by != "month":
        found.sort(key=lambda group: (-group.counts["returns"], group.key or ""))
    return iter(found[:limit])


def _by_few(tables: Tables, period: Period, by: By, zone: str) -> Iterator[Group]:
    key: Key = _months(tables, period, zone) if by == "month" else by
    if not key:
        return
    spans = _spans(tables, period, key)
    orders: dict[str | None, int] = dict(tables.orders(period, key))
    of_all = by in ("reason", "policy")  # orders have none: each is told of all of them
    for name, cells in groupby(tables.cells(period, key), lambda cell: cell.key):
        placed = orders.get(None if of_all else name, 0)
        yield Group(key=name, counts=_counted(cells), spans=spans.get(name, {}), orders=placed)


def _months(tables: Tables, period: Period, zone: str) -> Key:
    ends = tables.ends(period)
    return months(*ends, zone) if ends else []


def _by_sku(tables: Tables, period: Period) -> Iterator[Group]:
    """A return of several SKUs counts for each of them, so they do not add up."""
    goods, found = _sold(tables, period), dict[str, Counter[str]]()
    for basket, cells in groupby(tables.cells(period, "basket"), lambda cell: cell.key):
        counts = _counted(cells)
        for sku, _ in tables.goods(basket):
            found.setdefault(sku, Counter()).update(counts)
    for sku, counts in found.items():
        yield Group(key=sku, counts=counts, units=goods.returned[sku], sold=goods.sold.get(sku, 0))


def _by_buyer(tables: Tables, period: Period, limit: int | None) -> Iterator[Group]:
    for buyer, cells in groupby(tables.cells_by_buyer(period, limit), lambda cell: cell.key):
        orders = None if buyer == NOBODY.id else tables.orders_of(buyer, period)
        yield Group(key=buyer, counts=_counted(cells), orders=orders)


# --- counting


def _counted(cells: Iterable[Cell]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for cell in cells:
        counts["returns"] += cell.count
        for name, weight in _features(cell.traits):
            counts[name] += weight * cell.count
        for name, amount in zip(_money_keys(cell.traits.currency), cell.money, strict=True):
            if amount:
                counts[name] += amount
    return counts


@cache
def _features(traits: Traits) -> tuple[tuple[str, int], ...]:
    return tuple(each for each in features(traits) if each[1])


_money_keys = cache(money_keys)


def _spans(tables: Tables, period: Period, by: Key) -> dict[Any, dict[str, Span]]:
    found: dict[Any, dict[str, Span]] = {}
    for name, column in SPANS.items():
        for key, rows in groupby(tables.lengths(period, by, column), lambda row: row[0]):
            span = span_of([(minutes, many) for _, minutes, many in rows])
            if span:
                found.setdefault(key, {})[name] = span
    return found


def _sold(tables: Tables, period: Period) -> Sold:
    return Sold(by_sku(tables, tables.baskets(period)), by_sku(tables, tables.orders(period, "basket")))


# --- what stands out


def _skus(tables: Tables, period: Period, goods: Sold) -> list[Outlier]:
    """Against what is usual for the SKU itself, where enough of it was sold before the period, else for the shop.

    Where none came back before, one is taken: of nothing everything is far above.
    """
    shop = rate(sum(goods.returned.values()), sum(goods.sold.values()))
    before = _sold(tables, period.before()) if period.since else Sold({}, {})

    def usual(sku: str) -> float | None:
        sold = before.sold.get(sku, 0)
        return max(1, before.returned.get(sku, 0)) / sold if sold >= KNOWN else shop

    found = (outlier(sku, units, goods.sold.get(sku, 0), usual(sku)) for sku, units in goods.returned.items())
    return _worst(found)


def _buyers(tables: Tables, period: Period, usual: float | None) -> list[Outlier]:
    known = ((buyer, many) for buyer, many in tables.buyers(period, LEAST) if buyer != NOBODY.id)
    return _worst(outlier(buyer, many, tables.orders_of(buyer, period), usual) for buyer, many in known)


def _worst(found: Iterable[Outlier | None]) -> list[Outlier]:
    return heapq.nsmallest(MOST, (each for each in found if each), key=lambda each: (-each.least, each.key))
