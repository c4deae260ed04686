"""Every kill and every fault of every writing command: the unmodified program under strace, over all cores."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.faults.commands import COMMANDS
from tests.faults.power import in_memory
from tests.faults.promises import ERRORS, Story
from tests.faults.spread import Outcome, spread
from tests.program import run

_KILL = "KILL"
# Of all errors at all calls so many; those that a retry of the system's keeps from us are not counted.
_MOST = 11_000
_stories: dict[str, Story] = {}


class Attempt(NamedTuple):
    """The n-th call of a command that changes a file, and the error that it meets, or the signal."""

    command: str
    number: int
    error: str


class Done(NamedTuple):
    """The exit code, None where the call was not reached; or what did not hold."""

    code: int | None
    wrong: str = ""


def _tried(attempt: Attempt) -> Done:
    story = _stories[attempt.command]
    point = story.points[attempt.number]
    try:
        if attempt.error != _KILL:
            return Done(story.refuse(point, attempt.error))
        story.kill(point)
    except AssertionError as wrong:
        return Done(None, f"{attempt}: {wrong}"[:2000])
    return Done(-9)


def _all(what: str, errors: tuple[str, ...], told: Callable[[list[Done]], str]) -> Outcome:
    with in_memory() as folder:
        _prepare(folder)
        points = [(name, n) for name, story in _stories.items() for n in range(len(story.points))]
        every = [Attempt(*point, error) for point in points for error in errors]
        attempts = random.Random(0).sample(every, min(len(every), _MOST))
        done = list(spread(what, _tried, attempts, together=4))
    calls = f"{len({x[:2] for x in attempts})} of {len(points)} calls of {len(COMMANDS)} commands that change a file"
    return Outcome(f"{told(done)}, at {calls}", [x.wrong for x in done if x.wrong])


def _prepare(folder: Path) -> None:
    demo = folder / "demo"
    assert run("demo", demo, "-q").code == 0
    _stories.update({name: Story(demo, folder, name) for name in COMMANDS})


def long_run_kills() -> Outcome:
    return _all("kills", (_KILL,), lambda done: f"{sum(x.code == -9 for x in done)} died")


def long_run_faults() -> Outcome:
    return _all("faults", ERRORS, _by_code)


def _by_code(done: list[Done]) -> str:
    codes = Counter(x.code for x in done if x.code is not None)
    return f"{codes.total()} met, by exit code {dict(sorted(codes.items()))}"
