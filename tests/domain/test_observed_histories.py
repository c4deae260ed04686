"""Returns of one order that a platform runs: its reports, in any order, among all that is done here."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from returnctl.domain import paying, workflow
from returnctl.domain.case import Decision
from returnctl.domain.eligibility import Wish
from returnctl.domain.external import External
from returnctl.domain.observe import observe, take
from returnctl.domain.record import Refund, Return
from returnctl.domain.refund import left
from returnctl.domain.replay import faults
from returnctl.domain.report import Report
from returnctl.domain.reported import heard, seen_by
from returnctl.domain.states import Role
from returnctl.domain.step import led_here
from returnctl.domain.units import held
from tests.builders import NOW, platform
from tests.domain.test_histories import DOES, ORDER, WAITS, WISHES, World, assert_waited_for, onward, sides
from tests.domain.test_observe import a_report, export

STATUSES = st.sampled_from(
    [
        "RETURN_OR_REFUND_REQUEST_PENDING", "REFUND_OR_RETURN_REQUEST_REJECT", "AWAITING_BUYER_SHIP",
        "BUYER_SHIPPED_ITEM", "REJECT_RECEIVE_PACKAGE", "RETURN_OR_REFUND_REQUEST_SUCCESS",
        "RETURN_OR_REFUND_REQUEST_COMPLETE", "RETURN_OR_REFUND_REQUEST_COMPLETE", "RETURN_OR_REFUND_REQUEST_CANCEL",
        "AWAITING_BUYER_RESPONSE", "REPLACEMENT_REQUEST_COMPLETE", "REPLACEMENT_REQUEST_REFUND_SUCCESS", "ODD",
    ]
)  # fmt: skip
LABELS = st.sampled_from(["To process", "In process", "Completed", "Refund rejected", "Canceled", "ODD"])
SAID = {
    "days": st.integers(0, 12),
    "refund": st.sampled_from(["87.75", "20.00", "5.00", "103.14"]).map(Decimal) | st.none(),
    "dispute": st.sampled_from([None, None, None, "IN_PROGRESS", "SUPPORT_BUYER", "SUPPORT_SELLER"]),
}
REPORTS = st.one_of(
    st.builds(
        lambda status, said: a_report(status, **said),
        STATUSES,
        st.fixed_dictionaries(SAID | {"deadline": st.sampled_from([None, NOW + timedelta(days=3)])}),
    ),
    st.builds(
        lambda status, said: export(status, **said),
        LABELS,
        st.fixed_dictionaries(SAID | {"sent": st.booleans(), "exact": st.booleans()}),
    ),
)


class Watched(World):
    """Returns with an even number are the platform's. What it says it paid counts, booked or not."""

    def sees(self, number: int, report: Report) -> None:
        report = replace(report, return_id=f"4035{number}", order=ORDER.id)
        was = self.returns.get(number)
        decision = self._observed(number, report)
        self.returns[number] = decision.record
        self.committed.setdefault(number, []).extend(decision.events)
        assert_only_booked(was, decision.record)
        assert_heard(was, decision.record, report)
        assert_stands(was, decision.record)
        self.check(decision.record, number)
        again = observe(self.case(number), platform(self.now), report=report)
        assert not again.events

    def _observed(self, number: int, report: Report) -> Decision:
        case, moment = self.case(number), platform(self.now)
        if case.record:
            return observe(case, moment, report=report)
        wish = Wish({"1": 2}, report.kind, "damaged", external=External("tiktok", report.return_id))
        return take(case, moment, id=f"R-00000{number + 1}", wish=wish, report=report)

    def does(self, number: int, step: Any, role: Role) -> bool:
        was = dict(self.returns)
        done = super().does(number, step, role)
        assert_fairly_paid(was.get(number), self.returns.get(number))
        if _paid(self.returns.values()) > _paid(was.values()):
            assert left(ORDER, self.returns.values()) >= 0
        for bought in ORDER.lines:
            before, now = (held(x.values(), bought.line) for x in (was, self.returns))
            assert now <= max(before, bought.quantity)
        return done

    def check(self, record: Return, number: int) -> None:
        """What a platform did may go beyond the order; what we do then does not."""
        assert not list(faults(record, self.committed[number]))
        assert_waited_for(record)


def _paid(returns: Any) -> Decimal:
    return sum((each.refunded().amount for each in returns), Decimal(0))


def _told(record: Return) -> Decimal:
    """What the platform says it paid."""
    return record.external.paid.amount if record.external and record.external.paid else Decimal(0)


def assert_fairly_paid(was: Return | None, now: Return | None) -> None:
    """A payment of ours and all that was known to be paid before, by the books or else by the platform's word.

    They come to no more than the worksheet.
    """
    added = _paid([now]) - _paid([was]) if was and now else Decimal(0)
    if was and now and added > 0 and len(now.refunds) > len(was.refunds) and not _is_booked(was, now):
        assert now.breakdown
        assert (_paid([was]) or _told(was)) + added <= now.breakdown.total


