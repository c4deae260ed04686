"""A page as Markdown: CommonMark, with the tables of GitHub."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from returnctl.output.page.blocks import Address, Block, Bullets, Chart, Facts, Heading, Page, Paragraph, Table

# All that can mean something inside a line; at its beginning more does.
_INLINE = re.compile(r"([\\`*_\[\]<>|~&])")
_FIRST = re.compile(r"^([-+=#]|[0-9]{1,9}(?=[.)](?:\s|$)))")


def markdown(page: Page) -> str:
    parts = [f"<!-- {page.generator} -->", f"# {_line(page.title.text)}", _line(page.lead)]
    parts += [_block(block) for block in page.blocks]
    return "\n\n".join([*parts, "---", _line(page.about)]) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading(level, text, _):
            return f"{'#' * level} {_line(text)}"
        case Paragraph(text):
            return _line(text.text)
        case Bullets(items, numbered):
            marks = (f"{at}." if numbered else "-" for at in range(1, len(items) + 1))
            return "\n".join(f"{mark} {_line(item.text)}" for mark, item in zip(marks, items, strict=True))
        case Table(caption, head, rows):
            return f"**{_line(caption)}**\n\n" + "\n".join(_table(head, [[cell.text for cell in row] for row in rows]))
        case Facts(pairs):
            named = ((f"**{_line(name)}**", _line(text.text)) for name, text in pairs)
            return "\n".join(f"- {name}: {value}" for name, value in named)
        case Address(lines):
            return "\\\n".join(_line(line) for line in lines)
        case Chart(caption, _):
            return f"*{_line(caption)}*"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield _row(head)
    yield "|" + " --- |" * len(head)
    yield from map(_row, rows)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(map(_line, cells)) + " |"


def _line(text: str) -> str:
    """Text that means nothing but itself, wherever a line may begin with it."""
    escaped = _INLINE.sub(r"\\\1", text)
    return _FIRST.sub(lambda found: f"\\{found[1]}" if not found[1].isdigit() else f"{found[1]}\\", escaped)
