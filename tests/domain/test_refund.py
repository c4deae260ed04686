"""The arithmetic of refunds: cases of other systems, the seven steps, and what must hold of any refund."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from returnctl.domain import dispute, paying, workflow
from returnctl.domain.case import Case
from returnctl.domain.money import digits, parse, rounded
from returnctl.domain.policy import Pinned
from returnctl.domain.record import Breakdown, OrderTaken, Return
from returnctl.domain.states import Kind, State
from returnctl.errors import (
    BadValue,
    KeyUsed,
    NoAmountInCurrency,
    NoProofOfPayment,
    NotEligible,
    NothingGiven,
    NotOffered,
    TooMuchMoney,
    WrongState,
)
from tests.builders import (
    a_case,
    a_case_in,
    a_policy,
    a_return,
    after,
    an_order,
    applied,
    beside,
    later,
    seller,
)

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases/refunds.yaml").read_text("utf-8"))
PLAIN = a_policy(refund={"outbound_shipping": "never"})
WITHOUT: dict[str, Any] = {"shipping": {}, "payments": []}


def lines_of(record: Return) -> list[tuple[Any, ...]]:
    assert record.breakdown is not None
    return [(x.code, x.line, str(x.net), str(x.tax), str(x.amount)) for x in record.breakdown.lines]


def total(record: Return) -> str:
    return str(sheet(record).total)


def sheet(record: Return) -> Breakdown:
    assert record.breakdown is not None
    return record.breakdown


# --- cases of other systems


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_cases_of_other_systems(case: dict[str, Any]) -> None:
    payments = [{"id": f"p{at}", "amount": amount} for at, amount in enumerate(case.get("payments", ()), 1)]
    order = an_order(currency=case["currency"], lines=case["lines"], shipping={}, payments=payments)
    shop = a_case(order, PLAIN)
    paying_one = a_case_in("requested", shop, type=Kind.REFUND_ONLY)
    for asked in case["refunds"]:
        if "amount" in asked:
            paying_one = _pays_amount(paying_one, asked)
        else:
            shop = _pays_units(shop, asked)


def _pays_amount(case: Case, asked: dict[str, Any]) -> Case:
    if case.stored.state is State.REQUESTED:
        case = after(case, workflow.approve)
    if asked.get("refused"):
        with pytest.raises((TooMuchMoney, BadValue)):
            paying.refund(case, seller(later(case)), amount=parse(asked["amount"], case.order.currency))
        return case
    case = after(case, paying.refund, amount=parse(asked["amount"], case.order.currency))
    _is_paid(case.stored, asked)
    return case


def _pays_units(shop: Case, asked: dict[str, Any]) -> Case:
    number = f"R-{len(shop.others) + 1:06}"
    if asked.get("refused"):
        with pytest.raises(NotEligible):
            applied(shop, number=number, items=asked["units"])
        return shop
    case = after(applied(shop, number=number, items=asked["units"]), workflow.approve)
    case = after(case, workflow.receive, items=asked.get("received"))
    case = after(after(case, workflow.inspect), paying.refund)
    assert case.stored.state is State.REFUNDED
    _is_paid(case.stored, asked)
    return beside(case)


def _is_paid(record: Return, asked: dict[str, Any]) -> None:
    paid = record.refunds[-1]
    assert str(paid.amount) == asked["pays"]
    assert paid.net + paid.tax == paid.amount
    assert (str(paid.net), str(paid.tax)) == (asked.get("net", str(paid.net)), asked.get("tax", str(paid.tax)))
    if "tenders" in asked:
        assert [str(tender.amount) for tender in paid.tenders] == asked["tenders"]


# --- the seven steps


def inspected(case: Case, grades: dict[str, dict[str, int | None]] | None = None, **wish: Any) -> Return:
    here = a_case_in("received", case, **wish)
    return workflow.inspect(here, seller(later(here)), grades=grades).record


def test_the_example_of_the_design() -> None:
    record = inspected(a_case(), {"1": {"as_sent": 1, "worn": 1}}, items={"1": 2}, reason="damaged")
    assert lines_of(record) == [
        ("item", "1", "54.00", "4.50", "58.50"),
        ("grade", "1", "-10.80", "-0.90", "-11.70"),
        ("outbound_shipping", None, "5.00", "0.40", "5.40"),
    ]
    assert (sheet(record).net, sheet(record).tax, total(record)) == (Decimal("48.20"), Decimal("4.00"), "52.20")


@pytest.mark.parametrize(
    ("state", "expected"),
    [("requested", "58.50"), ("approved", "58.50"), ("received", "58.50"), ("rejected", None), ("cancelled", None)],
)
def test_an_estimate_is_at_the_pass_grade(state: str, expected: str | None) -> None:
    record = a_return(state, a_case(policy=PLAIN), items={"1": 2})
    assert (record.breakdown and str(record.breakdown.total)) == expected


def test_a_part_that_was_approved_or_has_come_is_what_counts() -> None:
    case = after(a_case_in("requested", a_case(policy=PLAIN)), workflow.approve, items={"1": 2})
    assert total(case.stored) == "58.50"
    case = after(case, workflow.receive, items={"1": 1})
    assert total(case.stored) == "29.25"
    assert total(after(case, workflow.inspect).stored) == "29.25"


@pytest.mark.parametrize(
    ("grades", "expected"),
    [
        ({"as_sent": 3}, "87.75"),
        ({"worn": 3}, "52.65"),
        ({"as_sent": 1, "worn": 2}, "64.35"),
        ({"as_sent": 1, "wrong_item": 2}, "29.25"),
        ({"worn": 1, "missing": 1, "opened": 1}, "46.80"),
    ],
)
def test_grades_keep_their_part(grades: dict[str, int | None], expected: str | None) -> None:
    assert total(inspected(a_case(policy=PLAIN), {"1": grades})) == expected


def test_a_share_is_split_over_grades_to_the_last_cent() -> None:
    order = an_order(lines=[{"line": "1", "quantity": 3, "net": "10.00", "tax": "0.02"}], **WITHOUT)
    record = inspected(a_case(order, PLAIN), {"1": {"as_sent": 1, "opened": 1, "worn": 1}})
    # 3.34, 3.33, 3.33 and 0.01, 0.01, 0.00 in the policy's order of grades
    assert lines_of(record)[1:] == [("grade", "1", "-1.33", "0.00", "-1.33")]


@pytest.mark.parametrize(
    ("fee", "reason", "kept"),
    [
        ({"percent": 10}, "wrong_size", "8.78"),
        ({"percent": "12.5", "max": {"USD": "9.99"}}, "wrong_size", "9.99"),
        ({"percent": 10}, "damaged", None),
        ({"percent": 10, "charged_for": ["seller"]}, "damaged", "8.78"),
        ({"percent": 10}, None, "8.78"),
        ({"flat": {"USD": "5.00"}}, "wrong_size", "5.00"),
        ({"flat": {"USD": "0.00"}}, "wrong_size", None),
        ("none", "wrong_size", None),
    ],
)
def test_the_restocking_fee(fee: Any, reason: str | None, kept: Any) -> None:
    policy = a_policy(restocking_fee=fee, refund={"outbound_shipping": "never"})
    record = a_return("refund_due", a_case(policy=policy), reason=reason)
    fees = [line.amount for line in sheet(record).lines if line.code == "restocking_fee"]
    assert fees == ([-Decimal(kept)] if kept else [])


def test_the_fee_takes_net_and_tax_of_each_line_in_proportion() -> None:
    lines = [{"line": "1", "quantity": 1, "net": "10.00", "tax": "2.00"}, {"line": "2", "quantity": 1, "net": "24.00"}]
    policy = a_policy(restocking_fee={"flat": {"USD": "1.00"}}, refund={"outbound_shipping": "never"})
    record = a_return("refund_due", a_case(an_order(lines=lines, **WITHOUT), policy))
    assert lines_of(record)[2:] == [
        ("restocking_fee", "1", "-0.27", "-0.06", "-0.33"),
        ("restocking_fee", "2", "-0.67", "0.00", "-0.67"),
    ]


@pytest.mark.parametrize(
    ("rule", "reason", "units", "goes_back"),
    [
        ("never", "damaged", 3, False),
        ("fault", "damaged", 1, True),
        ("fault", "wrong_size", 3, False),
        ("whole_order", "damaged", 2, False),
        ("whole_order", "wrong_size", 3, True),
        ("fault_or_whole_order", "damaged", 1, True),
        ("fault_or_whole_order", "wrong_size", 3, True),
        ("fault_or_whole_order", "wrong_size", 2, False),
        ("always", "wrong_size", 1, True),
    ],
)
def test_the_shipping(rule: str, reason: str | None, units: int, goes_back: bool) -> None:
    case = a_case(policy=a_policy(refund={"outbound_shipping": rule}))
    record = a_return("refund_due", case, items={"1": units}, reason=reason)
    assert (("outbound_shipping", None, "5.00", "0.40", "5.40") in lines_of(record)) == goes_back


def test_the_shipping_goes_back_once_an_order() -> None:
    first = a_case_in("refunded", a_case(), items={"1": 1}, reason="damaged")
    second = a_return("refund_due", beside(first), number="R-000043", items={"1": 1}, reason="damaged")
    assert (total(first.stored), total(second)) == ("34.65", "29.25")


def test_an_order_is_whole_when_its_last_unit_was_accepted() -> None:
    first = beside(a_case_in("refunded", items={"1": 1}))
    assert total(inspected(first, {"1": {"as_sent": 1, "missing": 1}}, number="R-000043")) == "29.25"
    assert total(inspected(first, number="R-000043")) == "63.90"


@pytest.mark.parametrize(
    ("wish", "terms", "kept"),
    [
        ({"reason": "wrong_size"}, {"paid_by": "buyer", "deduct": {"USD": "4.99"}}, True),
        ({"reason": "wrong_size"}, {"paid_by": "seller", "deduct": {"USD": "4.99"}}, False),
        ({"reason": "wrong_size"}, {"paid_by": "buyer"}, False),
        ({"reason": "damaged"}, {"paid_by": "buyer", "deduct": {"USD": "4.99"}}, False),
        ({"type": Kind.REFUND_ONLY}, {"paid_by": "buyer", "deduct": {"USD": "4.99"}}, False),
    ],
)
def test_the_label(wish: dict[str, Any], terms: dict[str, Any], kept: Any) -> None:
    policy = a_policy(return_shipping={"buyer": terms})
    case = after(a_case_in("requested", a_case(policy=policy), **wish), workflow.approve)
    if case.stored.state is State.APPROVED:
        assert (("return_label", None, "-4.99", "0.00", "-4.99") in lines_of(case.stored)) == kept
        case = after(after(case, workflow.receive), workflow.inspect)
    assert (("return_label", None, "-4.99", "0.00", "-4.99") in lines_of(case.stored)) == kept


def test_no_label_where_nothing_comes_back() -> None:
    policy = a_policy(return_shipping={"buyer": {"paid_by": "buyer", "deduct": {"USD": "4.99"}}})
    case = after(a_case_in("requested", a_case(policy=policy)), workflow.approve, returnless=True)
    assert total(case.stored) == "93.15"


def test_the_total_never_falls_below_nothing() -> None:
    order = an_order(lines=[{"line": "1", "quantity": 1, "net": "2.00", "tax": "0.50"}], **WITHOUT)
    policy = a_policy(return_shipping={"buyer": {"paid_by": "buyer", "deduct": {"USD": "4.99"}}})
    record = inspected(a_case(order, policy))
    assert lines_of(record)[-1][0] == "limit"
    assert (total(record), record.state, record.refunds) == ("0.00", State.REFUNDED, ())


def test_the_total_never_exceeds_what_was_paid() -> None:
    order = an_order(payments=[{"id": "p1", "amount": "90.00"}])  # a payment discount of 3.15
    record = a_return("refund_due", a_case(order))
    # 3.15 × 7.15 / 93.15 = 0.2418 of it is tax
    assert lines_of(record)[-1] == ("limit", None, "-2.91", "-0.24", "-3.15")
    assert total(record) == "90.00"


def test_a_platform_that_paid_too_much_leaves_nothing_and_never_less() -> None:
    first = a_case_in("refunded", items={"1": 1})
    (paid,) = first.stored.refunds
    too_much = replace(paid, amount=Decimal("99.00"), net=Decimal("99.00"), tax=Decimal("0.00"))
    others = (replace(first.stored, refunds=(too_much,)),)
    record = a_return("received", a_case(others=others), number="R-000043", items={"1": 1})
    assert total(record) == "0.00"


def test_a_fee_that_was_paid_beside_the_goods_stays() -> None:
    order = an_order(payments=[{"id": "p1", "amount": "94.15"}])
    assert total(a_return("refund_due", a_case(order))) == "93.15"


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({"restocking_fee": {"flat": {"GBP": "5.00"}}}, "restocking_fee/flat"),
        ({"restocking_fee": {"percent": 10, "max": {"GBP": "5.00"}}}, "restocking_fee/max"),
        (
            {"return_shipping": {"buyer": {"paid_by": "buyer", "deduct": {"GBP": "3.99"}}}},
            "return_shipping/buyer/deduct",
        ),
    ],
)
def test_an_amount_that_lacks_the_currency_is_named(body: dict[str, Any], key: str) -> None:
    with pytest.raises(NoAmountInCurrency) as refused:
        a_case_in("requested", a_case(policy=a_policy(**body)))
    assert refused.value.facts == {"key": key, "currency": "USD"}


def test_a_replacement_has_no_worksheet_until_it_is_converted() -> None:
    case = a_case_in("replacement_due", a_case(policy=PLAIN), items={"1": 1})
    assert case.stored.breakdown is None
    assert total(after(case, workflow.convert).stored) == "29.25"


# --- what other returns have taken


def test_estimates_hold_units_and_never_money() -> None:
    order = an_order(lines=[{"line": "1", "quantity": 3, "net": "11.00"}], **WITHOUT)
    first = beside(a_case_in("requested", a_case(order, PLAIN), items={"1": 1}))
    assert total(a_return("refund_due", first, number="R-000043", items={"1": 2})) == "7.33"


def test_a_rejected_return_gives_back_its_share() -> None:
    order = an_order(lines=[{"line": "1", "quantity": 3, "net": "11.00"}], **WITHOUT)
    first = beside(a_case_in("rejected", a_case(order, PLAIN), items={"1": 1}))
    assert total(a_return("refund_due", first, number="R-000043")) == "11.00"


def test_an_agreed_amount_counts_as_the_share_of_its_units() -> None:
    order = an_order(lines=[{"line": "1", "quantity": 2, "net": "10.01"}], **WITHOUT)
    case = a_case_in("disputed", a_case(order, PLAIN), items={"1": 1})
    settled = beside(after(case, dispute.resolve, outcome="refund", amount=Decimal("1.00")))
    assert total(a_return("refund_due", settled, number="R-000043")) == "5.00"


# --- paying


def due(**wish: Any) -> Case:
    return a_case_in(
        "refund_due", a_case(policy=a_policy(refund={"methods": ["original_payment", "store_credit"]})), **wish
    )


def test_a_payment_has_its_key_before_it_is_made() -> None:
    case = after(due(), paying.intend)
    refund = case.stored.refunds[0]
    assert (refund.key, refund.status, str(refund.amount)) == ("lumi-7k3f/R-000042/refund/1", "pending", "93.15")
    case = after(case, paying.confirm, reference="TX1")
    assert (case.stored.refunds[0].status, case.stored.refunds[0].reference) == ("confirmed", "TX1")
    assert (case.stored.state, case.stored.due) == (State.REFUNDED, None)
    assert case.stored.history[-1].facts == {"amount": "93.15", "reference": "TX1"}


def test_in_parts_until_all_is_paid() -> None:
    case = after(due(), paying.refund, amount=Decimal("50.00"), reference="TX1")
    assert (case.stored.state, case.stored.due) == (State.REFUND_DUE, due().stored.due)
    case = after(case, paying.refund, reference="TX2")
    assert [str(refund.amount) for refund in case.stored.refunds] == ["50.00", "43.15"]
    assert case.stored.refunded().net == sheet(case.stored).net
    assert case.stored.state is State.REFUNDED


@pytest.mark.parametrize("amount", ["93.16", "0.00", "-1.00"])
def test_more_than_is_due_is_refused_and_names_the_most(amount: str) -> None:
    with pytest.raises(TooMuchMoney) as refused:
        paying.refund(due(), seller(), amount=Decimal(amount))
    assert refused.value.facts["most"] == "93.15"


def test_final_settles_for_less_with_the_consent_of_the_buyer() -> None:
    case = due()
    with pytest.raises(NothingGiven):
        paying.refund(case, seller(later(case)), amount=Decimal("50.00"), final=True)
    settled = after(case, paying.refund, amount=Decimal("50.00"), final=True, note="she agreed by chat")
    assert settled.stored.state is State.REFUNDED
    part = after(case, paying.refund, amount=Decimal("50.00"), reference="TX1")
    ended = after(part, paying.refund, final=True, note="she agreed by chat").stored
    assert (ended.state, len(ended.refunds)) == (State.REFUNDED, 1)
    with pytest.raises(NothingGiven):
        paying.refund(part, seller(later(part)), final=True)


def test_where_the_order_bears_no_more_final_ends_it() -> None:
    waits = a_case_in("refund_due", a_case(), items={"1": 1})
    other = beside(a_case_in("disputed", beside(waits), number="R-000043", items={"1": 2}))
    decided = dispute.resolve(
        replace(other, record=other.others[-1], others=other.others[:-1]), seller(later(waits)), outcome="refund",
        amount=Decimal("93.15"),
    ).record  # fmt: skip
    paid = paying.refund(a_case(record=decided, others=(waits.stored,)), seller(decided.updated_at)).record
    case = replace(waits, others=(paid,))
    with pytest.raises(TooMuchMoney) as refused:
        paying.refund(case, seller(later(case)))
    assert refused.value.facts["most"] == "0.00"
    assert paying.refund(case, seller(later(case)), final=True, note="told her").record.state is State.REFUNDED


def test_what_the_provider_confirms_stands_beside_what_was_asked() -> None:
    case = after(after(due(), paying.intend), paying.confirm, confirmed=Decimal("60.00"))
    refund = case.stored.refunds[0]
    assert (str(refund.amount), str(refund.confirmed), refund.net + refund.tax) == ("93.15", "60.00", Decimal("60.00"))
    assert case.stored.state is State.REFUND_DUE
    assert str(after(case, paying.intend).stored.refunds[1].amount) == "33.15"


def test_a_failed_payment_is_due_again() -> None:
    case = after(after(due(), paying.intend), paying.fail, why="card closed")
    assert (case.stored.state, case.stored.due) == (State.REFUND_DUE, due().stored.due)
    again = after(case, paying.refund, reference="TX1").stored
    assert [(x.status, x.key[-1]) for x in again.refunds] == [("failed", "1"), ("confirmed", "2")]


def test_a_payment_that_was_begun_is_confirmed_not_paid_again() -> None:
    case = after(due(), paying.intend, amount=Decimal("50.00"))
    with pytest.raises(WrongState):
        paying.refund(case, seller(later(case)), amount=Decimal("40.00"))
    with pytest.raises(NoProofOfPayment):
        paying.refund(case, seller(later(case)), proven=False)
    assert paying.begin(case, seller(later(case)), retry=True).events == ("try",)
    with pytest.raises(WrongState):
        paying.begin(case, seller(later(case)))
    confirmed = after(case, paying.refund, reference="TX1").stored
    assert [str(x.amount) for x in confirmed.refunds if x.status == "confirmed"] == ["50.00"]


def test_nobody_says_refunded_of_money_that_nobody_paid() -> None:
    with pytest.raises(NoProofOfPayment):
        paying.refund(due(), seller(), proven=False)


def test_a_reference_stands_for_one_payment() -> None:
    case = after(due(items={"1": 2}), paying.refund, amount=Decimal("10.00"), reference="TX1")
    assert not paying.refund(case, seller(later(case)), amount=Decimal("10.00"), reference="TX1").events
    assert not paying.refund(case, seller(later(case)), reference="TX1").events
    with pytest.raises(KeyUsed):
        paying.refund(case, seller(later(case)), amount=Decimal("20.00"), reference="TX1")
    other = a_case_in("refund_due", beside(case), number="R-000043")
    with pytest.raises(KeyUsed):
        paying.refund(other, seller(later(other)), reference="TX1")


def test_a_further_reference_for_what_is_paid_is_refused() -> None:
    case = after(due(), paying.refund, reference="TX1")
    assert not paying.refund(case, seller(later(case))).events
    with pytest.raises(WrongState):
        paying.refund(case, seller(later(case)), reference="TX2")


def test_store_credit_needs_no_provider() -> None:
    record = paying.begin(due(), seller(), method="store_credit").record
    assert (record.state, record.refunds[0].tenders) == (State.REFUNDED, ())
    assert record.refunds[0].reference == "SC-lumi-7k3f-R-000042-refund-1"
    named = paying.refund(due(), seller(), method="store_credit", reference="GIFT-1", proven=False).record
    assert named.refunds[0].reference == "GIFT-1"
    assert paying.refund(due(), seller(), method="store_credit", proven=False).record.state is State.REFUNDED
    with pytest.raises(NotOffered):
        paying.intend(due(), seller(), method="cash")


def test_payments_take_back_no_more_than_they_carried() -> None:
    order = an_order(payments=[{"id": "card", "amount": "40.00"}, {"id": "points", "amount": "53.15"}])
    first = a_case_in("refunded", a_case(order), items={"1": 1})
    second = a_return("refunded", beside(first), number="R-000043")
    tenders = [[(x.payment, str(x.amount)) for x in each.refunds[0].tenders] for each in (first.stored, second)]
    assert tenders == [[("card", "29.25")], [("card", "10.75"), ("points", "53.15")]]


# --- what must hold of any refund

CURRENCIES = st.sampled_from(["USD", "JPY", "KWD"])


@st.composite
def orders(draw: st.DrawFn) -> OrderTaken:
    currency = draw(CURRENCIES)
    cents = st.integers(0, 50_000)

    def money(source: st.SearchStrategy[int] = cents) -> str:
        return str(rounded(Decimal(draw(source)).scaleb(-digits(currency)), currency))

    lines = [
        {"line": str(at), "quantity": draw(st.integers(1, 5)), "net": money(), "tax": money(st.integers(0, 900))}
        for at in range(1, draw(st.integers(1, 3)) + 1)
    ]
    return an_order(currency=currency, lines=lines, shipping={"net": money(), "tax": money(st.integers(0, 9))})


def splits(draw: Callable[[st.SearchStrategy[int]], int], order: OrderTaken) -> Iterator[dict[str, int]]:
    """Returns of some units each, in any order, until every unit has come back."""
    left = {line.line: line.quantity for line in order.lines}
    while any(left.values()):
        wanted = {line: draw(st.integers(0, units)) for line, units in left.items() if units}
        items = {line: units for line, units in wanted.items() if units} or {
            line: units for line, units in left.items() if units
        }
        left = {line: units - items.get(line, 0) for line, units in left.items()}
        yield items


def consistent(record: Return) -> None:
    found = sheet(record)
    assert sum(line.amount for line in found.lines) == found.total == found.net + found.tax
    assert sum(line.net for line in found.lines) == found.net
    assert all(line.amount == line.net + line.tax for line in found.lines)
    for line in found.lines:
        if line.code in ("item", "outbound_shipping"):
            assert min(line.net, line.tax) >= 0
        if line.code in ("grade", "restocking_fee", "return_label"):
            assert max(line.net, line.tax) <= 0
    assert found.total >= 0
    values = [found.net, found.tax, found.total, *(x for line in found.lines for x in (line.net, line.tax))]
    assert {-digits(record.currency)} == {value.as_tuple().exponent for value in values}


@given(st.data(), orders())
def test_any_split_and_order_pays_the_same_in_the_end(data: st.DataObject, order: OrderTaken) -> None:
    shop = a_case(order, a_policy(refund={"outbound_shipping": "whole_order"}))
    for at, items in enumerate(splits(data.draw, order)):
        case = after(a_case_in("received", shop, number=f"R-{at:06}", items=items), workflow.inspect)
        consistent(case.stored)
        assert min(sheet(case.stored).net, sheet(case.stored).tax) >= 0
        paid = after(case, paying.refund) if case.stored.state is State.REFUND_DUE else case
        shop = beside(paid)
    assert sum(each.refunded().net for each in shop.others) == order.worth.net
    assert sum(each.refunded().tax for each in shop.others) == order.worth.tax


GRADES = ["as_sent", "opened", "worn", "wrong_item", "missing"]
REASONS = st.sampled_from([None, "wrong_size", "damaged"])
POLICIES = st.builds(
    lambda fee, label, rule: a_policy(
        restocking_fee=fee,
        return_shipping={"buyer": {"paid_by": "buyer", "deduct": label}},
        refund={"outbound_shipping": rule},
    ),
    st.sampled_from(["none", {"percent": "33.3"}, {"flat": {"USD": "9.99", "JPY": "999", "KWD": "9.999"}}]),
    st.sampled_from([None, {"USD": "4.99", "JPY": "499", "KWD": "4.999"}]),
    st.sampled_from(["never", "fault", "whole_order", "fault_or_whole_order", "always"]),
)


@given(st.data(), orders(), POLICIES)
def test_refunds_never_exceed_what_was_paid(data: st.DataObject, order: OrderTaken, policy: Pinned) -> None:
    shop = a_case(order, policy)
    for at, items in enumerate(splits(data.draw, order)):
        case = a_case_in("received", shop, number=f"R-{at:06}", items=items, reason=data.draw(REASONS))
        grades = {line: {data.draw(st.sampled_from(GRADES)): None} for line in items}
        case = after(case, workflow.inspect, grades=grades)
        if case.stored.state is State.REFUND_DUE:
            consistent(case.stored)
            case = after(case, paying.refund)
        shop = beside(case)
    paid = sum(each.refunded().amount for each in shop.others)
    assert 0 <= paid <= order.paid
    assert sum(tender.amount for each in shop.others for refund in each.refunds for tender in refund.tenders) == paid


@given(st.data(), orders())
def test_part_payments_sum_to_the_breakdown_net_and_tax(data: st.DataObject, order: OrderTaken) -> None:
    case = a_case_in("requested", a_case(order), type=Kind.REFUND_ONLY)
    case = after(case, workflow.approve)
    while case.stored.state is State.REFUND_DUE:
        most = int((sheet(case.stored).total - case.stored.refunded().amount).scaleb(digits(order.currency)))
        part = Decimal(data.draw(st.integers(max(1, most // 3), most))).scaleb(-digits(order.currency))
        case = after(case, paying.refund, amount=part)
        assert min(case.stored.refunds[-1].net, case.stored.refunds[-1].tax) >= 0
    paid = case.stored.refunded()
    assert (paid.net, paid.tax) == (sheet(case.stored).net, sheet(case.stored).tax)
