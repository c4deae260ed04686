"""What a platform reports becomes a return of the shop, or what one stands at from now on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import to_builtins
from msgspec.structs import asdict, replace

from returnctl.domain import observe, tiktok
from returnctl.domain.case import Actor, Case, Decision, Moment
from returnctl.domain.eligibility import Wish
from returnctl.domain.external import External
from returnctl.domain.order import Order
from returnctl.domain.record import OrderTaken
from returnctl.domain.report import Report, units_of
from returnctl.domain.states import Event, Fault, Role
from returnctl.domain.terms import Asked, resolve
from returnctl.errors import BadRow, NotFound
from returnctl.readers.intake import FoundReport, bad, placed
from returnctl.shop.draft import Draft
from returnctl.shop.policies import Policies
from returnctl.shop.road import Job, Planned, Road, failed
from returnctl.shop.shop import the_return

if TYPE_CHECKING:
    from returnctl.storage.aside import Aside


class Observations:
    """Those of one command, which reads the policies once; `planned` are orders that a dry run would have brought."""

    def __init__(self, road: Road, planned: Aside[Order] | None = None) -> None:
        self._planned_orders = planned
        self._road = Road(road.shop, replace(road.request, key=None))
        self._moment = Moment(road.request.now, Actor(road.moment(Role.PLATFORM).by.name, Role.PLATFORM))
        self._policies = Policies(road.shop)

    def job(self, found: FoundReport) -> Job:
        return Job(found.report.return_id, lambda draft: self._planned(draft, found), found.row)

    def _planned(self, draft: Draft, found: FoundReport) -> Planned:
        try:
            return self._decided(draft, found.report, found.row)
        except BadRow as problem:
            return Planned(failed(found.file, placed(problem, file=found.file, row=found.row), found.row))

    def _decided(self, draft: Draft, report: Report, row: int) -> Planned:
        known = draft.known_as(report.return_id)
        if not known:
            return self._taken(draft, report, row)
        case = draft.load(the_return(known, report.return_id), self._road.settings.shop_id)
        if case.order.id != report.order:
            raise bad("other_order", report.order, column=_column(report, "order_id"), order=case.order.id)
        _check_currency(case.order, report)
        decision = observe.observe(case, self._moment, report=report)
        return self._plan(decision, row, case)

    def _taken(self, draft: Draft, report: Report, row: int) -> Planned:
        case = self._case(draft, order_of(draft, report, self._planned_orders))
        units = units_of(report, case.order)
        if units is None:
            raise bad("unknown_sku", _skus(report), column=_column(report, "sku_id"), order=case.order.id)
        wish = _wish(report, case, units)
        decision = observe.take(case, self._moment, id=draft.new_id(), wish=wish, report=report)
        return self._plan(decision, row, case)

    def _case(self, draft: Draft, order: Order) -> Case:
        chosen = self._policies.choose(draft.snapshot, order, self._moment.now)
        taken = OrderTaken(**asdict(order), digest=draft.snapshot.order_digest(order))
        recent, others = draft.applied_by(order.buyer.id), draft.returns_of(order.id)
        return Case(taken, chosen.pinned, chosen.ref, self._road.settings.shop_id, others, recent)

    def _plan(self, decision: Decision, row: int, case: Case) -> Planned:
        """What tells nothing new but when is committed as well, and told as unchanged."""
        new = case.record is None
        from_, pinned = (None, (case.policy,)) if new else (case.stored.state, ())
        planned = self._road.plan(decision, self._moment, from_=from_, pinned=pinned)
        quiet = decision.events == (Event.SEEN,)
        result = replace(planned.done.result, row=row, outcome="unchanged" if quiet else planned.done.result.outcome)
        return Planned(replace(planned.done, result=result), planned.change)


def order_of(draft: Draft, report: Report, planned: Aside[Order] | None = None) -> Order:
    """Raises BadRow where it was not imported, or says another currency."""
    try:
        order = (planned and planned.get(report.order)) or draft.get_order(report.order)
    except NotFound:
        asked_at = to_builtins(report.applied_at)
        raise bad("unknown_order", report.order, column=_column(report, "order_id"), applied_at=asked_at) from None
    _check_currency(order, report)
    return order


def _column(report: Report, key: str) -> str:
    """As the file calls it."""
    return {"order_id": "Order ID", "sku_id": "SKU ID"}[key] if report.source == "export" else key


def _check_currency(order: Order, report: Report) -> None:
    if report.currency and report.currency != order.currency:
        raise bad("order_in_other_currency", report.currency, column="", order=order.id, currency=order.currency)


def _skus(report: Report) -> str:
    return ", ".join(x.seller_sku or x.sku_id or x.line for x in report.pieces)


def _wish(report: Report, case: Case, units: dict[str, int]) -> Wish:
    return Wish(
        dict(units) or None,
        report.kind,
        _reason(report, case),
        report.note,
        external=External(report.platform, report.return_id),
    )


def _reason(report: Report, case: Case) -> str | None:
    """The policy's code for what the buyer said; else none, and the platform's word stays with its report."""
    reasons = resolve(case.policy, Asked(case.order, Fault.BUYER, None, case.order.worth.amount)).terms.reasons
    usual = (tiktok.usual_reason(word) for word in report.reasons)
    named = (reasons.find(word) for word in (*report.reasons, *filter(None, usual)))
    return next(filter(None, named), None)
