"""What a decision is made from, and what it is."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from returnctl.domain.order import Order
from returnctl.domain.policy import Pinned
from returnctl.domain.record import Return
from returnctl.domain.states import Role


class Actor(Struct, frozen=True):
    """Who does it: a name for people, and the side they stand on."""

    name: str
    role: Role


class Case(Struct, frozen=True):
    """All that a decision about one return may look at, loaded under the lock.

    `others` are the other returns of the order; `recent` the instants at which this buyer applied for any.
    """

    order: Order
    policy: Pinned
    shop_id: str
    others: tuple[Return, ...] = ()
    recent: tuple[datetime, ...] = ()
    record: Return | None = None


class Decision(Struct, frozen=True):
    """The new record, not committed yet; `events` are those it adds. Without events nothing changes."""

    record: Return
    events: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
