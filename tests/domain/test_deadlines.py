"""What each state waits for, from whom, and until when."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from returnctl.domain import dispute, paying, workflow
from returnctl.domain.calendar import WorkCalendar
from tests.builders import DAY, a_case, a_case_in, a_policy, a_return, after, at, later, seller

UTC = a_policy(timezone="UTC")
THANKSGIVING = WorkCalendar(country="US", first=2026, last=2027, holidays=frozenset({date(2026, 11, 26)}))


@pytest.mark.parametrize(
    ("state", "due"),
    [
        ("requested", ("review", "seller", "2026-11-13T00:00:00Z", "approve")),
        ("approved", ("ship", "buyer", "2026-11-25T00:00:00Z", "expire")),
        ("in_transit", ("receive", "seller", "2026-12-11T00:00:00Z", "remind")),
        ("received", ("inspect", "seller", "2026-11-17T00:00:00Z", "pass")),
        ("refund_due", ("refund", "seller", "2026-11-16T00:00:00Z", "remind")),
        ("refunding", ("confirm", "seller", "2026-11-16T00:00:00Z", "remind")),
        ("refunded", None),
        ("replacement_due", ("replace", "seller", "2026-11-12T00:00:00Z", "remind")),
        ("replaced", None),
        ("rejected", ("dispute", "buyer", "2026-11-21T00:00:00Z", "close")),
        ("disputed", ("negotiate", "seller", "2026-11-14T00:00:00Z", "escalate")),
        ("cancelled", None),
        ("expired", None),
        ("closed", None),
    ],
)  # all on Tuesday, 10 November
def test_the_due_of_each_state(state: str, due: tuple[str, str, str, str] | None) -> None:
    found = a_return(state, a_case(policy=UTC)).due
    assert (found and (found.action, found.by, found.at, found.then)) == (due and (*due[:2], at(due[2]), due[3]))


@pytest.mark.parametrize(
    ("deadline", "ends"),
    [
        ({"hours": 48}, "2026-11-26T18:00:00Z"),
        ({"days": 2}, "2026-11-27T00:00:00Z"),
        ({"days": 0}, "2026-11-25T00:00:00Z"),
        ({"working_days": 2}, "2026-11-28T00:00:00Z"),
    ],
)  # from Tuesday the 24th; Thursday is Thanksgiving
def test_what_a_deadline_may_be(deadline: dict[str, Any], ends: str) -> None:
    policy = a_policy(timezone="UTC", deadlines={"review": deadline | {"then": "remind"}}, calendars=[THANKSGIVING])
    due = a_return("requested", a_case(policy=policy), now=at("2026-11-24T18:00:00Z")).due
    assert due
    assert (due.at, due.then) == (at(ends), "remind")


def test_a_deadline_that_names_only_its_length_keeps_what_follows() -> None:
    due = a_return("requested", a_case(policy=a_policy(deadlines={"review": {"hours": 1}}))).due
    assert due
    assert (due.at, due.then) == (at("2026-11-10T19:00:00Z"), "approve")


def test_parts_of_a_payment_have_one_deadline() -> None:
    case = a_case_in("refund_due")
    opened = case.stored.due
    for step in (
        partial(paying.intend, amount=Decimal("10.00")),
        partial(paying.fail, why="declined"),
        partial(paying.refund, amount=Decimal("10.00")),
    ):
        case = after(case, step, seller(later(case, DAY)))
        assert case.stored.due
        assert opened
        assert case.stored.due.at == opened.at


def test_a_return_that_comes_back_has_a_fresh_due() -> None:
    case = after(a_case_in("refund_due", a_case(policy=UTC)), dispute.escalate)
    due = after(case, dispute.resolve, seller(later(case, 3 * DAY)), outcome="none").stored.due
    assert due
    assert (due.action, due.at) == ("refund", at("2026-11-19T00:00:00Z"))


def test_stages_of_a_dispute() -> None:
    case = after(a_case_in("disputed", a_case(policy=UTC)), dispute.escalate, to_platform=True)
    due = case.stored.due
    assert due
    assert (due.action, due.by, due.at, due.then) == ("platform", "platform", at("2026-11-18T00:00:00Z"), "remind")


def test_a_further_parcel_opens_the_inspection_again() -> None:
    case = after(a_case_in("approved", a_case(policy=UTC)), workflow.receive, items={"1": 1})
    due = after(case, workflow.receive, seller(later(case, 7 * DAY))).stored.due
    assert due
    assert due.at == at("2026-11-24T00:00:00Z")
