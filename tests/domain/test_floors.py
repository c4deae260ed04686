"""Policies against the floors that ship: one that goes under each, one that keeps it; and how they are compared."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import convert

from returnctl.domain.floor_asks import Asks, least_days
from returnctl.domain.floors import Floor, compare
from returnctl.domain.markets import MARKETS
from returnctl.domain.policy import Window
from returnctl.readers.floors import floors
from tests.builders import a_policy

FLOORS = {floor.name: floor for floor in floors()}
EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()
Body = dict[str, Any]


def an_override(**of: Any) -> Body:
    return {"name": "o", "when": {}, "set": {}, **of}


def told(name: str, markets: list[str], **body: Any) -> list[tuple[str, str]]:
    """What goes under one floor, and where."""
    policy = a_policy(markets=markets, **body)
    return [(found.code.removeprefix("under_"), found.path) for found in compare(policy, (FLOORS[name],))]


FAST = {"inspect": {"working_days": 2, "then": "pass"}, "refund": {"days": 3, "then": "remind"}}
# The floor, a market, keys that go under it with what is told, and keys that keep it.
TABLE: list[tuple[str, str, Body, list[tuple[str, str]], Body]] = [
    ("eu-withdrawal", "DE", {"return_window": {"days": 13}}, [("window", "return_window/days")],
     {"return_window": {"days": 14}}),
    ("eu-withdrawal", "FR", {"reasons": {"required": True}}, [("reasons", "reasons/required")], {}),
    ("eu-refund", "DE", {"deadlines": {"refund": {"days": 9, "then": "remind"}}},
     [("refund", "deadlines/refund/days")], {"deadlines": {"refund": {"days": 8, "then": "remind"}}}),
    ("eu-refund", "DE", {"deadlines": {"ship": {"hours": 336, "then": "expire"}}},
     [("ship", "deadlines/ship/hours")], {"deadlines": {"ship": {"hours": 360, "then": "expire"}}}),
    ("eu-refund", "DE", {"deadlines": {"ship": {"days": 3, "then": "expire"}}},
     [("ship", "deadlines/ship/days")], {"deadlines": {"ship": {"days": 3, "then": "remind"}}}),
    ("eu-refund", "DE", {"deadlines": {"ship": {"working_days": 11, "then": "expire"}}}, [],
     {"deadlines": {"ship": {"working_days": 12, "then": "expire"}}}),
    ("eu-refund", "DE", {"refund": {"methods": ["store_credit"]}}, [("methods", "refund/methods")],
     {"refund": {"methods": ["store_credit", "original_payment"]}}),
    ("eu-no-fee", "DE", {"restocking_fee": {"percent": "10"}}, [("fee", "restocking_fee/percent")],
     {"restocking_fee": {"percent": "10", "charged_for": ["seller"]}}),
    ("eu-no-fee", "DE", {"restocking_fee": {"flat": {"EUR": "5.00"}}}, [("fee", "restocking_fee/flat")],
     {"restocking_fee": {"flat": {"EUR": "0.00"}}}),
    ("eu-holidays", "DE", {"return_window": {"days": 20}}, [("end_on", "return_window/days")],
     {"return_window": {"days": 21}}),
    ("eu-holidays", "DE", {"return_window": {"days": 14, "end_on": "any_day"}},
     [("end_on", "return_window/end_on")], {"return_window": {"days": 14, "end_on": "working_day"}}),
    ("eu-holidays", "DE", {"return_window": {"days": 14, "end_on": "working_day"}, "holidays": "AT"},
     [("holidays", "holidays")], {"return_window": {"days": 14, "end_on": "working_day"}, "holidays": "DE"}),
    ("uk-cancellation", "GB", {"return_window": {"days": 13}}, [("window", "return_window/days")],
     {"return_window": {"days": 14}}),
    ("uk-cancellation", "GB", {"deadlines": {"inspect": {"days": 10, "then": "pass"}}},
     [("refund", "deadlines/inspect/days")], {"deadlines": {"inspect": {"days": 9, "then": "pass"}}}),
    ("uk-faulty-goods", "GB", {"return_window": {"days": 14}}, [("window", "return_window/days")],
     {"return_window": {"days": 14}, "overrides": [
         an_override(when={"faults": ["seller"]}, set={"return_window": {"days": 30}})]}),
    ("cn-seven-days", "CN", {}, [("refund", "markets/0")], {"deadlines": FAST}),
    ("cn-seven-days", "CN", {"return_window": {"days": 6}, "deadlines": FAST}, [("window", "return_window/days")],
     {"return_window": {"days": 7}, "deadlines": FAST}),
    ("cn-seven-days", "CN", {"conditions": ["unused", "seal_intact"], "deadlines": FAST},
     [("conditions", "conditions")], {"conditions": ["unused"], "deadlines": FAST}),
    ("cn-seven-days", "CN", {"reasons": {"required": True}, "deadlines": FAST}, [("reasons", "reasons/required")],
     {"deadlines": FAST}),
    ("us-ca-posting", "US", {"return_window": {"days": 29}}, [("window", "return_window/days")],
     {"return_window": {"days": 30, "starts": "ordered"}}),
    ("us-ny-posting", "US", {"restocking_fee": {"percent": "1"}}, [("fee", "restocking_fee/percent")],
     {"restocking_fee": "none"}),
    ("us-ny-posting", "US", {"return_window": {"days": 29}}, [("window", "return_window/days")], {}),
    ("sg-lemon-law", "SG", {"return_window": "none"}, [("window", "return_window/none")],
     {"return_window": {"days": 1}}),
    ("ph-defects", "PH", {"return_window": "none"}, [("window", "return_window/none")],
     {"return_window": {"days": 1}}),
    ("tiktok-us-window", "US", {"return_window": {"days": 13}}, [("window", "return_window/days")],
     {"return_window": {"days": 14}}),
    ("tiktok-vn-change-of-mind", "VN", {"conditions": ["unused"]}, [("conditions", "conditions")],
     {"conditions": ["unused"], "conditions_waived_for": ["buyer"]}),
]  # fmt: skip


@pytest.mark.parametrize(("floor", "market", "under", "places", "keeps"), TABLE)
def test_under_a_floor_and_above_it(floor: str, market: str, under: Body, places: Any, keeps: Body) -> None:
    assert told(floor, [market], **under) == places
    assert told(floor, [market], **keeps) == []


def test_every_floor_that_asks_stands_in_the_table() -> None:
    assert {name for name, floor in FLOORS.items() if floor.asks != Asks()} == {
        name for name, _, _, places, _ in TABLE if places
    }


def test_floors_are_told_apart_and_none_is_verified() -> None:
    assert len(FLOORS) == len(floors())
    assert [floor.name for floor in floors() if floor.verified] == []
    assert {market for floor in floors() for market in floor.markets} <= set(MARKETS)
    assert {name for name, floor in FLOORS.items() if not (floor.asks != Asks() or floor.notes)} == set()


@pytest.mark.parametrize("market", MARKETS)
def test_the_law_of_the_union_is_for_its_members(market: str) -> None:
    assert bool(told("eu-no-fee", [market], restocking_fee={"percent": "1"})) == (market in EU)


@pytest.mark.parametrize(
    ("window", "days"),
    [
        ({"days": 14}, 14),
        ({"days": 14, "count": "elapsed_days"}, 13),
        ({"days": 5, "count": "working_days"}, 5),
        ({"days": 6, "count": "working_days"}, 8),
        ({"days": 11, "count": "working_days"}, 15),
        ({"days": 30, "starts": "shipped"}, 0),
        ({"days": 30, "starts": "ordered"}, 0),
        ({"until": "2027-01-31"}, 0),
        ({"none": True}, 0),
        ({"unlimited": True, "starts": "ordered"}, 1_000_000),
    ],
)
def test_days_that_are_sure_from_the_delivery(window: Body, days: int) -> None:
    usual = {"starts": "delivered", "count": "calendar_days", "end_on": "any_day"}
    assert least_days(convert({**usual, **window}, Window)) == days


def short(**when: Any) -> Body:
    return an_override(when=when, set={"return_window": {"days": 5}})


AT = "overrides/0/set/return_window/days"
WITHDRAWAL: list[tuple[Body, list[str]]] = [
    # each override that may apply is compared, whatever else it asks for
    (short(markets=["DE"]), [AT]),
    (short(markets=["US"]), []),
    (short(faults=["buyer"]), [AT]),
    (short(faults=["seller", "carrier"]), []),
    (short(reasons=["no_longer_needed"]), [AT]),
    (short(reasons=["damaged", "lost_in_transit"]), []),
    (short(accounts=["main"]), [AT]),
    (short(ordered={"from": "2026-11-20"}), [AT]),
    (short(total={"from": {"EUR": "9"}}), [AT]),
    (short(skus=["A*"], markets=["DE"]), [AT]),
    # what may only extend shortens nothing
    ({**short(accounts=["main"]), "extend_only": True}, []),
    # goods that a law excepts, with a word on why
    (an_override(when={"skus": ["A"]}, set={"return_window": "none"}, because="made to order"),
     []),
    (an_override(when={"categories": ["a"]}, set={"return_window": "none"}),
     ["overrides/0/set/return_window/none"]),
    (an_override(when={"accounts": ["a"]}, set={"return_window": "none"}, because="we like it so"),
     ["overrides/0/set/return_window/none"]),
    (an_override(when={"skus": ["A"]}, set={"return_window": {"days": 5}}, because="made to order"), [AT]),
]  # fmt: skip


@pytest.mark.parametrize(("override", "places"), WITHDRAWAL)
def test_overrides_that_may_apply(override: Body, places: list[str]) -> None:
    found = told("eu-withdrawal", ["US", "DE"], overrides=[override])
    assert found == [("window", place) for place in places]


def test_faulty_goods_are_never_excepted() -> None:
    custom = an_override(when={"skus": ["A"]}, set={"return_window": "none"}, because="made to order")
    assert told("uk-faulty-goods", ["GB"], overrides=[custom]) == [("window", "overrides/0/set/return_window/none")]


@pytest.mark.parametrize("extend_only", [True, False])
def test_a_later_override_that_always_applies_covers_an_earlier_one(extend_only: bool) -> None:
    cover = an_override(name="cover", when={"markets": ["DE"]}, set={"return_window": {"days": 20}})
    cover = {**cover, "extend_only": True} if extend_only else cover
    assert told("eu-withdrawal", ["DE"], overrides=[short(accounts=["main"]), cover]) == []
    assert told("eu-withdrawal", ["DE"], overrides=[cover, short(accounts=["main"])]) == [
        ("window", "overrides/1/set/return_window/days")
    ]


def test_each_place_is_told_once_with_its_markets() -> None:
    policy = a_policy(markets=["US", "DE", "FR"], restocking_fee={"percent": "5"}, overrides=[short(accounts=["a"])])
    (found,) = compare(policy, (FLOORS["eu-no-fee"],))
    assert (found.markets, found.path) == (("DE", "FR"), "restocking_fee/percent")


def test_floors_are_never_merged_in() -> None:
    policy = a_policy(markets=["DE"], return_window={"days": 5})
    before = dict(policy.body)
    compare(policy, floors())
    assert policy.body == before


def test_what_asks_nothing_tells_nothing() -> None:
    floor = Floor(
        name="x", markets=("US",), clause="c", source="s", mark="M", verified=False, says="?", posted=True
    )  # fmt: skip
    assert compare(a_policy(return_window="none"), (floor,)) == ()
