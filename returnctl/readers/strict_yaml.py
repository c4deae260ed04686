"""YAML as policies and settings are written: plain types, exact numbers, no tricks, and the place of everything.

Values are built from the event stream of the parser, so nothing is composed that was not counted before: libyaml's
composer crashes on deep input.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

import yaml

from returnctl.readers.places import MOST_PROBLEMS, Place, Problem, Source, joined

MOST_BYTES = 1024 * 1024
MOST_LEVELS = 32
# What JSON readers and 64 bits carry without loss.
MOST_DIGITS = 18

_LOADER = getattr(yaml, "CLoader", yaml.Loader)
_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)", re.ASCII)
_FRACTION = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+", re.ASCII)
# YAML takes three more characters for line ends, which no editor does: places would be wrong.
_NOT_IN_SOURCE = re.compile("[^\t\n\r -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_NOT_IN_TEXT = re.compile("[^\t\n -~\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# No key of a file has this name: what is left out has no place of its own.
_NOWHERE = "\n"
_WORDS = {"true": True, "false": False}
# What the parser says, and what we say; an unclosed thing is shown where it was opened.
_SYNTAX = (
    ("mapping values are not allowed", "unexpected_colon"),
    ("cannot start any token", "unexpected_character"),
    ("found a tab", "tab"),
    ("unexpected end of stream", "unclosed_quote"),
    ("',' or", "unclosed_bracket"),
    ("nesting depth", "too_deep"),  # of newer parsers, far beyond ours, but they may see it first
)


_FACTS = {"too_deep": {"levels": MOST_LEVELS}}


class Read(NamedTuple):
    """`value` holds what could be read beside the problems; None where one of them stopped the reading."""

    value: Any
    source: Source
    problems: list[Problem]


class _Refused(Exception):
    """The reading cannot go on. It does not leave this module."""

    def __init__(self, place: Place, code: str, **facts: object) -> None:
        super().__init__(code)
        self.place, self.code, self.facts = place, code, facts


def read_yaml(data: bytes, file: str) -> Read:
    """Never raises: what is wrong with the file is told as problems."""
    source = Source(file, re.split("\r\n|\r|\n", data[:MOST_BYTES].decode("utf-8-sig", "replace")))
    builder = _Builder(source)
    try:
        value = builder.document(_text(data))
    except _Refused as refused:
        builder.problems.append(source.at(refused.place, "", refused.code, **refused.facts))
        value = None
    return Read(value, source, builder.problems)


def _text(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise _Refused(Place(1, 1), "too_large", mib=MOST_BYTES // 1024 // 1024)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _Refused(_end_of(data[: error.start].decode("utf-8-sig", "replace")), "not_utf8") from None
    if bad := _NOT_IN_SOURCE.search(text):
        raise _Refused(_end_of(text[: bad.start()]), "control_character", character=_number(bad[0]))
    return text


def _end_of(text: str) -> Place:
    lines = re.split("\r\n|\r|\n", text)
    return Place(len(lines), len(lines[-1]) + 1)


def _number(character: str) -> str:
    return f"U+{ord(character):04X}"


def _events(text: str) -> Iterator[yaml.Event]:
    try:
        yield from yaml.parse(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        raise _syntax(error, text) from None
    except (yaml.YAMLError, ValueError, OverflowError):  # only the pure parser raises the last two
        raise _Refused(Place(1, 1), "syntax") from None


def _syntax(error: yaml.MarkedYAMLError, text: str) -> _Refused:
    said = error.problem or ""
    code = next((code for words, code in _SYNTAX if words in said), "syntax")
    mark = error.context_mark if code.startswith("unclosed") else error.problem_mark
    place = _place(mark) if mark else _end_of(text)
    if code == "unexpected_character" and mark and text[mark.index : mark.index + 1] == "\t":
        code = "tab"
    return _Refused(place, code, **_FACTS.get(code, {}))


def _place(mark: Any) -> Place:  # noqa: ANN401 - yaml has a class of marks for each parser
    return Place(mark.line + 1, mark.column + 1)


class _Builder:
    """One pass over the events. A part with a problem is left out of the value, and the reading goes on."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self._events: Iterator[yaml.Event] = iter(())

    def document(self, text: str) -> Any:  # noqa: ANN401 - any value that YAML has
        self._events = _events(text)
        self._next()
        if isinstance(self._next(), yaml.StreamEndEvent):
            raise _Refused(Place(1, 1), "empty_file")
        value = self._value(self._next(), "", 0)
        self._next()
        if not isinstance(further := self._next(), yaml.StreamEndEvent):
            raise _Refused(_place(further.start_mark), "several_documents")
        return value

    def _next(self) -> yaml.Event:
        return next(self._events)

    def _value(self, event: yaml.Event, path: str, depth: int) -> Any:  # noqa: ANN401
        self.source.values[path] = _place(event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            return self._problem(event, path, "alias")
        self._no_tricks(event, path)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, path)
        if depth == MOST_LEVELS:
            raise _Refused(_place(event.start_mark), "too_deep", levels=MOST_LEVELS)
        return (self._mapping if isinstance(event, yaml.MappingStartEvent) else self._list)(path, depth + 1)

    def _no_tricks(self, event: yaml.Event, path: str) -> None:
        for trick in ("tag", "anchor"):
            if getattr(event, trick):
                self._problem(event, path, trick)

    def _list(self, path: str, depth: int) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            items.append(self._value(event, joined(path, len(items)), depth))
        return items

    def _mapping(self, path: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._key(event, path, found, depth)
            here = joined(path, _NOWHERE if key is None else key)
            if key is not None:
                self.source.keys[here] = _place(event.start_mark)
            value = self._value(self._next(), here, depth)
            if key is not None:
                found[key] = value
        return found

    def _key(self, event: yaml.Event, path: str, found: dict[str, Any], depth: int) -> str | None:
        """None for one that cannot stand, and its problem is told."""
        told = len(self.problems)
        key = self._value(event, joined(path, _NOWHERE), depth)
        if isinstance(key, str) and key not in found:
            return key
        here = joined(path, str(key))
        if isinstance(key, str):
            self._problem(event, here, "doubled_key", key=key, line=self.source.keys[here].line)
        elif len(self.problems) == told:
            self._problem(event, here, "key_not_text")
        return None

    def _scalar(self, event: yaml.ScalarEvent, path: str) -> Any:  # noqa: ANN401
        text: str = event.value
        if bad := _NOT_IN_TEXT.search(text):
            return self._problem(event, path, "control_character", character=_number(bad[0]))
        if not event.implicit[0]:
            return text
        if not text:
            return self._problem(event, path, "empty_value")
        return self._plain(event, path)

    def _plain(self, event: yaml.ScalarEvent, path: str) -> Any:  # noqa: ANN401
        text: str = event.value
        if text in _WORDS:
            return _WORDS[text]
        number = int if _WHOLE.fullmatch(text) else Decimal if _FRACTION.fullmatch(text) else None
        if number and len(text) > MOST_DIGITS:
            return self._problem(event, path, "number_too_long", digits=MOST_DIGITS)
        return number(text) if number else text

    def _problem(self, event: yaml.Event, path: str, code: str, **facts: object) -> None:
        place = _place(event.start_mark)
        if len(self.problems) == MOST_PROBLEMS:
            raise _Refused(place, "many_more", most=MOST_PROBLEMS)
        self.problems.append(self.source.at(place, path, code, **facts))
