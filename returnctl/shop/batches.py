"""Many requests, many of them a commit, so that they share what it costs. The lock is free between two commits."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice

from msgspec.structs import replace

from returnctl.errors import Failure
from returnctl.shop.draft import Draft, Records
from returnctl.shop.road import Done, Job, Planned, Road, failed, warned
from returnctl.storage.changes import Change
from returnctl.storage.digests import expect_many
from returnctl.storage.snapshot import Snapshot
from returnctl.storage.writer import Writer

# So many are read before the lock is taken; it is held for some half a second of deciding at the most.
_PORTION = 500
_BYTES = 32 * 1024 * 1024
_SECONDS = 0.5


class Foreseen:
    """What a dry run decided so far: it is never committed, so what is decided later sees it here only.

    `records` is where the returns are held, if they may be too many for a dictionary.
    """

    def __init__(self, records: Records | None = None) -> None:
        self._draft: Draft | None = None
        self._records = records

    def over(self, snapshot: Snapshot) -> Draft:
        self._draft = self._draft.over(snapshot) if self._draft else Draft(snapshot, self._records)
        return self._draft


def in_batches(
    road: Road,
    jobs: Iterable[Job],
    stopped: Callable[[], bool] = lambda: False,
    *,
    apart: bool = False,
    foreseen: Foreseen | None = None,
) -> Iterator[Done]:
    """A result for each, after its commit. Once `stopped` says so no further commit is begun.

    `apart`: no decision looks at what another of them changes, so a dry run need not keep them. `foreseen` goes on
    with those of an earlier call.
    """
    waiting, left, foreseen = deque[Job](), iter(jobs), foreseen or Foreseen()
    keep = road.request.dry_run and not apart
    while not stopped() and (waiting or _fill(waiting, left)):
        try:
            with road.writing() as writer:
                draft = foreseen.over(writer) if keep else Draft(writer)
                done = _committed(road, writer, _planned(road, draft, waiting))
        except Failure as failure:
            # No writer was to be had: to wait as long for each of the others would help nobody.
            done = [failed(job.name, failure, job.row) for job in chain(waiting, left)]
            waiting.clear()
        yield from done


def _fill(waiting: deque[Job], left: Iterator[Job]) -> bool:
    held = 0
    for job in islice(left, _PORTION):
        waiting.append(job)
        held += job.weight
        if held > _BYTES:
            break
    if len(waiting) == _PORTION:
        expect_many()
    return bool(waiting)


def _planned(road: Road, draft: Draft, waiting: deque[Job]) -> list[Planned]:
    planned = list[Planned]()
    until = time.monotonic() + _SECONDS
    while waiting and (not planned or time.monotonic() < until):
        each = road.planned(draft, waiting.popleft())
        planned.append(each)
        if each.change:
            draft.put(each.change)
    return planned


def _committed(road: Road, writer: Writer, planned: list[Planned]) -> list[Done]:
    changes = [each.change for each in planned if each.change]
    if not changes or road.request.dry_run:
        return [each.done for each in planned]
    try:
        writer.commit(_merged(changes))
    except Failure as failure:
        return [failed(x.done.result.id, failure, x.done.result.row) if x.change else x.done for x in planned]
    return [warned(each.done, *writer.warnings) if each.change else each.done for each in planned]


def _merged(changes: list[Change]) -> Change:
    """One commit of all, each return as the last of them leaves it."""
    returns = {record.id: record for change in changes for record in change.returns}
    return replace(
        changes[0],
        events=tuple(event for change in changes for event in change.events),
        returns=tuple(returns.values()),
        pinned=tuple({id(each): each for change in changes for each in change.pinned}.values()),
        files=tuple(file for change in changes for file in change.files),
        keys={key: answer for change in changes for key, answer in change.keys.items()},
        refused=tuple(each for change in changes for each in change.refused),
    )
