"""Workbooks that are written: what each cell is, and what it never becomes."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from returnctl.output import xlsx
from returnctl.output.xlsx import Column, Page, Told, write_workbook
from returnctl.readers.tables import read_table

MIDNIGHT = datetime(2026, 11, 23)  # noqa: DTZ001 - cells know no zone
MADE = datetime(2026, 11, 22, 17, tzinfo=UTC)
COLUMNS = [
    Column("id"),
    Column("due", "date"),
    Column("total", "amount"),
    Column("currency"),
    Column("units", "number"),
]
ROW = {"id": "576461413038780001", "due": MADE, "total": Decimal("12.50"), "currency": "USD", "units": 3}


def written(*rows: dict[str, Any], title: str = "returns", columns: list[Column] = COLUMNS) -> tuple[bytes, Told]:
    target = io.BytesIO()
    told = write_workbook(target, [Page(title, columns, rows)], "Asia/Bangkok", MADE)
    return target.getvalue(), told


def sheet(*rows: dict[str, Any], **how: Any) -> Worksheet:
    found = openpyxl.load_workbook(io.BytesIO(written(*rows, **how)[0])).worksheets[0]
    assert isinstance(found, Worksheet)
    return found


def test_each_cell_is_what_it_is() -> None:
    found = sheet(ROW, ROW | {"total": Decimal(1200), "currency": "VND"}, ROW | {"total": None})
    assert [cell.value for cell in found[1]] == ["id", "due (Asia/Bangkok)", "total", "currency", "units"]
    assert [(cell.data_type, cell.value) for cell in found[2]] == [
        ("s", "576461413038780001"), ("d", MIDNIGHT), ("n", 12.5), ("s", "USD"), ("n", 3),
    ]  # fmt: skip
    assert [found.cell(row, 3).number_format for row in (2, 3)] == ["0.00", "0"]
    assert found.cell(4, 3).value is None
    assert (found.freeze_panes, found.auto_filter.ref, found["A1"].font.b) == ("A2", "A1:E4", True)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("=1+1", "=1+1"), ("+cmd|' /C calc'!A0", "+cmd|' /C calc'!A0"), ("@x", "@x"), ("-2+3", "-2+3"),
        ("\t=1", "\t=1"),
        ("{=1}", "{=1}"), ("http://example.com", "http://example.com"), ("mailto:a@b.c", "mailto:a@b.c"),
        ("internal:Sheet!A1", "internal:Sheet!A1"), ("1e5", "1e5"), ("007", "007"), ("TRUE", "TRUE"),
        ("#N/A", "#N/A"), ("a\0b\x0bc", "abc"), ("\ud800x\uffff", "x"), ("<b>&amp;", "<b>&amp;"), ("  x ", "  x "),
        ("a\nb", "a\nb"), ("_x0041_", "_x0041_"), ("灯 🙂", "灯 🙂"),
    ],
)  # fmt: skip
def test_text_stays_text(text: str, kept: str) -> None:
    data, told = written({"id": text})
    found = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]["A2"]
    assert (found.data_type, found.hyperlink, told.cut) == ("s", None, 0)
    assert [row.cells[0] for row in read_table(data, "x").rows()] == [kept]


@pytest.mark.parametrize("text", ["x" * 40_000, "灯" * 40_000, "🙂" * 20_000])
def test_texts_that_are_too_long_are_cut_and_told(text: str) -> None:
    data, told = written({"id": text}, {"id": "x" * 32_767})
    assert told.cut == 1
    [first, second] = [row.cells[0] for row in read_table(data, "x").rows()]
    assert len(first.encode("utf-16-le")) // 2 in (32_766, 32_767)
    assert second == "x" * 32_767


def test_the_same_rows_are_the_same_bytes() -> None:
    assert written(ROW, ROW) == written(ROW, ROW)


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MOST_ROWS", 3)
    data, told = written(*[ROW] * 5, title="a[b]:c/" + "d" * 40)
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert told == Told(5, 1, 3, 0)
    assert [(len(name), sheet.max_row) for name, sheet in zip(book.sheetnames, book, strict=True)] == [
        (31, 3),
        (31, 3),
        (31, 2),
    ]


def test_columns_are_as_wide_as_what_they_hold() -> None:
    wide = {"a": "x" * 30, "b": "灯" * 20, "c": "x" * 500, "d": "1"}
    found = sheet(wide, columns=[Column(name) for name in wide]).column_dimensions
    assert [round(found[letter].width) for letter in "ABCD"] == [31, 41, 61, 10]


def test_nothing_to_write_is_still_a_header() -> None:
    assert sheet().max_row == 1
