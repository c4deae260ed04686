"""What to choose at the platform for each decision of ours."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from returnctl.domain import paying, remarks, workflow
from returnctl.domain.carry_out import Amount, Instruction, instruction, instructions
from returnctl.domain.case import Case
from returnctl.domain.external import External
from returnctl.domain.record import Owed
from returnctl.domain.states import Kind
from tests.builders import a_case, a_case_in, a_policy, after
from tests.domain.test_observe import CANCEL, ID, PENDING, SHIP, SHIPPED, SUCCESS, a_report, begun, told

RETURN, REFUND, GOODS = Kind.RETURN_AND_REFUND, Kind.REFUND_ONLY, Kind.REPLACEMENT
ASKED = {RETURN: PENDING, REFUND: PENDING, GOODS: "REPLACEMENT_REQUEST_PENDING"}
REQUEST, PARCEL = "reverse_reject_request_reason_", "reverse_reject_return_parcel_reason_"


def reject(reason: str | None = None) -> Callable[..., Any]:
    return partial(workflow.reject, reason=reason)


def graded(**grades: int | None) -> Callable[..., Any]:
    return partial(workflow.inspect, grades={"1": grades})


FIVE = Decimal("5.00")
BACK = (SHIP, workflow.receive)
TABLE: list[Any] = [
    (RETURN, (workflow.approve,), "APPROVE_RETURN", None, None),
    (RETURN, (partial(workflow.approve, returnless=True),), "APPROVE_REFUND", None, None),
    (REFUND, (workflow.approve,), "APPROVE_REFUND", None, None),
    (GOODS, (workflow.approve,), "APPROVE_REPLACEMENT", None, None),
    (RETURN, (reject("not_eligible"),), "REJECT_RETURN", REQUEST + "2", None),
    (REFUND, (reject("insufficient_evidence"),), "REJECT_REFUND", REQUEST + "1", None),
    (GOODS, (reject("used_or_damaged"),), "REJECT_REPLACEMENT", REQUEST + "3", None),
    (RETURN, (reject("never_came_back"),), "REJECT_RETURN", None, None),
    (RETURN, (reject(),), "REJECT_RETURN", None, None),
    (RETURN, (SHIPPED, reject("never_came_back")), "REJECT_RECEIVED_PACKAGE", PARCEL + "4", None),
    (RETURN, (SHIPPED, reject("not_our_item")), "REJECT_RECEIVED_PACKAGE", PARCEL + "1", None),
    (RETURN, (*BACK, workflow.inspect), "APPROVE_RECEIVED_PACKAGE", None, None),
    (RETURN, (*BACK, graded(as_sent=1, worn=2)), "OFFER_PARTIAL_REFUND", None, "64.35"),
    (RETURN, (*BACK, graded(wrong_item=None)), "REJECT_RECEIVED_PACKAGE", PARCEL + "1", None),
    (RETURN, (*BACK, graded(missing=None)), "REJECT_RECEIVED_PACKAGE", PARCEL + "3", None),
    (REFUND, (SUCCESS, partial(paying.refund, reference="T-1")), "APPROVE_REFUND", None, None),
    (
        REFUND,
        (SUCCESS, partial(paying.refund, reference="T-1", amount=FIVE)),
        "OFFER_PARTIAL_REFUND",
        None,
        "5.00",
    ),
]


def led(kind: Kind, steps: tuple[Any, ...], case: Case | None = None) -> Case:
    case = begun(a_report(ASKED[kind], kind=kind), case)
    for at, step in enumerate(steps, 1):
        case = told(case, a_report(step, at, kind=kind)) if isinstance(step, str) else after(case, step)
    return case


@pytest.mark.parametrize(("kind", "steps", "decision", "code", "amount"), TABLE)
def test_what_to_choose(
    kind: Kind, steps: tuple[Any, ...], decision: str, code: str | None, amount: str | None
) -> None:
    policy = a_policy(refund={"methods": ["original_payment"], "outbound_shipping": "never"})
    (chosen,) = instructions(led(kind, steps, a_case(policy=policy)).stored)
    assert (chosen.decision, chosen.reject_reason, chosen.return_id) == (decision, code, ID)
    assert chosen.partial_refund == (Amount(amount, "USD") if amount else None)
    assert chosen.return_type == {RETURN: "RETURN_AND_REFUND", REFUND: "REFUND", GOODS: "REPLACEMENT"}[kind]


def test_a_replacement_that_is_not_to_be_had() -> None:
    case = led(GOODS, (partial(workflow.approve, returnless=True), workflow.convert))
    assert [x.decision for x in instructions(case.stored)] == ["APPROVE_REPLACEMENT", "ISSUE_REPLACEMENT_REFUND"]


@pytest.mark.parametrize(
    ("steps", "code"),
    [((reject("late"),), "seller_reject_apply_late"), ((SHIPPED, reject("late")), PARCEL + "9")],
)
def test_the_policy_may_state_the_codes(steps: tuple[Any, ...], code: str) -> None:
    policy = a_policy(reject_reasons={"late": {"also": [PARCEL + "9", "seller_reject_apply_late"]}})
    (chosen,) = instructions(led(RETURN, steps, a_case(policy=policy)).stored)
    assert chosen.reject_reason == code


def test_what_is_settled_is_not_shown_again() -> None:
    case = led(RETURN, (workflow.approve,))
    assert instructions(after(case, remarks.done).stored) == ()
    assert instructions(told(case, a_report(CANCEL, 1)).stored) == ()
    assert instructions(told(case, a_report(SHIP, 1)).stored) == ()


def test_other_platforms_are_told_nothing_of_this_one() -> None:
    case = a_case_in("requested", external=External("other", "X-1"))
    case = after(case, workflow.approve)
    assert [owed.what for owed in case.stored.owed if owed.kind == "act"] == ["approve"]
    assert instructions(case.stored) == ()


def test_keys_are_no_longer_than_the_api_takes() -> None:
    record = led(RETURN, (workflow.approve,)).stored
    (owed,) = (x for x in record.owed if x.kind == "act")
    long = Owed("s" * 300 + "/" + owed.key, "act")
    made = [instruction(record, each) for each in (owed, long)]
    assert [len(x.idempotency_key) for x in made if isinstance(x, Instruction)] == [len(owed.key), 64]
    assert replace(owed, status="done").key == owed.key
