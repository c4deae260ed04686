"""The least that a law or a platform asks of a policy. Floors are compared with a policy, never merged into it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from returnctl.domain.floor_asks import Asks, lacks, least_days
from returnctl.domain.order import Document
from returnctl.domain.policy import PolicySource
from returnctl.domain.states import Fault
from returnctl.domain.terms import Applied, Resolved, resolve_with

# An override that sets none of these keeps every floor as well as what it stands over.
_COMPARED = frozenset(Asks.__struct_fields__) | {"conditions_waived_for", "holidays"}
_OF_LINES = ("categories", "skus")


class Floor(Document, frozen=True, kw_only=True):
    """`posted` floors hold only where buyers are not shown the policy. `mark` says how sure the source is."""

    name: str
    markets: tuple[str, ...]
    faults: tuple[Fault, ...] = tuple(Fault)
    clause: str
    source: str
    mark: Literal["P", "R", "I", "M"]
    verified: bool
    says: str
    notes: str = ""
    asks: Asks = Asks()
    posted: bool = False


class Shortfall(Struct, frozen=True):
    """Where a policy goes under a floor: `path` is that of its file that gives too little, `facts` what it gives."""

    floor: Floor
    code: str
    path: str
    markets: tuple[str, ...]
    facts: dict[str, Any]


def compare(policy: PolicySource, floors: tuple[Floor, ...]) -> tuple[Shortfall, ...]:
    """Each value that goes under a floor once, with the markets where it does."""
    found: dict[tuple[str, str, str], Shortfall] = {}
    for floor in floors:
        for each in _under(policy, floor):
            key = (floor.name, each.code, each.path)
            before = found.get(key)
            markets = (*before.markets, *each.markets) if before else each.markets
            found[key] = replace(before or each, markets=tuple(dict.fromkeys(markets)))
    return tuple(found.values())


def _under(policy: PolicySource, floor: Floor) -> Iterator[Shortfall]:
    if floor.asks == Asks():
        return
    for at, market in enumerate(policy.body["markets"]):
        for fault in floor.faults if market in floor.markets else ():
            for applied in _contexts(policy, market, fault):
                yield from _shortfalls(resolve_with(policy, applied), floor, (at, market), fault)


def _shortfalls(rules: Resolved, floor: Floor, where: tuple[int, str], fault: Fault) -> Iterator[Shortfall]:
    at, market = where
    for lack in lacks(floor.asks, rules.terms, market, fault):
        path = next(filter(None, map(rules.origin, lack.paths)), None)
        if not _is_excepted(rules, path, fault):
            yield Shortfall(floor, lack.code, path or _around(rules.policy, lack.paths[0], at), (market,), lack.facts)


def _around(policy: PolicySource, path: str, at: int) -> str:
    """A default gives too little: at the key that it stands under, else at the market that has the floor."""
    key = path.partition("/")[0]
    return key if key in policy.body else f"markets/{at}"


def _is_excepted(rules: Resolved, path: str | None, fault: Fault) -> bool:
    """Goods that no change of mind brings back, as laws except some, with a word on why. Faulty goods always may."""
    none = path and path == rules.origin("return_window/none") and rules.because("return_window/none")
    if fault is not Fault.BUYER or not path or not none:
        return False
    override = rules.policy.body["overrides"][int(path.split("/")[1])]
    return any(key in override["when"] for key in _OF_LINES)


def _contexts(policy: PolicySource, market: str, fault: Fault) -> Iterator[Applied]:
    """What always applies to the market and the fault; then that with each override that may apply beside it."""
    may = {
        at: set(override["when"]) <= {"markets", "faults"}
        for at, override in enumerate(policy.body.get("overrides", ()))
        if _may_apply(policy, override, market, fault)
    }
    always = [at for at, certain in may.items() if certain]
    yield _applied(policy, always)
    for at, certain in may.items():
        if not certain:
            yield _applied(policy, sorted([*always, at]))


def _may_apply(policy: PolicySource, override: dict[str, Any], market: str, fault: Fault) -> bool:
    when = override["when"]
    catalogue = resolve_with(policy, ()).terms.reasons.catalogue
    faults = [catalogue[code].fault if code in catalogue else fault for code in when.get("reasons", ())]
    return (
        not _COMPARED.isdisjoint(override["set"])
        and market in when.get("markets", [market])
        and fault in when.get("faults", [fault])
        and fault in (faults or [fault])
    )


def _applied(policy: PolicySource, positions: list[int]) -> Applied:
    """One that may only extend counts where its window is sure to be the longer one."""
    applied: Applied = ()
    for at in positions:
        override = policy.body["overrides"][at]
        applied += ((at, not override.get("extend_only") or _lengthens(policy, applied, at)),)
    return applied


def _lengthens(policy: PolicySource, applied: Applied, at: int) -> bool:
    now, then = (resolve_with(policy, rules).terms.return_window for rules in (applied, (*applied, (at, True))))
    return not now.none and least_days(now) < least_days(then)
