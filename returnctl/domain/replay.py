"""Whether a return can have come about as it says: its history by the table, its sums."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from returnctl.domain.record import Happened, Return
from returnctl.domain.states import ANYWHERE, PASSING, TRANSITIONS, Event, Role, State

# In the journal, not in the history.
_SILENT = frozenset({Event.TRY, Event.SEEN})
_STAYING = frozenset(ANYWHERE) - {Event.UNDO} | {Event.ANONYMIZE} | PASSING


def faults(record: Return, committed: Sequence[str]) -> Iterator[str]:
    """What does not hold, by its code. `committed` are the events that the journal has of this return, in order."""
    if [entry.event for entry in record.history] != [event for event in committed if event not in _SILENT]:
        yield "other_events"
    if record.revision != len(committed):
        yield "other_revision"
    yield from history_faults(record)
    yield from sum_faults(record)


def history_faults(record: Return) -> Iterator[str]:
    history = record.history
    if not history or history[0].event != Event.APPLY or history[0].from_ is not None:
        yield "no_beginning"
        return
    if any(after.at < before.at for before, after in pairwise(history)):
        yield "time_goes_back"
    if not _leads(history):
        yield "wrong_way"
    if history[-1].to is not record.state:
        yield "other_state"


def _leads(history: Iterable[Happened]) -> bool:
    """Whether each step follows the one before and is one of the table."""
    standing: list[Happened] = []
    state: State | None = None
    for entry in history:
        if entry.from_ is not state or not _allowed(entry, standing):
            return False
        state = entry.to
        if entry.event == Event.UNDO:
            standing.pop()
        elif entry.event not in PASSING:
            standing.append(entry)
    return True


def _allowed(entry: Happened, standing: Sequence[Happened]) -> bool:
    if entry.event == Event.APPLY:
        return not standing and entry.to is State.REQUESTED
    if entry.event == Event.UNDO:
        return len(standing) > 1 and entry.to is standing[-1].from_
    if entry.event in _STAYING:
        return entry.from_ is entry.to
    if entry.event == Event.OBSERVE:
        return bool(standing) and entry.role is Role.PLATFORM
    if entry.event == Event.AMEND:
        return True
    return any(
        state is entry.from_ and event == entry.event and entry.to in leads
        for (state, event), leads in TRANSITIONS.items()
    )


def sum_faults(record: Return) -> Iterator[str]:
    worksheet = record.breakdown
    if worksheet:
        parts = [*((x.net, x.tax, x.amount) for x in worksheet.lines)]
        sums = [sum((part[at] for part in parts), Decimal(0)) for at in range(3)]
        whole = [worksheet.net, worksheet.tax, worksheet.total]
        if sums != whole or any(net + tax != amount for net, tax, amount in [*parts, tuple(whole)]):
            yield "wrong_sums"
    if any(x.net + x.tax != (x.amount if x.confirmed is None else x.confirmed) for x in record.refunds):
        yield "wrong_payment"
