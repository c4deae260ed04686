"""What a platform reports: where a return stands by it, what is booked, and that no order of reports matters."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from returnctl.domain import dispute, negotiation, paying, remarks, workflow
from returnctl.domain.anonymize import anonymize
from returnctl.domain.automatic import SYSTEM
from returnctl.domain.case import Case, Moment
from returnctl.domain.eligibility import Wish
from returnctl.domain.external import External, Seen, Told
from returnctl.domain.lapse import lapse
from returnctl.domain.observe import disagrees, observe, take
from returnctl.domain.record import Return
from returnctl.domain.replay import faults, sum_faults
from returnctl.domain.report import Piece, Report, units_of
from returnctl.domain.states import Event, Kind, State
from returnctl.domain.undo import undo
from returnctl.errors import NothingToUndo, TooMuchMoney
from tests.builders import DAY, HOUR, NOW, a_case, a_policy, after, an_order, at, buyer, later, platform, seller

APPLIED = at("2026-11-08T10:00:00Z")
ID = "4035000000000000001"
PENDING = "RETURN_OR_REFUND_REQUEST_PENDING"
REJECTED = "REFUND_OR_RETURN_REQUEST_REJECT"
SHIP, SHIPPED, PARCEL = "AWAITING_BUYER_SHIP", "BUYER_SHIPPED_ITEM", "REJECT_RECEIVE_PACKAGE"
SUCCESS, COMPLETE = "RETURN_OR_REFUND_REQUEST_SUCCESS", "RETURN_OR_REFUND_REQUEST_COMPLETE"
CANCEL, RESPONSE = "RETURN_OR_REFUND_REQUEST_CANCEL", "AWAITING_BUYER_RESPONSE"
# It reminds often, so that some time to remind always lies between the application and now.
SURE = a_case(policy=a_policy(remind_before={"hours": [168, 72, 48, 24, 3, 1]}))


def a_report(status: str, days: float = 0, *, source: str = "api", **said: Any) -> Report:
    """Of three lamps; what is said goes where it belongs, by its name."""
    own = {name: said.pop(name) for name in ("kind", "tracking", "pieces", "note", "return_id") if name in said}
    of_api: dict[str, Any] = {"exact": source == "api", "seen": Seen("file", 1)}
    money = {"refund": Decimal("87.75")} | said
    told = Told(at=APPLIED + days * DAY, status=status, **(of_api | money))
    kind, pieces = own.pop("kind", Kind.RETURN_AND_REFUND), own.pop("pieces", (Piece(3, seller_sku="SKU-1"),))
    head: dict[str, Any] = {"platform": "tiktok", "order": "576461413038780001", "return_id": ID} | own
    return Report(source=source, kind=kind, pieces=pieces, applied_at=APPLIED, told=told, **head)  # type: ignore[arg-type]


def export(status: str, days: float = 0, **said: Any) -> Report:
    return a_report(status, days, source="export", **said)


def begun(report: Report, case: Case | None = None, now: datetime = NOW, number: str = "R-000042", **wish: Any) -> Case:
    case = case or a_case()
    wish = {"items": {"1": 3}, "type": report.kind, "reason": "damaged"} | wish
    asked = Wish(external=External("tiktok", report.return_id), **wish)
    return case.having(take(case, platform(now), id=number, wish=asked, report=report).record)


def told(case: Case, *reports: Report, now: datetime | None = None) -> Case:
    for report in reports:
        case = case.having(observe(case, platform(now or later(case)), report=report).record)
    return case


def in_state(*reports: Report) -> Return:
    return told(begun(reports[0]), *reports[1:]).stored


# --- where each status leads

LEADS = [
    (a_report(PENDING), "requested"),
    (a_report(REJECTED), "rejected"),
    (a_report(SHIP), "approved"),
    (a_report(SHIPPED), "in_transit"),
    (a_report(PARCEL), "rejected"),
    (a_report(SUCCESS), "refund_due"),
    (a_report(CANCEL), "cancelled"),
    (a_report(COMPLETE), "refunded"),
    (a_report("AWAITING_BUYER_RESPONSE"), "requested"),
    (a_report("REPLACEMENT_REQUEST_PENDING", kind=Kind.REPLACEMENT), "requested"),
    (a_report("REPLACEMENT_REQUEST_REJECT", kind=Kind.REPLACEMENT), "rejected"),
    (a_report("REPLACEMENT_REQUEST_REFUND_SUCCESS", kind=Kind.REPLACEMENT), "refunded"),
    (a_report("REPLACEMENT_REQUEST_CANCEL", kind=Kind.REPLACEMENT), "cancelled"),
    (a_report("REPLACEMENT_REQUEST_COMPLETE", kind=Kind.REPLACEMENT), "replaced"),
    (a_report("A_STATUS_OF_TOMORROW"), "requested"),
    (a_report(REJECTED, dispute="IN_PROGRESS"), "disputed"),
    (a_report(REJECTED, dispute="SUPPORT_SELLER"), "rejected"),
    (a_report(REJECTED, dispute="SUPPORT_BUYER"), "refund_due"),
    (a_report(PARCEL, dispute="SUPPORT_BUYER"), "refund_due"),
    (a_report(COMPLETE, dispute="IN_PROGRESS"), "refunded"),
    (a_report(PARCEL, dispute="A word of tomorrow"), "rejected"),
    (export("To process"), "requested"),
    (export("In process"), "approved"),
    (export("In process", sent=True), "in_transit"),
    (export("In process", kind=Kind.REFUND_ONLY), "refund_due"),
    (export("In process", refunded_at=NOW), "approved"),
    (export("Completed"), "refunded"),
    (export("Completed", kind=Kind.REPLACEMENT), "replaced"),
    (export("Refund rejected"), "rejected"),
    (export("Refund rejected", dispute="In progress"), "disputed"),
    (export("Canceled"), "cancelled"),
    (export("cancelled"), "cancelled"),
    (export("已完成"), "requested"),
]


@pytest.mark.parametrize(("report", "state"), LEADS, ids=lambda x: x.told.status if isinstance(x, Report) else x)
def test_where_each_status_leads(report: Report, state: str) -> None:
    record = begun(report).stored
    assert record.state == state
    assert [entry.event for entry in record.history] == ["apply", "observe"]
    assert record.history[0].at == APPLIED
    assert record.external is not None
    assert record.external.status == report.told.status
    assert list(faults(record, ["apply", "observe"])) == []


def test_what_was_said_of_an_appeal_stands_in_the_event() -> None:
    said = {"appeal": "Approved", "compensation": Decimal("12.50"), "compensation_status": "To be paid"}
    facts = told(begun(export("Completed")), export("Completed", 1, **said)).stored.history[-1].facts
    assert (facts["appeal"], facts["compensation"], facts["compensation_status"]) == ("Approved", "12.50", "To be paid")


def test_what_a_report_says_beside_stands_in_its_event() -> None:
    said = {"role": "BUYER", "partial_refund": "5.00", "refund_parts": {"refund_tax": "0.80"}}
    case = begun(a_report(PENDING))
    facts = told(case, replace(a_report(SHIP, 1), beside=said)).stored.history[-1].facts
    assert {name: facts[name] for name in said} == said


def test_an_offer_that_was_made_there_waits_for_the_buyer() -> None:
    offered = begun(a_report("AWAITING_BUYER_RESPONSE"))
    waits = offered.stored.due
    assert waits is not None
    assert (waits.action, waits.by, waits.then) == ("negotiate", "buyer", "decline")
    assert waits.at > NOW
    declined = told(offered, a_report(PENDING, 1)).stored.due
    assert declined is not None
    assert (declined.action, declined.by) == ("review", "seller")
    again = told(begun(a_report(PENDING)), a_report("AWAITING_BUYER_RESPONSE", 1)).stored.due
    assert again is not None
    assert again.by == "buyer"


@pytest.mark.parametrize(("report", "_"), LEADS, ids=lambda x: x.told.status if isinstance(x, Report) else "")
@pytest.mark.parametrize("first", [report for report, _ in LEADS], ids=lambda x: x.told.status)
def test_from_any_state_to_the_one_reported(first: Report, report: Report, _: str) -> None:
    case = begun(replace(first, told=replace(first.told, exact=True)))
    newer = replace(report, told=replace(report.told, at=APPLIED + 3 * DAY))
    after_it = told(case, newer).stored
    means = begun(replace(newer, kind=first.kind)).stored
    if means.external and means.external.told.keys() != {"unknown"}:
        assert after_it.state == means.state
    else:
        assert after_it.state == case.stored.state
    events = [entry.event for entry in after_it.history]
    assert list(faults(after_it, [*events, *["seen"] * (after_it.revision - len(events))])) == []


@pytest.mark.parametrize(
    ("report", "uncertain"),
    [
        (export("Refund rejected"), True), (a_report(REJECTED), False), (a_report(PARCEL), False),
        (export("Completed"), False),
    ],
)  # fmt: skip
def test_what_the_source_cannot_tell_is_marked(report: Report, uncertain: bool) -> None:
    external = begun(report).stored.external
    assert external is not None
    assert external.uncertain == uncertain


@pytest.mark.parametrize(
    ("report", "approved"),
    [(a_report(PENDING), 0), (a_report(SHIP), 3), (a_report(REJECTED), 0), (a_report(PARCEL), 3),
     (a_report(COMPLETE), 3), (a_report(CANCEL), 0)],
)  # fmt: skip
def test_units_follow_the_platform_and_receipts_do_not(report: Report, approved: int) -> None:
    (line,) = begun(report).stored.lines
    assert (line.approved, line.received) == (approved, 0)


def test_words_that_no_table_has_are_kept_and_warned_of() -> None:
    case = begun(a_report(SHIP))
    decision = observe(case, platform(later(case)), report=a_report("ODD", 2))
    assert (decision.record.state, decision.warnings) == (State.APPROVED, ("unknown_status",))
    assert decision.record.external is not None
    assert decision.record.external.status == "ODD"
    assert told(case.having(decision.record), a_report(SHIPPED, 1)).stored.state == "in_transit"


# --- money


def test_what_the_platform_paid_is_booked_once() -> None:
    record = in_state(a_report(SHIP), a_report(COMPLETE, 2), a_report(COMPLETE, 2), export("Completed", 2))
    (paid,) = record.refunds
    assert (paid.status, paid.confirmed, paid.reference, paid.method) == (
        "confirmed", Decimal("87.75"), ID, "original_payment",
    )  # fmt: skip
    assert paid.net + paid.tax == paid.amount
    assert (record.state, record.due) == (State.REFUNDED, None)
    assert not [owed for owed in record.owed if owed.status == "open"]


def test_the_breakdown_is_by_our_policy() -> None:
    fee = a_policy(restocking_fee={"percent": 10, "charged_for": ["buyer", "seller"]})
    record = begun(a_report(COMPLETE), a_case(policy=fee)).stored
    assert record.breakdown is not None
    assert record.breakdown.total < record.refunds[0].amount == Decimal("87.75")


def test_a_corrected_amount_is_corrected_and_told() -> None:
    case = begun(a_report(COMPLETE))
    corrected = a_report(COMPLETE, 1, refund=Decimal("80.00"), refunded_at=APPLIED + DAY)
    decision = observe(case, platform(later(case)), report=corrected)
    assert [x.confirmed for x in decision.record.refunds] == [Decimal("80.00")]
    assert decision.warnings == ("refund_corrected",)
    assert decision.record.history[-1].facts["was"] == "87.75"
    assert decision.record.refunds[0].at == case.stored.refunds[0].at


@pytest.mark.parametrize("amount", [None, Decimal("0.00")])
def test_nothing_is_booked_where_no_amount_is_told(amount: Decimal | None) -> None:
    record = begun(a_report(COMPLETE, refund=amount)).stored
    assert (record.state, record.refunds) == (State.REFUNDED, ())


def paid_by_us(*, settled: bool) -> Case:
    case = begun(a_report(SUCCESS))
    case = after(case, paying.intend)
    return after(case, paying.confirm, reference="TXN-1") if settled else case


def test_money_that_we_paid_as_well_is_kept_and_warned_of() -> None:
    case = paid_by_us(settled=True)
    decision = observe(case, platform(later(case)), report=a_report(COMPLETE, 2))
    assert [x.reference for x in decision.record.refunds] == ["TXN-1"]
    assert decision.warnings == ("paid_beside",)
    assert decision.record.external is not None
    assert decision.record.external.paid is not None


def part_paid(amount: str, *, settled: bool = True) -> Case:
    case = after(begun(a_report(SUCCESS)), paying.intend, amount=Decimal(amount))
    return after(case, paying.confirm, reference="TXN-1") if settled else case


def payments(case: Case) -> list[tuple[str, str, str | None]]:
    return [(str(x.confirmed or x.amount), x.status, x.reference) for x in case.stored.refunds]


def test_what_the_platform_paid_beyond_a_part_of_ours_is_booked_beside_it() -> None:
    """What it reports is taken for all that went back, ours included: so nothing is paid twice after it."""
    case = part_paid("20.00")
    decision = observe(case, platform(later(case)), report=a_report(COMPLETE, 2))
    case = case.having(decision.record)
    assert payments(case) == [("20.00", "confirmed", "TXN-1"), ("67.75", "confirmed", ID)]
    assert decision.warnings == ("paid_beside",)
    assert not observe(case, platform(later(case)), report=a_report(COMPLETE, 2)).events
    back = told(case, a_report(SUCCESS, 3))
    with pytest.raises(TooMuchMoney) as refused:
        paying.intend(back, seller(later(back)), amount=Decimal("5.41"))
    assert refused.value.facts["most"] == "5.40"
    both = after(after(back, paying.intend, amount=Decimal("5.40")), paying.confirm, reference="TXN-2")
    assert payments(told(both, a_report(COMPLETE, 4)))[:2] == payments(case)


@pytest.mark.parametrize(
    ("corrected", "booked"), [("80.00", "60.00"), ("90.00", "70.00"), ("20.00", "0.00"), ("15.00", "0.00")]
)
def test_what_was_booked_beside_a_part_follows_a_correction(corrected: str, booked: str) -> None:
    case = told(part_paid("20.00"), a_report(COMPLETE, 2), a_report(COMPLETE, 3, refund=Decimal(corrected)))
    assert [(x.confirmed, x.reference) for x in case.stored.refunds] == [
        (Decimal("20.00"), "TXN-1"),
        (Decimal(booked), ID),
    ]
    assert list(sum_faults(case.stored)) == []
    again = told(case, a_report(COMPLETE, 4))
    assert [x.confirmed for x in again.stored.refunds] == [Decimal("20.00"), Decimal("67.75")]


def test_a_correction_is_not_forgotten_while_a_payment_of_ours_is_under_way() -> None:
    back = told(begun(a_report(SUCCESS)), a_report(COMPLETE, 2), a_report(SUCCESS, 3))
    case = told(after(back, paying.intend), a_report(COMPLETE, 4, refund=Decimal("80.00")))
    expected = [("80.00", "confirmed", ID), ("5.40", "confirmed", "TXN-2")]
    assert payments(after(case, paying.confirm, reference="TXN-2")) == expected


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (paying.confirm, [("20.00", "confirmed", None), ("67.75", "confirmed", ID)]),
        (partial(paying.fail, why="closed"), [("20.00", "failed", None), ("87.75", "confirmed", ID)]),
    ],
)
def test_a_part_that_is_under_way_is_waited_for(outcome: Any, expected: list[Any]) -> None:
    case = told(part_paid("20.00", settled=False), a_report(COMPLETE, 2))
    assert payments(case) == [("20.00", "pending", None)]
    assert payments(after(case, outcome)) == expected


@pytest.mark.parametrize("report", [a_report(COMPLETE, 2), a_report(CANCEL, 2), a_report(PENDING, 2)])
def test_a_payment_that_was_begun_is_not_lost(report: Report) -> None:
    case = paid_by_us(settled=False)
    decision = observe(case, platform(later(case)), report=report)
    assert decision.record.state is State.REFUNDING
    assert "payment_open" in decision.warnings
    assert after(case.having(decision.record), paying.confirm).stored.state is State.REFUNDED


def test_a_payment_that_failed_after_the_platform_paid_is_not_due_again() -> None:
    case = told(paid_by_us(settled=False), a_report(COMPLETE, 2))
    case = after(case, paying.fail, why="card closed")
    case = told(case, a_report(COMPLETE, 2))
    assert case.stored.state is State.REFUNDED
    assert [(x.status, x.reference) for x in case.stored.refunds] == [("failed", None), ("confirmed", ID)]


def test_a_payment_that_failed_after_the_platform_paid_cannot_be_made_again() -> None:
    """Nobody has to import the same file once more for it."""
    case = told(paid_by_us(settled=False), a_report(COMPLETE, 2))
    case = after(case, paying.fail, why="card closed")
    assert [(x.status, x.reference) for x in case.stored.refunds] == [("failed", None), ("confirmed", ID)]
    with pytest.raises(TooMuchMoney) as refused:
        paying.intend(case, seller(later(case)), amount=Decimal("90.00"))
    assert refused.value.facts["most"] == "5.40"


def test_an_observation_never_pays() -> None:
    for report, _ in LEADS:
        decision = observe(begun(a_report(PENDING)), platform(), report=report)
        assert not {Event.REFUND, Event.CONFIRM} & set(decision.events)
        assert all(x.status == "confirmed" and x.reference == ID for x in decision.record.refunds)


# --- our decisions beside it


def acts(case: Case) -> list[tuple[str, str]]:
    return [(owed.what, owed.status) for owed in case.stored.owed if owed.kind == "act"]


OURS: dict[str, tuple[Report, Any, str]] = {
    "approve": (a_report(PENDING), workflow.approve, "approved"),
    "reject": (a_report(PENDING), partial(workflow.reject, reason="not_eligible"), "rejected"),
}


@pytest.mark.parametrize(
    ("ours", "then", "state", "act"),
    [
        ("approve", a_report(PENDING, 0), "approved", "open"),
        ("approve", a_report(PENDING, 1, asks=("SELLER_RESPOND_RETURN",)), "approved", "open"),
        ("approve", a_report(SHIP, 1), "approved", "done"),
        ("approve", a_report(SHIPPED, 1), "in_transit", "done"),
        ("approve", a_report(COMPLETE, 1), "refunded", "done"),
        ("approve", a_report(CANCEL, 1), "cancelled", "withdrawn"),
        ("approve", a_report(REJECTED, 1), "rejected", "withdrawn"),
        ("reject", a_report(PENDING, 0), "rejected", "open"),
        ("reject", a_report(REJECTED, 1), "rejected", "done"),
        ("reject", a_report(REJECTED, 1, dispute="IN_PROGRESS"), "disputed", "done"),
        ("reject", a_report(SHIP, 1), "approved", "withdrawn"),
    ],
)
def test_a_decision_of_ours_stands_until_the_platform_moves(ours: str, then: Report, state: str, act: str) -> None:
    first, decide, _ = OURS[ours]
    case = after(begun(first), decide)
    decision = observe(case, platform(later(case)), report=then)
    case = case.having(decision.record)
    assert (case.stored.state, acts(case)) == (state, [(ours, act)])
    tells = [owed.status for owed in case.stored.owed if owed.kind == "tell" and owed.what in ("approved", "rejected")]
    assert tells == ["open" if act == "open" else "withdrawn"]
    assert ("overruled" in decision.warnings) == (act == "withdrawn")
    assert (disagrees(case.stored) is not None) == (act == "open")


def test_goods_may_be_further_than_the_platform_knows() -> None:
    case = after(begun(a_report(SHIP)), workflow.receive)
    case = told(case, a_report(SHIPPED, 1))
    assert (case.stored.state, disagrees(case.stored)) == (State.RECEIVED, None)
    case = told(after(case, workflow.inspect), a_report(SHIPPED, 2, asks=("SELLER_RESPOND_RECEIVE_PACKAGE",)))
    assert (case.stored.state, acts(case)) == (State.REFUND_DUE, [("inspect", "open")])
    case = told(case, a_report(COMPLETE, 3))
    assert (case.stored.state, acts(case)) == (State.REFUNDED, [("inspect", "done")])
    assert case.stored.lines[0].graded


def test_a_decision_booked_by_hand_is_not_undone_by_a_stale_file() -> None:
    case = after(after(begun(a_report(PENDING)), workflow.approve), remarks.done)
    case = told(case, export("To process"))
    assert case.stored.state is State.APPROVED


def test_a_dispute_of_ours_goes_where_the_platform_goes() -> None:
    case = after(begun(a_report(REJECTED)), dispute.escalate, claim="refund_amount")
    assert told(case, a_report(REJECTED, 0)).stored.state is State.DISPUTED
    there = told(case, a_report(REJECTED, 1, dispute="IN_PROGRESS")).stored
    assert (there.state, there.dispute and there.dispute.stage) == (State.DISPUTED, "platform")
    over = told(case, a_report(SUCCESS, 2, dispute="SUPPORT_BUYER")).stored
    assert (over.state, over.dispute and over.dispute.outcome) == (State.REFUND_DUE, "refund")
    assert over.dispute is not None
    assert over.dispute.appeal_until is not None


def test_what_was_reported_cannot_be_undone() -> None:
    case = told(after(begun(a_report(PENDING)), workflow.approve), a_report(SHIP, 1))
    with pytest.raises(NothingToUndo) as refused:
        undo(case, seller(later(case)))
    assert refused.value.facts["why"] == "reported"


# --- time


def test_the_platforms_deadline_stands_on_the_due() -> None:
    until = NOW + 30 * HOUR
    case = begun(a_report(PENDING, deadline=until, asks=("SELLER_RESPOND_REFUND",)))
    assert case.stored.due is not None
    assert (case.stored.due.action, case.stored.due.at) == ("review", until)
    moved = told(case, a_report(PENDING, 1, deadline=until + DAY)).stored
    assert moved.due is not None
    assert moved.due.at == until + DAY


def test_a_review_counts_from_the_application() -> None:
    early, late = (begun(a_report(PENDING), now=now).stored for now in (APPLIED + HOUR, NOW))
    assert early.due == late.due
    assert early.window_ends == late.window_ends


@pytest.mark.parametrize(
    ("report", "state", "lapse_is"),
    [
        (a_report(SHIP, 9), "approved", "settled"),
        (a_report(CANCEL, 9), "cancelled", "settled"),
        (a_report(PENDING, 9), "requested", "corrected"),
    ],
)
def test_what_was_assumed_is_confirmed_or_corrected(report: Report, state: str, lapse_is: str) -> None:
    case = begun(a_report(PENDING))
    assert case.stored.due is not None
    case = case.having(lapse(case, Moment(case.stored.due.at, SYSTEM)).record)
    assert case.stored.due is not None
    assert case.stored.due.lapsed
    case = told(case, report)
    assert case.stored.state == state
    assert case.stored.due is None or not case.stored.due.lapsed
    assert case.stored.history[-1].facts["lapse"] == lapse_is


def test_the_same_again_is_unchanged_and_the_same_later_is_silent() -> None:
    case = begun(a_report(SHIP))
    assert not observe(case, platform(later(case)), report=a_report(SHIP)).events
    other_file = replace(a_report(SHIP), told=replace(a_report(SHIP).told, seen=Seen("other", 7)))
    assert not observe(case, platform(later(case)), report=other_file).events
    silent = observe(case, platform(later(case)), report=a_report(SHIP, 1))
    assert (silent.events, len(silent.record.history)) == (("seen",), 2)
    assert told(case.having(silent.record), a_report(SHIPPED, 0.5)).stored.state is State.APPROVED


@pytest.mark.parametrize("days", list(permutations([1.0, 2.0, 3.0])))
def test_a_compensation_is_promised_when_it_was_first_told(days: tuple[float, ...]) -> None:
    """Later reports say it again; one that looks into it still promises nothing."""
    looked = export("Completed", 0.5, compensation=Decimal(3), compensation_status="Under review")
    case = told(begun(looked), *(export("Completed", day, compensation=Decimal(3)) for day in days))
    assert case.stored.external
    assert case.stored.external.granted_at == APPLIED + DAY


def test_an_older_report_of_the_same_compensation_is_no_event() -> None:
    case = begun(export("Completed", 2, compensation=Decimal(3)))
    older = observe(case, platform(later(case)), report=export("Completed", 1, compensation=Decimal(3)))
    assert older.events == ("seen",)
    assert older.record.external
    assert older.record.external.granted_at == APPLIED + DAY


def test_an_anonymized_return_learns_no_tracking_number() -> None:
    case = begun(a_report(COMPLETE, tracking="1Z1", sent=True))
    case = case.having(anonymize(case, platform(), before=NOW + DAY).record)
    again = a_report(COMPLETE, 1, tracking="1Z2", sent=True, compensation=Decimal(3))
    assert [x.tracking for x in told(case, again).stored.parcels] == [None]


# --- how returns begin


def test_the_policy_may_decide_at_once_what_waits_for_us() -> None:
    policy = a_policy(auto_approve=[{"name": "all"}])
    case = begun(a_report(PENDING), a_case(policy=policy))
    assert ([x.event for x in case.stored.history], acts(case)) == (
        ["apply", "observe", "approve"],
        [("approve", "open")],
    )
    for waits_elsewhere in (SHIP, "AWAITING_BUYER_RESPONSE"):
        case = begun(a_report(waits_elsewhere), a_case(policy=policy))
        assert [x.event for x in case.stored.history] == ["apply", "observe"]


def test_failed_rules_are_kept_and_nothing_is_refused() -> None:
    late = an_order(delivered_at="2026-01-05T22:10:00Z")
    record = begun(a_report(PENDING), a_case(late), items={"1": 9}).stored
    assert {x.rule for x in record.eligibility if x.outcome == "fail"} == {"window", "quantity"}


def test_applications_that_take_a_refused_one_up_again_name_it() -> None:
    first = begun(a_report(REJECTED), number="R-000001")
    beside = replace(first, others=(first.stored,), record=None)
    again = begun(a_report(PENDING, 1, return_id="4036"), beside, number="R-000002")
    assert again.stored.history[-1].facts["again"] == ["R-000001"]
    named = begun(a_report(SHIP), number="R-000003")
    beside = replace(named, others=(named.stored,), record=None)
    linked = begun(a_report(PENDING, 1, return_id="4037", previous=ID), beside, number="R-000004")
    assert linked.stored.history[-1].facts["again"] == ["R-000003"]


LINES = [
    {"line": "1", "sku": "A", "quantity": 2, "net": "20.00"}, {"line": "2", "sku": "A", "quantity": 1, "net": "10.00"},
    {"line": "3", "sku": "172", "quantity": 1, "net": "5.00"},
]  # fmt: skip


@pytest.mark.parametrize(
    ("pieces", "units"),
    [
        ([Piece(1, seller_sku="A")], {"1": 1}),
        ([Piece(3, seller_sku="A")], {"1": 2, "2": 1}),
        ([Piece(5, seller_sku="A")], {"1": 2, "2": 3}),
        ([Piece(1, seller_sku="A"), Piece(1, seller_sku="A")], {"1": 2}),
        ([Piece(1, sku_id="172", seller_sku="gone")], {"3": 1}),
        ([Piece(1, line="2", seller_sku="A")], {"2": 1}),
        ([Piece(1, seller_sku="B")], None),
        ([], {}),
    ],
)
def test_goods_are_found_among_the_lines(pieces: list[Piece], units: dict[str, int] | None) -> None:
    assert units_of(a_report(PENDING, pieces=tuple(pieces)), an_order(lines=LINES)) == units


def test_an_order_of_one_line_leaves_no_doubt() -> None:
    assert units_of(a_report(PENDING, pieces=(Piece(2, seller_sku="renamed"),)), an_order()) == {"1": 2}


# --- any order, overlapping, repeated, stale

_STATUS = st.sampled_from([PENDING, RESPONSE, REJECTED, SHIP, SHIPPED, PARCEL, SUCCESS, COMPLETE, CANCEL, "ODD"])
_LABEL = st.sampled_from(["To process", "In process", "Completed", "Refund rejected", "Canceled", "ODD"])
_SAID = st.fixed_dictionaries(
    {
        "days": st.sampled_from([0, 0, 1, 2, 3]),
        "refund": st.sampled_from([Decimal("87.75"), Decimal("80.00"), None]),
        "dispute": st.sampled_from([None, None, "IN_PROGRESS", "SUPPORT_BUYER", "CLOSED"]),
        "sent": st.booleans(),
    }
)
_DEADLINE = st.sampled_from([None, NOW - 2 * HOUR, NOW + 5 * HOUR, NOW + 3 * DAY])
_API = st.builds(lambda s, x, d, k: a_report(s, deadline=d, keeps=k, **x), _STATUS, _SAID, _DEADLINE, st.booleans())
_APPEAL = st.sampled_from([None, None, None, "In progress"])
_EXPORT = st.builds(
    lambda s, x, exact, appeal: export(s, exact=exact, appeal=appeal, **x), _LABEL, _SAID, st.booleans(), _APPEAL
)


def _end(reports: list[Report]) -> tuple[object, ...]:
    """All but history and revision, where a report was read, and when its contest was first heard of here.

    The import is at one instant: dues are counted from when they were heard of.
    """
    record = told(begun(reports[0], SURE, now=NOW), *reports[1:], now=NOW).stored
    external = record.external
    assert external is not None
    where = {name: replace(each, seen=None) for name, each in external.told.items()}
    assert [x.reference for x in record.refunds] in ([], [ID])
    events = [entry.event for entry in record.history]
    assert list(faults(record, [*events, *["seen"] * (record.revision - len(events))])) == []
    paid = [(x.amount, x.net, x.tax, x.status) for x in record.refunds]
    contest = record.dispute and replace(record.dispute, at=NOW)
    return (
        record.state, paid, replace(external, seen=None, told=where), record.due, record.lines, record.returnless,
        record.breakdown, contest, record.sweep_at, disagrees(record),
    )  # fmt: skip


@given(st.lists(st.one_of(_API, _EXPORT), min_size=1, max_size=7), st.integers(0, 9999))
@settings(max_examples=400, deadline=timedelta(seconds=5))
def test_the_end_is_the_same_whatever_the_order(reports: list[Report], seed: int) -> None:
    chance = random.Random(seed)
    shuffled = [*reports, *chance.choices(reports, k=chance.randrange(4))]
    chance.shuffle(shuffled)
    assert _end(shuffled) == _end(reports)


# --- what was under way here


def test_a_platform_that_takes_a_dispute_up_ends_the_negotiation() -> None:
    case = begun(a_report(REJECTED))
    case = case.having(dispute.escalate(case, seller(later(case))).record)
    case = case.having(negotiation.offer(case, seller(later(case)), amount=Decimal("5.00")).record)
    record = told(case, a_report(REJECTED, 3, dispute="IN_PROGRESS")).stored
    assert record.dispute
    assert record.due
    assert (record.dispute.stage, record.due.action, record.due.by) == ("platform", "platform", "platform")
    assert [x.status for x in record.offers] == ["withdrawn"]


@pytest.mark.parametrize("status", [PENDING, "AWAITING_BUYER_RESPONSE"])
def test_an_open_offer_keeps_its_end_whatever_the_platform_waits_for(status: str) -> None:
    case = begun(a_report(PENDING, deadline=NOW + 2 * DAY))
    case = case.having(negotiation.offer(case, seller(later(case)), amount=Decimal("5.00")).record)
    record = told(case, a_report(status, 2)).stored
    assert record.due
    assert (record.due.action, record.due.at) == ("negotiate", record.offers[-1].until)


def offered(*reports: Report) -> Case:
    """An offer of the seller's on what the platform reported."""
    case = told(begun(reports[0]), *reports[1:])
    return after(case, negotiation.offer, amount=Decimal("5.00"))


