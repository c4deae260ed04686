"""The files of the story in docs/tiktok-shop.md, in the real shapes: `python -m tests.monday` writes them anew.

Lumi Home sells in the United States. On Monday, 2 November 2026, forty requests wait for an answer and fifteen parcels
stand at the door; of October five returns are done. Tuesday's export shows what Monday's decisions came to.
"""

from __future__ import annotations

import csv
import io
from base64 import b64decode
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "tests/data/monday"
_SHAPES = ROOT / "tests/data"
_CENT = Decimal("0.01")
_TAX = Decimal("0.0825")
_DAY = timedelta(days=1)
# What makes ids of numbers.
_ORDER_IDS, _RETURN_IDS = 576462000000000000, 4036000000000000000
_STEP = 7919053
# Times are the shop's own, without a zone, as the exports have them.
_PAID_BACK = datetime.fromisoformat("2026-11-02 16:20")


class Good(NamedTuple):
    sku: str
    sku_id: str
    title: str
    variation: str
    price: Decimal
    category: str


LAMP = Good("LUMI-LAMP-1", "1729653846170152988", "Desk lamp, dimmable", "White", Decimal("29.99"), "Home Supplies")
BULB = Good("LUMI-BULB-4", "1729653466262766556", "LED bulb, pack of 4", "E26", Decimal("12.50"), "Home Supplies")
SHADE = Good("LUMI-SHADE-2", "1729689492177914198", "Linen lamp shade", "Grey", Decimal("18.00"), "Home Supplies")
TEE = Good("TEE-BLK-M", "1729769888000812636", "Cotton T-shirt", "Black, M", Decimal("14.90"), "Menswear & Underwear")


class Case(NamedTuple):
    """An order and the return of it. `tuesday` is its status a day later; `back` when the platform paid."""

    number: int
    good: Good
    quantity: int
    delivered: datetime
    requested: datetime
    reason: str
    status: str
    tuesday: str
    kind: str = "Return and refund"
    tracking: str = ""
    back: datetime | None = None
    note: str = ""
    dispute: str = ""

    @property
    def order_id(self) -> str:
        return str(_ORDER_IDS + self.number * _STEP)

    @property
    def goods(self) -> Decimal:
        return self.good.price * self.quantity

    @property
    def tax(self) -> Decimal:
        return (self.goods * _TAX).quantize(_CENT)

    @property
    def ordered(self) -> datetime:
        return self.delivered - timedelta(days=4, hours=10)


class Request(NamedTuple):
    good: Good
    quantity: int
    reason: str
    note: str = ""
    kind: str = "Return and refund"


# What is asked for again and again; forty requests go round it.
_REQUESTS = (
    Request(LAMP, 1, "Damaged", "The shade is cracked"),
    Request(TEE, 1, "Item doesn't fit", "too small"),
    Request(BULB, 1, "Damaged", "2 of 4 broken", "Refund only"),
    Request(SHADE, 1, "No longer needed"),
    Request(LAMP, 1, "Defective", "flickers"),
    Request(TEE, 2, "Not as described", "more grey than black"),
    Request(SHADE, 2, "Wrong product", "got white ones"),
    Request(LAMP, 2, "No longer needed"),
)  # fmt: skip
# When they came in: Thursday's must be answered on Monday.
_CAME = (("2026-10-29", 6), ("2026-10-30", 14), ("2026-10-31", 8), ("2026-11-01", 9), ("2026-11-02", 3))
# By their place among the requests: bought too long ago, and so refused; asked for a photo, and so left open.
REFUSED = (11, 19, 35)
ASKED = (12, 28)
# The parcel in which there is nothing.
EMPTY_BOX = "1Z80A40311"
_PARCELS = (
    Request(LAMP, 1, "Defective", "dead on arrival"), Request(TEE, 1, "Item doesn't fit"),
    Request(SHADE, 1, "No longer needed"), Request(LAMP, 2, "Wrong product"), Request(TEE, 2, "Not as described"),
)  # fmt: skip
# Of October: requested and paid back on these days; the third of them never sent anything.
_DONE = (
    (Request(LAMP, 1, "Damaged"), "2026-09-30", "2026-10-09"),
    (Request(SHADE, 1, "Defective"), "2026-10-02", "2026-10-12"),
    (Request(LAMP, 2, "Wrong product"), "2026-09-24", "2026-10-01"),
    (Request(TEE, 2, "No longer needed"), "2026-10-04", "2026-10-14"),
    (Request(BULB, 2, "Not as described"), "2026-10-05", "2026-10-15"),
)
NEVER_SENT, TWICE, FREIGHT = 2, 1, 3
# What was sold in October and kept.
_KEPT = 180


def cases() -> list[Case]:
    return [*_done(), *_parcels(), *_requests()]


