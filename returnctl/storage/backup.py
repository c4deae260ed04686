"""A copy of `data/` that stands at one commit, made while others work."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from returnctl.errors import Damaged
from returnctl.storage import layout, staging
from returnctl.storage.digests import digest
from returnctl.storage.files import Folder, fsync
from returnctl.storage.head import Head
from returnctl.storage.journal import entries
from returnctl.storage.snapshot import Snapshot
from returnctl.storage.store import Store

# Documents that are copied under one lock, before others may write again.
_PORTION = 500


class Copied(NamedTuple):
    """The commit at which the copy stands; documents that are not what was committed, copied as they are."""

    head: Head
    documents: int
    damaged: tuple[str, ...]


def copy(store: Store, target: Folder, timeout: float) -> Copied:
    """First all documents, in portions; then, under the last lock, those that changed meanwhile. Raises OSError."""
    for name in layout.FOLDERS:
        target.make(name)
    target.create(layout.LOCK, b"", durable=False)
    damaged: set[str] = set()
    with store.reading(timeout) as snapshot:
        begun = snapshot.head()
    path, done = "", 0
    while True:
        with store.reading(timeout) as snapshot:
            portion = snapshot.documents(path, _PORTION)
            damaged.update(_copied(snapshot, target, portion))
        if not portion:
            break
        path, done = portion[-1][0], done + len(portion)
    head = _caught_up(store, target, begun, damaged, timeout)
    return Copied(head, done, tuple(sorted(damaged)))


def _caught_up(store: Store, target: Folder, begun: Head, damaged: set[str], timeout: float) -> Head:
    with store.reading(timeout) as snapshot:
        changed: dict[str, str] = {}
        removed: set[str] = set()
        for _, _, entry in entries(snapshot.data, begun):
            changed |= entry.documents
            removed.update(entry.removed)
        damaged.update(_copied(snapshot, target, [(x, y) for x, y in changed.items() if x not in removed]))
        for path in removed:
            with suppress(FileNotFoundError):
                os.unlink(f"{target.path}/{path}")
        head = snapshot.head()
        snapshot.data.copy(layout.JOURNAL, head.size, target, layout.JOURNAL)
        return head


def _copied(snapshot: Snapshot, target: Folder, documents: list[tuple[str, str]]) -> Iterator[str]:
    """Gives the paths of those that are damaged."""
    for path, committed in documents:
        above, _, name = path.rpartition("/")
        try:
            content = snapshot.data.read(path)
        except Damaged:
            yield path
            continue
        if digest(content) != committed:
            yield path
        target.make(above)
        with target.folder(above) as folder:
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=folder.fd)
            folder.create(name, content, durable=False)


def bring_to_disk(target: Folder) -> None:
    """A folder with all that is in it. Raises OSError."""
    sync = staging.sync_all()
    if sync:
        sync(target.fd)
        return
    for above, _, names in os.walk(target.path):
        with Folder.open(above) as folder:
            for name in names:
                _bring_file(folder, name)
            fsync(folder.fd)


def _bring_file(folder: Folder, name: str) -> None:
    """A link stands in its folder alone."""
    if os.path.islink(f"{folder.path}/{name}"):
        return
    fd = folder.open_file(name)
    try:
        fsync(fd)
    finally:
        os.close(fd)
