"""The real program under strace, which kills it before a call or makes a call fail; nothing in it is changed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from returnctl.cli.main import run
from tests.cli.shops import DEMO_NOW, PHOTO
from tests.faults import commands
from tests.faults.shops import ended, forked

# Calls that can change a file, where they are for one below the shop.
_CHANGING = "write,pwrite64,fsync,fdatasync,syncfs,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,ftruncate"
_OPENS = re.compile(r"O_CREAT|O_WRONLY|O_RDWR|O_TRUNC")
# Only the calls that are asked for stop the program; signals do not come through that way.
_QUICK = ("-f", "--seccomp-bpf")
_CALL = re.compile(r"^(?:\d+ +)?(\w+)\((.*)")


# What a fork exits with where anything else than an exit code came of a command.
TRACEBACK = 99


class Point(NamedTuple):
    """The n-th call of a kind."""

    call: str
    number: int


def needed() -> None:
    """Where strace is missing a test does not run, and says so; in CI that is a failure."""
    if shutil.which("strace") is None:
        if os.environ.get("RETURNCTL_TEST_EVERYTHING"):
            pytest.fail("strace is missing, and CI runs everything")
        pytest.skip("strace is missing")


def furnish(shop: Path) -> None:
    (shop / commands.PHOTO).write_bytes(PHOTO)
    (shop / commands.ORDERS).write_text(commands.MORE)
    (shop / commands.REQUESTS).write_text(commands.MANY)
    (shop / commands.REPORTS).write_text(commands.REPORTED)
    (shop / commands.SETTLEMENT).write_text(commands.SETTLED)
    (shop / commands.DECISIONS).write_text(commands.DECIDED)


def environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    return kept | {
        "LANG": "C.UTF-8", "LOGNAME": "mei", "RETURNCTL_NOW": DEMO_NOW, "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip


def typed(shop: Path, words: str, *strace: str) -> subprocess.CompletedProcess[str]:
    command = [*strace, sys.executable, "-m", "returnctl", *words.split(), "--json"]
    return subprocess.run(
        command, cwd=shop, env=environment(), capture_output=True, text=True, check=False, timeout=120,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


def typed_in_a_fork(shop: Path, words: str) -> int:
    """The exit code of what needs no strace, at a tenth of the time of a new interpreter."""

    def type_it() -> int:
        os.environ.clear()
        os.environ.update(environment())
        os.chdir(shop)
        try:
            return run([*words.split(), "--json"])
        except Exception:  # noqa: BLE001 - whatever it is, it is wrong
            return TRACEBACK

    return ended(forked(type_it))


def traced(shop: Path, words: str) -> list[tuple[Point, str]]:
    """Every call that changes a file below the shop, in order, with its line of the trace."""
    log = shop.parent / f"{shop.name}.trace"
    done = typed(shop, words, "strace", "-qq", "-y", "-s", "200", "-e", f"trace=openat,{_CHANGING}", "-o", str(log))
    assert done.returncode == 0, done.stderr
    counts: Counter[str] = Counter()
    found = []
    lines = log.read_text(errors="replace").splitlines()
    log.unlink()
    for line in lines:
        call = _CALL.match(line)
        if not call:
            continue
        counts[call[1]] += 1
        if str(shop / "data") in line and (call[1] != "openat" or _OPENS.search(call[2])):
            found.append((Point(call[1], counts[call[1]]), line))
    return found


def killed(shop: Path, words: str, point: Point) -> bool:
    """Kill it at the entry of a call; whether it died of that."""
    how = f"inject={point.call}:signal=KILL:when={point.number}"
    done = typed(shop, words, "strace", "-qq", "-e", f"trace={point.call}", "-e", how, "-o", "/dev/null")
    return done.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)


def refused(shop: Path, words: str, point: Point, error: str) -> tuple[subprocess.CompletedProcess[str], bool]:
    """Let a call fail; what came of it, and whether the call was reached."""
    log = shop.parent / f"{shop.name}.trace"
    how = f"inject={point.call}:error={error}:when={point.number}"
    done = typed(shop, words, "strace", "-qq", *_QUICK, "-e", f"trace={point.call}", "-e", how, "-o", str(log))
    reached = "(INJECTED)" in log.read_text(errors="replace")
    log.unlink()
    return done, reached
