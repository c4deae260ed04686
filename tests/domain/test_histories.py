"""Whatever happens to the returns of one order, in whatever order: promises that hold after every step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from returnctl.domain import composite, dispute, negotiation, paying, remarks, workflow
from returnctl.domain.automatic import SYSTEM
from returnctl.domain.case import Actor, Case, Decision, Moment
from returnctl.domain.eligibility import Wish
from returnctl.domain.lapse import lapse
from returnctl.domain.record import Happened, Return, open_offer
from returnctl.domain.refund import left
from returnctl.domain.replay import faults
from returnctl.domain.states import ENDED, Event, Kind, Role, State
from returnctl.domain.undo import undo
from returnctl.domain.units import held
from returnctl.errors import Failure
from tests.builders import NOW, a_case, a_policy, an_order

ORDER = an_order(
    lines=[{"line": "1", "quantity": 3, "net": "81.00", "tax": "6.75"}, {"line": "2", "quantity": 1, "net": "9.99"}]
)
POLICY = a_policy(
    restocking_fee={"percent": 10, "charged_for": ["buyer"]}, deadlines={"refund": {"days": 2, "then": "pay"}}
)
amounts = st.sampled_from(["0.01", "5.00", "20.00", "93.15", "103.14"]).map(Decimal)
Step = Callable[[Case, Moment], Decision]


def steps(function: Callable[..., Decision], **facts: Any) -> st.SearchStrategy[Step]:
    """The function with what is drawn for each of its facts."""
    drawn = st.fixed_dictionaries(
        {name: x if isinstance(x, st.SearchStrategy) else st.just(x) for name, x in facts.items()}
    )
    return drawn.map(lambda told: partial(function, **told))


# What leads each state on.
_LEADS: dict[State, Step] = {
    State.REQUESTED: workflow.approve,
    State.APPROVED: workflow.receive,
    State.IN_TRANSIT: workflow.receive,
    State.RECEIVED: workflow.inspect,
    State.REFUND_DUE: paying.refund,
    State.REFUNDING: paying.confirm,
    State.REPLACEMENT_DUE: workflow.replace_goods,
    State.REJECTED: dispute.escalate,
    State.DISPUTED: partial(dispute.resolve, outcome="none"),
    State.REFUNDED: dispute.escalate,
}


def onward(case: Case, moment: Moment) -> Decision:
    """The plain next step, so that histories come far."""
    return _LEADS.get(case.stored.state, undo)(case, moment)


references = st.sampled_from(["T-1", "T-2", "T-3"])
DOES = st.just(partial(onward)) | st.one_of(
    steps(workflow.approve, items=st.sampled_from([None, {"1": 1}, {"2": None}]), returnless=st.booleans()),
    steps(workflow.reject),
    steps(workflow.ship, tracking="1Z1"),
    steps(workflow.receive, items=st.sampled_from([None, {"1": 1}])),
    steps(workflow.inspect, passes=st.booleans()),
    steps(composite.receive_and_inspect),
    steps(paying.refund, amount=st.none() | amounts, reference=references),
    steps(paying.begin),
    steps(paying.confirm),
    steps(paying.fail, why="closed"),
    steps(workflow.replace_goods),
    steps(workflow.convert),
    steps(workflow.cancel),
    steps(dispute.escalate, amount=st.none() | amounts),
    steps(dispute.escalate, to_platform=True),
    steps(negotiation.offer, amount=amounts),
    steps(negotiation.accept),
    steps(negotiation.decline),
    steps(dispute.resolve, outcome=st.sampled_from(dispute.OUTCOMES), amount=st.none() | amounts),
    steps(remarks.message, text="hello"),
    steps(remarks.done),
    steps(undo),
    steps(lapse, pays=st.booleans()),
)
sides = st.sampled_from([Role.BUYER, Role.SELLER, Role.SELLER])
WISHES = st.builds(
    Wish,
    items=st.sampled_from([None, {"1": 1}, {"1": 2, "2": 1}]),
    reason=st.sampled_from(["damaged", "no_longer_needed", "lost_in_transit"]),
    type=st.sampled_from([None, *Kind]),
)
WAITS = st.integers(0, 200).map(lambda hours: timedelta(hours=hours))
HISTORIES = st.lists(st.tuples(st.integers(0, 2), DOES, sides, WAITS), min_size=20, max_size=40)


class World:
    """The returns of one order, led on as the shop does it; what may not be done is left out."""

    def __init__(self) -> None:
        self.now = NOW
        self.returns: dict[int, Return] = {}
        self.committed: dict[int, list[str]] = {}
        self.paid: list[Happened] = []

    def case(self, number: int) -> Case:
        others = tuple(record for key, record in self.returns.items() if key != number)
        return a_case(ORDER, POLICY, others=others, record=self.returns.get(number))

    def does(self, number: int, step: Step, role: Role) -> bool:
        moment = Moment(self.now, SYSTEM if getattr(step, "func", None) is lapse else Actor("x", role))
        with suppress(Failure):
            decision = step(self.case(number), moment)
            self.returns[number] = decision.record
            self.committed.setdefault(number, []).extend(decision.events)
            self.check(decision.record, number)
            return bool(decision.events)
        return False

    def check(self, record: Return, number: int) -> None:
        assert not list(faults(record, self.committed[number]))
        assert left(ORDER, tuple(self.returns.values())) >= 0
        paid = [x.net + x.tax for each in self.returns.values() for x in each.refunds if x.status != "failed"]
        assert sum(paid) <= Decimal("103.14")
        for bought in ORDER.lines:
            assert held(tuple(self.returns.values()), bought.line) <= bought.quantity
        assert_waited_for(record)


def assert_waited_for(record: Return) -> None:
    """Somebody has to do something, until it has ended; an offer ends with what waits for its answer."""
    assert (record.due is None) == (record.state in ENDED)
    made = open_offer(record)
    if made and record.due and record.due.action == "negotiate":
        assert (record.due.at, record.due.by) == (made.until, negotiation.answers(a_case(record=record)))
    if record.state is State.DISPUTED and record.dispute:
        assert record.due
        assert (record.due.action == "platform") == (record.dispute.stage == "platform")
        assert not any(x.status == "pending" for x in record.refunds)


def lived(wishes: Sequence[Wish], history: Iterable[tuple[int, Step, Role, timedelta]]) -> World:
    world = World()
    for number, wish in enumerate(wishes):
        world.does(number, partial(workflow.apply, id=f"R-00000{number + 1}", wish=wish), Role.BUYER)
    for number, step, role, wait in history:
        world.now += wait
        if world.returns:
            world.does(tuple(world.returns)[number % len(world.returns)], step, role)
    return world


@given(st.lists(WISHES, min_size=1, max_size=3), HISTORIES)
def test_promises_hold_after_every_step(wishes: list[Wish], history: list[tuple[int, Step, Role, timedelta]]) -> None:
    lived(wishes, history)


@given(st.lists(WISHES, min_size=1, max_size=2), HISTORIES)
def test_every_return_comes_to_an_end(wishes: list[Wish], history: list[tuple[int, Step, Role, timedelta]]) -> None:
    """No state is a trap: from wherever a history stops, its plain steps lead to an end."""
    world = lived(wishes, history)
    for number in tuple(world.returns):
        for _ in range(12):
            state = world.returns[number].state
            if state in ENDED:
                break
            world.now += timedelta(hours=1)
            if state is State.REJECTED:  # time closes it
                due = world.returns[number].due
                world.now = max(world.now, due.at if due else world.now)
                world.does(number, partial(lapse), Role.SYSTEM)
            else:
                world.does(number, partial(onward), Role.SELLER)
        assert world.returns[number].state in ENDED


# Histories by hand, one to each end.
ENDS: dict[str, list[Step]] = {
    "refunded": [workflow.approve, workflow.receive, workflow.inspect, paying.refund],
    "replaced": [workflow.approve, workflow.receive, workflow.inspect, workflow.replace_goods],
    "cancelled": [dispute.escalate, workflow.cancel, workflow.cancel],
    "expired": [workflow.approve, lapse],
    "closed": [
        partial(negotiation.offer, amount=Decimal("5.00")), negotiation.decline, dispute.escalate,
        partial(dispute.resolve, outcome="compensated"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("end", ENDS)
def test_every_end_is_reached(end: str) -> None:
    assert {*ENDS} == {*map(str, ENDED)}
    kind = Kind.REPLACEMENT if end == "replaced" else None
    world = lived([Wish(items={"1": 1}, reason="no_longer_needed", type=kind)], [])
    if end == "cancelled":
        world.does(0, workflow.approve, Role.SELLER)
    for step in ENDS[end]:
        due = world.returns[0].due
        world.now = due.at if due and step is lapse else world.now + timedelta(hours=1)
        role = Role.BUYER if step is negotiation.decline else Role.SELLER
        assert world.does(0, partial(step), role)
    assert world.returns[0].state == end


def test_events_are_tried_and_taken() -> None:
    """The histories above are not of refusals alone: this many kinds of events happen in some of them."""
    seen: set[str] = set()

    @given(st.lists(WISHES, min_size=1, max_size=3), HISTORIES)
    def gather(wishes: list[Wish], history: list[tuple[int, Step, Role, timedelta]]) -> None:
        for events in lived(wishes, history).committed.values():
            seen.update(events)

    gather()
    assert {Event.OFFER, Event.ESCALATE, Event.RESOLVE, Event.CONFIRM, Event.UNDO} <= seen


def test_a_broken_promise_is_seen() -> None:
    """The checks bite: a payment that nobody asked for, and a return that nobody waits for."""
    world = lived([Wish(items={"1": 1}, reason="no_longer_needed")], [])
    record = world.returns[0]
    with pytest.raises(AssertionError):
        world.check(replace(record, due=None), 0)
    with pytest.raises(AssertionError):
        world.check(replace(record, state=State.APPROVED), 0)
