"""What the forecast adds up to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from returnctl.output.forms import money, when
from returnctl.output.words import mark, say

Sums = Mapping[str, Mapping[str, Decimal]]

# What silence makes the shop owe, what its hook pays of that, and what platforms give away of their own.
_SAID = {
    "cost": mark("silence costs {sums}"),
    "paid": mark("hooks/refund pays {sums}"),
    "assumed": mark("platforms give {sums}"),
}


def summary(until: datetime, sums: Sums) -> dict[str, Any]:
    plain = {name: {currency: str(x) for currency, x in by.items()} for name, by in sums.items()}
    return {"until": until, **plain}


def closing(until: datetime, count: int, sums: Sums, zone: str) -> str:
    """One line: until when, how many changes, and the money."""
    said = [say("by {when} {count} changes", when=when(until, zone), count=count)]
    for name, by_currency in sums.items():
        if by_currency:
            amounts = ", ".join(money(amount, currency) for currency, amount in by_currency.items())
            said.append(say(_SAID[name], sums=amounts))
    return "; ".join(said)
