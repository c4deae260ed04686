"""The settings of a shop, read from `returnctl.yaml`."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from typing import Any

from msgspec import convert

from returnctl.domain.settings import Settings
from returnctl.errors import InvalidSettings
from returnctl.readers import schema
from returnctl.readers.places import Problem, Source, in_order, joined


def read_settings(data: bytes, name: str) -> Settings:
    """Raises InvalidSettings."""
    value, source, problems = schema.read_checked(data, name, "settings")
    told = {problem.path for problem in problems}
    problems += [problem for problem in _unknown_zones(value, source) if problem.path not in told]
    if problems:
        raise InvalidSettings(file=name, problems=[problem.as_dict() for problem in in_order(problems)])
    return convert(value, Settings)


def _unknown_zones(value: object, source: Source) -> Iterator[Problem]:
    known = zoneinfo.available_timezones()
    for path, zone in _zones(value):
        if zone not in known:
            near = schema.suggestion(zone, sorted(known)).get("near")
            yield source.at_value(path, "unknown_zone", value=zone, near=near)


def _zones(value: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - it may not fit the schema
    """Every text called `timezone`, in the shop and in its accounts."""
    for key, item in value.items() if isinstance(value, dict) else ():
        if key == "timezone" and isinstance(item, str):
            yield key, item
        for path, zone in _zones(item):
            yield joined(key, path), zone
