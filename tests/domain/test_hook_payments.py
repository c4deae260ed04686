"""What hooks/refund says of a payment, while people act on the same return."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from returnctl.domain import dispute, paying
from returnctl.domain.case import Case, Decision
from returnctl.domain.record import RequestKey
from returnctl.domain.refund import left
from returnctl.domain.states import State
from returnctl.errors import KeyUsed, WrongState
from tests.builders import a_case, a_case_in, a_policy, a_return, after, an_order, later, seller

ASKED = RequestKey("k1", "sha256:1")


def begun(**wish: Any) -> Case:
    return after(a_case_in("refund_due"), paying.begin, **wish)


def key_of(case: Case) -> str:
    return case.stored.refunds[0].key


def test_what_the_hook_paid_counts_though_somebody_said_that_it_failed() -> None:
    case = after(begun(), paying.fail, why="stuck")
    case = after(case, paying.paid_by_hook, key=key_of(case), reference="T1")
    assert case.stored.state is State.REFUNDED
    assert [(x.status, x.reference) for x in case.stored.refunds] == [("confirmed", "T1")]


def test_what_the_hook_paid_counts_in_a_dispute() -> None:
    case = after(after(begun(), paying.fail, why="stuck"), dispute.escalate)
    decision = paying.paid_by_hook(case, seller(later(case)), key=key_of(case), reference="T1")
    assert "paid_twice" in decision.warnings
    assert (decision.record.state, decision.record.refunds[0].status) == (State.DISPUTED, "confirmed")
    assert left(case.order, [decision.record]) == left(case.order, [case.stored]) - decision.record.refunds[0].amount


def test_a_late_word_says_nothing_of_another_payment() -> None:
    case = after(after(begun(), paying.fail, why="stuck"), paying.begin)
    decision = paying.failed_by_hook(case, seller(later(case)), key=key_of(case), why="declined")
    assert decision.events == ()
    assert [x.status for x in decision.record.refunds] == ["failed", "pending"]


def test_what_was_never_asked_of_a_hook_failed_but_not_what_was_asked_twice() -> None:
    case = begun()
    assert after(case, paying.never_asked, key=key_of(case), why="no such file").stored.state is State.REFUND_DUE
    again = after(case, paying.begin, retry=True)
    assert again.stored.refunds[0].attempts == 2
    assert not paying.never_asked(again, seller(later(again)), key=key_of(case), why="no such file").events


@pytest.mark.parametrize("step", [partial(paying.begin), partial(paying.refund, reference="T1")])
def test_a_retry_where_nothing_is_waited_for_begins_no_payment(step: Callable[..., Decision]) -> None:
    failed = after(begun(), paying.fail, why="stuck")
    with pytest.raises(WrongState) as refused:
        step(failed, seller(later(failed)), retry=True)
    assert refused.value.facts["event"] == "refund --retry"
    paid = after(begun(), paying.confirm, reference="T1")
    assert not step(paid, seller(later(paid)), retry=True).events


def test_a_reference_that_the_provider_gives_again_is_booked() -> None:
    case = after(begun(amount=Decimal("5.00")), paying.confirm, reference="OK")
    case = after(case, paying.begin)
    case = after(case, paying.paid_by_hook, key=case.stored.refunds[1].key, reference="OK")
    assert [x.status for x in case.stored.refunds] == ["confirmed", "confirmed"]


def test_a_request_key_means_one_payment() -> None:
    case = begun(amount=Decimal("5.00"), request=ASKED)
    assert paying.begin(case, seller(later(case)), amount=Decimal("5.00"), request=ASKED).events == ("try",)
    with pytest.raises(KeyUsed):
        paying.begin(case, seller(later(case)), request=RequestKey("k1", "sha256:2"))
    with pytest.raises(WrongState):
        paying.begin(case, seller(later(case)), request=RequestKey("k2", "sha256:1"))
    case = after(case, paying.confirm)
    assert paying.begin(case, seller(later(case)), amount=Decimal("5.00"), request=ASKED).events == ()


def test_a_deduction_beyond_the_net_leaves_neither_part_below_nothing() -> None:
    order = an_order(lines=[{"line": "1", "quantity": 1, "net": "6.00", "tax": "2.00"}], shipping={})
    policy = a_policy(return_shipping={"buyer": {"paid_by": "buyer", "deduct": {"USD": "7.00"}}})
    sheet = a_return("refund_due", a_case(order, policy)).breakdown
    assert sheet
    assert (str(sheet.net), str(sheet.tax), str(sheet.total)) == ("0.00", "1.00", "1.00")
