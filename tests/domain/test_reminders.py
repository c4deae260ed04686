"""Reminders: each once, overdue ones daily, and moot once somebody acted."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from returnctl.domain import dispute, paying, remarks, workflow
from returnctl.domain.automatic import SYSTEM
from returnctl.domain.case import Case, Moment
from returnctl.domain.eligibility import Wish
from returnctl.domain.external import External
from returnctl.domain.lapse import lapse
from returnctl.domain.owed import open_owed
from returnctl.domain.record import Return
from returnctl.domain.reminders import wakes_at
from returnctl.domain.replay import history_faults
from returnctl.domain.undo import undo
from tests.builders import DAY, HOUR, a_case, a_case_in, a_policy, after, at, buyer, later, platform, seller

# The parcel is due back by the end of 10 December; the sweep comes four times an hour.
RECEIVE = a_policy(timezone="UTC", deadlines={"receive": {"days": 30, "then": "remind"}})
QUARTER = timedelta(minutes=15)


def swept(case: Case, first: datetime, last: datetime, every: timedelta = QUARTER) -> Case:
    now = first
    while now <= last:
        case = case.having(lapse(case, Moment(now, SYSTEM)).record)
        now += every
    return case


def reminded(record: Return) -> list[str]:
    return [f"{entry.at:%d %H:%M}" for entry in record.history if entry.event == "remind"]


@pytest.mark.parametrize(
    ("hours", "instants"),
    [
        ([24, 4], ["10 00:00", "10 20:00", "11 00:00", "12 00:00", "13 00:00"]),
        ([], ["11 00:00", "12 00:00", "13 00:00"]),
        ([1], ["10 23:00", "11 00:00", "12 00:00", "13 00:00"]),
    ],
)
def test_before_and_daily_from_the_end(hours: list[int], instants: list[str]) -> None:
    policy = a_policy(timezone="UTC", remind_before={"hours": hours})
    case = swept(a_case_in("in_transit", a_case(policy=policy)), at("2026-12-08T00:00Z"), at("2026-12-13T12:00Z"))
    assert reminded(case.stored) == instants


def test_a_late_run_reminds_once() -> None:
    case = a_case_in("in_transit", a_case(policy=RECEIVE))
    case = swept(case, at("2026-12-10T22:00Z"), at("2026-12-10T23:45Z"))
    assert reminded(case.stored) == ["10 22:00"]
    case = swept(case, at("2026-12-18T05:00Z"), at("2026-12-19T12:00Z"))
    assert reminded(case.stored) == ["10 22:00", "18 05:00", "19 00:00"]


def test_a_repeated_run_changes_nothing() -> None:
    case = a_case_in("in_transit", a_case(policy=RECEIVE))
    once = swept(case, at("2026-12-10T00:00Z"), at("2026-12-10T00:00Z"))
    assert not lapse(once, Moment(at("2026-12-10T00:00Z"), SYSTEM)).events


@pytest.mark.parametrize(
    ("state", "what", "by"), [("approved", "remind_buyer", "buyer"), ("in_transit", "remind_seller", "seller")]
)
def test_whose_step_it_is_is_told(state: str, what: str, by: str) -> None:
    case = a_case_in(state, a_case(policy=RECEIVE))
    due = case.stored.due
    assert due
    record = lapse(case, Moment(due.at - 3 * HOUR, SYSTEM)).record
    entry = record.history[-1]
    assert record.owed[-1].key == f"lumi-7k3f/R-000042/{len(record.history)}/{what}"
    assert (entry.facts["by"], entry.facts["ends"]) == (by, due.at.isoformat().replace("+00:00", "Z"))
    assert [x.what for x in open_owed(record)][-1:] == (["remind_buyer"] if by == "buyer" else ["approved"])


@pytest.mark.parametrize(("state", "days"), [("rejected", 9), ("disputed", 6)])
def test_nobody_is_told_to_dispute_or_of_the_platforms_time(state: str, days: int) -> None:
    case = a_case_in(state, a_case(policy=a_policy(timezone="UTC")))
    if state == "disputed":
        case = after(case, dispute.escalate, to_platform=True)
    due = case.stored.due
    assert due
    assert wakes_at(case.stored) == due.at


def test_a_step_makes_the_reminder_moot() -> None:
    case = swept(a_case_in("in_transit", a_case(policy=RECEIVE)), at("2026-12-10T00:00Z"), at("2026-12-10T20:00Z"))
    assert [x.status for x in case.stored.owed if x.what == "remind_seller"] == ["withdrawn", "open"]
    case = after(case, workflow.receive)
    assert [x.status for x in case.stored.owed if x.what == "remind_seller"] == ["withdrawn", "withdrawn"]
    assert "moot" not in case.stored.history[-1].facts


def test_undo_looks_past_reminders() -> None:
    case = swept(a_case_in("in_transit", a_case(policy=RECEIVE)), at("2026-12-10T00:00Z"), at("2026-12-12T00:00Z"))
    record = undo(case, seller(later(case))).record
    assert not [*history_faults(record)]
    assert (record.state, record.due and record.due.action) == ("approved", "ship")
    assert not [x for x in record.owed if x.status == "open" and x.what.startswith("remind")]


def test_undo_of_what_was_told_stays_refused_behind_a_reminder() -> None:
    case = a_case_in("received", a_case(policy=a_policy(timezone="UTC")))
    key = case.stored.owed[-1].key
    told = case.having(remarks.carried(case, seller(later(case)), key=key).record)
    assert told.stored.history[-1].event == "done"


def test_the_platforms_own_deadline_stands() -> None:
    ends = at("2026-11-12T08:30:00Z")
    case = a_case(policy=a_policy(timezone="UTC"))
    decision = workflow.apply(case, buyer(), id="R-000042", wish=Wish(external=External("tiktok", "4035"), due=ends))
    record = decision.record
    assert record.due
    assert (record.due.at, wakes_at(record)) == (ends, ends - 24 * HOUR)
    moved = after(case.having(record), remarks.set_due, platform(), at=ends + DAY).stored
    assert moved.due
    assert (moved.due.at, wakes_at(moved), moved.history[-1].event) == (ends + DAY, ends, "due")
    assert not remarks.set_due(case.having(moved), seller(), at=ends + DAY).events


@pytest.mark.parametrize(
    ("outcome", "stage", "runs"),
    [("refund", True, True), ("none", True, False), ("compensated", True, False), ("refund", False, False)],
)
def test_the_seller_may_appeal_against_the_platform(outcome: str, stage: bool, runs: bool) -> None:
    case = a_case_in("disputed", a_case(policy=a_policy(timezone="UTC")))
    case = after(case, dispute.escalate, to_platform=True) if stage else case
    amount = case.order.worth.amount if outcome == "refund" else None
    case = after(case, dispute.resolve, outcome=outcome, amount=amount)
    assert case.stored.dispute
    ends = case.stored.dispute.appeal_until
    assert (ends is not None) == runs
    if ends:
        paid = case.having(_paid(case))
        assert wakes_at(paid.stored) == ends - DAY
        paid = swept(paid, ends - 2 * DAY, ends + 3 * DAY, HOUR)
        assert [x.facts["due"] for x in paid.stored.history if x.event == "remind"] == ["appeal", "appeal"]
        assert wakes_at(paid.stored) is None


def _paid(case: Case) -> Return:
    return paying.refund(case, seller(later(case)), reference="TXN-9").record


def test_documents_of_before_wake_at_their_due() -> None:
    record = replace(a_case_in("requested").stored, sweep_at=None)
    assert record.due
    assert wakes_at(record) == record.due.at
