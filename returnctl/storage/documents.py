"""Typed documents and their bytes: returns and pinned policies indented for people, orders one a line."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from returnctl.domain.order import Buyer, Document, Order
from returnctl.domain.policy import Pinned
from returnctl.domain.record import Return
from returnctl.errors import Damaged, NewerFormat
from returnctl.storage.digests import digest
from returnctl.storage.layout import shown

T = TypeVar("T", bound=Document)

FORMATS: dict[type[Document], str] = {Return: "return/v1", Order: "order/v1", Pinned: "pinned-policy/v1"}


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


def pinned_digest(pinned: Pinned) -> str:
    return digest(encode_pinned(pinned))


def order_digest(order: Order) -> str:
    """The digest of an order without its buyer, so that it outlives anonymizing."""
    return digest(msgspec.json.encode(replace(order, buyer=Buyer(id=""))))


def decode(data: bytes, path: str, kind: type[T]) -> T:
    """Raises NewerFormat for a document of a later returnctl, Damaged for what is no such document."""
    try:
        _check_format(msgspec.json.decode(data, type=_Format).returnctl, path, FORMATS[kind])
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise Damaged(path=shown(path), why="not_readable") from None


def _check_format(told: str, path: str, known: str) -> None:
    if told == known:
        return
    if told.partition("/")[0] == known.partition("/")[0]:
        raise NewerFormat(path=shown(path), format=told)
    raise Damaged(path=shown(path), why="not_readable")


def _indented(document: Document) -> bytes:
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