def test_an_offer_on_a_refusal_outlives_the_next_report() -> None:
    record = told(offered(a_report(REJECTED)), a_report(REJECTED, 2, compensation=Decimal(1))).stored
    assert [x.status for x in record.offers] == ["open"]
    assert record.due
    assert record.due.action == "negotiate"


@pytest.mark.parametrize(
    "then", [a_report(PENDING, 2, dispute="IN_PROGRESS"), a_report(SHIP, 2), a_report(REJECTED, 2)]
)
def test_an_offer_ends_with_the_state_it_was_made_in(then: Report) -> None:
    case = told(offered(a_report(PENDING)), then)
    assert [x.status for x in case.stored.offers] == ["withdrawn"]
    assert not observe(case, platform(later(case)), report=then).events


def test_an_offer_ends_with_the_deadline_that_the_platform_let_pass() -> None:
    """Of a dispute here, which the platform knows nothing of: it is negotiated afresh."""
    case = after(begun(a_report(PENDING)), dispute.escalate)
    case = case.having(negotiation.offer(case, buyer(later(case)), amount=Decimal("5.00")).record)
    assert case.stored.due
    case = case.having(lapse(case, Moment(case.stored.due.at, SYSTEM)).record)
    record = told(case, a_report(PENDING, 9)).stored
    assert record.due
    assert ([x.status for x in record.offers], record.due.action, record.due.lapsed) == (["lapsed"], "negotiate", False)


