"""Amounts as exports and spreadsheets write them: `$1,234.50`, `R$ 62,90`, `₫120.000`, `12.5 USD`.

A decimal mark and marks between thousands look alike, so a text that could be read two ways is refused.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from returnctl.domain import money
from returnctl.errors import BadValue
from returnctl.readers.intake import bad

if TYPE_CHECKING:
    from decimal import Decimal

_DOLLARS = frozenset("USD AUD BND CAD HKD MXN NZD SGD TWD CLP COP ARS".split())
# A sign, and the currencies that are written with it.
SIGNS = {
    "$": _DOLLARS,
    "US$": {"USD"}, "S$": {"SGD"}, "R$": {"BRL"}, "MX$": {"MXN"}, "A$": {"AUD"}, "AU$": {"AUD"}, "C$": {"CAD"},
    "CA$": {"CAD"}, "HK$": {"HKD"}, "NT$": {"TWD"}, "NZ$": {"NZD"},
    "£": {"GBP"}, "€": {"EUR"}, "฿": {"THB"}, "₫": {"VND"}, "đ": {"VND"}, "Rp": {"IDR"},
    "Rp.": {"IDR"}, "RM": {"MYR"}, "₱": {"PHP"},
    "¥": {"JPY", "CNY"}, "￥": {"JPY", "CNY"}, "円": {"JPY"}, "元": {"CNY"}, "₩": {"KRW"}, "₹": {"INR"},
    "zł": {"PLN"}, "kr": {"DKK", "NOK", "SEK"}, "Kč": {"CZK"}, "₺": {"TRY"},
}  # fmt: skip

# What stands between thousands where the currency is at home. Others, the euro first, have both habits.
_COMMAS = frozenset(
    "USD GBP AUD CAD HKD MXN NZD SGD TWD THB MYR PHP JPY CNY KRW INR KWD BHD OMR JOD TND IQD LYD AED SAR".split()
)
_POINTS = frozenset("VND IDR BRL CLP COP ARS DKK TRY".split())

_SIGNED = re.compile(r"(?P<before>[^0-9\s]*)\s*(?P<number>[0-9](?:[0-9 .,]*[0-9])?)\s*(?P<after>[^0-9\s]*)", re.ASCII)
_NUMBER = re.compile(
    r"(?P<whole>[0-9]+|[1-9][0-9]{0,2}(?P<between>[ .,])[0-9]{3}(?:(?P=between)[0-9]{3})*)"
    r"(?:(?!(?P=between))(?P<mark>[.,])(?P<decimals>[0-9]{1,3}))?"
)
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\t": " ", "\ufeff": None})
LONGEST_AMOUNT = 40
_LEADING_GROUP = re.compile(r"[1-9][0-9]{0,2}")


@lru_cache(8192)
def spreadsheet_amount(text: str, currency: str) -> Decimal:
    """Raises BadRow with `not_an_amount`, `ambiguous_amount` or `currency_disagrees`."""
    found = _SIGNED.fullmatch(text.translate(_SPACES).strip()) if len(text) <= LONGEST_AMOUNT else None
    if not found:
        raise bad("not_an_amount", text, currency=currency)
    for sign in (found["before"], found["after"]):
        _check_sign(sign, text, currency)
    try:
        return money.parse(_plain(found["number"], text, currency), currency)
    except BadValue:
        raise bad("not_an_amount", text, currency=currency) from None


def _check_sign(sign: str, text: str, currency: str) -> None:
    if not sign or sign == currency or currency in SIGNS.get(sign, ()):
        return
    known = sign in SIGNS or re.fullmatch("[A-Z]{3}", sign)
    raise bad("currency_disagrees" if known else "not_an_amount", text, currency=currency)


def _plain(number: str, text: str, currency: str) -> str:
    """Without marks between thousands, and with a point before the decimals."""
    found = _NUMBER.fullmatch(number)
    if not found:
        raise bad("not_an_amount", text, currency=currency)
    whole, decimals = found["whole"].replace(found["between"] or ",", ""), found["decimals"]
    if not decimals:
        return whole
    if len(decimals) < 3 or found["between"]:
        return f"{whole}.{decimals}"
    return whole + _three_digits(found["mark"], decimals, whole, text, currency)


def _three_digits(mark: str, digits: str, whole: str, text: str, currency: str) -> str:
    """What `,234` says behind a `1`: thousands or decimals, by the currency's habit alone."""
    between = "," if currency in _COMMAS else "." if currency in _POINTS else ""
    if mark == between and _LEADING_GROUP.fullmatch(whole):
        return digits
    if between and mark != between and money.digits(currency) == len(digits):
        return f".{digits}"
    raise bad("ambiguous_amount", text, currency=currency)
