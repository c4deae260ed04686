"""What strangers write is shown, and steers nothing: neither the terminal nor a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from returnctl.output.rows import written
from tests.cli.shops import LAMPS, PHOTO, an_order
from tests.faults import hostile
from tests.faults.inside import SETTLED, Place, calm, typed

__all__ = ["calm"]
_STEERING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"
_LOOKING = (
    "show 3", "show 4", "history 3", "history 4", "list", "todo", "order list", "order show X-1", "log", "fsck",
    "policy show --return 3", "reconcile", "reconcile -o csv",
)  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("shown"))


def told(place: Place, text: str) -> None:
    """A shop in which whatever takes a text has this one; what is refused for it is left out."""
    shop = place.restore()
    evil = re.sub("[/\0]", "", text)[:50] or "x"
    line = LAMPS | {"title": text[:1000], "category": text[:1000]}
    order = an_order("X-1", buyer={"id": "u_9", "name": text[:1000]}, lines=[line])
    (shop / "x.json").write_bytes(json.dumps([order]).encode("utf-8", "replace"))
    evil = "x" if evil in (".", "..") else evil
    (shop / evil).write_bytes(PHOTO)
    typed(shop, "import", "x.json")
    said = re.sub('[,"]', "", text)
    (shop / f"{evil}.csv").write_bytes(SETTLED.replace(",Order,", f",{said} return fee,").encode("utf-8", "replace"))
    typed(shop, "import", f"{evil}.csv")
    apply = ("apply", "X-1", "--item", "1=1", "--reason", "damaged")
    for words in (
        (*apply, "--note", text, "--external", text),
        (*apply, "--note", text, "--exception", text, "--evidence", evil), ("approve", "3"),
        ("ship", "3", "--carrier", text, "--tracking", text), ("message", "3", text), ("note", "3", text),
        ("attach", "3", evil),
        ("receive", "3"), ("inspect", "3", "--pass", "--note", text),
        ("refund", "3", "--reference", text, "--note", text),
        ("reject", "4", "--reason", "not_eligible", "--note", text), ("escalate", "4", "--note", text, "--case", text),
        ("note", "4", "x", "--by", text),
    ):  # fmt: skip
        is_calm(shop, *words, "-v")


def is_calm(shop: Path, *words: str) -> None:
    ran = typed(shop, *words)
    wrong = [x for x in ran.out + ran.err if x != "\n" and x not in _JOINERS and unicodedata.category(x) in _STEERING]
    assert not wrong, (words, wrong, ran)


_TYPABLE = [text for text in hostile.TEXTS if "\0" not in text]


@settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@example("\x1b[31m\u202egnp\u2066\x9b2J\u2028\r\n\t\U000e0041")
@given(st.one_of(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), st.sampled_from(_TYPABLE)))
def test_a_terminal_is_never_steered(place: Place, text: str) -> None:
    told(place, text)
    for line in _LOOKING:
        is_calm(place.shop, *line.split())
    for words in (
        ("show", text),
        ("order", "show", text),
        ("note", text, "x"),
        ("import", text),
        ("-C", text, "list"),
        (text,),
    ):
        is_calm(place.shop, *words)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+1", "@SUM(A1)", "=cmd|'/c calc'!A0"])
@pytest.mark.parametrize("before", ["", " ", "\t", "\n", "\ufeff", "\u200b"])
def test_a_cell_is_never_a_formula(before: str, text: str) -> None:
    cell = cells({"id": before + text})["id"]
    assert cell.startswith("'")
    assert cell[1:] == before + text


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("576461428876833266", "'576461428876833266"),
        ("1234567890123456", "'1234567890123456"),
        ("0012345", "'0012345"),
        ("1E12", "'1E12"),
        ("5764001", "5764001"),
        ("29.99", "29.99"),
        ("0.50", "0.50"),
        ("0", "0"),
        ("-5.00", "-5.00"),
        ("2026-11-07T09:00:00Z", "2026-11-07T09:00:00Z"),
        ("R-000001", "R-000001"),
        (7, "7"),
        (None, ""),
        ([{"a": 1}], '[{"a":1}]'),
    ],
)
def test_ids_stay_text_and_numbers_numbers(value: object, cell: str) -> None:
    """A spreadsheet keeps 15 digits of a number, and drops the zeros before it."""
    assert cells({"id": value})["id"] == cell


def cells(row: dict[str, object]) -> dict[str, str]:
    (read,) = csv.DictReader(io.StringIO("".join(written([row], "csv", (), lambda row: ())), newline=""))
    return read
