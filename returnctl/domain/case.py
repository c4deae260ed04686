"""What a decision is made from, and what it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Concatenate, ParamSpec

from msgspec import Struct
from msgspec.structs import replace

from returnctl.domain.policy import Pinned
from returnctl.domain.record import OrderTaken, PolicyRef, Return
from returnctl.domain.states import Role
from returnctl.domain.terms import Asked, Resolved, resolve

P = ParamSpec("P")


class Actor(Struct, frozen=True):
    """Who does it: a name for people, and the side they stand on."""

    name: str
    role: Role


class Moment(Struct, frozen=True):
    """When something is done, UTC, and by whom."""

    now: datetime
    by: Actor


class Case(Struct, frozen=True):
    """All that a decision about one return may look at, loaded under the lock.

    `others` are the other returns of the order; `recent` the instants at which this buyer applied for any.
    """

    order: OrderTaken
    policy: Pinned
    ref: PolicyRef
    shop_id: str
    others: tuple[Return, ...] = ()
    recent: tuple[datetime, ...] = ()
    record: Return | None = None

    @property
    def stored(self) -> Return:
        if self.record is None:
            raise TypeError("no return has been made in this case yet")
        return self.record

    def at(self, moment: Moment) -> datetime:
        """When it is done: within a return nothing is earlier than the event before it."""
        return max(moment.now, self.stored.updated_at)

    def having(self, record: Return) -> Case:
        return replace(self, record=record)

    def rules(self) -> Resolved:
        """The terms of the whole return, by what was asked for in its application."""
        return resolve(self.policy, self.asked())

    def asked(self) -> Asked:
        units = {line.line: line.requested for line in self.stored.lines}
        reason = self.stored.reason
        return Asked(self.order, reason.fault, reason.code, self.order.price_of(units).amount)


class Decision(Struct, frozen=True):
    """The new record, not committed yet; `events` are those it adds. Without events nothing changes."""

    record: Return
    events: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def then(
        self, case: Case, step: Callable[Concatenate[Case, P], Decision], *args: P.args, **kwargs: P.kwargs
    ) -> Decision:
        """One decision of this step and a further one."""
        after = step(case.having(self.record), *args, **kwargs)
        warnings = dict.fromkeys(self.warnings + after.warnings)
        return Decision(after.record, self.events + after.events, tuple(warnings))
