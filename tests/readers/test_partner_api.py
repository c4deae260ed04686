"""The Partner API's answers, whole, in pages, one by one, and damaged."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from returnctl.domain.report import Piece
from returnctl.domain.states import Kind
from returnctl.errors import BadFile, BadRow
from returnctl.readers.intake import FoundReport
from returnctl.readers.orders import holds_returns, read_import, read_orders
from tests.readers.test_return_rows import US

FILE = Path(__file__).parent.parent / "data/partner-api-returns.json"
WHOLE: dict[str, Any] = json.loads(FILE.read_text())
RETURNS: list[dict[str, Any]] = WHOLE["data"]["return_orders"]
FIRST = RETURNS[0]


def found(document: object) -> list[Any]:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return list(read_import("returns.json", data, US))


def test_the_fields() -> None:
    first, second, third = (item.report for item in found(FILE.read_bytes()))
    assert (first.return_id, first.order, first.kind) == (FIRST["return_id"], FIRST["order_id"], Kind.RETURN_AND_REFUND)
    assert first.pieces == (Piece(1, "576461413038785753", "1729653466262766556", "LUMI-BULB-4"),)
    assert first.told.deadline == datetime.fromtimestamp(1795622400, UTC)
    assert (first.told.asks, first.told.refund) == (("SELLER_RESPOND_RETURN",), Decimal("12.50"))
    assert first.told.exact
    assert first.told.at == datetime.fromtimestamp(1793722300, UTC)
    assert (second.kind, second.applied_at) == (Kind.REFUND_ONLY, datetime.fromtimestamp(1793808660, UTC))
    assert (third.carrier, third.tracking, third.told.previous, third.told.next) == (
        "UPS", "1Z0000000003", "4034999999999999999", None,
    )  # fmt: skip
    assert third.reasons == ("reason_of_tomorrow", "Of tomorrow")
    assert (third.told.dispute, sum(x.units for x in third.pieces)) == ("IN_PROGRESS", 3)


def lines(*documents: object) -> bytes:
    return b"".join(json.dumps(x).encode() + b"\n" for x in documents)


@pytest.mark.parametrize(
    ("document", "rows"),
    [
        (WHOLE, 3), (WHOLE["data"], 3), (RETURNS, 3), ([WHOLE, WHOLE], 6), (lines(*RETURNS), 3),
        (lines(WHOLE, FIRST), 4),
        (FIRST, 1), ({"data": FIRST}, 1), ({"return_orders": []}, 0), ({"return_orders": None}, 0),
        ({"code": 0, "data": {"total_count": 0}}, 0),
    ],
)  # fmt: skip
def test_responses_pages_and_single_ones(document: object, rows: int) -> None:
    assert [item.row for item in found(document)] == list(range(1, rows + 1))


@pytest.mark.parametrize(
    ("change", "column", "why"),
    [
        ({"return_id": None}, "return_id", "not_a_return"),
        ({"return_id": "4.035E+18"}, "return_id", "rounded_id"),
        ({"order_id": ""}, "order_id", "missing"),
        ({"return_status": 5.5}, "return_status", "not_text"),
        ({"return_status": None}, "return_status", "missing"),
        ({"update_time": "soon"}, "update_time", "bad_seconds"),
        ({"update_time": 99999999999}, "update_time", "bad_seconds"),
        ({"return_line_items": {}}, "return_line_items", "not_a_list"),
        ({"return_line_items": ["x"]}, "return_line_items", "not_an_object"),
        ({"refund_amount": "5"}, "refund_amount", "not_an_object"),
        ({"refund_amount": {"currency": "USD", "refund_total": "1,50"}}, "refund_amount", "not_an_amount"),
        (
            {"refund_amount": {"currency": "USD", "refund_total": "1.555"}},
            "refund_amount",
            "not_an_amount",
        ),
        ({"seller_next_action_response": [{"deadline": True}]}, "seller_next_action_response", "not_text"),
    ],
)
def test_a_bad_one_is_told_and_the_others_are_read(change: dict[str, object], column: str, why: str) -> None:
    bad = FIRST | change
    if bad["return_id"] is None:
        del bad["return_id"]
    first, second = found([RETURNS[1], bad])
    assert isinstance(first, FoundReport)
    assert isinstance(second, BadRow)
    assert (second.facts["row"], second.facts["why"]) == (2, why)
    assert why == "not_a_return" or str(second.facts["column"]).startswith(column)


@pytest.mark.parametrize(
    ("document", "why", "value"),
    [
        ({"code": 105001, "message": "access token is invalid", "data": None}, "api_error",
         "105001: access token is invalid"),
        ({"code": 0, "message": "Success", "data": {"orders": []}}, "not_a_return", ""),
    ],
)  # fmt: skip
def test_an_answer_without_returns_is_told_as_one(document: dict[str, Any], why: str, value: str) -> None:
    (bad,) = found(document)
    assert (bad.facts["why"], bad.facts["value"]) == (why, value)


@pytest.mark.parametrize("amount", ["12.500", "12.5", "12.50000"])
def test_digits_that_say_nothing_are_let_pass(amount: str) -> None:
    (told,) = found(FIRST | {"refund_amount": {"currency": "USD", "refund_total": amount}})
    assert told.report.told.refund == Decimal("12.50")


@pytest.mark.parametrize(
    ("change", "beside"),
    [
        ({}, {"role": "BUYER", "refund_parts": {"refund_subtotal": "12.50"}}),
        (
            {"role": "SELLER", "partial_refund": {"amount": "5.00", "currency": "USD"}, "refund_amount": {
                "currency": "USD", "refund_total": "13.50", "refund_subtotal": "12.50", "refund_shipping_fee": "0.00",
                "refund_tax": "0.80", "retail_delivery_fee": "0.20", "of_tomorrow": "1.00"}},
            {"role": "SELLER", "partial_refund": "5.00", "refund_parts": {
                "refund_subtotal": "12.50", "refund_tax": "0.80", "retail_delivery_fee": "0.20"}},
        ),
        ({"role": "", "partial_refund": None, "refund_amount": None}, {}),
        ({"role": 5.5, "partial_refund": "5", "refund_amount": {"refund_tax": "a lot"}}, {}),
        ({"partial_refund": {"amount": ["5"]}, "refund_amount": None}, {"role": "BUYER"}),
    ],
)  # fmt: skip
def test_what_is_only_written_down_refuses_nothing(change: dict[str, Any], beside: dict[str, Any]) -> None:
    (told,) = found(FIRST | change | {"return_warehouse_address": {"full_address": "1 Any Street"}})
    assert told.report.beside == beside


def test_orders_alone_are_orders_alone() -> None:
    with pytest.raises(BadFile) as refused:
        list(read_orders("returns.json", FILE.read_bytes(), US))
    assert refused.value.facts["why"] == "returns_file"


@pytest.mark.parametrize("read", [FILE.read_bytes, lambda: json.dumps(RETURNS).encode()])
def test_what_is_taken_in_last_is_known_by_its_head(read: Callable[[], bytes]) -> None:
    assert holds_returns(read())
    assert not holds_returns(b'{"returnctl": "order/v1"}')


_KEYS = [*FIRST, "currency", "refund_total"]
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda x: (
        st.lists(x, max_size=2) | st.dictionaries(st.sampled_from([*FIRST, "currency", "refund_total"]), x, max_size=3)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(list(FIRST)), _JSON, min_size=1, max_size=4))
@settings(max_examples=300, deadline=None)
def test_odd_values_are_told_or_survived(change: dict[str, Any]) -> None:
    try:
        told = found([FIRST | change])
    except BadFile as refused:
        assert refused.facts["why"] == "huge_number"  # noqa: PT017 - most are read
        return
    assert all(isinstance(x, FoundReport) or x.facts["why"] for x in told)


def test_a_number_beyond_measure_spoils_the_file() -> None:
    with pytest.raises(BadFile) as refused:
        found([FIRST | {"update_time": 10**400}])
    assert refused.value.facts["why"] == "huge_number"
