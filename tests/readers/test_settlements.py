from __future__ import annotations

import csv
import io
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnctl.domain.settlement import Settled
from returnctl.errors import BadFile, BadRow
from returnctl.readers.intake import FoundSettled, Habits
from returnctl.readers.orders import read_import
from returnctl.readers.settlements import kind_of, signed
from tests.readers.exports import DATA, US, written

EXPORT = (DATA / "seller-center-settlement-us.csv").read_bytes()
ROWS = list(csv.DictReader(io.StringIO(EXPORT.decode("utf-8-sig"), newline="")))
ID = "Order/adjustment ID  "
SETTLED = "Order settled time(UTC)"


def read(data: bytes, habits: Habits = US) -> list[Any]:
    return [
        x.settled if isinstance(x, FoundSettled) else x for x in read_import("/tmp/a/income.csv", data, habits)
    ]  # fmt: skip


def changed(column: str, to: str, at: int = 0) -> bytes:
    return written([row | ({column: to} if number == at else {}) for number, row in enumerate(ROWS)])


def renamed(**names: str) -> bytes:
    return written([{names.get(_plain(key), key): value for key, value in row.items()} for row in ROWS])


def _plain(column: str) -> str:
    return column.split("(", maxsplit=1)[0].strip().replace(" ", "_").replace("/", "_")


def test_the_rows_of_an_export() -> None:
    found = read(EXPORT)
    assert [(x.kind, x.order and x.order[-4:], str(x.total), str(x.paid_back), x.nth) for x in found] == [
        ("order", "5752", "35.54", "0.00", 1),
        ("order", "9509", "28.99", "0.00", 1),
        ("order", "3266", "91.55", "0.00", 1),
        ("order", "4537", "43.78", "0.00", 1),
        ("refund", "3266", "-97.39", "97.39", 1),
        ("refund", "4537", "-14.51", "14.51", 1),
        ("refund", "4537", "-14.51", "14.51", 2),
        ("refund", "8294", "-15.32", "15.32", 1),
        ("compensation", "7023", "12.50", "0.00", 1),
        ("freight", "0780", "-3.10", "0.00", 1),
        ("adjustment", None, "-40.00", "0.00", 1),
    ]
    first = found[0]
    assert (first.file, first.row, first.account, first.currency) == ("income.csv", 2, "us-main", "USD")
    assert first.settled_at.isoformat() == "2026-11-02T08:00:00+00:00"
    assert first.columns["TikTok Shop commission fee"] == Decimal("-2.27")
    assert found[4].return_freight == Decimal("-6.20")


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("Order", "order"), ("", "order"), ("订单", "order"), ("Refund", "refund"), ("退款", "refund"),
        ("Logistics reimbursement", "compensation"), ("Customer service compensation", "compensation"),
        ("Shipping fee adjustment", "freight"), ("运费调整", "freight"), ("Platform penalty", "fee"),
        ("Refund administration fee", "fee"), ("Return shipping fee", "freight"),
        ("Platform commission adjustment", "fee"), ("GMV Payment for TikTok Ads", "adjustment"),
        ("something new", "adjustment"),
    ],
)  # fmt: skip
def test_what_a_type_says(type_: str, kind: str) -> None:
    assert kind_of(type_) == kind


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("$12.50", "12.50"), ("-$12.50", "-12.50"), ("$-12.50", "-12.50"), ("($12.50)", "-12.50"), ("−12.5", "-12.50"),
        ("-1,234.50", "-1234.50"), ("", "0.00"), ("/", "0.00"), ("-", "0.00"), ("-0", "0.00"),
    ],
)  # fmt: skip
def test_amounts_below_nothing(text: str, amount: str) -> None:
    assert str(signed(text, "USD")) == amount


@pytest.mark.parametrize("text", ["--5", "5-5-5", "(5", "S$5", "1e3", "abc", "=1+1", "-€5"])
def test_no_amounts(text: str) -> None:
    with pytest.raises(BadRow):
        signed(text, "USD")


