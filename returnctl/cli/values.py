"""Option types: text that a user typed becomes a value, or an error that tells the form wanted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any

import click

from returnctl.errors import AmbiguousDate, BadValue

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]{2,15})?(Z|[+-][0-9:]{2,6})?", re.ASCII)
_SPAN = re.compile(r"(-?)([0-9]{1,6})([dhm])", re.ASCII)
_SLASHED = re.compile(r"[0-9]{1,4}[/.][0-9]{1,2}[/.][0-9]{1,4}.*", re.ASCII)
_UNITS = re.compile(r"[0-9]{1,7}", re.ASCII)
_WAIT = re.compile(r"[0-9]{1,5}(\.[0-9]{1,3})?", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,10}", re.ASCII)
_WORD = re.compile(r"[^\s=:,]{1,128}")
_SPANS = {"d": "days", "h": "hours", "m": "minutes"}


def instant(text: str, what: str, base: datetime, zone: Callable[[], tzinfo]) -> datetime:
    """ISO dates and times, `today`, `yesterday`, `2d`, `-2d`: UTC. `zone` is asked where the text names none.

    Raises BadValue, AmbiguousDate.
    """
    text = text.strip()
    if _SLASHED.fullmatch(text):
        raise AmbiguousDate(value=text)
    if text in ("today", "yesterday"):
        day = base.astimezone(zone()).date() - timedelta(days=text == "yesterday")
        return datetime.combine(day, time(), zone()).astimezone(UTC)
    span = _SPAN.fullmatch(text)
    if span:
        try:
            return base + (-1 if span[1] else 1) * timedelta(**{_SPANS[span[3]]: int(span[2])})
        except OverflowError:
            raise BadValue(what=what, value=text, wanted="instant") from None
    return _iso(text, what, zone)


def _iso(text: str, what: str, zone: Callable[[], tzinfo]) -> datetime:
    if not _ISO.fullmatch(text):
        raise BadValue(what=what, value=text, wanted="instant")
    try:
        value = datetime.fromisoformat(text)
        return (value if value.tzinfo else value.replace(tzinfo=zone())).astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        raise BadValue(what=what, value=text, wanted="instant") from None


class Instant(click.ParamType):  # type: ignore[type-arg] # generic in new clicks only
    """Checked where it is typed, read where the shop's zone is known."""

    name = "when"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        instant(value, param.opts[-1] if param else "", datetime.now(UTC), lambda: UTC)
        return str(value)


def units(text: str, what: str, whole: str) -> int:
    """A number of units, at least one. Raises BadValue."""
    if not _UNITS.fullmatch(text) or int(text) == 0:
        raise BadValue(what=what, value=whole, wanted="units")
    return int(text)


class Item(click.ParamType):  # type: ignore[type-arg] # generic in new clicks only
    """`LINE` or `LINE=QTY`: the line and its units, None for all of them."""

    name = "line[=qty]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int | None]:
        line, given, quantity = str(value).partition("=")
        if not _WORD.fullmatch(line):
            raise BadValue(what="--item", value=value, wanted="item")
        return line, units(quantity, "--item", value) if given else None


class Graded(click.ParamType):  # type: ignore[type-arg] # generic in new clicks only
    """`LINE=GRADE` or `LINE=GRADE:QTY`: units of a line found alike, None for all of them."""

    name = "line=grade[:qty]"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[str, str, int | None]:
        line, _, rest = str(value).partition("=")
        grade, given, quantity = rest.partition(":")
        if not _WORD.fullmatch(line) or not _WORD.fullmatch(grade):
            raise BadValue(what="--item", value=value, wanted="grade")
        return line, grade, units(quantity, "--item", value) if given else None


def gathered(items: tuple[tuple[str, int | None], ...]) -> dict[str, int | None] | None:
    """Units by line; None where nothing was said. Raises BadValue where a line is named twice."""
    for at, (line, _) in enumerate(items):
        if line in dict(items[:at]):
            raise BadValue(what="--item", value=line, wanted="once")
    return dict(items) or None


def graded(found: Iterable[tuple[str, str, int | None]]) -> dict[str, dict[str, int | None]] | None:
    """Units by grade by line; None where none was given. Raises BadValue where a grade is named twice."""
    grades: dict[str, dict[str, int | None]] = {}
    for line, grade, units in found:
        if grade in grades.setdefault(line, {}):
            raise BadValue(what="--item", value=f"{line}={grade}", wanted="once")
        grades[line][grade] = units
    return grades or None


def finding(text: str) -> dict[str, Any]:
    """A short answer to what was found: nothing or `p` passes all, `f` fails all, else as `--item`. Raises BadValue."""
    words = text.split()
    if [word.lower() for word in words] in ([], ["p"], ["pass"]):
        return {"grades": None, "passes": True}
    if [word.lower() for word in words] in (["f"], ["fail"]):
        return {"grades": None, "passes": False}
    return {"grades": graded(GRADED.convert(word, None, None) for word in words), "passes": True}


class Real(click.ParamType):  # type: ignore[type-arg] # generic in new clicks only
    """A number from outside: not the word that stands for it in our own suggestions, pasted as it is."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value in ("TXN", "NUMBER") or not str(value).strip():
            raise BadValue(what=param.opts[-1] if param else "", value=value, wanted="real" if value else "text")
        return str(value)


class Seconds(click.ParamType):  # type: ignore[type-arg] # generic in new clicks only
    """How long to wait: up to a day."""

    name = "seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if not _WAIT.fullmatch(str(value)):
            raise BadValue(what=param.opts[-1] if param else "", value=value, wanted="seconds")
        return float(value)


class Whole(click.ParamType):  # type: ignore[type-arg] # generic in new clicks only
    """A whole number within limits."""

    name = "n"

    def __init__(self, least: int, most: int) -> None:
        self._least, self._most = least, most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        text = str(value)
        if not _WHOLE.fullmatch(text) or not self._least <= int(text) <= self._most:
            what = param.opts[-1] if param else ""
            raise BadValue(what=what, value=text, wanted="whole", least=self._least, most=self._most)
        return int(text)


SECONDS = Seconds()
COUNT = Whole(1, 1_000_000_000)
REAL = Real()
INSTANT = Instant()
ITEM = Item()
GRADED = Graded()