def _done() -> Iterator[Case]:
    for number, (asked, day, paid) in enumerate(_DONE):
        requested, back = (datetime.fromisoformat(f"{each}T10:{number * 7:02}:00") for each in (day, paid))
        tracking = "" if number == NEVER_SENT else f"1Z80A4010{number}"
        yield Case(
            number, asked.good, asked.quantity, requested - 6 * _DAY, requested, asked.reason, "Completed", "Completed",
            tracking=tracking, back=back,
        )  # fmt: skip


def _parcels() -> Iterator[Case]:
    for number in range(15):
        asked = _PARCELS[number % len(_PARCELS)]
        requested = datetime.fromisoformat("2026-10-12 09:30") + number * timedelta(hours=17, minutes=13)
        tracking = f"1Z80A403{number:02}"
        empty = tracking == EMPTY_BOX
        yield Case(
            20 + number, asked.good, asked.quantity, requested - 5 * _DAY, requested, asked.reason, "In process",
            "Refund rejected" if empty else "Completed", tracking=tracking, note=asked.note,
            dispute="In progress" if empty else "",
        )  # fmt: skip


def _requests() -> Iterator[Case]:
    days = [datetime.fromisoformat(day) for day, many in _CAME for _ in range(many)]
    for number, day in enumerate(days):
        asked = _REQUESTS[number % len(_REQUESTS)]
        requested = day + timedelta(hours=1 + number % 7, minutes=number * 3 % 60)
        apart = 45 if number in REFUSED else 6 + number % 5
        yield Case(
            50 + number, asked.good, asked.quantity, requested - apart * _DAY, requested, asked.reason, "To process",
            _answered(number, asked), kind=asked.kind, note=asked.note,
        )  # fmt: skip


def _answered(number: int, asked: Request) -> str:
    """Where Monday's decision leads."""
    if number in ASKED:
        return "To process"
    if number in REFUSED:
        return "Refund rejected"
    return "Completed" if asked.kind == "Refund only" else "In process"


