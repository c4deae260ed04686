"""The terms that hold for one return or one line: defaults, then the file, then each override that applies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct, convert

from returnctl.domain import windows
from returnctl.domain.calendar import WorkCalendar, local_day
from returnctl.domain.defaults import DEFAULTS
from returnctl.domain.markets import MARKETS
from returnctl.domain.merge import WHOLE, Merged, patch
from returnctl.domain.money import rounded
from returnctl.domain.order import Order, OrderLine
from returnctl.domain.patterns import like
from returnctl.domain.policy import Amounts, Pinned, PolicySource, Terms, Window
from returnctl.domain.states import Fault
from returnctl.errors import NoAmountInCurrency

# Keys of a file that say what it is and when it holds, not what holds.
_ABOUT = frozenset({"returnctl", "name", "version", "title", "markets", "effective", "overrides", "waivers"})


class Asked(Struct, frozen=True):
    """What overrides look at. `total` was paid for the units asked for; a whole return has no `line`."""

    order: Order
    fault: Fault
    reason: str | None
    total: Decimal
    line: OrderLine | None = None


class Resolved(Struct, frozen=True):
    """Terms with the place of each value; `overrides` are the positions of those that applied.

    `places` holds what was looked up: the same few for every return.
    """

    terms: Terms
    origins: dict[str, str | None]
    overrides: tuple[int, ...]
    policy: PolicySource
    places: dict[str, str] = {}

    def place(self, path: str) -> str:
        """`standard.yaml:6` of the value at `path`, or of the nearest key around it; else `default`."""
        if path not in self.places:
            self.places[path] = place_of(self.policy, self.origin(path))
        return self.places[path]

    def origin(self, path: str) -> str | None:
        """The path in the file that gave the value at `path`, or the nearest key around it; None is a default."""
        near = path
        while near not in self.origins and "/" in near:
            near = near.rpartition("/")[0]
        origin = self.origins.get(near)
        return origin and origin + path[len(near) :]

    def because(self, path: str) -> str | None:
        """The reason that the winning override gives, if one won."""
        winner = self.winner(path)
        return winner.get("because") if winner else None

    def winner(self, path: str) -> dict[str, Any] | None:
        """The override that set the value at `path`; None where the file or a default did."""
        at = re.match(r"overrides/(\d+)/", self.origin(path) or "")
        return self.policy.body["overrides"][int(at[1])] if at else None


def values(tree: dict[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """The values that are given in a tree of plain values, by their paths; lists stay whole."""
    for key, value in tree.items():
        here = f"{path}/{key}" if path else key
        if isinstance(value, dict) and value:
            yield from values(value, here)
        elif value not in (None, False, {}, [], ()):
            yield here, value


def place_of(policy: PolicySource, path: str | None) -> str:
    while path:
        if path in policy.places:
            return f"{policy.source}:{policy.places[path]}"
        path = path.rpartition("/")[0]
    return "default"


def resolve(policy: PolicySource, asked: Asked | None = None) -> Resolved:
    """Without `asked` as the file itself says, no override applied."""
    known, overrides = _known(policy), policy.body.get("overrides")
    applied: Applied = ()
    if overrides and asked:
        zone = known.merged(()).tree["timezone"]
        for at, override in enumerate(overrides):
            if matches(override["when"], asked, zone):
                counts = not override.get("extend_only") or known.is_longer(applied, override, asked.order)
                applied += ((at, counts),)
    return known.resolved(applied)


def resolve_with(policy: PolicySource, applied: Applied) -> Resolved:
    """With just these overrides applied, in their order."""
    return _known(policy).resolved(applied)


# The positions of overrides, each with whether what it says of the window counts.
Applied = tuple[tuple[int, bool], ...]


class _Known:
    """What was worked out of one policy. Many returns are decided by few policies and few sets of overrides."""

    def __init__(self, policy: PolicySource) -> None:
        self.policy = policy
        self._merged: dict[Applied, Merged] = {(): _without_overrides(policy)}
        self._resolved: dict[Applied, Resolved] = {}

    def resolved(self, applied: Applied) -> Resolved:
        if applied not in self._resolved:
            merged = self.merged(applied)
            numbers = tuple(at for at, _ in applied)
            self._resolved[applied] = Resolved(convert(merged.tree, Terms), merged.origins, numbers, self.policy)
        return self._resolved[applied]

    def merged(self, applied: Applied) -> Merged:
        if applied not in self._merged:
            before, (at, counts) = self.merged(applied[:-1]), applied[-1]
            values = self.policy.body["overrides"][at]["set"]
            values = values if counts else {key: value for key, value in values.items() if key != "return_window"}
            self._merged[applied] = _over(before, values, f"overrides/{at}/set")
        return self._merged[applied]

    def is_longer(self, applied: Applied, override: dict[str, Any], order: Order) -> bool:
        """Whether its window ends later than the one before."""
        values, now = override["set"], self.merged(applied)
        if "return_window" not in values:
            return True
        longer = _over(now, {"return_window": values["return_window"]}, "")
        return _lengthens(now.tree, longer.tree, self.policy, order)


# By identity; each holds its policy, so that no other can come to stand under its number.
_KNOWN: dict[int, _Known] = {}
_MOST = 64


def _known(policy: PolicySource) -> _Known:
    if id(policy) not in _KNOWN:
        if len(_KNOWN) >= _MOST:
            _KNOWN.clear()
        _KNOWN[id(policy)] = _Known(policy)
    return _KNOWN[id(policy)]


def _without_overrides(policy: PolicySource) -> Merged:
    merged = Merged({}, {})
    patch(merged, DEFAULTS, None)
    patch(merged, {"holidays": MARKETS[policy.body["markets"][0]].country}, None)
    patch(merged, {k: v for k, v in policy.body.items() if k not in _ABOUT}, "", WHOLE)
    return merged


def _over(before: Merged, values: dict[str, Any], at: str) -> Merged:
    merged = Merged(deepcopy(before.tree), dict(before.origins))
    patch(merged, values, at)
    return merged


def _lengthens(now: dict[str, Any], then: dict[str, Any], policy: PolicySource, order: Order) -> bool:
    """Whether the window ends later, counted from the order where the delivery is not known; none stays none."""
    zone, days = now["timezone"], calendar_of(policy, now["holidays"])

    def end(tree: dict[str, Any]) -> datetime:
        window = convert(tree["return_window"], Window)
        return windows.ends_at(window, windows.starts_at(window, order, zone) or order.ordered_at, zone, days)

    return windows.NEVER < end(now) < end(then)


def calendar_of(policy: PolicySource, country: str) -> WorkCalendar:
    """The pinned calendar of a country; only its weekend counts where none was pinned."""
    pinned = policy.calendars if isinstance(policy, Pinned) else {}
    return pinned.get(country) or WorkCalendar(country=country, first=1, last=0)


def matches(when: dict[str, Any], asked: Asked, zone: str) -> bool:
    """Every key of `when` must hold; keys about lines hold for no whole return."""
    return all(test(when[key], asked, zone) for key, test in _TESTS.items() if key in when)


def _ordered(span: dict[str, str], asked: Asked, zone: str) -> bool:
    day = local_day(asked.order.ordered_at, zone)
    first, last = span.get("from"), span.get("until")
    return (not first or date.fromisoformat(first) <= day) and (not last or day <= date.fromisoformat(last))


def _total(span: dict[str, Amounts], asked: Asked, _: str) -> bool:
    currency = asked.order.currency
    return ("from" not in span or asked.total >= in_currency(span["from"], currency, "total/from")) and (
        "below" not in span or asked.total < in_currency(span["below"], currency, "total/below")
    )


def _any_like(patterns: list[str], text: str | None) -> bool:
    return text is not None and any(like(pattern, text) for pattern in patterns)


_TESTS: dict[str, Callable[[Any, Asked, str], bool]] = {
    "markets": lambda value, asked, _: asked.order.market in value,
    "accounts": lambda value, asked, _: asked.order.account in value,
    "ordered": _ordered,
    "faults": lambda value, asked, _: asked.fault in value,
    "reasons": lambda value, asked, _: asked.reason in value,
    "total": _total,
    "max_total": lambda value, asked, _: asked.total <= in_currency(value, asked.order.currency, "max_total"),
    "categories": lambda value, asked, _: _any_like(value, asked.line.category if asked.line else None),
    "skus": lambda value, asked, _: _any_like(value, asked.line.sku if asked.line else None),
}


def in_currency(amounts: Amounts, currency: str, key: str) -> Decimal:
    """The amount for a currency. Raises NoAmountInCurrency, which names the key."""
    if currency not in amounts:
        raise NoAmountInCurrency(key=key, currency=currency)
    return rounded(Decimal(amounts[currency]), currency)
