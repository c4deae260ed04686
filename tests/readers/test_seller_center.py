from __future__ import annotations

import json
import random
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from returnctl.domain.order import Buyer, Order, OrderLine, Payment, Shipping
from returnctl.errors import BadFile, BadRow
from returnctl.readers.intake import FoundOrder, Habits
from tests.readers.exports import TH, US, changed, export, found, orders, problems, rows_of, written

FIRST = "576461413038785752"
CANCELLED = "576461500148047079"


def test_an_order_of_two_skus() -> None:
    assert found(export())[0] == FoundOrder(
        3,
        Order(
            id=FIRST,
            platform="tiktok",
            account="us-main",
            market="US",
            currency="USD",
            buyer=Buyer(id="buyer000", name="R*** A"),
            ordered_at=datetime(2026, 10, 20, 16, 5, 11, tzinfo=UTC),
            shipped_at=datetime(2026, 10, 21, 20, 5, 11, tzinfo=UTC),
            delivered_at=datetime(2026, 10, 25, 2, 5, 11, tzinfo=UTC),
            lines=(
                OrderLine(line="1", sku="LUMI-BULB-4", title="LED bulb, pack of 4 E26", category="Home Supplies",
                          quantity=1, net=Decimal("12.50"), tax=Decimal("1.03")),
                OrderLine(line="2", sku="GLOW-LIP-05", title="Lip tint 05 Rose", category="Beauty & Personal Care",
                          quantity=2, net=Decimal("17.82"), tax=Decimal("1.47")),
            ),
            shipping=Shipping(net=Decimal("4.99")),
            payments=(Payment(id="p1", method="Credit/debit card", amount=Decimal("37.81")),),
        ),
    )  # fmt: skip


@pytest.mark.parametrize(("market", "habits", "count"), [("us", US, 12), ("th", TH, 8)])
def test_whole_files_add_up(market: str, habits: Habits, count: int) -> None:
    read = orders(export(market), habits)
    assert len(read) == count
    assert problems(export(market), habits) == []
    assert {order.difference for order in read.values()} == {0}
    assert all(str(order.shipping.tax) == "0.00" for order in read.values())


def test_thousands_and_local_dates() -> None:
    order = orders(export("th"), TH)["581209879153591647"]
    assert [str(line.net) for line in order.lines] == ["1282.50", "509.20"]
    assert order.ordered_at == datetime(2026, 10, 22, 5, 22, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: written(rows[1:]),
        lambda rows: written(rows, sorted(rows[0])),
        lambda rows: written(rows, delimiter=";"),
        lambda rows: written(rows, delimiter="\t").decode().encode("utf-16"),
        lambda rows: written(rows).decode().encode("gb18030"),
        lambda rows: b"\xef\xbb\xbf" + written(rows),
        lambda rows: written(rows).replace(b"Order ID", b" ORDER  id\t", 1),
        lambda rows: written(rows[:1] + random.Random(1).sample(rows[1:], len(rows) - 1)),
        lambda rows: written(rows, [c for c in rows[0] if c not in ("Phone #", "Country", "Order Status", "RTS Time")]),
        lambda rows: written([row | {"Buyer Message": 'two\nlines, "quoted"'} for row in rows]),
    ],
)
@pytest.mark.parametrize(("market", "habits"), [("us", US), ("th", TH)])
def test_files_that_say_the_same(change, market: str, habits: Habits) -> None:  # type: ignore[no-untyped-def]
    def unordered(data: bytes) -> dict[str, Order]:
        lines = {"lines": ()}
        return {key: replace(order, **lines) for key, order in orders(data, habits).items()}

    assert unordered(change(rows_of(export(market)))) == unordered(export(market))


@pytest.mark.parametrize(
    ("column", "cell", "why"),
    [
        ("Order ID", "5.76461E+17", "rounded_id"),
        ("Order ID", "../../etc", "bad_id"),
        ("Order ID", "", "missing"),
        ("Seller SKU", "A\x1b[31m", "bad_name"),
        ("Quantity", "0", "bad_quantity"),
        ("Quantity", "1.5", "bad_quantity"),
        ("Quantity", "-1", "bad_quantity"),
        ("Quantity", "1000001", "bad_quantity"),
        ("SKU Subtotal After Discount", "", "not_an_amount"),
        ("SKU Subtotal After Discount", "-$1.00", "not_an_amount"),
        ("SKU Subtotal After Discount", "£28.49", "currency_disagrees"),
        ("Order Amount", "$1.234", "ambiguous_amount"),
        ("Taxes", "n/a", "not_an_amount"),
        ("Created Time", "", "bad_date"),
        ("Delivered Time", "yesterday", "bad_date"),
        ("Country", "Thailand", "market_disagrees"),
    ],
)
def test_a_bad_order_is_told_and_the_others_are_read(column: str, cell: str, why: str) -> None:
    data = changed(column, cell, only=2)
    assert problems(data) == [(5, column, why)]
    assert len(orders(data)) == 11
    bad = next(item for item in found(data) if isinstance(item, BadRow))
    assert bad.facts["file"] == "orders.csv"
    json.dumps(bad.facts)


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("Shipping Fee After Discount", "$1.00"),
        ("Taxes", "$1.00"),
        ("Order Amount", "$1.00"),
        ("Created Time", "10/20/2026 09:05:12 AM"),
        ("Buyer Username", "somebody else"),
        ("Order Status", "Canceled"),
    ],
)
def test_what_concerns_the_order_is_the_same_on_its_rows(column: str, cell: str) -> None:
    assert problems(changed(column, cell, only=1)) == [(4, column, "rows_differ")]


