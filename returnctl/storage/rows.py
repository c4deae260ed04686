"""Rows of the index from typed documents, and typed answers from rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from returnctl.domain.figures import MONEY, SPANS, Traits, figures_of, sold
from returnctl.domain.order import Order
from returnctl.domain.record import Due, Return
from returnctl.domain.reminders import wakes_at
from returnctl.domain.settlement import Settled
from returnctl.domain.states import Kind, Role, State
from returnctl.storage.changes import OrderRow, Summary
from returnctl.storage.digests import raw
from returnctl.storage.layout import number_of, return_id

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# Bytes of a digest by which rows of settlements are told apart.
_CONTENT = 16

SUMMARY = (
    "number, shelf, type, order_id, reason, due_action, due_by, due, due_then, lapsed, total, currency, updated,"
    " external, owed"
)
ORDER_ROW = "id, account, market, ordered, total, currency, buyer"


def microseconds(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND


def instant(value: int) -> datetime:
    return _EPOCH + value * _MICROSECOND


def return_row(record: Return) -> tuple[object, ...]:
    """Its number, what shelf it stands on, its traits and basket, then the columns of `index.RETURN`."""
    due, external, wake, figures = record.due, record.external, wakes_at(record), figures_of(record)
    appeal = record.dispute and record.dispute.appeal_until
    return (
        number_of(record.id),
        record.order.account,
        record.state,
        traits_text(figures.traits),
        figures.basket,
        record.type,
        record.order.id,
        record.reason.code,
        *((due.action, due.by, microseconds(due.at), due.then) if due else (None, None, None, None)),
        str(record.breakdown.total) if record.breakdown else None,
        record.currency,
        microseconds(record.updated_at),
        record.buyer.id,
        microseconds(record.applied_at),
        external.return_id if external else None,
        sum(owed.status in ("open", "declined") for owed in record.owed),
        microseconds(wake) if wake else None,
        (due and due.lapsed) or None,
        microseconds(appeal) if appeal else None,
        *(getattr(figures, name) for name in (*SPANS, *MONEY)),
    )


def traits_text(traits: Traits) -> str:
    return msgspec.json.encode(traits).decode()


def traits_of(text: str) -> Traits:
    return msgspec.json.decode(text, type=Traits)


def parcels(records: Iterable[Return]) -> Iterator[tuple[int, str]]:
    """The number of the return and the tracking number of each parcel."""
    for record in records:
        number = int(record.id.removeprefix("R-"))
        yield from ((number, parcel.tracking) for parcel in record.parcels if parcel.tracking)


def summary(row: Sequence[Any], shelves: Mapping[int, tuple[str | None, str]]) -> Summary:
    number, shelf, kind, order, reason, action, by, at, then, lapsed, total, currency, updated, *rest = row
    external, owed = rest
    account, state = shelves[shelf]
    return Summary(
        id=return_id(number),
        state=State(state),
        type=Kind(kind),
        order=order,
        account=account,
        reason=reason,
        due=Due(action, Role(by), instant(at), then, bool(lapsed)) if action else None,
        total=Decimal(total) if total is not None else None,
        currency=currency,
        updated=instant(updated),
        external=external,
        owed=owed,
    )


def batch_rows(batch: int, orders: Iterable[Order], lines: Iterable[bytes]) -> list[tuple[object, ...]]:
    """The rows of a batch's orders, whose lines stand in it one after the other."""
    start, found = 0, []
    for order, line in zip(orders, lines, strict=True):
        found.append(_order_row(order, (batch, start, len(line), raw(line))))
        start += len(line)
    return found


def settled_rows(batch: int, settled: Iterable[Settled], lines: Iterable[bytes]) -> Iterator[tuple[object, ...]]:
    """The rows of a batch's settlements, whose lines stand in it one after the other."""
    start = 0
    for row, line in zip(settled, lines, strict=True):
        at = microseconds(row.settled_at)
        yield content_key(row), row.nth, row.order, row.account, at, batch, start, len(line), raw(line)
        start += len(line)


def content_key(row: Settled) -> bytes:
    """What a row says, short enough for an index."""
    return raw(row.content.encode())[:_CONTENT]


def _order_row(order: Order, place: tuple[int, int, int, bytes]) -> tuple[object, ...]:
    """`place` is its batch, where its line starts there, how long it is, and its digest."""
    total = sum((line.net + line.tax for line in order.lines), order.shipping.net + order.shipping.tax)
    return (
        order.id, *place, order.account, order.market, microseconds(order.ordered_at), str(total), order.currency,
        order.buyer.id, sold(order),
    )  # fmt: skip


def order_summary(row: Sequence[Any]) -> OrderRow:
    order, account, market, ordered, total, currency, buyer = row
    return OrderRow(
        id=order,
        account=account,
        market=market,
        ordered_at=instant(ordered),
        total=Decimal(total),
        currency=currency,
        buyer=buyer,
    )
