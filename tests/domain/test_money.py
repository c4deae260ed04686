from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnctl.domain.money import Money, digits, parse, rounded, spread
from returnctl.errors import BadValue


@pytest.mark.parametrize(
    ("text", "currency", "exact"),
    [
        ("12.50", "USD", "12.50"),
        ("5", "USD", "5.00"),
        ("5.1", "USD", "5.10"),
        ("0", "USD", "0.00"),
        ("1000", "JPY", "1000"),
        ("1.5", "KWD", "1.500"),
        ("999999999999999", "VND", "999999999999999"),
    ],
)
def test_plain_amounts(text: str, currency: str, exact: str) -> None:
    assert str(parse(text, currency)) == exact


@pytest.mark.parametrize(
    "text",
    ["17,000", "1e3", "-8", "+8", "NaN", "Infinity", " 5 ", "5 ", "", ".5", "5.", "5.123", "5.100", "٥", "１", "1_000",
     "0x1", "5\n", "1" * 16],
)  # fmt: skip
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(BadValue) as refused:
        parse(text, "USD")
    assert refused.value.facts == {"what": "amount", "value": text, "wanted": "amount", "example": "12.50"}


@pytest.mark.parametrize(("text", "currency"), [("5.5", "JPY"), ("5.0", "KRW"), ("5.1234", "KWD")])
def test_more_digits_than_the_currency_has(text: str, currency: str) -> None:
    with pytest.raises(BadValue):
        parse(text, currency)


@pytest.mark.parametrize(
    ("currency", "expected"),
    [(currency, 0) for currency in ("JPY", "KRW", "VND", "CLP")]
    + [(currency, 3) for currency in ("KWD", "BHD", "OMR", "JOD", "TND")]
    + [(currency, 2) for currency in ("USD", "EUR", "THB", "MXN", "IDR")],
)
def test_digits(currency: str, expected: int) -> None:
    assert digits(currency) == expected


@pytest.mark.parametrize(
    ("value", "currency", "expected"),
    [("0.005", "USD", "0.01"), ("-0.005", "USD", "-0.01"), ("0.0049", "USD", "0.00"), ("2.5", "JPY", "3")],
)
def test_half_goes_up(value: str, currency: str, expected: str) -> None:
    assert str(rounded(Decimal(value), currency)) == expected


def test_two_currencies_do_not_add() -> None:
    with pytest.raises(TypeError):
        Money("USD", Decimal(1)) + Money("EUR", Decimal(1))


@pytest.mark.parametrize(
    ("amount", "weights", "expected"),
    [
        ("1.00", [1, 1, 1], ["0.34", "0.33", "0.33"]),
        ("-1.00", [1, 1, 1], ["-0.34", "-0.33", "-0.33"]),
        ("0.05", [1, 2, 1], ["0.01", "0.03", "0.01"]),
        ("1.00", [0, 0], ["1.00", "0.00"]),
        ("1.00", [0, 5], ["0.00", "1.00"]),
        ("1.00", [], []),
        ("0.00", [3, 4], ["0.00", "0.00"]),
    ],
)
def test_spread_by_largest_remainder(amount: str, weights: list[int], expected: list[str]) -> None:
    assert list(map(str, spread(Decimal(amount), weights, "USD"))) == expected


CENTS = st.integers(0, 10**17).map(lambda cents: Decimal(cents).scaleb(-2))


@given(CENTS, st.lists(CENTS, min_size=1, max_size=9))
def test_nothing_is_lost_in_a_spread(amount: Decimal, weights: list[Decimal]) -> None:
    pieces = spread(amount, weights, "USD")
    assert sum(pieces) == amount
    whole = sum(weights)
    assert all(
        abs(piece * whole - amount * weight) <= whole / 100
        for piece, weight in zip(pieces, weights, strict=True)
        if whole
    )


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_piece_is_within_what_it_is_carved_from(net: int, tax: int, some: int) -> None:
    whole = Money("JPY", Decimal(net), Decimal(tax))
    piece = whole.carve(Decimal(min(some, net + tax)))
    assert piece.amount == min(some, net + tax)
    assert 0 <= piece.net <= net
    assert 0 <= piece.tax <= tax
