"""What the tests of pages share."""

from __future__ import annotations

from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from returnctl.output.page.publish import Paper
from returnctl.readers.policies import read_policy
from returnctl.shop.publishing import with_holidays
from tests.builders import a_policy

ROOT = Path(__file__).parent.parent.parent.parent
NOW = datetime(2026, 11, 10, 18, tzinfo=UTC)
POLICIES = [*sorted((ROOT / "tests/examples").glob("*.yaml")), *sorted((ROOT / "policies").glob("*.yaml"))]


def a_paper(market: str = "US", **body: Any) -> Paper:
    return Paper.of(a_policy(**body), market, NOW)


def paper_of(file: Path, market: str) -> Paper:
    return Paper.of(with_holidays(read_policy(file.read_bytes(), file.name), NOW), market, NOW)


def markets() -> list[tuple[Path, str]]:
    """Every market of every policy that ships or is an example."""
    found = ((file, read_policy(file.read_bytes(), file.name)) for file in POLICIES if "tests" not in file.parts[-2:])
    return [(file, market) for file, source in found for market in source.body["markets"]]


VOID = {"meta", "link", "br"}


class Outline(HTMLParser):
    """A document, read: tags balance, and its texts, headings and data are kept."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.data = ""
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.data += data
        elif self.open and self.open[-1] != "style" and data.strip():
            self.texts.append(" ".join(data.split()))

    def levels(self) -> list[int]:
        return [int(tag[1]) for tag, _ in self.tags if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit()]
