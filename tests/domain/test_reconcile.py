"""Every finding as a row, beside its near miss: what looks like it and is not."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from returnctl.domain import dispute
from returnctl.domain.books import Books, terms_of
from returnctl.domain.case import Case, Moment
from returnctl.domain.external import External, PaidBack, Told
from returnctl.domain.found import ARRIVES, CODES, SETTLES, Sum, added
from returnctl.domain.reconcile import reconcile
from returnctl.domain.record import Dispute, Parcel
from returnctl.domain.settlement import Settled
from returnctl.domain.states import Role, State
from returnctl.domain.undo import undo
from tests.builders import (
    DAY,
    HOUR,
    NOW,
    a_case,
    a_case_in,
    a_policy,
    after,
    an_order,
    as_order,
    buyer,
    later,
    platform,
    seller,
)

LONG_AFTER = NOW + 90 * DAY
WHOLE = Decimal("93.15")
ORDER = an_order()


def a_row(paid_back: str = "93.15", **changes: Any) -> Settled:
    row = Settled(
        id=ORDER.id, order=ORDER.id, kind="refund", type="Order", currency="USD", total=-Decimal(paid_back),
        customer_refund=-Decimal(paid_back), settled_at=NOW + 20 * DAY, file="income.csv", row=6,
    )  # fmt: skip
    return replace(row, **changes)


def a_charge(total: str, type_: str, kind: str = "freight", **changes: Any) -> Settled:
    return a_row("0", kind=kind, type=type_, total=Decimal(total), **changes)


def taken_back() -> Settled:
    return a_row(total=WHOLE, customer_refund=WHOLE, settled_at=NOW + 30 * DAY)


def books(*cases: Case, settled: tuple[Settled, ...] = (a_row(),), **changes: Any) -> Books:
    """The returns of these cases, and settlements that reach to the end of all waiting."""
    said: dict[str, Any] = {"covered": LONG_AFTER, "now": LONG_AFTER, "order": as_order(ORDER)} | changes
    return Books(
        order_id=ORDER.id, account="us-main", zone="America/Los_Angeles", settled=settled,
        returns=tuple(case.stored for case in cases),
        terms={case.stored.id: terms_of(case) for case in cases}, **said,
    )  # fmt: skip


def found(*cases: Case, **said: Any) -> list[tuple[str, str]]:
    return [(each.code, str(each.amount)) for each in reconcile(books(*cases, **said))]


def having(case: Case, **changes: Any) -> Case:
    return case.having(replace(case.stored, **changes))


def external(case: Case, **told: Any) -> Case:
    """As a platform reports it: what it completed it paid."""
    paid = PaidBack(NOW, told["refund"]) if told.get("status") == "Completed" else None
    return having(case, external=External("tiktok", "403500", paid=paid, **told))


def reported(status: str) -> External:
    return External("tiktok", "403500", told={"export": Told(at=NOW, status=status)})


def not_received(case: Case, **changes: Any) -> Case:
    lines = tuple(replace(line, received=0, graded=()) for line in case.stored.lines)
    return having(case, lines=lines, **{"parcels": (), **changes})


def paid_again(case: Case, method: str = "original_payment", amount: Decimal = WHOLE) -> Case:
    first = case.stored.refunds[0]
    again = replace(first, key="lumi/R-000042/refund/2", amount=amount, net=amount, confirmed=amount, method=method)
    return having(case, refunds=(first, replace(again, tax=first.tax * 0)))


def resolved(outcome: str, amount: str | None = None, state: str = "received") -> Case:
    contested = after(a_case_in(state), dispute.escalate)
    decided = after(contested, dispute.escalate, to_platform=True)
    said = {"amount": amount and Decimal(amount)}
    return after(decided, dispute.resolve, platform(later(decided)), outcome=outcome, **said)


REFUNDED = a_case_in("refunded")
DUE = a_case_in("refund_due")
SELLERS = a_case(policy=a_policy(return_shipping={"buyer": {"paid_by": "seller"}}))
FAULTY = a_case(
    policy=a_policy(reasons={"damaged": {"fault": "seller"}}, return_shipping={"seller": {"paid_by": "seller"}})
)
MORE = replace(REFUNDED, record=replace(REFUNDED.stored, refunds=(replace(
    REFUNDED.stored.refunds[0], amount=Decimal(95), net=Decimal(95), tax=Decimal(0), confirmed=Decimal(95),
),)))  # fmt: skip
PARTS = having(REFUNDED, refunds=tuple(
    replace(REFUNDED.stored.refunds[0], key=part, amount=Decimal(part), net=Decimal(part), tax=Decimal(0),
            confirmed=Decimal(part))
    for part in ("60.00", "33.15")
))  # fmt: skip
SMALL = external(
    having(REFUNDED, refunds=(replace(
        REFUNDED.stored.refunds[0], reference="403500", amount=Decimal(3), net=Decimal(3), tax=Decimal(0),
        confirmed=Decimal(3),
    ),)), status="Completed", refund=Decimal(3),
)  # fmt: skip
PROMISED = resolved("compensated", "30.00")
SOON = {"now": NOW + DAY}


def a_world(units: list[int], bought: int = 10) -> list[Case]:
    """An order of so many lamps, and a return of so many of them each, all received and paid back."""
    order = an_order(lines=[{"line": "1", "quantity": bought, "net": "271.00", "tax": "22.55"}])
    cases: list[Case] = []
    for number, count in enumerate(units, 1):
        others = tuple(case.stored for case in cases)
        wish = {"number": f"R-{number:06}", "items": {"1": count}}
        cases.append(a_case_in("refunded", a_case(order, others=others), **wish))
    return cases


def untaxed(case: Case) -> Case:
    """As a platform reports it, that leaves the tax out."""
    told = external(case, status="Completed", refund=case.stored.refunds[0].net)
    paid = replace(case.stored.refunds[0], reference="403500")
    net = replace(paid, amount=paid.net, confirmed=paid.net, tax=paid.tax * 0)
    return having(told, refunds=(net,))


def kept(percent: int, refund: str) -> Case:
    """A lamp of 29.25 (27.00 without its tax) of which the worksheet keeps a fee, and what the platform reports."""
    policy = a_policy(restocking_fee={"percent": percent})
    case = a_case_in("refunded", a_case(policy=policy), items={"1": 1})
    gave = Decimal(refund)
    paid = replace(
        case.stored.refunds[0], reference="403500", amount=gave, confirmed=gave, net=gave, tax=gave * 0
    )  # fmt: skip
    return having(external(case, status="Completed", refund=gave), refunds=(paid,))


def untaxed_goods() -> Case:
    """One of two goods comes back, of which the other alone bears a tax."""
    lines = [{"line": str(n), "quantity": 1, "net": "50.00", "tax": tax} for n, tax in ((1, "0.00"), (2, "20.00"))]
    case = a_case_in("refunded", a_case(an_order(lines=lines)), items={"1": 1})
    return external(case, status="Completed", refund=Decimal("50.00"))


FOUND: dict[str, tuple[Callable[[], list[tuple[str, str]]], list[tuple[str, str]]]] = {
    "goods never came": (lambda: found(not_received(REFUNDED)), [("refunded_never_received", "93.15")]),
    "…they came": (lambda: found(REFUNDED), []),
    "…a parcel came": (lambda: found(not_received(REFUNDED, parcels=(Parcel(received_at=NOW),))), []),
    "…they may be on their way": (
        lambda: found(not_received(REFUNDED), now=REFUNDED.stored.refunds[0].at + ARRIVES - HOUR), [],
    ),
    "…none were to come": (lambda: found(not_received(REFUNDED, returnless=True)), []),
    "…it was decided so": (lambda: found(not_received(REFUNDED, agreed=resolved("refund", "5").stored.agreed)), []),
    "refund overdue": (lambda: found(DUE, settled=()), [("received_not_refunded", "93.15")]),
    "…not yet": (lambda: found(DUE, settled=(), **SOON), []),
    "…nobody looked into the parcel": (
        lambda: found(a_case_in("received"), settled=()), [("received_not_refunded", "93.15")],
    ),
    "…the buyer has not sent them": (lambda: found(a_case_in("approved"), settled=()), []),
    "two payments": (lambda: found(paid_again(REFUNDED), settled=(a_row("186.30"),)), [("refunded_twice", "93.15")]),
    "…two parts": (lambda: found(PARTS), []),
    "our credit and the platform's money": (
        lambda: found(external(
            having(REFUNDED, refunds=(replace(REFUNDED.stored.refunds[0], method="store_credit"),)),
            status="Completed", refund=WHOLE,
        )), [("refunded_twice", "93.15")],
    ),
    "a payment of ours and the platform's money": (
        lambda: found(external(
            having(REFUNDED, refunds=(replace(REFUNDED.stored.refunds[0], reference="TXN-1"),)),
            status="Completed", refund=WHOLE,
        )), [("refunded_twice", "93.15")],
    ),
    "…the platform's own": (
        lambda: found(external(
            having(REFUNDED, refunds=(replace(REFUNDED.stored.refunds[0], reference="403500"),)),
            status="Completed", refund=WHOLE,
        )), [],
    ),
    "…the platform's money is what was booked": (
        lambda: found(external(REFUNDED, status="Completed", refund=WHOLE)), [],
    ),
    "a replacement was sent, and the money was settled, too": (
        lambda: found(a_case_in("replaced"), settled=(a_row("87.75"),)),
        [("refunded_twice", "87.75"), ("platform_disagrees", "87.75")],
    ),
    "…was paid by the platform, too": (
        lambda: found(external(a_case_in("replaced"), status="Completed", refund=WHOLE), settled=(), covered=None),
        [("refunded_twice", "93.15"), ("platform_disagrees", "93.15")],
    ),
    "…a replacement that is to be sent": (
        lambda: found(a_case_in("replacement_due"), settled=(a_row("87.75"),)), [("platform_disagrees", "87.75")],
    ),
    "settled twice": (lambda: found(REFUNDED, settled=(a_row(), a_row(nth=2))), [("refunded_twice", "93.15")]),
    "…in two rows": (lambda: found(REFUNDED, settled=(a_row("62.10"), a_row("31.05"))), []),
    "…small parts that are alike, and with the rest just what was paid": (
        lambda: found(REFUNDED, settled=(a_row("3.00"), a_row("3.00", nth=2), a_row("87.15"))), [],
    ),
    "…one of them was taken back": (
        lambda: found(REFUNDED, settled=(a_row(), taken_back(), a_row(settled_at=NOW + 40 * DAY))), [],
    ),
    "what was settled was taken back": (
        lambda: found(REFUNDED, settled=(a_row(), taken_back())), [("refund_not_settled", "93.15")],
    ),
    "…and never settled": (lambda: found(REFUNDED, settled=(taken_back(),)), [("refund_not_settled", "93.15")]),
    "…of a file that writes what was paid without a sign": (
        lambda: found(REFUNDED, settled=(a_row(customer_refund=WHOLE),)), [],
    ),
    "…beside what was sold": (
        lambda: found(REFUNDED, settled=(a_row(
            customer_refund=WHOLE, total=Decimal(20), columns={"Customer payment": Decimal("113.15")},
        ),)), [],
    ),
    "…as an adjustment": (
        lambda: found(REFUNDED, settled=(a_row(customer_refund=Decimal(0), adjustment=-WHOLE),)), [],
    ),
    "…beside a refund of the platform's own to you": (
        lambda: found(REFUNDED, settled=(a_row(), a_row("0", type="Refund", total=Decimal("20.00")))), [],
    ),
    "…a row for each unit": (lambda: found(REFUNDED, settled=tuple(a_row("31.05", nth=n) for n in (1, 2, 3))), []),
    "a small refund twice, though its tax and shipping could explain as much": (
        lambda: found(SMALL, settled=(a_row("3.00"), a_row("3.00", nth=2))), [("refunded_twice", "3.00")],
    ),
    "more was settled, and no whole refund twice": (
        lambda: found(*a_world([1, 9]), settled=(a_row("29.36"), a_row("269.59"), a_row("12.00"))),
        [("refunded_above_breakdown", "12.00")],
    ),
    "…where one is alike": (
        lambda: found(*a_world([1, 9]), settled=(a_row("29.36"), a_row("269.59"), a_row("29.36", settled_at=NOW))),
        [("refunded_twice", "29.36")],
    ),
    "one of two was settled, and a cent a unit is rounding": (
        lambda: found(*a_world([1, 9]), settled=(a_row("269.65"),)), [("refund_not_settled", "29.36")],
    ),
    "…two that are alike, and one for each return": (
        lambda: found(*map(untaxed, a_world([1, 1, 17], bought=20)), settled=(
            a_row("14.68"), a_row("14.68", nth=2), a_row("249.52"),
        )), [],
    ),
    "…two that tax and shipping explain": (lambda: found(SMALL, settled=(a_row("3.00"), a_row("1.00"))), []),
    "more than the worksheet": (lambda: found(MORE, settled=(a_row("95.00"),)), [("refunded_above_breakdown", "1.85")]),
    "more was settled": (lambda: found(REFUNDED, settled=(a_row("95.00"),)), [("refunded_above_breakdown", "1.85")]),
    "…with the tax that the platform leaves out": (
        lambda: found(external(REFUNDED, status="Completed", refund=Decimal("81.00"))), [],
    ),
    "a fee that the platform did not keep, told without the tax": (
        lambda: found(kept(10, "27.00"), settled=(), covered=None), [("refunded_above_breakdown", "2.93")],
    ),
    "…and settled with it": (
        lambda: found(kept(10, "27.00"), settled=(a_row("29.25"),)), [("refunded_above_breakdown", "2.93")],
    ),
    "…a fee that is less than the tax": (
        lambda: found(kept(5, "27.00"), settled=(), covered=None), [("refunded_above_breakdown", "1.46")],
    ),
    "…half of the fee was kept, as the settlement tells": (
        lambda: found(kept(10, "25.65"), settled=(a_row("27.79"),)), [("refunded_above_breakdown", "1.47")],
    ),
    "…which nothing tells": (lambda: found(kept(10, "25.65"), settled=(), covered=None), []),
    "…it was kept": (lambda: found(kept(10, "24.30"), settled=(a_row("26.33"),)), []),
    "…told with the tax": (
        lambda: found(kept(10, "29.25"), settled=(a_row("29.25"),)), [("refunded_above_breakdown", "2.93")],
    ),
    "…a cent a unit is rounding": (
        lambda: found(external(REFUNDED, status="Completed", refund=Decimal("93.18")), settled=(a_row("93.15"),)), [],
    ),
    "…also of what was settled": (lambda: found(REFUNDED, settled=(a_row("93.18"),)), []),
    "…and less": (lambda: found(REFUNDED, settled=(a_row("80.98"),)), []),
    "more than rounding": (lambda: found(REFUNDED, settled=(a_row("93.19"),)), [("refunded_above_breakdown", "0.04")]),
    "freight that the buyer pays": (
        lambda: found(REFUNDED, settled=(a_row(), a_charge("-6.20", "Return shipping fee"))),
        [("charged_against_policy", "6.20")],
    ),
    "freight in its own column": (
        lambda: found(REFUNDED, settled=(a_row(return_freight=Decimal("-6.20")),)),
        [("charged_against_policy", "6.20")],
    ),
    "…the seller pays it": (
        lambda: found(a_case_in("refunded", SELLERS), settled=(a_row(return_freight=Decimal("-6.20")),)), [],
    ),
    "…of sending the order": (
        lambda: found(REFUNDED, settled=(a_row(), a_charge("-6.20", "Shipping fee adjustment"))), [],
    ),
    "…given back": (lambda: found(REFUNDED, settled=(a_row(), a_charge("6.20", "Return shipping fee"))), []),
    "…charged and given back": (
        lambda: found(REFUNDED, settled=(
            a_row(), a_charge("-6.20", "Return shipping fee"), a_charge("6.20", "Return shipping fee"),
        )), [],
    ),
    "…in its own column": (
        lambda: found(REFUNDED, settled=(
            a_row(return_freight=Decimal("-6.20")), a_charge("6.20", "Order", "order", return_freight=Decimal("6.20")),
        )), [],
    ),
    "a fee for the return": (
        lambda: found(REFUNDED, settled=(a_row(), a_charge("-2.00", "Refund administration fee", "fee"))),
        [("charged_against_policy", "2.00")],
    ),
    "a fee in its own column": (
        lambda: found(REFUNDED, settled=(a_row(columns={"Refund administration fee": Decimal("-2.00")}),)),
        [("charged_against_policy", "2.00")],
    ),
    "a fee, beside freight that is the seller's": (
        lambda: found(a_case_in("refunded", SELLERS), settled=(
            a_row(), a_charge("-2.00", "Refund administration fee", "fee", return_freight=Decimal("-6.20")),
        )), [("charged_against_policy", "2.00")],
    ),
    "…given back as well": (
        lambda: found(REFUNDED, settled=(
            a_row(), *(a_charge(x, "Refund administration fee", "fee") for x in ("-2.00", "2.00")),
        )), [],
    ),
    "…another fee": (lambda: found(REFUNDED, settled=(a_row(), a_charge("-2.00", "Commission fee", "fee"))), []),
    "less was settled than paid": (
        lambda: found(REFUNDED, settled=(a_row("60.00"),)), [("charged_against_policy", "33.15")],
    ),
    "…without the tax": (lambda: found(REFUNDED, settled=(a_row("81.00"),)), []),
    "less than the goods, which bear no tax": (
        lambda: found(untaxed_goods(), settled=(a_row("49.00"),)), [("charged_against_policy", "1.00")],
    ),
    "compensation never came": (lambda: found(PROMISED, settled=(), **SOON), [("compensation_not_paid", "30.00")]),
    "…it may still come": (
        lambda: found(PROMISED, settled=(), covered=PROMISED.stored.updated_at + SETTLES - HOUR, **SOON), [],
    ),
    "…it came": (
        lambda: found(PROMISED, settled=(a_charge("30.00", "Logistics reimbursement", "compensation"),), **SOON), [],
    ),
    "…of which nobody told how much": (
        lambda: found(resolved("compensated"), settled=(), **SOON), [("compensation_not_paid", "0")],
    ),
    "…some came": (
        lambda: found(resolved("compensated"), settled=(
            a_charge("9.00", "Logistics reimbursement", "compensation"),
        ), **SOON), [],
    ),
    "…a part of it came": (
        lambda: found(PROMISED, settled=(a_charge("20.00", "Logistics reimbursement", "compensation"),), **SOON),
        [("compensation_not_paid", "10.00")],
    ),
    "…it came, and was taken back": (
        lambda: found(PROMISED, settled=tuple(
            a_charge(x, "Logistics reimbursement", "compensation") for x in ("30.00", "-30.00")
        ), **SOON), [("compensation_not_paid", "30.00")],
    ),
    "…it came, and another was taken": (
        lambda: found(PROMISED, settled=(
            a_charge("30.00", "Logistics reimbursement", "compensation"),
            a_charge("-30.00", "Customer compensation", "compensation"),
        ), **SOON), [],
    ),
    "compensation that an export tells": (
        lambda: found(external(
            REFUNDED, status="Completed", refund=WHOLE, compensation=Decimal("9.00"), compensation_status="Approved",
            updated_at=NOW,
        )), [("compensation_not_paid", "9.00")],
    ),
    "…that is told again and again": (
        lambda: found(external(
            REFUNDED, status="Completed", refund=WHOLE, compensation=Decimal("9.00"), granted_at=NOW,
            updated_at=LONG_AFTER,
        )), [("compensation_not_paid", "9.00")],
    ),
    "a payment that is reported again and again": (
        lambda: found(having(REFUNDED, external=External(
            "tiktok", "403500", status="Completed", refund=WHOLE, paid=PaidBack(LONG_AFTER, WHOLE),
        )), settled=()), [("refund_not_settled", "93.15")],
    ),
    "…that is looked into": (
        lambda: found(external(
            REFUNDED, status="Completed", refund=WHOLE, compensation=Decimal("9.00"),
            compensation_status="Under review", updated_at=NOW,
        )), [],
    ),
    "…that was refused": (
        lambda: found(external(
            REFUNDED, status="Completed", refund=WHOLE, compensation=Decimal("9.00"), compensation_status="Rejected",
        )), [],
    ),
    "an appeal is open": (
        lambda: found(resolved("refund", "20.00"), settled=(), now=NOW + 2 * DAY), [("appeal_open", "20.00")],
    ),
    "…no more": (
        lambda: found(having(resolved("refund", "20.00"), due=None), settled=(), now=NOW + 40 * DAY), [],
    ),
    "an appeal that the platform decides": (
        lambda: found(external(REFUNDED, status="Completed", refund=WHOLE, appeal="In progress")),
        [("appeal_open", "93.15")],
    ),
    "…has decided": (lambda: found(external(REFUNDED, status="Completed", refund=WHOLE, appeal="Completed")), []),
    "settled, not booked": (lambda: found(DUE), [("platform_disagrees", "93.15")]),
    "reported, not booked": (
        lambda: found(external(DUE, status="Completed", refund=WHOLE)), [("platform_disagrees", "93.15")],
    ),
    "…a time of refund alone": (
        lambda: found(external(DUE, status="In process", refund=WHOLE, refunded_at=NOW), settled=(), **SOON), [],
    ),
    "another amount is reported": (
        lambda: found(external(REFUNDED, status="Completed", refund=Decimal("50.00"))),
        [("platform_disagrees", "43.15")],
    ),
    "it stands otherwise on the platform": (
        lambda: found(having(REFUNDED, external=reported("Canceled"))), [("platform_disagrees", "93.15")],
    ),
    "…it stands there too": (lambda: found(having(REFUNDED, external=reported("Completed"))), []),
    "…in a word that nobody knows": (lambda: found(having(REFUNDED, external=reported("Sleeping"))), []),
    "no return": (found, [("settled_unknown", "93.15")]),
    "…the order was cancelled": (lambda: found(order=as_order(an_order(cancelled_at="2026-11-02T00:00:00Z"))), []),
    "…nothing went back": (lambda: found(settled=(a_row("0", kind="order", total=WHOLE),)), []),
    "not settled": (lambda: found(REFUNDED, settled=()), [("refund_not_settled", "93.15")]),
    "…it may still be": (
        lambda: found(REFUNDED, settled=(), covered=REFUNDED.stored.refunds[0].at + SETTLES - HOUR), [],
    ),
    "…no settlement was imported": (lambda: found(REFUNDED, settled=(), covered=None), []),
    "…no platform settles it": (
        lambda: found(having(REFUNDED, order=replace(REFUNDED.order, platform=None)), settled=()), [],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("look", "wanted"), FOUND.values(), ids=FOUND)
def test_what_is_found(look: Callable[[], list[tuple[str, str]]], wanted: list[tuple[str, str]]) -> None:
    assert look() == wanted


def test_every_code_has_a_row() -> None:
    assert {code for _, wanted in FOUND.values() for code, _ in wanted} == set(CODES)


@pytest.mark.parametrize("order", list(permutations([("60.00", 1), ("33.15", 1), ("60.00", 2), ("33.15", 3)])))
def test_two_refunds_in_parts_are_found_whatever_the_order_of_rows(order: tuple[tuple[str, int], ...]) -> None:
    rows = tuple(a_row(amount, settled_at=NOW + days * DAY) for amount, days in order)
    assert found(REFUNDED, settled=rows) == [("refunded_twice", "93.15")]


# --- an order of which a return was refused, or ended, and another was paid


def beside(state: str, refused: int, paid: int = 1, bought: int = 3) -> list[Case]:
    """A return of so many lamps that came to nothing, and one that was paid back; a lamp is 29.36."""
    order = an_order(lines=[{"line": "1", "quantity": bought, "net": "81.30", "tax": "6.77"}])
    ended = a_case_in(state, a_case(order), number="R-000001", items={"1": refused})
    others = (ended.stored,)
    return [ended, a_case_in("refunded", a_case(order, others=others), number="R-000002", items={"1": paid})]


@pytest.mark.parametrize("state", ["rejected", "cancelled", "expired", "closed", "replaced"])
def test_a_refund_that_was_doubled_is_no_refund_of_what_ended(state: str) -> None:
    """The goods of both are the same, so nothing of it can be for the one that ended."""
    cases = beside(state, refused=3, paid=3)
    amount = str(cases[1].stored.refunds[0].amount)
    for rows in ((a_row(amount), a_row(amount, nth=2)), (a_row(amount), a_row(amount, settled_at=NOW))):
        assert found(*cases, settled=rows) == [("refunded_twice", amount)]


@pytest.mark.parametrize(
    ("state", "refused", "rows", "wanted"),
    [
        ("rejected", 3, ("29.36", "0.17"), [("refunded_above_breakdown", "0.17")]),
        ("cancelled", 1, ("29.36", "0.17"), [("refunded_above_breakdown", "0.17")]),
        ("cancelled", 2, ("29.36", "29.36"), [("refunded_twice", "29.36")]),
        ("cancelled", 1, ("29.36", "29.36"), [("refunded_twice", "29.36")]),
        ("expired", 1, ("58.72",), [("refunded_above_breakdown", "29.36")]),
        ("cancelled", 2, ("29.36",), []),
        ("cancelled", 2, ("29.36", "58.71"), [("refunded_never_received", "58.71"), ("platform_disagrees", "58.71")]),
        ("rejected", 2, ("29.36", "54.20"), [("refunded_never_received", "54.20"), ("platform_disagrees", "54.20")]),
        ("rejected", 1, ("29.36", "29.36"), [("refunded_never_received", "29.36"), ("platform_disagrees", "29.36")]),
    ],
)
def test_what_was_settled_beside_a_return_that_ended(
    state: str, refused: int, rows: tuple[str, ...], wanted: list[tuple[str, str]]
) -> None:
    """It is that return's where it explains it: the platform may have decided otherwise."""
    assert found(*beside(state, refused), settled=tuple(map(a_row, rows))) == wanted


