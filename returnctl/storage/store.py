"""The store of a shop: its `data/`, read by many or changed by one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from returnctl.errors import NotYours, ShopExists, SystemFailure
from returnctl.storage import layout, remembered
from returnctl.storage.files import FOLDER_MODE, Folder, fsync, is_foreign, make_folder, told
from returnctl.storage.index import Index, drop
from returnctl.storage.lock import Lock
from returnctl.storage.snapshot import Snapshot

# `show --json` passes verified bytes on and must not wait for the types: they are loaded where they are needed.
if TYPE_CHECKING:
    from pathlib import Path

    from returnctl.storage.fsck import Report
    from returnctl.storage.rebuild import Progress
    from returnctl.storage.writer import Writer

_DATA = "data"


class Store:
    """What is made in it is for the owner alone, or where it is not `private` for the group too.

    `progress` is told how far an index is that has to be made anew.
    """

    def __init__(self, root: str | Path, progress: Progress | None = None, *, private: bool = True) -> None:
        self._root = root
        self._progress = progress
        self._shared = not private

    @classmethod
    def create(cls, root: str | Path, *, private: bool = True) -> Store:
        """A new `data/`, whole or not at all. Raises ShopExists, SystemFailure."""
        import shutil

        target, new = os.path.join(root, _DATA), os.path.join(root, f"{_DATA}.{os.getpid()}.new")
        if os.path.lexists(target):
            raise ShopExists(path=target)
        try:
            _make(new, shared=not private)
            os.rename(new, target)
            with Folder.open(str(root)) as folder:
                fsync(folder.fd)
        except OSError as error:
            shutil.rmtree(new, ignore_errors=True)
            raise SystemFailure(path=target, why=error.strerror or str(error)) from None
        return cls(root, private=private)

    @contextmanager
    def reading(self, timeout: float = 30) -> Iterator[Snapshot]:
        """The data as they stand, while nobody writes. Raises Locked, Damaged, SystemFailure, NotKnown."""
        with self._open() as data, Lock(data, timeout) as lock:
            snapshot = Snapshot(data, self._shared_index(data, lock))
            try:
                yield snapshot
            finally:
                snapshot.close()

    @contextmanager
    def writing(self, holder: str, timeout: float = 30) -> Iterator[Writer]:
        """The data for this process alone; `holder` tells those who wait. Raises as `reading` does."""
        from returnctl.storage.writer import Writer

        with self._open() as data, Lock(data, timeout) as lock:
            lock.own()
            lock.sign(holder)
            try:
                index = Index.open(data)
                writer = Writer(data, _current(data, index) or self._recovered(data, index), lock)
                try:
                    yield writer
                finally:
                    writer.close()
            finally:
                lock.clear()

    def check(self, seals: list[tuple[str, int, str]], timeout: float = 30, *, repair: bool = False) -> Report:
        """Look at everything. `seals` are sealed heads: file, sequence, digest. Raises as `reading` does."""
        from returnctl.storage import fsck

        with self._open() as data:
            if repair and layout.LOCK not in os.listdir(data.fd):
                data.create(layout.LOCK, b"", durable=False)  # one that is lost again is made again
            with Lock(data, timeout) as lock:
                return fsck.check(data, lock, seals, repair=repair)

    def make_index_anew(self, timeout: float = 30) -> None:
        """What was in the old one is nowhere any more. Raises as `reading` does."""
        with self._open() as data, Lock(data, timeout) as lock:
            lock.own()
            drop(data)
            self._recovered(data, None).close()

    def recall(self, kind: str, digest: str) -> bytes | None:
        """What was remembered under a digest; needs no lock."""
        with self._open() as data:
            return remembered.recall(data, kind, digest)

    def remember(self, kind: str, digest: str, value: bytes) -> None:
        with self._open() as data:
            remembered.remember(data, kind, digest, value)

    @contextmanager
    def _open(self) -> Iterator[Folder]:
        with opened(self._root, shared=self._shared) as data:
            _guard(data)
            yield data

    def _shared_index(self, data: Folder, lock: Lock) -> Index:
        """The index at the journal's end, with the lock shared; where something is left to do, it is done first."""
        lock.share()
        index = Index.open(data)
        try:
            while (current := _current(data, index)) is None:
                lock.own()
                index = self._recovered(data, index)
                lock.share()
        except BaseException:
            if index:
                index.close()
            raise
        return current

    def _recovered(self, data: Folder, known: Index | None) -> Index:
        from returnctl.storage import rebuild, staging

        with told(layout.STAGE):
            staging.recover(data)
        with told(""):
            return rebuild.brought_up(data, known, self._progress)


def opened(root: str | Path, *, shared: bool) -> Folder:
    """The data of a shop, as they are. Raises Damaged, SystemFailure."""
    with told(""):
        return Folder.open(f"{root}/{_DATA}", shared=shared)


def _current(data: Folder, index: Index | None) -> Index | None:
    """The index, if it is at the journal's end and nothing is staged."""
    return index if index and not data.names(layout.STAGE) and index.head().stands(data) else None


def _make(path: str, *, shared: bool) -> None:
    make_folder(path, shared=shared)
    with Folder.open(path, shared=shared) as data:
        for name in layout.FOLDERS:
            data.make(name)
        for name in (layout.JOURNAL, layout.LOCK):
            data.create(name, b"", durable=False)  # it is no more than a name, which the folder holds
        fsync(data.fd)


def _guard(data: Folder) -> None:
    """Another user's data may be planted, unless that user shares them with a group of ours.

    A mode that others loosened is closed again, and with it the way to all that is below.
    """
    told = os.fstat(data.fd)
    if is_foreign(told, shared=data.shared):
        raise NotYours(path=layout.shown(""))
    if told.st_mode & 0o777 != FOLDER_MODE[data.shared]:
        with suppress(OSError):
            os.fchmod(data.fd, told.st_mode & 0o7000 | FOLDER_MODE[data.shared])
