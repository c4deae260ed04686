"""Small documents for tests of the store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec.structs import asdict, replace

from returnctl.domain.calendar import WorkCalendar
from returnctl.domain.order import Buyer, Order, OrderLine
from returnctl.domain.policy import Pinned
from returnctl.domain.record import Due, Happened, Line, OrderTaken, PolicyRef, Reason, Return
from returnctl.domain.settlement import Settled
from returnctl.domain.states import Kind, Role, State
from returnctl.storage.changes import Change
from returnctl.storage.store import Store

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


def an_order(order_id: str = "5764001", **changes: Any) -> Order:
    line = OrderLine(line="1", sku="LUMI-LAMP-1", quantity=3, net=Decimal("81.00"), tax=Decimal("6.75"))
    order = Order(
        id=order_id,
        market="US",
        currency="USD",
        buyer=Buyer("u_1", "Ana Diaz"),
        ordered_at=NOW - 48 * HOUR,
        lines=(line,),
    )
    return replace(order, **changes)


def a_return(return_id: str = "R-000001", order: Order | None = None, **changes: Any) -> Return:
    order = order or an_order()
    record = Return(
        id=return_id,
        state=State.REQUESTED,
        type=Kind.RETURN_AND_REFUND,
        order=OrderTaken(**asdict(order), digest="sha256:" + "1" * 64),
        currency="USD",
        policy=PolicyRef("standard", 1, "sha256:" + "2" * 64),
        buyer=order.buyer,
        reason=Reason("damaged"),
        lines=(Line("1", "LUMI-LAMP-1", 1),),
        due=Due("review", Role.SELLER, NOW + 48 * HOUR, "remind"),
        history=(Happened(at=NOW, by="ana", role=Role.BUYER, event="apply", from_=None, to=State.REQUESTED),),
    )
    return replace(record, **changes)


def a_row(order_id: str = "5764001", **changes: Any) -> Settled:
    """A refund that was settled."""
    row = Settled(
        id=order_id, order=order_id, kind="refund", type="Refund", currency="USD", total=Decimal("-29.25"),
        customer_refund=Decimal("-29.25"), settled_at=NOW, file="income.csv", row=2,
    )  # fmt: skip
    return replace(row, **changes)


def a_policy(**changes: Any) -> Pinned:
    days = frozenset(datetime(2026, 1, day, tzinfo=UTC).date() for day in range(1, 20))
    pinned = Pinned(
        source="standard.yaml", name="standard", version=1, body={"reasons": {"b": 1, "a": 2}}, places={"name": 2},
        calendars={"US": WorkCalendar(country="US", first=2026, last=2027, holidays=days)},
    )  # fmt: skip
    return replace(pinned, **changes)


def a_change(*returns: Return, **more: Any) -> Change:
    said = {"at": NOW, "by": "mei", "role": "seller", "command": "approve"}
    return Change(**{**said, "returns": returns, "events": tuple((x.id, "apply") for x in returns), **more})


def a_store(root: Path, *returns: Return, **more: Any) -> Store:
    """A store that holds one commit, or none."""
    store = Store.create(root)
    if returns or more:
        commit(store, a_change(*returns, **more))
    return store


def commit(store: Store, change: Change) -> list[str]:
    with store.writing("mei: test") as writer:
        writer.commit(change)
        return writer.warnings
