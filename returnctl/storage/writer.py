"""The one who may change the shop: a snapshot under the exclusive lock, with `commit`."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from msgspec import Raw

from returnctl.domain.order import Order
from returnctl.domain.record import Return
from returnctl.errors import Damaged, Failure, NotFound, NotKnown, SystemFailure
from returnctl.storage import documents, journal, layout, rows, staging
from returnctl.storage.changes import Change, Entry, OrderState
from returnctl.storage.digests import digest
from returnctl.storage.files import Folder, told
from returnctl.storage.head import Head
from returnctl.storage.index import BROKEN, Index
from returnctl.storage.lock import Lock
from returnctl.storage.snapshot import Snapshot

# The lines of a change's orders, and of its settlements.
Lines = tuple[list[bytes], list[bytes]]
_STOPS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


class Edited(NamedTuple):
    """A document with its digest, and the one that was committed."""

    record: Return
    digest: str
    committed: str


class Writer(Snapshot):
    """`warnings` tells what did not go well after a commit: `not_placed`, `not_indexed`. The next command mends it."""

    def __init__(self, data: Folder, index: Index, lock: Lock) -> None:
        super().__init__(data, index)
        self.warnings: list[str] = []
        self._lock = lock
        self._head = index.head()

    def head(self) -> Head:
        """Nobody else can move it."""
        return self._head

    def edited(self, return_id: str) -> Edited:
        """A return's document as it stands on disk, whatever was committed. Raises NotFound, Damaged."""
        path = layout.return_path(return_id)
        committed = self._index.committed(path)
        if committed is None:
            raise NotFound(kind="return", id=return_id, near=[])
        content = self.data.read(path)
        record = documents.decode(content, path, Return)
        if record.id != return_id or not record.history:
            raise Damaged(path=layout.shown(path), why="not_readable")
        return Edited(record, digest(content), committed)

    def beside(self, record: Return) -> tuple[str, ...]:
        """The other returns of its order, as far as they can be read."""
        return tuple(each for each in self._of_order(record.order.id) if each != record.id)

    def order_states(self, orders: Iterable[Order]) -> list[OrderState]:
        """How each order stands to what was imported before."""
        orders = list(orders)
        known = self._asked(lambda: self._index.order_digests([order.id for order in orders]))
        return [_state(order, known.get(order.id)) for order in orders]

    def is_settled(self, content: bytes, nth: int) -> bool:
        """Whether the nth row of a settlement that says this (`rows.content_key`) was imported before."""
        return self._asked(lambda: self._index.knows_settled(content, nth))

    def lacks_account(self, content: bytes, nth: int) -> bool:
        """Whether it was, and nobody said of which account."""
        return self._asked(lambda: self._index.lacks_account(content, nth))

    def commit(self, change: Change) -> None:
        """All of it or nothing. Raises SystemFailure where nothing changed, NotKnown where that cannot be told."""
        if self.warnings:
            raise SystemFailure(path="data", why=self.warnings[0])
        lines = [documents.encode_order(order) for order in change.orders]
        settled = [documents.encode_settled(row) for row in change.settled]
        contents = self._contents(change, lines, settled)
        entry = self._entry(change, contents)
        line = journal.line_of(entry)
        with _undisturbed():
            self._write(contents, line)
            self._follow(change, entry, (lines, settled), line)

    def sync_index(self) -> None:
        """Make the index outlast a restart of the machine: for the end of long work. Raises SystemFailure."""
        with told(layout.INDEX):
            self._asked(self._index.sync)

    def _contents(self, change: Change, lines: list[bytes], settled: list[bytes]) -> dict[str, bytes]:
        """The documents of a change by their paths, without copies that are kept already."""
        pinned = map(documents.encode_pinned, change.pinned)
        copies = {layout.pinned_path(digest(content)): content for content in pinned}
        copies |= {layout.evidence_path(sha256): content for sha256, content in change.files}
        new = {path: content for path, content in copies.items() if self._index.committed(path) is None}
        batch = {layout.batch_path(self._head.sequence + 1): b"".join(lines)} if lines else {}
        if settled:
            batch[layout.settled_path(self._head.sequence + 1)] = b"".join(settled)
        batch |= {layout.batch_path(number): _batch(orders) for number, orders in change.batches.items()}
        return (
            new | batch | {layout.return_path(record.id): documents.encode_return(record) for record in change.returns}
        )

    def _entry(self, change: Change, contents: dict[str, bytes]) -> Entry:
        numbers = (layout.number_of(record.id) or 0 for record in change.returns)
        return Entry(
            sequence=self._head.sequence + 1,
            previous=self._head.digest,
            at=change.at,
            by=change.by,
            role=change.role,
            command=change.command,
            counter=max(self._head.counter, *numbers, 0),
            events=change.events,
            keys={key: (answer.request, Raw(answer.result)) for key, answer in change.keys.items()},
            refused=change.refused,
            documents={path: digest(content) for path, content in contents.items()},
            removed=tuple(map(layout.evidence_path, change.removed)),
        )

    def _write(self, contents: dict[str, bytes], line: bytes) -> None:
        with told(layout.STAGE):
            staging.prepare(self.data, contents, self._head.folders)
        try:
            journal.append(self.data, self._head.size, line)
        except NotKnown:
            self._lock.refuse_writers()
            raise
        except Failure:
            staging.clear(self.data)
            raise

    def _follow(self, change: Change, entry: Entry, lines: Lines, line: bytes) -> None:
        """It is committed: from here on nothing is a failure of the command."""
        try:
            folders = staging.place(self.data, entry.documents, entry.removed)
        except OSError:
            self.warnings.append("not_placed")
            return
        place, end = self._head.size, self._head.size + len(line)
        self._head = Head(end, entry.sequence, journal.own_digest(line), entry.counter, folders)
        try:
            self._index_change(change, entry, lines, place)
        except BROKEN:
            self.warnings.append("not_indexed")

    def _index_change(self, change: Change, entry: Entry, lines: Lines, place: int) -> None:
        index = self._index
        with index.change():
            index.put_documents(entry.documents, place, unread=False)
            index.drop_documents(entry.removed)
            index.put_returns(list(map(rows.return_row, change.returns)), rows.parcels(change.returns))
            index.put_orders(rows.batch_rows(entry.sequence, change.orders, lines[0]))
            index.put_settled(rows.settled_rows(entry.sequence, change.settled, lines[1]))
            for number, orders in change.batches.items():
                index.put_orders(rows.batch_rows(number, orders, map(documents.encode_order, orders)))
            index.put_keys((key, answer.request, answer.result) for key, answer in change.keys.items())
            index.set_head(self._head)


def _state(order: Order, known: str | None) -> OrderState:
    """`known` is the digest that it was imported with."""
    if known is None:
        return "new"
    return "unchanged" if known == digest(documents.encode_order(order)) else "changed"


def _batch(orders: tuple[Order, ...]) -> bytes:
    return b"".join(map(documents.encode_order, orders))


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Ctrl-C and the like wait: a commit ends whole, and is told as it ended."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
