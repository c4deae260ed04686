"""The data in passing: the lock, what was left over, the journal's end, and what vouches for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from returnctl.shop.health import Finding, failed
from returnctl.shop.seals import newest
from returnctl.shop.shop import Shop
from returnctl.storage import glance, journal
from returnctl.storage.changes import Entry
from returnctl.storage.files import Folder
from returnctl.storage.glance import Probe

# No command works on one change as long as that; somebody stopped it, or it hangs.
_LONG = 3600


def lock(probe: Probe) -> Iterator[Finding]:
    if probe.is_unsure:
        yield Finding("lock", "unsure", "problem")
    if not probe.works:
        yield Finding("lock", "no_locks", "problem")
    elif probe.held and (probe.seconds or 0) > _LONG:
        yield Finding("lock", "locked_long", "warning", probe.held.facts)
    elif probe.held:
        yield failed("lock", probe.held)
    elif not probe.is_unsure:
        yield Finding("lock", "lock", "ok")


def left_over(data: Folder) -> Iterator[Finding]:
    """While nobody writes. Raises Damaged, SystemFailure."""
    staged, torn = glance.staged(data), glance.torn(data)
    if staged or journal.is_torn(data):
        yield Finding("journal", "unfinished_change", "warning", {"documents": staged})
    if torn:
        yield Finding("journal", "torn_lines", "note", {"paths": list(torn)})


def clock(last: Entry | None, now: datetime) -> Iterator[Finding]:
    """Deadlines are counted from now: a clock that went back finds none of them passed."""
    if last and now < last.at:
        yield Finding("clock", "clock_back", "warning", {"now": now, "last": last.at})
    else:
        yield Finding("clock", "clock", "ok", {"now": now})


def commits(last: Entry | None) -> Iterator[Finding]:
    facts = {"sequence": last.sequence if last else 0, "last": last.at if last else None}
    yield Finding("journal", "commits" if last else "no_commits", "ok", facts)


def seals(shop: Shop, last: Entry | None, now: datetime) -> Iterator[Finding]:
    """Raises BrokenSeal, NewerFormat."""
    seal, sequence = newest(shop), last.sequence if last else 0
    if seal is None:
        yield Finding("seals", "no_seal", "note")
    elif seal.sequence > sequence:
        yield Finding("seals", "older_than_seal", "problem", {"sequence": sequence, "sealed": seal.sequence})
    else:
        behind = sequence - seal.sequence
        facts = {"days": max(0, (now - seal.at).days), "commits": behind}
        yield Finding("seals", "seal", "note" if behind else "ok", facts)
