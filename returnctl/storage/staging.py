"""Documents on their way: staged before the commit line, placed after it, finished by whoever comes next."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from itertools import groupby

from returnctl.errors import Failure
from returnctl.storage import journal
from returnctl.storage.digests import digest
from returnctl.storage.files import Folder, fsync
from returnctl.storage.layout import STAGE

# With the journal's own, a commit of few documents makes no more than six fsyncs.
_FEW = 5


def prepare(data: Folder, documents: Mapping[str, bytes], waiting: tuple[str, ...]) -> None:
    """Stage documents by their paths; with them the folders reach the disk that the last commit placed into.

    Raises OSError; nothing stays staged then.
    """
    try:
        _prepare(data, documents, [*waiting, *data.make(STAGE)])
    except OSError:
        clear(data)
        raise


def _prepare(data: Folder, documents: Mapping[str, bytes], waiting: list[str]) -> None:
    many = len(documents) + len(waiting) + 1 > _FEW
    sync = sync_all() if many else None
    for path in () if sync else waiting:
        with data.folder(path) as folder:
            fsync(folder.fd)
    with data.folder(STAGE) as stage:
        for path, content in documents.items():
            stage.create(_staged(path), content, durable=sync is None)
        if sync:
            sync(stage.fd)
            return
        if documents:
            fsync(stage.fd)


def place(data: Folder, paths: Iterable[str], removed: Iterable[str] = ()) -> tuple[str, ...]:
    """Put staged documents in their places, and remove what goes; gives the folders that wait for their fsync.

    Raises OSError.
    """
    _remove(data, removed)
    paths = sorted(paths)
    _make(data, dict.fromkeys(map(_folder_of, paths)))
    waiting: set[str] = set()
    with data.folder(STAGE) as stage:
        for where, inside in groupby(paths, key=_folder_of):
            waiting.add(where)
            with data.folder(where) as folder:
                for path in inside:
                    os.replace(_staged(path), path.rpartition("/")[2], src_dir_fd=stage.fd, dst_dir_fd=folder.fd)
    return tuple(sorted(waiting))


def _make(data: Folder, folders: Iterable[str]) -> None:
    """New folders are there for sure before anything is moved into them, else it could be under neither name."""
    for above in dict.fromkeys(above for folder in folders for above in data.make(folder)):
        with data.folder(above) as folder:
            fsync(folder.fd)


def _remove(data: Folder, paths: Iterable[str]) -> None:
    """Gone for good before anything is placed: as long as something is staged, recovery comes here again."""
    for where, inside in groupby(sorted(paths), key=_folder_of):
        with suppress(FileNotFoundError), data.folder(where) as folder:
            for path in inside:
                with suppress(FileNotFoundError):
                    os.unlink(path.rpartition("/")[2], dir_fd=folder.fd)
            fsync(folder.fd)


def clear(data: Folder) -> None:
    """Drop what was staged in vain, as far as it can be: else the next command does."""
    with suppress(OSError, Failure):
        _drop(data, data.names(STAGE))


def recover(data: Folder) -> None:
    """Finish or drop what a command left behind; the lock is held. Raises OSError, Damaged."""
    journal.set_torn_aside(data)
    staged = set(data.names(STAGE))
    if not staged:
        return
    last = journal.last(data)
    if last:
        told = last.documents.items()
        held = [path for path, digest in told if _staged(path) in staged and _holds(data, path, digest)]
        place(data, held, last.removed)
    _drop(data, data.names(STAGE))


def folders_of(paths: Iterable[str]) -> tuple[str, ...]:
    """The folders that may wait for their fsync where nobody knows which are new."""
    places = {_folder_of(path) for path in paths}
    return tuple(sorted(places | {_folder_of(where) or "." for where in places}))


def _holds(data: Folder, path: str, committed: str) -> bool:
    return digest(data.read(f"{STAGE}/{_staged(path)}")) == committed


def _drop(data: Folder, names: Iterable[str]) -> None:
    with data.folder(STAGE) as stage:
        for name in names:
            os.unlink(name, dir_fd=stage.fd)


def _staged(path: str) -> str:
    return path.replace("/", "+")


def _folder_of(path: str) -> str:
    return path.rpartition("/")[0]


def sync_all() -> Callable[[int], None] | None:
    """`syncfs`, which brings all that was written to the disk at once; not every system has it."""
    import ctypes

    syncfs = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if syncfs is None:
        return None

    def sync(fd: int) -> None:
        if syncfs(fd):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    return sync
