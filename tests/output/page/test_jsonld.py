"""The data for search engines: every document against schema.org's own words, and each term against its word."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.output.page.pages import ROOT, Outline, a_paper, markets, paper_of

WORDS = json.loads((ROOT / "tests/data/schemaorg-30.json").read_text("utf-8"))
CASES: dict[str, list[dict[str, Any]]] = yaml.safe_load((ROOT / "tests/cases/pages.yaml").read_text("utf-8"))
SCHEMA = "https://schema.org/"


def is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False


def fits(value: Any, kind: str) -> bool:
    """Whether a JSON value is one that schema.org expects under this name."""
    if kind in WORDS["enumerations"]:
        return isinstance(value, str) and value in {SCHEMA + word for word in WORDS["enumerations"][kind]}
    if kind in WORDS["types"]:
        return isinstance(value, dict) and value["@type"] == kind
    number = isinstance(value, int | float) and not isinstance(value, bool)
    told = {"Text": isinstance(value, str), "Number": number, "Integer": number and isinstance(value, int)}
    return told.get(kind, False) or (kind == "Date" and is_date(value))


def faults(node: dict[str, Any]) -> Iterator[str]:
    """All that the vocabulary does not know, in a node and those within it."""
    known = WORDS["types"][node["@type"]]
    for name, value in node.items():
        if name.startswith("@"):
            continue
        for each in value if isinstance(value, list) else [value]:
            if not any(fits(each, kind) for kind in known.get(name, ())):
                yield f"{node['@type']}.{name}: {each!r}"
            if isinstance(each, dict):
                yield from faults(each)


def written(market: str = "US", **body: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(a_paper(market, **body).written("en", "jsonld"))
    return document


def test_the_check_finds_what_is_wrong() -> None:
    wrong = {
        "@type": "MerchantReturnPolicy", "returnFees": SCHEMA + "FreeReturns", "merchantReturnDays": "30", "windows": 3,
        "restockingFee": {"@type": "MonetaryAmount", "value": 5, "amount": "5"},
    }  # fmt: skip
    assert len(list(faults(wrong))) == 4


@pytest.mark.parametrize(("file", "market"), markets(), ids=lambda x: getattr(x, "stem", x))
def test_the_documents_of_policies_are_of_the_vocabulary(file: Path, market: str) -> None:
    document = json.loads(paper_of(file, market).written("en", "jsonld"))
    assert document["@context"] == SCHEMA.rstrip("/")
    assert list(faults(document)) == []
    assert {"applicableCountry", "returnPolicyCategory"} <= set(document)


@pytest.mark.parametrize("case", CASES["said"], ids=lambda case: case["en"])
def test_so_are_those_of_every_term(case: dict[str, Any]) -> None:
    assert list(faults(written(**case["policy"]))) == []


@pytest.mark.parametrize("case", CASES["set"], ids=lambda case: case["en"])
def test_so_are_those_of_every_season(case: dict[str, Any]) -> None:
    span = {"from": "2026-11-20", "until": "2026-12-24"}
    document = written(overrides=[{"name": "one", "when": {"ordered": span}, "set": case["set"]}])
    assert list(faults(document)) == []


def test_the_html_holds_it() -> None:
    paper = paper_of(ROOT / "tests/examples/full.yaml", "DE")
    assert json.loads(Outline(paper.written("en", "html")).data) == json.loads(paper.written("en", "jsonld"))


SAYS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"applicableCountry": "US", "merchantReturnDays": 30}),
    ({}, {"returnPolicyCategory": "MerchantReturnFiniteReturnWindow"}),
    ({"return_window": {"until": "2027-01-31"}}, {"merchantReturnDays": "2027-01-31"}),
    ({"return_window": {"days": 7, "count": "working_days"}}, {"merchantReturnDays": 7}),
    ({"return_window": "unlimited"},
     {"returnPolicyCategory": "MerchantReturnUnlimitedWindow", "merchantReturnDays": None}),
    ({"return_window": "none"}, {"returnPolicyCategory": "MerchantReturnNotPermitted", "merchantReturnDays": None}),
    ({"return_window": {"days": 30, "starts": "ordered"}},
     {"returnPolicyCategory": "MerchantReturnUnspecified", "merchantReturnDays": None}),
    ({"return_address": {"name": "x", "lines": ["y"], "country": "DE"}}, {"returnPolicyCountry": "DE"}),
    ({}, {"refundType": ["FullRefund", "ExchangeRefund"], "returnMethod": "ReturnByMail"}),
    ({"types": ["refund_only"], "refund": {"methods": ["store_credit"]}},
     {"refundType": "StoreCreditRefund", "returnMethod": "KeepProduct"}),
    ({"types": ["replacement"]}, {"refundType": "ExchangeRefund"}),
    ({"conditions": ["unused"]}, {"itemCondition": "NewCondition"}),
    ({"conditions": ["undamaged"]}, {"itemCondition": None}),
    ({}, {"customerRemorseReturnFees": "ReturnFeesCustomerResponsibility", "itemDefectReturnFees": "FreeReturn",
          "customerRemorseReturnLabelSource": "ReturnLabelCustomerResponsibility", "returnFees": None}),
    ({"return_shipping": {"buyer": {"paid_by": "seller"}}},
     {"customerRemorseReturnFees": "FreeReturn", "itemDefectReturnFees": "FreeReturn", "returnFees": "FreeReturn"}),
    ({"return_shipping": {"buyer": {"paid_by": "buyer", "deduct": {"USD": "4.99"}}}},
     {"customerRemorseReturnFees": "ReturnShippingFees", "customerRemorseReturnShippingFeesAmount": 4.99}),
    ({"return_shipping": {"seller": {"paid_by": "buyer", "deduct": {"USD": "3"}}}},
     {"itemDefectReturnFees": "ReturnShippingFees", "itemDefectReturnShippingFeesAmount": 3}),
    ({"restocking_fee": {"percent": "12.5", "max": {"USD": "15"}}},
     {"restockingFee": 12.5, "customerRemorseReturnFees": ["ReturnFeesCustomerResponsibility", "RestockingFees"]}),
    ({"restocking_fee": {"flat": {"USD": "5.00"}, "charged_for": ["seller"]}},
     {"restockingFee": 5, "itemDefectReturnFees": "RestockingFees"}),
    ({}, {"restockingFee": None, "returnPolicySeasonalOverride": None}),
]  # fmt: skip


def short(value: Any) -> Any:
    if isinstance(value, list):
        return [short(each) for each in value]
    if isinstance(value, dict):
        assert value["currency"] == "USD"
        return value["value"]
    return value.removeprefix(SCHEMA) if isinstance(value, str) else value


@pytest.mark.parametrize(("body", "says"), SAYS)
def test_each_term_has_its_word(body: dict[str, Any], says: dict[str, Any]) -> None:
    document = written(**body)
    assert {name: short(document.get(name)) for name in says} == says


def test_a_season_is_told_with_its_days() -> None:
    document = json.loads(paper_of(ROOT / "tests/examples/full.yaml", "US").written("en", "jsonld"))
    assert document["returnPolicySeasonalOverride"] == {
        "@type": "MerchantReturnPolicySeasonalOverride",
        "startDate": "2026-11-20",
        "endDate": "2026-12-24",
        "returnPolicyCategory": "https://schema.org/MerchantReturnFiniteReturnWindow",
        "merchantReturnDays": "2027-01-31",
    }


def test_amounts_are_exact() -> None:
    deduct = {"buyer": {"paid_by": "buyer", "deduct": {"USD": "0.10"}}}
    assert '"value": 0.10' in a_paper(return_shipping=deduct).written("en", "jsonld")
