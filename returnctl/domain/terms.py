"""The terms that hold for one return or one line: defaults, then the file, then each override that applies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
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
_ABOUT = frozenset({"returnctl", "name", "version", "title", "markets", "effective", "overrides"})


class Asked(Struct, frozen=True):
    """What overrides look at. `total` was paid for the units asked for; a whole return has no `line`."""

    order: Order
    fault: Fault
    reason: str | None
    total: Decimal
    line: OrderLine | None = None


class Resolved(Struct, frozen=True):
    """Terms with the place of each value; `overrides` are the positions of those that applied."""

    terms: Terms
    origins: dict[str, str | None]
    overrides: tuple[int, ...]
    policy: PolicySource

    def place(self, path: str) -> str:
        """`standard.yaml:6` of the value at `path`, or of the nearest key around it; else `default`."""
        near = path
        while near not in self.origins and "/" in near:
            near = near.rpartition("/")[0]
        origin = self.origins.get(near)
        return place_of(self.policy, origin and origin + path[len(near) :])

    def because(self, path: str) -> str | None:
        """The reason that the winning override gives, if one won."""
        origin = self.origins.get(path) or ""
        at = re.match(r"overrides/(\d+)/", origin)
        return self.policy.body["overrides"][int(at[1])].get("because") if at else None


def place_of(policy: PolicySource, path: str | None) -> str:
    while path:
        if path in policy.places:
            return f"{policy.source}:{policy.places[path]}"
        path = path.rpartition("/")[0]
    return "default"


def resolve(policy: PolicySource, asked: Asked | None = None) -> Resolved:
    """Without `asked` as the file itself says, no override applied."""
    merged = Merged({}, {})
    patch(merged, DEFAULTS, None)
    patch(merged, {"holidays": MARKETS[policy.body["markets"][0]].country}, None)
    patch(merged, {k: v for k, v in policy.body.items() if k not in _ABOUT}, "", WHOLE)
    applied = []
    for at, override in _matching(policy, merged.tree["timezone"], asked):
        _apply(merged, override, f"overrides/{at}/set", policy, asked)
        applied.append(at)
    return Resolved(convert(merged.tree, Terms), merged.origins, tuple(applied), policy)


def _matching(policy: PolicySource, zone: str, asked: Asked | None) -> Iterator[tuple[int, dict[str, Any]]]:
    for at, override in enumerate(policy.body.get("overrides", ()) if asked else ()):
        if asked and matches(override["when"], asked, zone):
            yield at, override


def _apply(merged: Merged, override: dict[str, Any], at: str, policy: PolicySource, asked: Asked | None) -> None:
    values = override["set"]
    if override.get("extend_only") and asked and "return_window" in values:
        longer = Merged({**merged.tree, "return_window": dict(merged.tree["return_window"])}, {})
        patch(longer, {"return_window": values["return_window"]}, at)
        if not _lengthens(merged.tree, longer.tree, policy, asked.order):
            values = {key: value for key, value in values.items() if key != "return_window"}
    patch(merged, values, at)


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
