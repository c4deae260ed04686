"""Offers, answers, escalation and outcome: every pair of state, stage, side and event, and what each leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from returnctl.domain import dispute, negotiation, paying, remarks, workflow
from returnctl.domain.anonymize import anonymize
from returnctl.domain.automatic import SYSTEM
from returnctl.domain.case import Actor, Case, Decision, Moment
from returnctl.domain.external import External
from returnctl.domain.lapse import lapse
from returnctl.domain.record import Return, open_offer
from returnctl.domain.replay import history_faults
from returnctl.domain.states import Role
from returnctl.domain.undo import undo
from returnctl.errors import BadValue, Failure, Frozen, NoOffer, TooMuchMoney, WrongSide, WrongState
from tests.builders import DAY, HOUR, a_case, a_case_in, a_policy, after, at, beside, buyer, later, platform, seller

TEN = Decimal("10.00")
EVENTS: dict[str, Callable[..., Decision]] = {
    "offer": partial(negotiation.offer, amount=TEN),
    "accept": negotiation.accept,
    "decline": negotiation.decline,
    "escalate": partial(dispute.escalate, claim="refund_amount"),
    "to-platform": partial(dispute.escalate, to_platform=True),
    "resolve": partial(dispute.resolve, outcome="refund", amount=TEN),
    "withdraw": workflow.cancel,
}
# Where each event leads by buyer, seller, platform and system. `side`: it is for another side; `offer`: none waits for
# an answer; `wrong`: it cannot follow. After a slash the side that made the offer which waits for an answer.
MACHINE = """
    where                offer        accept                       decline                      escalate  to-platform  resolve     withdraw

    requested            2 side       offer                        offer                        disputed  wrong        wrong       cancelled
    requested/buyer      2 side       side refund_due side side    side requested side side     disputed  wrong        wrong       cancelled
    requested/seller     2 side       refund_due side side side    requested side side side     disputed  wrong        wrong       cancelled
    rejected             2 side       offer                        offer                        disputed  wrong        wrong       wrong
    rejected/buyer       2 side       side refund_due side side    side rejected side side      disputed  wrong        wrong       wrong
    rejected/seller      2 side       refund_due side side side    rejected side side side      disputed  wrong        wrong       wrong
    negotiation          2 side       offer                        offer                        wrong     disputed     refund_due  closed
    negotiation/buyer    2 side       side refund_due side side    side disputed side side      wrong     disputed     refund_due  closed
    negotiation/seller   2 side       refund_due side side side    disputed side side side      wrong     disputed     refund_due  closed
    platform             wrong        wrong                        wrong                        wrong     same         refund_due  closed
    appealed             wrong        wrong                        wrong                        wrong     same         refund_due  refund_due
    decided              wrong        wrong                        wrong                        disputed  side disputed side side  same  wrong
    approved             wrong        wrong                        wrong                        disputed  wrong        wrong       cancelled
    in_transit           wrong        wrong                        wrong                        disputed  wrong        wrong       wrong
    received             wrong        wrong                        wrong                        disputed  wrong        wrong       wrong
    refund_due           wrong        wrong                        wrong                        disputed  wrong        wrong       wrong
    refunding            wrong        wrong                        wrong                        wrong     wrong        wrong       wrong
    refunded             wrong        wrong                        wrong                        disputed  wrong        wrong       wrong
    replacement_due      wrong        wrong                        wrong                        disputed  wrong        wrong       wrong
    replaced             wrong        wrong                        wrong                        disputed  wrong        wrong       wrong
    cancelled            wrong        wrong                        wrong                        wrong     wrong        wrong       same
    expired              wrong        wrong                        wrong                        wrong     wrong        wrong       wrong
    closed               wrong        wrong                        wrong                        wrong     wrong        wrong       wrong
