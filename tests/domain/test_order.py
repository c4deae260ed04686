"""What an order is worth."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.builders import an_order


@pytest.mark.parametrize(
    ("payments", "refundable", "difference"),
    [
        ([], "93.15", "0.00"),
        ([{"id": "p1", "amount": "94.15"}], "93.15", "1.00"),
        ([{"id": "p1", "amount": "50.00"}, {"id": "p2", "amount": "40.00"}], "90.00", "-3.15"),
    ],
)
def test_what_may_go_back_and_what_is_beside_it(payments: list[Any], refundable: str, difference: str) -> None:
    order = an_order(payments=payments)
    assert (str(order.refundable), str(order.difference)) == (refundable, difference)


def test_the_price_of_some_units() -> None:
    lines = [{"line": "1", "quantity": 3, "net": "10.00", "tax": "0.05"}, {"line": "2", "quantity": 1, "net": "4.00"}]
    price = an_order(lines=lines).price_of({"1": 2, "2": 1})
    assert (price.net, price.tax) == (Decimal("10.67"), Decimal("0.03"))
