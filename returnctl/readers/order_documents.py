"""The document of an order, `order/v1`: just its keys, of just their types."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache, partial
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import NODEFAULT
from msgspec.structs import fields

from returnctl.domain import money
from returnctl.domain.order import Buyer, Document, Order, OrderLine, Payment, Shipping
from returnctl.errors import BadRow, BadValue
from returnctl.readers.dates import YEARS
from returnctl.readers.fields import MOST_UNITS, name, order_id, units, words
from returnctl.readers.intake import bad, placed

if TYPE_CHECKING:
    from decimal import Decimal

Read = Callable[[Any], Any]
D = TypeVar("D", bound=Document)

FORMAT = "order/v1"
# What is left out is 0, in the currency's digits.
_ZEROS: dict[str, Any] = {"net": "0", "tax": "0", "shipping": {}}
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def read_order(document: object) -> Order:
    """Raises BadRow, its column a path such as `lines[0].net`."""
    currency = _struct(document).get("currency")
    order = _read(document, Order, _fields(currency if isinstance(currency, str) else ""))
    if not order.lines:
        raise bad("no_lines", column="lines")
    _distinct([line.line for line in order.lines], "lines")
    _distinct([payment.id for payment in order.payments], "payments")
    return order


@cache
def _fields(currency: str) -> dict[str, Read]:
    """The keys of an order and how each is read; the amounts follow its currency."""
    amount = partial(_amount, currency=currency)
    line: dict[str, Read] = {
        "line": _text(name), "sku": _text(name), "title": _text(words), "category": _text(words),
        "quantity": _quantity, "net": amount, "tax": amount,
    }  # fmt: skip
    buyer: dict[str, Read] = {
        "id": _text(name),
        "name": _text(words),
        "language": _code("[A-Za-z0-9-]{2,35}", "en"),
    }
    shipping: dict[str, Read] = {"net": amount, "tax": amount}
    payment: dict[str, Read] = {"id": _text(name), "method": _text(words), "amount": amount}
    return {
        "returnctl": _format, "id": _text(order_id), "platform": _text(name), "account": _text(name),
        "market": _code("[A-Z]{2}", "US"), "currency": _code("[A-Z]{3}", "USD"),
        "buyer": partial(_read, kind=Buyer, known=buyer),
        "ordered_at": _instant, "shipped_at": _instant, "delivered_at": _instant, "cancelled_at": _instant,
        "lines": partial(_read_all, kind=OrderLine, known=line),
        "shipping": partial(_read, kind=Shipping, known=shipping),
        "payments": partial(_read_all, kind=Payment, known=payment),
    }  # fmt: skip


@cache
def _defaults(kind: type[Document]) -> dict[str, Any]:
    return {field.name: field.default for field in fields(kind)}


def _read(document: object, kind: type[D], known: Mapping[str, Read]) -> D:
    given = _struct(document)
    defaults = _defaults(kind)
    for key in given:
        if key not in known:
            raise _unknown(key, known)
    for key, default in defaults.items():
        if default is NODEFAULT and key not in given:
            raise bad("missing", column=key)
    # What another program has no value for it may write as null.
    told = {key: item for key, item in given.items() if item is not None or defaults[key] is not None}
    zeros = {key: zero for key, zero in _ZEROS.items() if key in known and key not in told}
    return kind(**{key: _at(key, known[key], item) for key, item in {**told, **zeros}.items()})


def _read_all(documents: object, kind: type[D], known: Mapping[str, Read]) -> tuple[D, ...]:
    if not isinstance(documents, list):
        raise bad("not_a_list", documents)
    read = partial(_read, kind=kind, known=known)
    return tuple(_at(f"[{place}]", read, document) for place, document in enumerate(documents))


def _at(place: str, read: Read, item: object) -> Any:  # noqa: ANN401 - what `read` gives
    try:
        return read(item)
    except BadRow as problem:
        inner = str(problem.facts.get("column", ""))
        joint = "." if inner and not inner.startswith("[") else ""
        raise placed(problem, column=f"{place}{joint}{inner}") from None


def _unknown(key: str, known: Mapping[str, Read]) -> BadRow:
    from difflib import get_close_matches

    near = get_close_matches(key, known, 1)
    return bad("misspelled_key", key, column=key, near=near[0]) if near else bad("unknown_key", key, column=key)


def _struct(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise bad("not_an_object", value)
    return value


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise bad("not_text", value)
    return value


def _text(rule: Callable[[str], str]) -> Read:
    return lambda value: rule(_string(value))


def _code(form: str, example: str) -> Read:
    """A word of a closed form, such as a country's or a currency's code."""

    def read(value: object) -> str:
        text = _string(value)
        if not re.fullmatch(form, text):
            raise bad("bad_code", text, example=example)
        return text

    return read


def _format(value: object) -> str:
    if value != FORMAT:
        raise bad("unknown_format", value, known=FORMAT)
    return FORMAT


def _quantity(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise bad("bad_quantity", value, limit=MOST_UNITS)
    return units(value)


def _amount(value: object, currency: str) -> Decimal:
    if not isinstance(value, str):
        raise bad("amount_not_text", value)
    try:
        return money.parse(value, currency)
    except BadValue as problem:
        raise bad("not_a_plain_amount", value, example=problem.facts["example"], currency=currency) from None


def _instant(value: object) -> datetime:
    """RFC 3339 with an offset."""
    text = _string(value)
    if _INSTANT.fullmatch(text) and int(text[:4]) in YEARS:
        try:
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
        except ValueError:
            pass
    raise bad("bad_instant", text)


def _distinct(ids: list[str], column: str) -> None:
    double = next((word for word in ids if ids.count(word) > 1), None) if len(set(ids)) < len(ids) else None
    if double:
        raise bad("doubled_id", double, column=column)
