"""The end of the journal, as the index keeps it."""

from __future__ import annotations

import os
from typing import NamedTuple

from returnctl.storage.digests import PREFIX
from returnctl.storage.files import Folder, told
from returnctl.storage.layout import JOURNAL

# How each line of the journal ends, after its own digest.
LINE_END = b'"}\n'


class Head(NamedTuple):
    """`size` in bytes; `counter` is the last number of a return; `folders` wait for their fsync."""

    size: int = 0
    sequence: int = 0
    digest: str = PREFIX + "0" * 64
    counter: int = 0
    folders: tuple[str, ...] = ()

    def stands(self, data: Folder) -> bool:
        """Whether the journal ends just here."""
        return self._in(data, exactly=True)

    def is_passed(self, data: Folder) -> bool:
        """Whether a line of the journal ends here, so that what follows can be told from it."""
        return self._in(data, exactly=False)

    def _in(self, data: Folder, *, exactly: bool) -> bool:
        with told(JOURNAL):
            fd = data.open_file(JOURNAL)
            try:
                size = os.fstat(fd).st_size
                if size < self.size or (exactly and size != self.size):
                    return False
                end = self.digest.encode() + LINE_END
                return not self.size or os.pread(fd, len(end), self.size - len(end)) == end
            finally:
                os.close(fd)
