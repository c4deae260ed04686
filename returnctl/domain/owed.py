"""What a commit owes outside the house: to tell the buyer, to act on the platform."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Literal, NamedTuple, TypeVar

from msgspec.structs import replace

from returnctl.domain.case import Case, Decision, Moment
from returnctl.domain.record import Happened, Owed, Refund, Return
from returnctl.domain.states import Event, Role, State

Tried = TypeVar("Tried", Owed, Refund)

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
    (Event.ACCEPT, State.REFUND_DUE): "agreed",
}
# What one side says to the other: the buyer knows their own.
_SAID: dict[str, str] = {Event.MESSAGE: "message", Event.OFFER: "offer", Event.DECLINE: "declined"}
# To whom the reminder of a due goes; the seller reads the list of what to do, so theirs is for hooks alone.
_REMINDERS = {Role.BUYER: "remind_buyer"}
_REMIND_SELLER = "remind_seller"
# The buyer is asked how it went once a return ends so.
_ASKED_AFTER = frozenset({State.REFUNDED, State.REPLACED, State.CLOSED})
_FEEDBACK = "feedback"
# Decisions that a platform which runs the return must hear of.
_ACTS = frozenset({Event.APPROVE, Event.REJECT, Event.INSPECT, Event.CONFIRM, Event.CONVERT})
# The same, where it is the seller who says it.
_ANSWERS = frozenset({Event.OFFER, Event.ACCEPT, Event.DECLINE})


def owes(record: Return, entry: Happened, shop_id: str) -> Iterator[Owed]:
    """What `entry`, the last of the record's history, owes. The key is made from the event."""
    stem = f"{shop_id}/{record.id}/{len(record.history)}"
    notice = _notice(entry)
    if notice:
        yield Owed(f"{stem}/{notice}", "tell")
    if _ends(entry) and not _is_asked(record):
        yield Owed(f"{stem}/{_FEEDBACK}", "tell")
    if record.external and _is_act(entry):
        yield Owed(f"{stem}/{entry.event}", "act")


def _ends(entry: Happened) -> bool:
    """Of what a platform reports to have ended, it asks itself."""
    return entry.to in _ASKED_AFTER and entry.from_ is not entry.to and entry.event != Event.OBSERVE


def _is_act(entry: Happened) -> bool:
    by_us = entry.role is not Role.PLATFORM
    return (entry.event in _ACTS and by_us) or (entry.event in _ANSWERS and entry.role is Role.SELLER)


def _notice(entry: Happened) -> str | None:
    if entry.event == Event.RESOLVE:
        return "decided"
    if entry.event == Event.REMIND:
        return _REMINDERS.get(entry.facts["by"], _REMIND_SELLER)
    if entry.event in _SAID:
        return _SAID[entry.event] if entry.role is Role.SELLER else None
    return _TELLS.get((entry.event, entry.to))


def _is_asked(record: Return) -> bool:
    """Once is enough, however often it ends."""
    asked = any(owed.what == _FEEDBACK and owed.status != "withdrawn" for owed in record.owed)
    return asked or record.feedback is not None


def is_shown_by_platform(owed: Owed) -> bool:
    """Decisions and how they ended; what was said and what is waited for is told by us alone."""
    return owed.kind == "act" or not (is_reminder(owed) or owed.what == Event.MESSAGE)


def is_to_seller(owed: Owed) -> bool:
    return owed.what == _REMIND_SELLER


def is_open(owed: Owed) -> bool:
    """Whether it is still wanted; what a hook declined is for people."""
    return owed.status in ("open", "declined")


def is_open_act(owed: Owed) -> bool:
    """Whether it is to be carried out on a platform yet."""
    return owed.kind == "act" and is_open(owed)


def is_reminder(owed: Owed) -> bool:
    return owed.what in (_REMIND_SELLER, *_REMINDERS.values())


