"""Claims, stages and decisions."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from returnctl.domain import dispute, paying, remarks, workflow
from returnctl.domain.case import Case
from returnctl.domain.record import Return
from returnctl.domain.states import Kind
from returnctl.domain.units import counted, held
from returnctl.errors import Frozen, NothingGiven, TooManyUnits, TooMuchMoney, WrongState
from tests.builders import (
    a_case,
    a_case_in,
    a_photo,
    a_policy,
    a_return,
    after,
    an_order,
    applied,
    beside,
    buyer,
    later,
    seller,
)  # fmt: skip

# From which state, to where an unsuccessful dispute leads, and whether the goods can still be sent back.
FROM = [
    ("requested", "closed", True),
    ("approved", "approved", True),
    ("in_transit", "in_transit", True),
    ("received", "received", False),
    ("refund_due", "refund_due", False),
    ("refunded", "refunded", False),
    ("replacement_due", "replacement_due", False),
    ("replaced", "replaced", False),
    ("rejected", "closed", True),
]


def disputed(state: str, case: Case | None = None, **wish: Any) -> Case:
    return after(a_case_in(state, case, **wish), dispute.escalate)


def sheet(record: Return) -> list[tuple[str, str, str, str]]:
    assert record.breakdown
    return [(x.code, str(x.net), str(x.tax), str(x.amount)) for x in record.breakdown.lines]


@pytest.mark.parametrize(
    "ends", [workflow.cancel, *(partial(dispute.resolve, outcome=x) for x in ("none", "compensated"))]
)
@pytest.mark.parametrize(("state", "back", "_"), FROM)
def test_nothing_came_of_it(state: str, back: str, _: bool, ends: Any) -> None:
    before = a_case_in(state)
    case = after(after(before, dispute.escalate), ends)
    assert case.stored.state == back
    if back != "closed":
        assert case.stored.breakdown == before.stored.breakdown
        assert (case.stored.due is None) == (before.stored.due is None)
    assert case.stored.dispute
    assert case.stored.dispute.outcome in ("none", "compensated")


@pytest.mark.parametrize(("state", "_", "__"), FROM)
def test_money_is_frozen_until_the_outcome(state: str, _: str, __: bool) -> None:
    with pytest.raises(Frozen):
        paying.intend(disputed(state), seller())


@pytest.mark.parametrize(("state", "_", "can_come_back"), FROM)
def test_the_goods_are_asked_for_while_they_are_not_back(state: str, _: str, can_come_back: bool) -> None:
    case = disputed(state)
    if can_come_back:
        record = after(case, dispute.resolve, outcome="return").stored
        assert (record.state, record.due and record.due.action) == ("approved", "ship")
    else:
        with pytest.raises(WrongState):
            dispute.resolve(case, seller(later(case)), outcome="return")


def test_goods_that_nobody_asked_for_can_be_asked_for() -> None:
    case = after(a_case_in("requested", type=Kind.REFUND_ONLY), workflow.approve)
    case = after(after(case, dispute.escalate), dispute.resolve, outcome="return")
    assert case.stored.state == "approved"
    case = after(after(case, workflow.receive), workflow.inspect, grades={"1": {"worn": 3}})
    assert case.stored.breakdown
    assert str(case.stored.breakdown.total) == "58.05"


def test_goods_are_not_asked_for_after_money_went_back() -> None:
    """Such a return could end as cancelled or expired, and its units be paid a second time."""
    case = after(a_case_in("requested", type=Kind.REFUND_ONLY), workflow.approve)
    case = after(after(case, paying.refund, amount=Decimal("20.00"), reference="T1"), dispute.escalate)
    with pytest.raises(WrongState):
        dispute.resolve(case, seller(later(case)), outcome="return")


def test_a_settlement_gives_the_shipping_of_the_order_once() -> None:
    order = an_order()
    first = a_case_in("refunded", a_case(order), items={"1": 1}, reason="damaged")
    shipped = [x.code for x in first.stored.breakdown.lines] if first.stored.breakdown else []
    assert "outbound_shipping" in shipped
    first = after(after(first, dispute.escalate), dispute.resolve, outcome="refund", amount=Decimal("1.00"))
    second = applied(a_case(order, others=(first.stored,)), number="R-000043", items={"1": 1}, reason="damaged")
    estimate = second.stored.breakdown
    assert estimate
    assert "outbound_shipping" not in [x.code for x in estimate.lines]


def test_a_settlement_holds_no_units_that_were_not_free() -> None:
    order = an_order()
    rejected = a_case_in("rejected", a_case(order), items={"1": 1})
    whole = applied(a_case(order, others=(rejected.stored,)), number="R-000043", items={"1": 3})
    contested = after(replace(rejected, others=(whole.stored,)), dispute.escalate)
    settled = after(contested, dispute.resolve, outcome="refund", amount=Decimal("1.00"))
    assert (counted(settled.stored, "1"), held([settled.stored, whole.stored], "1")) == (0, 3)


@pytest.mark.parametrize(("state", "_", "__"), FROM)
def test_a_decided_amount_is_due_from_now(state: str, _: str, __: bool) -> None:
    most = Decimal("93.15") if state != "refunded" else Decimal("0.00")
    case = disputed(state)
    with pytest.raises(TooMuchMoney) as refused:
        dispute.resolve(case, seller(later(case)), outcome="refund", amount=most + 1)
    assert refused.value.facts["most"] == str(most)
    if most:
        case = after(case, dispute.resolve, outcome="refund", amount=Decimal("20.00"))
        assert (case.stored.state, sheet(case.stored)) == ("refund_due", [("agreed", "18.46", "1.54", "20.00")])
        assert after(case, paying.refund).stored.state == "refunded"


def test_what_was_paid_already_stands_beside_it() -> None:
    case = after(a_case_in("refund_due"), paying.refund, amount=Decimal("50.00"))
    case = after(after(case, dispute.escalate), dispute.resolve, outcome="refund", amount=Decimal("10.00"))
    assert sheet(case.stored) == [("paid", "46.16", "3.84", "50.00"), ("agreed", "9.23", "0.77", "10.00")]
    assert case.stored.agreed
    assert (str(case.stored.agreed.amount), str(case.stored.agreed.paid_before)) == ("10.00", "50.00")
    case = after(case, paying.refund)
    assert (case.stored.state, str(case.stored.refunds[-1].amount)) == ("refunded", "10.00")


def test_no_more_than_the_whole_order_bears() -> None:
    other = beside(a_case_in("refunded", items={"1": 2}))
    case = disputed("requested", other, number="R-000043")
    with pytest.raises(TooMuchMoney) as refused:
        dispute.resolve(case, seller(later(case)), outcome="refund", amount=Decimal("34.66"))
    assert refused.value.facts["most"] == "34.65"


def test_the_amount_that_was_asked_is_the_default() -> None:
    case = after(a_case_in("requested"), dispute.escalate, claim="refund_amount", amount=Decimal("12.00"))
    assert sheet(after(case, dispute.resolve, outcome="refund").stored)[0][3] == "12.00"
    with pytest.raises(NothingGiven):
        dispute.resolve(disputed("requested"), seller(), outcome="refund")


@pytest.mark.parametrize("amount", ["0.00", "-1.00"])
def test_an_amount_is_more_than_nothing(amount: str) -> None:
    with pytest.raises(TooMuchMoney):
        dispute.resolve(disputed("requested"), seller(), outcome="refund", amount=Decimal(amount))


def test_a_repeated_decision_is_unchanged() -> None:
    facts: dict[str, Any] = {"outcome": "refund", "amount": Decimal("9.00"), "reference": "D-1"}
    case = after(disputed("rejected"), dispute.resolve, note="by mail", **facts)
    told = {"outcome": "refund", "amount": "9.00", "reference": "D-1", "note": "by mail"}
    assert case.stored.history[-1].facts == told
    assert not dispute.resolve(case, seller(later(case)), **facts).events
    noted = after(case, remarks.note, text="paid by tomorrow")
    assert not dispute.resolve(noted, seller(later(noted)), **facts).events
    with pytest.raises(WrongState):
        dispute.resolve(case, seller(later(case)), outcome="refund", amount=Decimal("8.00"))
    assert case.stored.dispute
    assert case.stored.dispute.reference == "D-1"


def test_to_the_platform_with_what_is_given() -> None:
    facts: dict[str, Any] = {"number": "C-1", "note": "no answer"}
    case = after(disputed("requested"), dispute.escalate, to_platform=True, evidence=(a_photo(),), **facts)
    assert case.stored.history[-1].facts == {"stage": "platform", "case": "C-1", "note": "no answer"}
    assert case.stored.dispute
    assert (case.stored.dispute.stage, case.stored.dispute.case) == ("platform", "C-1")
    assert [file.name for file in case.stored.evidence] == ["crack.jpg"]
    assert not dispute.escalate(case, seller(later(case)), to_platform=True).events
    for wrong in ({"to_platform": True, "number": "C-2"}, {"claim": "not_returned"}):
        with pytest.raises(WrongState):
            dispute.escalate(case, seller(later(case)), **wrong)


def test_not_to_the_platform_before_negotiation() -> None:
    with pytest.raises(WrongState):
        dispute.escalate(a_case_in("requested"), buyer(), to_platform=True)


def test_a_withdrawn_dispute_does_not_keep_the_return_from_being_cancelled() -> None:
    case = after(disputed("approved"), workflow.cancel)
    assert after(case, workflow.cancel).stored.state == "cancelled"


def test_units_that_are_gone_cannot_come_back() -> None:
    refused = a_case_in("rejected")
    other = a_return("approved", beside(refused), number="R-000043")
    case = after(replace(refused, others=(other,)), dispute.escalate)
    with pytest.raises(TooManyUnits):
        dispute.resolve(case, seller(later(case)), outcome="return")


def test_an_agreement_is_forgotten_when_the_goods_are_asked_for() -> None:
    order = an_order(lines=[{"line": "1", "quantity": 1, "net": "10.00"}], shipping={})
    case = a_case_in("disputed", a_case(order, a_policy()), type=Kind.REFUND_ONLY)
    case = after(case, dispute.resolve, outcome="refund", amount=Decimal("4.00"))
    case = after(after(case, dispute.escalate), dispute.resolve, outcome="return")
    assert (case.stored.agreed, sheet(case.stored)) == (None, [("item", "10.00", "0.00", "10.00")])
