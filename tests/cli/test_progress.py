"""Long work says how far it is: to a terminal, and to nobody else."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.shops import an_order
from tests.program import run

# Small portions, told at once, so that a small shop is long work.
_PROGRAM = """
from returnctl.cli import progress
from returnctl.cli.main import main
from returnctl.shop import intake
from returnctl.storage import rebuild
progress._PATIENCE = progress._PAUSE = 0
rebuild._PORTION = intake._BATCH = 4
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


def _orders(root: Path, count: int) -> Path:
    path = root / "many.jsonl"
    path.write_text("".join(json.dumps(an_order(f"M-{n}")) + "\n" for n in range(count)))
    return path


def test_an_import_is_told_batch_by_batch(shop: Path) -> None:
    text = _typed("-C", shop, "import", _orders(shop, 10))
    assert "\r\033[Ktaken in: 4\r\033[Ktaken in: 8\r\033[K" in text
    assert "10 new, 0 changed, 0 unchanged, 0 bad" in text
    assert len(list((shop / "data/orders").iterdir())) == 1 + 3


_STOPPED = """
import os, signal
from returnctl.storage.writer import Writer
commit = Writer.commit
def typed(writer, change):
    os.kill(os.getpid(), signal.SIGINT)
    commit(writer, change)
Writer.commit = typed
"""


@pytest.mark.parametrize(("typed", "done"), [(_STOPPED, 4), (_STOPPED * 2, 0)], ids=["once", "twice"])
def test_an_import_ends_after_a_whole_commit(shop: Path, typed: str, done: int) -> None:
    """Ctrl-C lets the batch in hand end, and the next import goes on from there; typed twice it ends at once."""
    words = ["-C", shop, "import", _orders(shop, 10), "--json"]
    program = [sys.executable, "-c", typed + _PROGRAM, *map(str, words)]
    stopped = subprocess.run(program, capture_output=True, text=True, check=False)
    assert (stopped.returncode, '"interrupted"' in stopped.stderr) == (130, True)
    assert stopped.stdout.count('"done"') == done
    assert run(*words).json["summary"] == {"new": 10 - done, "changed": 0, "unchanged": done, "bad": 0}
