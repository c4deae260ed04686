"""Many changes from one command: how far they are, and an end between two commits when somebody asks for it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING

from returnctl.cli.answer import answer, show, tell
from returnctl.cli.progress import Meter, stopping
from returnctl.errors import Interrupted
from returnctl.output.words import mark

if TYPE_CHECKING:
    from returnctl.cli.options import Wanted
    from returnctl.shop.road import Done, Job, Result, Road

Stopped = Callable[[], bool]


def change_all(wanted: Wanted, road: Road, jobs: Iterable[Job], of: int | None = None) -> int:
    """Lead many along the road, and tell what came of each."""
    from returnctl.shop.batches import in_batches
    from returnctl.shop.changing import carry

    return told(wanted, lambda stopped: map(partial(carry, road), in_batches(road, jobs, stopped)), of)


def told(wanted: Wanted, run: Callable[[Stopped], Iterable[Done]], of: int | None = None) -> int:
    """People read of each when it is done, programs of all at the end, also where the rest was not begun.

    `of` is how many there are, where that is known.
    """
    from returnctl.shop.road import exit_of

    results, stopped = gathered(wanted, run, of)
    code = int(exit_of(results)) if wanted.format == "table" else answer(wanted, results)
    return interrupted(wanted, results, len(results)) if stopped else code


def gathered(
    wanted: Wanted, run: Callable[[Stopped], Iterable[Done]], of: int | None = None
) -> tuple[list[Done], bool]:
    """The results, of which people have read, and whether somebody asked for an end before all were done."""
    for_people = wanted.format == "table"
    meter = Meter(mark("returns"), quiet=wanted.quiet or (for_people and sys.stdout.isatty()))
    results: list[Done] = []
    with stopping() as stopped:
        for done in run(stopped):
            if for_people:
                show(wanted, done)
            results.append(_slim(done, for_people=for_people))
            meter(len(results), of)
    meter.clear()
    return results, stopped()


def _slim(done: Done, *, for_people: bool) -> Done:
    """What is still needed of it: a million documents would fill the memory, and so would a million results."""
    from returnctl.shop.road import Done

    return Done(_went_well() if for_people else done.result, failure=done.failure)


@cache
def _went_well() -> Result:
    """For people, who read of each already, one stands for all."""
    from returnctl.shop.road import Result

    return Result(id="", outcome="done")


def interrupted(wanted: Wanted, results: Sequence[Done], count: int) -> int:
    """Programs read one failure of a command: where one was told, the exit code says the rest."""
    failure, as_json = Interrupted(kind="many", count=count), wanted.format == "json"
    if not (as_json and any(done.failure for done in results)):
        tell(failure, as_json=as_json)
    return int(failure.exit)
