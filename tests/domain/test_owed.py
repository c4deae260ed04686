"""What a commit owes outside the house."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from returnctl.domain import dispute, negotiation, paying, remarks, workflow
from returnctl.domain.case import Case
from returnctl.domain.external import External
from returnctl.domain.lapse import lapse
from returnctl.domain.owed import attempt, open_owed, tasks
from returnctl.domain.record import Return
from returnctl.domain.undo import undo
from tests.builders import a_case_in, a_return, after, buyer, later, platform, seller


def owed(record: Return) -> list[str]:
    return [f"{each.kind} {each.key.removeprefix('lumi-7k3f/R-000042/')}" for each in record.owed]


@pytest.mark.parametrize(
    ("state", "tells"),
    [
        ("requested", ["tell 1/applied"]),
        ("approved", ["tell 1/applied", "tell 2/approved"]),
        ("in_transit", ["tell 1/applied", "tell 2/approved"]),
        ("received", ["tell 1/applied", "tell 2/approved", "tell 3/received"]),
        ("refund_due", ["tell 1/applied", "tell 2/approved", "tell 3/received"]),
        ("refunded", ["tell 1/applied", "tell 2/approved", "tell 3/received", "tell 6/refunded", "tell 6/feedback"]),
        ("replaced", ["tell 1/applied", "tell 2/approved", "tell 3/received", "tell 5/replaced", "tell 5/feedback"]),
        ("rejected", ["tell 1/applied", "tell 2/rejected"]),
        ("closed", ["tell 1/applied", "tell 2/rejected", "tell 3/closed", "tell 3/feedback"]),
        ("expired", ["tell 1/applied", "tell 2/approved", "tell 3/expired"]),
        ("cancelled", ["tell 1/applied"]),
        ("disputed", ["tell 1/applied"]),
    ],
)
def test_what_the_buyer_is_told(state: str, tells: list[str]) -> None:
    assert owed(a_return(state)) == tells


def test_the_buyer_is_asked_once_how_it_went() -> None:
    case = after(a_case_in("refunded"), dispute.escalate)
    case = after(case, dispute.resolve, outcome="none")
    assert case.stored.state == "refunded"
    assert [each for each in owed(case.stored) if "feedback" in each] == ["tell 6/feedback"]


def test_who_said_how_it_went_is_not_asked() -> None:
    case = after(a_case_in("closed"), remarks.feedback, rating=5)
    assert {each.what: each.status for each in case.stored.owed}["feedback"] == "withdrawn"
    early = after(a_case_in("rejected"), remarks.feedback, rating=1)
    assert early.stored.due is not None
    ended = after(early, lapse, seller(early.stored.due.at))
    assert (ended.stored.state, [x.what for x in ended.stored.owed][-1]) == ("closed", "closed")


def test_an_end_that_is_taken_back_asks_again() -> None:
    case = a_case_in("rejected")
    assert case.stored.due is not None
    closed = after(case, lapse, seller(case.stored.due.at))
    again = after(after(closed, undo), lapse, seller(later(closed)))
    assert [x.status for x in again.stored.owed if x.what == "feedback"] == ["withdrawn", "open"]


def test_what_a_platform_that_runs_the_return_must_hear() -> None:
    record = a_return("refunded", external=External("tiktok", "4035"))
    assert [each for each in owed(record) if each.startswith("act")] == [
        "act 2/approve",
        "act 4/inspect",
        "act 6/confirm",
    ]


def test_what_the_platform_did_itself_it_need_not_hear() -> None:
    case = a_case_in("requested", external=External("tiktok", "4035"))
    record = after(case, workflow.approve, platform(later(case))).stored
    assert "act 2/approve" not in owed(record)


def test_a_decision_of_a_dispute_is_told() -> None:
    record = after(a_case_in("disputed"), dispute.resolve, outcome="refund", amount=Decimal("5.00")).stored
    assert owed(record)[-1] == "tell 3/decided"


def test_only_what_the_seller_says_is_sent() -> None:
    case = a_case_in("requested")
    assert owed(after(case, remarks.message, text="a photo, please").stored)[-1] == "tell 2/message"
    assert owed(after(case, remarks.message, buyer(later(case)), text="here").stored) == ["tell 1/applied"]


OFFER = partial(negotiation.offer, amount=Decimal("5.00"))
OFFER_OF_BUYER = partial(negotiation.offer, amount=Decimal("9.00"))


def offer_notices(case: Case) -> list[str]:
    return [each.status for each in case.stored.owed if each.what == "offer"]


@pytest.mark.parametrize(
    ("step", "by", "statuses"),
    [
        (negotiation.accept, buyer, ["withdrawn"]),
        (negotiation.decline, buyer, ["withdrawn"]),
        (OFFER, seller, ["withdrawn", "open"]),
        (OFFER_OF_BUYER, buyer, ["withdrawn"]),
        (workflow.approve, seller, ["withdrawn"]),
        (workflow.reject, seller, ["withdrawn"]),
        (dispute.escalate, buyer, ["withdrawn"]),
        (partial(remarks.note, text="waiting"), seller, ["open"]),
        (partial(remarks.message, text="here"), buyer, ["open"]),
    ],
)
def test_an_offer_that_was_answered_is_not_told_any_more(step: Any, by: Any, statuses: list[str]) -> None:
    """Whoever answered it knew of it, and what it was overtaken by stands in its place."""
    made = after(a_case_in("requested"), OFFER)
    case = after(made, step, by(later(made)))
    assert offer_notices(case) == statuses
    assert ("moot" in case.stored.history[-1].facts) == (statuses[0] == "withdrawn")


def test_an_offer_that_lapsed_is_not_told_any_more() -> None:
    made = after(a_case_in("rejected"), OFFER)
    assert made.stored.due
    case = after(made, lapse, seller(made.stored.due.at))
    assert offer_notices(case) == ["withdrawn"]


def test_what_a_hook_declined_is_for_people_no_longer_than_it_is_wanted() -> None:
    made = after(a_case_in("requested"), OFFER)
    case = after(made, DECLINED, key=made.stored.owed[-1].key)
    assert offer_notices(after(case, workflow.approve)) == ["withdrawn"]


def test_an_answer_that_is_taken_back_leaves_the_offer_to_be_told() -> None:
    made = after(a_case_in("requested"), OFFER)
    again = after(after(made, workflow.approve), undo)
    assert (offer_notices(again), [x.status for x in again.stored.offers]) == (["open"], ["open"])


def test_an_offer_that_was_accepted_is_still_to_be_carried_out_on_the_platform() -> None:
    made = after(a_case_in("requested", external=External("tiktok", "4035")), OFFER)
    case = after(made, negotiation.accept, buyer(later(made)))
    assert [(x.kind, x.status) for x in case.stored.owed if x.what == "offer"] == [
        ("tell", "withdrawn"),
        ("act", "open"),
    ]


def test_what_was_told_of_an_offer_before_it_was_answered_stays_told() -> None:
    made = after(after(a_case_in("requested"), OFFER), remarks.done)
    case = after(made, negotiation.accept, buyer(later(made)))
    assert offer_notices(case) == ["done"]


def test_done_books_all_that_is_open_once() -> None:
    case = after(a_case_in("approved"), remarks.done)
    assert {(each.status, each.attempts) for each in case.stored.owed} == {("done", 1)}
    assert open_owed(case.stored) == ()
    assert not remarks.done(case, buyer()).events
    assert [each.key for each in open_owed(after(case, workflow.receive).stored)] == ["lumi-7k3f/R-000042/4/received"]


def test_a_part_that_was_paid_is_not_told_as_refunded() -> None:
    case = after(a_case_in("refund_due"), paying.refund, amount=Decimal("5.00"))
    assert owed(case.stored)[-1] == "tell 3/received"


# --- what hooks are asked for

ALL = ("pay", "tell", "act")


def tried(case: Case) -> list[int]:
    return [each.attempts for each in case.stored.refunds] + [each.attempts for each in case.stored.owed]


@pytest.mark.parametrize(
    ("kinds", "after_event", "attempts"),
    [
        (ALL, 0, [1, 1, 1, 1]),
        (("pay",), 0, [1, 0, 0, 0]),
        (("tell",), 2, [0, 0, 0, 1]),
        (("act",), 0, [0, 0, 0, 0]),
    ],
)
def test_an_attempt_counts_and_leaves_no_trace_in_the_history(
    kinds: tuple[str, ...], after_event: int, attempts: list[int]
) -> None:
    case = a_case_in("refunding")
    was = case.stored
    asked = after(case, attempt, kinds=kinds, after=after_event)
    assert tried(asked) == attempts
    assert asked.stored.revision == was.revision + any(attempts)
    assert (asked.stored.history, asked.stored.before) == (was.history, was.before)


def test_what_is_settled_is_no_task() -> None:
    case = a_case_in("refunded")
    assert [task.kind for task in tasks(case.stored, ALL)] == ["tell"] * 5
    assert tasks(after(case, remarks.done).stored, ALL) == ()
    assert not attempt(after(case, remarks.done), buyer(), kinds=ALL).events


CARRIED = partial(remarks.carried, reference="M-1")
DECLINED = partial(remarks.declined, why="no address")


@pytest.mark.parametrize(
    ("was", "step", "status", "event"),
    [
        ("open", CARRIED, "done", "done"),
        ("declined", CARRIED, "done", "done"),
        ("withdrawn", CARRIED, "done", "done"),
        ("done", CARRIED, "done", None),
        ("open", DECLINED, "declined", "note"),
        ("declined", DECLINED, "declined", None),
        ("withdrawn", DECLINED, "withdrawn", None),
        ("done", DECLINED, "done", None),
    ],
)
def test_what_hooks_say_also_late(was: str, step: partial[Any], status: str, event: str | None) -> None:
    case = a_case_in("requested")
    (first,) = case.stored.owed
    case = case.having(replace(case.stored, owed=(replace(first, status=was),)))
    decision = step(case, seller(later(case)), key=first.key)
    assert (decision.record.owed[0].status, decision.events) == (status, (event,) if event else ())


def test_what_was_declined_is_for_people() -> None:
    case = a_case_in("requested")
    case = after(case, DECLINED, key=case.stored.owed[0].key)
    assert tasks(case.stored, ALL) == ()
    assert [each.what for each in open_owed(case.stored)] == ["applied"]
    assert open_owed(after(case, remarks.done).stored) == ()
