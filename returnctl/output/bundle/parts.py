"""What the page of a case file is made of, before it is written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from returnctl.output.clean import clean
from returnctl.output.words import chosen


class Cell(NamedTuple):
    """A piece of text. `kind` is how it looks: `plain`, `strong`, `soft`, `code`, `number`, `time`, `mark`, or `words`.

    `words` are somebody's own; `href` leads to a file of the bundle, `image` is one to be shown.
    """

    text: str = ""
    kind: str = "plain"
    href: str = ""
    image: str = ""


# Each cell of a row is made of one or more pieces.
Row = tuple[tuple[Cell, ...], ...]


class Table(NamedTuple):
    """The cell of a row that names it is the first one; `total` is whether the last row sums the others."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    total: bool = False


class Facts(NamedTuple):
    pairs: tuple[tuple[str, Cell], ...]


class Voice(NamedTuple):
    """What somebody says: who, when, about what, and in which words."""

    who: str
    when: str
    about: str
    text: str = ""


class Voices(NamedTuple):
    voices: tuple[Voice, ...]


class Text(NamedTuple):
    text: str


class Typed(NamedTuple):
    """A line to type."""

    text: str


Block = Table | Facts | Voices | Text | Typed


class Section(NamedTuple):
    id: str
    title: str
    blocks: tuple[Block, ...]


class Page(NamedTuple):
    title: str
    lead: str
    sections: tuple[Section, ...]
    foot: str


def row(*cells: Cell | tuple[Cell, ...] | str) -> Row:
    return tuple(_pieces(cell) for cell in cells)


def _pieces(cell: Cell | tuple[Cell, ...] | str) -> tuple[Cell, ...]:
    pieces = (cell,) if isinstance(cell, Cell) else (Cell(cell),) if isinstance(cell, str) else cell
    return tuple(piece for piece in pieces if piece.text)


def code(text: str) -> Cell:
    return Cell(text, "code")


def number(text: str) -> Cell:
    return Cell(text, "number")


def place(text: str) -> Cell:
    """Of a file, such as `standard.yaml:6`."""
    return Cell(text, "place")


def time(text: str) -> Cell:
    return Cell(text, "time")


def words(text: str) -> Cell:
    """Text from outside; lines stay, and every character is visible."""
    return Cell(shown(text), "words")


def shown(text: str) -> str:
    return "\n".join(clean(line) for line in text.splitlines()).strip()


def joined(told: Iterable[str | None]) -> str:
    """What there is of it, in one line of the reader's language."""
    return ("；" if chosen() == "zh" else "; ").join(part for part in told if part)


def line(text: str) -> str:
    """Text from outside, on one line."""
    return clean(" ".join(text.split()))
