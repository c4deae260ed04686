"""Files that a user names, or keeps by hand: what is no file is refused, and nothing waits or grows without end."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING, Protocol

from returnctl.errors import SystemFailure

if TYPE_CHECKING:
    from io import FileIO
    from pathlib import Path

# More than settings, a policy, or the seals of a month ever hold.
_MOST = 8 * 1024 * 1024
_PIECE = 1024 * 1024


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes | None: ...


def read(path: str | Path) -> bytes:
    """The bytes of a file kept by hand; the rest of a huge one is left, and what is read is refused by its reader.

    Raises SystemFailure.
    """
    try:
        with opened(path) as file:
            return up_to(_MOST, file)
    except OSError as error:
        raise SystemFailure(path=str(path), why=error.strerror or str(error)) from None


def opened(path: str | Path, *, links: bool = True, pipes: bool = False) -> FileIO:
    """A regular file, or where they are allowed a pipe. Raises OSError, with `no_regular_file` as what it says."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | (0 if links else os.O_NOFOLLOW))
    except ValueError:  # no system has such a name
        raise OSError(errno.ENOENT, os.strerror(errno.ENOENT)) from None
    mode = os.fstat(fd).st_mode
    if not stat.S_ISREG(mode) and not (pipes and stat.S_ISFIFO(mode)):
        os.close(fd)
        raise OSError(errno.EINVAL, "no_regular_file")
    os.set_blocking(fd, True)
    return os.fdopen(fd, "rb", buffering=0)


def up_to(most: int, stream: _Stream) -> bytes:
    """All of it, and of one that is longer one byte more than `most`, in pieces: no stream tells how long it is."""
    from io import BytesIO

    data = BytesIO()
    while data.tell() <= most and (piece := stream.read(min(_PIECE, most + 1 - data.tell()))):
        data.write(piece)
    return data.getvalue()
