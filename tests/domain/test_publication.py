"""What holds in a market: plain, by cause, and where overrides make something else of it."""

from __future__ import annotations

from typing import Any

import pytest

from returnctl.domain.publication import Promise, promise
from returnctl.domain.states import Fault
from tests.builders import a_policy


def an_override(name: str, when: dict[str, Any], **values: Any) -> dict[str, Any]:
    more: dict[str, Any] = {key: values.pop(key) for key in ("because", "extend_only") if key in values}
    return {"name": name, "when": when, "set": values} | more


def promised(*overrides: dict[str, Any], market: str = "US", **body: Any) -> Promise:
    return promise(a_policy(markets=["US", "DE"], overrides=list(overrides), **body), market)


GERMAN = an_override("german", {"markets": ["DE"]}, restocking_fee="none", because="the law")
FAULTY = an_override("faulty", {"faults": ["seller"]}, return_window={"days": 90})
FEE: dict[str, Any] = {"restocking_fee": {"percent": 10}}


def test_what_is_about_the_market_alone_is_plain_there() -> None:
    here, there = promised(GERMAN, **FEE), promised(GERMAN, market="DE", **FEE)
    assert here.plain.terms.restocking_fee.percent == 10
    assert there.plain.terms.restocking_fee.none
    assert (here.specials, there.specials) == ((), ())
    assert (here.whys, there.whys) == ((), ("the law",))


def test_what_is_about_faults_is_told_by_cause() -> None:
    by_fault = promised(FAULTY).by_fault
    days = {fault: rules.terms.return_window.days for fault, rules in by_fault.items()}
    assert days == {Fault.BUYER: 30, Fault.SELLER: 90, Fault.CARRIER: 30}


def test_causes_without_a_reason_are_left_out() -> None:
    found = promised(reasons={"catalogue": {"broken": {"fault": "seller"}}})
    assert list(found.by_fault) == [Fault.BUYER, Fault.SELLER]


WHENS: list[dict[str, Any]] = [
    {"categories": ["a"]}, {"skus": ["a-*"]}, {"accounts": ["x"]}, {"faults": ["seller"]}, {"reasons": ["damaged"]},
    {"total": {"from": {"USD": "100"}}}, {"max_total": {"USD": "5"}}, {"ordered": {"from": "2026-11-20"}},
    {"markets": ["US"], "faults": ["seller"]},
]  # fmt: skip


@pytest.mark.parametrize("when", WHENS, ids=" ".join)
def test_every_other_override_is_a_special(when: dict[str, Any]) -> None:
    found = promised(an_override("one", when, return_window={"days": 60}))
    (special,) = found.specials
    assert (special.keys, special.rules.terms.return_window.days) == (("return_window",), 60)
    assert found.plain.terms.return_window.days == 30


def test_those_of_another_market_are_none() -> None:
    assert promised(an_override("one", {"markets": ["DE"], "skus": ["a"]}, types=["replacement"])).specials == ()


def test_what_a_later_override_takes_back_is_not_told() -> None:
    first = an_override(
        "first", {"total": {"from": {"EUR": "1"}}}, restocking_fee={"percent": 20}, types=["replacement"]
    )
    (special,) = promised(first, GERMAN, market="DE", **FEE).specials
    assert special.keys == ("types",)


def test_a_window_that_may_only_lengthen_is_told_as_if_it_did() -> None:
    one = an_override("one", {"skus": ["a"]}, return_window={"days": 7}, extend_only=True)
    (special,) = promised(one).specials
    assert (special.keys, special.rules.terms.return_window.days) == (("return_window",), 7)


SEASONS: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({"ordered": {"from": "2026-11-20"}}, {"return_window": {"days": 60}}, True),
    ({"ordered": {"from": "2026-11-20"}, "markets": ["US"]}, {"return_window": {"days": 60}}, True),
    ({"ordered": {"until": "2026-11-20"}}, {"return_window": {"days": 7}}, True),
    ({"ordered": {"from": "2026-11-20"}, "skus": ["a"]}, {"return_window": {"days": 60}}, False),
    ({"ordered": {"from": "2026-11-20"}}, {"return_window": {"days": 60}, "extend_only": True}, True),
    ({"ordered": {"from": "2026-11-20"}}, {"return_window": {"days": 7}, "extend_only": True}, False),
    ({"ordered": {"from": "2026-11-20"}}, {"return_window": {"until": "2027-01-31"}, "extend_only": True}, True),
]


@pytest.mark.parametrize(("when", "values", "is_season"), SEASONS)
def test_seasons_depend_on_the_day_alone_and_change_something(
    when: dict[str, Any], values: dict[str, Any], is_season: bool
) -> None:
    assert bool(promised(an_override("one", when, **values)).seasons) is is_season