"""  # noqa: E501 - a table
FAILURES: dict[str, type[Failure]] = {"side": WrongSide, "offer": NoOffer, "wrong": WrongState}


def cells() -> Iterator[tuple[str, str, Role, str]]:
    """Each place, event and side of the table, with what is to come of it."""
    head, *rows = [line.split("  ") for line in MACHINE.splitlines() if line.strip()]
    events = [each.strip() for each in head if each.strip()][1:]
    for row in rows:
        where, *told = [each.strip() for each in row if each.strip()]
        for event, cell in zip(events, told, strict=True):
            place = where.partition("/")[0]
            to = {"negotiation": "disputed"}.get(place, place)
            words = [to, to, "side", "side"] if cell == "2 side" else cell.split()
            for role, outcome in zip(Role, words * (4 // len(words)), strict=True):
                yield where, event, role, outcome


def standing(where: str) -> Case:
    place, _, offered = where.partition("/")
    if place in ("platform", "appealed", "decided"):
        return contested(place)
    case = a_case_in({"negotiation": "requested"}.get(place, place))
    case = after(case, dispute.escalate, claim="other") if place == "negotiation" else case
    return after(case, negotiation.offer, by(Role(offered), case), amount=TEN) if offered else case


def contested(place: str) -> Case:
    case = after(after(a_case_in("requested"), dispute.escalate), dispute.escalate, to_platform=True)
    if place != "platform":
        case = after(case, dispute.resolve, outcome="refund", amount=TEN)
    return after(case, dispute.escalate, to_platform=True) if place == "appealed" else case


def by(role: Role, case: Case) -> Moment:
    return Moment(later(case), Actor("somebody", role))


@pytest.mark.parametrize(("where", "event", "role", "outcome"), list(cells()))
def test_the_machine(where: str, event: str, role: Role, outcome: str) -> None:
    case = standing(where)
    if outcome in FAILURES:
        with pytest.raises(FAILURES[outcome]):
            EVENTS[event](case, by(role, case))
        return
    decision = EVENTS[event](case, by(role, case))
    if outcome == "same":
        assert not decision.events
        return
    assert (decision.record.state, len(decision.events)) == (outcome, 1)
    assert_sound(decision.record)


def assert_sound(record: Return) -> None:
    assert not list(history_faults(record))
    offered = [offer.status for offer in record.offers]
    assert offered.count("open") <= (record.state in ("requested", "rejected", "disputed"))
    if record.state == "disputed":
        assert record.due


def offered(state: str, role: Role = Role.SELLER, case: Case | None = None, **facts: Any) -> Case:
    case = a_case_in(state, case)
    return after(case, negotiation.offer, by(role, case), **{"amount": TEN, **facts})


# Who made the offer, where, and who is waited for then, until what, and what follows.
WAITS = [
    ("requested", Role.SELLER, "negotiate", "buyer", "decline"),
    ("requested", Role.BUYER, "review", "seller", "approve"),
    ("rejected", Role.SELLER, "negotiate", "buyer", "decline"),
    ("rejected", Role.BUYER, "negotiate", "seller", "decline"),
    ("disputed", Role.SELLER, "negotiate", "buyer", "escalate"),
    ("disputed", Role.BUYER, "negotiate", "seller", "escalate"),
]


@pytest.mark.parametrize(("state", "role", "action", "waits_for", "then"), WAITS)
def test_the_other_side_is_waited_for(state: str, role: Role, action: str, waits_for: str, then: str) -> None:
    record = offered(state, role).stored
    made = open_offer(record)
    assert record.due
    assert made
    assert (record.due.action, record.due.by, record.due.then) == (action, waits_for, then)
    assert record.due.at == made.until
    assert (made.by, made.amount) == (role, TEN)


# What is waited for once the offer was declined, and whether its time begins anew.
DECLINED = [
    ("requested", Role.SELLER, "review", "seller", True),
    ("requested", Role.BUYER, "review", "seller", False),
    ("rejected", Role.SELLER, "dispute", "buyer", True),
    ("rejected", Role.BUYER, "dispute", "buyer", True),
    ("disputed", Role.SELLER, "negotiate", "buyer", False),
    ("disputed", Role.BUYER, "negotiate", "seller", False),
]


@pytest.mark.parametrize(("state", "role", "action", "waits_for", "afresh"), DECLINED)
def test_a_declined_offer_leaves_the_others_step(
    state: str, role: Role, action: str, waits_for: str, afresh: bool
) -> None:
    hours = a_policy(deadlines={"review": {"hours": 48, "then": "approve"}, "dispute": {"hours": 90, "then": "close"}})
    case = offered(state, role, a_case(policy=hours))
    before = case.stored.due
    declined = after(case, negotiation.decline, by(negotiation.answers(case), case), note="too little").stored
    assert before
    assert declined.due
    assert (declined.due.action, declined.due.by) == (action, waits_for)
    assert (declined.due.at != before.at) == afresh
    assert declined.offers[-1].status == "declined"
    facts = {name: value for name, value in declined.history[-1].facts.items() if name != "moot"}
    assert facts == {"amount": "10.00", "note": "too little"}


@pytest.mark.parametrize(
    ("then", "events", "stage"),
    [("escalate", ("escalate",), "platform"), ("remind", ("decline", "remind"), "negotiation")],
)
def test_an_offer_lapses_by_its_deadline(then: str, events: tuple[str, ...], stage: str) -> None:
    policy = a_policy(deadlines={"negotiate": {"days": 2, "then": then}})
    case = offered("disputed", case=a_case(policy=policy))
    assert case.stored.due
    early = lapse(case, Moment(case.stored.due.at - HOUR, SYSTEM))
    assert "decline" not in early.events
    decision = lapse(case, Moment(case.stored.due.at, SYSTEM))
    assert (decision.events, decision.record.offers[-1].status) == (events, "lapsed")
    assert decision.record.dispute
    assert decision.record.dispute.stage == stage
    assert not lapse(case.having(decision.record), Moment(case.stored.due.at, SYSTEM)).events


@pytest.mark.parametrize(("state", "action"), [("requested", "review"), ("rejected", "dispute")])
def test_a_lapsed_offer_gives_the_step_back(state: str, action: str) -> None:
    case = offered(state)
    assert case.stored.due
    end = case.stored.due.at
    decision = lapse(case, Moment(end, SYSTEM))
    assert (decision.events, decision.record.state) == (("decline",), state)
    assert decision.record.due
    assert decision.record.due.action == action
    assert decision.record.due.at > end
    assert decision.record.history[-1].facts["because"] == "deadline"


def test_silence_on_a_buyers_offer_is_silence_on_the_request() -> None:
    case = offered("requested", Role.BUYER)
    assert case.stored.due
    decision = lapse(case, Moment(case.stored.due.at, SYSTEM))
    assert (decision.events, decision.record.offers[-1].status) == (("approve",), "lapsed")


def test_a_late_answer_is_taken_until_the_sweep_came() -> None:
    case = offered("rejected")
    late = Moment(case.stored.offers[-1].until + DAY, Actor("ana", Role.BUYER))
    assert negotiation.accept(case, late).record.state == "refund_due"


@pytest.mark.parametrize(("role", "then"), [(Role.BUYER, ["replaced", "open"]), (Role.SELLER, ["replaced", "open"])])
def test_a_further_offer_stands_in_the_place_of_the_last(role: Role, then: list[str]) -> None:
    case = offered("disputed")
    record = negotiation.offer(case, by(role, case), amount=Decimal("12.00")).record
    assert [each.status for each in record.offers] == then
    assert record.due
    assert record.due.by is not role


@pytest.mark.parametrize(
    ("state", "step", "status"),
    [
        ("requested", workflow.approve, "withdrawn"),
        ("requested", workflow.reject, "withdrawn"),
        ("requested", workflow.cancel, "withdrawn"),
        ("requested", dispute.escalate, "withdrawn"),
        ("rejected", dispute.escalate, "withdrawn"),
        ("disputed", partial(dispute.escalate, to_platform=True), "withdrawn"),
        ("disputed", workflow.cancel, "withdrawn"),
        ("disputed", partial(dispute.resolve, outcome="none"), "withdrawn"),
    ],
)
def test_what_goes_on_without_it_ends_an_offer(state: str, step: Callable[..., Decision], status: str) -> None:
    assert after(offered(state), step).stored.offers[-1].status == status


@pytest.mark.parametrize("state", ["requested", "rejected", "disputed"])
def test_what_was_agreed_is_paid_from_now(state: str) -> None:
    case = offered(state)
    case = after(case, negotiation.accept, buyer(later(case)), note="fine")
    record = case.stored
    assert record.breakdown
    assert record.agreed
    assert record.due
    assert [(x.code, str(x.net), str(x.tax), str(x.amount)) for x in record.breakdown.lines] == [
        ("agreed", "9.23", "0.77", "10.00")
    ]
    assert (record.due.action, record.due.by) == ("refund", "seller")
    assert [each.what for each in record.owed][-1] == "agreed"
    assert (record.dispute and record.dispute.outcome) == ("agreed" if state == "disputed" else None)
    paid = after(case, paying.refund, reference="T-1").stored
    assert (paid.state, [str(x.amount) for x in paid.refunds]) == ("refunded", ["10.00"])


def test_an_offer_is_within_what_the_order_bears() -> None:
    for amount in ("0.00", "-1.00", "93.16"):
        with pytest.raises(TooMuchMoney):
            offered("requested", amount=Decimal(amount))
    other = beside(a_case_in("refunded", items={"1": 2}))
    case = a_case_in("requested", other, items={"1": 1}, number="R-000043")
    with pytest.raises(TooMuchMoney):
        negotiation.offer(case, seller(later(case)), amount=Decimal("34.66"))


def test_what_the_order_bears_is_asked_again_when_it_is_accepted() -> None:
    case = offered("rejected", amount=Decimal("90.00"))
    other = a_case_in("refunded", items={"1": 1}, number="R-000043").stored
    with pytest.raises(TooMuchMoney):
        negotiation.accept(replace(case, others=(other,)), buyer(later(case)))


def test_money_stays_frozen_while_an_offer_is_open() -> None:
    with pytest.raises(Frozen):
        paying.intend(offered("disputed"), seller())


def test_an_end_of_its_own() -> None:
    case = a_case_in("disputed")
    ends = at("2027-01-01T00:00:00Z")
    record = after(case, negotiation.offer, amount=TEN, until=ends).stored
    assert record.due
    assert (record.due.at, record.offers[-1].until) == (ends, ends)
    with pytest.raises(BadValue):
        negotiation.offer(case, seller(later(case)), amount=TEN, until=later(case))


def test_another_due_is_another_end_of_the_offer() -> None:
    ends = at("2027-01-01T00:00:00Z")
    record = after(offered("disputed"), remarks.set_due, at=ends).stored
    assert record.due
    assert (record.due.at, record.offers[-1].until) == (ends, ends)
    review = after(offered("requested", Role.BUYER, until=at("2026-11-11T00:00:00Z")), remarks.set_due, at=ends).stored
    assert review.offers[-1].until == at("2026-11-11T00:00:00Z")


@pytest.mark.parametrize(
    ("step", "role", "told"),
    [
        (partial(negotiation.offer, amount=TEN), Role.SELLER, "offer"),
        (partial(negotiation.offer, amount=TEN), Role.BUYER, None),
        (negotiation.decline, Role.SELLER, "declined"),
        (negotiation.decline, Role.BUYER, None),
        (negotiation.accept, Role.SELLER, "agreed"),
        (negotiation.accept, Role.BUYER, "agreed"),
    ],
)
def test_the_buyer_is_told_what_the_seller_says(step: Callable[..., Decision], role: Role, told: str | None) -> None:
    other = Role.SELLER if role is Role.BUYER else Role.BUYER
    external = External("tiktok", "4035")
    case = a_case_in("requested", external=external)
    case = case if isinstance(step, partial) else after(case, negotiation.offer, by(other, case), amount=TEN)
    case = case.having(replace(case.stored, owed=()))
    record = step(case, by(role, case)).record
    assert [each.what for each in record.owed if each.kind == "tell"] == ([told] if told else [])
    assert bool([each for each in record.owed if each.kind == "act"]) == (role is Role.SELLER)


def test_an_offer_can_be_taken_back_while_nobody_was_told() -> None:
    case = a_case_in("requested")
    back = after(after(case, negotiation.offer, amount=TEN), undo).stored
    assert (back.offers, back.due) == ((), case.stored.due)
    accepted = offered("disputed")
    accepted = after(after(accepted, negotiation.accept, buyer(later(accepted))), undo)
    assert open_offer(accepted.stored)
    assert accepted.stored.due
    assert accepted.stored.due.action == "negotiate"


def test_words_of_offers_go_with_the_buyer() -> None:
    case = offered("rejected", Role.BUYER, note="call Ana")
    case = after(case, negotiation.accept)
    case = after(case, paying.refund, reference="T-1")
    record = anonymize(case, seller(later(case)), before=later(case, timedelta(days=1))).record
    assert record.offers[0].note == ""
    assert "Ana" not in str(record)


# --- the appeal


def test_an_appeal_is_the_sellers_and_comes_once() -> None:
    case = contested("decided")
    first = case.stored.dispute
    assert first
    assert first.appeal_until
    for wrong in (buyer(later(case)), platform(later(case))):
        with pytest.raises(WrongSide):
            dispute.escalate(case, wrong, to_platform=True)
    case = after(case, dispute.escalate, to_platform=True, note="see the video")
    second = case.stored.dispute
    assert second
    assert case.stored.due
    assert (second.stage, second.by, second.appeal, second.escalated_from) == ("platform", "seller", True, "refund_due")
    assert (case.stored.due.action, case.stored.due.by) == ("platform", "platform")
    assert case.stored.history[-1].facts == {"stage": "platform", "appeal": True, "note": "see the video"}
    with pytest.raises(Frozen):
        paying.intend(case, seller(later(case)))
    case = after(case, dispute.resolve, outcome="refund", amount=Decimal("9.00"))
    assert case.stored.dispute
    assert case.stored.dispute.appeal_until is None
    with pytest.raises(WrongState):
        dispute.escalate(case, seller(later(case)), to_platform=True)


def test_an_appeal_that_changes_nothing_leaves_the_decision() -> None:
    case = after(contested("appealed"), dispute.resolve, outcome="none")
    assert (case.stored.state, str(case.stored.breakdown and case.stored.breakdown.total)) == ("refund_due", "10.00")
