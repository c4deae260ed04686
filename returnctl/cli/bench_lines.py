"""What is scanned or typed at a terminal, line by line."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from unicodedata import normalize

from returnctl.cli.bench_talk import Talk
from returnctl.cli.progress import at_once
from returnctl.cli.verbs import Ids
from returnctl.output.words import say

# Of one line, in bytes; a terminal gives no longer ones.
_LONGEST = 4096


class Typed:
    """The lines of a terminal, until Ctrl-D, or Ctrl-C: that ends a command after the commit in hand."""

    def __init__(self, stopped: Callable[[], bool]) -> None:
        self._stopped = stopped
        self._ended = self.interrupted = False

    def words(self, ids: Ids, talk: Talk) -> Iterator[str]:
        """The ids; `-` is what is scanned."""
        for each in ids:
            if each != "-":
                yield each
                continue
            talk.welcome()
            while (line := self.line(say("parcel"), talk)) is not None:
                if line:
                    yield line

    def line(self, prompt: str, talk: Talk) -> str | None:
        """None at the end. Full-width characters, of an input method that is on, are those they stand for."""
        if self._ended:
            return None
        talk.ask(prompt)
        data = self._read()
        if not data.endswith(b"\n"):
            talk.end_line()
        self._ended = not data
        return normalize("NFKC", data.decode("utf-8", "replace")).strip() if data else None

    def _read(self) -> bytes:
        try:
            with at_once():
                if not self._stopped():
                    return sys.stdin.buffer.readline(_LONGEST)
        except KeyboardInterrupt:
            pass
        except OSError:  # the terminal is gone
            return b""
        self.interrupted = True
        return b""
