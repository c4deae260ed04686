"""What a policy promises the buyers of one market, told without an order at hand.

Every value comes from `terms.resolve`: it is asked about the policy with only those overrides that the question is
about.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from returnctl.domain.calendar import start_of
from returnctl.domain.markets import MARKETS
from returnctl.domain.money import ZERO
from returnctl.domain.order import Buyer, Order
from returnctl.domain.policy import PolicySource
from returnctl.domain.states import Fault
from returnctl.domain.terms import Asked, Resolved, resolve

Override = dict[str, Any]
# Keys that stand for the words `none` and `unlimited`.
_WORDS = ("none", "unlimited")


class Special(Struct, frozen=True):
    """What an override makes of what else holds; `keys` are those of its `set` in which it wins."""

    override: Override
    rules: Resolved
    keys: tuple[str, ...]


class Promise(Struct, frozen=True):
    """`by_fault` begins with the buyer's; `whys` are those of overrides that are about the whole market.

    `seasons` are the specials that depend on nothing but the day of the order, and change something on their first.
    """

    policy: PolicySource
    market: str
    by_fault: dict[Fault, Resolved]
    whys: tuple[str, ...]
    specials: tuple[Special, ...]
    seasons: tuple[Special, ...]

    @property
    def plain(self) -> Resolved:
        return self.by_fault[Fault.BUYER]

    @property
    def currency(self) -> str:
        return MARKETS[self.market].currency


def promise(policy: PolicySource, market: str) -> Promise:
    overrides = [each for each in policy.body.get("overrides", ()) if market in each["when"].get("markets", [market])]
    always = [each for each in overrides if set(each["when"]) == {"markets"}]
    specials = [(each, _special(policy, market, overrides, each)) for each in overrides if each not in always]
    return Promise(
        policy=policy,
        market=market,
        by_fault=_by_fault(policy, market),
        whys=tuple(each["because"] for each in always if "because" in each),
        specials=tuple(special for _, special in specials),
        seasons=tuple(special for each, special in specials if _is_season(policy, market, overrides, each)),
    )


def _by_fault(policy: PolicySource, market: str) -> dict[Fault, Resolved]:
    """For the buyer's fault and every other that a reason has."""
    rules = only(policy, {"markets", "faults"})
    asked = {fault: resolve(rules, _asked(policy, market, fault)) for fault in Fault}
    catalogue = asked[Fault.BUYER].terms.reasons.catalogue.values()
    there = {Fault.BUYER, *(reason.fault for reason in catalogue)}
    return {fault: resolved for fault, resolved in asked.items() if fault in there}


def only(policy: PolicySource, keys: Iterable[str]) -> PolicySource:
    """The policy with the overrides that ask for nothing but these keys."""
    return _with(policy, [each for each in policy.body.get("overrides", ()) if set(each["when"]) <= set(keys)])


def _with(policy: PolicySource, overrides: list[Override]) -> PolicySource:
    return replace(policy, body={**policy.body, "overrides": overrides})


def _special(policy: PolicySource, market: str, overrides: list[Override], one: Override) -> Special:
    """As if all that it asks for did hold; a window that it may only lengthen counts as longer."""
    held = {**one, "when": {"markets": [market]}, "extend_only": False}
    rules, keys = _resolved(policy, market, overrides, one, held)
    return Special(one, rules, keys)


def _is_season(policy: PolicySource, market: str, overrides: list[Override], one: Override) -> bool:
    if not set(one["when"]) <= {"markets", "ordered"}:
        return False
    return bool(_resolved(policy, market, overrides, one, one)[1])


def _resolved(
    policy: PolicySource, market: str, overrides: list[Override], one: Override, held: Override
) -> tuple[Resolved, tuple[str, ...]]:
    """What comes of the overrides for the whole market and of `held` in the place of `one`, and where that wins."""
    kept = [each for each in overrides if each is one or set(each["when"]) == {"markets"}]
    span = one["when"].get("ordered", {})
    asked = _asked(policy, market, Fault.BUYER, span.get("from") or span.get("until"))
    rules = resolve(_with(policy, [held if each is one else each for each in kept]), asked)
    at = f"overrides/{next(number for number, each in enumerate(kept) if each is one)}/set/"
    tree = to_builtins(rules.terms)
    given = (path for path, origin in rules.origins.items() if origin and origin.startswith(at))
    won = {path.split("/")[0] for path in given if _stands(tree, path)}
    return rules, tuple(key for key in one["set"] if key in won)


def _stands(tree: dict[str, Any], path: str) -> bool:
    """Whether no later rival has displaced the value at this path."""
    value: Any = tree
    *_, last = keys = path.split("/")
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value is not None and not (last in _WORDS and value is False)


def _asked(policy: PolicySource, market: str, fault: Fault, day: str | None = None) -> Asked:
    """About goods that were ordered and came on one day, for nothing in particular."""
    zone = policy.body["timezone"]
    noon = start_of(date.fromisoformat(day or policy.body.get("effective", {}).get("from") or "2000-01-01"), zone)
    return Asked(an_order(market, noon, noon), fault, None, ZERO)


def an_order(market: str, ordered_at: datetime, delivered_at: datetime) -> Order:
    """An order of nothing, on these days."""
    return Order(
        id="example",
        market=market,
        currency=MARKETS[market].currency,
        buyer=Buyer(id=""),
        ordered_at=ordered_at,
        shipped_at=ordered_at,
        delivered_at=delivered_at,
        lines=(),
    )
