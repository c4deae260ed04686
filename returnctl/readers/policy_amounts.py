"""The amounts of a policy: their digits, and a currency for each market that needs one."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from returnctl.domain.markets import CURRENCIES, MARKETS
from returnctl.domain.money import digits
from returnctl.readers.places import Problem, Source, joined, top

Body = dict[str, Any]


def too_many_digits(body: Body, source: Source) -> Iterator[Problem]:
    for path, amounts in _amounts(body, ""):
        for currency, amount in amounts.items():
            most = digits(currency)
            if isinstance(amount, Decimal) and -int(amount.as_tuple().exponent) > most:
                facts = {"value": f"{amount:f}", "currency": currency, "digits": most}
                yield source.at_value(joined(path, currency), "too_many_digits", **facts)


def lacking_currencies(body: Body, source: Source) -> Iterator[Problem]:
    """A map of amounts that some order of the policy will meet without finding its currency."""
    base = {key: value for key, value in body.items() if key != "overrides"}
    settled = set(_settled(body))
    for path, amounts in _amounts(base, ""):
        markets = [market for market in body["markets"] if settled.isdisjoint({(market, path), (market, top(path))})]
        yield from _lacking(path, amounts, markets, source)
    for at, override in enumerate(body.get("overrides", [])):
        markets = [market for market in override["when"].get("markets", body["markets"]) if market in MARKETS]
        yield from _lacking_when(f"overrides/{at}/when", override["when"], markets, source)
        for path, amounts in _amounts(override["set"], ""):
            below = _base_amounts(base, path)
            yield from _lacking(f"overrides/{at}/set/{path}", {**below, **amounts}, markets, source)


def _lacking_when(path: str, when: Body, markets: list[str], source: Source) -> Iterator[Problem]:
    for inner, amounts in _amounts(when, path):
        yield from _lacking(inner, amounts, markets, source)


def _lacking(path: str, amounts: Body, markets: list[str], source: Source) -> Iterator[Problem]:
    lacking = [market for market in markets if MARKETS[market].currency not in amounts]
    if lacking:
        currencies = sorted({MARKETS[market].currency for market in lacking})
        yield source.at_key(path, "currency_missing", currencies=currencies, markets=lacking)


def _settled(body: Body) -> Iterator[tuple[str, str]]:
    """The market and path of what an override for whole markets says instead of the file, fee or no fee."""
    for override in body.get("overrides", []):
        paths = [path for path, _ in _amounts(override["set"], "")]
        if override["set"].get("restocking_fee") == "none":
            paths.append("restocking_fee")
        if set(override["when"]) == {"markets"}:
            yield from ((market, path) for market in override["when"]["markets"] for path in paths)


def _base_amounts(base: Body, path: str) -> Body:
    """What an override's amounts are merged into. Rules stand in lists, and those are replaced whole."""
    part: Any = base
    for key in path.split("/"):
        part = part.get(key, {}) if isinstance(part, dict) else {}
    return part if isinstance(part, dict) else {}


def _amounts(value: object, path: str) -> Iterator[tuple[str, Body]]:
    """Every map of amounts: only those have currencies for keys, since codes are written small."""
    if isinstance(value, dict):
        if value and all(key in CURRENCIES for key in value):
            yield path, value
        for key, item in value.items():
            yield from _amounts(item, joined(path, key))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from _amounts(item, joined(path, at))
