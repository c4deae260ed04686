from __future__ import annotations

import copy
import io
import json
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from returnctl.errors import BadFile
from returnctl.readers.orders import holds_returns
from tests.readers.exports import DATA, found, orders, problems

ORDERS: list[dict[str, Any]] = json.loads((DATA / "orders.json").read_text())
LINE = ORDERS[0]["lines"][0]
UNTAXED = {key: value for key, value in LINE.items() if key != "tax"}


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in ORDERS[0].items() if name != key}


def test_forms_that_say_the_same() -> None:
    array = orders((DATA / "orders.json").read_bytes())
    lines = "\n\n".join(map(json.dumps, ORDERS)).encode()
    one = [orders(json.dumps(order, indent=1).encode()) for order in ORDERS]
    assert list(array) == ["576461413038780001", "W-1001", "W-1002"]
    assert array == orders(lines) == orders(b"\xef\xbb\xbf" + lines) == one[0] | one[1] | one[2]


def test_what_was_left_out() -> None:
    order = orders(json.dumps(ORDERS[1]).encode())["W-1001"]
    assert (str(order.shipping.net), order.payments) == ("0.00", ())
    assert str(orders(json.dumps(without("payments") | {"lines": [UNTAXED]}).encode())[ORDERS[0]["id"]].paid) == "86.40"
    assert order.account == "us-main"
    assert orders(json.dumps(ORDERS[2] | {"account": "jp", "shipped_at": None}).encode())["W-1002"].account == "jp"


@pytest.mark.parametrize(
    ("order", "column", "why"),
    [
        ([], "", "not_an_object"),
        (without("id"), "id", "missing"),
        (without("currency"), "currency", "missing"),
        (ORDERS[0] | {"curency": "USD"}, "curency", "misspelled_key"),
        (ORDERS[0] | {"xyz": 1}, "xyz", "unknown_key"),
        (ORDERS[0] | {"returnctl": "order/v2"}, "returnctl", "unknown_format"),
        (ORDERS[0] | {"id": 5}, "id", "not_text"),
        (ORDERS[0] | {"id": None}, "id", "not_text"),
        (ORDERS[0] | {"id": ""}, "id", "bad_id"),
        (ORDERS[0] | {"id": ".."}, "id", "bad_id"),
        (ORDERS[0] | {"id": "a/b"}, "id", "bad_id"),
        (ORDERS[0] | {"id": "x" * 65}, "id", "bad_id"),
        (ORDERS[0] | {"id": "1\n"}, "id", "bad_id"),
        (ORDERS[0] | {"id": "１２"}, "id", "bad_id"),
        (ORDERS[0] | {"id": "5.76461E+17"}, "id", "rounded_id"),
        (ORDERS[0] | {"market": "usa"}, "market", "bad_code"),
        (ORDERS[0] | {"currency": "$"}, "currency", "bad_code"),
        (ORDERS[0] | {"currency": 5}, "currency", "not_text"),
        (ORDERS[0] | {"buyer": "Ana"}, "buyer", "not_an_object"),
        (ORDERS[0] | {"buyer": {}}, "buyer.id", "missing"),
        (ORDERS[0] | {"ordered_at": "2026-11-01T17:20:00"}, "ordered_at", "bad_instant"),
        (ORDERS[0] | {"ordered_at": "2026-11-01"}, "ordered_at", "bad_instant"),
        (ORDERS[0] | {"ordered_at": "2026-13-01T17:20:00Z"}, "ordered_at", "bad_instant"),
        (ORDERS[0] | {"ordered_at": "9999-12-31T23:59:59-10:00"}, "ordered_at", "bad_instant"),
        (ORDERS[0] | {"ordered_at": 1793553600}, "ordered_at", "not_text"),
        (ORDERS[0] | {"lines": []}, "lines", "no_lines"),
        (ORDERS[0] | {"lines": {}}, "lines", "not_a_list"),
        (ORDERS[0] | {"lines": [LINE, LINE]}, "lines", "doubled_id"),
        (ORDERS[0] | {"lines": [LINE | {"net": 81}]}, "lines[0].net", "amount_not_text"),
        (ORDERS[0] | {"lines": [LINE | {"net": "17,000"}]}, "lines[0].net", "not_a_plain_amount"),
        (ORDERS[0] | {"lines": [LINE | {"net": "1.005"}]}, "lines[0].net", "not_a_plain_amount"),
        (ORDERS[0] | {"lines": [LINE | {"quantity": 0}]}, "lines[0].quantity", "bad_quantity"),
        (ORDERS[0] | {"lines": [LINE | {"quantity": True}]}, "lines[0].quantity", "bad_quantity"),
        (ORDERS[0] | {"lines": [LINE | {"quantity": "1"}]}, "lines[0].quantity", "bad_quantity"),
        (ORDERS[0] | {"lines": [LINE | {"quantity": 1_000_001}]}, "lines[0].quantity", "bad_quantity"),
        (ORDERS[0] | {"lines": [LINE | {"sku": "../x"}]}, "lines[0].sku", "bad_name"),
        (ORDERS[0] | {"lines": [LINE | {"sku": "a\u202eb"}]}, "lines[0].sku", "bad_name"),
        (ORDERS[0] | {"lines": [LINE | {"title": "x" * 1001}]}, "lines[0].title", "bad_text"),
        (ORDERS[0] | {"payments": [ORDERS[0]["payments"][0]] * 2}, "payments", "doubled_id"),
        (ORDERS[0] | {"shipping": {"amount": "1"}}, "shipping.amount", "unknown_key"),
    ],
)
def test_a_bad_document_is_told_and_the_others_are_read(order: object, column: str, why: str) -> None:
    data = json.dumps([ORDERS[1], order]).encode()
    assert problems(data) == [(2, column, why)]
    assert list(orders(data)) == ["W-1001"]


