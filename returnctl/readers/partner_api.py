"""Returns as the Partner API's search gives them: `return_orders[]` of a response, pages of it, or one object.

Keys that are not known are passed over, since the API grows; what is known must be of its type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import PurePath
from typing import Any, TypeVar

from returnctl.domain import money, tiktok
from returnctl.domain.external import Seen, Told
from returnctl.domain.report import Piece, Report
from returnctl.errors import BadRow, BadValue
from returnctl.readers.dates import YEARS
from returnctl.readers.fields import LONGEST_TEXT, name, order_id
from returnctl.readers.intake import FoundReport, Habits, bad, placed

T = TypeVar("T")

_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,6})?")
_PARTS = (
    "refund_subtotal", "refund_shipping_fee", "refund_tax", "retail_delivery_fee", "buyer_service_fee",
)  # fmt: skip
_SECONDS = re.compile("[0-9]{9,11}")


def is_response(document: object) -> bool:
    """Also an answer without returns, such as one that tells of an error."""
    return returns_in(document) is not None or (isinstance(document, dict) and "code" in document)


def returns_in(document: object) -> list[Any] | None:
    """The returns of a response, wrapped in `data` or not, or the one that it is; None where it is none."""
    if not isinstance(document, dict):
        return None
    inner = document.get("data")
    for held in (document, inner if isinstance(inner, dict) else {}):
        if "return_orders" in held:
            listed = held["return_orders"]
            return listed if isinstance(listed, list) else [] if listed is None else [listed]
        if "return_id" in held:
            return [held]
        if held.get("total_count") == 0:
            return []
    return None


def read_responses(documents: Iterator[tuple[int, Any]], file: str, habits: Habits) -> Iterator[FoundReport | BadRow]:
    """Each return, with its place among all of the file, from 1; what is none, with its row."""
    number = 0
    for row, document in documents:
        found = returns_in(document)
        if isinstance(document, BadRow):
            yield document
        elif found is None:
            yield placed(_no_returns(document), file=file, row=row, column="")
        for told in found or ():
            number += 1
            yield _found(told, file, number, habits)


def _no_returns(document: object) -> BadRow:
    code, said = (document.get("code"), document.get("message")) if isinstance(document, dict) else (None, None)
    return bad("api_error", f"{code}: {said}") if code else bad("not_a_return")


def _found(told: object, file: str, row: int, habits: Habits) -> FoundReport | BadRow:
    try:
        return FoundReport(file, row, read_return(told, Seen(PurePath(file).name, row), habits))
    except BadRow as problem:
        return placed(problem, file=file, row=row, column=problem.facts.get("column", ""))


def read_return(document: object, seen: Seen, habits: Habits) -> Report:
    """Raises BadRow, its column the key."""
    if not isinstance(document, dict):
        raise bad("not_an_object", document)
    given = _Given(document)
    paid = given.of("refund_amount", _object) or {}
    currency = _Given(paid).of("currency", _text) or habits.currency
    tracking = given.of("return_tracking_number", _text) or None
    reasons = (given.of("return_reason", _text), given.of("return_reason_text", _text))
    return Report(
        platform=tiktok.NAME,
        source="api",
        return_id=given.needed("return_id", _id),
        order=given.needed("order_id", _id),
        currency=currency,
        kind=tiktok.kind(given.of("return_type", _text) or ""),
        reasons=tuple(filter(None, reasons)),
        applied_at=given.of("create_time", _instant),
        pieces=given.each("return_line_items", _piece),
        carrier=given.of("return_provider_name", _text),
        tracking=tracking,
        beside=_beside(document),
        told=_told(given, _Given(paid), currency, seen, sent=bool(tracking), latest=habits.latest),
    )


def _told(given: _Given, paid: _Given, currency: str, seen: Seen, *, sent: bool, latest: datetime | None) -> Told:
    asks = given.each("seller_next_action_response", _ask)
    deadlines = (deadline for _, deadline in asks if deadline)
    total = paid.of("refund_total", _text)
    return Told(
        at=given.needed("update_time" if given.has("update_time") else "create_time", partial(_past, latest=latest)),
        exact=True,
        status=given.needed("return_status", lambda value: name(_string(value))),
        reason=given.of("return_reason", _text),
        dispute=given.of("arbitration_status", _text),
        refund=None if total is None else _at("refund_amount.refund_total", lambda x: _amount(x, currency), total),
        asks=tuple(action for action, _ in asks if action),
        deadline=min(deadlines, default=None),
        sent=sent,
        keeps=bool(given.of("can_buyer_keep_item", _flag)),
        previous=given.of("pre_return_id", _id),
        next=given.of("next_return_id", _id),
        seen=seen,
    )


def _beside(document: dict[str, Any]) -> dict[str, Any]:
    """What nothing is decided by: it is kept as it is, and what cannot be is left out. No address is among it."""
    role, offered, amounts = (document.get(key) for key in ("role", "partial_refund", "refund_amount"))
    known = {key: amounts.get(key) for key in _PARTS} if isinstance(amounts, dict) else {}
    parts = {key: part for key, part in known.items() if _is_sum(part)}
    offer = offered.get("amount") if isinstance(offered, dict) else None
    role = role[:LONGEST_TEXT].replace("\0", "") if isinstance(role, str) else None
    facts = {"role": role, "partial_refund": offer if _is_sum(offer) else None, "refund_parts": parts}
    return {name: value for name, value in facts.items() if value}


def _is_sum(value: object) -> bool:
    """An amount that is more than none."""
    return isinstance(value, str) and bool(_AMOUNT.fullmatch(value)) and any(digit in "123456789" for digit in value)


def _ask(document: object) -> tuple[str | None, datetime | None]:
    given = _Given(_object(document))
    return given.of("action", _text), given.of("deadline", _instant)


def _piece(document: object) -> Piece:
    """A line item is a unit: it has no quantity."""
    given = _Given(_object(document))
    line, sku_id, seller_sku = (given.of(key, _text) or "" for key in ("order_line_item_id", "sku_id", "seller_sku"))
    return Piece(1, line, sku_id, seller_sku)


class _Given:
    """The keys of an object. What is null, empty, or 0 where an id is wanted, is not there."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def has(self, key: str) -> bool:
        return self._document.get(key) not in (None, "", 0, "0")

    def of(self, key: str, read: Callable[[Any], T]) -> T | None:
        return _at(key, read, self._document[key]) if self.has(key) else None

    def each(self, key: str, read: Callable[[Any], T]) -> tuple[T, ...]:
        listed = self.of(key, _list) or []
        return tuple(_at(f"{key}[{place}]", read, item) for place, item in enumerate(listed))

    def needed(self, key: str, read: Callable[[Any], T]) -> T:
        if not self.has(key):
            raise bad("missing", column=key)
        return _at(key, read, self._document[key])


