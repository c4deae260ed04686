from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnctl.errors import BadFile
from returnctl.readers import tables
from returnctl.readers.tables import read_table

TEXT = "Order ID,Product Name\r\n1,台灯\r\n2,lamp\r\n"


def cells(data: bytes) -> list[list[str]]:
    return [row.cells for row in read_table(data, "x.csv").rows()]


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("gb18030"),
        TEXT.encode("utf-16"),
        TEXT.replace(",", ";").encode(),
        TEXT.replace(",", "\t").encode("utf-16"),
        TEXT.replace("\r\n", "\n").encode(),
        TEXT.replace("\r\n", "\r").encode(),
        TEXT.rstrip().encode(),
        b"sep=;\r\n" + TEXT.replace(",", ";").encode(),
        b'\xef\xbb\xbf"SEP=,"\n' + TEXT.encode(),
        b"sep=|\n" + TEXT.replace(",", "|").encode(),
        ("sep=\t\r\n" + TEXT.replace(",", "\t")).encode("utf-16"),
    ],
)
def test_encodings_delimiters_and_line_ends(data: bytes) -> None:
    table = read_table(data, "x.csv")
    assert table.columns == ("Order ID", "Product Name")
    assert cells(data) == [["1", "台灯"], ["2", "lamp"]]
    assert cells(data) == cells(data)


def test_a_letter_may_lie_across_the_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_CHUNK", 1)
    assert read_table(TEXT.replace("Order ID", "Order ID").encode(), "x").encoding == "utf-8"


def test_rows_bear_the_line_they_begin_on() -> None:
    rows = list(read_table(b'a,b\n1,"two\nlines"\n\n,\n3\n4,5,6\n7,8', "x").rows())
    assert [(row.number, row.problem) for row in rows] == [
        (2, ""), (6, "too_few_cells"), (7, "too_many_cells"), (8, ""),
    ]  # fmt: skip


def test_a_line_that_names_the_delimiter_is_above_the_header() -> None:
    assert [row.number for row in read_table(b"sep=;\na;b,c,d\n1;2\n", "x").rows()] == [3]
    assert read_table(b"sep=;\na;b,c,d\n1;2\n", "x").columns == ("a", "b,c,d")


@pytest.mark.parametrize("name", ["order id", "ORDER  ID", " Order ID "])
def test_columns_are_found_in_any_case_and_spacing(name: str) -> None:
    assert read_table(b"x,\xef\xbb\xbf order  Id\t\n", "x").find(name) == 1


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"sep=;\n", "empty"),
        (b"a,b\n1,\0\n", "binary"),
        ("a,b\n1,\0\n".encode("utf-16"), "binary"),
        (b"PK\x03\x04...", "broken_workbook"),
        (b"\xd0\xcf\x11\xe0...", "old_workbook"),
        (b"\xef\xbb\xbfa,b\n\xff,1\n", "unknown_encoding"),
        (b"a,b\n\xff,1\n", "unknown_encoding"),
        (b"a,A \n1,2\n", "doubled_column"),
        (b'a,b\n1,"2\n3,4\n', "bad_quotes"),
        (b'a,b\n1,"2"x\n', "bad_quotes"),
        (b'a,b\n1,"' + b"x" * 200_000 + b'"\n', "endless_cell"),
    ],
)
def test_what_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(BadFile) as refused:
        cells(data)
    assert refused.value.facts["why"] == why


@given(st.binary() | st.text('ab,;\t"\n\r\0\ufeff').map(str.encode))
def test_any_bytes_give_rows_or_our_error(data: bytes) -> None:
    with suppress(BadFile):
        cells(data)
