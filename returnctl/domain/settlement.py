"""A row of a platform's settlement: what it paid out, or kept, for an order."""

from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Literal

from msgspec import field

from returnctl.domain.money import ZERO
from returnctl.domain.order import Document

# Columns of what a row sold.
_SOLD = frozenset({"customer payment", "subtotal after seller discounts"})

SettledKind = Literal["order", "refund", "compensation", "freight", "fee", "adjustment"]


class Settled(Document, frozen=True, kw_only=True, dict=True):
    """One row, as the file had it: what the seller pays is below 0.

    `id` is the order or the adjustment; `order` the order that it concerns, where it tells one. `kind` is read from
    `type`, the platform's own word. `refund` is before platform's discounts, `customer_refund` what the buyer got
    back. Amounts have the digits of the currency. `columns` are all amounts of the row by the names of their columns.
    `nth` counts rows of one file that are alike in all that tells rows apart, from 1.
    """

    returnctl: str = "settlement/v1"
    id: str
    order: str | None = None
    kind: SettledKind
    type: str = ""
    currency: str
    total: Decimal
    refund: Decimal = ZERO
    customer_refund: Decimal = ZERO
    adjustment: Decimal = ZERO
    return_freight: Decimal = ZERO
    settled_at: datetime
    created_at: datetime | None = None
    related: str | None = None
    account: str | None = None
    file: str = ""
    row: int = 0
    nth: int = 1
    columns: dict[str, Decimal] = field(default_factory=dict)

    @cached_property
    def content(self) -> str:
        """What tells it from other rows: exports overlap, name their columns anew, and repeat what they told before."""
        amounts = f"{self.total}\0{self.refund}\0{self.customer_refund}\0{self.adjustment}"
        return f"{self.id}\0{self.type}\0{self.related}\0{self.currency}\0{self.settled_at}\0{amounts}"

    @property
    def paid_back(self) -> Decimal:
        """What went back to the buyer; below 0 where it was taken back."""
        given = self.customer_refund or self.refund
        if not given and self.kind == "refund":
            return max(-(self.adjustment or self.total), ZERO)
        return -given if given > 0 and self._is_taken_back() else abs(given)

    def _is_taken_back(self) -> bool:
        """A file that writes refunds without a sign has one above 0 where more was sold than refunded."""
        return self.total > 0 and not any(self.columns[name] > 0 for name in self.columns if name.casefold() in _SOLD)
