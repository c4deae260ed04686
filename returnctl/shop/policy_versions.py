"""What is wrong between policy files: versions that exclude each other, and promises changed under an old number.

A promise is bound once returns were decided by it, which their pinned copies show. Where there are none, as in a
clone without the shop's data, it is bound by git from the first day of `effective` on. Before that it is a draft.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from returnctl.domain.calendar import local_day, start_of
from returnctl.domain.policy import PolicySource
from returnctl.domain.promise import promise_of
from returnctl.errors import NotYours
from returnctl.readers.places import Problem, Source
from returnctl.readers.policies import check_policy
from returnctl.shop.policies import first_day
from returnctl.shop.policy_history import Committed, commits
from returnctl.shop.shop import SETTINGS, Shop


class Sound(NamedTuple):
    """A policy file without faults of its own."""

    policy: PolicySource
    source: Source


def between(files: Iterable[Sound]) -> Iterator[Problem]:
    """Two files that say the same version, or two versions of a name that begin on one day for one market."""
    twice: set[str] = set()
    in_order = sorted(files, key=lambda each: (each.policy.name, each.policy.version, each.source.file))
    for first, then in combinations(in_order, 2):
        if first.policy.name != then.policy.name or first.source.file == then.source.file:
            continue
        facts = {"version": first.policy.version, "other": first.source.file}
        if first.policy.version == then.policy.version:
            if then.source.file not in twice:
                yield then.source.at_value("version", "version_twice", value=first.policy.name, **facts)
            twice.add(then.source.file)
        elif first_day(first.policy) == first_day(then.policy) and _share_a_market(first.policy, then.policy):
            dated = "effective" in then.policy.body
            where, code = ("effective/from", "one_date") if dated else ("version", "one_date_always")
            yield then.source.at_value(where, code, **facts)


def _share_a_market(one: PolicySource, other: PolicySource) -> bool:
    return not set(one.body["markets"]).isdisjoint(other.body["markets"])


def changed(files: Iterable[Sound], now: datetime) -> Iterator[Problem]:
    """Promises that were changed though they bind, of files that stand in the `policies/` of a shop."""
    by_root: dict[Path, list[Sound]] = {}
    for each in files:
        root = Path(each.source.file).absolute().parent.parent
        if Path(each.source.file).absolute().parent.name == "policies" and (root / SETTINGS).is_file():
            by_root.setdefault(root, []).append(each)
    for root, found in by_root.items():
        yield from _changed(root, found, now)


def _changed(root: Path, found: list[Sound], now: datetime) -> Iterator[Problem]:
    pinned = _pinned(root)
    dated = any("effective" in each.policy.body and _holds(each.policy, now) for each in found)
    committed = commits(root) if dated else []
    for each in found:
        policy, key = each.policy, (each.policy.name, each.policy.version)
        facts = {"version": policy.version, "name": policy.name}
        if key in pinned:
            if promise_of(policy) not in pinned[key]:
                yield each.source.at_value("version", "promise_pinned", **facts)
        elif "effective" in policy.body and _holds(policy, now):
            then = _when_it_began(policy, [x for x in committed if (x.name, x.version) == key])
            if then and (before := check_policy(then.data, then.file)[0]) and promise_of(before) != promise_of(policy):
                day = first_day(policy).isoformat()
                yield each.source.at_value("version", "promise_committed", commit=then.commit, day=day, **facts)


def _holds(policy: PolicySource, now: datetime) -> bool:
    return first_day(policy) <= local_day(now, policy.body["timezone"])


def _when_it_began(policy: PolicySource, committed: list[Committed]) -> Committed | None:
    """The last commit before its first day, else the first one after; `committed` are newest first."""
    first = start_of(first_day(policy), policy.body["timezone"])
    before = (each for each in committed if each.at < first)
    return next(before, committed[-1] if committed else None)


def _pinned(root: Path) -> dict[tuple[str, int], list[object]]:
    """By name and version what returns were promised. Without data, or with another user's, nothing is known."""
    found: dict[tuple[str, int], list[object]] = {}
    if not any((root / "data" / "policies").glob("*.json")):
        return found
    with suppress(NotYours), Shop(str(root)).store.reading() as snapshot:
        for each in snapshot.all_pinned():
            found.setdefault((each.name, each.version), []).append(promise_of(each))
    return found
