"""Bringing the index to the end of the journal: from the journal's tail where it can be, else anew."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from returnctl.domain.order import Order
from returnctl.domain.record import Return
from returnctl.errors import Damaged, Failure
from returnctl.storage import documents, journal, rows
from returnctl.storage.files import Folder
from returnctl.storage.head import Head
from returnctl.storage.index import BROKEN, Index
from returnctl.storage.layout import JOURNAL, ORDERS, RETURNS, batch_of, number_of, shown
from returnctl.storage.staging import folders_of

# Told how many documents were read so far, and of how many.
Progress = Callable[[int, int], None]


class Batch(NamedTuple):
    """The orders of one import, with their lines."""

    lines: list[bytes]
    orders: list[Order]


_PORTION = "SELECT path, digest FROM documents WHERE unread AND path > ? ORDER BY path LIMIT 1000"
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
        return _read_unread(index, data, progress)


def _refuse_loss(data: Folder, head: Head) -> None:
    """A journal that lost lines does not know returns that are there: their numbers would be given again."""
    folders = data.names(RETURNS.rstrip("/"))
    names = data.names(f"{RETURNS}{max(folders)}") if folders else []
    if any((number_of(name.removesuffix(".json")) or 0) > head.counter for name in names):
        raise Damaged(path=shown(JOURNAL), why="shorter")


def _read_unread(index: Index, data: Folder, progress: Progress | None) -> int:
    done, path = 0, ""
    (count,) = index.one("SELECT count(*) FROM documents WHERE unread")
    while portion := index.rows(_PORTION, (path,)).fetchall():
        index.put_read([path for path, committed in portion if _read(index, data, path, committed)])
        done, path = done + len(portion), portion[-1][0]
        if progress:
            progress(done, count)
    return done


def _read(index: Index, data: Folder, path: str, committed: str) -> bool:
    """Make the rows of a document. One that is damaged stays unread, so that who needs it is told."""
    try:
        found = load(data, path, committed)
    except Failure:
        return False
    if isinstance(found, Return):
        index.put_returns([rows.return_row(found)], rows.parcels([found]))
    else:
        index.put_orders(rows.batch_rows(batch_of(path), found.orders, found.lines))
    return True


def load(data: Folder, path: str, committed: str) -> Return | Batch:
    """Raises Damaged, NewerFormat, SystemFailure."""
    content = data.read_committed(path, committed)
    if not path.startswith(ORDERS):
        return documents.decode(content, path, Return)
    lines = content.splitlines(keepends=True)
    return Batch(lines, [documents.decode(line, path, Order) for line in lines])
