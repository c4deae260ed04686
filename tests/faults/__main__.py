"""The long run: every kill and every fault of every writing command, power failures and damage, counted.

    python -m tests.faults [KILLS [FAULTS [STATES [DAMAGES]]]]      # at least 2000, 10000, 100000, 20000

Every point is taken once; where that is fewer than asked for, all are taken again. Kills and faults need strace.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

from tests.faults.commands import COMMANDS
from tests.faults.corruption import sealed_shop, silent
from tests.faults.power import record, wrong_states
from tests.faults.promises import ERRORS, Story
from tests.program import run

_stories: dict[str, Story] = {}


class Done(NamedTuple):
    """One attempt: the exit code (None where the call was not reached), or what did not hold."""

    code: int | None
    wrong: str = ""


def _story(demo: Path, name: str) -> Story:
    if name not in _stories:
        _stories[name] = Story(demo, Path(tempfile.mkdtemp(dir=demo.parent)), name)
    return _stories[name]


def _attempt(demo: Path, name: str, number: int, error: str | None) -> Done:
    story = _story(demo, name)
    point = story.points[number]
    try:
        if error is None:
            story.kill(point)
            return Done(-9)
        return Done(story.refuse(point, error))
    except AssertionError as wrong:
        return Done(None, str(wrong)[:2000])


def _points(demo: Path) -> list[tuple[str, int]]:
    return [(name, number) for name in COMMANDS for number in range(len(_story(demo, name).points))]


def power(states: int) -> tuple[int, list[str]]:
    """The states in which power failures left a shop, and those that did not recover."""
    with tempfile.TemporaryDirectory() as folder:
        seen, tried, wrong, seed = record(Path(folder)), 0, list[str](), 0
        while tried < states:
            count, found = wrong_states(seen, 100, seed, limit=20)
            tried, wrong, seed = tried + count, wrong + found, seed + 1
    return tried, wrong


def damage(count: int) -> tuple[int, list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        return count, silent(sealed_shop(Path(folder)), count, 0)


def main(kills: int = 2000, faults: int = 10_000, states: int = 100_000, damages: int = 20_000) -> int:
    wrong = []
    for what, (count, found) in (("power failures", power(states)), ("damages", damage(damages))):
        print(f"{count} {what}, {len(found)} wrong or silent", flush=True)
        wrong += found
    print(*wrong[:20], sep="\n")
    return processes(kills, faults) or int(bool(wrong))


def processes(kills: int, faults: int) -> int:
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor() as pool:
        demo = Path(folder) / "demo"
        assert run("demo", demo, "-q").code == 0
        points = _points(demo)
        deaths = list(islice(cycle(points), max(kills, len(points))))
        every = [(point, error) for point in points for error in ERRORS]
        refusals = list(islice(cycle(every), max(faults, len(every))))
        killed = [pool.submit(_attempt, demo, name, number, None) for name, number in deaths]
        failed = [pool.submit(_attempt, demo, name, number, error) for (name, number), error in refusals]
        return _told(len(points), [x.result() for x in killed], [x.result() for x in failed])


def _told(points: int, killed: list[Done], failed: list[Done]) -> int:
    wrong = [done.wrong for done in (*killed, *failed) if done.wrong]
    codes = Counter(done.code for done in failed if done.code is not None)
    print(f"{points} calls that change a file, in {len(COMMANDS)} commands")
    print(f"{len(killed)} kills, {sum(bool(x.wrong) for x in killed)} torn")
    print(f"{sum(codes.values())} faults, {sum(bool(x.wrong) for x in failed)} wrong, by exit code {dict(codes)}")
    print(*wrong[:20], sep="\n\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