@pytest.mark.parametrize("text", ["2026-11-01T17:20:00Z", "2026-11-01t17:20:00.000z", "2026-11-02T01:20:00+08:00"])
def test_instants_are_kept_in_utc(text: str) -> None:
    order = orders(json.dumps(ORDERS[0] | {"ordered_at": text}).encode())["576461413038780001"]
    assert order.ordered_at.isoformat() == "2026-11-01T17:20:00+00:00"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (b"[1", "not_json"),
        (b'{\n"id": 1', "not_json"),
        (b'[{"id": 1, "id": 2}]', "doubled_key"),
        ((DATA / "seller-center-returns.csv").read_bytes(), "returns_file"),
        (b"Order/adjustment ID  ,Type\n1,Order\n", "settlement_file"),
        (b"name,price\nlamp,5\n", "unknown_columns"),
        (b"id,state,country\n1,TX,US\n", "unknown_columns"),
        (b"id,order,state,decision,note\nR-000001,1,requested,,\n", "decisions_file"),
        (b"Order I D,SKU Subtotal After Discount\n1,5\n", "misspelled_columns"),
        (b"PK\x03\x04", "broken_workbook"),
        (b"\x7fELF\0\0", "binary"),
    ],
)
def test_files_that_cannot_be_taken_in(data: bytes, why: str) -> None:
    with pytest.raises(BadFile) as refused:
        found(data)
    assert refused.value.facts["why"] == why


@pytest.mark.parametrize(
    ("lines", "row"),
    [(("GOOD", "{oops}", "GOOD"), 2), (("GOOD", "oops", "GOOD"), 2), (('{"id": ', "GOOD", "GOOD"), 1)],
)
def test_a_bad_line_leaves_the_others(lines: tuple[str, ...], row: int) -> None:
    data = "\n".join(lines).replace("GOOD", json.dumps(ORDERS[1])).encode()
    assert problems(data) == [(row, "", "not_json")]
    assert len(found(data)) == 3


PATHS = st.sampled_from([(key,) for key in ORDERS[0]] + [("lines", 0, key) for key in LINE] + [("buyer", "id")])
VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.text()
    | st.lists(st.text())
    | st.dictionaries(st.text(), st.text())
)


@given(PATHS, VALUES)
def test_any_value_anywhere_gives_an_order_or_our_error(path: tuple[str | int, ...], value: object) -> None:
    order: Any = copy.deepcopy(ORDERS[0])
    inner = order
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    assert len(found(json.dumps([order]).encode())) == 1


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["Return Order ID", "Order ID", "Return Type", "Return Status", "Time Requested", "SKU ID"], True),
        (["Order ID", "Order Status", "SKU ID"], False),
        (["Name", "Colour"], False),
    ],
)
def test_returns_are_known_in_text_and_in_workbooks(columns: list[str], expected: bool) -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        book.add_worksheet().write_row(0, 0, columns)
    assert holds_returns(file.getvalue()) == expected
    assert holds_returns(",".join(columns).encode()) == expected
