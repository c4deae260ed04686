"""Removing buyers from what ended: returns, then their orders in the imports, then evidence that nobody names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime

from returnctl.domain.anonymize import NOBODY, anonymize, order_without_buyer
from returnctl.domain.order import Order
from returnctl.domain.states import ENDED, Role
from returnctl.shop.batches import in_batches
from returnctl.shop.road import Done, Road
from returnctl.storage.changes import Query
from returnctl.storage.head import Head
from returnctl.storage.layout import RETURNS, number_of
from returnctl.storage.snapshot import Snapshot

_SHA256 = re.compile(rb'"sha256": "([0-9a-f]{64})"')
# Returns that are read under one lock, before others may write again.
_PORTION = 500


def anonymize_returns(road: Road, before: datetime, stopped: Callable[[], bool]) -> Iterator[Done]:
    """A result for each return that has something of its buyer, or that cannot be read."""
    jobs = (road.job(ended, anonymize, Role.SELLER, before=before) for ended in _ended(road, before))
    return (done for done in in_batches(road, jobs, stopped, apart=True) if done.failure or done.result.events)


def _ended(road: Road, before: datetime) -> list[str]:
    with road.reading() as snapshot:
        ended = snapshot.summaries(Query(states=tuple(sorted(ENDED))))
        return [each.id for each in ended if each.updated < before]


def clear(road: Road, *, anew: bool) -> tuple[int, int]:
    """The orders of those returns and the files that only they named: how many of each were cleared.

    It can be stopped and done again. What was in the index goes with it, or because returns went (`anew`).
    """
    orders, files = _clear_orders(road), _remove_files(road)
    if anew or orders or files:
        road.shop.store.make_index_anew(road.request.lock_timeout)
    return orders, files


def _clear_orders(road: Road) -> int:
    """The orders, in every import that holds them, whose returns all went this way."""
    with road.reading() as snapshot:
        any_ = any(snapshot.summaries(Query(buyer=NOBODY.id, limit=1)))
        batches = list(snapshot.batches()) if any_ else []
    return sum(_clear_batch(road, batch) for batch in batches)


def _clear_batch(road: Road, batch: int) -> int:
    with road.writing() as writer:
        found = writer.get_batch(batch)
        cleared = tuple(_cleared(writer, order) for order in found)
        count = sum(order != before for order, before in zip(cleared, found, strict=True))
        if count:
            writer.commit(road.line(road.moment(Role.SELLER), batches={batch: cleared}))
        return count


def _cleared(snapshot: Snapshot, order: Order) -> Order:
    return order_without_buyer(order) if snapshot.is_of_only(NOBODY.id, order.id) else order


def _remove_files(road: Road) -> int:
    """Evidence that no return names. They are read while others work; what changed since is read under the lock."""
    named, head = _named(road)
    with road.writing() as writer:
        changed = (path for _, _, entry in writer.entries(head) for path in entry.documents)
        named.update(*(_files_in(writer, path) for path in changed if path.startswith(RETURNS)))
        left = tuple(sha256 for sha256 in writer.evidence() if sha256 not in named)
        if left:
            writer.commit(road.line(road.moment(Role.SELLER), removed=left))
        return len(left)


def _named(road: Road) -> tuple[set[str], Head]:
    with road.reading() as snapshot:
        head = snapshot.head()
    named: set[str] = set()
    last = 0
    while True:
        with road.reading() as snapshot:
            ids = snapshot.ids_after(last, _PORTION)
            named.update(*(_files_of(snapshot, each) for each in ids))
        if not ids:
            return named, head
        last = number_of(ids[-1]) or 0


def _files_in(snapshot: Snapshot, path: str) -> Iterator[str]:
    return _files_of(snapshot, path.rpartition("/")[2].removesuffix(".json"))


def _files_of(snapshot: Snapshot, return_id: str) -> Iterator[str]:
    """Every SHA-256 that the document names: it is not read as a whole, since there may be a million."""
    return (found.decode() for found in _SHA256.findall(snapshot.raw_return(return_id)))
