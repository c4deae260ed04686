"""The index: a cache in SQLite, made from journal and documents. Losing it costs time only.

It is written without fsync, so it is trusted in the boot that wrote it, or when it was synced at the very
commit where the journal ends. Instants are microseconds since 1970.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from returnctl.storage.boot import boot_id
from returnctl.storage.digests import digest, packed, unpacked
from returnctl.storage.files import Folder, fsync
from returnctl.storage.head import Head
from returnctl.storage.layout import INDEX, READ, number_at, path_of

_VERSION = 5
_FILES = (INDEX, f"{INDEX}-journal", f"{INDEX}-wal")
_SECONDS = 2
# Pages that are held in memory, in KiB, while an index is made: no more of them, however large the shop.
_CACHE = 48_000
# Values of one statement: SQLite takes no more of them everywhere.
_PORTION = 999

# The lock of the shop keeps others away, so SQLite need not take its own anew for every question.
_KEPT = "PRAGMA locking_mode = EXCLUSIVE"
_UNSYNCED = "PRAGMA synchronous = OFF"
# Documents of returns are known by their number, all others by their path. A shelf is what stands on it: the
# returns of one account in one state; few of them take the place of two words in each row, and in each index. So do
# the traits of returns, and baskets: the units of each SKU, which few returns and orders have for themselves.
_TABLES = """
CREATE TABLE head (
    version INTEGER, size INTEGER, sequence INTEGER, digest TEXT, counter INTEGER, folders TEXT,
    own TEXT, boot TEXT, synced INTEGER
);
CREATE TABLE documents (path TEXT PRIMARY KEY, digest BLOB, place INTEGER, unread INTEGER) WITHOUT ROWID;
CREATE TABLE records (number INTEGER PRIMARY KEY, digest BLOB, place INTEGER, unread INTEGER);
CREATE TABLE shelves (shelf INTEGER PRIMARY KEY, account TEXT, state TEXT);
CREATE TABLE returns (
    number INTEGER PRIMARY KEY, shelf INTEGER, type TEXT, order_id TEXT, reason TEXT, due_action TEXT,
    due_by TEXT, due INTEGER, due_then TEXT, total TEXT, currency TEXT, updated INTEGER, buyer TEXT,
    applied INTEGER, external TEXT, owed INTEGER, sweep_at INTEGER, lapsed INTEGER, appeal INTEGER, traits INTEGER,
    basket INTEGER, answered INTEGER, inspected INTEGER, refunded INTEGER, ended INTEGER, paid INTEGER, fee INTEGER,
    wear INTEGER, label INTEGER, freight INTEGER, compensated INTEGER
);
CREATE TABLE traits (traits INTEGER PRIMARY KEY, told TEXT UNIQUE);
CREATE TABLE baskets (basket INTEGER PRIMARY KEY, goods TEXT UNIQUE);
CREATE TABLE parcels (number INTEGER, tracking TEXT, PRIMARY KEY (number, tracking)) WITHOUT ROWID;
CREATE TABLE orders (
    id TEXT PRIMARY KEY, batch INTEGER, start INTEGER, length INTEGER, digest BLOB, account TEXT, market TEXT,
    ordered INTEGER, total TEXT, currency TEXT, buyer TEXT, basket INTEGER
);
CREATE TABLE settled (
    content BLOB, nth INTEGER, order_id TEXT, account TEXT, settled INTEGER, batch INTEGER, start INTEGER,
    length INTEGER, digest BLOB, PRIMARY KEY (content, nth)
) WITHOUT ROWID;
CREATE TABLE keys (key TEXT PRIMARY KEY, request BLOB, result BLOB) WITHOUT ROWID;
"""
# Made after the rows of a new index: that is faster, and leaves no gaps in them.
_INDEXES = """
CREATE INDEX IF NOT EXISTS unread_documents ON documents (path) WHERE unread;
CREATE INDEX IF NOT EXISTS unread_records ON records (number) WHERE unread;
CREATE INDEX IF NOT EXISTS by_shelf ON returns (shelf);
CREATE INDEX IF NOT EXISTS by_shelf_due ON returns (shelf, due) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_shelf_updated ON returns (shelf, updated);
CREATE INDEX IF NOT EXISTS by_shelf_owed ON returns (shelf, updated) WHERE owed > 0;
CREATE INDEX IF NOT EXISTS by_due ON returns (due) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_sweep ON returns (sweep_at) WHERE sweep_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_appeal ON returns (appeal) WHERE appeal IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_order ON returns (order_id);
CREATE INDEX IF NOT EXISTS by_buyer ON returns (buyer);
CREATE INDEX IF NOT EXISTS by_external ON returns (external) WHERE external IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_tracking ON parcels (tracking);
CREATE INDEX IF NOT EXISTS orders_by_date ON orders (ordered);
CREATE INDEX IF NOT EXISTS orders_by_account ON orders (account, ordered) WHERE account IS NOT NULL;
CREATE INDEX IF NOT EXISTS orders_by_buyer ON orders (buyer);
CREATE INDEX IF NOT EXISTS settled_by_order ON settled (order_id);
CREATE INDEX IF NOT EXISTS settled_by_account ON settled (account, settled);
"""

# What `rows.return_row` gives beside number, account, state, traits and basket, in its order.
RETURN = (
    "type, order_id, reason, due_action, due_by, due, due_then, total, currency, updated, buyer, applied,"
    " external, owed, sweep_at, lapsed, appeal, answered, inspected, refunded, ended, paid, fee, wear, label, freight,"
    " compensated"
)
_SHELF = "SELECT shelf FROM shelves WHERE account IS ?2 AND state = ?3"
_PUT_SHELF = f"INSERT INTO shelves (account, state) SELECT ?2, ?3 WHERE NOT EXISTS ({_SHELF})"
_BASKET = "(SELECT basket FROM baskets WHERE goods = ?{})"
_PUT_TRAITS = "INSERT OR IGNORE INTO traits (told) VALUES (?)"
_PUT_BASKET = "INSERT OR IGNORE INTO baskets (goods) VALUES (?)"
_PUT_RETURN = (
    f"INSERT OR REPLACE INTO returns (number, shelf, traits, basket, {RETURN})"  # noqa: S608
    f" VALUES (?1, ({_SHELF}), (SELECT traits FROM traits WHERE told = ?4), {_BASKET.format(5)}"
    f"{', ?' * len(RETURN.split(', '))})"
)
# What `rows.batch_rows` gives beside id and basket.
ORDER = "batch, start, length, digest, account, market, ordered, total, currency, buyer"
# A later batch stands before an earlier one, in whatever order they come.
_PUT_ORDER = (
    f"INSERT INTO orders VALUES ({', '.join('?' * 11)}, {_BASKET.format(12)}) ON CONFLICT (id) DO UPDATE"  # noqa: S608
    f" SET ({ORDER}, basket) = (excluded.{ORDER.replace(', ', ', excluded.')}, excluded.basket)"
    " WHERE excluded.batch >= orders.batch"
)


# What a spoilt file answers with: failures, or values of any kind.
BROKEN = (sqlite3.Error, ValueError, TypeError, ArithmeticError)


class LinePlace(NamedTuple):
    """Where the line of an order, or of a row that was settled, stands in its batch, and its digest."""

    batch: int
    start: int
    length: int
    digest: str


class Index:
    def __init__(self, path: str) -> None:
        self._path = path
        self._db = sqlite3.connect(path, isolation_level=None, timeout=_SECONDS)
        self._db.execute(_KEPT)

    @classmethod
    def make(cls, data: Folder | None) -> Index:
        """A new one in its place, or without a folder one that vanishes with the process. Raises OSError.

        Lists need `finish`.
        """
        if data:
            drop(data)
            data.create(INDEX, b"", durable=False)
        index = cls(_path(data) if data else "")
        index._db.executescript(f"PRAGMA cache_size = -{_CACHE}; {_UNSYNCED}; BEGIN; {_TABLES} COMMIT")
        with index.change():
            index.set_head(Head())
        return index

    @classmethod
    def open(cls, data: Folder) -> Index | None:
        """None where there is none that can be trusted."""
        if not _is_ours(data):
            return None
        with suppress(sqlite3.Error):
            index = cls(_path(data))
            if index._is_trusted():
                return index
            index.close()
        return None

    def close(self) -> None:
        self._db.close()

    def rows(self, sql: str, values: Iterable[object] = ()) -> sqlite3.Cursor:
        return self._db.execute(sql, tuple(values))

    def one(self, sql: str, *values: object) -> Any:  # noqa: ANN401
        """The first row, or None."""
        return self.rows(sql, values).fetchone()

    def script(self, sql: str) -> None:
        self._db.executescript(sql)

    def many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        self._db.executemany(sql, rows)

    # --- what it was made from

    def head(self) -> Head:
        """Raises ValueError where it is not what was written: its counter gives the next return its number."""
        row = self.one("SELECT size, sequence, digest, counter, folders, own FROM head")
        size, sequence, last, counter, folders, own = row
        head = Head(size, sequence, last, counter, tuple(str(folders).split()))
        if own != _own_digest(head):
            raise ValueError(own)
        return head

    def _is_trusted(self) -> bool:
        with suppress(*BROKEN):
            size = self.head().size
            version, boot, synced = self.one("SELECT version, boot, synced FROM head")
            return bool(version == _VERSION and (boot == boot_id() or synced == size))
        return False

    def unread(self) -> list[str]:
        """Paths of documents that could not be read when they were looked at."""
        records = self.rows("SELECT number FROM records WHERE unread ORDER BY number")
        documents = self.rows("SELECT path FROM documents WHERE unread ORDER BY path")
        return [*(path for (path,) in documents), *(path_of(number) for (number,) in records)]

    def documents(self, after: str, count: int, *, unread: bool = False) -> list[tuple[str, str]]:
        """Paths and digests from the one after a path on, or of those unread: what is no return comes first."""
        more = "AND unread" if unread else ""
        number, found = number_at(after), []
        if number is None:
            sql = f"SELECT path, digest FROM documents WHERE path > ? {more} ORDER BY path LIMIT ?"  # noqa: S608
            found = [(path, unpacked(digest)) for path, digest in self.rows(sql, (after, count))]
        sql = f"SELECT number, digest FROM records WHERE number > ? {more} ORDER BY number LIMIT ?"  # noqa: S608
        rest = self.rows(sql, (number or 0, count - len(found)))
        return found + [(path_of(each), unpacked(digest)) for each, digest in rest]

    def count_unread(self) -> int:
        sql = "SELECT (SELECT count(*) FROM records WHERE unread) + (SELECT count(*) FROM documents WHERE unread)"
        return int(self.one(sql)[0])

    def committed(self, path: str) -> str | None:
        """The digest that a document was committed with."""
        number = number_at(path)
        if number is None:
            found = self.one("SELECT digest FROM documents WHERE path = ?", path)
        else:
            found = self.one("SELECT digest FROM records WHERE number = ?", number)
        return found and unpacked(found[0])

    def order_place(self, order_id: str) -> LinePlace | None:
        found = self.one("SELECT batch, start, length, digest FROM orders WHERE id = ?", order_id)
        return found and LinePlace(int(found[0]), int(found[1]), int(found[2]), unpacked(found[3]))

    def order_digests(self, ids: Sequence[str]) -> dict[str, str]:
        """Of those orders that are known."""
        parts = (ids[start : start + _PORTION] for start in range(0, len(ids), _PORTION))
        return {order: unpacked(digest) for part in parts for order, digest in self._digests(part)}

    def _digests(self, ids: Sequence[str]) -> sqlite3.Cursor:
        return self.rows(f"SELECT id, digest FROM orders WHERE id IN ({', '.join('?' * len(ids))})", ids)  # noqa: S608

    def knows_settled(self, content: bytes, nth: int) -> bool:
        return self.one("SELECT 1 FROM settled WHERE content = ? AND nth = ?", content, nth) is not None

    def lacks_account(self, content: bytes, nth: int) -> bool:
        sql = "SELECT 1 FROM settled WHERE content = ? AND nth = ? AND account IS NULL"
        return self.one(sql, content, nth) is not None

    def settled_places(self, order_id: str) -> list[LinePlace]:
        """The rows of an order, as they were imported."""
        sql = "SELECT batch, start, length, digest FROM settled WHERE order_id = ? ORDER BY batch, start"
        found = self.rows(sql, (order_id,))
        return [LinePlace(int(batch), int(start), int(length), unpacked(sha)) for batch, start, length, sha in found]

    def shelves(self) -> dict[int, tuple[str | None, str]]:
        """The account and the state of each."""
        return {shelf: (account, state) for shelf, account, state in self.rows("SELECT * FROM shelves")}

    # --- changing it

    @contextmanager
    def change(self) -> Iterator[None]:
        """All that is put in here holds, or none of it. A killed process is rolled back; power loss is not."""
        self._db.execute(_UNSYNCED)
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            raise

    def set_head(self, head: Head) -> None:
        self._db.execute("DELETE FROM head")
        row = (_VERSION, *head[:4], "\n".join(head.folders), _own_digest(head), boot_id(), None)
        self._db.execute("INSERT INTO head VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def put_documents(self, digests: Mapping[str, str], place: int, *, unread: bool) -> None:
        rows = [(number_at(path), path, packed(digest)) for path, digest in digests.items()]
        returns = ((number, digest, place, unread) for number, _, digest in rows if number is not None)
        others = (
            (path, digest, place, unread and path.startswith(READ)) for number, path, digest in rows if number is None
        )
        self._db.executemany("INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?)", returns)
        self._db.executemany("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?)", others)

    def drop_documents(self, paths: Iterable[str]) -> None:
        self._each("DELETE FROM records WHERE number = ?", "DELETE FROM documents WHERE path = ?", paths)

    def put_read(self, paths: Iterable[str]) -> None:
        records = "UPDATE records SET unread = 0 WHERE number = ?"
        self._each(records, "UPDATE documents SET unread = 0 WHERE path = ?", paths)

    def _each(self, records: str, documents: str, paths: Iterable[str]) -> None:
        known = [(number_at(path), path) for path in paths]
        self._db.executemany(records, ((number,) for number, _ in known if number is not None))
        self._db.executemany(documents, ((path,) for number, path in known if number is None))

    def put_returns(self, rows: list[tuple[object, ...]], parcels: Iterable[tuple[int, str]]) -> None:
        """`parcels` are all of these returns: number of the return, tracking number."""
        self._db.executemany(_PUT_SHELF, {(None, *row[1:3]) for row in rows})
        self._db.executemany(_PUT_TRAITS, {(row[3],) for row in rows})
        self._db.executemany(_PUT_BASKET, {(row[4],) for row in rows})
        self._db.executemany(_PUT_RETURN, rows)
        self._db.executemany("DELETE FROM parcels WHERE number = ?", ((row[0],) for row in rows))
        self._db.executemany("INSERT OR REPLACE INTO parcels VALUES (?, ?)", parcels)

    def put_orders(self, rows: list[tuple[object, ...]]) -> None:
        """Their digests are packed."""
        self._db.executemany(_PUT_BASKET, {(row[-1],) for row in rows if row[-1]})
        self._db.executemany(_PUT_ORDER, rows)

    def put_settled(self, rows: Iterable[tuple[object, ...]]) -> None:
        """Of two that are alike the one that has an account stands, else the first."""
        sql = (
            "INSERT INTO settled VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET (account, batch, start,"
            " length, digest) = (excluded.account, excluded.batch, excluded.start, excluded.length, excluded.digest)"
            " WHERE (excluded.account IS NULL, excluded.batch) < (settled.account IS NULL, settled.batch)"
        )
        self._db.executemany(sql, rows)

    def put_keys(self, rows: Iterable[tuple[str, str, bytes]]) -> None:
        packed_rows = ((key, packed(request), result) for key, request, result in rows)
        self._db.executemany("INSERT OR REPLACE INTO keys VALUES (?, ?, ?)", packed_rows)

    def finish(self) -> None:
        """What lists are answered by, where it is not there yet."""
        for statement in _INDEXES.split(";"):
            self._db.execute(statement)

    def sync(self) -> None:
        """Make it outlast the boot, as long as the journal does not grow: first its pages, then the mark."""
        if not self._path:
            return
        fd = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fsync(fd)
        finally:
            os.close(fd)
        with self.change():
            self._db.execute("UPDATE head SET synced = size")


def _own_digest(head: Head) -> str:
    return digest(repr(head).encode())


def drop(data: Folder) -> None:
    """As far as it can be: who may not write has one in memory."""
    for name in _FILES:
        with suppress(OSError):
            os.unlink(name, dir_fd=data.fd)


def _path(data: Folder) -> str:
    return f"{data.path}/{INDEX}"


def _is_ours(data: Folder) -> bool:
    """A file, and files if any beside it: SQLite would wait for a pipe."""
    with suppress(OSError):
        index, *beside = (_mode(data, name) for name in _FILES)
        return stat.S_ISREG(index) and all(stat.S_ISREG(mode) for mode in beside if mode)
    return False


def _mode(data: Folder, name: str) -> int:
    """0 where there is nothing."""
    with suppress(FileNotFoundError):
        return os.stat(name, dir_fd=data.fd, follow_symlinks=False).st_mode
    return 0
