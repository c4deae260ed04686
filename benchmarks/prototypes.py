"""One return for each state, led there by the real workflow, with the shop's own policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from msgspec.structs import asdict

from returnctl.domain import dispute, paying, remarks, workflow
from returnctl.domain.automatic import SYSTEM
from returnctl.domain.case import Actor, Case, Decision, Moment
from returnctl.domain.eligibility import Wish
from returnctl.domain.lapse import lapse
from returnctl.domain.order import Buyer, Order, OrderLine, Payment, Shipping
from returnctl.domain.policy import Pinned
from returnctl.domain.record import Evidence, OrderTaken, PolicyRef, Return
from returnctl.domain.states import Kind, Role
from returnctl.storage.digests import hexdigest
from returnctl.storage.documents import order_digest

# The words of a prototype that each return has of its own; none is part of another.
ORDER, BUYER, NUMBER, PHOTO = "577000000000000000", "u_0000000", "R-000000", b"\xff\xd8\xff photo 0000000"
APPLIED = datetime(2026, 1, 10, 9, tzinfo=UTC)
SELLER = Actor("mei", Role.SELLER)

Step = Callable[..., Decision]
_BACK: tuple[Step, ...] = (workflow.approve, workflow.ship, workflow.receive, workflow.inspect)
_PAID: tuple[Step, ...] = (*_BACK, paying.intend, paying.confirm)
_GONE: tuple[Step, ...] = (*_BACK, workflow.replace_goods)
_ASKED: tuple[Step, ...] = (dispute.escalate,)
_EXPIRED: tuple[Step, ...] = (workflow.approve, lapse)
_CLOSED: tuple[Step, ...] = (workflow.reject, lapse)
# How many of a thousand stand in each state, and the steps that lead there. Most have ended.
MIX: dict[str, tuple[int, tuple[Step, ...]]] = {
    "requested": (20, ()),
    "approved": (20, (workflow.approve,)),
    "in_transit": (20, (workflow.approve, workflow.ship)),
    "received": (10, _BACK[:3]),
    "refund_due": (10, _BACK),
    "refunding": (5, (*_BACK, paying.intend)),
    "replacement_due": (5, _BACK),
    "rejected": (5, _CLOSED[:1]),
    "disputed": (5, _ASKED),
    "refunded": (500, _PAID),
    "replaced": (150, _GONE),
    "cancelled": (100, (workflow.cancel,)),
    "expired": (100, _EXPIRED),
    "closed": (50, _CLOSED),
}
_FACTS: dict[Step, dict[str, Any]] = {
    workflow.reject: {"reason": "not_eligible"},
    workflow.ship: {"carrier": "UPS", "tracking": f"1Z{ORDER}"},
    workflow.replace_goods: {"carrier": "UPS", "tracking": f"2Z{ORDER}"},
    dispute.escalate: {"claim": "damage_liability", "amount": Decimal("29.25"), "note": "it arrived broken"},
}


class Prototype(NamedTuple):
    record: Return
    events: tuple[str, ...]
    has_photo: bool


def an_order() -> Order:
    delivered = APPLIED - timedelta(days=3)
    lines = (
        OrderLine(
            line="1", sku="LUMI-LAMP-1", title="Desk lamp", quantity=3, net=Decimal("81.00"), tax=Decimal("6.75")
        ),
        OrderLine(line="2", sku="LUMI-BULB-4", title="LED bulb", quantity=1, net=Decimal("12.50"), tax=Decimal("1.03")),
    )
    return Order(
        id=ORDER, platform="tiktok", account="us-main", market="US", currency="USD",
        buyer=Buyer(BUYER, "Ana Diaz", "en"), ordered_at=delivered - timedelta(days=4),
        shipped_at=delivered - timedelta(days=2), delivered_at=delivered, lines=lines,
        shipping=Shipping(Decimal("5.00"), Decimal("0.40")),
        payments=(Payment(id="p1", method="Visa", amount=Decimal("106.68")),),
    )  # fmt: skip


def prototypes(pinned: Pinned, ref: PolicyRef, shop_id: str) -> Iterator[tuple[int, Prototype]]:
    """With how many of fifty thousand are like it; one of fifty shows a photo, and owes the buyer news of it."""
    order = an_order()
    case = Case(OrderTaken(**asdict(order), digest=order_digest(order)), pinned, ref, shop_id, (), ())
    for state, (share, steps) in MIX.items():
        yield share * 49, _led(case, state, steps, photo=False)
        yield share, _led(case, state, steps, photo=True)


def _led(case: Case, state: str, steps: tuple[Step, ...], *, photo: bool) -> Prototype:
    wish = Wish(
        {"1": 1}, Kind.REPLACEMENT if state.startswith("replace") else None, "damaged", "the shade is cracked",
        evidence=(_photo(),) if photo else (),
    )  # fmt: skip
    buyer = Moment(APPLIED, Actor("ana", Role.BUYER))
    decision = workflow.apply(case, buyer, id=NUMBER, wish=wish)
    events = [*decision.events]
    for step in steps if photo else (*steps, remarks.done):
        decision = _taken(case.having(decision.record), step)
        events += decision.events
    if decision.record.state != state:
        raise AssertionError(f"{state}: {decision.record.state}")
    return Prototype(decision.record, tuple(map(str, events)), photo)


def _taken(case: Case, step: Step) -> Decision:
    due, last = case.stored.due, case.stored.updated_at
    if step is lapse and due:
        return step(case, Moment(due.at, SYSTEM))
    return step(case, Moment(last + timedelta(hours=5), SELLER), **_FACTS.get(step, {}))


def _photo() -> Evidence:
    return Evidence(hexdigest(PHOTO), "crack.jpg", "image/jpeg", len(PHOTO), Role.BUYER, APPLIED)
