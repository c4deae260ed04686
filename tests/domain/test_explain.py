"""Each step of the counting and each sum is told as it was reached."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from returnctl.domain import workflow
from returnctl.domain.calendar import WorkCalendar
from returnctl.domain.eligibility import Wish
from returnctl.domain.explain import Explained, explain
from tests.builders import a_case, a_policy, an_order, at, buyer

GERMAN = WorkCalendar(country="US", first=2026, last=2027, holidays=frozenset({date(2026, 11, 11)}))


def explained(wish: Wish | None = None, order: dict[str, Any] | None = None, **body: Any) -> Explained:
    case = a_case(an_order(**(order or {})), a_policy(calendars=[GERMAN], **body))
    case = case.having(workflow.weighed(case, buyer(), id="R-000001", wish=wish or Wish()))
    return explain(case.having(workflow.written_first(case, buyer(), wish or Wish()).record))


WINDOWS: list[tuple[dict[str, Any], dict[str, Any], str | None, str | None, list[str]]] = [
    # keys of the window, of the order, end before it moves, end, days that did not count
    ({"days": 2}, {}, "2026-11-08T08:00:00Z", "2026-11-08T08:00:00Z", []),
    ({"days": 2, "end_on": "working_day"}, {}, "2026-11-08T08:00:00Z", "2026-11-10T08:00:00Z", ["07", "08"]),
    ({"days": 4, "count": "working_days"}, {}, "2026-11-13T08:00:00Z", "2026-11-13T08:00:00Z", ["07", "08", "11"]),
    ({"days": 2, "count": "elapsed_days"}, {}, "2026-11-07T22:10:00Z", "2026-11-07T22:10:00Z", []),
    ({"until": "2026-12-24"}, {}, "2026-12-25T08:00:00Z", "2026-12-25T08:00:00Z", []),
    ({"unlimited": True}, {}, None, None, []),
    ({"none": True}, {}, None, None, []),
    ({"days": 2}, {"delivered_at": None}, None, None, []),
]


@pytest.mark.parametrize(("keys", "order", "plain", "end", "skipped"), WINDOWS)
def test_the_window(
    keys: dict[str, Any], order: dict[str, Any], plain: str | None, end: str | None, skipped: list[str]
) -> None:
    (found,) = explained(order=order, return_window=keys).windows
    assert (found.plain_end, found.ends) == (plain and at(plain), end and at(end))
    assert [f"{day:%d}" for day in found.skipped] == skipped


def test_what_stands_in_for_a_delivery() -> None:
    window = {"days": 2, "if_not_delivered": {"starts": "shipped", "add_days": 7}}
    (found,) = explained(order={"delivered_at": None}, return_window=window).windows
    assert (found.starts, found.event_at, found.counted_from) == (
        "shipped", at("2026-11-02T09:00:00Z"), at("2026-11-09T09:00:00Z"),
    )  # fmt: skip


FEE, LABEL = "restocking_fee", "return_label"
TENTH = {"percent": 10, "max": {"USD": "2.00"}}
DEDUCT = {"buyer": {"paid_by": "buyer", "deduct": {"USD": "4.99"}}}
WORN = {"units": "1", "pays": "60", "of": "29.25"}
SUMS: list[tuple[dict[str, Any], str, str, dict[str, Any]]] = [
    # keys of the policy, part of the worksheet, the path of what made it so, what went into it
    ({"restocking_fee": "none"}, FEE, "restocking_fee/none", {}),
    ({"restocking_fee": TENTH}, FEE, "restocking_fee/max/USD", {"percent": "10", "of": "29.25", "max": "2.00"}),
    ({"restocking_fee": {"percent": 1}}, FEE, "restocking_fee/percent", {"percent": "1", "of": "29.25"}),
    ({"restocking_fee": {"flat": {"USD": "3.00"}}}, FEE, "restocking_fee/flat/USD", {}),
    ({"restocking_fee": TENTH | {"charged_for": ["carrier"]}}, FEE, "restocking_fee/charged_for", {"fault": "buyer"}),
    ({}, "item", "", {"units": "1", "of": "3", "price": "87.75"}),
    ({"inspection": {"pass": "worn"}}, "grade", "inspection/grades/worn/pays", WORN),
    ({}, "outbound_shipping", "refund/outbound_shipping", {"rule": "fault_or_whole_order", "given": "False"}),
    ({}, LABEL, "return_shipping/buyer", {"fault": "buyer"}),
    ({"return_shipping": DEDUCT}, LABEL, "return_shipping/buyer/deduct", {"fault": "buyer"}),
]  # fmt: skip


@pytest.mark.parametrize(("keys", "code", "path", "facts"), SUMS)
def test_the_sums(keys: dict[str, Any], code: str, path: str, facts: dict[str, Any]) -> None:
    found = explained(Wish(items={"1": 1}), **keys)
    assert found.sums is not None
    part = next(each for each in found.sums if each.code == code)
    assert (part.at or "", {name: str(fact) for name, fact in part.facts.items()}) == (path, facts)
    made = sum(each.money.amount for each in found.sums)
    assert found.breakdown is not None
    assert made == found.breakdown.total


def test_rules_without_a_look() -> None:
    rules = [
        {"name": "dear", "faults": ["seller"], "max_total": {"USD": "20.00"}},
        {"name": "cheap", "types": ["refund_only"], "max_total": {"USD": "5.00"}},
        {"name": "any"},
    ]
    found = explained(Wish(items={"1": 1}), auto_approve=rules)
    assert [(each.rule, each.misses) for each in found.tried] == [
        ("dear", ("faults", "max_total")), ("cheap", ("types", "max_total")), ("any", ()),
    ]  # fmt: skip


def test_an_amount_that_is_lacking_is_told() -> None:
    case = a_case(an_order(), a_policy(restocking_fee={"flat": {"EUR": "3.00"}}))
    found = explain(case.having(workflow.weighed(case, buyer(), id="R-000001", wish=Wish())))
    assert (found.sums, found.lacking and found.lacking.facts) == (
        None, {"key": "restocking_fee/flat", "currency": "USD"},
    )  # fmt: skip
