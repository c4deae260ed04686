"""The page as HTML: one file without scripts, that needs nothing but the evidence beside it."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from returnctl.output.bundle.parts import Page
from returnctl.output.page.reader import tag_of
from returnctl.output.words import chosen, say

_HERE = Path(__file__).parent


def html(page: Page) -> bytes:
    """The look is that of the pages for buyers."""
    environment = Environment(
        loader=FileSystemLoader([_HERE, _HERE.parent / "page"]), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    text = environment.get_template("page.html").render(
        page=page, tag=tag_of(chosen()), contents=say("Contents"), skip=say("To the content"), picture=say("photo:"),
        kinds=lambda block: type(block).__name__,
    )  # fmt: skip
    return text.encode()
