"""Each rule of eligibility: how it comes out, its facts and its place."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from returnctl.domain import workflow
from returnctl.domain.case import Case
from returnctl.domain.eligibility import Wish, ask, evaluate
from returnctl.domain.external import External
from returnctl.domain.record import RuleOutcome
from returnctl.domain.states import Fault, Kind
from returnctl.errors import NotEligible, NotFound
from tests.builders import NOW, a_case, a_case_in, a_photo, a_policy, an_order, applied, at, beside, buyer

# The lines of keys in the policies of these tests.
PLACES = {
    "return_window": 3,
    "return_window/days": 4,
    "return_window/starts": 5,
    "types": 6,
    "reasons": 7,
    "reasons/required": 8,
    "reasons/catalogue": 9,
    "reasons/catalogue/broken": 10,
    "reasons/catalogue/broken/evidence": 11,
    "reasons/catalogue/broken/types": 12,
    "conditions": 13,
    "conditions_waived_for": 14,
    "limits": 15,
    "limits/returns_per_buyer": 16,
}
BROKEN = {"broken": {"fault": "seller", "evidence": ["photo", "video"], "types": ["refund_only"]}}
TWO = an_order(lines=[{"line": "1", "quantity": 1, "net": "5.00"}, {"line": "2", "quantity": 2, "net": "8.00"}])
RETURN, REFUND = Kind.RETURN_AND_REFUND, Kind.REFUND_ONLY


def outcomes(case: Case, **wish: Any) -> list[RuleOutcome]:
    asked = ask(case.order, case.policy, Wish(**wish), case.others, case.recent, NOW)
    return list(evaluate(asked))


@pytest.mark.parametrize(
    ("rule", "body", "order", "wish", "expected"),
    [
        ("delivered", {}, {}, {}, ("pass", "default", {"starts": "delivered", "at": "2026-11-05T22:10:00Z"})),
        ("delivered", {}, {"delivered_at": None}, {}, ("fail", "default", {"starts": "delivered", "at": None})),
        (
            "delivered", {"return_window": {"starts": "delivered"}}, {"delivered_at": "2026-11-11T00:00:00Z"}, {},
            ("fail", 5, {"starts": "delivered", "at": "2026-11-11T00:00:00Z"}),
        ),
        ("window", {}, {}, {}, ("pass", "default", {"day": 5, "ends": "2026-12-06T08:00:00Z", "of": 30})),
        (
            "window", {"return_window": {"days": 3}}, {}, {},
            ("fail", 4, {"day": 5, "ends": "2026-11-09T08:00:00Z", "of": 3}),
        ),
        ("window", {"return_window": "unlimited"}, {}, {}, ("pass", 3, {"day": 5, "ends": None})),
        ("window", {"return_window": "none"}, {}, {}, ("skip", 3, {})),
        ("window", {}, {"delivered_at": None}, {}, ("skip", "default", {})),
        ("returnable", {"return_window": "none"}, {}, {}, ("fail", 3, {})),
        ("returnable", {}, {}, {}, ("pass", "default", {})),
        ("type", {}, {}, {"type": RETURN}, ("pass", "default", {"type": RETURN, "offered": list(Kind)})),
        ("type", {"types": ["refund_only"]}, {}, {"type": RETURN}, ("fail", 6, {"type": RETURN, "offered": [REFUND]})),
        ("type", {"types": ["refund_only"]}, {}, {}, ("pass", 6, {"type": REFUND, "offered": [REFUND]})),
        (
            "type", {"reasons": {"catalogue": BROKEN}}, {}, {"type": RETURN, "reason": "broken"},
            ("fail", 12, {"type": RETURN, "offered": [REFUND]}),
        ),
        ("reason", {}, {}, {}, ("pass", "default", {"reason": None})),
        (
            "reason", {"reasons": {"required": True, "catalogue": BROKEN}}, {}, {},
            ("fail", 8, {"reason": None, "known": ["broken"]}),
        ),
        ("reason", {"reasons": {"catalogue": BROKEN}}, {}, {"reason": "broken"}, ("pass", 10, {"reason": "broken"})),
        (
            "reason", {"reasons": {"catalogue": BROKEN}}, {}, {"reason": "ugly"},
            ("fail", 9, {"reason": "ugly", "known": ["broken"]}),
        ),
        ("reason", {}, {}, {"reason": "Damaged"}, ("pass", "default", {"reason": "damaged"})),
        ("conditions", {"conditions": ["unused", "complete"]}, {}, {}, ("skip", 13, {})),
        (
            "conditions", {"conditions": ["unused", "complete"]}, {}, {"conditions": ("unused",)},
            ("fail", 13, {"missing": ["complete"]}),
        ),
        (
            "conditions", {"conditions": ["unused"]}, {}, {"conditions": ("unused", "new")},
            ("pass", 13, {}),
        ),
        (
            "conditions", {"conditions": ["unused"], "conditions_waived_for": ["seller"]}, {},
            {"conditions": ("complete",), "reason": "damaged"}, ("skip", 14, {}),
        ),
        (
            "conditions", {"conditions": ["unused"], "conditions_waived_for": []}, {},
            {"conditions": ("complete",), "reason": "damaged"}, ("fail", 13, {"missing": ["unused"]}),
        ),
        ("evidence", {}, {}, {"reason": "damaged"}, ("skip", "default", {})),
        (
            "evidence", {"reasons": {"catalogue": BROKEN}}, {}, {"reason": "broken", "evidence": (a_photo(),)},
            ("fail", 11, {"missing": ["video"]}),
        ),
        (
            "evidence", {"reasons": {"catalogue": BROKEN}}, {},
            {"reason": "broken", "evidence": (a_photo(), replace(a_photo(), type="video/mp4"))}, ("pass", 11, {}),
        ),
        ("quantity", {}, {}, {"items": {"1": 3}}, ("pass", None, {"asked": 3, "bought": 3, "already": 0})),
        ("quantity", {}, {}, {"items": {"1": 4}}, ("fail", None, {"asked": 4, "bought": 3, "already": 0})),
        ("quantity", {}, {}, {"items": {"1": 0}}, ("fail", None, {"asked": 0, "bought": 3, "already": 0})),
        ("quantity", {}, {}, {"items": {"1": -1}}, ("fail", None, {"asked": -1, "bought": 3, "already": 0})),
        (
            "quantity", {}, {"cancelled_at": "2026-11-02T00:00:00Z"}, {},
            ("fail", None, {"asked": 3, "bought": 0, "already": 0}),
        ),
        ("limits", {}, {}, {}, ("skip", "default", {})),
    ],
)  # fmt: skip
def test_each_rule(rule: str, body: Any, order: Any, wish: Any, expected: tuple[str, Any, dict[str, Any]]) -> None:
    case = a_case(an_order(**order), a_policy(places=PLACES, **body))
    found = next(each for each in outcomes(case, **wish) if each.rule == rule)
    outcome, place, facts = expected
    assert (found.outcome, found.at) == (outcome, f"standard.yaml:{place}" if isinstance(place, int) else place)
    assert found.facts == facts


@pytest.mark.parametrize(
    ("days_ago", "outcome", "count"), [((), "pass", 1), ((1,), "pass", 2), ((1, 89), "fail", 3), ((1, 91), "pass", 2)]
)
def test_how_often_this_buyer_returned(days_ago: tuple[int, ...], outcome: str, count: int) -> None:
    policy = a_policy(places=PLACES, limits={"returns_per_buyer": {"count": 2, "days": 90}})
    recent = tuple(NOW - timedelta(days=days) for days in days_ago)
    case = a_case(policy=policy, recent=recent)
    found = outcomes(case)[-1]
    assert (found.rule, found.outcome, found.at) == ("limits", outcome, "standard.yaml:16")
    assert found.facts == {"count": count, "of": 2, "days": 90}
    assert applied(case).stored.state == "requested"


def test_every_rule_is_kept_and_rules_about_lines_for_each_line() -> None:
    record = applied(a_case(TWO)).stored
    assert [(each.rule, each.line) for each in record.eligibility] == [
        ("delivered", "1"), ("delivered", "2"), ("window", "1"), ("window", "2"), ("returnable", "1"),
        ("returnable", "2"), ("type", None), ("reason", None), ("conditions", None), ("evidence", None),
        ("quantity", "1"), ("quantity", "2"), ("limits", None),
    ]  # fmt: skip


def test_lines_that_pass_by_different_words_of_the_policy_are_kept_each() -> None:
    override = {"name": "hygiene", "when": {"skus": ["SKU-2"]}, "set": {"types": ["replacement", "refund_only"]}}
    record = applied(a_case(TWO, a_policy(overrides=[override]))).stored
    assert [(x.line, x.outcome, x.facts["offered"]) for x in record.eligibility if x.rule == "type"] == [
        ("1", "pass", list(Kind)), ("2", "pass", ["replacement", "refund_only"]),
    ]  # fmt: skip


def test_all_failed_rules_are_told_at_once() -> None:
    policy = a_policy(return_window={"days": 1}, reasons={"required": True}, types=["refund_only"])
    with pytest.raises(NotEligible) as refused:
        applied(a_case(TWO, policy), items={"2": 3}, type=RETURN)
    facts: Any = refused.value.facts
    assert [each["rule"] for each in facts["failed"]] == ["window", "type", "reason", "quantity"]
    assert (facts["order"], facts["lines"], facts["reason"]) == (TWO.id, {"2": 3}, None)


def test_one_bad_line_refuses_all() -> None:
    override = {
        "name": "custom",
        "when": {"skus": ["SKU-2"]},
        "set": {"return_window": "none"},
        "because": "made for you",
    }
    with pytest.raises(NotEligible) as refused:
        applied(a_case(TWO, a_policy(overrides=[override])))
    failed: Any = refused.value.facts["failed"]
    assert [(each["rule"], each["line"], each["facts"]) for each in failed] == [
        ("returnable", "2", {"because": "made for you"})
    ]


def test_an_unknown_line_comes_before_any_rule() -> None:
    with pytest.raises(NotFound) as refused:
        applied(a_case(), items={"7": 1})
    assert (refused.value.facts["kind"], refused.value.facts["near"]) == ("line", ["1"])


def test_all_that_is_free_by_default() -> None:
    first = beside(a_case_in("approved", a_case(TWO), items={"1": 1, "2": 1}))
    assert [(x.line, x.requested) for x in applied(first, number="R-000043").stored.lines] == [("2", 1)]
    all_taken = beside(applied(first, number="R-000043"))
    with pytest.raises(NotEligible):
        applied(all_taken, number="R-000044")


def test_an_exception_is_kept_and_nothing_automatic_follows() -> None:
    policy = a_policy(return_window={"days": 1}, auto_approve=[{"name": "all"}], returnless=[{"name": "all"}])
    record = applied(a_case(policy=policy), exception="a good customer").stored
    assert (record.state, [each.rule for each in record.eligibility if each.outcome == "fail"]) == (
        "requested",
        ["window"],
    )
    assert record.exception
    assert (record.exception.why, record.exception.by, record.exception.at) == ("a good customer", "ana", NOW)
    assert record.history[0].facts == {"exception": "a good customer"}


def test_what_a_platform_opened_is_kept_with_its_failed_rules() -> None:
    policy = a_policy(return_window={"days": 1}, auto_approve=[{"name": "all"}])
    record = applied(a_case(policy=policy), external=External("tiktok", "4035")).stored
    assert (record.state, [each.rule for each in record.eligibility if each.outcome == "fail"]) == (
        "requested",
        ["window"],
    )


@pytest.mark.parametrize(
    ("body", "wish", "state", "rule"),
    [
        ({"auto_approve": [{"name": "a"}]}, {}, "approved", "a"),
        ({"returnless": [{"name": "r"}], "auto_approve": [{"name": "a"}]}, {}, "refund_due", "r"),
        ({"auto_approve": [{"name": "a", "faults": ["seller"]}]}, {}, "requested", None),
        ({"auto_approve": [{"name": "a", "faults": ["seller"]}, {"name": "b"}]}, {}, "approved", "b"),
        ({"auto_approve": [{"name": "a", "faults": ["seller"]}]}, {"reason": "damaged"}, "approved", "a"),
        ({"auto_approve": [{"name": "a", "reasons": ["damaged"]}]}, {"reason": "wrong_item"}, "requested", None),
        ({"auto_approve": [{"name": "a", "types": ["refund_only"]}]}, {}, "requested", None),
        ({"auto_approve": [{"name": "a", "max_total": {"USD": "29.25"}}]}, {"items": {"1": 1}}, "approved", "a"),
        ({"auto_approve": [{"name": "a", "max_total": {"USD": "29.24"}}]}, {"items": {"1": 1}}, "requested", None),
        ({"returnless": [{"name": "r"}]}, {"type": Kind.REPLACEMENT}, "replacement_due", "r"),
    ],
)
def test_what_is_approved_without_a_look(body: Any, wish: Any, state: str, rule: str | None) -> None:
    places = {"auto_approve": 20, "auto_approve/0": 21, "auto_approve/1": 22, "returnless/0": 23}
    record = applied(a_case(policy=a_policy(places=places, **body)), **wish).stored
    assert record.state == state
    last = record.history[-1]
    if rule:
        at_line = {"a": 21, "b": 22, "r": 23}[rule]
        assert (last.role, last.facts) == ("system", {"rule": rule, "at": f"standard.yaml:{at_line}"})


def test_beyond_the_limit_nothing_is_automatic() -> None:
    policy = a_policy(auto_approve=[{"name": "all"}], limits={"returns_per_buyer": {"count": 1, "days": 90}})
    assert applied(a_case(policy=policy)).stored.state == "approved"
    assert applied(a_case(policy=policy, recent=(NOW - timedelta(days=1),))).stored.state == "requested"


def test_a_reason_that_only_an_override_knows() -> None:
    catalogue = {"reasons": {"catalogue": {"melted": {"fault": "carrier", "also": ["Melted"]}}}}
    by_market = {"name": "us", "when": {"markets": ["US"]}, "set": catalogue}
    by_line = {"name": "chocolate", "when": {"skus": ["SKU-1"]}, "set": catalogue}
    for override in (by_market, by_line):
        record = applied(a_case(TWO, a_policy(overrides=[override])), items={"1": 1}, reason="Melted").stored
        assert (record.reason.code, record.reason.fault) == ("melted", Fault.CARRIER)


def test_the_default_type_is_offered_for_every_line() -> None:
    override = {"name": "hygiene", "when": {"skus": ["SKU-2"]}, "set": {"types": ["replacement", "refund_only"]}}
    case = a_case(TWO, a_policy(overrides=[override]))
    assert (applied(case).stored.type, applied(case, items={"1": 1}).stored.type) == (REFUND, RETURN)
    assert applied(a_case(), reason="lost_in_transit").stored.type is REFUND


def test_before_the_delivery_is_reported_its_stand_in_counts() -> None:
    window = {"days": 30, "if_not_delivered": {"starts": "shipped", "add_days": 7}}
    case = a_case(an_order(delivered_at=None), a_policy(return_window=window))
    for now in ("2026-11-03T00:00:00Z", "2026-12-09T00:00:00Z"):
        assert workflow.apply(case, buyer(at(now)), id="R-000001", wish=Wish()).events == ("apply",)
    with pytest.raises(NotEligible):
        applied(case, now=at("2026-11-02T08:00:00Z"))