def _is_booked(was: Return, now: Return) -> bool:
    """Whether what was added is the platform's own."""
    return bool(now.external and now.refunds[-1].reference == now.external.return_id)


def assert_only_booked(was: Return | None, now: Return) -> None:
    """A report never pays: what it adds or corrects is the one payment that the platform made."""
    mine = now.external.return_id if now.external else None
    before = {x.key: x for x in was.refunds} if was else {}
    ours = [x for x in now.refunds if x.reference != mine]
    assert ours == [x for x in before.values() if x.reference != mine]
    theirs: list[Refund] = [x for x in now.refunds if x.reference == mine]
    assert len(theirs) <= 1
    if was and theirs and not any(x.reference == mine for x in before.values()):
        assert _paid([now]) == max(_paid([was]), _told(now))
    assert all(x.status == "confirmed" and x.amount == x.confirmed for x in theirs)


def assert_heard(was: Return | None, now: Return, report: Report) -> None:
    """Older never undoes newer: what stands is what the reports come to, whatever was done here."""
    assert now.external
    before = was.external if was and was.external else External(report.platform, report.return_id)
    assert now.external == heard(before, report, now.type)


def assert_stands(was: Return | None, now: Return) -> None:
    """A decision of ours stands until the platform moves, or pays what we failed to."""
    if was is None or was.external is None or now.external is None or led_here(was).event in ("observe", "fail"):
        return
    before, seen = (seen_by(each.external, each.type) for each in (was, now) if each.external)
    if before == seen:
        assert now.state is was.state


class Told(NamedTuple):
    number: int
    report: Report


# Often the plain next step of the platform's return, or what payments are made of, so that histories come to money.
PLAIN: tuple[Any, ...] = (onward, onward, onward, paying.begin, partial(paying.fail, why="closed"), paying.refund)
OUGHT = st.tuples(st.just(1), st.sampled_from([partial(each) for each in PLAIN]), st.just(Role.SELLER), WAITS)
DONE = st.tuples(st.integers(0, 2), DOES, sides, WAITS)
TOLD = st.builds(Told, st.sampled_from([0, 0, 0, 2]), REPORTS)
HISTORIES = st.tuples(
    st.lists(TOLD, min_size=1, max_size=2),
    st.lists(OUGHT | OUGHT | OUGHT | DONE | TOLD | TOLD, min_size=8, max_size=30),
).map(lambda parts: [*parts[0], *parts[1]])


def lived(wish: Wish, history: Sequence[Any]) -> Watched:
    """One return is asked for here, two begin with what the platform first says of them."""
    world = Watched()
    world.does(1, partial(workflow.apply, id="R-000002", wish=wish), Role.BUYER)
    for each in history:
        if isinstance(each, Told):
            world.sees(each.number, each.report)
            continue
        number, step, role, wait = each
        world.now += wait
        if world.returns:
            world.does(tuple(world.returns)[number % len(world.returns)], step, role)
    return world


@given(WISHES, HISTORIES)
def test_promises_hold_whatever_a_platform_reports(wish: Wish, history: list[Any]) -> None:
    lived(wish, history)


def test_a_broken_promise_of_a_report_is_seen() -> None:
    """The checks bite: a report that pays, an older one that undoes a newer one, a payment beside the platform's."""
    world = Watched()
    world.sees(0, a_report("RETURN_OR_REFUND_REQUEST_PENDING"))
    asked = world.returns[0]
    world.sees(0, a_report("RETURN_OR_REFUND_REQUEST_COMPLETE", 2))
    paid = world.returns[0]
    ours = replace(paid.refunds[0], key="another", reference="TXN-1")
    with pytest.raises(AssertionError):
        assert_only_booked(asked, replace(paid, refunds=(*paid.refunds, ours)))
    with pytest.raises(AssertionError):
        assert_heard(asked, replace(paid, external=asked.external), a_report("RETURN_OR_REFUND_REQUEST_COMPLETE", 2))
    with pytest.raises(AssertionError):
        assert_fairly_paid(asked, replace(paid, refunds=(*paid.refunds, ours)))


def the_end(told: Sequence[Told]) -> list[tuple[object, ...]]:
    """All but when a contest was first heard of here.

    A breakdown is fixed by what the order's other returns had been given when it was: it stands apart here, and is
    compared where a return is alone.
    """
    world = Watched()
    for each in told:
        world.sees(each.number, each.report)
    return [
        (
            x.state, [(y.amount, y.status) for y in x.refunds], x.external, x.due, x.lines, x.returnless,
            x.dispute and replace(x.dispute, at=NOW), x.sweep_at, x.breakdown is None,
        )
        for _, x in sorted(world.returns.items())
    ]  # fmt: skip


@given(st.lists(st.builds(Told, st.sampled_from([0, 1, 2]), REPORTS), min_size=1, max_size=10), st.randoms())
def test_returns_of_one_order_end_alike_whatever_the_order_of_imports(told: list[Told], chance: random.Random) -> None:
    shuffled = [*told, *chance.choices(told, k=3)]
    chance.shuffle(shuffled)
    assert the_end(shuffled) == the_end(told)
