"""Bringing the index to the end of the journal: from the journal's tail where it can be, else anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import groupby
from typing import NamedTuple

from returnctl.domain.order import Order
from returnctl.domain.record import Return
from returnctl.domain.settlement import Settled
from returnctl.errors import Damaged, Failure
from returnctl.storage import documents, journal, rows
from returnctl.storage.digests import expect_many
from returnctl.storage.files import Folder
from returnctl.storage.head import Head
from returnctl.storage.index import BROKEN, Index
from returnctl.storage.layout import JOURNAL, READ, RETURNS, SETTLEMENTS, batch_of, number_of, shown
from returnctl.storage.staging import folders_of

# Told how many documents were read so far, and of how many.
Progress = Callable[[int, int], None]


class Batch(NamedTuple):
    """The orders of one import, with their lines."""

    lines: list[bytes]
    orders: list[Order]

    def put(self, index: Index, batch: int) -> int:
        """Into the index; gives how many they are."""
        index.put_orders(rows.batch_rows(batch, self.orders, self.lines))
        return len(self.orders)


class SettledBatch(NamedTuple):
    """The rows of settlements of one import, with their lines."""

    lines: list[bytes]
    settled: list[Settled]

    def put(self, index: Index, batch: int) -> int:
        """Into the index; gives how many they are."""
        index.put_settled(rows.settled_rows(batch, self.settled, self.lines))
        return len(self.settled)


Found = Return | Batch | SettledBatch


_PORTION = 1000
# A rebuild of so many is worth two fsyncs, so that a restart of the machine does not call for the next.
_MANY = 10_000


def brought_up(data: Folder, known: Index | None, progress: Progress | None) -> Index:
    """The index at the journal's end, in memory where its file cannot be written. The lock is held.

    Raises Damaged, SystemFailure.
    """
    with suppress(*BROKEN):
        if known and known.head().is_passed(data):
            _fill(known, data, progress)
            return known
    if known:
        known.close()
    with suppress(*BROKEN, OSError):
        index = Index.make(data)
        if _fill(index, data, progress) > _MANY:
            index.sync()
        return index
    return in_memory(data, progress)


def in_memory(data: Folder, progress: Progress | None) -> Index:
    """A new index for this process alone."""
    index = Index.make(None)
    _fill(index, data, progress)
    return index


def _fill(index: Index, data: Folder, progress: Progress | None) -> int:
    """Gives the number of documents that were looked at."""
    with index.change():
        head = index.head()
        for place, end, entry in journal.entries(data, head):
            index.put_documents(entry.documents, place, unread=True)
            index.drop_documents(entry.removed)
            index.put_keys((key, request, bytes(result)) for key, (request, result) in entry.keys.items())
            head = Head(end, entry.sequence, entry.digest, entry.counter, folders_of(entry.documents))
        _refuse_loss(data, head)
        index.set_head(head)
        count = _read_unread(index, data, progress)
        index.finish()
        return count


def _refuse_loss(data: Folder, head: Head) -> None:
    """A journal that lost lines does not know returns that are there: their numbers would be given again."""
    folders = data.names(RETURNS.rstrip("/"))
    last = max(folders, key=lambda name: (len(name), name), default=None)
    names = data.names(f"{RETURNS}{last}") if last else []
    if any((number_of(name.removesuffix(".json")) or 0) > head.counter for name in names):
        raise Damaged(path=shown(JOURNAL), why="shorter")


def _read_unread(index: Index, data: Folder, progress: Progress | None) -> int:
    done, path, count = 0, "", index.count_unread()
    if count > _PORTION:
        expect_many()
    while portion := index.documents(path, _PORTION, unread=True):
        _read(index, data, portion)
        done, path = done + len(portion), portion[-1][0]
        if progress:
            progress(done, count)
    return done


def _read(index: Index, data: Folder, portion: list[tuple[str, str]]) -> None:
    """Make the rows of documents. One that is damaged stays unread, so that who needs it is told."""
    known, records = [], []
    for path, found in _found(data, portion):
        known.append(path)
        if isinstance(found, Return):
            records.append(found)
        else:
            found.put(index, batch_of(path))
    index.put_returns(list(map(rows.return_row, records)), rows.parcels(records))
    index.put_read(known)


def _found(data: Folder, portion: list[tuple[str, str]]) -> Iterator[tuple[str, Found]]:
    """Folder by folder, each opened once. Those that can be read."""
    for where, inside in groupby(portion, key=lambda each: each[0].rpartition("/")[0]):
        with suppress(Failure, OSError), data.folder(where) as folder:
            for path, committed in inside:
                with suppress(Failure):
                    content = folder.read_committed(path.rpartition("/")[2], committed)
                    yield path, _typed(content, path)


def load(data: Folder, path: str, committed: str) -> Found:
    """Raises Damaged, NewerFormat, SystemFailure."""
    return _typed(data.read_committed(path, committed), path)


def _typed(content: bytes, path: str) -> Found:
    if not path.startswith(READ):
        return documents.decode(content, path, Return)
    lines = content.splitlines(keepends=True)
    if path.startswith(SETTLEMENTS):
        return SettledBatch(lines, [documents.decode(line, path, Settled) for line in lines])
    return Batch(lines, [documents.decode(line, path, Order) for line in lines])