# --- what is contested


def contesting(case: Case, claim: str = "not_returned", by: Callable[..., Moment] = seller) -> Case:
    return after(case, dispute.escalate, by(later(case)), claim=claim)


def ended(case: Case, outcome: str, amount: str | None = None) -> Case:
    said = {"amount": amount and Decimal(amount)}
    return after(case, dispute.resolve, seller(later(case)), outcome=outcome, **said)


def promised_by_export() -> Case:
    return external(
        REFUNDED, status="Completed", refund=WHOLE, compensation=Decimal("9.00"), granted_at=NOW,
        told=reported("Completed").told,
    )  # fmt: skip


def taken_back_at(case: Case, when: datetime) -> Case:
    contested = contesting(case, "other")
    decided = after(contested, dispute.resolve, seller(when), outcome="compensated", amount=Decimal("9.00"))
    return after(decided, undo)


def appealed() -> Case:
    lost = resolved("refund", "20.00")
    return after(lost, dispute.escalate, seller(later(lost)), to_platform=True)


def given_up_before(case: Case) -> Case:
    """A contest that was withdrawn before the money went."""
    contest = ended(contesting(case), "none").stored.dispute
    assert contest
    return having(case, dispute=replace(contest, at=NOW))


def decided_there(case: Case) -> Case:
    """For the buyer, by a platform: told after the money went."""
    told = external(case, status="Completed", refund=WHOLE, told=reported("Completed").told)
    contest = Dispute(
        stage="platform", claim="other", by=Role.BUYER, at=NOW + 20 * DAY, escalated_from=State.REFUNDED,
        outcome="refund",
    )  # fmt: skip
    return having(told, dispute=contest)


