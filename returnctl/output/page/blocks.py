"""What a page is made of, before it is written in any form."""

from __future__ import annotations

from typing import NamedTuple

from returnctl.output.clean import clean


class Text(NamedTuple):
    """A line of text; `language` is given where it is not the page's own."""

    text: str
    language: str | None = None


class Heading(NamedTuple):
    """Of level 2 or 3; `id` is what links within the page lead to."""

    level: int
    text: str
    id: str = ""


class Paragraph(NamedTuple):
    text: Text


class Bullets(NamedTuple):
    items: tuple[Text, ...]
    numbered: bool = False


class Table(NamedTuple):
    """The first cell of a row names it."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Text, ...], ...]


class Facts(NamedTuple):
    """Names, and what each is."""

    pairs: tuple[tuple[str, Text], ...]


class Chart(NamedTuple):
    """`svg` is markup that was made safe, and names itself to those who cannot see it."""

    caption: str
    svg: str


class Address(NamedTuple):
    lines: tuple[str, ...]


Block = Heading | Paragraph | Bullets | Table | Facts | Address | Chart


class Page(NamedTuple):
    """`about` says which policy it was made from; `generator` is the mark by which such a page is known again."""

    language: str
    title: Text
    lead: str
    blocks: tuple[Block, ...]
    about: str
    generator: str


def plain(text: str) -> str:
    """Text of a policy on one line, with every character visible."""
    return clean(" ".join(text.split()))
