"""Out and back: a platform's export, decisions in a spreadsheet, the export of the day after, nothing left to do."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from tests import monday
from tests.cli.shops import kept
from tests.program import Ran, run

ORDERS, MONDAY, TUESDAY, SETTLED = (
    monday.FOLDER / name for name in ("orders.csv", "returns-monday.csv", "returns-tuesday.csv", "income-october.csv")
)
AT_NINE, A_DAY_LATER = "2026-11-02T09:00:00-08:00", "2026-11-03T09:00:00-08:00"
ASKED = {f"R-{21 + number:06}" for number in monday.ASKED}
REFUSED = {f"R-{21 + number:06}" for number in monday.REFUSED}
EMPTY = "R-000017"
Row = dict[str, Any]


def typed(shop: Path, *words: object, now: str = AT_NINE, **how: Any) -> Ran:
    ran = run(*words, cwd=shop, now=now, **how)
    assert ran.code == 0, ran
    return ran


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Monday morning: both files are taken in."""
    root = tmp_path_factory.mktemp("once") / "shop"
    typed(root.parent, "init", root, "--market", "US", "--timezone", "America/Los_Angeles", "-q")
    typed(root, "import", MONDAY, ORDERS, "-q")
    return root


@pytest.fixture
def shop(once: Path, tmp_path: Path) -> Path:
    return shutil.copytree(once, tmp_path / "shop")


def todo(shop: Path, now: str = A_DAY_LATER) -> dict[str, Row]:
    return {row["id"]: row for row in typed(shop, "todo", "--json", now=now).json}


def decided(shop: Path) -> Path:
    """Out to a workbook, and filled in: what fails a rule is refused, two are left open, the others approved."""
    typed(shop, "export", "out.xlsx", "--state", "requested", "-q")
    book = openpyxl.load_workbook(shop / "out.xlsx")
    sheet = book.worksheets[0]
    assert isinstance(sheet, Worksheet)
    places = {str(cell.value): get_column_letter(at) for at, cell in enumerate(sheet[1], 1)}
    for at in range(2, sheet.max_row + 1):
        row = {name: sheet[f"{place}{at}"] for name, place in places.items()}
        if row["failed_rules"].value:
            row["decision"].value, row["reason_code"].value = "reject", "not_eligible"
        elif row["id"].value not in ASKED:
            row["decision"].value = "approve"
    book.save(shop / "back.xlsx")
    return shop / "back.xlsx"


def at_the_bench(shop: Path) -> None:
    typed(shop, "receive", "-", "-q", input=monday.scans())
    typed(shop, "inspect", EMPTY, "--item", "1=missing", "--evidence", monday.FOLDER / "empty-box.jpg", "-q")
    typed(shop, "inspect", "-", "--pass", "-q", input=typed(shop, "list", "--state", "received", "-o", "ids").out)


def told(shop: Path) -> None:
    """What is clicked there is booked here, and with it what the buyers are told."""
    owing = [row["id"] for row in todo(shop, AT_NINE).values() if row.get("carry_out")]
    typed(shop, "done", "-", "-q", input="\n".join(owing))


def test_what_the_sheet_says_is_carried_out(shop: Path) -> None:
    sheet = decided(shop)
    before = kept(shop)
    foreseen = typed(shop, "decide", "--from", sheet, "-n", "--json").json["summary"]
    assert (foreseen["planned"], foreseen["left"], kept(shop)) == (38, 2, before)
    assert typed(shop, "decide", "--from", sheet, "--json").json["summary"]["done"] == 38
    chosen = {id_: row["carry_out"][0]["decision"] for id_, row in todo(shop, AT_NINE).items() if "carry_out" in row}
    assert Counter(chosen.values()) == {"APPROVE_RETURN": 30, "APPROVE_REFUND": 5, "REJECT_RETURN": 3}
    assert {id_ for id_, decision in chosen.items() if decision == "REJECT_RETURN"} == REFUSED
    after = kept(shop)
    assert typed(shop, "decide", "--from", sheet, "--json").json["summary"]["unchanged"] == 38
    assert kept(shop) == after


@pytest.mark.parametrize("booked", [True, False], ids=["booked by hand", "found out"])
def test_the_next_export_leaves_nothing_to_do(shop: Path, booked: bool) -> None:
    """What was carried out there and not booked here is found out, and the platform told the buyers."""
    typed(shop, "decide", "--from", decided(shop), "-q")
    at_the_bench(shop)
    if booked:
        told(shop)
    typed(shop, "import", TUESDAY, "-q", now=A_DAY_LATER)
    left = todo(shop)
    assert [id_ for id_, row in left.items() if {"carry_out", "disagrees"} & row.keys()] == []
    mine = {id_ for id_, row in left.items() if row["due"] and row["due"]["by"] == "seller"}
    assert mine == ASKED
    owed = {each["kind"] for row in left.values() for each in row["owed"]}
    assert owed == set()
    assert left[EMPTY]["state"] == "disputed"
    assert typed(shop, "fsck", "-q").code == 0


def test_twice_is_once(shop: Path) -> None:
    typed(shop, "decide", "--from", decided(shop), "-q")
    at_the_bench(shop)
    typed(shop, "import", TUESDAY, SETTLED, "-q", now=A_DAY_LATER)
    before = kept(shop)
    again = typed(shop, "import", SETTLED, MONDAY, TUESDAY, ORDERS, "--json", now=A_DAY_LATER).json["summary"]
    assert {name: again[name] for name in ("new", "changed", "bad")} == {"new": 0, "changed": 0, "bad": 0}
    assert kept(shop) == before


@pytest.mark.parametrize("seed", range(3))
def test_in_whatever_order_the_files_come_the_end_is_the_same(shop: Path, tmp_path: Path, seed: int) -> None:
    typed(shop, "import", TUESDAY, SETTLED, "-q", now=A_DAY_LATER)
    other = tmp_path / "other"
    typed(tmp_path, "init", other, "--market", "US", "--timezone", "America/Los_Angeles", "-q")
    typed(other, "import", ORDERS, "-q")
    files = [MONDAY, TUESDAY, SETTLED, MONDAY, TUESDAY]
    random.Random(seed).shuffle(files)
    for file in files:
        typed(other, "import", file, "-q", now=A_DAY_LATER)
    assert ends(other) == ends(shop)


def ends(shop: Path) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Where each return of the platform stands, with its money; and what the books say."""
    stands = typed(shop, "export", "-", "-o", "json", now=A_DAY_LATER).json
    found = typed(shop, "reconcile", "--json", now=A_DAY_LATER).json["findings"]
    return (
        sorted(
            (each["external"]["return_id"], each["state"], str([x["amount"] for x in each["refunds"]]))
            for each in stands
        ),
        sorted((each["code"], each["order"], each["amount"]) for each in found),
    )
