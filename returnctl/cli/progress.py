"""How far long work is, on standard error, where that is a terminal: one line that is gone when the work is done."""

from __future__ import annotations

import sys
import time
from contextlib import suppress

from returnctl.output.words import say

# Work that takes no longer is not worth a word.
_PATIENCE = 0.5
_PAUSE = 0.2
_CLEAR = "\r\033[K"


class Meter:
    """`what` is said with the count, and was marked for translation."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._next = time.monotonic() + _PATIENCE
        self._stands = False

    def __call__(self, done: int, of: int) -> None:
        """The line goes when all is done."""
        now = time.monotonic()
        if done >= of:
            self.clear()
        elif now >= self._next and sys.stderr.isatty():
            self._next, self._stands = now + _PAUSE, True
            self._write(say("{what}: {done} of {of}", what=say(self._what), done=done, of=of))

    def clear(self) -> None:
        """Before anything else is said."""
        if self._stands:
            self._stands = False
            self._write("")

    def _write(self, text: str) -> None:
        with suppress(OSError):
            sys.stderr.write(_CLEAR + text)
            sys.stderr.flush()
