"""The lock of a shop: `flock` on a file that is never replaced. It says who holds it, for those who wait."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import time
from contextlib import suppress
from typing import Self

from returnctl.errors import Locked, NotKnown
from returnctl.storage.files import Folder, told
from returnctl.storage.layout import JOURNAL, LOCK, shown

_PAUSE = 0.02
_MOST = 1000
# Left in the lock file when it cannot be told whether a commit reached the disk: no writes until `fsck`.
_UNSURE = "unsure: run returnctl fsck\n"


class Lock:
    """Held until it is closed or the process ends, however that ends. `timeout` is in seconds, for all waiting."""

    def __init__(self, data: Folder, timeout: float) -> None:
        with told(LOCK):
            self._fd = _opened(data)
        self._until = time.monotonic() + timeout

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._fd)

    def share(self) -> None:
        self._take(fcntl.LOCK_SH)

    def own(self, *, to_check: bool = False) -> None:
        """For this process alone. Raises Locked; NotKnown where a commit may or may not have happened."""
        self._take(fcntl.LOCK_EX)
        if self.is_unsure() and not to_check:
            raise NotKnown(path=shown(JOURNAL), cure="fsck")

    def _take(self, how: int) -> None:
        with told(LOCK):
            while not self._taken(how):
                left = self._until - time.monotonic()
                if left <= 0:
                    raise Locked(**self._holder())
                time.sleep(min(_PAUSE, left))

    def _taken(self, how: int) -> bool:
        try:
            fcntl.flock(self._fd, how | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def sign(self, holder: str) -> None:
        """Say who holds it. That is a courtesy: where it cannot be written, work goes on."""
        since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        self._write(f"holder: {' '.join(holder.split())}\nsince: {since}\npid: {os.getpid()}\n")

    def clear(self) -> None:
        if not self.is_unsure():
            self._write("")

    def refuse_writers(self) -> None:
        """After a restart what is on the disk is the truth, so the mark needs no fsync."""
        self._write(_UNSURE)

    def be_sure(self) -> None:
        self._write("")

    def is_unsure(self) -> bool:
        return self._text().startswith(_UNSURE)

    def _holder(self) -> dict[str, str | None]:
        """Who only looks does not sign."""
        facts = dict(line.split(": ", 1) for line in self._text().splitlines() if ": " in line)
        held = {"holder": facts.get("holder"), "since": facts.get("since")}
        return held if held["holder"] else held | {"why": "looked_at"}

    def _text(self) -> str:
        return os.pread(self._fd, _MOST, 0).decode("utf-8", "replace")

    def _write(self, text: str) -> None:
        content = text.encode("utf-8", "replace")[:_MOST]
        with suppress(OSError):
            os.pwrite(self._fd, content, 0)
            os.ftruncate(self._fd, len(content))


def _opened(data: Folder) -> int:
    fd = _opened_as_allowed(data)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(errno.ENXIO, os.strerror(errno.ENXIO))
    return fd


def _opened_as_allowed(data: Folder) -> int:
    """Readers of a shop that they may not write to can lock it all the same."""
    try:
        return data.open_file(LOCK, os.O_RDWR)
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EROFS, errno.EPERM):
            raise
        return data.open_file(LOCK, os.O_RDONLY)