def _at(key: str, read: Callable[[Any], T], value: object) -> T:
    try:
        return read(value)
    except BadRow as problem:
        inner = str(problem.facts.get("column", ""))
        raise placed(problem, column=f"{key}.{inner}" if inner else key) from None


def _string(value: object) -> str:
    """Ids are text; a program may have made numbers of them, which are the same as long as they are whole."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise bad("not_text", value)
    return str(value).strip()


def _text(value: object) -> str:
    return _string(value)[:LONGEST_TEXT].replace("\0", "")


def _id(value: object) -> str:
    return order_id(_string(value))


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise bad("not_an_object", value)
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise bad("not_a_list", value)
    return value


def _flag(value: object) -> bool:
    return value is True or str(value).casefold() == "true"


def _instant(value: object) -> datetime:
    """Unix seconds."""
    text = _string(value)
    if _SECONDS.fullmatch(text):
        instant = datetime.fromtimestamp(int(text), UTC)
        if instant.year in YEARS:
            return instant
    raise bad("bad_seconds", text)


def _past(value: object, latest: datetime | None) -> datetime:
    """A report of the future would stand against all that comes until then."""
    instant = _instant(value)
    if latest and instant > latest:
        raise bad("future_seconds", _string(value))
    return instant


def _amount(value: str, currency: str) -> Decimal:
    """With more digits than the currency has only where they are zeros."""
    if not _AMOUNT.fullmatch(value):
        raise bad("not_an_amount", value, currency=currency)
    try:
        whole = value.rstrip("0").rstrip(".") if "." in value else value
        return money.parse(whole, currency)
    except BadValue:
        raise bad("not_an_amount", value, currency=currency) from None
