"""The floors that ship with the program, and what a policy file gives less than they ask."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import convert
from msgspec.structs import replace

from returnctl.domain.floors import Floor, Shortfall, compare
from returnctl.domain.policy import PolicySource
from returnctl.errors import Damaged
from returnctl.readers.places import Problem, Source, in_order, parent
from returnctl.readers.schema import read_checked, suggestion
from returnctl.readers.shipped import folder


@cache
def floors() -> tuple[Floor, ...]:
    """Raises Damaged where a file that ships is not as its schema has it."""
    return tuple(floor for path in sorted((folder("policies") / "floors").glob("*.yaml")) for floor in _read(path))


def _read(path: Path) -> list[Floor]:
    value, _, problems = read_checked(path.read_bytes(), path.name, "floors")
    if problems:
        raise Damaged(path=str(path), why="not_installed")
    return convert(value["floors"], list[Floor])


def unknown_floors(body: dict[str, Any], source: Source) -> Iterator[Problem]:
    """Waivers of floors that there are not; the files are read only where a policy waives something."""
    for at, waiver in enumerate(body.get("waivers", ())):
        known = [floor.name for floor in floors()]
        if waiver["floor"] not in known:
            facts = suggestion(waiver["floor"], known)
            yield source.at_value(f"waivers/{at}/floor", "unknown_floor", value=waiver["floor"], **facts)


def warnings(policy: PolicySource, source: Source) -> tuple[Problem, ...]:
    """Where it goes under a floor that it does not waive, and waivers of what it keeps."""
    found = compare(policy, floors())
    under = {shortfall.floor.name for shortfall in found}
    waivers = policy.body.get("waivers", ())
    waived = {waiver["floor"] for waiver in waivers}
    holders = {parent(path) for path in source.values}
    told = [_told(each, source, holders) for each in found if each.floor.name not in waived]
    told += [_idle(at, waiver, source) for at, waiver in enumerate(waivers) if waiver["floor"] not in under]
    return in_order([replace(problem, severity="warning") for problem in told])


def _told(found: Shortfall, source: Source, holders: set[str]) -> Problem:
    """At the value; at the key where more stands in it, or of the nearest one around a word such as `none`."""
    floor, near = found.floor, found.path
    while near not in source.values:
        near = parent(near)
    about = {"floor": floor.name, "clause": floor.clause, "markets": list(found.markets), "source": floor.source}
    sure = {"mark": floor.mark, "verified": floor.verified, "posted": floor.posted}
    tell = source.at_key if near in holders else source.at_value
    return tell(near, found.code, **about, **sure, **found.facts)


def _idle(at: int, waiver: dict[str, Any], source: Source) -> Problem:
    return source.at_value(f"waivers/{at}/floor", "idle_waiver", value=waiver["floor"])
