"""Long work says how far it is: to a terminal, and to nobody else."""

from __future__ import annotations

import os
import pty
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Small portions, told at once, so that a small shop is long work.
_PROGRAM = """
from returnctl.cli import progress
from returnctl.cli.main import main
from returnctl.storage import rebuild
progress._PATIENCE = progress._PAUSE = 0
rebuild._PORTION = 4
main()
"""


def _typed(*words: object) -> str:
    """What stands on a terminal after a command, control characters and all."""
    child, terminal = pty.fork()
    if not child:
        os.execv(sys.executable, [sys.executable, "-c", _PROGRAM, *map(str, words)])
    text = "".join(_read(terminal))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, text
    return text


def _read(terminal: int) -> Iterator[str]:
    """Until the other end is closed, which Linux tells as a failure."""
    try:
        while piece := os.read(terminal, 4096):
            yield piece.decode()
    except OSError:
        pass
    finally:
        os.close(terminal)


@pytest.mark.parametrize(
    ("option", "told"), [("--lang=en", "making the index: 4 of "), ("--lang=zh", "正在建立索引：4/")]
)
def test_an_index_that_is_made_anew(demo: Path, option: str, told: str) -> None:
    (demo / "data/index.sqlite").unlink()
    text = _typed("-C", demo, option, "list")
    assert f"\r\033[K{told}" in text
    *_, left = text.rpartition("\r\033[K")
    assert left.startswith(("return ", "售后单"))


def test_who_wants_quiet_is_told_nothing(demo: Path) -> None:
    (demo / "data/index.sqlite").unlink()
    assert "\033[K" not in _typed("-C", demo, "-q", "list")