@pytest.mark.parametrize(
    "data",
    [
        renamed(Order_adjustment_ID="Order\\adjustment ID", Type="Transaction type"),
        renamed(Ajustment_amount="Adjustment amount", Order_settled_time="order SETTLED  time(UTC)"),
        EXPORT.replace(b",", b";"),
        EXPORT.decode("utf-8-sig").encode("gb18030"),
        written([dict(reversed(row.items())) for row in ROWS]),
    ],
)  # fmt: skip
def test_other_forms_of_the_same(data: bytes) -> None:
    assert [x.content for x in read(data)] == [x.content for x in read(EXPORT)]


def test_a_row_that_describes_the_columns_or_sums_them_up_is_none() -> None:
    described = [dict.fromkeys(ROWS[0], "What it is."), *ROWS, ROWS[0] | {ID: "Total"}]
    assert [x.content for x in read(written(described))] == [x.content for x in read(EXPORT)]


@pytest.mark.parametrize(
    ("column", "to", "why"),
    [
        (ID, "5.76461E+17", "rounded_id"),
        (ID, "", "bad_id"),
        (ID, "../1", "bad_id"),
        (SETTLED, "", "missing"),
        (SETTLED, "soon", "bad_date"),
        ("Currency", "EUR", "currency_disagrees"),
        ("Currency", "", "missing"),
        ("Total settlement amount", "€5", "currency_disagrees"),
        ("Total settlement amount", "much", "not_an_amount"),
        ("Customer refund", "1.2.3", "not_an_amount"),
        ("Related order ID", "5.76461E+17", "rounded_id"),
    ],
)
def test_a_bad_row_is_told_and_the_others_are_read(column: str, to: str, why: str) -> None:
    first, *others = read(changed(column, to))
    assert isinstance(first, BadRow)
    assert (first.facts["why"], first.facts["column"], first.facts["row"]) == (why, column.strip(), 2)
    assert len(others) == 10


@pytest.mark.parametrize(
    ("column", "text", "at"),
    [
        (SETTLED, "2026/11/01", "2026-11-01T07:00:00+00:00"),
        (SETTLED, "2026/11/01 00:00:00", "2026-11-01T00:00:00+00:00"),
        ("Order settled time", "2026/11/01", "2026-11-01T07:00:00+00:00"),
        ("Order settled time", "2026/11/01 00:00:00", "2026-11-01T07:00:00+00:00"),
    ],
)
def test_a_day_without_a_time_is_one_of_the_account_whatever_its_column_is_called(
    column: str, text: str, at: str
) -> None:
    rows = [{column if key == SETTLED else key: value for key, value in row.items()} for row in ROWS]
    first = read(written([rows[0] | {column: text}, *rows[1:]]))[0]
    assert first.settled_at.isoformat() == at


def test_a_column_that_holds_no_amounts_is_passed_over() -> None:
    first = read(changed("Affiliate commission", "=cmd()"))[0]
    assert isinstance(first, Settled)
    assert "Affiliate commission" not in first.columns


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (written([{key: value for key, value in row.items() if key != SETTLED} for row in ROWS]), "missing_columns"),
        (
            written([row | dict.fromkeys((SETTLED, "Order created time(UTC)"), "03/04/2026") for row in ROWS]),
            "ambiguous_dates",
        ),
        (written([row | {ID: row[ID][:15] + "000"} for row in ROWS]), "rounded_ids"),
    ],
)
def test_files_that_are_refused(data: bytes, why: str) -> None:
    with pytest.raises(BadFile) as refused:
        read(data)
    assert refused.value.facts["why"] == why


@given(st.binary(max_size=200), st.integers(0, len(EXPORT)), st.integers(0, 60))
def test_whatever_comes_is_read_or_refused(junk: bytes, at: int, cut: int) -> None:
    with suppress(BadFile):
        read(EXPORT[:at] + junk + EXPORT[at + cut :])