@pytest.mark.parametrize("first", [a_report(PENDING), a_report(SUCCESS, 2, dispute="SUPPORT_BUYER")])
def test_a_contest_that_was_decided_between_two_imports_can_be_appealed_against(first: Report) -> None:
    record = told(begun(first), a_report(SUCCESS, 2, dispute="SUPPORT_BUYER")).stored
    assert record.dispute
    assert (record.dispute.stage, record.dispute.outcome) == ("platform", "refund")
    assert record.dispute.appeal_until is not None
    assert record.dispute.appeal_until > NOW


LOST = [a_report(SUCCESS, day, dispute="SUPPORT_BUYER") for day in (2, 3)]


@pytest.mark.parametrize(
    ("then", "outcome", "appeal_days"),
    [
        ((), "refund", 2),
        ((a_report(PARCEL, 1, dispute="IN_PROGRESS"),), "refund", 2),
        ((a_report(SUCCESS, 4, dispute="CLOSED"),), "refund", 2),
        ((a_report(COMPLETE, 4),), "refund", 2),
        ((a_report(COMPLETE, 4, dispute="SUPPORT_SELLER"),), "none", None),
        ((export("In process", 4, appeal="In progress", exact=True),), "refund", None),
    ],
)
def test_what_became_of_a_contest_is_told_by_all_reports(
    then: tuple[Report, ...], outcome: str, appeal_days: int | None
) -> None:
    """In any order; the time to appeal runs from the first word of the decision, until an appeal is told of."""
    pinned = a_case(policy=a_policy(deadlines={"appeal": {"hours": 100}}))
    for reports in permutations([*LOST, *then]):
        contest = told(begun(reports[0], pinned), *reports[1:]).stored.dispute
        assert contest
        until = None if appeal_days is None else APPLIED + appeal_days * DAY + 100 * HOUR
        assert (contest.outcome, contest.appeal_until) == (outcome, until)


