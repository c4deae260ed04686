"""The report as a page: the sections of the overview, and a table of the groups where some were asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from returnctl.output.page.blocks import Block, Bullets, Facts, Heading, Page, Paragraph, Table, Text, plain
from returnctl.output.page.charts import chart
from returnctl.output.page.html import html
from returnctl.output.report import Bar, Section
from returnctl.output.report_text import BY, in_short, names_of, told, value_of
from returnctl.output.report_words import definitions, named, number
from returnctl.output.words import chosen, say

GENERATOR = "returnctl report"
# So many bars are told apart at a glance, and so many rows are read.
_BARS, _ROWS = 12, 200


class Grouped(NamedTuple):
    """Rows of groups, the first ones; `more` were left out."""

    by: str
    rows: Sequence[Mapping[str, Any]]


def page(
    shop: str, period: str, whole: Mapping[str, Any], sections: Sequence[Section], grouped: Sequence[Grouped]
) -> str:
    blocks = [*_opening(sections), *(block for each in grouped for block in _groups(each)), *_explained()]
    return html(
        Page(
            language=chosen(),
            title=Text(say("Returns: {shop}", shop=plain(shop))),
            lead=in_short(whole, period),
            blocks=tuple(blocks),
            about=say("Made by returnctl from the shop's own data, {period}.", period=period),
            generator=GENERATOR,
        )
    )


def _opening(sections: Sequence[Section]) -> Iterator[Block]:
    for section in sections:
        yield Heading(2, section.title, section.id)
        if section.facts:
            yield Facts(tuple((name, Text(plain(value))) for name, value in section.facts))
        if section.bars:
            yield chart(f"{section.id}-chart", f"{section.title}: {section.name}", section.bars[:_BARS])
        if len(section.notes) > 1:
            yield Bullets(tuple(Text(plain(note)) for note in section.notes[:-1]))
        if section.notes:
            yield Paragraph(Text(plain(section.notes[-1])))


def _groups(grouped: Grouped) -> Iterator[Block]:
    by, rows = grouped
    title = say("By {what}", what=say(BY[by]))
    yield Heading(2, title, f"by-{by}")
    if not rows:
        return
    bars = tuple(Bar(named(row["key"], by), row["returns"], number(row["returns"])) for row in rows)
    yield chart(f"by-{by}-chart", f"{title}: {say('returns')}", bars[-_BARS:] if by == "month" else bars[:_BARS])
    heads = (say(BY[by]), *(told(name) for name in names_of(by)))
    yield Table(title, heads, tuple(_row(row, by) for row in rows[:_ROWS]))


def _row(row: Mapping[str, Any], by: str) -> tuple[Text, ...]:
    values = (value_of(name, row[name]) for name in names_of(by))
    return (Text(plain(named(row["key"], by))), *(Text(plain(value)) for value in values))


def _explained() -> Iterator[Block]:
    yield Heading(2, say("What the figures mean"), "figures")
    yield Table(
        say("Each figure in one line"), (say("figure"), say("meaning")),
        tuple((Text(name), Text(meaning)) for name, meaning in definitions()),
    )  # fmt: skip
