"""Dues that were missed, or nearly: kept on the return, since of a due that was answered nothing else is left."""

from __future__ import annotations

from datetime import datetime

from returnctl.domain.record import Due, Happened, Late, Return, standing
from returnctl.domain.states import Event, Role

# The time in which a buyer may dispute binds nobody; a platform's time to decide is not for us to watch.
_RIGHTS = frozenset({"dispute", "platform"})
# Of the time that a due gives, the last part so large is near its end.
NEAR = 10
# A payment that was begun is no answer yet.
_SAME = {"confirm": "refund"}


def kept(old: Return, new: Return, entry: Happened) -> tuple[Late, ...]:
    """What is known of late answers after `entry`, which led from `old` to `new`.

    When a platform's decision was made its report does not say, so no report is late.
    """
    if new.late != old.late or entry.event in (Event.UNDO, Event.DUE, Event.AMEND) or entry.role is Role.PLATFORM:
        return new.late
    due = old.due
    if due is None or due.lapsed or not _answered(due, new.due):
        return new.late
    found = _late(due, _opened(old), entry.at)
    return (*new.late, found) if found else new.late


def _answered(due: Due, after: Due | None) -> bool:
    """Also by passing time: what follows a due is no answer in time."""
    return due.action not in _RIGHTS and (after is None or after.lapsed or _named(after) != _named(due))


def _named(due: Due) -> str:
    return _SAME.get(due.action, due.action)


def _late(due: Due, opened: datetime, at: datetime) -> Late | None:
    missed = at >= due.at
    if not missed and (due.at - at) * NEAR > due.at - opened:
        return None
    return Late(_named(due), due.by, due.at, near=not missed)


def _opened(record: Return) -> datetime:
    """When the step was taken that the due follows."""
    stood = standing(record.history)
    return next((entry.at for entry in reversed(stood) if entry.from_ != entry.to), record.applied_at)
