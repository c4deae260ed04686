"""What a platform reports of a return, whatever form it came in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from returnctl.domain.external import Told
from returnctl.domain.order import Order
from returnctl.domain.states import Kind


class Piece(Struct, frozen=True):
    """Goods of one row: the platform's ids of the order's line and of the SKU, the seller's own, how many units."""

    units: int = 1
    line: str = ""
    sku_id: str = ""
    seller_sku: str = ""


class Report(Struct, frozen=True, kw_only=True):
    """One return, as one row or object of a file tells it; several rows of a return are one report.

    `reasons` are what the buyer's reason is called, the surest first; `beside` is what is only written down with it.
    """

    platform: str
    source: Literal["api", "export"]
    return_id: str
    order: str
    currency: str | None = None
    kind: Kind | None = None
    reasons: tuple[str, ...] = ()
    note: str = ""
    applied_at: datetime | None = None
    pieces: tuple[Piece, ...] = ()
    carrier: str | None = None
    tracking: str | None = None
    beside: Mapping[str, Any] = {}
    told: Told


def units_of(report: Report, order: Order) -> dict[str, int] | None:
    """The units by line of the order; None where a piece is of no line.

    Of several lines with one SKU each is filled before the next, and what is beyond them all stands with the last. An
    order of a single line leaves no doubt.
    """
    units: dict[str, int] = {}
    for piece in report.pieces:
        lines = list(_lines(piece, order))
        if not lines:
            return None
        left = piece.units
        for number, bought in lines:
            taken = left if number == lines[-1][0] else min(left, max(0, bought - units.get(number, 0)))
            left -= taken
            if taken:
                units[number] = units.get(number, 0) + taken
    return units


def _lines(piece: Piece, order: Order) -> Iterator[tuple[str, int]]:
    named = [line for line in order.lines if piece.line and line.line == piece.line]
    skus = [x for x in (piece.seller_sku, piece.sku_id) if x]
    found = named or next((same for sku in skus if (same := [x for x in order.lines if x.sku == sku])), [])
    found = found or (list(order.lines) if len(order.lines) == 1 else [])
    return ((line.line, line.quantity) for line in found)