def _kept() -> Iterator[Case]:
    goods = (LAMP, TEE, BULB, SHADE, TEE)
    for number in range(_KEPT):
        delivered = datetime.fromisoformat("2026-10-05 11:00") + number * timedelta(hours=3, minutes=7)
        good = goods[number % len(goods)]
        yield Case(100 + number, good, 1 + number % 3 // 2, delivered, delivered, "", "", "")


# --- in the shapes of Seller Center


def _header(shape: str, rows: int = 1) -> list[list[str]]:
    with (_SHAPES / shape).open(encoding="utf-8-sig", newline="") as file:
        return [row for _, row in zip(range(rows), csv.reader(file), strict=False)]


def _written(head: list[list[str]], rows: list[dict[str, str]]) -> bytes:
    """With a BOM, as Seller Center does; a column that a row does not name is empty."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(
        [*head, *([row.get(name, "") for name in head[0]] for row in rows)]
    )
    return text.getvalue().encode("utf-8-sig")


def _usd(amount: Decimal) -> str:
    return f"-${-amount}" if amount < 0 else f"${amount}"


def orders() -> bytes:
    return _written(_header("seller-center-orders-us.csv", 2), [_order(case) for case in [*cases(), *_kept()]])


def _order(case: Case) -> dict[str, str]:
    good, zero = case.good, "$0.00"
    times = {
        "Created Time": case.ordered, "Paid Time": case.ordered, "RTS Time": case.ordered + _DAY,
        "Shipped Time": case.ordered + _DAY, "Delivered Time": case.delivered,
    }  # fmt: skip
    return {
        "Order ID": f"{case.order_id}\t", "Order Status": "Completed", "Normal or Pre-order": "Normal",
        "SKU ID": f"{good.sku_id}\t", "Seller SKU": good.sku, "Product Name": good.title, "Variation": good.variation,
        "Quantity": str(case.quantity), "Sku Quantity of return": "0", "SKU Unit Original Price": _usd(good.price),
        "SKU Subtotal Before Discount": _usd(case.goods), "SKU Platform Discount": zero, "SKU Seller Discount": zero,
        "SKU Subtotal After Discount": _usd(case.goods), "Shipping Fee After Discount": zero,
        "Original Shipping Fee": "$4.99", "Shipping Fee Seller Discount": zero,
        "Shipping Fee Platform Discount": "$4.99", "Payment platform discount": zero,
        "Taxes": _usd(case.tax), "Small Order Fee": zero,
        "Order Amount": _usd(case.goods + case.tax), "Order Refund Amount": zero,
        **{name: f"{at:%m/%d/%Y %I:%M:%S %p}\t" for name, at in times.items()},
        "Fulfillment Type": "Fulfillment by seller", "Buyer Username": _buyer(case), "Recipient": "R*** L",
        "Country": "United States", "State": "California", "City": "Oakland", "Payment Method": "Credit/debit card",
        "Weight(kg)": "0.4", "Product Category": good.category, "Package ID": f"{1151000000000000000 + case.number}\t",
    }  # fmt: skip


def _buyer(case: Case) -> str:
    return f"buyer{300 + case.number}"


def returns(day: str) -> bytes:
    """As exported on `monday` or `tuesday`, the oldest request first."""
    return _written(_header("seller-center-returns.csv"), [_return(case, tuesday=day == "tuesday") for case in cases()])


def _return(case: Case, *, tuesday: bool) -> dict[str, str]:
    good, status = case.good, case.tuesday if tuesday else case.status
    back = (case.back or _PAID_BACK) if status == "Completed" else None
    return {
        "Return Order ID": f"{_RETURN_IDS + case.number * _STEP}\t", "Order ID": f"{case.order_id}\t",
        "Order Amount": _usd(case.goods + case.tax), "Order Status": "Completed", "Payment Method": "Credit/debit card",
        "SKU ID": f"{good.sku_id}\t", "Seller SKU": good.sku, "Product Name": good.title, "SKU Name": good.variation,
        "Buyer Username": _buyer(case), "Return Type": case.kind,
        "Time Requested": f"{case.requested:%d/%m/%Y %H:%M:%S}\t", "Return Reason": case.reason,
        "Return unit price": _usd(case.goods + case.tax), "Return Quantity": str(case.quantity),
        "Return Logistics Tracking ID": f"{case.tracking}\t" if case.tracking else "", "Return Status": status,
        "Refund Time": f"{back:%d/%m/%Y %H:%M:%S}\t" if back else "",
        "Dispute Status": case.dispute if tuesday else "", "Buyer Note": case.note,
    }  # fmt: skip


def settlement() -> bytes:
    """October's: what was sold, and what of it was refunded; one refund twice, one with freight."""
    rows: list[dict[str, str]] = []
    for case in [*cases(), *_kept()]:
        settled = case.delivered + 8 * _DAY
        if settled < datetime.fromisoformat("2026-10-31"):
            total = case.goods + case.tax
            rows.append(_settled(case, settled, total, customer=total))
    for number, case in enumerate(_done()):
        back = (case.back or _PAID_BACK) + 6 * _DAY
        freight = Decimal("-6.20") if number == FREIGHT else Decimal("0.00")
        rows += [_settled(case, back, -case.goods - case.tax, refund=-case.goods, freight=freight)] * (
            2 if number == TWICE else 1
        )
    return _written(_header(_SETTLEMENT), sorted(rows, key=lambda row: row[_SETTLED]))


_SETTLEMENT, _SETTLED = "seller-center-settlement-us.csv", "Order settled time(UTC)"


def _settled(
    case: Case, settled: datetime, total: Decimal, customer: Decimal | None = None, refund: Decimal | None = None,
    freight: Decimal = Decimal("0.00"),
) -> dict[str, str]:  # fmt: skip
    """A sale, less the commission, or a refund."""
    fee = -(total * Decimal("0.06")).quantize(_CENT) if customer else Decimal("0.00")
    amounts = dict.fromkeys(_header(_SETTLEMENT)[0][5:-2], "$0.00")
    sold = {"Total Revenue": total, "Subtotal after seller discounts": total, "Subtotal before discounts": total}
    back = {
        "Total Revenue": refund, "Refund subtotal after seller discounts": refund,
        "Refund subtotal before seller discounts": refund, "Actual return shipping fee": freight,
        "Customer refund": total,
    }  # fmt: skip
    told = (
        sold | {"Total Fees": fee, "TikTok Shop commission fee": fee, "Customer payment": customer}
        if customer
        else back
    )
    return (
        amounts
        | {name: _usd(amount) for name, amount in told.items() if amount is not None}
        | {
            _header(_SETTLEMENT)[0][0]: f"{case.order_id}\t", "Type": "Order",
            "Order created time(UTC)": f"{case.ordered:%Y/%m/%d}", _SETTLED: f"{settled:%Y/%m/%d}", "Currency": "USD",
            "Total settlement amount": _usd(total + fee + freight), "Related order ID": "/",
            "Estimated package weight (g)": "450", "Actual package weight (g)": "455",
        }
    )  # fmt: skip


def scans() -> bytes:
    """The labels of the parcels at the door, in the order in which they lie there."""
    numbers = [case.tracking for case in _parcels()]
    return "".join(f"{number}\n" for number in sorted(numbers, key=lambda number: number[::-1])).encode()


# One grey dot.
_PHOTO = (
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwSExIQEw8QEBD/"
    "yQALCAABAAEBAREA/8wABgAQEAX/2gAIAQEAAD8A0s8g/9k="
)


def files() -> dict[str, bytes]:
    return {
        "orders.csv": orders(), "returns-monday.csv": returns("monday"), "returns-tuesday.csv": returns("tuesday"),
        "income-october.csv": settlement(), "parcels.txt": scans(), "empty-box.jpg": b64decode(_PHOTO),
    }  # fmt: skip


def write() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in files().items():
        (FOLDER / name).write_bytes(content)


if __name__ == "__main__":
    write()
