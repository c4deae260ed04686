"""Seller Center's export of returns, as it is and as people damage it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from returnctl.domain.report import Piece, Report
from returnctl.domain.states import Kind
from returnctl.errors import BadFile, BadRow
from returnctl.readers.intake import FoundReport, Habits
from returnctl.readers.orders import read_import

FILE = Path(__file__).parent.parent / "data/seller-center-returns.csv"
US = Habits(market="US", currency="USD", timezone="America/Los_Angeles")
DAY_FIRST = replace(US, dates="dd/MM/yyyy")
# The columns that the older form lacks.
NEWER = (
    "Dispute Status",
    "Appeal Status",
    "Compensation Status",
    "Compensation Amount",
    "Buyer Note",
    "Return Sub Status",
)
Rows = list[dict[str, str]]


def rows() -> Rows:
    return list(csv.DictReader(io.StringIO(FILE.read_text("utf-8-sig"), newline="")))


def written(listed: Rows) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(listed[0]))
    writer.writeheader()
    writer.writerows(listed)
    return text.getvalue().encode()


def found(data: bytes, habits: Habits = US) -> list[FoundReport | BadRow]:
    return [x for x in read_import("returns.csv", data, habits) if isinstance(x, FoundReport | BadRow)]


def reports(data: bytes, habits: Habits = US) -> list[Report]:
    return [x.report for x in found(data, habits) if isinstance(x, FoundReport)]


def problems(data: bytes) -> list[tuple[object, ...]]:
    return [(x.facts["row"], x.facts["column"], x.facts["why"]) for x in found(data) if isinstance(x, BadRow)]


def changed(at: int, **cells: str) -> Rows:
    listed = rows()
    listed[at] |= {name.replace("_", " "): value for name, value in cells.items()}
    return listed


def test_the_real_shape() -> None:
    first, second, third, *_ = reports(FILE.read_bytes())
    assert (first.return_id, first.order, first.kind) == (
        "4035000000000000000",
        "576461413038785752",
        Kind.RETURN_AND_REFUND,
    )
    assert first.pieces == (Piece(1, "", "1729653466262766556", "LUMI-BULB-4"),)
    assert (first.note, first.reasons, first.told.status) == ("Shade cracked", ("Damaged",), "To process")
    assert first.applied_at == first.told.at == datetime(2026, 11, 3, 16, 10, tzinfo=UTC)
    assert (second.kind, second.told.refund, second.told.exact) == (Kind.REFUND_ONLY, Decimal("28.49"), False)
    assert (third.tracking, third.told.sent, third.told.refund) == ("1Z0000000002", True, Decimal("89.97"))
    assert third.told.at == third.told.refunded_at == datetime(2026, 11, 11, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(
            lambda: written([{k: v for k, v in x.items() if k not in NEWER} for x in rows()]), id="19 columns"
        ),
        pytest.param(lambda: written([dict(reversed(x.items())) for x in rows()]), id="another order"),
        pytest.param(lambda: FILE.read_text("utf-8-sig").encode("gb18030"), id="GB18030"),
        pytest.param(lambda: FILE.read_text("utf-8-sig").encode(), id="no BOM"),
        pytest.param(lambda: FILE.read_text("utf-8-sig").replace("\r\n", "\n").encode("utf-16"), id="UTF-16"),
        pytest.param(
            lambda: FILE.read_text("utf-8-sig").replace("Return Order ID", "return order id").encode(), id="case"
        ),
    ],
)
def test_other_forms_of_the_same(form: Callable[[], bytes]) -> None:
    told = [(x.return_id, x.order, x.told.status, x.told.refund, x.pieces) for x in reports(form())]
    assert told == [(x.return_id, x.order, x.told.status, x.told.refund, x.pieces) for x in reports(FILE.read_bytes())]


def test_rows_of_one_return_are_one_report() -> None:
    listed = rows()
    second = listed[2] | {"SKU ID": "172", "Seller SKU": "OTHER", "Return unit price": "$1.03", "Return Quantity": "2"}
    (both,) = reports(written([listed[2], second]), DAY_FIRST)
    assert both.pieces == (Piece(3, "", "1729653846170152988\t".strip(), "LUMI-LAMP-1"), Piece(2, "", "172", "OTHER"))
    assert both.told.refund == Decimal("91.00")


@pytest.mark.parametrize(
    ("amounts", "sum_"), [(("$2.00", "$2.00"), "2.00"), (("$2.00", "$3.00"), "5.00"), (("", ""), None)]
)
def test_a_compensation_on_each_row_is_the_returns_own(amounts: tuple[str, str], sum_: str | None) -> None:
    (told,) = reports(written([rows()[2] | {"Compensation Amount": x} for x in amounts]), DAY_FIRST)
    assert told.told.compensation == (Decimal(sum_) if sum_ else None)


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"Return_Quantity": "0"}, (3, "Return Quantity", "bad_quantity")),
        ({"Return_Quantity": "a few"}, (3, "Return Quantity", "bad_quantity")),
        ({"Return_unit_price": "฿28.49"}, (3, "Return unit price", "currency_disagrees")),
        ({"Return_unit_price": "much"}, (3, "Return unit price", "not_an_amount")),
        ({"Return_Order_ID": ""}, (3, "Return Order ID", "missing")),
        ({"Return_Order_ID": "4.035E+18"}, (3, "Return Order ID", "rounded_id")),
        ({"Order_ID": "5.76E+17"}, (3, "Order ID", "rounded_id")),
        ({"Order_ID": "../x"}, (3, "Order ID", "bad_id")),
        ({"Time_Requested": "yesterday"}, (3, "Time Requested", "bad_date")),
        ({"Return_Order_ID": "4035000000000000000"}, (3, "Order ID", "rows_of_return_differ")),
    ],
)
def test_a_bad_row_is_told_and_the_others_are_read(cells: dict[str, str], problem: tuple[object, ...]) -> None:
    data = written(changed(1, **cells))
    assert problems(data) == [problem]
    assert len(reports(data)) >= 4


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda x: x | {"Return Order ID": x["Return Order ID"].strip()[:15] + "0000"}, "rounded_ids"),
        (lambda x: {k: v for k, v in x.items() if k != "Return Status"}, "missing_columns"),
        (lambda x: x | {"Time Requested": "03/11/2026 08:10:00", "Refund Time": ""}, "ambiguous_dates"),
    ],
)
def test_a_file_that_nobody_can_trust(damage: Callable[[dict[str, str]], dict[str, str]], why: str) -> None:
    with pytest.raises(BadFile) as refused:
        found(written([damage(x) for x in rows()]))
    assert refused.value.facts["why"] == why


@pytest.mark.parametrize(
    ("dates", "told", "day"),
    [
        (None, False, None), ("MM/dd/yyyy", False, None), ("dd/MM/yyyy", False, 3), ("dd/MM/yyyy", True, 3),
        ("MM/dd/yyyy", True, 11),
    ],
)  # fmt: skip
def test_what_an_account_says_of_its_orders_is_not_taken_for_returns(
    dates: str | None, told: bool, day: int | None
) -> None:
    data = written([rows()[0]])
    habits = replace(US, dates=dates, dates_told=told)
    if day is None:
        with pytest.raises(BadFile):
            found(data, habits)
    else:
        assert [x.applied_at and x.applied_at.day for x in reports(data, habits)] == [day]


def test_when_a_file_was_made() -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    assert {(x.told.at, x.told.exact) for x in reports(FILE.read_bytes(), replace(US, as_of=now))} == {(now, True)}


def test_what_lies_in_the_future_was_read_the_wrong_way_round() -> None:
    """It would stand against all that comes until then."""
    latest = datetime(2026, 11, 12, tzinfo=UTC)
    (row,) = changed(0, Time_Requested="03/12/2026 08:10:00")[:1]
    (bad,) = found(written([row]), replace(DAY_FIRST, latest=latest))
    assert isinstance(bad, BadRow)
    assert (bad.facts["why"], bad.facts["column"]) == ("future_date", "Time Requested")


def test_a_refund_that_is_foreseen_is_no_time_of_its_row() -> None:
    """It would stand against all that comes until then; nor was it made yet."""
    listed = changed(2, Refund_Time="14/11/2027 10:00:00") + changed(2, Refund_Time="11/11/2026 10:00:00")[2:3]
    listed = [row for row in listed if row["Return Order ID"] == listed[2]["Return Order ID"]]
    latest = datetime(2026, 11, 12, tzinfo=UTC)
    (foreseen,) = reports(written(listed[:1]), replace(DAY_FIRST, latest=latest))
    assert (foreseen.told.at, foreseen.told.refunded_at) == (foreseen.applied_at, None)
    (both,) = reports(written(listed), replace(DAY_FIRST, latest=latest))
    assert both.told.at == both.told.refunded_at == datetime(2026, 11, 11, 18, tzinfo=UTC)


_DAMAGE = st.lists(st.tuples(st.integers(0, 1700), st.binary(max_size=4), st.integers(0, 40)), max_size=4)


@given(_DAMAGE)
@settings(max_examples=300, deadline=None)
def test_damage_is_told_or_survived(damage: list[tuple[int, bytes, int]]) -> None:
    data = FILE.read_bytes()
    for at, new, old in damage:
        data = data[:at] + new + data[at + old :]
    told: list[Any] = []
    with suppress(BadFile):
        told = list(read_import("returns.csv", data, US))
    assert all(isinstance(x, FoundReport) or x.facts["why"] for x in told)
