"""Typed documents and their bytes: returns and pinned policies indented for people, the lines of batches not."""

from __future__ import annotations

from contextlib import suppress
from typing import TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from returnctl.domain.order import Buyer, Document, Order
from returnctl.domain.policy import Pinned
from returnctl.domain.record import Return
from returnctl.domain.settlement import Settled
from returnctl.errors import Damaged, Failure, NewerFormat
from returnctl.storage.digests import digest
from returnctl.storage.layout import shown

T = TypeVar("T", Return, Order, Pinned, Settled)

FORMATS: dict[type[Document], str] = {
    Return: "return/v1", Order: "order/v1", Pinned: "pinned-policy/v1", Settled: "settlement/v1",
}  # fmt: skip


_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError)


class _Format(Struct):
    returnctl: str


def encode_return(record: Return) -> bytes:
    return _indented(record)


def encode_pinned(pinned: Pinned) -> bytes:
    """Days are sorted, so that one policy always has one digest."""
    calendars = {
        country: replace(days, holidays=tuple(sorted(days.holidays)), workdays=tuple(sorted(days.workdays)))
        for country, days in sorted(pinned.calendars.items())
    }
    return _indented(replace(pinned, calendars=calendars))


def encode_order(order: Order) -> bytes:
    """A line of a batch, with its end."""
    return msgspec.json.encode(order) + b"\n"


def encode_settled(row: Settled) -> bytes:
    """A line of a batch, with its end."""
    return msgspec.json.encode(row) + b"\n"


def pinned_digest(pinned: Pinned) -> str:
    return digest(encode_pinned(pinned))


def order_digest(order: Order) -> str:
    """The digest of an order without its buyer, so that it outlives anonymizing."""
    return digest(msgspec.json.encode(replace(order, buyer=Buyer(id=""))))


def decode(data: bytes, path: str, kind: type[T]) -> T:
    """Raises NewerFormat for a document of a later returnctl, Damaged for what is no such document."""
    document: T | None = None
    with suppress(*_UNREADABLE):
        document = msgspec.json.decode(data, type=kind)
    if document is None or document.returnctl != FORMATS[kind]:
        raise _why_not(data, path, FORMATS[kind])
    return document


def _why_not(data: bytes, path: str, known: str) -> Failure:
    """A later format may hold anything, so it is told before what its types are not."""
    with suppress(*_UNREADABLE):
        told = msgspec.json.decode(data, type=_Format).returnctl
        if told != known and told.partition("/")[0] == known.partition("/")[0]:
            return NewerFormat(path=shown(path), format=told)
    return Damaged(path=shown(path), why="not_readable")


def _indented(document: Document) -> bytes:
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
