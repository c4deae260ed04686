"""What a change of policy says, and what an application comes to under each side."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from returnctl.domain import workflow
from returnctl.domain.compare import (
    Alike,
    Application,
    CameOut,
    came_out,
    changes,
    differences,
    others_of,
    wish_of,
    wish_refused,
)
from returnctl.domain.eligibility import Wish
from returnctl.domain.record import Return
from returnctl.errors import NotEligible
from tests.builders import NOW, a_case, a_case_in, a_policy, a_return, after, an_order, beside, buyer

SAID: list[tuple[dict[str, Any], dict[str, Any], list[tuple[str, Any, Any]]]] = [
    # what one says, what the other says, and what differs
    ({}, {}, []),
    ({}, {"return_window": {"days": 30}}, []),
    ({}, {"return_window": {"days": 14}}, [("return_window/days", 30, 14)]),
    ({"return_window": {"days": 14}}, {"return_window": "none"}, [
        ("return_window/days", 14, None), ("return_window/none", None, True),
    ]),
    ({}, {"markets": ["US", "GB"], "version": 2}, [("version", 1, 2), ("markets", ["US"], ["US", "GB"])]),
    ({}, {"overrides": [{"name": "x", "when": {"faults": ["seller"]}, "set": {"return_window": {"days": 90}}}]}, [
        ("overrides/x", None, 1), ("overrides/x/when/faults", None, ["seller"]),
        ("overrides/x/set/return_window/days", None, 90),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), SAID)
def test_what_they_say(old: dict[str, Any], new: dict[str, Any], expected: list[tuple[str, Any, Any]]) -> None:
    found = changes(a_policy(**old), a_policy(**new))
    assert [(each.key, each.before, each.after) for each in found] == expected
    turned = changes(a_policy(**new), a_policy(**old))
    assert sorted((each.key, repr(each.after), repr(each.before)) for each in turned) == sorted(
        (key, repr(before), repr(after)) for key, before, after in expected
    )


def the_application(record: Return, **changed: Any) -> Application:
    return Application(record.order, wish_of(record), record.applied_at, (), (), record, **changed)


FEE = {"restocking_fee": {"percent": 10}}
CAME: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    # the return as it stands, what the other policy says, the fields that differ as (before, after)
    ("requested", {}, {}, {}),
    ("requested", {}, {"return_window": {"days": 1}}, {"failed": ((), ("window",)), "refund": ("93.15", "0.00")}),
    ("requested", {}, FEE, {"refund": ("93.15", "84.37"), "fee": ("0.00", "8.78")}),
    ("requested", {}, {"auto_approve": [{"name": "any"}]}, {
        "decided": (None, "any"), "due": ("review 2026-11-13T08:00:00Z", "ship 2026-11-25T08:00:00Z"),
    }),
    ("requested", {}, {"deadlines": {"review": {"hours": 5, "then": "approve"}}}, {
        "due": ("review 2026-11-13T08:00:00Z", "review 2026-11-10T23:00:00Z"),
    }),
    ("requested", {}, {"return_window": {"days": 60}}, {
        "window_ends": ("2026-12-06T08:00:00Z", "2027-01-05T08:00:00Z"),
    }),
    ("requested", {}, {"restocking_fee": {"flat": {"EUR": "1"}}}, {
        "trouble": (None, "no_amount_in_currency"), "refund": ("93.15", "0.00"),
    }),
    ("refund_due", {}, FEE, {"refund": ("93.15", "84.37"), "fee": ("0.00", "8.78")}),
    ("refunded", {}, FEE, {"refund": ("93.15", "84.37"), "fee": ("0.00", "8.78")}),
    ("cancelled", {}, FEE, {}),
    ("expired", {}, FEE, {}),
]  # fmt: skip


@pytest.mark.parametrize(("state", "old", "new", "expected"), CAME)
def test_what_comes_of_it(state: str, old: dict[str, Any], new: dict[str, Any], expected: dict[str, Any]) -> None:
    asked = the_application(a_return(state=state))
    before, after = (came_out(asked, a_policy(**each)) for each in (old, new))
    found = {name: tuple(_text(each) for each in pair) for name, pair in differences(before, after).items()}
    assert found == expected
    alike = Alike()(asked.asked(a_policy(**old)), asked.asked(a_policy(**new)))
    assert not (alike and expected), "what is taken for alike must come out alike"
    assert alike == (not new)


def test_a_grade_that_the_other_policy_lacks_stops_the_decision() -> None:
    inspected = after(a_case_in("received"), workflow.inspect, passes=False)
    asked = the_application(inspected.stored)
    grades = {"grades": {"good": {"pays": 100}, "bad": {"pays": 0}}, "pass": "good", "fail": "bad"}
    assert came_out(asked, a_policy(inspection=grades)).trouble == "no_grade"


def test_of_one_second_only_the_earlier_number_stood_there() -> None:
    first, second, third = (replace(a_return(), id=each) for each in ("R-999998", "R-999999", "R-1000000"))
    assert others_of(second, (first, third)) == (first,)
    assert others_of(third, (second, first)) == (second, first)


def test_shipping_that_the_other_policy_gives_goes_back_once_an_order() -> None:
    never, always = (a_policy(refund={"outbound_shipping": each}) for each in ("never", "always"))
    first = a_case_in("refund_due", a_case(policy=never), items={"1": 1})
    second = a_case_in("refund_due", beside(first), items={"1": 1}, number="R-000043")
    asked = replace(the_application(second.stored), others=(first.stored,))
    alone = replace(asked, others=())
    freight = second.order.freight.amount
    assert freight > 0
    assert came_out(alone, always).refund - came_out(alone, never).refund == freight
    assert came_out(asked, always).refund == came_out(asked, never).refund


def test_what_cannot_be_decided_is_not_told_as_allowed() -> None:
    refused, undecided = CameOut(failed=("quantity",)), CameOut(trouble="no_policy")
    assert differences(refused, undecided) == {"trouble": (None, "no_policy")}


def _text(value: object) -> object:
    return value if value is None or isinstance(value, tuple) else str(value)


def refusal(wish: Wish, **policy: Any) -> dict[str, Any]:
    with pytest.raises(NotEligible) as refused:
        workflow.apply(a_case(an_order(), a_policy(**policy)), buyer(), id="R-000001", wish=wish)
    return refused.value.facts


PHOTO = {"reasons": {"catalogue": {"damaged": {"fault": "seller", "evidence": ["photo"]}}}}
REFUSED: list[tuple[Wish, dict[str, Any], dict[str, Any], bool]] = [
    # what was asked for, the policy that refused it, what the other says, whether it would be allowed
    (Wish(), {"return_window": {"days": 1}}, {}, True),
    (Wish(), {"return_window": {"days": 1}}, {"return_window": {"days": 2}}, False),
    (Wish(reason="damaged"), PHOTO, {}, True),
    (Wish(reason="damaged"), PHOTO, PHOTO, False),
    (Wish(reason="damaged"), {"return_window": {"days": 1}}, PHOTO, True),
    (Wish(conditions=("unused",)), {"conditions": ["unused", "complete"]}, {"conditions": ["complete"]}, False),
    (Wish(conditions=("unused",)), {"conditions": ["unused", "complete"]}, {}, True),
    (Wish(items={"1": 9}), {}, {"return_window": {"days": 90}}, False),
]


@pytest.mark.parametrize(("wish", "old", "new", "allowed"), REFUSED)
def test_a_refusal_is_decided_again(wish: Wish, old: dict[str, Any], new: dict[str, Any], allowed: bool) -> None:
    again = Application(an_order(), wish_refused(refusal(wish, **old), NOW), NOW, (), ())
    assert (came_out(again, a_policy(**old)).allowed, came_out(again, a_policy(**new)).allowed) == (False, allowed)
