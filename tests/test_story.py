"""The Monday of docs/tiktok-shop.md happens as it is told, in both languages, with files in the real shapes."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from tests import monday
from tests.transcripts import played

PAGES = [monday.ROOT / "docs/tiktok-shop.md", monday.ROOT / "docs/tiktok-shop.zh-CN.md"]
_TABLE = re.compile(r"^\| id \| decision .*\n\| ---.*\n((?:\|.*\n)+)", re.MULTILINE)


def test_the_files_are_what_is_made() -> None:
    kept = {path.name: path.read_bytes() for path in monday.FOLDER.iterdir()}
    assert kept == monday.files(), "python -m tests.monday"


def decided(text: str, shop: Path) -> None:
    """Fill the workbook in as the table says, if there is one; a row without an id is for all that have none."""
    table = _TABLE.search(text)
    if not table:
        return
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table[1].splitlines()]
    filled = {id_: dict(zip(("decision", "reason_code", "note"), cells, strict=True)) for id_, *cells in rows}
    (others,) = (cells for id_, cells in filled.items() if not id_.startswith("R-"))
    book = openpyxl.load_workbook(shop / "monday.xlsx")
    sheet = book.worksheets[0]
    assert isinstance(sheet, Worksheet)
    places = {str(cell.value): get_column_letter(at) for at, cell in enumerate(sheet[1], 1)}
    for row in range(2, sheet.max_row + 1):
        for name, value in filled.get(str(sheet[f"{places['id']}{row}"].value), others).items():
            sheet[f"{places[name]}{row}"] = value or None
    book.save(shop / "monday.xlsx")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_story_is_what_happens(page: Path, tmp_path: Path) -> None:
    shutil.copytree(monday.FOLDER, tmp_path / "tests/data/monday")
    text = page.read_text("utf-8")
    new = played(text, tmp_path, decided)
    if os.environ.get("README_UPDATE"):
        page.write_text(new, "utf-8")
    assert "error:" not in new
    assert new == page.read_text("utf-8")


def test_both_references_name_the_same() -> None:
    """Codes, columns of tables, sections; the sentences are of each language."""
    english, chinese = (page.read_text("utf-8") for page in PAGES)
    for shape in (r"`([\w.*/-]+)`", r"^(#+) ", r"^\|.*?(\|)", r"^\| --- (.*)$", r"^```(\w*)$"):
        told = [re.findall(shape, text, re.MULTILINE | re.ASCII) for text in (english, chinese)]
        assert sorted(set(told[0])) == sorted(set(told[1])), shape
        assert shape.startswith("`") or len(told[0]) == len(told[1]), shape


def test_both_tell_the_same() -> None:
    """The same commands and decisions; notes are in the language of the page."""
    typed, tables = [], []
    for page in PAGES:
        text = page.read_text("utf-8")
        commands = re.findall(r"^\$ (.*)$", text, re.MULTILINE)
        typed.append([re.sub(r'"[^"]*"', '""', each) for each in commands if "RETURNCTL_LANG" not in each])
        tables.append([line.split("|")[1:4] for line in _TABLE.findall(text)[0].splitlines() if "R-" in line])
    assert typed[0] == typed[1]
    assert tables[0] == tables[1]
