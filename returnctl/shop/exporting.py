"""`export`: returns for other programs, written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from returnctl.errors import Damaged, FileExists, SystemFailure
from returnctl.storage.files import fsync

if TYPE_CHECKING:
    from returnctl.domain.record import Return
    from returnctl.storage.changes import Query
    from returnctl.storage.snapshot import Snapshot


def records(snapshot: Snapshot, query: Query, told: Callable[[Damaged], None]) -> Iterator[Return]:
    """The returns of a list in full; one that cannot be read is told, and the others follow."""
    for summary in snapshot.summaries(query):
        try:
            yield snapshot.get_return(summary.id)
        except Damaged as failure:
            told(failure)


@contextmanager
def new_file(path: str, *, force: bool) -> Iterator[BinaryIO]:
    """A file that gets its name when it is on the disk. It names buyers, so it is its owner's alone.

    Raises FileExists, SystemFailure.
    """
    if os.path.lexists(path) and not force:
        raise FileExists(path=path)
    target = Path(path)
    partial = target.with_name(f".{target.name[:100]}.{os.getpid()}.partial")
    try:
        fd = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(fd, "wb") as file:
                yield file
                file.flush()
                fsync(file.fileno())
            _name(partial, target, force=force)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise SystemFailure(path=path, why=error.strerror or str(error)) from None


def _name(partial: Path, target: Path, *, force: bool) -> None:
    """Somebody may have made it meanwhile; where the disk knows no links, nobody can tell."""
    with suppress(OSError):
        if not force:
            target.hardlink_to(partial)
            return
    if not force and os.path.lexists(target):
        raise FileExists(path=str(target))
    partial.replace(target)
