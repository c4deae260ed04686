"""An order, as people read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from returnctl.domain.order import Order
from returnctl.domain.record import Return
from returnctl.domain.units import free
from returnctl.output.clean import clean
from returnctl.output.forms import money, when, word
from returnctl.output.rows import aligned
from returnctl.output.words import mark, say

ORDERS = (mark("order"), mark("ordered"), mark("market"), mark("account"), mark("goods by line"), mark("total"))
_LINES = (
    mark("line"), mark("SKU"), mark("title"), mark("quantity"), mark("free to return"), mark("net"), mark("tax"),
)  # fmt: skip


def order_json(order: Order) -> str:
    return msgspec.json.format(msgspec.json.encode(order), indent=2).decode() + "\n"


def full(order: Order, returns: tuple[Return, ...], zone: str) -> str:
    head = [
        (say("order"), f"{order.id}  {order.market} {order.account or ''}".strip()),
        (say("buyer"), f"{order.buyer.name} {order.buyer.id}".strip()),
        (say("ordered"), when(order.ordered_at, zone)),
        (say("shipped"), when(order.shipped_at, zone)),
        (say("delivered"), when(order.delivered_at, zone)),
        (say("cancelled"), when(order.cancelled_at, zone)),
        (say("shipping"), money(order.freight.amount, order.currency)),
        (say("paid"), money(order.paid, order.currency)),
        (say("not refundable"), money(order.difference, order.currency) if order.difference > 0 else ""),
    ]
    lines = [
        [x.line, clean(x.sku), clean(x.title), str(x.quantity), str(free(x, returns)), str(x.net), str(x.tax)]
        for x in order.lines
    ]
    listed = [[each.id, word(each.state)] for each in returns]
    parts = [
        aligned([[name, clean(value)] for name, value in head if value]),
        aligned(lines, [say(name) for name in _LINES]),
        aligned(listed, [say("return"), say("state")]) if listed else "",
        say("next: {command}", command=f"returnctl apply {order.id} --item LINE=QTY --reason CODE"),
    ]
    return "\n\n".join(part for part in parts if part)


def cells_of_order(row: Mapping[str, Any], zone: str) -> list[str]:
    from datetime import datetime

    ordered = when(datetime.fromisoformat(row["ordered_at"]), zone)
    goods = ", ".join(f"{line.line}: {line.quantity} × {line.sku}" for line in row["goods"])
    return [
        row["id"],
        ordered,
        row["market"],
        row["account"] or "",
        goods,
        money(row["total"], row["currency"]),
    ]
