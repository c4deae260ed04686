"""What follows when nobody acts in time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from returnctl.domain import dispute, paying
from returnctl.domain.automatic import SYSTEM
from returnctl.domain.case import Case, Decision, Moment
from returnctl.domain.external import External
from returnctl.domain.lapse import lapse
from tests.builders import DAY, NOW, STATES, a_case, a_case_in, a_policy, after, later

TIKTOK = External("tiktok", "4035")
SILENT = a_case(policy=a_policy(remind_before={"hours": []}))
PLACES = {"deadlines": 7, "deadlines/review/then": 8}


def overdue(case: Case, by: timedelta = timedelta(), **how: bool) -> Decision:
    due = case.stored.due
    assert due
    return lapse(case, Moment(due.at + by, SYSTEM), **how)


@pytest.mark.parametrize(
    ("state", "leads"),
    [
        ("requested", "approved"),
        ("approved", "expired"),
        ("in_transit", None),
        ("received", "refund_due"),
        ("refund_due", None),
        ("refunding", None),
        ("replacement_due", None),
        ("rejected", "closed"),
        ("disputed", "disputed"),
    ],
)
def test_by_default(state: str, leads: str | None) -> None:
    case = a_case_in(state, SILENT)
    decision = overdue(case)
    assert decision.events[0] == "remind" if leads is None else decision.events[0] != "remind"
    assert decision.record.state == (leads or state)
    assert overdue(case, timedelta(microseconds=-1)) == Decision(case.stored)
    entry = decision.record.history[-1]
    assert (entry.role, entry.by, entry.from_) == ("system", "returnctl", state)


@pytest.mark.parametrize("state", STATES)
def test_a_second_sweep_changes_nothing(state: str) -> None:
    case = a_case_in(state)
    if case.stored.due:
        case = case.having(overdue(case).record)
        assert lapse(case, Moment(case.stored.updated_at, SYSTEM)) == Decision(case.stored)


@pytest.mark.parametrize(
    ("state", "deadlines", "leads"),
    [
        ("disputed", {"negotiate": {"hours": 1, "then": "remind"}}, "disputed"),
        ("requested", {"review": {"hours": 1, "then": "reject"}}, "rejected"),
        ("requested", {"review": {"hours": 1, "then": "remind"}}, "requested"),
        ("approved", {"ship": {"hours": 1, "then": "remind"}}, "approved"),
        ("received", {"inspect": {"hours": 1, "then": "remind"}}, "received"),
        ("refund_due", {"refund": {"hours": 1, "then": "pay"}}, "refund_due"),
    ],
)
def test_what_the_policy_says(state: str, deadlines: dict[str, Any], leads: str) -> None:
    case = a_case_in(state, a_case(policy=a_policy(deadlines=deadlines)))
    assert overdue(case).record.state == leads


def test_negotiation_goes_to_the_platform_and_stays_there() -> None:
    case = after(a_case_in("requested"), dispute.escalate)
    case = case.having(overdue(case).record)
    assert case.stored.dispute
    assert case.stored.dispute.stage == "platform"
    assert overdue(case).events == ("remind",)


@pytest.mark.parametrize(("places", "place"), [({}, "default"), (PLACES, "standard.yaml:8")])
def test_it_is_explained_by_the_deadline_and_its_place(places: dict[str, int], place: str) -> None:
    policy = a_policy(places=places, deadlines={"review": {"hours": 1, "then": "approve"}} if places else {})
    entry = overdue(a_case_in("requested", a_case(policy=policy))).record.history[-1]
    assert entry.facts == {"because": "deadline", "due": "review", "at": place}


def test_an_inspection_is_explained_too() -> None:
    entry = overdue(a_case_in("received")).record.history[-1]
    assert (entry.facts["because"], entry.facts["due"]) == ("deadline", "inspect")


@pytest.mark.parametrize(("state", "then"), [("requested", "approve"), ("received", "pass"), ("rejected", "close")])
def test_what_a_platform_runs_is_not_decided_here(state: str, then: str) -> None:
    """What its silence means is assumed, once, and told."""
    case = a_case_in(state, SILENT, external=TIKTOK)
    record = overdue(case).record
    assert (record.state, record.due and record.due.lapsed) == (state, True)
    entry = record.history[-1]
    assert (entry.event, entry.facts["then"], entry.facts["at"]) == ("lapse", then, "default")
    assert not lapse(case.having(record), Moment(later(case, 90 * DAY), SYSTEM)).events


def test_a_platform_reminds_too() -> None:
    assert overdue(a_case_in("in_transit", SILENT, external=TIKTOK)).events == ("remind",)


@pytest.mark.parametrize("state", ["requested", "received"])
@pytest.mark.parametrize(
    ("policy", "recent", "wish"),
    [
        ({}, (), {"exception": "a good customer"}),
        ({"limits": {"returns_per_buyer": {"count": 1, "days": 90}}}, (NOW - timedelta(days=1),), {}),
    ],
)
def test_nothing_is_given_without_a_look(state: str, policy: Any, recent: Any, wish: Any) -> None:
    assert overdue(a_case_in(state, a_case(policy=a_policy(**policy), recent=recent), **wish)).events == ("remind",)


PAYING = a_case(policy=a_policy(deadlines={"refund": {"hours": 1, "then": "pay"}}))


@pytest.mark.parametrize(
    ("pays", "events"), [(True, ("refund", "try")), (False, ("remind",))], ids=["with a hook", "without"]
)
def test_silence_pays_through_the_hook_only(pays: bool, events: tuple[str, ...]) -> None:
    decision = overdue(a_case_in("refund_due", PAYING), pays=pays)
    assert decision.events == events
    assert not pays or decision.record.history[-1].facts["because"] == "deadline"


def test_what_failed_once_is_not_paid_by_silence_for_ever() -> None:
    case = after(a_case_in("refunding", PAYING), paying.fail, why="declined")
    assert overdue(case, DAY, pays=True).events == ("remind",)


def test_an_exception_still_expires() -> None:
    assert overdue(a_case_in("approved", exception="a good customer")).record.state == "expired"


def test_late_steps_are_counted_from_the_late_run() -> None:
    decision = overdue(a_case_in("requested", a_case(policy=a_policy(timezone="UTC"))), timedelta(days=7))
    assert decision.record.due
    assert decision.record.due.at == decision.record.updated_at.replace(hour=0) + timedelta(days=15)
