"""A policy as schema.org's `MerchantReturnPolicy`, which search engines read; only what schema.org 30 has words for.

What it cannot say is left out rather than bent: where it must say less than the policy, it never promises more.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from returnctl.domain.markets import MARKETS
from returnctl.domain.policy import Amounts, Fee, Freight, Terms, Window
from returnctl.domain.publication import Promise, Special
from returnctl.domain.states import Fault, Kind
from returnctl.domain.terms import in_currency
from returnctl.output.page.reader import Reader

Node = dict[str, Any]
_SCHEMA = "https://schema.org"
_REFUNDS = {"original_payment": "FullRefund", "store_credit": "StoreCreditRefund"}
# The beginnings of the names of what is told by cause; without one it holds for any.
_PREFIXES = {Fault.BUYER: "customerRemorse", Fault.SELLER: "itemDefect"}


def jsonld(promise: Promise, language: str) -> str:
    """Raises NoAmountInCurrency."""
    encoded = msgspec.json.Encoder(decimal_format="number").encode(document(promise, language))
    return msgspec.json.format(encoded, indent=2).decode()


def document(promise: Promise, language: str) -> Node:
    terms = promise.plain.terms
    title = Reader(language, promise.currency).own(promise.policy.body.get("title", {}))
    country = (terms.return_address or {}).get("country")
    return {
        "@context": _SCHEMA,
        "@type": "MerchantReturnPolicy",
        **({"name": title.text} if title else {}),
        "applicableCountry": MARKETS[promise.market].country,
        **({"returnPolicyCountry": country} if country else {}),
        **_window(terms.return_window),
        **_methods(terms),
        **_refunds(terms),
        **_condition(terms),
        **_costs(promise),
        **_restocking(terms.restocking_fee, promise.currency),
        **_seasons(promise),
    }


def _one_or_all(values: list[Any]) -> Any:  # noqa: ANN401 - JSON
    return values[0] if len(values) == 1 else values


def _name(word: str) -> str:
    return f"{_SCHEMA}/{word}"


def _window(window: Window) -> Node:
    """Its days are those from delivery, without working days: of them so many last at least as long."""
    if window.none:
        return {"returnPolicyCategory": _name("MerchantReturnNotPermitted")}
    if window.unlimited:
        return {"returnPolicyCategory": _name("MerchantReturnUnlimitedWindow")}
    if window.until is None and window.starts != "delivered":
        return {"returnPolicyCategory": _name("MerchantReturnUnspecified")}
    length: int | date | None = window.until or window.days
    return {"returnPolicyCategory": _name("MerchantReturnFiniteReturnWindow"), "merchantReturnDays": length}


def _methods(terms: Terms) -> Node:
    back = any(kind is not Kind.REFUND_ONLY for kind in terms.types)
    return {"returnMethod": _name("ReturnByMail" if back else "KeepProduct")}


def _refunds(terms: Terms) -> Node:
    money = any(kind is not Kind.REPLACEMENT for kind in terms.types)
    found = [_REFUNDS[way] for way in terms.refund.methods] if money else []
    found += ["ExchangeRefund"] if Kind.REPLACEMENT in terms.types else []
    return {"refundType": _one_or_all([_name(word) for word in found])}


def _condition(terms: Terms) -> Node:
    """Only of goods that must be unused is it certain."""
    return {"itemCondition": _name("NewCondition")} if "unused" in terms.conditions else {}


# --- costs


def _costs(promise: Promise) -> Node:
    """By cause; and for any cause what is the same for all."""
    nodes = {fault: _way_back(rules.terms, fault, promise.currency) for fault, rules in promise.by_fault.items()}
    told = {
        f"{prefix}{key}": value
        for fault, prefix in _PREFIXES.items()
        if fault in nodes
        for key, value in nodes[fault].items()
    }
    first = nodes[Fault.BUYER]
    if all(node == first for node in nodes.values()):
        told |= {key[:1].lower() + key[1:]: value for key, value in first.items()}
    return told


def _way_back(terms: Terms, fault: Fault, currency: str) -> Node:
    freight, fee = terms.return_shipping[fault], terms.restocking_fee
    charged = [_name("RestockingFees")] if not fee.none and fault in fee.charged_for else []
    fees = _freight(freight) or ([] if charged else [_name("FreeReturn")])
    node: Node = {"ReturnFees": _one_or_all([*fees, *charged])}
    if freight.paid_by == "buyer" and freight.deduct is not None:
        node["ReturnShippingFeesAmount"] = _money(freight.deduct, currency, f"return_shipping/{fault}/deduct")
    elif freight.paid_by == "buyer":
        node["ReturnLabelSource"] = _name("ReturnLabelCustomerResponsibility")
    return node


def _freight(freight: Freight) -> list[str]:
    if freight.paid_by == "seller":
        return []
    return [_name("ReturnFeesCustomerResponsibility" if freight.deduct is None else "ReturnShippingFees")]


def _restocking(fee: Fee, currency: str) -> Node:
    """A percentage is told without its most: it has no word there."""
    if fee.none or not fee.charged_for:
        return {}
    if fee.flat is not None:
        return {"restockingFee": _money(fee.flat, currency, "restocking_fee/flat")}
    return {"restockingFee": fee.percent or Decimal(0)}


def _money(amounts: Amounts, currency: str, key: str) -> Node:
    return {"@type": "MonetaryAmount", "value": in_currency(amounts, currency, key), "currency": currency}


# --- seasons


def _seasons(promise: Promise) -> Node:
    found = [season for season in (_season(each, promise.currency) for each in promise.seasons) if season]
    return {"returnPolicySeasonalOverride": _one_or_all(found)} if found else {}


def _season(special: Special, currency: str) -> Node | None:
    """Of what it changes that which has a word there."""
    terms, span = special.rules.terms, special.override["when"]["ordered"]
    changes = {
        "return_window": lambda: _window(terms.return_window),
        "types": lambda: _methods(terms) | _refunds(terms),
        "refund": lambda: _refunds(terms),
        "restocking_fee": lambda: _restocking(terms.restocking_fee, currency),
    }
    told: Node = {}
    for key in special.keys:
        told |= changes[key]() if key in changes else {}
    if not told:
        return None
    dates = {name: span[key] for key, name in (("from", "startDate"), ("until", "endDate")) if key in span}
    return {"@type": "MerchantReturnPolicySeasonalOverride", **dates, **told}
