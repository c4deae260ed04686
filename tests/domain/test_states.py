"""The workflow table of the design, written by hand, and every event tried in every state."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial

import msgspec
import pytest

from returnctl.domain import dispute, negotiation, paying, remarks, workflow
from returnctl.domain.case import Case, Decision
from returnctl.domain.record import Return
from returnctl.domain.states import ANYWHERE, ENDED, TRANSITIONS, Event, Fault, Kind, State, allowed
from returnctl.domain.step import step
from returnctl.errors import Frozen, WrongState
from tests.builders import DAY, NOW, STATES, a_case, a_case_in, a_photo, a_policy, after, buyer, later, seller

BACK = "approved in_transit received refund_due refunded replacement_due replaced"
# Event by event: from which states, to which.
DESIGN = {
    "approve": {"requested": "approved refund_due replacement_due"},
    "reject": {"requested": "rejected", "in_transit": "rejected"},
    "ship": {"approved": "in_transit"},
    "receive": {"approved": "received", "in_transit": "received", "received": "received", "refunded": "refunded"},
    "inspect": {"received": "refund_due replacement_due rejected"},
    "refund": {"refund_due": "refunding"},
    "confirm": {"refunding": "refunded refund_due"},
    "fail": {"refunding": "refund_due"},
    "replace": {"replacement_due": "replaced"},
    "convert": {"replacement_due": "refund_due"},
    "offer": {state: state for state in ("requested", "rejected", "disputed")},
    "accept": dict.fromkeys(("requested", "rejected", "disputed"), "refund_due"),
    "decline": {state: state for state in ("requested", "rejected", "disputed")},
    "cancel": {"requested": "cancelled", "approved": "cancelled", "disputed": f"closed {BACK}"},
    "expire": {"approved": "expired"},
    "close": {"rejected": "closed"},
    "escalate": dict.fromkeys(f"requested rejected disputed {BACK}".split(), "disputed"),
    "resolve": {"disputed": f"closed {BACK}"},
}
STAYING = ["note", "message", "attach", "done", "due", "feedback"]
BY_HAND = ["amend", "anonymize", "try", "remind", "lapse", "observe", "seen"]


def test_the_table_is_the_design() -> None:
    table = {
        (State(origin), Event(event)): {*map(State, to.split())}
        for event, row in DESIGN.items()
        for origin, to in row.items()
    }
    assert {key: {*to} for key, to in TRANSITIONS.items()} == table
    assert {*map(str, Event)} == {*DESIGN, *STAYING, *BY_HAND, "apply", "undo"}
    assert {*map(str, ANYWHERE)} == {*STAYING, "undo"}
    assert [*STATES] == [*map(str, State)]


# What is done for each event; those that only the program books go straight to the step.
DOES: dict[str, Callable[..., Decision]] = {
    "approve": workflow.approve,
    "reject": workflow.reject,
    "ship": partial(workflow.ship, tracking="1Z9"),
    "receive": workflow.receive,
    "inspect": partial(workflow.inspect, grades={"1": {"worn": None}}),
    "refund": paying.intend,
    "confirm": paying.confirm,
    "fail": partial(paying.fail, why="card closed"),
    "replace": partial(workflow.replace_goods, tracking="1Z8"),
    "convert": workflow.convert,
    "offer": partial(negotiation.offer, amount=Decimal("5.00")),
    "accept": negotiation.accept,
    "decline": negotiation.decline,
    "cancel": workflow.cancel,
    "expire": lambda case, moment: step(case, Event.EXPIRE, State.EXPIRED, moment),
    "close": lambda case, moment: step(case, Event.CLOSE, State.CLOSED, moment),
    "escalate": partial(dispute.escalate, claim="refund_amount"),
    "resolve": partial(dispute.resolve, outcome="none"),
    "note": partial(remarks.note, text="call her"),
    "message": partial(remarks.message, text="a photo, please"),
    "attach": partial(remarks.attach, evidence=(a_photo(),)),
    "done": remarks.done,
    "due": partial(remarks.set_due, at=NOW + 9 * DAY),
    "feedback": partial(remarks.feedback, rating=4),
}
# Where each leads on the plain way: a return and refund of three units, two of which are here when it is received.
LEADS = {
    ("requested", "approve"): "approved",
    ("requested", "reject"): "rejected",
    ("requested", "accept"): "refund_due",
    ("requested", "cancel"): "cancelled",
    ("requested", "escalate"): "disputed",
    ("approved", "ship"): "in_transit",
    ("approved", "receive"): "received",
    ("approved", "cancel"): "cancelled",
    ("approved", "expire"): "expired",
    ("approved", "escalate"): "disputed",
    ("in_transit", "reject"): "rejected",
    ("in_transit", "receive"): "received",
    ("in_transit", "escalate"): "disputed",
    ("received", "receive"): "received",
    ("received", "inspect"): "refund_due",
    ("received", "escalate"): "disputed",
    ("refund_due", "refund"): "refunding",
    ("refund_due", "escalate"): "disputed",
    ("refunding", "confirm"): "refunded",
    ("refunding", "fail"): "refund_due",
    ("refunded", "escalate"): "disputed",
    ("replacement_due", "replace"): "replaced",
    ("replacement_due", "convert"): "refund_due",
    ("replacement_due", "escalate"): "disputed",
    ("replaced", "escalate"): "disputed",
    ("rejected", "accept"): "refund_due",
    ("rejected", "close"): "closed",
    ("rejected", "escalate"): "disputed",
    ("disputed", "accept"): "refund_due",
    ("disputed", "cancel"): "closed",
    ("disputed", "resolve"): "closed",
    **{(state, event): state for state in ("requested", "rejected", "disputed") for event in ("offer", "decline")},
    **{(state, event): state for state in STATES for event in STAYING if event not in ("due", "feedback")},
    # Something is waited for.
    **{(state, "due"): state for state in STATES if state not in ENDED},
    # It is over, at least for now.
    **{(state, "feedback"): state for state in (*ENDED, "rejected")},
}
# A state in which a return stands already by the same event and the same facts.
REPEATS = {
    ("approved", "approve"),
    ("cancelled", "cancel"),
    ("rejected", "reject"),
    ("refunded", "receive"),
}


def in_state(state: str, event: str = "") -> Case:
    if event in ("accept", "decline") and (state, event) in LEADS:
        case = a_case_in(state)
        return after(case, negotiation.offer, buyer(later(case)), amount=Decimal("5.00"))
    if state != "received":
        return a_case_in(state)
    return after(a_case_in("approved"), workflow.receive, items={"1": 2})


def written(record: Return) -> bytes:
    return msgspec.json.encode(record)


@pytest.mark.parametrize("event", DOES)
@pytest.mark.parametrize("state", STATES)
def test_every_event_in_every_state(state: str, event: str) -> None:
    case = in_state(state, event)
    before = written(case.stored)
    if (state, event) in LEADS:
        decision = DOES[event](case, seller(later(case)))
        assert (decision.record.state, decision.events) == (LEADS[state, event], (event,))
        entry = decision.record.history[-1]
        assert (entry.event, entry.from_, entry.to) == (event, state, LEADS[state, event])
        assert decision.record.revision == case.stored.revision + 1
    elif (state, event) in REPEATS:
        assert DOES[event](case, seller(later(case))) == Decision(case.stored)
    else:
        with pytest.raises(WrongState) as refused:
            DOES[event](case, seller(later(case)))
        ways_on = [way for way in allowed(State(state)) if way not in ("accept", "decline")]
        assert refused.value.facts["allowed"] == ways_on
        assert isinstance(refused.value, Frozen) == ((state, event) == ("disputed", "refund"))
    assert written(case.stored) == before


def test_errors_name_what_is_allowed() -> None:
    names = {state: {str(event) for event in allowed(State(state))} for state in STATES}
    assert names == {state: {event for event, row in DESIGN.items() if state in row} for state in STATES}


@pytest.mark.parametrize(
    ("kind", "returnless", "reason", "to"),
    [
        (Kind.RETURN_AND_REFUND, False, "damaged", State.APPROVED),
        (Kind.RETURN_AND_REFUND, True, "damaged", State.REFUND_DUE),
        (Kind.REFUND_ONLY, False, "damaged", State.REFUND_DUE),
        (Kind.REPLACEMENT, False, "damaged", State.APPROVED),
        (Kind.REPLACEMENT, True, "damaged", State.REPLACEMENT_DUE),
        (Kind.REPLACEMENT, False, "lost_in_transit", State.REPLACEMENT_DUE),
        (Kind.REFUND_ONLY, False, "lost_in_transit", State.REFUND_DUE),
    ],
)
def test_where_an_approval_leads(kind: Kind, returnless: bool, reason: str | None, to: State) -> None:
    case = a_case_in("requested", type=kind, reason=reason)
    assert workflow.approve(case, seller(), returnless=returnless).record.state is to


@pytest.mark.parametrize(
    ("kind", "grade", "to"),
    [
        (Kind.RETURN_AND_REFUND, "as_sent", State.REFUND_DUE),
        (Kind.RETURN_AND_REFUND, "worn", State.REFUND_DUE),
        (Kind.RETURN_AND_REFUND, "missing", State.REJECTED),
        (Kind.REPLACEMENT, "worn", State.REPLACEMENT_DUE),
        (Kind.REPLACEMENT, "wrong_item", State.REJECTED),
    ],
)
def test_where_an_inspection_leads(kind: Kind, grade: str, to: State) -> None:
    case = a_case_in("received", type=kind)
    assert workflow.inspect(case, seller(later(case)), grades={"1": {grade: None}}).record.state is to


@pytest.mark.parametrize(
    ("state", "again"),
    [
        ("approved", workflow.approve),
        ("approved", partial(workflow.approve, items={"1": 3})),
        ("in_transit", workflow.ship),
        ("received", workflow.receive),
        ("refund_due", workflow.inspect),
        ("refunded", paying.refund),
        ("refunded", paying.begin),
        ("replacement_due", workflow.inspect),
        ("replaced", workflow.replace_goods),
        ("rejected", workflow.reject),
        ("disputed", dispute.escalate),
        ("cancelled", workflow.cancel),
    ],
)
def test_a_repeat_is_unchanged(state: str, again: Callable[..., Decision]) -> None:
    case = a_case_in(state)
    noted = after(case, remarks.note, text="in between")
    assert again(case, seller(later(case))) == Decision(case.stored)
    assert again(noted, seller(later(noted))) == Decision(noted.stored)


@pytest.mark.parametrize(
    ("state", "other"),
    [
        ("approved", partial(workflow.approve, items={"1": 2})),
        ("approved", partial(workflow.approve, returnless=True)),
        ("in_transit", partial(workflow.ship, tracking="1Z7")),
        ("refund_due", partial(workflow.inspect, passes=False)),
        ("replaced", partial(workflow.replace_goods, tracking="1Z7")),
        ("rejected", partial(workflow.reject, reason="not_our_item")),
        ("disputed", partial(dispute.escalate, claim="not_returned")),
    ],
)
def test_other_facts_are_no_repeat(state: str, other: Callable[..., Decision]) -> None:
    case = a_case_in(state)
    with pytest.raises(WrongState):
        other(case, seller(later(case)))


def test_grades_told_in_another_order_are_a_repeat() -> None:
    case = after(a_case_in("received"), workflow.inspect, grades={"1": {"as_sent": 1, "worn": 2}})
    assert not workflow.inspect(case, seller(later(case)), grades={"1": {"worn": 2, "as_sent": 1}}).events


def test_an_event_is_never_earlier_than_the_one_before() -> None:
    case = a_case_in("approved")
    decision = workflow.ship(case, seller(case.stored.applied_at))
    assert decision.record.updated_at == case.stored.updated_at == decision.record.parcels[0].sent_at
    assert decision.warnings == ("clock_went_back",)


def test_a_total_of_nothing_is_refunded_at_once() -> None:
    case = a_case_in("received", a_case(policy=a_policy(restocking_fee={"flat": {"USD": "500.00"}})))
    decision = workflow.inspect(case, seller(later(case)))
    assert decision.events == ("inspect", "refund", "confirm")
    assert (decision.record.state, decision.record.refunds) == (State.REFUNDED, ())


def test_a_message_of_the_buyer_is_kept_with_its_side() -> None:
    case = a_case_in("requested")
    said = remarks.message(case, buyer(later(case)), text="It is cracked").record
    assert [(message.by, message.text) for message in said.messages] == [("buyer", "It is cracked")]


def test_a_type_keeps_its_reason_and_fault() -> None:
    record = a_case_in("requested", reason="Damaged").stored
    assert (record.reason.code, record.reason.fault) == ("damaged", Fault.SELLER)
