"""What a row says becomes a request; what does not fit is told by its column and in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from returnctl.domain.dispute import OUTCOMES
from returnctl.domain.states import Kind
from returnctl.errors import AmbiguousDate, BadRow, BadValue
from returnctl.readers.intake import bad

T = TypeVar("T", bound=msgspec.Struct)
# Reads a time as its option does: the text, and how an error calls it.
When = Callable[[str, str], datetime | None]

_INSTANTS = ("due", "set", "until")
_PLACE = re.compile(r"`\$\.(\w+)")
_MISSING = re.compile(r"missing required field `(\w+)`")
_WHY = {
    "items": "bad_items", "grades": "bad_grades", "amount": "amount_not_text",
    "evidence": "not_a_list", "conditions": "not_a_list",
    **dict.fromkeys(("returnless", "paid", "final", "retry", "long"), "bad_flag"),
}  # fmt: skip
_CHOICES = {
    "verdict": ("pass", "fail"), "to": ("platform",), "rating": (1, 2, 3, 4, 5),
    "outcome": OUTCOMES, "type": tuple(kind.value for kind in Kind),
}  # fmt: skip


def said(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is empty, as in a sheet."""
    return {name: value for name, value in values.items() if value not in (None, "")}


def converted(values: Mapping[str, Any], kind: type[T], when: When, *, strict: bool) -> T:
    """Raises BadRow, without its file and row."""
    told = {name: _at(name, value, when) if name in _INSTANTS else value for name, value in values.items()}
    try:
        return msgspec.convert(told, kind, strict=strict)
    except msgspec.ValidationError as error:
        raise _unfit(str(error), told) from None


def _at(name: str, value: object, when: When) -> datetime | None:
    """One that an option told is an instant already."""
    if isinstance(value, datetime):
        return value
    try:
        return when(value if isinstance(value, str) else repr(value), name)
    except (AmbiguousDate, BadValue):
        raise bad("bad_when", value, column=name) from None


def _unfit(error: str, values: Mapping[str, Any]) -> BadRow:
    missing, place = _MISSING.search(error), _PLACE.search(error)
    if missing:
        return bad("missing", column=missing[1])
    column = place[1] if place else ""
    if column in _CHOICES:
        return bad("bad_choice", values[column], column=column, known=list(_CHOICES[column]))
    return bad(_WHY.get(column, "not_text"), values.get(column, error), column=column)
