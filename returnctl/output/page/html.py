"""A page as HTML: one file without scripts, that needs nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from returnctl.output.page.blocks import Heading, Page
from returnctl.output.page.reader import tag_of
from returnctl.output.words import say


class Sibling(NamedTuple):
    """The same page in another language."""

    language: str
    href: str

    @property
    def tag(self) -> str:
        return tag_of(self.language)

    @property
    def name(self) -> str:
        return {"en": "English", "zh": "中文"}[self.language]


def html(page: Page, data: str = "", siblings: Sequence[Sibling] = ()) -> str:
    """`data` is JSON-LD, if any; what could end its element in it is escaped as JSON escapes."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    escaped = data.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return environment.get_template("page.html").render(
        page=page,
        sections=[block for block in page.blocks if isinstance(block, Heading) and block.level == 2],
        blocks=[(type(block).__name__, block) for block in page.blocks],
        tag=tag_of(page.language),
        contents=say("Contents", page.language),
        languages=say("Languages", page.language),
        data=Markup(escaped),  # noqa: S704 - escaped above
        siblings=siblings,
    )
