"""What presses: the groups in which a seller looks at the returns in the morning."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from returnctl.domain.record import Due
from returnctl.domain.states import Role


class Group(StrEnum):
    """In the order in which they are looked at."""

    OVERDUE = "overdue"
    TODAY = "today"
    LATER = "later"
    WAITING = "waiting"
    OWED = "owed"


PRESSING = frozenset({Group.OVERDUE, Group.TODAY})


class Day(NamedTuple):
    """Now, and the end of the local day: what is due at that very instant is due today."""

    now: datetime
    ends: datetime


class Tally(NamedTuple):
    """How many there are of each group, and by currency what the pressing ones come to."""

    counts: Mapping[Group, int]
    at_stake: Mapping[str, Decimal]

    def groups(self) -> tuple[Group, ...]:
        """Those in which there is something."""
        return tuple(group for group in Group if self.counts.get(group))


def group_of(waits: Due | None, day: Day) -> Group:
    """The group of a return with this due.

    A buyer's step that has passed is overdue only where it merely reminds: what else follows from it the sweep
    carries out, and until then there is nothing for the seller to do.
    """
    if waits is None:
        return Group.OWED
    if waits.by is Role.BUYER and (waits.at > day.now or waits.then != "remind"):
        return Group.WAITING
    if waits.at <= day.now:
        return Group.OVERDUE
    return Group.TODAY if waits.at <= day.ends else Group.LATER


def is_for_the_seller(waits: Due | None, day: Day) -> bool:
    """Whether the seller has to act: on a step of its own, or on one that another side has let pass."""
    return waits is not None and (waits.by is Role.SELLER or group_of(waits, day) is Group.OVERDUE)
