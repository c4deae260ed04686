"""What is counted and summed of applications that come out otherwise."""

from __future__ import annotations

from decimal import Decimal

from returnctl.domain.compare import CameOut
from returnctl.output.policy_diff import Sums


def test_what_cannot_be_decided_is_counted_and_no_money_saved() -> None:
    sums = Sums()
    sums.add("USD", CameOut(refund=Decimal("34.65")), CameOut(trouble="no_grade"))
    sums.add("USD", CameOut(refund=Decimal("10.00")), CameOut(refund=Decimal("9.00"), fee=Decimal("1.00")))
    told = sums.as_json(2, 0)
    assert (told["not_decided"], told["other_refund"]) == (1, 1)
    assert (told["refund"], told["fee"]) == ({"USD": ["10.00", "9.00"]}, {"USD": ["0", "1.00"]})
