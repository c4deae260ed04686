from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnctl.errors import BadRow
from returnctl.readers.amounts import spreadsheet_amount


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("12.5", "USD", "12.50"),
        ("12", "USD", "12.00"),
        ("1234.5", "USD", "1234.50"),
        ("$1,234.50", "USD", "1234.50"),
        ("US$1,234.50", "USD", "1234.50"),
        ("USD 12.50", "USD", "12.50"),
        ("12.50 USD", "USD", "12.50"),
        ("$17,000", "USD", "17000.00"),
        ("$1,234,567", "USD", "1234567.00"),
        ("$0.00\t", "USD", "0.00"),
        ("S$12.34", "SGD", "12.34"),
        ("$12.34", "SGD", "12.34"),
        ("RM 9.90", "MYR", "9.90"),
        ("฿1,282.50", "THB", "1282.50"),
        ("£1,000.00", "GBP", "1000.00"),
        ("R$\u00a062,90", "BRL", "62.90"),
        ("R$ 1.234,56", "BRL", "1234.56"),
        ("€12,50", "EUR", "12.50"),
        ("€12.50", "EUR", "12.50"),
        ("1.234,50 €", "EUR", "1234.50"),
        ("1\u202f234,50\u00a0€", "EUR", "1234.50"),
        ("1 234 567", "EUR", "1234567.00"),
        ("₫120.000", "VND", "120000"),
        ("120.000\u00a0₫", "VND", "120000"),
        ("Rp120.000", "IDR", "120000.00"),
        ("Rp 1.234.567", "IDR", "1234567.00"),
        ("¥1,000", "JPY", "1000"),
        ("12.500", "KWD", "12.500"),
    ],
)
def test_amounts_that_have_one_reading(text: str, currency: str, amount: str) -> None:
    assert str(spreadsheet_amount(text, currency)) == amount


@pytest.mark.parametrize(
    ("text", "currency", "why"),
    [
        ("$1.234", "USD", "ambiguous_amount"),
        ("€1,234", "EUR", "ambiguous_amount"),
        ("€1.234", "EUR", "ambiguous_amount"),
        ("₫120,000", "VND", "ambiguous_amount"),
        ("¥1.000", "JPY", "ambiguous_amount"),
        ("$0,123", "USD", "ambiguous_amount"),
        ("£12.50", "USD", "currency_disagrees"),
        ("S$12.50", "USD", "currency_disagrees"),
        ("$12.50", "THB", "currency_disagrees"),
        ("$12.50", "GBP", "currency_disagrees"),
        ("EUR 12.50", "USD", "currency_disagrees"),
        ("12.50 THB", "USD", "currency_disagrees"),
        ("-8", "USD", "not_an_amount"),
        ("-$8.00", "USD", "not_an_amount"),
        ("(8.00)", "USD", "not_an_amount"),
        ("1e3", "USD", "not_an_amount"),
        ("NaN", "USD", "not_an_amount"),
        ("", "USD", "not_an_amount"),
        (".5", "USD", "not_an_amount"),
        ("5.", "USD", "not_an_amount"),
        ("1,23.50", "USD", "not_an_amount"),
        ("1,2345.00", "USD", "not_an_amount"),
        ("1,234,56", "USD", "not_an_amount"),
        ("1.234.56", "USD", "not_an_amount"),
        ("12.3456", "USD", "not_an_amount"),
        ("1,234.567", "USD", "not_an_amount"),
        ("12.5", "JPY", "not_an_amount"),
        ("１２", "USD", "not_an_amount"),
        ("٣", "USD", "not_an_amount"),
        ("1" * 16, "USD", "not_an_amount"),
        ("1 " * 100_000 + "1", "USD", "not_an_amount"),
    ],
)
def test_amounts_that_have_none_or_two(text: str, currency: str, why: str) -> None:
    with pytest.raises(BadRow) as refused:
        spreadsheet_amount(text, currency)
    assert refused.value.facts["why"] == why


@given(st.decimals(0, 10**12, places=2), st.sampled_from(["{:,.2f}", "{:.2f}", "${:,.2f}", "USD {:.2f}"]))
def test_what_an_export_writes_comes_back(amount: Decimal, form: str) -> None:
    assert spreadsheet_amount(form.format(amount), "USD") == amount


@given(st.text("0123456789.,$ €Rp-'e\t"), st.sampled_from(["USD", "EUR", "VND", "JPY", "KWD"]))
def test_any_text_gives_an_amount_or_our_error(text: str, currency: str) -> None:
    with suppress(BadRow):
        assert spreadsheet_amount(text, currency) >= 0
