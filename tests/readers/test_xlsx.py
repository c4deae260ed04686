"""Workbooks, well made and badly, and files that only look like one."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from returnctl.errors import BadFile
from returnctl.readers.orders import read_orders
from returnctl.readers.tables import read_table
from tests.readers.exports import TH, US, export, orders, problems
from tests.readers.sheets import MAIN, as_strict, book, number, packed_again, sheet, text, texts, typed, unpacked

HEADER = texts([["id", "what"]])[0]


def cells(data: bytes) -> list[tuple[int, list[str]]]:
    return [(row.number, row.cells) for row in read_table(data, "x.xlsx").rows()]


def one(cell: str, **more: Any) -> str:
    """What a cell says."""
    [(_, row)] = cells(book({"a": sheet([HEADER, [text("1"), cell]])}, **more))
    return row[1]


def as_book(market: str, *, strict: bool = False, **how: Any) -> bytes:
    rows = list(csv.reader(io.StringIO(export(market).decode("utf-8-sig"), newline="")))
    made = book({"Cover": sheet([]), "OrderSKUList": sheet(texts(rows), **how)})
    return as_strict(made) if strict else made


@pytest.mark.parametrize(
    "how",
    [
        {"dimension": "A1:BZ99"},
        {"dimension": "A1:A1"},
        {"dimension": "XFD9:A1"},
        {"dimension": "A1:BZ99", "split": True},
        {"dimension": "A1:A1", "split": True},
        {"places": False},
        {"strict": True},
    ],
    ids=["plain", "a stale dimension", "a wrong dimension", "a row a cell", "both", "no places", "strict"],
)
@pytest.mark.parametrize("market", ["us", "th"])
def test_an_export_says_the_same_as_in_csv(market: str, how: dict[str, Any]) -> None:
    habits = US if market == "us" else TH
    assert orders(as_book(market, **how), habits) == orders(export(market), habits)


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        (text("581209871234567890\t"), "581209871234567890\t"),
        (text("=1+1 {x} &"), "=1+1 {x} &"),
        (number("581209871234567890"), "581209871234567890"),
        (number("5.8120987123456794E+17"), "5.81209871234568E+17"),
        (number("5.8120987123456794E17"), "5.81209871234568E+17"),
        (number("54.990000000000002"), "54.99"),
        (number("12.5", 3), "12.5"),
        (number("1E-3"), "0.001"),
        (number("120000"), "120000"),
        (number("46315", 1), "2026-10-20 00:00:00"),
        (number("46315.378599537", 2), "2026-10-20 09:05:11"),
        (number("46315", 4), "2026-10-20 00:00:00"),
        (number("59", 1), "1900-02-28 00:00:00"),
        (number("1e999", 1), "INF"),
        (number("3", 99), "3"),
        (number("0.5", 2), "12:00:00"),
        (number("-3", 1), "-3"),
        (typed("d", "2026-10-20T09:05:11.000"), "2026-10-20 09:05:11"),
        (typed("d", "2026-10-20"), "2026-10-20 00:00:00"),
        (typed("d", "2026-10-20T09:05:11Z"), "2026-10-20T09:05:11Z"),
        (typed("d", "2026-10-20T09:05:11+08:00"), "2026-10-20T09:05:11+08:00"),
        (typed("b", "1"), "TRUE"),
        (typed("b", "0"), "FALSE"),
        (typed("e", "#N/A"), "#N/A"),
        (typed("str", "computed"), "computed"),
        ("<c {at}><f>1+1</f><v>2</v></c>", "2"),
        ("<c {at}><f>1+1</f></c>", "#VALUE!"),
        ("<c {at}/>", ""),
        ('<c {at} t="inlineStr"><is><r><t>a</t></r><rPh><t>spoken</t></rPh><r><t>_x0009_b</t></r></is></c>', "a\tb"),
        (f'<c {{at}} t="inlineStr"><is><r><rPr><rFont val="{"x" * 40}"/></rPr><t>a</t></r></is></c>', "a"),
    ],
)
def test_what_a_cell_says(cell: str, says: str) -> None:
    assert one(cell) == says


def test_texts_that_are_shared() -> None:
    shared = "<si><t>zero</t></si><si><r><t>带</t></r><r><t> two</t></r><rPh><t>no</t></rPh></si>"
    assert one(typed("s", "1"), shared=shared) == "带 two"
    with pytest.raises(BadFile):
        one(typed("s", "2"), shared=shared)
    with pytest.raises(BadFile):
        one(typed("s", "-1"), shared=shared)
    with pytest.raises(BadFile):
        one(typed("s", "0"))


def test_what_stands_beside_the_cells_is_left_alone() -> None:
    assert (
        one(text("x"), more={"docProps/core.xml": "<", "docProps/custom.xml": "<", "xl/theme/theme1.xml": "<"}) == "x"
    )


def test_what_is_saved_as_strict_says_the_same() -> None:
    shared = "<si><r><t>带</t></r><r><t> two</t></r></si>"
    row = [text("1"), typed("s", "0"), number("46315", 1), typed("d", "2026-10-20T09:05:11")]
    made = book({"a": sheet([texts([["a", "b", "c", "d"]])[0], row])}, shared=shared)
    assert cells(as_strict(made)) == cells(made)
    assert cells(made) == [(2, ["1", "带 two", "2026-10-20 00:00:00", "2026-10-20 09:05:11"])]


def test_a_book_without_styles() -> None:
    parts = unpacked(book({"a": sheet([HEADER, [text("1"), number("46315", 1)]])}))
    del parts["xl/styles.xml"]
    assert cells(packed_again(parts)) == [(2, ["1", "46315"])]


def test_days_that_are_counted_from_1904() -> None:
    assert one(number("44853", 1), of_book='<workbookPr date1904="1"/>') == "2026-10-20 00:00:00"


def test_names_with_a_prefix() -> None:
    content = sheet([HEADER, texts([["1", "x"]])[0]]).replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"')
    for name in ("worksheet", "sheetData", "row", "c ", "is>", "t>"):
        content = content.replace(f"<{name}", f"<x:{name}").replace(f"</{name.strip()}", f"</x:{name.strip()}")
    assert cells(book({"a": content})) == [(2, ["1", "x"])]


def test_rows_keep_their_numbers_and_end_with_the_header() -> None:
    rows = [[], HEADER, [], texts([["1"]])[0], texts([["1", "2", "3"]])[0]]
    table = read_table(book({"a": sheet(rows)}), "x.xlsx")
    assert [(row.number, row.cells, row.problem) for row in table.rows()] == [
        (4, ["1", ""], ""),
        (5, ["1", "2", "3"], "too_many_cells"),
    ]


def test_the_sheet_is_the_one_that_is_known_else_the_first_with_anything() -> None:
    data = book({"none": sheet([]), "a": sheet(texts([["x"]])), "b": sheet(texts([["y"]]))})
    assert read_table(data, "f").columns == ("x",)
    assert read_table(data, "f", lambda table: "y" in table.columns).columns == ("y",)
    with pytest.raises(BadFile) as refused:
        read_table(data, "f", lambda _: True)
    assert refused.value.facts == {"file": "f", "why": "several_sheets", "sheets": ["a", "b"]}


def test_a_cell_far_away_takes_no_more_than_its_row() -> None:
    rows = ['<row r="1"><c r="A1"><v>7</v></c></row>', '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>']
    [(number, row)] = cells(book({"a": SHEET + "".join(rows) + "</sheetData></worksheet>"}))
    assert (number, len(row), row[-1]) == (1_048_576, 16_384, "1")


SHEET = f'<worksheet xmlns="{MAIN}"><sheetData>'
GOOD = book({"a": sheet([HEADER, texts([["1", "x"]])[0]])})
BOMB = book({"a": sheet([HEADER]) + " " * 40_000_000})
LAUGHS = "".join(f'<!ENTITY a{at} "{f"&a{at - 1};" * 10}">' for at in range(1, 10))
DTD = f'<!DOCTYPE x [<!ENTITY a0 "lol">{LAUGHS}]>'
ONE = sheet([[typed("s", "0")]])


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\xd0\xcf\x11\xe0...", "old_workbook"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "encrypted_workbook"),
        (b"PK\x03\x04...", "broken_workbook"),
        (GOOD[:-30], "broken_workbook"),
        (GOOD[: len(GOOD) // 2], "broken_workbook"),
        (book({"a": sheet([])}, more={"xl/vbaProject.bin": b"x"}), "workbook_with_macros"),
        (book({"a": sheet([])}, more={"xl/externalLinks/externalLink1.xml": b"x"}), "workbook_with_links"),
        (BOMB, "workbook_too_large"),
        (book({"a": f"{DTD}{SHEET}<row><c><v>&a9;</v></c></row></sheetData></worksheet>"}), "workbook_with_entities"),
        (book({"a": ONE}, more={"xl/sharedStrings.xml": f"{DTD}<sst><si>&a9;</si></sst>"}), "workbook_with_entities"),
        (book({"a": ONE}, more={"xl/styles.xml": f"{DTD}<x>&a9;</x>"}), "workbook_with_entities"),
        (book({"a": ONE}, more={"xl/workbook.xml": f"{DTD}<x>&a9;</x>"}), "workbook_with_entities"),
        (book({"a": ONE}, more={"xl/workbook.xml": f"<x>{' ' * 2_000_000}</x>"}), "workbook_too_large"),
        (book({"a": ONE}, more={"xl/styles.xml": f"<x>{' ' * 2_000_000}</x>"}), "workbook_too_large"),
        (book({"a": ONE}, more={"xl/styles.xml": f'<x xmlns="{MAIN}">{"<xf/>" * 200_001}</x>'}), "workbook_too_large"),
        (book({"a": sheet([[text("x" * 2_000_000)]])}), "workbook_too_large"),
        (book({"a": f'<worksheet a="{"x" * 2_000_000}"/>'}), "workbook_too_large"),
        (book({"a": f'{SHEET}<row r="1">' + '<x a=""/>' * 200_000}), "workbook_too_large"),
        (book({"a": f'{SHEET}<row r="2"><c/></row><row r="1"><c/></row>'}), "broken_workbook"),
        (book({"a": f'{SHEET}<row r="1048577"><c/></row>'}), "broken_workbook"),
        (book({"a": f'{SHEET}<row r="0"><c/></row>'}), "broken_workbook"),
        (book({"a": f'{SHEET}<row><c r="XFE1"/></row>'}), "broken_workbook"),
        (book({"a": f"{SHEET}<row>" + "<c/>" * 16_385}), "broken_workbook"),
        (book({"a": f"{SHEET}<c/>"}), "broken_workbook"),
        (book({"a": SHEET}), "broken_workbook"),
        (book({"a": sheet([[number("1e")]])}), "broken_workbook"),
        (book({"a": sheet([])}), "empty"),
        (book({}), "empty"),
    ],
)
def test_what_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(BadFile) as refused:
        cells(data)
    assert refused.value.facts["why"] == why


def test_another_zip_is_no_workbook() -> None:
    with pytest.raises(BadFile) as refused:
        cells(book({}).replace(b"xl/workbook.xml", b"xl/workbook.bin"))
    assert refused.value.facts["why"] == "not_a_workbook"


def test_a_digit_that_changed_on_the_way_is_told() -> None:
    long = book({"a": sheet([HEADER, texts([["1", "x"]])[0]]) + " " * 200_000})
    packed = packed_again(unpacked(long), zipfile.ZIP_STORED)
    assert cells(packed) == cells(GOOD)
    with pytest.raises(BadFile):
        cells(packed.replace(b"<t>1</t>", b"<t>7</t>"))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damage_is_told_and_never_a_crash(data: st.DataObject) -> None:
    """Either in the packed file, or in one of its parts before it was packed."""
    content = sheet([HEADER, [text("1"), number("46315.3", 1)], [typed("b", "1"), typed("s", "0")]])
    good = book({"a": content}, shared="<si><t>zero</t></si>")
    if data.draw(st.booleans()):
        parts = unpacked(good)
        name = data.draw(st.sampled_from(sorted(parts)))
        damaged = packed_again(parts | {name: _damaged(parts[name].decode(), data).encode()})
    else:
        damaged = _damaged(good.decode("latin-1"), data).encode("latin-1")
    try:
        list(read_orders("x.xlsx", damaged, US))
        cells(damaged)
    except BadFile:
        pass


def _damaged(content: str, data: st.DataObject) -> str:
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        gone = data.draw(st.sampled_from((0, 1, 1, 5, 200)))
        content = content[:at] + data.draw(st.text(st.characters(max_codepoint=255), max_size=3)) + content[at + gone :]
    return content


def test_a_rounded_id_is_refused_as_in_csv() -> None:
    rows = list(csv.reader(io.StringIO(export("us").decode("utf-8-sig"), newline="")))
    built = texts(rows)
    for row in built[2:]:
        row[0] = number("5.7646141303878E+17")
    assert {why for _, _, why in problems(book({"OrderSKUList": sheet(built)}))} == {"rounded_id"}
