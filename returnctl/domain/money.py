"""Money: a net part and a tax part in one currency, exact, never a float.

Rounding is half-up to the currency's digits, at the places `money-and-time` names and nowhere else:
`part` and `carve` are those places, `spread` divides without losing a cent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from msgspec import Struct

from returnctl.errors import BadValue

# ISO 4217: the currencies whose digits are not two.
_NO_DIGITS = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())
_THREE_DIGITS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())
_PLAIN = re.compile(r"[0-9]{1,15}(\.[0-9]{1,3})?", re.ASCII)

ZERO = Decimal(0)


def digits(currency: str) -> int:
    """Digits after the point that an amount of this currency has."""
    if currency in _NO_DIGITS:
        return 0
    return 3 if currency in _THREE_DIGITS else 2


@cache
def _unit(currency: str) -> Decimal:
    """The smallest amount: a cent."""
    return Decimal(1).scaleb(-digits(currency))


def rounded(value: Decimal, currency: str) -> Decimal:
    return value.quantize(_unit(currency), ROUND_HALF_UP)


def parse(text: str, currency: str) -> Decimal:
    """A plain decimal string: `12.50`. Fewer digits than the currency has are taken, more are refused.

    Raises BadValue.
    """
    if not _PLAIN.fullmatch(text) or len(text.partition(".")[2]) > digits(currency):
        raise BadValue(what="amount", value=text, wanted="amount", example=str(rounded(Decimal("12.5"), currency)))
    return rounded(Decimal(text), currency)


class Money(Struct, frozen=True):
    """What a line of a worksheet holds. Adding two currencies is a programming error."""

    currency: str
    net: Decimal
    tax: Decimal = ZERO

    @property
    def amount(self) -> Decimal:
        return self.net + self.tax

    def __add__(self, other: Money) -> Money:
        return Money(self._same(other), self.net + other.net, self.tax + other.tax)

    def __sub__(self, other: Money) -> Money:
        return Money(self._same(other), self.net - other.net, self.tax - other.tax)

    def __neg__(self) -> Money:
        return Money(self.currency, -self.net, -self.tax)

    def part(self, some: Decimal | int, whole: Decimal | int) -> Money:
        """The share `some / whole`, net and tax rounded each."""
        currency = self.currency
        return Money(currency, rounded(self.net * some / whole, currency), rounded(self.tax * some / whole, currency))

    def carve(self, amount: Decimal) -> Money:
        """`amount` as a piece of this: its tax in proportion, rounded; the rest of it is net."""
        tax = rounded(amount * self.tax / self.amount if self.amount else ZERO, self.currency)
        return Money(self.currency, amount - tax, tax)

    def at_most(self, other: Money) -> Money:
        """Net and tax each no more than the other's."""
        return Money(self._same(other), min(self.net, other.net), min(self.tax, other.tax))

    def or_nothing(self) -> Money:
        """Net and tax each no less than 0."""
        zero = nothing(self.currency)
        return Money(self.currency, max(self.net, zero.net), max(self.tax, zero.tax))

    def _same(self, other: Money) -> str:
        if self.currency != other.currency:
            raise TypeError(f"{self.currency} and {other.currency} do not add")
        return self.currency


@cache
def nothing(currency: str) -> Money:
    zero = rounded(ZERO, currency)
    return Money(currency, zero, zero)


def spread(amount: Decimal, weights: Sequence[Decimal | int], currency: str) -> list[Decimal]:
    """`amount` in pieces proportional to `weights`, to the last cent.

    By largest remainder, ties in the order given; without any weight the first takes it all.
    """
    unit = _unit(currency)
    # Whole numbers, since a quotient of decimals would be rounded on the way.
    cents, *shares = [int(value // unit) for value in (abs(amount), *weights)]
    whole = sum(shares)
    if not whole:
        return [rounded(amount if at == 0 else ZERO, currency) for at in range(len(shares))]
    pieces = [cents * share // whole for share in shares]
    left = [cents * share % whole for share in shares]
    for at in sorted(range(len(left)), key=left.__getitem__, reverse=True)[: cents - sum(pieces)]:
        pieces[at] += 1
    sign = -1 if amount < 0 else 1
    return [sign * piece * unit for piece in pieces]
