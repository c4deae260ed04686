"""Which policy decides an order, and pinning it: a copy that later needs neither file nor holiday library."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from returnctl.domain.calendar import WorkCalendar, local_day
from returnctl.domain.markets import MARKETS
from returnctl.domain.order import Order
from returnctl.domain.policy import Pinned, PolicySource
from returnctl.domain.record import PolicyRef
from returnctl.errors import InvalidPolicy, NoPolicy, SeveralPolicies
from returnctl.shop.git import git
from returnctl.shop.reading import read
from returnctl.shop.shop import Shop
from returnctl.storage.digests import digest
from returnctl.storage.snapshot import Snapshot

# A window or deadline that a return opens ends within these years after its application.
YEARS_AHEAD = 2
_HEAD, _SHORT = "# branch.oid ", 7


class Chosen(NamedTuple):
    pinned: Pinned
    ref: PolicyRef


def files(shop: Shop) -> list[Path]:
    return sorted(path for path in (shop.root / "policies").glob("*.yaml") if path.is_file())


def from_here(paths: Iterable[Path]) -> list[str]:
    """As people name files that stand below this folder."""
    here = Path.cwd()
    return [str(path.relative_to(here) if path.is_relative_to(here) else path) for path in paths]


def sources(shop: Shop, snapshot: Snapshot) -> list[PolicySource]:
    """The shop's policy files, read; one that was read before is known by its digest. Raises InvalidPolicy."""
    return [_source(path, snapshot) for path in files(shop)]


def readable(shop: Shop, snapshot: Snapshot) -> tuple[list[PolicySource], list[InvalidPolicy]]:
    """The files that can be read, and what is wrong with the others."""
    found: list[PolicySource] = []
    broken: list[InvalidPolicy] = []
    for path in files(shop):
        try:
            found.append(_source(path, snapshot))
        except InvalidPolicy as problem:
            broken.append(problem)
    return found, broken


def _source(path: Path, snapshot: Snapshot) -> PolicySource:
    data = read(path)
    key = digest(path.name.encode() + b"\0" + data)
    known = snapshot.recall("policy", key)
    if known is not None:
        return msgspec.json.decode(known, type=PolicySource)
    from returnctl.readers.policies import read_policy

    source = read_policy(data, path.name)
    snapshot.remember("policy", key, msgspec.json.encode(source))
    return source


class Policies:
    """The policies of a shop as one command finds them: each is read once."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._known: list[PolicySource] | None = None
        self._chosen: dict[tuple[str, int, range], Chosen] = {}

    def choose(self, snapshot: Snapshot, order: Order, now: datetime) -> Chosen:
        """The version in force when the order was placed, pinned.

        Raises NoPolicy; SeveralPolicies where the settings name none of those that fit; InvalidPolicy.
        """
        if self._known is None:
            self._known = _known(self._shop, snapshot)
        source = fitting(self._known, order, self._shop.settings.policy)
        years = range(order.ordered_at.year, now.year + YEARS_AHEAD + 1)
        key = (source.name, source.version, years)
        if key not in self._chosen:
            self._chosen[key] = _pinned(self._shop, snapshot, source, years)
        return self._chosen[key]


def _known(shop: Shop, snapshot: Snapshot) -> list[PolicySource]:
    """Those of the files, and those that were pinned and whose file has moved on."""
    files_say = sources(shop, snapshot)
    named = {(source.name, source.version) for source in files_say}
    return [*files_say, *(pinned for pinned in snapshot.all_pinned() if (pinned.name, pinned.version) not in named)]


def fitting(known: list[PolicySource], order: Order, default: str | None) -> PolicySource:
    """The one that decides an order; `default` is the name among several that fit. Raises NoPolicy, SeveralPolicies."""
    fitting = in_force(known, order)
    if not fitting:
        raise NoPolicy(order=order.id, market=order.market, ordered_at=order.ordered_at.isoformat())
    if len(fitting) > 1 and default not in fitting:
        raise SeveralPolicies(order=order.id, names=sorted(fitting))
    return fitting[default] if default in fitting and len(fitting) > 1 else next(iter(fitting.values()))


def in_force(candidates: Iterable[PolicySource], order: Order) -> dict[str, PolicySource]:
    """By name the version that holds for the order's market and date."""
    found: dict[str, PolicySource] = {}
    for source in candidates:
        day = local_day(order.ordered_at, source.body["timezone"])
        fits = order.market in source.body["markets"] and first_day(source) <= day
        best = found.get(source.name)
        if fits and (best is None or rank(source) > rank(best)):
            found[source.name] = source
    return found


def rank(source: PolicySource) -> tuple[date, int]:
    """Among the versions of one name the last by this holds."""
    return first_day(source), source.version


def first_day(source: PolicySource) -> date:
    """The first day of orders that it holds for."""
    first = source.body.get("effective", {}).get("from")
    return date.fromisoformat(first) if first else date.min


def _pinned(shop: Shop, snapshot: Snapshot, source: PolicySource, years: range) -> Chosen:
    fields = {name: getattr(source, name) for name in PolicySource.__struct_fields__}
    key = digest(msgspec.json.encode([fields, years.start, years.stop]))
    known = snapshot.recall("pinned", key)
    if known is None:
        pinned = pinned_for(source, years)
        snapshot.remember("pinned", key, msgspec.json.encode(pinned))
    else:
        pinned = msgspec.json.decode(known, type=Pinned)
    # Of what was pinned before and whose file has moved on no commit is known.
    commit = None if isinstance(source, Pinned) else commit_of(shop.root, source.source)
    ref = PolicyRef(source.name, source.version, snapshot.digest_of(pinned), commit)
    return Chosen(pinned, ref)


def pinned_for(source: PolicySource, years: range) -> Pinned:
    """As returns would keep it that may need the holidays of these years."""
    fields = {name: getattr(source, name) for name in PolicySource.__struct_fields__}
    return Pinned(**fields, calendars={country: calendar(country, years) for country in countries(source)})


def countries(source: PolicySource) -> Iterator[str]:
    """Every country whose working days the policy may count by."""
    body = source.body
    yield body.get("holidays") or MARKETS[body["markets"][0]].country
    for override in body.get("overrides", ()):
        if "holidays" in override["set"]:
            yield override["set"]["holidays"]


def calendar(country: str, years: range) -> WorkCalendar:
    """Working days by the holidays library, which knows the countries with other weekends."""
    import holidays

    days = holidays.country_holidays(country, years=list(years))
    return WorkCalendar(
        country=country,
        first=years.start,
        last=years.stop - 1,
        weekend=tuple(sorted(days.weekend)),
        holidays=frozenset(days),
        workdays=frozenset(days.weekend_workdays),
    )


def commit_of(root: Path, file: str) -> str | None:
    """The commit that holds a policy file as it stands, where the shop is in git.

    `3f2c1ab-dirty`, in git's own words, for one that was changed since, or was never committed.
    """
    path = f"policies/{file}"
    words = ("status", "--porcelain=v2", "--branch", "--no-ahead-behind", "--ignored=matching", "--", path)
    asked = git(root, *words)
    lines = asked.stdout.splitlines() if asked and asked.returncode == 0 else []
    head = next((line.removeprefix(_HEAD) for line in lines if line.startswith(_HEAD)), "(initial)")
    if head == "(initial)":
        return None
    return head[:_SHORT] + ("-dirty" if any(not line.startswith("#") for line in lines) else "")
