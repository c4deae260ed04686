"""Long work: how far it is, in a line on standard error that goes with it, where that is a terminal; and Ctrl-C."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from returnctl.output.words import say

# Work that takes no longer is not worth a word.
_PATIENCE = 0.5
_PAUSE = 0.2
_ENDS = (signal.SIGINT, signal.SIGTERM)
_UNTOUCHED = (signal.SIG_DFL, signal.default_int_handler)
_CLEAR = "\r\033[K"


class Meter:
    """`what` is said with the count, and was marked for translation."""

    def __init__(self, what: str, *, quiet: bool = False) -> None:
        self._what = what
        self._quiet = quiet
        self._next = time.monotonic() + _PATIENCE
        self._stands = False

    def __call__(self, done: int, of: int | None = None) -> None:
        """The line goes when all is done; `of` is how much there is, where that is known."""
        now = time.monotonic()
        if done == of:
            self.clear()
        elif now >= self._next and not self._quiet and sys.stderr.isatty():
            self._next, self._stands = now + _PAUSE, True
            what = say(self._what)
            self._write(say("{what}: {done} of {of}", what=what, done=done, of=of) if of else f"{what}: {done}")

    def clear(self) -> None:
        """Before anything else is said."""
        if self._stands:
            self._stands = False
            self._write("")

    def _write(self, text: str) -> None:
        with suppress(OSError):
            sys.stderr.write(_CLEAR + text)
            sys.stderr.flush()


@contextmanager
def stopping() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was typed, or the system asked for the end: who does many things ends after the one in hand.

    The second time it comes at once. What whoever started us ignores stays ignored.
    """
    typed = []
    heard = {each: signal.getsignal(each) for each in _ENDS}

    def stop(number: int, _: object) -> None:
        typed.append(True)
        signal.signal(number, heard[signal.Signals(number)])

    for each in (each for each, before in heard.items() if before in _UNTOUCHED):
        signal.signal(each, stop)
    try:
        yield lambda: bool(typed)
    finally:
        for each, before in heard.items():
            signal.signal(each, before)


@contextmanager
def at_once() -> Iterator[None]:
    """While nothing is in hand: what `stopping` would note for later is raised as KeyboardInterrupt."""
    noted = {each: before for each in _ENDS if (before := signal.getsignal(each)) is not signal.SIG_IGN}
    for each in noted:
        signal.signal(each, signal.default_int_handler)
    try:
        yield
    finally:
        for each, before in noted.items():
            signal.signal(each, before)
