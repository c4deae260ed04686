"""Which clauses of the policy matter for a return, and why."""

from __future__ import annotations

from typing import Any

import pytest

from returnctl.domain import dispute, workflow
from returnctl.domain.automatic import SYSTEM
from returnctl.domain.case import Case, Moment
from returnctl.domain.clauses import Why, clauses
from returnctl.domain.lapse import lapse
from tests.builders import a_case, a_case_in, a_policy, after, applied

POLICY: dict[str, Any] = {
    "return_window": {"days": 30},
    "conditions": ["unused"],
    "restocking_fee": {"percent": 10},
    "reasons": {"required": True, "catalogue": {"damaged": {"fault": "seller"}, "no": {"fault": "buyer"}}},
    "auto_approve": [{"name": "small", "faults": ["seller"]}],
    "reject_reasons": {"late": {"title": {"en": "Too late"}}},
    "deadlines": {"review": {"days": 2, "then": "reject"}, "negotiate": {"days": 3, "then": "escalate"}},
}
PLACES = {
    "": 1, "return_window": 4, "return_window/days": 4, "conditions": 5, "restocking_fee": 6,
    "restocking_fee/percent": 6, "reasons": 7, "reasons/catalogue": 8, "reasons/catalogue/damaged": 9,
    "reasons/catalogue/no": 10, "auto_approve": 11, "auto_approve/0": 12, "reject_reasons": 13,
    "reject_reasons/late": 14, "deadlines": 15, "deadlines/review": 16, "deadlines/negotiate": 17,
}  # fmt: skip


def a_story(*, reason: str = "no", **more: Any) -> Case:
    body = POLICY | more
    return applied(a_case(policy=a_policy(places=PLACES, **body)), reason=reason, conditions=("unused",))


def told(case: Case) -> dict[str, tuple[str, list[tuple[str, ...]]]]:
    return {x.key: (x.place, [tuple(filter(None, why)) for why in x.why]) for x in clauses(case)}


def test_rules_sums_and_deadlines() -> None:
    found = told(a_story())
    assert found["return_window/days"] == (
        "standard.yaml:4",
        [("rule", "window", "pass"), ("rule", "returnable", "pass")],
    )
    assert found["conditions"] == ("standard.yaml:5", [("rule", "conditions", "pass")])
    assert found["reasons/catalogue/no"] == ("standard.yaml:10", [("rule", "reason", "pass")])
    assert found["restocking_fee/percent"] == ("standard.yaml:6", [("sum", "restocking_fee", "-8.78")])
    assert found["deadlines/review"] == ("standard.yaml:16", [("deadline", "review")])
    assert found["types"] == ("default", [("rule", "type", "pass")])
    assert "deadlines/negotiate" not in found


def test_they_stand_in_the_order_of_the_file_defaults_last() -> None:
    lines = [x.place.rpartition(":")[2] for x in clauses(a_story())]
    numbers = [int(line) for line in lines if line.isdecimal()]
    assert numbers == sorted(numbers)
    assert set(lines[len(numbers) :]) == {"default"}


def test_what_was_decided_without_a_look() -> None:
    assert told(a_story(reason="damaged"))["auto_approve/0"] == ("standard.yaml:12", [("event", "approve")])


def test_a_reason_to_refuse_and_the_dispute_after_it() -> None:
    refused = after(a_story(), workflow.reject, reason="late")
    assert told(refused)["reject_reasons/late"] == ("standard.yaml:14", [("reason", "reject")])
    assert "deadlines/dispute" in told(refused)
    contested = after(refused, dispute.escalate)
    assert told(contested)["deadlines/negotiate"] == ("standard.yaml:17", [("deadline", "negotiate")])
    decided = after(contested, dispute.escalate, to_platform=True)
    assert "deadlines/platform" in told(decided)


def test_a_deadline_that_passed() -> None:
    case = a_story()
    assert case.stored.due
    late = after(case, lapse, Moment(case.stored.due.at, SYSTEM))
    assert late.stored.state == "rejected"
    assert ("event", "reject") in told(late)["deadlines/review"][1]


STATES = "requested approved received refund_due refunded rejected disputed replaced cancelled expired closed"


@pytest.mark.parametrize("state", STATES.split())
def test_every_return_has_clauses(state: str) -> None:
    assert all(isinstance(why, Why) for clause in clauses(a_case_in(state)) for why in clause.why)
    assert clauses(a_case_in(state))
