"""A parcel at one glance, whatever stands in it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcswidth

from returnctl.domain.bench import to_inspect
from returnctl.output import bench, words
from tests.builders import ORDER, a_case, a_case_in, an_order

HOSTILE = "\x1b[2J\u202e\a\r\n" * 9


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    words.use("en")


def shown(title: str, note: str, columns: int) -> list[str]:
    order = an_order(lines=[{**line, "title": title} for line in ORDER["lines"]])
    found = to_inspect(a_case_in("received", a_case(order), note=note, reason="damaged"))
    return bench.to_inspect(found, columns, str).splitlines()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("columns", [60, 80, 132])
@pytest.mark.parametrize(
    "title", ["lamp", "lamp " * 99, "灯" * 99, HOSTILE, ""], ids="short long wide hostile none".split()
)
def test_goods_fit_their_line(title: str, columns: int, language: str) -> None:
    words.use(language)
    (line,) = (line for line in shown(title, "", columns) if " × " in line)
    assert wcswidth(line) <= columns


def test_a_long_note_is_cut() -> None:
    lines = shown("lamp", "so " * 9999, 80)
    assert max(map(len, lines)) < 80 * 4
    assert any(line.endswith("…") for line in lines)


@given(st.text(max_size=60), st.text(max_size=60))
def test_text_from_outside_steers_nothing(title: str, note: str) -> None:
    told = "".join(shown(title, note, 80))
    assert {unicodedata.category(char) for char in told} & {"Cc", "Zl", "Zp", "Co", "Cs"} == set()


@pytest.mark.parametrize(
    ("command", "outcomes", "skipped", "told"),
    [
        ("receive", "", 0, "0 received"),
        ("receive", "done done unchanged refused failed", 0, "2 received, 1 already, 2 refused"),
        ("inspect", "done", 2, "1 inspected, 2 left"),
        ("inspect", "planned refused", 0, "1 would be inspected, 1 refused"),
    ],
)
def test_how_many_they_were(command: str, outcomes: str, skipped: int, told: str) -> None:
    assert bench.count(command, outcomes.split(), skipped) == told
