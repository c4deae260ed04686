"""What stands under `data/`, looked at in passing: nothing is waited for, and nothing is mended or made."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import chain, islice
from typing import NamedTuple

from returnctl.domain.record import Return
from returnctl.domain.states import State
from returnctl.errors import Failure, Locked
from returnctl.storage import journal, layout, queries
from returnctl.storage.changes import Query
from returnctl.storage.documents import decode
from returnctl.storage.files import FILE_MODE, FOLDER_MODE, Folder, told
from returnctl.storage.index import BROKEN, Index
from returnctl.storage.lock import Lock

_SINCE = "%Y-%m-%dT%H:%M:%SZ"
_ROLLBACK = f"{layout.INDEX}-journal"


class Probe(NamedTuple):
    """`held` by a writer, for so many `seconds` as far as it said so; `works` is False where two got one lock."""

    held: Locked | None
    seconds: float | None
    works: bool
    is_unsure: bool


class Loose(NamedTuple):
    """A file or folder as it should not be: others than the settings say may open it, or those may not."""

    path: str
    mode: int
    others: bool


def probe(data: Folder) -> Probe:
    """Whether the lock is held, and whether it keeps others out. Raises Damaged, SystemFailure."""
    with Lock(data, 0) as ours:
        unsure = ours.is_unsure()
        try:
            ours.share()
        except Locked as held:
            return Probe(held, _seconds(held), works=True, is_unsure=unsure)
        return Probe(None, None, _keeps_out(data), unsure)


def _keeps_out(data: Folder) -> bool:
    """Somebody who has opened it on his own must not get it as well."""
    with Lock(data, 0) as other:
        try:
            other.own(to_check=True)
        except Locked:
            return True
    return False


def _seconds(held: Locked) -> float | None:
    with suppress(ValueError):
        since = datetime.strptime(str(held.facts["since"]), _SINCE).replace(tzinfo=UTC)
        return time.time() - since.timestamp()
    return None


def staged(data: Folder) -> int:
    """How many documents wait for their places. Raises Damaged, SystemFailure."""
    return len(data.names(layout.STAGE))


def torn(data: Folder) -> tuple[str, ...]:
    """Lines that were cut off once and set aside."""
    return tuple(sorted(layout.shown(name) for name in data.names(".") if layout.TORN.fullmatch(name)))


def modes(data: Folder) -> Iterator[Loose]:
    """Of `data/` and what stands directly in it; `fsck` looks at all that is below."""
    for name in (".", *sorted(data.names("."))):
        with suppress(FileNotFoundError):
            told = os.stat(name, dir_fd=data.fd, follow_symlinks=False)
            mode, wanted = told.st_mode & 0o777, _wanted(told, shared=data.shared)
            if mode & ~wanted or (data.shared and wanted & ~mode):
                yield Loose(layout.shown("" if name == "." else name), mode, bool(mode & ~wanted))


def _wanted(told: os.stat_result, *, shared: bool) -> int:
    """A link has no mode that counts."""
    if stat.S_ISLNK(told.st_mode):
        return 0o777
    return (FOLDER_MODE if stat.S_ISDIR(told.st_mode) else FILE_MODE)[shared]


def strangers(data: Folder) -> Iterator[str]:
    """What stands directly in `data/` and belongs to another user than `data/`, as after a `sudo`."""
    owner = os.fstat(data.fd).st_uid
    for name in sorted(data.names(".")):
        with suppress(FileNotFoundError):
            if os.stat(name, dir_fd=data.fd, follow_symlinks=False).st_uid != owner:
                yield layout.shown(name)


def owing(data: Folder, most: int) -> list[Return]:
    """Returns that owe something outside, `most` at most, as far as an index is there that knows them."""
    index = None if data.holds(_ROLLBACK) else Index.open(data)  # SQLite would roll it back
    if index is None:
        return []
    try:
        with Lock(data, 0) as lock, suppress(Failure, *BROKEN):
            lock.share()
            return list(islice(_owing(data, index), most))
        return []
    finally:
        index.close()


def _owing(data: Folder, index: Index) -> Iterator[Return]:
    if not index.head().stands(data):
        return
    queried = (Query(states=(State.REFUNDING,)), Query(with_owed=True))
    for id in dict.fromkeys(each.id for each in chain(*(queries.summaries(index, x) for x in queried))):  # noqa: A001
        path = layout.return_path(id)
        yield decode(data.read_committed(path, str(index.committed(path))), path, Return)


def last_by(data: Folder, command: str, most: int) -> datetime | None:
    """When a command last changed anything, as far as the last `most` bytes of the journal tell."""
    with told(layout.JOURNAL):
        found = [entry.at for entry in journal.tail(data, most) if entry.command == command]
    return found[-1] if found else None
