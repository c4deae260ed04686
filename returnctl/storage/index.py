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
from returnctl.storage.digests import digest
from returnctl.storage.files import Folder, fsync
from returnctl.storage.head import Head
from returnctl.storage.layout import INDEX, ORDERS, RETURNS

_VERSION = 2
_FILES = (INDEX, f"{INDEX}-journal", f"{INDEX}-wal")
# Where there is no due: sorts after all that have one.
NEVER = 1 << 62
_SECONDS = 2

_UNSYNCED = "PRAGMA synchronous = OFF"
_SCHEMA = """
CREATE TABLE head (
    version INTEGER, size INTEGER, sequence INTEGER, digest TEXT, counter INTEGER, folders TEXT,
    own TEXT, boot TEXT, synced INTEGER
);
CREATE TABLE documents (path TEXT PRIMARY KEY, digest TEXT, place INTEGER, unread INTEGER) WITHOUT ROWID;
CREATE INDEX unread ON documents (path) WHERE unread;
CREATE TABLE returns (
    number INTEGER PRIMARY KEY, state TEXT, type TEXT, order_id TEXT, account TEXT, reason TEXT, due_action TEXT,
    due_by TEXT, due INTEGER, due_then TEXT, total TEXT, currency TEXT, updated INTEGER, buyer TEXT,
    applied INTEGER, external TEXT, owed INTEGER, sweep_at INTEGER, lapsed INTEGER
);
CREATE INDEX by_due ON returns (due);
CREATE INDEX by_sweep ON returns (sweep_at) WHERE sweep_at IS NOT NULL;
CREATE INDEX by_updated ON returns (updated);
CREATE INDEX by_state ON returns (state);
CREATE INDEX by_state_due ON returns (state, due);
CREATE INDEX by_state_updated ON returns (state, updated);
CREATE INDEX by_order ON returns (order_id);
CREATE INDEX by_buyer ON returns (buyer, applied);
CREATE INDEX by_external ON returns (external) WHERE external IS NOT NULL;
CREATE INDEX by_owed ON returns (state, updated) WHERE owed > 0;
CREATE TABLE parcels (number INTEGER, tracking TEXT, PRIMARY KEY (number, tracking)) WITHOUT ROWID;
CREATE INDEX by_tracking ON parcels (tracking);
CREATE TABLE orders (
    id TEXT PRIMARY KEY, batch INTEGER, start INTEGER, length INTEGER, digest TEXT, account TEXT, market TEXT,
    ordered INTEGER, total TEXT, currency TEXT, buyer TEXT
);
CREATE INDEX by_ordered ON orders (ordered);
CREATE TABLE keys (key TEXT PRIMARY KEY, request TEXT, result BLOB) WITHOUT ROWID;
"""

_PUT_RETURN = "INSERT OR REPLACE INTO returns VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_ORDER = "batch, start, length, digest, account, market, ordered, total, currency, buyer"
# A later batch stands before an earlier one, in whatever order they come.
_PUT_ORDER = (
    "INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"  # noqa: S608 - constants
    f" SET ({_ORDER}) = (excluded.{_ORDER.replace(', ', ', excluded.')}) WHERE excluded.batch >= orders.batch"
)


# What a spoilt file answers with: failures, or values of any kind.
BROKEN = (sqlite3.Error, ValueError, TypeError, ArithmeticError)


class OrderPlace(NamedTuple):
    """Where the line of an order stands, and its digest."""

    batch: int
    start: int
    length: int
    digest: str


class Index:
    def __init__(self, path: str) -> None:
        self._path = path
        self._db = sqlite3.connect(path, isolation_level=None, timeout=_SECONDS)

    @classmethod
    def make(cls, data: Folder | None) -> Index:
        """A new one in its place, or without a folder one that vanishes with the process. Raises OSError."""
        if data:
            drop(data)
            data.create(INDEX, b"", durable=False)
        index = cls(_path(data) if data else "")
        index._db.executescript(f"{_UNSYNCED}; BEGIN; {_SCHEMA} COMMIT")
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
        return [path for (path,) in self.rows("SELECT path FROM documents WHERE unread ORDER BY path")]

    def committed(self, path: str) -> str | None:
        """The digest that a document was committed with."""
        found = self.one("SELECT digest FROM documents WHERE path = ?", path)
        return found and str(found[0])

    def order_place(self, order_id: str) -> OrderPlace | None:
        found = self.one("SELECT batch, start, length, digest FROM orders WHERE id = ?", order_id)
        return found and OrderPlace(int(found[0]), int(found[1]), int(found[2]), str(found[3]))

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
        rows = ((path, digest, place, unread and _has_row(path)) for path, digest in digests.items())
        self._db.executemany("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?)", rows)

    def drop_documents(self, paths: Iterable[str]) -> None:
        self._db.executemany("DELETE FROM documents WHERE path = ?", ((path,) for path in paths))

    def put_read(self, paths: Iterable[str]) -> None:
        self._db.executemany("UPDATE documents SET unread = 0 WHERE path = ?", ((path,) for path in paths))

    def put_returns(self, rows: list[tuple[object, ...]], parcels: Iterable[tuple[int, str]]) -> None:
        """`parcels` are all of these returns: number of the return, tracking number."""
        self._db.executemany(_PUT_RETURN, rows)
        self._db.executemany("DELETE FROM parcels WHERE number = ?", ((row[0],) for row in rows))
        self._db.executemany("INSERT OR REPLACE INTO parcels VALUES (?, ?)", parcels)

    def put_orders(self, rows: Iterable[tuple[object, ...]]) -> None:
        self._db.executemany(_PUT_ORDER, rows)

    def put_keys(self, rows: Iterable[tuple[str, str, bytes]]) -> None:
        self._db.executemany("INSERT OR REPLACE INTO keys VALUES (?, ?, ?)", rows)

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


def _has_row(path: str) -> bool:
    return path.startswith((RETURNS, ORDERS))


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
