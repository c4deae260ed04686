"""What `policy explain` says of the money sums to the total, whichever way it came about."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from returnctl.domain.case import Case
from returnctl.domain.explain import explain
from returnctl.domain.refund import settled
from returnctl.domain.step import basis
from returnctl.output.explanation import explanation, explanation_json
from tests.builders import NOW, a_case, a_case_in, a_policy, applied, beside


def agreed() -> Case:
    case = a_case_in("received")
    stands, worth = settled(basis(case, case.stored), Decimal("10.00"), {"1": 1}, NOW)
    return case.having(replace(case.stored, agreed=stands, breakdown=worth))


def limited() -> Case:
    """A fee above what was paid."""
    return a_case_in("requested", a_case(policy=a_policy(restocking_fee={"flat": {"USD": "900"}})))


def second() -> Case:
    """The shipping was given back with the return before."""
    first = a_case_in("refund_due", items={"1": 1}, reason="damaged")
    return applied(beside(first), items={"1": 1}, reason="damaged", number="R-000043")


@pytest.mark.parametrize("case", [a_case_in("requested"), a_case_in("refunded"), agreed(), limited(), second()])
def test_the_lines_sum_to_the_total(case: Case) -> None:
    told = explanation_json(explain(case), of_a_return=True)
    assert sum(Decimal(line["amount"]) for line in told["breakdown"]) == Decimal(told["total"])
    assert {tuple(line) for line in told["breakdown"]} == {
        ("code", "line", "grade", "net", "tax", "amount", "at", "facts")
    }


def test_shipping_that_was_given_already() -> None:
    text = explanation(explain(second()), in_full=False)
    assert "given back with another return" in text
    assert "not by the rule" not in text
