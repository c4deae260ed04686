"""Changing a policy file as its owner wrote it: only the version and its first day, in their places."""

from __future__ import annotations

import re
from datetime import date
from itertools import chain

from returnctl.errors import BadFile
from returnctl.readers.places import Place, Source
from returnctl.readers.policies import check_policy, look_through

_VERSION = re.compile("[0-9]+")
_DAY = re.compile("(?<=[\"'])[0-9-]{10}(?=[\"'])|[0-9-]{10}")
_BOM = b"\xef\xbb\xbf"


def with_version(data: bytes, name: str, version: int, first: date) -> bytes:
    """A valid file with another version and first day; comments and layout stay.

    Raises BadFile where they are written in a way that cannot be edited.
    """
    text, source = data.decode("utf-8-sig"), look_through(data, name).source
    ends = list(_Text(text).edits(source, version, first))
    for start, end, new in sorted(ends, reverse=True):
        text = text[:start] + new + text[end:]
    edited = (_BOM if data.startswith(_BOM) else b"") + text.encode()
    if not _is_the_same(data, edited, name, version, first):
        raise BadFile(file=name, why="version_not_editable")
    return edited


def _is_the_same(data: bytes, edited: bytes, name: str, version: int, first: date) -> bool:
    """But for what was to be changed."""
    before, after = check_policy(data, name)[0], check_policy(edited, name)[0]
    wanted = {"version": version, "effective": {"from": first.isoformat()}}
    return bool(before and after and {**before.body, **wanted} == after.body)


Edit = tuple[int, int, str]


class _Text:
    """A text with the offset at which each line begins."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._breaks = list(re.finditer("\r\n|\r|\n", text))
        self._starts = [0, *(each.end() for each in self._breaks)]

    def edits(self, source: Source, version: int, first: date) -> chain[Edit]:
        return chain(self._version(source, version), self._first_day(source, first))

    def _version(self, source: Source, version: int) -> list[Edit]:
        return self._over(source.values["version"], _VERSION, str(version))

    def _first_day(self, source: Source, first: date) -> list[Edit]:
        if place := source.values.get("effective/from"):
            return self._over(place, _DAY, first.isoformat())
        return [self._added(source, f"effective: {{from: {first}}}")]

    def _over(self, place: Place, form: re.Pattern[str], new: str) -> list[Edit]:
        found = form.search(self._text, self._offset(place))
        return [(found.start(), found.end(), new)] if found else []

    def _added(self, source: Source, key: str) -> Edit:
        """A line of its own below the version, or where the file is one pair of braces behind it."""
        place = source.values["version"]
        if self._text.startswith("{", self._offset(source.values[""])):
            found = _VERSION.search(self._text, self._offset(place))
            end = found.end() if found else self._offset(place)
            return end, end, f", {key}"
        indent = " " * (source.keys["version"].column - 1)
        if place.line > len(self._breaks):
            return len(self._text), len(self._text), f"\n{indent}{key}"
        line_end = self._breaks[place.line - 1]
        return line_end.end(), line_end.end(), f"{indent}{key}{line_end[0]}"

    def _offset(self, place: Place) -> int:
        return self._starts[place.line - 1] + place.column - 1
