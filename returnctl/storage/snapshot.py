"""The shop's data as it stands at one commit, read under the lock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from returnctl.errors import Damaged, NotFound
from returnctl.storage import layout, remembered
from returnctl.storage.digests import unpacked
from returnctl.storage.files import Folder
from returnctl.storage.index import BROKEN, Index, LinePlace, drop

# `show --json` passes verified bytes on and must not wait for the types: they are loaded where they are needed.
if TYPE_CHECKING:
    from datetime import datetime

    from returnctl.domain.order import Order
    from returnctl.domain.policy import Pinned
    from returnctl.domain.record import Return
    from returnctl.domain.settlement import Settled
    from returnctl.storage.changes import Answer, Entry, OrderQuery, OrderRow, Query, Summary
    from returnctl.storage.figures import Tables
    from returnctl.storage.head import Head
    from returnctl.storage.journal import Placed

T = TypeVar("T")
Row = tuple[Any, ...]

_NEAR = 3
# Ids that are held at once.
_PORTION = 1000


class Snapshot:
    """Every document that it gives was checked against what was committed.

    Its methods raise Damaged and SystemFailure, and NotFound where one thing was asked for.
    """

    def __init__(self, data: Folder, index: Index) -> None:
        self.data = data
        self._index = index
        self._known: set[str] = set()

    def close(self) -> None:
        self._index.close()

    # --- documents

    def raw_return(self, return_id: str) -> bytes:
        return self._committed("return", return_id, layout.return_path(return_id))

    def get_return(self, return_id: str) -> Return:
        from returnctl.domain.record import Return
        from returnctl.storage.documents import decode

        path = layout.return_path(return_id)
        return decode(self._committed("return", return_id, path), path, Return)

    def get_pinned(self, digest: str) -> Pinned:
        from returnctl.domain.policy import Pinned
        from returnctl.storage.documents import decode

        path = layout.pinned_path(digest)
        return decode(self._committed("pinned_policy", digest, path), path, Pinned)

    def get_file(self, sha256: str) -> bytes:
        """The content of a piece of evidence."""
        return self._committed("evidence", sha256, layout.evidence_path(sha256))

    def evidence(self) -> Iterator[str]:
        """The SHA-256 of every piece of evidence."""
        return (path.rpartition("/")[2] for path in self._paths(layout.FILES))

    def batches(self) -> Iterator[int]:
        """The numbers of all imports of orders."""
        return map(layout.batch_of, self._paths(layout.ORDERS))

    def get_batch(self, batch: int) -> tuple[Order, ...]:
        """The orders of one import, as they stand in it."""
        from returnctl.domain.order import Order
        from returnctl.storage.documents import decode

        path = layout.batch_path(batch)
        return tuple(decode(line, path, Order) for line in self._committed("batch", str(batch), path).splitlines())

    def _paths(self, below: str) -> Iterator[str]:
        found = self._rows("SELECT path FROM documents WHERE path > ? AND path < ?", below, below + "~")
        return (path for (path,) in found)

    def all_pinned(self) -> Iterator[Pinned]:
        """Every policy that was ever pinned."""
        paths = self._paths(layout.POLICIES)
        return (self.get_pinned(path[len(layout.POLICIES) : -len(".json")]) for path in paths)

    def _committed(self, kind: str, name: str, path: str) -> bytes:
        committed = self._asked(lambda: self._index.committed(path))
        if committed is None and self.data.holds(path):
            self._start_anew()  # an index that does not know what is there may be spoilt
            committed = self._index.committed(path)
        if committed is None:
            raise NotFound(kind=kind, id=name, near=[])
        return self.data.read_committed(path, committed)

    def get_order(self, order_id: str) -> Order:
        from returnctl.domain.order import Order
        from returnctl.storage.documents import decode

        self._know_all(layout.ORDERS)
        place = self._asked(lambda: self._index.order_place(_text(order_id)))
        if place is None:
            near = self._rows("SELECT id FROM orders WHERE instr(id, ?) LIMIT ?", order_id, _NEAR)
            raise NotFound(kind="order", id=order_id, near=[order for (order,) in near])
        path = layout.batch_path(place.batch)
        return decode(self.data.read_committed(path, place.digest, place.start, place.length), path, Order)

    def settled_of(self, order_id: str) -> tuple[Settled, ...]:
        """The rows of settlements that concern an order, as they were imported."""
        from returnctl.domain.settlement import Settled
        from returnctl.storage.documents import decode

        self._know_all(layout.SETTLEMENTS)

        def read(place: LinePlace) -> Settled:
            path = layout.settled_path(place.batch)
            line = self.data.read_committed(path, place.digest, place.start, place.length)
            return decode(line, path, Settled)

        return tuple(map(read, self._asked(lambda: self._index.settled_places(_text(order_id)))))

    def settled_until(self) -> dict[str | None, datetime]:
        """The newest row of settlements of each account."""
        from returnctl.storage.rows import instant

        self._know_all(layout.SETTLEMENTS)
        found = self._rows("SELECT account, max(settled) FROM settled GROUP BY account")
        return {account: instant(newest) for account, newest in found}

    def orders_with_returns(self, after: str, count: int) -> tuple[str, ...]:
        """Orders that have returns or rows of settlements, by their ids, from the one after an id on."""
        self._know_all(layout.RETURNS)
        self._know_all(layout.SETTLEMENTS)
        each = "SELECT DISTINCT order_id FROM {} WHERE order_id > ?1 ORDER BY order_id LIMIT ?2"
        parts = (f"SELECT * FROM ({each.format(table)})" for table in ("returns", "settled"))  # noqa: S608
        sql = f"{' UNION '.join(parts)} ORDER BY order_id LIMIT ?2"
        return tuple(order for (order,) in self._rows(sql, after, count))

    def knows_account(self, name: str) -> bool:
        """Whether anything that was taken in is of it."""
        for folder in (layout.RETURNS, layout.ORDERS, layout.SETTLEMENTS):
            self._know_all(folder)
        tables = ("shelves", "orders", "settled")
        each = (f"EXISTS (SELECT 1 FROM {table} WHERE account = ?1)" for table in tables)  # noqa: S608
        ((known,),) = self._rows(f"SELECT {' OR '.join(each)}", _text(name))
        return bool(known)

    def accounts(self) -> list[str]:
        """All that anything is of, by name."""
        each = (f"SELECT account FROM {table}" for table in ("shelves", "orders", "settled"))  # noqa: S608
        return [name for (name,) in self._rows(f"{' UNION '.join(each)} ORDER BY account") if name]

    # --- what to look at

    def find(self, word: str) -> tuple[str, ...]:
        """The returns that a word names exactly, as id, number, platform's id or tracking; else those of an order."""
        sql = (
            "SELECT number FROM returns WHERE number = ? UNION SELECT number FROM returns WHERE external = ?"
            " UNION SELECT number FROM parcels WHERE tracking = ?"
        )
        found = self._ids(sql, layout.number_of(word), word, word) or self._of_order(word)
        if not found:
            self._know_all(layout.RETURNS)
        return found

    def known_as(self, external: str) -> tuple[str, ...]:
        """The returns that a platform calls so."""
        found = self._ids("SELECT number FROM returns WHERE external = ? ORDER BY number", external)
        if not found:
            self._know_all(layout.RETURNS)
        return found

    def returns_of(self, order_id: str, besides: str = "") -> tuple[Return, ...]:
        self._know_all(layout.RETURNS)
        return tuple(self.get_return(each) for each in self._of_order(order_id) if each != besides)

    def others_of(self, record: Return) -> tuple[Return, ...]:
        """The other returns of its order."""
        return tuple(self.get_return(each) for each in self._of_order(record.order.id) if each != record.id)

    def _of_order(self, order_id: str) -> tuple[str, ...]:
        return self._ids("SELECT number FROM returns WHERE order_id = ? ORDER BY number", order_id)

    def documents(self, after: str, count: int) -> list[tuple[str, str]]:
        """Paths and digests of documents, from the one after a path on; "" stands before all of them."""
        return self._asked(lambda: self._index.documents(after, count))

    def ids_after(self, number: int, count: int) -> tuple[str, ...]:
        """Returns by their numbers, from the one after a number on."""
        self._know_all(layout.RETURNS)
        return self._ids("SELECT number FROM returns WHERE number > ? ORDER BY number LIMIT ?", number, count)

    def all_ids(self) -> Iterator[str]:
        """Every return, by its number; a portion of them is held."""
        last = 0
        while ids := self.ids_after(last, _PORTION):
            yield from ids
            last = layout.number_of(ids[-1]) or 0

    def count_orders(self) -> int:
        return int(self._rows("SELECT count(*) FROM orders")[0][0])

    def is_of_only(self, buyer_id: str, order_id: str) -> bool:
        """Whether an order has returns, and all of them name this buyer."""
        (found,) = self._rows("SELECT min(buyer = ?) FROM returns WHERE order_id = ?", buyer_id, order_id)
        return bool(found[0])

    def applied_by(self, buyer_id: str, since: datetime | None = None) -> tuple[datetime, ...]:
        """The instants at which a buyer applied, earliest first."""
        from returnctl.storage.rows import instant, microseconds

        self._know_all(layout.RETURNS)
        sql = "SELECT applied FROM returns WHERE buyer = ? AND applied >= ? ORDER BY applied"
        first = microseconds(since) if since else 0
        return self._asked(lambda: tuple(instant(applied) for (applied,) in self._rows(sql, buyer_id, first)))

    def summaries(self, query: Query) -> Iterator[Summary]:
        from returnctl.storage.queries import summaries

        return self._streamed(lambda: summaries(self._index, query))

    def order_rows(self, query: OrderQuery) -> Iterator[OrderRow]:
        from returnctl.storage.queries import orders

        return self._streamed(lambda: orders(self._index, query))

    def tables(self) -> Tables:
        """What the report counts over."""
        from returnctl.storage.figures import Tables

        return Tables(lambda sql, values: self._streamed(lambda: self._index.rows(sql, values)))

    def to_sweep(self, instant: datetime, limit: int | None = None) -> tuple[str, ...]:
        """The ids of returns that call for the sweep by an instant, soonest first."""
        from returnctl.storage.rows import microseconds

        sql = "SELECT number FROM returns WHERE sweep_at <= ? ORDER BY sweep_at, number LIMIT ?"
        return self._ids(sql, microseconds(instant), -1 if limit is None else limit)

    def answered(self, key: str) -> Answer | None:
        """What was answered to a request key."""
        from returnctl.storage.changes import Answer

        found = self._rows("SELECT request, result FROM keys WHERE key = ?", key)
        return Answer(unpacked(found[0][0]), found[0][1]) if found else None

    def entries(self, after: Head | None = None) -> Iterator[Placed]:
        """The commits after a head, or from the first on."""
        from returnctl.storage import journal
        from returnctl.storage.head import Head

        return journal.entries(self.data, after or Head())

    def commits_of(self, return_id: str) -> Iterator[tuple[bytes, Entry]]:
        """The commits that hold a return: the very line of the journal, and what it says."""
        from returnctl.storage import journal

        path = layout.return_path(return_id)
        for line, entry in journal.lines_with(self.data, self.head().size, return_id.encode()):
            if path in entry.documents or any(each == return_id for each, _ in entry.events):
                yield line, entry

    def raw_pinned(self, digest: str) -> bytes:
        return self._committed("pinned_policy", digest, layout.pinned_path(digest))

    def head(self) -> Head:
        """The end of the journal."""
        return self._asked(self._index.head)

    def new_id(self, nth: int) -> str:
        """The id of the nth return from now on; those that are not committed are given again."""
        return layout.return_id(self.head().counter + nth)

    def damaged(self) -> tuple[str, ...]:
        """Documents that lists lack, since they could not be read when the index was made."""
        return tuple(map(layout.shown, self._index.unread()))

    # --- digests and what was worked out before

    def digest_of(self, pinned: Pinned) -> str:
        """The digest under which a policy is, or will be, pinned."""
        from returnctl.storage.documents import pinned_digest

        return pinned_digest(pinned)

    def order_digest(self, order: Order) -> str:
        """The digest of an order without its buyer."""
        from returnctl.storage.documents import order_digest

        return order_digest(order)

    def recall(self, kind: str, digest: str) -> bytes | None:
        return remembered.recall(self.data, kind, digest)

    def remember(self, kind: str, digest: str, value: bytes) -> None:
        remembered.remember(self.data, kind, digest, value)

    # --- the index

    def _rows(self, sql: str, *values: object) -> list[Row]:
        told = [_text(value) if isinstance(value, str) else value for value in values]
        return self._asked(lambda: self._index.rows(sql, told).fetchall())

    def _ids(self, sql: str, *values: object) -> tuple[str, ...]:
        """The ids of returns from their numbers."""
        return tuple(layout.return_id(number) for (number,) in self._rows(sql, *values))

    def _asked(self, question: Callable[[], T]) -> T:
        """An answer of the index. A broken file is dropped, and this process goes on with one in memory."""
        try:
            return question()
        except BROKEN:
            self._start_anew()
            return question()

    def _streamed(self, question: Callable[[], Iterable[T]]) -> Iterator[T]:
        try:
            yield from self._asked(question)
        except BROKEN:
            drop(self.data)
            raise Damaged(path=layout.shown(layout.INDEX), why="index") from None

    def _start_anew(self) -> None:
        from returnctl.storage.rebuild import in_memory

        self._index.close()
        drop(self.data)
        self._index = in_memory(self.data, None)
        self._known.clear()

    def _know_all(self, below: str) -> None:
        """Raises Damaged where a document that could not be read may belong to the answer.

        Asked once: under the lock none joins them.
        """
        if below in self._known:
            return
        unread = self._asked(lambda: [path for path in self._index.unread() if path.startswith(below)])
        if unread:
            from returnctl.storage.rebuild import load

            for path in unread:
                load(self.data, path, self._index.committed(path) or "")
            self._start_anew()  # they were brought back since
        self._known.add(below)


def _text(word: str) -> str:
    """Words of a command line may hold bytes that are no text."""
    return word.encode("utf-8", "replace").decode()
