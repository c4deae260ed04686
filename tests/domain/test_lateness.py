"""Dues that were answered too late, or nearly."""

from __future__ import annotations

from datetime import timedelta

import pytest

from returnctl.domain import dispute, paying, remarks, undo, workflow
from returnctl.domain.automatic import SYSTEM
from returnctl.domain.case import Case, Moment
from returnctl.domain.external import External
from returnctl.domain.lapse import lapse
from tests.builders import DAY, HOUR, a_case, a_case_in, a_policy, after, platform, seller

SECOND = timedelta(seconds=1)


def late(case: Case) -> list[tuple[str, str, str]]:
    return [(x.action, str(x.by), "near" if x.near else "missed") for x in case.stored.late]


def before_the_end(case: Case, span: timedelta) -> Moment:
    assert case.stored.due
    return seller(case.stored.due.at - span)


def a_tenth(case: Case) -> timedelta:
    assert case.stored.due
    return (case.stored.due.at - case.stored.applied_at) / 10


@pytest.mark.parametrize(
    ("tenths", "found"),
    [(2.0, []), (1.001, []), (1.0, ["near"]), (0.001, ["near"]), (0.0, ["missed"]), (-5.0, ["missed"])],
)
def test_an_answer_is_measured_by_the_time_it_had(tenths: float, found: list[str]) -> None:
    case = a_case_in("requested")
    answered = after(case, workflow.approve, before_the_end(case, a_tenth(case) * tenths))
    assert late(answered) == [("review", "seller", each) for each in found]


def test_what_follows_by_itself_is_no_answer_in_time() -> None:
    case = a_case(policy=a_policy(deadlines={"review": {"hours": 5, "then": "approve"}}))
    case = a_case_in("requested", case)
    assert case.stored.due
    assert late(after(case, lapse, Moment(case.stored.due.at, SYSTEM))) == [("review", "seller", "missed")]


def test_a_buyer_misses_too_but_a_right_that_ends_binds_nobody() -> None:
    assert late(a_case_in("expired")) == [("ship", "buyer", "missed")]
    assert late(a_case_in("closed")) == []


def test_a_payment_that_was_begun_is_no_answer() -> None:
    case = a_case_in("refund_due")
    begun = after(case, paying.intend, before_the_end(case, SECOND))
    assert late(begun) == []
    assert late(after(begun, paying.confirm, before_the_end(case, -HOUR))) == [("refund", "seller", "missed")]


def test_what_leaves_the_due_leaves_it_unanswered() -> None:
    case = a_case_in("requested")
    moment = before_the_end(case, -HOUR)
    assert late(after(case, remarks.message, moment, text="soon")) == []
    moved = after(case, remarks.set_due, moment, at=moment.now + 20 * DAY)
    assert late(after(moved, workflow.approve)) == []


def test_each_is_kept_and_undo_forgets_its_own() -> None:
    case = a_case_in("requested")
    reviewed = after(case, workflow.approve, before_the_end(case, SECOND))
    contested = after(reviewed, dispute.escalate, before_the_end(reviewed, -DAY))
    assert late(contested) == [("review", "seller", "near"), ("ship", "buyer", "missed")]
    assert late(after(contested, undo.undo)) == late(reviewed)


def test_of_a_platform_only_its_silence_is_known() -> None:
    case = a_case_in("requested", external=External("tiktok", "4035"))
    assert case.stored.due
    over = case.stored.due.at + HOUR
    assert late(after(case, workflow.approve, platform(over))) == []
    lapsed = after(case, lapse, Moment(over, SYSTEM))
    assert late(lapsed) == [("review", "seller", "missed")]
    assert late(after(lapsed, workflow.approve)) == late(lapsed)
