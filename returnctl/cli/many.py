"""Many changes from one command, which ends between two commits when it is asked to."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from returnctl.cli.answer import answer, mention
from returnctl.errors import Exit
from returnctl.output.words import say

if TYPE_CHECKING:
    from returnctl.cli.options import Wanted
    from returnctl.shop.road import Done, Job, Road


class Stop:
    """Whether somebody asked for the end. The second time it comes at once."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self) -> bool:
        return self.asked

    def ask(self, *_: object) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


@contextmanager
def patiently() -> Iterator[Stop]:
    """Ctrl-C, and the system's request to end, are heard when the commit at work is whole."""
    stop, before = Stop(), dict[signal.Signals, Any]()
    with suppress(ValueError):  # only a main thread hears signals
        for each in (signal.SIGINT, signal.SIGTERM):
            before[each] = signal.signal(each, stop.ask)
    try:
        yield stop
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def change_all(wanted: Wanted, road: Road, jobs: Iterable[Job]) -> int:
    """Lead many along the road, and tell what came of each."""
    from returnctl.shop.batches import in_batches

    return told(wanted, lambda stop: map(road.carry, in_batches(road, jobs, stop)))


def told(wanted: Wanted, run: Callable[[Stop], Iterable[Done]]) -> int:
    """What was done is told also where the rest was not begun."""
    with patiently() as stop:
        results = list(run(stop))
    code = answer(wanted, results) if results or wanted.format != "table" else 0
    if not stop.asked:
        return code
    mention(say("interrupted: {count} were done, the rest was not begun.", count=len(results)))
    return int(Exit.INTERRUPTED)