def test_a_refusal_that_the_platform_overruled_waits_for_its_refund() -> None:
    """The status may still be that of the refusal; the buyer has nothing to contest any more."""
    contested = told(begun(a_report(PARCEL)), a_report(PARCEL, 1, dispute="IN_PROGRESS"))
    record = told(contested, a_report(PARCEL, 2, dispute="SUPPORT_BUYER")).stored
    assert record.due
    assert record.dispute
    assert (record.state, record.due.action, record.due.by, record.due.then) == (
        "refund_due", "refund", "platform", "remind",
    )  # fmt: skip
    assert (record.dispute.outcome, record.breakdown is not None) == ("refund", True)
    assert record.refunds == ()


def test_a_refusal_of_ours_that_was_overruled_is_not_to_be_carried_out() -> None:
    case = after(begun(a_report(PENDING)), workflow.reject)
    decision = observe(case, platform(later(case)), report=a_report(REJECTED, 2, dispute="SUPPORT_BUYER"))
    assert (decision.record.state, acts(case.having(decision.record))) == (State.REFUND_DUE, [("reject", "withdrawn")])


# --- goods that are here


@pytest.mark.parametrize("pays", [False, True])
@pytest.mark.parametrize("then", [a_report(SHIP, 1), a_report(SHIPPED, 1), export("In process", 1, sent=True)])
def test_what_was_found_in_a_parcel_stands_while_the_platform_thinks_it_on_its_way(then: Report, *, pays: bool) -> None:
    case = after(after(after(begun(a_report(PENDING)), workflow.approve), workflow.receive), workflow.inspect)
    case = after(case, paying.refund, reference="TXN-1") if pays else case
    state = case.stored.state
    decision = observe(case, platform(later(case)), report=then)
    assert (decision.record.state, decision.warnings) == (state, ())
    assert acts(case.having(decision.record))[:2] == [("approve", "done"), ("inspect", "open")]
    assert told(case.having(decision.record), a_report(COMPLETE, 3)).stored.state is State.REFUNDED


