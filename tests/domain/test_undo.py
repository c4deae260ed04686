"""Taking the last event back."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pytest
from msgspec.structs import replace

from returnctl.domain import dispute, paying, remarks, workflow
from returnctl.domain.case import Decision
from returnctl.domain.owed import attempt
from returnctl.domain.record import Return
from returnctl.domain.undo import undo
from returnctl.errors import NothingToUndo, TooManyUnits
from tests.builders import a_case_in, a_photo, a_return, after, beside, later, seller


def but_for_the_books(record: Return) -> Return:
    """The record without what undoing leaves behind on purpose."""
    owed = tuple(each for each in record.owed if each.status != "withdrawn")
    return replace(record, revision=0, history=(), before=None, owed=owed)


@pytest.mark.parametrize(
    ("state", "step"),
    [
        ("requested", workflow.approve),
        ("requested", workflow.reject),
        ("requested", workflow.cancel),
        ("requested", partial(dispute.escalate, claim="refund_amount", amount=Decimal("5.00"), evidence=(a_photo(),))),
        ("approved", partial(workflow.ship, tracking="1Z9")),
        ("in_transit", partial(workflow.receive, items={"1": 2})),
        ("received", partial(workflow.inspect, grades={"1": {"worn": 2, "missing": 1}})),
        ("replacement_due", workflow.convert),
        ("rejected", dispute.escalate),
        ("disputed", partial(dispute.escalate, to_platform=True, number="C-1")),
        ("disputed", partial(dispute.resolve, outcome="none", reference="D-1")),
        ("disputed", partial(dispute.resolve, outcome="refund", amount=Decimal("9.99"))),
        ("disputed", partial(dispute.resolve, outcome="return")),
        ("refunded", partial(remarks.note, text="done")),
        ("closed", partial(remarks.message, text="Sorry")),
        ("rejected", partial(remarks.feedback, rating=2)),
        ("approved", partial(remarks.attach, evidence=(a_photo(),))),
    ],
)
def test_the_return_is_as_it_was(state: str, step: Callable[..., Decision]) -> None:
    case = a_case_in(state)
    done = after(case, step)
    undone = after(done, undo).stored
    assert but_for_the_books(undone) == but_for_the_books(case.stored)
    assert [entry.event for entry in undone.history] == [*(x.event for x in done.stored.history), "undo"]
    assert (undone.history[-1].from_, undone.history[-1].to) == (done.stored.state, case.stored.state)
    assert undone.revision == done.stored.revision + 1


@pytest.mark.parametrize(
    ("state", "why"),
    [("requested", "first"), ("refunding", "paid"), ("refunded", "paid"), ("replaced", "sent")],
)
def test_what_stays(state: str, why: str) -> None:
    case = a_case_in(state)
    with pytest.raises(NothingToUndo) as refused:
        undo(case, seller(later(case)))
    assert refused.value.facts["why"] == why


def test_what_was_told_stays() -> None:
    case = a_case_in("approved")
    told = tuple(replace(each, status="done") for each in case.stored.owed)
    with pytest.raises(NothingToUndo) as refused:
        undo(case.having(replace(case.stored, owed=told)), seller())
    assert refused.value.facts["why"] == "told"
    with pytest.raises(NothingToUndo) as refused:
        undo(after(case, remarks.done), seller())
    assert refused.value.facts["why"] == "told"


def test_what_a_hook_was_asked_for_may_have_been_told() -> None:
    case = after(a_case_in("approved"), attempt, kinds=("tell",), after=1)
    with pytest.raises(NothingToUndo) as refused:
        undo(case, seller(later(case)))
    assert refused.value.facts["why"] == "told"


def test_what_hooks_were_asked_for_since_stays_as_they_left_it() -> None:
    case = after(after(a_case_in("requested"), workflow.approve), attempt, kinds=("tell",))
    first, second = case.stored.owed
    case = case.having(replace(case.stored, owed=(first, replace(second, attempts=0))))
    assert [(x.status, x.attempts) for x in after(case, undo).stored.owed] == [("open", 1), ("withdrawn", 0)]
    case = after(case, remarks.declined, key=first.key, why="no address")
    assert [x.status for x in after(case, undo).stored.owed] == ["declined", "open"]


def test_money_that_a_note_booked_stays() -> None:
    case = after(after(a_case_in("refunding"), paying.fail, why="stuck"), dispute.escalate)
    case = after(case, paying.paid_by_hook, key=case.stored.refunds[0].key, reference="T1")
    with pytest.raises(NothingToUndo) as refused:
        undo(case, seller(later(case)))
    assert (case.stored.history[-1].event, refused.value.facts["why"]) == ("note", "paid")


def test_what_was_told_before_does_not_matter() -> None:
    case = after(a_case_in("requested"), remarks.done)
    assert after(after(case, workflow.approve), undo).stored.state == "requested"


def test_what_was_owed_is_withdrawn_and_its_key_never_used_again() -> None:
    case = after(a_case_in("approved"), undo)
    assert [each.status for each in case.stored.owed] == ["open", "withdrawn"]
    again = after(case, workflow.approve).stored
    assert len({each.key for each in again.owed}) == len(again.owed) == 3


def test_one_event_at_most() -> None:
    case = after(a_case_in("in_transit"), undo)
    with pytest.raises(NothingToUndo):
        undo(case, seller(later(case)))


def test_units_that_another_return_took_are_not_taken_back() -> None:
    case = a_case_in("cancelled", items={"1": 2})
    other = a_return("requested", beside(case), number="R-000043", items={"1": 2})
    with pytest.raises(TooManyUnits):
        undo(replace(case, others=(other,)), seller(later(case)))


def test_a_repeat_after_an_undone_step_is_still_a_repeat() -> None:
    case = after(after(a_case_in("approved"), workflow.ship), undo)
    assert not workflow.approve(case, seller(later(case))).events
    assert workflow.ship(case, seller(later(case))).events


def test_a_clock_that_went_back_is_told() -> None:
    case = a_case_in("approved")
    assert undo(case, seller(case.stored.applied_at)).warnings == ("clock_went_back",)


def test_a_payment_that_failed_stays() -> None:
    case = after(a_case_in("refunding"), paying.fail, why="declined")
    with pytest.raises(NothingToUndo):
        undo(case, seller(later(case)))
