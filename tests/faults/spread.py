"""Much work, over all cores, and how far it is."""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple, TypeVar

T = TypeVar("T")
R = TypeVar("R")
_SECONDS = 20


class Outcome(NamedTuple):
    """What was counted, in words, and what was wrong."""

    figure: str
    wrong: list[str]


def spread(what: str, act: Callable[[T], R], tasks: Sequence[T], together: int = 1) -> Iterator[R]:
    """The results in order; what `act` needs beside its task is in a variable of its module before this is called."""
    told = time.monotonic()
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("fork")) as pool:
        for number, result in enumerate(pool.map(act, tasks, chunksize=together), 1):
            if time.monotonic() - told > _SECONDS:
                told = time.monotonic()
                sys.stderr.write(f"  {what}: {number} of {len(tasks)}\n")
            yield result
