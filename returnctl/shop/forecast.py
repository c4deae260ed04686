"""What will have happened by an instant if nobody acts: the sweep's own decisions, gone on with in memory."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from returnctl.domain import paying
from returnctl.domain.automatic import SYSTEM
from returnctl.domain.case import Case, Decision, Moment
from returnctl.domain.lapse import lapse
from returnctl.domain.record import Return
from returnctl.domain.states import FIXED, Event, Kind
from returnctl.errors import Failure
from returnctl.shop.draft import Draft
from returnctl.shop.road import Done, Road, failed
from returnctl.shop.sweep import hooks_of_sweep

Sums = dict[str, Decimal]


class Foreseen(Struct, frozen=True):
    """A result for each change, in the order of time, and the money by currency.

    `cost` is what silence makes the shop owe, `paid` what the hook will have paid, `assumed` what platforms give.
    """

    results: tuple[Done, ...]
    cost: Sums
    paid: Sums
    assumed: Sums


def forecast(road: Road, until: datetime) -> Foreseen:
    """Reminders are left out. A hook is taken to pay whatever it is asked for. Raises UnsafeHook."""
    pays = "pay" in hooks_of_sweep(road)
    with road.reading() as snapshot:
        future = _Future(road, Draft(snapshot), until, pays=pays)
        for each in snapshot.to_sweep(until):
            future.watch(each)
        results = tuple(future.go_on())
    return Foreseen(results, *future.sums())


class _Future:
    """The returns that will call for the sweep, soonest first."""

    def __init__(self, road: Road, draft: Draft, until: datetime, *, pays: bool) -> None:
        self._road, self._draft, self._until, self._pays = road, draft, until, pays
        self._calls: list[tuple[datetime, str]] = []
        self._before: dict[str, Return] = {}
        self._after: dict[str, Return] = {}

    def watch(self, id: str) -> None:  # noqa: A002 - the field's own name
        at = self._comes(id)
        if at and at <= self._until:
            heapq.heappush(self._calls, (at, id))

    def _comes(self, id: str) -> datetime | None:  # noqa: A002
        """When its due is over; what cannot be read is told in its turn."""
        try:
            due = self._draft.get_return(id).due
        except Failure:
            return self._road.request.now
        return max(due.at, self._road.request.now) if due and not due.lapsed else None

    def go_on(self) -> Iterator[Done]:
        while self._calls:
            at, id = heapq.heappop(self._calls)  # noqa: A001
            try:
                done = self._step(id, at)
            except Failure as failure:
                yield failed(id, failure)
                continue
            if done:
                yield done
                self.watch(id)

    def _step(self, id: str, at: datetime) -> Done | None:  # noqa: A002
        case = self._draft.load(id, self._road.settings.shop_id)
        decision = self._decided(case, Moment(at, SYSTEM))
        if not {*decision.events} - {Event.REMIND}:
            return None
        planned = self._road.plan(decision, Moment(at, SYSTEM), from_=case.stored.state)
        if planned.change:
            self._draft.put(planned.change)
        self._before.setdefault(id, case.stored)
        self._after[id] = decision.record
        return replace(planned.done, result=replace(planned.done.result, outcome="planned", at=at))

    def _decided(self, case: Case, moment: Moment) -> Decision:
        decision = lapse(case, moment, pays=self._pays)
        if Event.REFUND not in decision.events:
            return decision
        return decision.then(case, paying.confirm, moment)

    def sums(self) -> tuple[Sums, Sums, Sums]:
        sums: tuple[Sums, Sums, Sums] = ({}, {}, {})
        for id, after in self._after.items():  # noqa: A001
            before = self._before[id]
            amounts = (_owed(after) - _owed(before), _paid(after) - _paid(before), _assumed(after))
            for by_currency, amount in zip(sums, amounts, strict=True):
                if amount:
                    by_currency[after.currency] = by_currency.get(after.currency, Decimal(0)) + amount
        return sums


def _owed(record: Return) -> Decimal:
    """What the shop pays for it, or has paid."""
    return record.breakdown.total if record.breakdown and record.state in FIXED else _paid(record)


def _paid(record: Return) -> Decimal:
    return record.refunded("confirmed").amount


def _assumed(record: Return) -> Decimal:
    """What the platform's silence gives away."""
    gives = (
        record.due
        and record.due.lapsed
        and (record.due.then in ("pass", "pay") or (record.due.then == "approve" and record.type is Kind.REFUND_ONLY))
    )
    return record.breakdown.total if gives and record.breakdown else Decimal(0)
