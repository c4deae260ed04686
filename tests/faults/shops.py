"""Shops whose hooks keep books, and commands typed in processes of their own without the start of a new one."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from returnctl.cli.main import run
from tests.cli.shops import ROOT, an_order, take
from tests.program import NOW

HOOKS = ROOT / "examples/hooks"


def type_in(shop: Path, *words: object) -> int:
    """Type a command in this very process; its exit code."""
    os.environ["RETURNCTL_NOW"] = NOW
    return run(["-C", str(shop), *map(str, words)])


def forked(act: Callable[[], int]) -> int:
    """The process that does it, and says nothing."""
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        sys.stdout = sys.stderr = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        code = act()
    finally:
        os._exit(code)


def ended(process: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def type_apart(shop: Path, *words: object) -> int:
    return ended(forked(lambda: type_in(shop, *words)))


def a_shop(root: Path, returns: int, *hooks: str) -> Path:
    """With as many returns, each of an order of its own, whose money is due; the hooks come when all that is done."""
    assert type_apart(root, "init", root, "-q") == 0
    take(root, *(an_order(f"L-{n}") for n in range(1, returns + 1)))
    assert ended(forked(lambda: _led_to_refund(root, returns))) == 0
    (root / "hooks").mkdir()
    for name in ("book.py", *hooks):
        shutil.copy(HOOKS / name, root / "hooks" / name)
    return root


def _led_to_refund(root: Path, returns: int) -> int:
    codes = [
        type_in(root, *words)
        for n in range(1, returns + 1)
        for words in (
            ("apply", f"L-{n}", "--item", "1=1", "--reason", "damaged"),
            ("approve", n),
            ("receive", n, "--pass"),
        )
    ]
    return max(codes)


def booked(shop: Path, hook: str) -> Counter[str]:
    """What a sample hook did, by key."""
    if not (shop / "hooks/book.sqlite").exists():
        return Counter()
    book = sqlite3.connect(shop / "hooks/book.sqlite")
    rows = book.execute("SELECT key FROM done WHERE hook = ?", (hook,)).fetchall()
    book.close()
    return Counter(key for (key,) in rows)