def losses(case: Case, **said: Any) -> list[tuple[str, bool]]:
    return [(each.code, each.loses) for each in reconcile(books(case, **said))]


NEVER, ABOVE = not_received(REFUNDED), {"settled": (a_row("95.00"),)}
THEIRS = external(NEVER, status="Completed", refund=WHOLE, told=reported("Completed").told)
FREIGHT = {"settled": (a_row(return_freight=Decimal("-6.20"), settled_at=NOW),)}
CONTESTED: dict[str, tuple[Callable[[], list[tuple[str, bool]]], list[tuple[str, bool]]]] = {
    "nobody contests it": (lambda: losses(NEVER), [("refunded_never_received", True)]),
    "until it is decided it is open": (lambda: losses(contesting(NEVER)), [("refunded_never_received", False)]),
    "…and stands nowhere otherwise": (lambda: losses(contesting(THEIRS)), [("refunded_never_received", False)]),
    "…but where the buyer contests it": (
        lambda: losses(contesting(THEIRS, by=buyer)),
        [("refunded_never_received", False), ("platform_disagrees", False)],
    ),
    "given up": (lambda: losses(ended(contesting(NEVER), "none")), []),
    "won, and not paid": (
        lambda: losses(ended(contesting(NEVER), "compensated", "93.15")), [("compensation_not_paid", True)],
    ),
    "won, and paid": (
        lambda: losses(ended(contesting(NEVER), "compensated", "93.15"), settled=(
            a_row(), a_charge("93.15", "Logistics reimbursement", "compensation"),
        )), [],
    ),
    "withdrawn before the money went": (
        lambda: losses(given_up_before(NEVER)),
        [("refunded_never_received", True)],
    ),
    "paid twice": (lambda: losses(paid_again(contesting(REFUNDED)), settled=(a_row("186.30"),)), [
        ("refunded_twice", False),
    ]),
    "…and given up": (
        lambda: losses(paid_again(ended(contesting(REFUNDED), "none")), settled=(a_row("186.30"),)), [],
    ),
    "…and decided between two imports": (
        lambda: losses(decided_there(paid_again(REFUNDED)), settled=(a_row("186.30"),)),
        [("refunded_twice", True), ("platform_disagrees", False)],
    ),
    "more than the worksheet gives, by such a decision": (
        lambda: losses(decided_there(MORE), **ABOVE), [("refunded_above_breakdown", True)],
    ),
    "never received, by such a decision": (lambda: losses(decided_there(NEVER)), []),
    "the buyer contested it, and lost": (
        lambda: losses(ended(contesting(NEVER, by=buyer), "none")), [("refunded_never_received", True)],
    ),
    "the buyer contested it, and you were compensated": (
        lambda: losses(ended(contesting(paid_again(NEVER), by=buyer), "compensated", "93.15"), settled=(
            a_row("186.30"), a_charge("93.15", "Logistics reimbursement", "compensation"),
        )), [],
    ),
    "settled later than it was contested": (lambda: losses(contesting(REFUNDED), **ABOVE), [
        ("refunded_above_breakdown", True),
    ]),
    "freight": (lambda: losses(contesting(REFUNDED, "other"), **FREIGHT), [("charged_against_policy", False)]),
    "…where the goods are contested": (lambda: losses(contesting(REFUNDED), **FREIGHT), [
        ("charged_against_policy", True),
    ]),
    "…where the buyer contests it": (
        lambda: losses(contesting(REFUNDED, "other", buyer), **FREIGHT), [("charged_against_policy", True)],
    ),
    "compensation": (
        lambda: losses(contesting(promised_by_export(), "other")), [("compensation_not_paid", False)],
    ),
    "…that was decided by hand a while later, and that was taken back": (
        lambda: losses(taken_back_at(promised_by_export(), NOW + 80 * DAY)), [("compensation_not_paid", False)],
    ),
    "an appeal that was made": (lambda: losses(appealed(), settled=(), **SOON), [("appeal_open", False)]),
    "…and decided": (
        lambda: losses(
            after(appealed(), dispute.resolve, platform(later(appealed())), outcome="refund", amount=Decimal("20.00")),
            settled=(), **SOON,
        ), [],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("look", "wanted"), CONTESTED.values(), ids=CONTESTED)
def test_what_is_contested(look: Callable[[], list[tuple[str, bool]]], wanted: list[tuple[str, bool]]) -> None:
    assert look() == wanted


# --- money is counted once


def test_goods_and_money_for_the_same_units_are_lost_once() -> None:
    found = reconcile(books(a_case_in("replaced"), settled=(a_row("87.75"),)))
    assert [(each.code, each.loses, str(each.counted)) for each in found] == [
        ("refunded_twice", True, "87.75"), ("platform_disagrees", False, "0.00"),
    ]  # fmt: skip


def test_findings_about_the_same_money_count_it_once() -> None:
    case = not_received(paid_again(REFUNDED))
    twice, never = sorted(reconcile(books(case, settled=(a_row("186.30"),))), key=lambda each: each.amount)
    assert (twice.code, twice.amount, twice.within) == ("refunded_twice", WHOLE, never.code)
    assert not twice.counted
    assert (never.counted, never.within) == (2 * WHOLE, None)


def test_no_more_is_counted_than_went_back() -> None:
    """A platform's amount without tax and shipping could explain some of what was settled twice."""
    found = reconcile(books(not_received(SMALL), settled=(a_row("3.25"), a_row("3.25", nth=2))))
    assert [(each.code, str(each.counted)) for each in found] == [
        ("refunded_never_received", "3.25"), ("refunded_twice", "3.25"),
    ]  # fmt: skip


def test_what_is_lost_counts_before_what_is_open() -> None:
    found = reconcile(books(not_received(REFUNDED), settled=()))
    assert {(each.code, each.counted) for each in found} == {
        ("refunded_never_received", WHOLE), ("refund_not_settled", 0),
    }  # fmt: skip


def test_what_is_owed_counts_once() -> None:
    found = reconcile(books(having(DUE, external=reported("Refund rejected")), settled=()))
    assert [(each.code, str(each.counted)) for each in found] == [
        ("received_not_refunded", "93.15"), ("platform_disagrees", "0.00"),
    ]  # fmt: skip


def test_money_beyond_all_returns_is_other_money() -> None:
    found = reconcile(books(not_received(REFUNDED), settled=(a_row(), a_row(nth=2))))
    assert [(each.code, each.counted) for each in found] == [
        ("refunded_never_received", WHOLE), ("refunded_twice", WHOLE),
    ]  # fmt: skip


def test_sums_by_account_month_and_currency() -> None:
    sums: dict[tuple[str, str, str], Sum] = {}
    for each in reconcile(books(not_received(REFUNDED), settled=(a_row(), a_row(nth=2, settled_at=NOW + 30 * DAY)))):
        added(sums, each)
    assert [(x.account, x.month, x.findings, str(x.lost), str(x.open)) for x in sums.values()] == [
        ("us-main", "2026-11", 1, "93.15", "0.00"), ("us-main", "2026-12", 1, "93.15", "0.00"),
    ]  # fmt: skip


def test_the_source_rows_are_named() -> None:
    (each,) = reconcile(books(settled=(a_row(), a_row(row=9, nth=2))))
    assert [(seen.file, seen.row) for seen in each.rows] == [("income.csv", 6), ("income.csv", 9)]


# --- a world in which all is well, and one thing in it that is not


def rows_of(case: Case, split: bool) -> list[Settled]:
    total, at = case.stored.refunded("confirmed").amount, case.stored.updated_at + 20 * DAY
    parts = [total - 1, Decimal(1)] if split else [total]
    return [a_row(str(part), settled_at=at, row=int(case.stored.id[2:])) for part in parts]


WORLD = {
    "units": st.lists(st.integers(1, 3), min_size=1, max_size=3),
    "splits": st.lists(st.booleans(), min_size=3, max_size=3),
    "chance": st.randoms(use_true_random=False),
}


def consistent(units: list[int], splits: list[bool]) -> tuple[list[Case], list[Settled]]:
    cases = a_world(units)
    return cases, [row for case, split in zip(cases, splits, strict=False) for row in rows_of(case, split)]


@given(**WORLD)
def test_nothing_is_found_where_all_is_well(units: list[int], splits: list[bool], chance: random.Random) -> None:
    cases, rows = consistent(units, splits)
    for several in (cases, rows):
        chance.shuffle(several)
    assert found(*cases, settled=tuple(rows)) == []


@given(**WORLD, what=st.sampled_from(["lost", "twice", "above", "empty", "unbooked", "stranger"]))
def test_one_thing_that_is_wrong_is_what_is_found(
    units: list[int], splits: list[bool], chance: random.Random, what: str
) -> None:
    cases, rows = consistent(units, splits)
    at = chance.randrange(len(cases))
    hit = cases[at]
    own = [row for row in rows if row.row == int(hit.stored.id[2:])]
    others = [row for row in rows if row not in own]
    amount = hit.stored.refunded("confirmed").amount
    wanted, rest = [("refund_not_settled", str(amount))], others
    if what == "twice":
        wanted, rest = [("refunded_twice", str(amount))], [*others, a_row(str(amount)), a_row(str(amount), nth=2)]
    elif what == "above":
        wanted, rest = [("refunded_above_breakdown", "0.50")], [*rows, a_row("0.50")]
    elif what == "empty":
        cases[at], wanted, rest = not_received(hit), [("refunded_never_received", str(amount))], rows
    elif what == "unbooked":
        cases[at] = having(hit, refunds=(), state="refund_due")
        wanted, rest = [("platform_disagrees", str(amount))], rows
    elif what == "stranger":
        cases, wanted, rest = [], [("settled_unknown", str(sum(row.paid_back for row in rows)))], rows
    chance.shuffle(rest)
    assert found(*cases, settled=tuple(rest)) == wanted
