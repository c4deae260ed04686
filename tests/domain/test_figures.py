"""What real histories come to in figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from returnctl.domain import dispute, paying, remarks, undo, workflow
from returnctl.domain.anonymize import anonymize
from returnctl.domain.automatic import SYSTEM
from returnctl.domain.case import Case, Moment
from returnctl.domain.external import External
from returnctl.domain.figures import Figures, basket, figures_of, major, minor, sold
from returnctl.domain.lapse import lapse
from returnctl.domain.states import State
from tests.builders import (
    DAY,
    HOUR,
    a_case,
    a_case_in,
    a_policy,
    after,
    an_order,
    applied,
    as_order,
    buyer,
    later,
    platform,
    seller,
)

FEE: dict[str, Any] = {"restocking_fee": {"percent": 15, "charged_for": ["buyer"]}}


def refunded(case: Case, *, grades: Any = None, **wish: Any) -> Case:
    for step in (workflow.approve, workflow.receive):
        case = after(case if case.record else applied(case, **wish), step)
    case = after(case, workflow.inspect, grades=grades, passes=grades is None)
    return after(after(case, paying.intend), paying.confirm)


def said(case: Case, *hours: int) -> Case:
    """The buyer asks, and at each of these hours after it the seller writes."""
    asked = after(case, remarks.message, buyer(later(case)), text="when?")
    at = asked.stored.updated_at
    for hour in hours:
        asked = after(asked, remarks.message, seller(at + hour * HOUR), text="soon")
    return asked


def by_silence() -> Case:
    case = a_case_in("requested", a_case(policy=a_policy(deadlines={"review": {"hours": 5, "then": "approve"}})))
    assert case.stored.due
    return after(case, lapse, Moment(case.stored.due.at, SYSTEM))


def by_rule() -> Case:
    rules = [{"name": "cheap", "max_total": {"USD": "100.00"}}]
    return applied(a_case(policy=a_policy(auto_approve=rules)))


def contested(state: str, **outcome: Any) -> Case:
    case = after(a_case_in(state), dispute.escalate, amount=Decimal("20.00"))
    case = after(case, dispute.escalate, to_platform=True)
    return after(case, dispute.resolve, **outcome) if outcome else case


def promised(case: Case, status: str | None) -> Case:
    told = External("tiktok", "4035", compensation=Decimal("9.00"), compensation_status=status)
    return case.having(replace(case.stored, external=told))


def paid_by_platform(amount: str) -> Case:
    """Of a return of which the worksheet gives 29.83."""
    wish = {"items": {"1": 2}, "reason": "no_longer_needed", "grades": {"1": {"worn": 2}}}
    case = refunded(a_case(policy=a_policy(**FEE)), **wish)
    paid = Decimal(amount)
    theirs = replace(case.stored.refunds[0], amount=paid, confirmed=paid, net=paid, tax=paid * 0)
    return case.having(replace(case.stored, refunds=(theirs,)))


def ran_by_platform() -> Case:
    paid = a_case_in("refunded").stored
    history = tuple(replace(x, role=platform().by.role) for x in paid.history)
    told = External("tiktok", "4035", refund=Decimal("31.00"), refunded_at=paid.applied_at + 3 * HOUR)
    return a_case().having(replace(paid, external=told, refunds=(), history=history))


CASES: dict[str, tuple[Callable[[], Case], dict[str, Any]]] = {
    "a request that nobody answered": (
        lambda: a_case_in("requested"),
        {"answer": "", "answered": None, "ended": None, "paid": None, "policy": "standard", "version": 1},
    ),
    "approved by hand an hour later": (
        lambda: a_case_in("approved"),
        {"answer": "approve", "answered_by": "hand", "answered": 60, "inspected": None},
    ),
    "approved by a rule at once": (by_rule, {"answer": "approve", "answered_by": "rule", "answered": 0}),
    "approved because nobody answered": (
        by_silence,
        {"answered_by": "silence", "answered": 300, "late": ("seller:missed:review",)},
    ),
    "rejected": (
        lambda: a_case_in("rejected"),
        {"answer": "reject", "answered": 60, "ended": 60, "refused": False},
    ),
    "rejected, but it was taken back": (
        lambda: after(a_case_in("rejected"), undo.undo),
        {"answer": "", "answered": None, "ended": None},
    ),
    "a parcel that was refused": (
        lambda: after(after(a_case_in("approved"), workflow.ship), workflow.reject),
        {"answer": "approve", "refused": True, "ended": 180},
    ),
    "cancelled": (lambda: a_case_in("cancelled"), {"answer": "", "answered": None, "ended": 60}),
    "refunded in five steps": (
        lambda: a_case_in("refunded"),
        {"inspected": 60, "refunded": 300, "ended": 300, "paid": 9315, "fee": None, "freight": 540},
    ),
    "a fee and wear are kept": (
        lambda: refunded(
            a_case(policy=a_policy(**FEE)), items={"1": 2}, reason="no_longer_needed", grades={"1": {"worn": 2}}
        ),
        {"paid": 2983, "fee": 527, "wear": 2340, "freight": None},
    ),
    "…but where the platform paid all back": (
        lambda: paid_by_platform("58.50"),
        {"paid": 5850, "fee": None, "wear": None},
    ),
    "…a cent a unit is rounding": (lambda: paid_by_platform("29.85"), {"paid": 2985, "fee": 527, "wear": 2340}),
    "what may still come is not counted": (lambda: a_case_in("refund_due"), {"paid": None, "fee": None}),
    "expired": (lambda: a_case_in("expired"), {"late": ("buyer:missed:ship",), "paid": None}),
    "contested, and not decided": (lambda: contested("rejected"), {"dispute": "open", "at_platform": True}),
    "the platform pays the seller": (
        lambda: contested("refunded", outcome="compensated", amount=Decimal("12.50")),
        {"dispute": "compensated", "compensated": 1250, "state": "refunded"},
    ),
    "…and says so": (
        lambda: promised(contested("refunded", outcome="compensated", amount=Decimal("12.50")), None),
        {"compensated": 1250},
    ),
    "…or says more": (
        lambda: promised(contested("refunded", outcome="compensated", amount=Decimal("2.50")), None),
        {"compensated": 900},
    ),
    "…it is to": (lambda: promised(a_case_in("refunded"), "Approved"), {"compensated": 900}),
    "…it refuses": (lambda: promised(a_case_in("refunded"), "Rejected"), {"compensated": None}),
    "…it looks into it": (lambda: promised(a_case_in("refunded"), "Under review"), {"compensated": None}),
    "the buyer was right": (
        lambda: contested("rejected", outcome="refund"),
        {"dispute": "refund", "answer": "reject", "state": "refund_due"},
    ),
    "a contested request that was decided elsewhere has no answer": (
        lambda: contested("requested", outcome="refund"),
        {"answer": "", "dispute": "refund"},
    ),
    "a question answered within a day": (lambda: said(a_case_in("approved"), 24), {"asked": 1, "replied": 1}),
    "a question answered too late": (lambda: said(a_case_in("approved"), 25, 26), {"asked": 1, "replied": 0}),
    "a question that waits, asked twice": (lambda: said(said(a_case_in("approved"))), {"asked": 1, "replied": 0}),
    "a decision answers too": (
        lambda: after(said(a_case_in("requested")), workflow.approve),
        {"asked": 1, "replied": 1},
    ),
    "a buyer who was content": (
        lambda: after(a_case_in("refunded"), remarks.feedback, buyer(), rating=5, comment="quick"),
        {"rating": 5},
    ),
    "a platform tells when it paid, not when it answered": (
        ran_by_platform,
        {"answered": None, "answered_by": "platform", "inspected": None, "refunded": 180, "paid": 3100},
    ),
}


def told(figures: Figures, name: str) -> Any:
    return getattr(figures.traits, name) if hasattr(figures.traits, name) else getattr(figures, name)


@pytest.mark.parametrize("name", CASES)
def test_figures(name: str) -> None:
    make, wanted = CASES[name]
    figures = figures_of(make().stored)
    assert {key: told(figures, key) for key in wanted} == wanted


@pytest.mark.parametrize("name", CASES)
def test_a_buyer_who_was_removed_changes_no_figure(name: str) -> None:
    case = CASES[name][0]()
    gone = anonymize(case, seller(later(case, 9 * DAY)), before=case.stored.updated_at + DAY).record
    assert figures_of(gone) == figures_of(case.stored)


def test_a_basket_is_the_same_for_the_same_goods() -> None:
    lines = [
        {"line": x, "sku": sku, "quantity": 2, "net": "8.00"} for x, sku in (("1", "B\t"), ("2", 'A"'), ("3", "B\t"))
    ]
    order = as_order(an_order(lines=lines))
    assert sold(order) == '[["A\\"",2],["B\\t",4]]' == basket((("B\t", 4), ('A"', 2)))
    assert sold(replace(order, cancelled_at=order.ordered_at + timedelta(hours=1))) is None


@pytest.mark.parametrize(
    ("amount", "currency", "cents"), [("12.50", "USD", 1250), ("800", "JPY", 800), ("1.250", "KWD", 1250)]
)
def test_money_comes_back_from_its_smallest_unit(amount: str, currency: str, cents: int) -> None:
    assert minor(Decimal(amount), currency) == cents
    assert str(major(cents, currency)) == amount


def test_every_state_has_figures() -> None:
    assert {figures_of(a_case_in(state).stored).traits.state for state in State} == set(State)
