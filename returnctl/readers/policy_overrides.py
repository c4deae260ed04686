"""Overrides against each other: those that never win, and seasons of which two hold at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from operator import itemgetter
from typing import Any

from returnctl.domain.patterns import like
from returnctl.readers.places import Problem, Source, joined, top

Body = dict[str, Any]

# Each pattern is compared with those of all other overrides.
_MOST_COMPARED = 1_000_000

# Keys that displace each other answer one question, so that setting one settles all.
_RIVALS = re.compile(
    r"(return_window)(?:/(?:days|until))?"
    r"|(deadlines/[a-z]+)/(?:hours|days|working_days)"
    r"|(restocking_fee)(?:/percent|/flat/[A-Z]+)?"
)


def never_won(body: Body, source: Source) -> Iterator[Problem]:
    """An override that a later one always covers."""
    overrides = body.get("overrides", [])
    counted = [(at, len(names)) for at, each in enumerate(overrides) for names in _patterns(each["when"])]
    if len(overrides) * sum(count for _, count in counted) > _MOST_COMPARED:
        at, _ = max(counted, key=itemgetter(1))
        yield source.at_key(f"overrides/{at}/when", "too_many_patterns")
        return
    for at, override in enumerate(overrides):
        other = next((later for later in overrides[at + 1 :] if _beats(later, override)), None)
        if other:
            yield source.at_value(f"overrides/{at}/name", "never_wins", name=override["name"], other=other["name"])


def _patterns(when: Body) -> list[list[str]]:
    return [when[key] for key in ("accounts", "categories", "skus") if key in when]


def overlapping(body: Body, source: Source) -> Iterator[Problem]:
    """Two seasons in which the same key is set, else alike: which holds would hang on their order alone."""
    overrides = body.get("overrides", [])
    for at, override in enumerate(overrides):
        for earlier in overrides[:at]:
            keys = _contested(earlier, override) if _meet(earlier, override) else ()
            if keys and not _beats(override, earlier):
                facts = {"name": override["name"], "other": earlier["name"], "keys": sorted(keys)}
                yield source.at_key(f"overrides/{at}/when/ordered", "seasons_overlap", **facts)
                break


def backwards(body: Body, source: Source) -> Iterator[Problem]:
    for at, override in enumerate(body.get("overrides", [])):
        first, last = _season(override["when"].get("ordered", {}))
        if last < first:
            path = f"overrides/{at}/when/ordered/until"
            yield source.at_value(path, "ends_before_it_begins", first=str(first), last=str(last))


def _beats(later: Body, earlier: Body) -> bool:
    """Whether the later one applies wherever the earlier does, and settles all that it sets."""
    if later.get("extend_only") or not _covers(later["when"], earlier["when"]):
        return False
    settled = set(_leaves(later["set"], ""))
    settled |= set(map(_question, settled))
    asked = set(_leaves(earlier["set"], ""))
    # Flat amounts merge by currency, so each asks for itself too.
    asked = {path for path in asked if path.startswith("restocking_fee/flat/")} | set(map(_question, asked))
    return bool(asked) and asked <= settled


def _covers(later: Body, earlier: Body) -> bool:
    return all(key in earlier and _WITHIN[key](earlier[key], limit) for key, limit in later.items())


def _meet(one: Body, other: Body) -> bool:
    """Whether their seasons overlap, and `when` is the same beside."""
    when, then = dict(one["when"]), dict(other["when"])
    seasons = when.pop("ordered", None), then.pop("ordered", None)
    if when != then or not all(seasons):
        return False
    (first, last), (begin, end) = map(_season, seasons)
    return first <= end and begin <= last


def _contested(one: Body, other: Body) -> set[str]:
    """The keys that both set; of two that only extend, the longer window wins in any order."""
    questions = [set(map(_question, _leaves(override["set"], ""))) for override in (one, other)]
    keys = {top(path) for path in questions[0] & questions[1]}
    return keys - {"return_window"} if one.get("extend_only") and other.get("extend_only") else keys


def _question(path: str) -> str:
    rivals = _RIVALS.fullmatch(path)
    return f"{rivals[rivals.lastindex or 0]}/…" if rivals else path


def _leaves(value: object, path: str) -> Iterator[str]:
    """The paths of all that is set; a list is replaced whole."""
    if not isinstance(value, dict):
        yield path
        return
    for key, item in value.items():
        yield from _leaves(item, joined(path, key))


def _season(ordered: Body) -> tuple[date, date]:
    days = ordered.get("from", str(date.min)), ordered.get("until", str(date.max))
    return date.fromisoformat(days[0]), date.fromisoformat(days[1])


def _season_within(own: Body, limit: Body) -> bool:
    (first, last), (begin, end) = _season(own), _season(limit)
    return begin <= first and last <= end


def _listed(own: list[str], limit: list[str]) -> bool:
    return set(own) <= set(limit)


def _patterns_within(own: list[str], limit: list[str]) -> bool:
    """A `*` of ours that a pattern of the others takes for text is taken with all that it stands for."""
    return all(any(like(other, pattern) for other in limit) for pattern in own)


def _at_most(own: Body, limit: Body) -> bool:
    return all(currency in own and own[currency] <= amount for currency, amount in limit.items())


def _at_least(own: Body, limit: Body) -> bool:
    return all(currency in own and own[currency] >= amount for currency, amount in limit.items())


def _total_within(own: Body, limit: Body) -> bool:
    return _at_least(own.get("from", {}), limit.get("from", {})) and _at_most(
        own.get("below", {}), limit.get("below", {})
    )


_WITHIN: dict[str, Callable[[Any, Any], bool]] = {
    "markets": _listed,
    "accounts": _listed,
    "faults": _listed,
    "reasons": _listed,
    "ordered": _season_within,
    "total": _total_within,
    "max_total": _at_most,
    "categories": _patterns_within,
    "skus": _patterns_within,
}
