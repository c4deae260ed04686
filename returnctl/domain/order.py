"""The document of an order: reference data, as it was imported."""

from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from returnctl.domain.money import ZERO, Money, nothing


class Document(Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a stored document. A field that this version does not know is refused, never dropped."""


class Buyer(Document, frozen=True):
    id: str
    name: str = ""
    language: str | None = None


class OrderLine(Document, frozen=True, kw_only=True):
    """`net` and `tax` are for the whole line, after all discounts."""

    line: str
    sku: str
    title: str = ""
    category: str = ""
    quantity: int
    net: Decimal
    tax: Decimal = ZERO


class Shipping(Document, frozen=True):
    net: Decimal = ZERO
    tax: Decimal = ZERO


class Payment(Document, frozen=True, kw_only=True):
    id: str
    method: str = ""
    amount: Decimal


class Order(Document, frozen=True, kw_only=True):
    """What the buyer bought. Times are UTC; `cancelled_at` means that nothing of it can come back."""

    returnctl: str = "order/v1"
    id: str
    platform: str | None = None
    account: str | None = None
    market: str
    currency: str
    buyer: Buyer
    ordered_at: datetime
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    cancelled_at: datetime | None = None
    lines: tuple[OrderLine, ...]
    shipping: Shipping = Shipping()
    payments: tuple[Payment, ...] = ()

    def line(self, number: str) -> OrderLine | None:
        return next((line for line in self.lines if line.line == number), None)

    def price(self, line: OrderLine) -> Money:
        return Money(self.currency, line.net, line.tax)

    def price_of(self, units: dict[str, int]) -> Money:
        """What was paid for so many units of each line."""
        lines = (line for line in self.lines if line.line in units)
        shares = (self.price(line).part(units[line.line], line.quantity) for line in lines)
        return sum(shares, nothing(self.currency))

    @property
    def freight(self) -> Money:
        return Money(self.currency, self.shipping.net, self.shipping.tax)

    @property
    def worth(self) -> Money:
        """Goods and shipping together."""
        return sum((self.price(line) for line in self.lines), nothing(self.currency) + self.freight)

    @property
    def tenders(self) -> tuple[Payment, ...]:
        """The payments, or one of the whole where the import told none."""
        return self.payments or (Payment(id="p1", amount=self.worth.amount),)

    @property
    def paid(self) -> Decimal:
        return sum((payment.amount for payment in self.tenders), ZERO)

    @property
    def refundable(self) -> Decimal:
        """What may go back at most: a small order fee that was paid beside the goods stays."""
        return min(self.paid, self.worth.amount)

    @property
    def difference(self) -> Decimal:
        """Paid beyond the goods and shipping (a fee), or less than them (a payment discount)."""
        return self.paid - self.worth.amount