def test_a_refused_parcel_stands_while_the_platform_thinks_it_on_its_way() -> None:
    case = after(after(begun(a_report(SHIP)), workflow.receive), workflow.inspect, passes=False)
    assert told(case, a_report(SHIPPED, 1)).stored.state is State.REJECTED


# --- what the buyer is told


def tells(case: Case) -> list[tuple[str, str]]:
    return [(owed.what, owed.status) for owed in case.stored.owed if owed.kind == "tell"]


@pytest.mark.parametrize(
    ("step", "then", "expected"),
    [
        (workflow.approve, a_report(PENDING, 1, compensation=Decimal(1)), [("approved", "open")]),
        (workflow.approve, a_report(SHIP, 1), [("approved", "withdrawn")]),
        (workflow.approve, a_report(CANCEL, 1), [("approved", "withdrawn")]),
        (workflow.reject, a_report(REJECTED, 1), [("rejected", "withdrawn")]),
        (workflow.reject, a_report(SHIP, 1), [("rejected", "withdrawn")]),
        (partial(remarks.message, text="a photo, please"), a_report(SHIP, 1), [("message", "open")]),
        (
            partial(negotiation.offer, amount=Decimal("5.00")),
            a_report("AWAITING_BUYER_RESPONSE", 1),
            [("offer", "withdrawn")],
        ),
    ],
)
@pytest.mark.parametrize("told_by", ["people", "hook"])
def test_what_the_platform_shows_the_buyer_itself_is_not_to_be_told(
    step: Any, then: Report, expected: list[tuple[str, str]], told_by: str
) -> None:
    """Nor what it decided otherwise. What was said is said by us alone."""
    case = after(begun(a_report(PENDING)), step)
    if told_by == "hook":
        case = after(case, remarks.declined, key=case.stored.owed[0].key, why="no address")
        expected = [(what, status.replace("open", "declined")) for what, status in expected]
    keys = [owed.key for owed in case.stored.owed if owed.kind == "tell"]
    case = told(case, then)
    assert tells(case) == expected
    moot = case.stored.history[-1].facts.get("moot", [])
    assert [key for key in keys if key in moot] == (keys if expected[0][1] == "withdrawn" else [])