def open_owed(record: Return) -> tuple[Owed, ...]:
    """What people still have to see to."""
    return tuple(owed for owed in record.owed if is_open(owed) and not is_to_seller(owed))


def names_of(owed: Owed) -> tuple[str, str]:
    """What it is, as `message`, and which one, as `7/message`."""
    return owed.what, f"{owed.entry}/{owed.what}"


def called(record: Return, owed: Owed) -> str:
    """The shortest name that means this one alone of what people still have to see to."""
    what, one = names_of(owed)
    return one if [each.what for each in open_owed(record)].count(what) > 1 else what


def without_reminders(owed: tuple[Owed, ...]) -> tuple[Owed, ...]:
    """Those that nobody carried out yet are not to be any more."""
    return tuple(withdrawn(x) if is_open(x) and is_reminder(x) else x for x in owed)


def without_asking(owed: tuple[Owed, ...]) -> tuple[Owed, ...]:
    """Who has said how it went is not asked any more."""
    return _without(owed, {_FEEDBACK})


def without_offers(owed: tuple[Owed, ...]) -> tuple[Owed, ...]:
    """An offer that does not wait for an answer any more is not told."""
    return _without(owed, {Event.OFFER})


def _without(owed: tuple[Owed, ...], moot: Collection[str]) -> tuple[Owed, ...]:
    return tuple(withdrawn(x) if is_open(x) and x.what in moot and x.kind == "tell" else x for x in owed)


def withdrawn(owed: Owed) -> Owed:
    """It stays known by its key, so that no late answer to it is a surprise."""
    return replace(owed, status="withdrawn")


def made_moot(old: tuple[Owed, ...], new: tuple[Owed, ...]) -> list[str]:
    """The keys of what people need not see to any more, though nobody did; reminders come and go with their due."""
    pairs = zip(old, new, strict=False)
    return [x.key for was, x in pairs if is_open(was) and x.status == "withdrawn" and not is_reminder(x)]


def booked(record: Return, keys: Collection[str]) -> tuple[Owed, ...]:
    """With these as done by hand."""
    return tuple(
        replace(owed, status="done", attempts=owed.attempts + 1) if owed.key in keys else owed for owed in record.owed
    )


class Task(NamedTuple):
    """What a hook is to carry out, under the key that stands for it whenever it is asked again."""

    key: str
    kind: Literal["pay", "tell", "act"]
    attempts: int


def tasks(record: Return, kinds: Collection[str], after: int = 0) -> tuple[Task, ...]:
    """What is open of these kinds; what is to be told and done, as far as an event behind the `after`-th owes it."""
    payments = (Task(x.key, "pay", x.attempts) for x in record.refunds if x.status == "pending" and "pay" in kinds)
    owed = (x for x in record.owed if x.status == "open" and x.kind in kinds and x.entry > after)
    return (*payments, *(Task(x.key, x.kind, x.attempts) for x in owed))


def attempt(case: Case, _: Moment, *, kinds: Collection[str], after: int = 0) -> Decision:
    """Committed before a hook is asked: from here on it may have been carried out, whatever becomes of us."""
    record = case.stored
    keys = {task.key for task in tasks(record, kinds, after)}
    if not keys:
        return Decision(record)
    owed = tuple(_tried(x) if x.key in keys else x for x in record.owed)
    refunds = tuple(_tried(x) if x.key in keys else x for x in record.refunds)
    return Decision(replace(record, owed=owed, refunds=refunds, revision=record.revision + 1), (Event.TRY,))


def _tried(task: Tried) -> Tried:
    return replace(task, attempts=task.attempts + 1)


def settled(record: Return, key: str, status: Literal["done", "declined"]) -> tuple[Owed, ...]:
    """With the outcome of one task. A late no changes nothing of what people settled meanwhile."""
    over = ("done",) if status == "done" else ("done", "withdrawn")
    return tuple(replace(x, status=status) if x.key == key and x.status not in over else x for x in record.owed)
