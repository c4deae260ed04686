"""A file of cases for `policy test`: read strictly, checked by its schema and by what a schema cannot say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from returnctl.domain.markets import CURRENCIES, MARKETS
from returnctl.domain.trial import NEVER, numbered
from returnctl.readers.dates import YEARS
from returnctl.readers.places import Place, Problem, Source, in_order, joined
from returnctl.readers.schema import read_checked, suggestion

Told = Mapping[str, Any]


class Sample(NamedTuple):
    """One case; `expected` and `places` are by the path under `expect`, and `place` is that of the case."""

    name: str
    given: Told
    expected: dict[str, Any]
    places: dict[str, Place]
    place: Place


class Samples(NamedTuple):
    """A file's cases, and the policy they are about: a name or a file, and a version if one is told."""

    policy: str
    version: int | None
    cases: tuple[Sample, ...]


def check_samples(data: bytes, file: str) -> tuple[Samples | None, tuple[Problem, ...], Source]:
    """The cases of a file, or all its problems at once."""
    value, source, problems = read_checked(data, file, "policy-test")
    told = {problem.path for problem in problems}
    if isinstance(value, dict) and isinstance(value.get("cases"), list):
        sound = [(f"cases/{at}", case) for at, case in enumerate(value["cases"]) if not _touched(f"cases/{at}", told)]
        problems += _beyond_schema(sound, source)
    if problems:
        return None, in_order(problems), source
    return Samples(value["policy"], value.get("version"), tuple(_samples(value, source))), (), source


def _touched(path: str, told: set[str]) -> bool:
    return any(each in ("", path) or each.startswith(f"{path}/") for each in told)


def _samples(value: Told, source: Source) -> Iterator[Sample]:
    for at, case in enumerate(value["cases"]):
        path = f"cases/{at}"
        expected = dict(_flat(case["expect"]))
        places = {key: source.values[f"{path}/expect/{key}"] for key in expected}
        yield Sample(case["name"], case["given"], expected, places, source.values[f"{path}/name"])


def _flat(told: Told, path: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in told.items():
        here = joined(path, key)
        if isinstance(value, dict):
            yield from _flat(value, here)
        else:
            yield here, value


def _beyond_schema(cases: list[tuple[str, Told]], source: Source) -> Iterator[Problem]:
    seen: set[str] = set()
    for path, case in cases:
        if case["name"] in seen:
            yield source.at_value(f"{path}/name", "repeated_name", value=case["name"])
        seen.add(case["name"])
        for check in _CHECKS:
            yield from check(case, path, source)


def _times(case: Told, path: str, source: Source) -> Iterator[Problem]:
    """Every text that is a time has to be one of the calendar, with room for windows and deadlines."""
    for where, text in _texts(case, path):
        key = where.removeprefix(f"{path}/")
        if text not in (NEVER, "none") and _is_time(key) and not _exists(text):
            yield source.at_value(where, "no_such_date", value=text)


def _is_time(key: str) -> bool:
    last = key.rpartition("/")[2]
    return (
        key.startswith(("given/recent/", "expect/deadlines/")) or last in ("at", "window_ends") or last.endswith("_at")
    )


def _exists(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).year in YEARS
    except ValueError:
        return False


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - any value of a file
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _texts(inner, joined(path, key))


def _codes(case: Told, path: str, source: Source) -> Iterator[Problem]:
    order = case["given"].get("order", {})
    for key, known in (("market", list(MARKETS)), ("currency", CURRENCIES)):
        if order.get(key, known[0]) not in known:
            where = f"{path}/given/order/{key}"
            yield source.at_value(where, "wrong_value", value=order[key], **suggestion(order[key], known))


def _line_numbers(case: Told, path: str, source: Source) -> Iterator[Problem]:
    """A line that the order does not have, and one that it has twice."""
    given = case["given"]
    lines = [number for number, _ in numbered(given.get("order", {}).get("lines", [{}]))]
    for at, number in enumerate(lines):
        if number in lines[:at]:
            yield source.at_value(f"{path}/given/order/lines/{at}", "repeated_value", value=number)
    for where, named in _namings(case):
        for number in named:
            if number not in lines:
                facts = suggestion(number, lines)
                yield source.at_key(f"{path}/{where}/{number}", "no_such_line", value=number, **facts)


def _namings(case: Told) -> Iterator[tuple[str, Told]]:
    given = case["given"]
    yield "expect/lines", case["expect"].get("lines", {})
    for where, told in (
        ("given", given),
        *((f"given/returns/{at}", x) for at, x in enumerate(given.get("returns", ()))),
    ):
        for key in ("items", "found"):
            yield f"{where}/{key}", told.get(key, {})


_CHECKS: tuple[Callable[[Told, str, Source], Iterator[Problem]], ...] = (_times, _codes, _line_numbers)
