"""What a commit owes outside the house: to tell the buyer, to act on the platform."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from returnctl.domain.record import Happened, Owed, Return
from returnctl.domain.states import Event, Role, State

# The notices, by what happened and where it led.
_TELLS: dict[tuple[str, State], str] = {
    (Event.APPLY, State.REQUESTED): "applied",
    (Event.APPROVE, State.APPROVED): "approved",
    (Event.APPROVE, State.REFUND_DUE): "approved",
    (Event.APPROVE, State.REPLACEMENT_DUE): "approved",
    (Event.REJECT, State.REJECTED): "rejected",
    (Event.RECEIVE, State.RECEIVED): "received",
    (Event.INSPECT, State.REJECTED): "rejected",
    (Event.CONFIRM, State.REFUNDED): "refunded",
    (Event.REPLACE, State.REPLACED): "replaced",
    (Event.EXPIRE, State.EXPIRED): "expired",
    (Event.CLOSE, State.CLOSED): "closed",
}
# Decisions that a platform which runs the return must hear of.
_ACTS = frozenset({Event.APPROVE, Event.REJECT, Event.INSPECT, Event.CONFIRM})


def owes(record: Return, entry: Happened, shop_id: str) -> Iterator[Owed]:
    """What `entry`, the last of the record's history, owes. The key is made from the event."""
    stem = f"{shop_id}/{record.id}/{len(record.history)}"
    notice = _notice(entry)
    if notice:
        yield Owed(f"{stem}/{notice}", "tell")
    if record.external and entry.event in _ACTS and entry.role is not Role.PLATFORM:
        yield Owed(f"{stem}/{entry.event}", "act")


def _notice(entry: Happened) -> str | None:
    if entry.event == Event.RESOLVE:
        return "decided"
    if entry.event == Event.MESSAGE:
        return "message" if entry.role is Role.SELLER else None
    return _TELLS.get((entry.event, entry.to))


def open_owed(record: Return) -> tuple[Owed, ...]:
    return tuple(owed for owed in record.owed if owed.status == "open")


def booked(record: Return) -> tuple[Owed, ...]:
    """All that is open, as done by hand."""
    return tuple(
        replace(owed, status="done", attempts=owed.attempts + 1) if owed.status == "open" else owed
        for owed in record.owed
    )
