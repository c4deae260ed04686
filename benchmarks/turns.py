"""Commands in turns, round by round: a machine that gets busy slows all of them alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

Words = Sequence[object]


class Ran(NamedTuple):
    """Seconds by the clock and of the processor; `peak` is the most memory, in MiB."""

    seconds: float
    busy: float
    peak: float


class Measured(NamedTuple):
    """A line of a table: medians of the ratios, round by round, to what it is compared with."""

    what: str
    than: str
    ratio: float
    busy: float
    seconds: float
    than_seconds: float
    budget: float | None = None


def run(words: Words, folder: Path | None = None, **more: str) -> Ran:
    """Whole processes, from the call to the exit; `more` are variables of theirs. Raises CalledProcessError."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"} | more
    environment.pop("RETURNCTL_SHOP", None)
    told = [str(word) for word in words]
    began = time.perf_counter()
    nowhere = subprocess.DEVNULL
    with subprocess.Popen(
        told, cwd=folder, env=environment, stdin=nowhere, stdout=nowhere, stderr=subprocess.PIPE
    ) as child:
        said = child.stderr.read() if child.stderr else b""
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, told, stderr=said.decode(errors="replace"))
    return Ran(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def in_turns(sides: Mapping[str, Callable[[int], Ran]], rounds: int) -> dict[str, list[Ran]]:
    """Each side once a round, told the round's number. The first round warms up and is not counted."""
    runs: dict[str, list[Ran]] = {name: [] for name in sides}
    for number in range(rounds + 1):
        for name, side in sides.items():
            runs[name].append(side(number))
    return {name: all_of[1:] for name, all_of in runs.items()}


def compared(runs: Mapping[str, list[Ran]], what: str, than: str, budget: float | None = None) -> Measured:
    mine, other = runs[what], runs[than]
    ratio, busy = (
        statistics.median(getattr(a, kind) / getattr(b, kind) for a, b in zip(mine, other, strict=True))
        for kind in ("seconds", "busy")
    )
    seconds, than_seconds = (statistics.median(each.seconds for each in side) for side in (mine, other))
    return Measured(what, than, ratio, busy, seconds, than_seconds, budget)
