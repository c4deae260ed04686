"""The report's words, bars and rows, one by one."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from wcwidth import wcswidth

from returnctl.domain.measures import MEASURES, Group, Outlier, Span, measures
from returnctl.output.page.charts import chart
from returnctl.output.report import Bar, Section, overview, plain, sections
from returnctl.output.report_rows import flat
from returnctl.output.report_text import bar, cells, shown
from returnctl.output.report_words import DEFINITIONS, NAMES, number, percent, span, text

DOCS = Path(__file__).parent.parent.parent / "docs/report.md"
HOSTILE = "<b>&\u202e\x1b[31m\x00\n灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯"


@pytest.mark.parametrize(
    ("value", "most", "expected"),
    [(0, 9, ""), (9, 9, "█" * 8), (4.5, 9, "████"), (1, 1000, "▏"), (5, 9, "████▌"), (0, 0, "")],
)
def test_a_bar_is_as_long_as_its_share(value: float, most: float, expected: str) -> None:
    assert bar(value, most, 8) == expected
    plain_bar = bar(value, most, 8, plain=True)
    assert set(plain_bar) <= {"#"}
    assert (len(plain_bar) > 0) == (value > 0)


@pytest.mark.parametrize("width", [20, 80, 300])
def test_no_line_is_wider_than_it_must_be(width: int) -> None:
    bars = (Bar("灯" * 40, 9, "9 (90.0%)"), Bar(HOSTILE, 1, "1 (10.0%)"))
    told = "".join(shown([Section("x", "X", bars=bars)], width, str, plain=False))
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert len(told.splitlines()) == 3
    assert max(map(wcswidth, told.splitlines())) <= max(width, 110)


def test_a_chart_holds_no_more_than_bars_and_words() -> None:
    svg = chart("c", HOSTILE, [Bar(HOSTILE, 3, "3 <i>"), Bar("a", 0, "0")]).svg
    tree = ET.fromstring(svg)
    tags = {each.tag.rpartition("}")[2] for each in tree.iter()}
    assert tags <= {"svg", "g", "rect", "text", "path", "title", "desc"}
    assert [each.text for each in tree if each.tag.endswith(("title", "desc"))] == [
        "<b>&\\u202e\\x1b[31m\\x00 " + "灯" * 16,
        "<b>&\\u202e\\x1b[31m\\x00 " + "灯" * 16 + ": 3 <i>; a: 0",
    ]
    assert not {name for each in tree.iter() for name in each.attrib} & {"style", "onload", "href"}


def test_a_chart_of_nothing_is_one_still() -> None:
    assert ET.fromstring(chart("c", "x", [Bar("a", 0, "0")]).svg) is not None


@pytest.mark.parametrize(
    ("minutes", "expected"), [(0, "<1min"), (59, "59min"), (60, "1h"), (47 * 60 + 59, "47h"), (48 * 60, "2d")]
)
def test_spans(minutes: int, expected: str) -> None:
    assert span(minutes) == expected


def test_values() -> None:
    assert (number(9999), number(1234567), percent(0.0712), percent(None)) == (
        "9999",
        "1\u202f234\u202f567",
        "7.1%",
        "-",
    )
    told = text("refund", plain(Span(3, 60, 4000)))
    assert (told, text("refund", None)) == ("half within 1h, nine of ten within 2d (3)", "-")


def test_every_figure_has_a_name_and_one_line_that_the_docs_have_too() -> None:
    assert set(NAMES) == set(DEFINITIONS) == set(MEASURES)
    page = DOCS.read_text("utf-8")
    for name, definition in DEFINITIONS.items():
        assert f"| `{name}` | {definition} |" in page


class Found:
    """As the floor above counts it."""

    whole = Group(key=None, counts={"returns": 9, "fault/buyer": 9, "answer/reject": 2, "by/hand": 2}, orders=20)
    reasons: tuple[tuple[str | None, int], ...] = ((HOSTILE, 8), (None, 1))
    overdue = 1
    skus = (Outlier("=1", 9, 10, 0.9, 0.5, 0.1),)
    buyers: tuple[Outlier, ...] = ()


def test_sections_leave_out_what_did_not_happen() -> None:
    found = {section.id: section for section in sections(overview(Found()))}
    assert list(found) == ["returns", "reasons", "fault", "answers", "deadlines", "platform", "stand-out"]
    assert found["stand-out"].notes[0] == (
        "SKU =1: 9 of 10 units sold came back (90.0%; at least 50.0%, usual 10.0%)"
    )  # fmt: skip
    assert found["reasons"].bars[1].label == "no reason"


def test_rows_have_the_same_columns_whatever_happened() -> None:
    some: dict[str, Any] = {
        "returns": 1, "money/USD/paid": 5, "rating/3": 1, "dispute/open": 1, "late/seller:missed:review": 2,
    }  # fmt: skip
    rows = [
        flat({"key": "x", **plain(measures(Group(key="x", counts=each)))}, "sku", ["USD", "JPY"]) for each in (some, {})
    ]
    assert list(rows[0]) == list(rows[1])
    assert (rows[0]["money.USD.refunded"], rows[0]["missed.seller"], rows[1]["disputes.open"]) == ("0.05", 2, 0)


@pytest.mark.parametrize("by", ["sku", "buyer", "reason"])
def test_a_group_without_figures_is_a_row_too(by: str) -> None:
    row = {"key": None, **plain(measures(Group(key=None, counts={})))}
    assert cells(row, by, 0, plain=False)[0] == ("no reason" if by == "reason" else "-")