def test_what_was_told_stays_told() -> None:
    case = after(after(begun(a_report(PENDING)), workflow.approve), remarks.done)
    assert tells(told(case, a_report(SHIP, 1))) == [("approved", "done")]


def test_goods_on_their_way_by_the_platform_take_back_no_notice_that_they_came() -> None:
    case = after(begun(a_report(SHIP)), workflow.receive)
    assert tells(told(case, a_report(SHIPPED, 1))) == [("received", "open")]
    assert tells(told(case, a_report(SHIPPED, 1), a_report(COMPLETE, 2))) == [("received", "withdrawn")]


def test_a_contest_of_what_is_paid_leads_back_to_a_worksheet() -> None:
    """A refusal has none; the platform decided for the refund meanwhile, and the contest came to nothing."""
    case = begun(a_report(REJECTED))
    case = told(case, a_report(SUCCESS, 2, dispute="IN_PROGRESS"))
    record = dispute.resolve(case, seller(later(case)), outcome="none").record
    assert record.state is State.REFUND_DUE
    assert record.breakdown is not None


# --- a deadline that is over when it is heard of


@pytest.mark.parametrize("status", [PENDING, SHIPPED])
def test_a_deadline_that_is_over_already_calls_for_the_sweep_at_once(status: str) -> None:
    record = told(begun(a_report(PENDING)), a_report(status, 1, deadline=NOW - 2 * HOUR)).stored
    assert record.due
    assert record.due.at == NOW - 2 * HOUR
    assert record.sweep_at
    assert record.sweep_at <= NOW
    assert lapse(a_case(record=record), Moment(later(a_case(record=record)), SYSTEM)).events


def test_a_deadline_that_went_on_through_a_payment_is_not_reminded_of_twice_a_day() -> None:
    case = after(after(begun(a_report(PENDING)), workflow.approve), workflow.receive)
    case = after(case, workflow.inspect)
    assert case.stored.due
    over = case.stored.due.at + HOUR
    case = case.having(lapse(case, Moment(over, SYSTEM)).record)
    case = case.having(paying.intend(case, seller(over + HOUR)).record)
    assert not lapse(case, Moment(over + 2 * HOUR, SYSTEM)).events
