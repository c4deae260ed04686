"""Where the parts of a file stand, and what is wrong with them there."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any, Literal, NamedTuple

from msgspec import Struct, field, structs

# A longer line is not kept with its problem: many problems may stand in it.
LONGEST_LINE = 400
# Of one file. A reader who mends these sees the next; without an end a hostile file would make us last.
MOST_PROBLEMS = 500
_LINES_OF_A_TEXT = 40


class Place(NamedTuple):
    """Counted from 1; columns are characters."""

    line: int
    column: int


class Problem(Struct, frozen=True):
    """`code` and `facts` are for `output.problems`; `path` is keys and list positions joined by `/`.

    `text` is the source line, empty where it is too long to show.
    """

    file: str
    line: int
    column: int
    code: str
    facts: dict[str, Any]
    path: str
    text: str
    severity: Literal["error", "warning"] = "error"

    def as_dict(self) -> dict[str, Any]:
        return structs.asdict(self)


class Source(Struct, frozen=True):
    """A file's lines, and the place of each key and of each value by its path; the whole has the path ``""``."""

    file: str
    lines: list[str]
    keys: dict[str, Place] = field(default_factory=dict)
    values: dict[str, Place] = field(default_factory=dict)

    def at_key(self, path: str, code: str, **facts: object) -> Problem:
        """A problem with a key; with one that is not there, it stands at the key around it."""
        near = path
        while near and near not in self.values:
            near = parent(near)
        return self.at(self.keys.get(near) or self._start(near), path, code, **facts)

    def at_value(self, path: str, code: str, **facts: object) -> Problem:
        return self.at(self._start(path), path, code, **facts)

    def at_words(self, path: str, words: str, code: str, **facts: object) -> Problem:
        """At the words inside of a text; at its beginning where they are written otherwise, as with escapes."""
        first = self._start(path)
        for at, line in enumerate(self.lines[first.line - 1 : first.line + _LINES_OF_A_TEXT]):
            column = line.find(words, 0 if at else first.column - 1)
            if column >= 0:
                return self.at(Place(first.line + at, column + 1), path, code, **facts)
        return self.at(first, path, code, **facts)

    def at(self, place: Place, path: str, code: str, **facts: object) -> Problem:
        line = self.lines[place.line - 1] if place.line <= len(self.lines) else ""
        text = line if len(line) <= LONGEST_LINE else ""
        return Problem(self.file, place.line, place.column, code, facts, path, text)

    def line_numbers(self) -> dict[str, int]:
        """The line of each key, and of each position of a list."""
        return {path: (self.keys.get(path) or value).line for path, value in self.values.items()}

    def _start(self, path: str) -> Place:
        return self.values.get(path) or Place(1, 1)


def joined(path: str, key: str | int) -> str:
    return f"{path}/{key}" if path else str(key)


def parent(path: str) -> str:
    return path.rpartition("/")[0]


def top(path: str) -> str:
    return path.partition("/")[0]


def in_order(problems: list[Problem]) -> tuple[Problem, ...]:
    """By their places; that there are more stands last."""
    return tuple(sorted(problems, key=lambda each: (each.code == "many_more", each.line, each.column, each.code)))


def first_of(problems: Iterable[Problem]) -> list[Problem]:
    """No more than anybody mends at once; the last of very many says that there are more."""
    told = list(islice(problems, MOST_PROBLEMS + 1))
    for last in told[MOST_PROBLEMS:]:
        told[-1] = structs.replace(last, code="many_more", facts={"most": MOST_PROBLEMS})
    return told
