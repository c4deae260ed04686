"""Short builders for tests: orders, policies, cases, and returns led by the real workflow into a state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import convert
from msgspec.structs import replace

from returnctl.domain import dispute, paying, workflow
from returnctl.domain.automatic import SYSTEM
from returnctl.domain.calendar import WorkCalendar
from returnctl.domain.case import Actor, Case, Decision, Moment
from returnctl.domain.eligibility import Wish
from returnctl.domain.lapse import lapse
from returnctl.domain.order import Order
from returnctl.domain.policy import Pinned
from returnctl.domain.record import Evidence, OrderTaken, PolicyRef, Return
from returnctl.domain.states import Kind, Role

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


# A Tuesday; the order of `an_order` came five days before.
NOW = at("2026-11-10T18:00:00Z")

ORDER: dict[str, Any] = {
    "id": "576461413038780001",
    "platform": "tiktok",
    "market": "US",
    "currency": "USD",
    "buyer": {"id": "u_88121", "name": "Ana Diaz", "language": "en"},
    "ordered_at": "2026-11-01T17:20:00Z",
    "shipped_at": "2026-11-02T09:00:00Z",
    "delivered_at": "2026-11-05T22:10:00Z",
    "lines": [{"line": "1", "sku": "LUMI-LAMP-1", "quantity": 3, "net": "81.00", "tax": "6.75"}],
    "shipping": {"net": "5.00", "tax": "0.40"},
    "digest": "sha256:00",
}
POLICY: dict[str, Any] = {
    "returnctl": "policy/v1",
    "name": "standard",
    "version": 1,
    "markets": ["US"],
    "timezone": "America/Los_Angeles",
}


def an_order(**changes: Any) -> OrderTaken:
    """The order of the design's example: three lamps for 87.75 and shipping for 5.40. Keys as in an order document."""
    body = {**ORDER, **changes}
    body["lines"] = [{"sku": f"SKU-{line['line']}", **line} for line in body["lines"]]
    return convert(body, OrderTaken)


def a_policy(*, places: Mapping[str, int] | None = None, calendars: Iterable[WorkCalendar] = (), **body: Any) -> Pinned:
    """A policy of these keys, pinned; with `places` the lines of its keys."""
    merged = {**POLICY, **body}
    pinned = {each.country: each for each in calendars}
    return Pinned("standard.yaml", merged["name"], merged["version"], merged, dict(places or {}), calendars=pinned)


def a_case(
    order: OrderTaken | None = None, policy: Pinned | None = None, *, others: tuple[Return, ...] = (),
    recent: tuple[datetime, ...] = (), record: Return | None = None,
) -> Case:  # fmt: skip
    return Case(
        order or an_order(), policy or a_policy(), PolicyRef("standard", 1, "sha256:11"), "lumi-7k3f", others, recent,
        record,
    )  # fmt: skip


def buyer(now: datetime = NOW) -> Moment:
    return Moment(now, Actor("ana", Role.BUYER))


def seller(now: datetime = NOW) -> Moment:
    return Moment(now, Actor("mei", Role.SELLER))


def platform(now: datetime = NOW) -> Moment:
    return Moment(now, Actor("tiktok", Role.PLATFORM))


def a_photo(name: str = "crack.jpg") -> Evidence:
    return Evidence(name.encode().hex().ljust(64, "0"), name, "image/jpeg", 48211, Role.BUYER, NOW)


def later(case: Case, by: timedelta = HOUR) -> datetime:
    """Some time after the last event of the case."""
    return case.stored.updated_at + by


def applied(case: Case, *, number: str = "R-000042", now: datetime = NOW, **wish: Any) -> Case:
    """With the return that these wishes make."""
    return case.having(workflow.apply(case, buyer(now), id=number, wish=Wish(**wish)).record)


def after(case: Case, step: Callable[..., Decision], moment: Moment | None = None, **facts: Any) -> Case:
    """With the return as the step leaves it, by the seller an hour later."""
    return case.having(step(case, moment or seller(later(case)), **facts).record)


def _overdue(case: Case) -> Case:
    due = case.stored.due
    assert due is not None
    return after(case, lapse, Moment(due.at, SYSTEM))


_GOODS_BACK = (workflow.approve, workflow.receive, workflow.inspect)
_PATHS: dict[str, tuple[Callable[..., Decision], ...]] = {
    "requested": (),
    "approved": (workflow.approve,),
    "in_transit": (workflow.approve, workflow.ship),
    "received": (workflow.approve, workflow.receive),
    "refund_due": _GOODS_BACK,
    "refunding": (*_GOODS_BACK, paying.intend),
    "refunded": (*_GOODS_BACK, paying.intend, paying.confirm),
    "replacement_due": _GOODS_BACK,
    "replaced": (*_GOODS_BACK, workflow.replace_goods),
    "rejected": (workflow.reject,),
    "disputed": (dispute.escalate,),
    "cancelled": (workflow.cancel,),
    "expired": (workflow.approve,),
    "closed": (workflow.reject,),
}
STATES = tuple(_PATHS)


def a_case_in(state: str, case: Case | None = None, **wish: Any) -> Case:
    """A case whose return was led by the workflow, hour by hour, into this state."""
    if state.startswith("replace"):
        wish["type"] = Kind.REPLACEMENT
    led = applied(case or a_case(), **wish)
    for step in _PATHS[state]:
        led = after(led, step)
    if state in ("expired", "closed"):
        led = _overdue(led)
    assert led.stored.state == state
    return led


def a_return(state: str = "received", case: Case | None = None, **wish: Any) -> Return:
    return a_case_in(state, case, **wish).stored


def beside(case: Case) -> Case:
    """The same order with this return among the others, and none of its own."""
    return replace(case, others=(*case.others, case.stored), record=None)


def as_order(order: OrderTaken) -> Order:
    """The order as an import stores it."""
    return Order(**{name: getattr(order, name) for name in Order.__struct_fields__})