@pytest.mark.parametrize(("extra", "why"), [([], "too_few_cells"), (["", "x"], "too_many_cells")])
def test_a_broken_row_spoils_its_whole_order(extra: list[str], why: str) -> None:
    lines = export().decode("utf-8-sig").split("\r\n")
    lines[2] = ",".join([lines[2].removesuffix(","), *extra])
    data = "\r\n".join(lines).encode()
    assert problems(data) == [(3, "Order ID", why)]
    assert FIRST not in orders(data)


def excel(text: str) -> str:
    return text.strip()[:15] + "0" * len(text.strip()[15:])


def test_ids_that_a_spreadsheet_rounded() -> None:
    assert [why for _, _, why in problems(changed("Order ID", lambda text: f"{text[0]}.{text[1:6]}E+17"))]
    with pytest.raises(BadFile) as refused:
        found(changed("Order ID", excel) + b"," * 54 + b"x\r\n")
    assert refused.value.facts["why"] == "rounded_ids"


def test_one_order_is_judged_by_its_sku_ids_too() -> None:
    row = rows_of(export())[3]
    by_chance = row | {"Order ID": excel(row["Order ID"])}
    assert len(orders(written([by_chance]))) == 1
    with pytest.raises(BadFile):
        found(written([by_chance | {"SKU ID": excel(row["SKU ID"])}]))


def test_dates_that_the_file_leaves_open() -> None:
    rows = [row for row in rows_of(export()) if row["Order ID"].startswith("57646146055")]
    with pytest.raises(BadFile) as refused:
        found(written(rows))
    assert refused.value.facts["why"] == "ambiguous_dates"
    stated = replace(US, dates="MM/dd/yyyy")
    assert [str(order.ordered_at.date()) for order in orders(written(rows), stated).values()] == ["2026-11-02"]
    with pytest.raises(BadFile) as refused:
        found(export(), replace(US, dates="dd/MM/yyyy"))
    assert refused.value.facts["why"] == "dates_disagree"


def test_cancelled_orders() -> None:
    at = datetime(2026, 11, 13, 5, 12, 11, tzinfo=UTC)
    assert orders(export())[CANCELLED].cancelled_at == at
    assert orders(changed("Cancelled Time", ""))[CANCELLED].cancelled_at == at
    assert orders(export())[FIRST].cancelled_at is None


def test_an_order_is_delivered_with_its_last_parcel() -> None:
    late = changed("Delivered Time", "10/30/2026 09:05:11 AM", only=0)
    assert orders(late)[FIRST].delivered_at == datetime(2026, 10, 30, 16, 5, 11, tzinfo=UTC)
    assert orders(changed("Delivered Time", "", only=1))[FIRST].delivered_at is None


def test_what_may_be_missing() -> None:
    needed = ["Order ID", "SKU ID", "Quantity", "SKU Subtotal After Discount", "Created Time"]
    order = orders(written(rows_of(export()), needed))[FIRST]
    assert order.lines[0].sku == "1729653466262766556"
    assert order.buyer.id == FIRST
    assert str(order.paid) == "30.32"
    with pytest.raises(BadFile) as refused:
        found(written(rows_of(export()), needed[:-1]))
    assert refused.value.facts["columns"] == ["created time"]


@given(st.integers(1, 60), st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_cell_gives_orders_or_our_errors(place: int, cell: str) -> None:
    rows = rows_of(export())
    columns = list(rows[0])
    rows[1 + place % 3][columns[place % len(columns)]] = cell
    with suppress(BadFile):
        found(written(rows))


@given(st.binary())
def test_any_bytes_give_orders_or_our_errors(data: bytes) -> None:
    for start in (b"", b"Order ID,SKU ID,Quantity,SKU Subtotal After Discount,Created Time\n", b'[{"id":', b"{"):
        with suppress(BadFile):
            found(start + data)
