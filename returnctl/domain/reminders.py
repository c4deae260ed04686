"""When the sweep looks at a return again, and what it reminds of meanwhile.

Before a due comes, at the policy's `remind_before`; once it is over and nothing follows by itself, at that instant
and every 24 hours from it. Nobody is reminded before the time in which a buyer may dispute, or a platform decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from returnctl.domain.calendar import DAY
from returnctl.domain.record import Due, Return
from returnctl.domain.states import Role

APPEAL = "appeal"
_NOT_BEFORE = frozenset({"dispute", "platform"})


def wakes_at(record: Return) -> datetime | None:
    """When the sweep next has something to do; documents of before know it by their due alone."""
    if record.sweep_at or record.due is None or record.due.lapsed:
        return record.sweep_at
    return record.due.at


def next_wake(record: Return, hours: tuple[int, ...], now: datetime) -> datetime | None:
    """The next instant after `now` at which something is due or to be reminded of."""
    return min((x for due in _dues(record) if (x := _next(due, hours, now)) is not None), default=None)


def called(record: Return, hours: tuple[int, ...], now: datetime) -> Due | None:
    """What is to be reminded of now: the due itself before what else runs."""
    since = wakes_at(record)
    for due in _dues(record):
        if since and (due.at <= now or any(since <= at <= now for at in _before(due, hours))):
            return due
    return None


def _dues(record: Return) -> Iterator[Due]:
    if record.due and not record.due.lapsed:
        yield record.due
    if record.dispute and record.dispute.appeal_until:
        yield Due(APPEAL, Role.SELLER, record.dispute.appeal_until, "remind")


def _next(due: Due, hours: tuple[int, ...], now: datetime) -> datetime | None:
    if now < due.at:
        return min((at for at in _before(due, hours) if at > now), default=None if due.action == APPEAL else due.at)
    return None if due.action == APPEAL else due.at + ((now - due.at) // DAY + 1) * DAY


def _before(due: Due, hours: tuple[int, ...]) -> Iterator[datetime]:
    return (due.at - timedelta(hours=x) for x in hours if due.action not in _NOT_BEFORE)
