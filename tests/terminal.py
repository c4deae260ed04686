"""The real command at a terminal of its own: what is typed, and what stands there."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.cli.shops import DEMO_NOW

CTRL_C, CTRL_D, BELL = "\x03", "\x04", "\a"
_PATIENCE = 20
# Ctrl-C reaches who has the terminal.
_PROGRAM = (
    "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n{}\nfrom returnctl.cli.main import main; main()"
)
_INHERITED = ("PATH", "HOME", "PYTHONPATH", "COVERAGE_PROCESS_START", "TMPDIR")


class Terminal:
    """`stands` is all that was written there so far, control characters too; `out` what went elsewhere."""

    def __init__(
        self,
        shop: Path,
        *words: object,
        before: str = "",
        aside: bool = False,
        environment: dict[str, str] | None = None,
    ) -> None:
        """`before` is run first, in the same process; `aside` leads standard output into a pipe."""
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        told = {"RETURNCTL_NOW": DEMO_NOW, "LANG": "C.UTF-8", "TERM": "xterm", "LOGNAME": "mei", "COLUMNS": "80"}
        self._here, there = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM.format(before), *map(str, words)],
            cwd=shop, env=inherited | told | (environment or {}), start_new_session=True,
            stdin=there, stdout=subprocess.PIPE if aside else there, stderr=there,
        )  # fmt: skip
        os.close(there)
        self.stands = ""
        self._seen = 0

    def says(self, text: str) -> None:
        """Wait until it stands behind what was waited for before."""
        until = time.monotonic() + _PATIENCE
        while (at := self.stands.find(text, self._seen)) < 0:
            assert time.monotonic() < until, (text, self.stands[self._seen :])
            assert self._more(until) or text in self.stands[self._seen :], (text, self.stands[self._seen :])
        self._seen = at + len(text)

    def types(self, text: str) -> None:
        os.write(self._here, text.encode())

    def wait_a_moment(self) -> None:
        """No person answers faster."""
        time.sleep(0.15)

    def scans(self, *words: str, then: str = "parcel> ") -> None:
        """Each, once the one before was answered."""
        for word in words:
            self.says(then)
            self.types(word + "\n")

    def ends(self, key: str = CTRL_D, then: str = "parcel> ") -> int:
        """The exit code, once the key was typed and all was read."""
        self.says(then)
        self.types(key)
        return self.left()

    def reads(self, text: str) -> str:
        """What came out of the pipe, once this is in it."""
        assert self.process.stdout
        pipe, came, until = self.process.stdout.fileno(), "", time.monotonic() + _PATIENCE
        while text not in came:
            ready, _, _ = select.select([pipe], [], [], max(0, until - time.monotonic()))
            assert ready, came
            came += os.read(pipe, 65536).decode()
        return came

    def left(self) -> int:
        until = time.monotonic() + _PATIENCE
        while self._more(until):
            pass
        return self.process.wait(_PATIENCE)

    def hangs_up(self) -> int:
        """The exit code, once the terminal was closed."""
        os.close(self._here)
        self._here = os.open(os.devnull, os.O_RDONLY)
        return self.process.wait(_PATIENCE)

    def _more(self, until: float) -> bool:
        ready, _, _ = select.select([self._here], [], [], max(0, until - time.monotonic()))
        piece = b""
        with suppress(OSError):  # so Linux tells that the other end is closed
            piece = os.read(self._here, 65536) if ready else b""
        self.stands += piece.decode("utf-8", "replace")
        return bool(piece)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()
        os.close(self._here)


@contextmanager
def terminal(
    shop: Path, *words: object, before: str = "", aside: bool = False, environment: dict[str, str] | None = None
) -> Iterator[Terminal]:
    """No traceback may come of it, whatever is typed."""
    here = Terminal(shop, *words, before=before, aside=aside, environment=environment)
    try:
        yield here
        assert "Traceback" not in here.stands
    finally:
        here.close()
