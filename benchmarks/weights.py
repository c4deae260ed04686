"""What a large shop weighs: on the disk, in the memory of each command, and when its index is made anew."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from benchmarks.budgets import MEMORY
from benchmarks.csvs import write_export
from benchmarks.place import Place, now
from benchmarks.turns import Measured, Ran, compared

# What a rebuild reads at least: each document once.
_READ = """
import sys
from pathlib import Path
for path in Path(sys.argv[1]).glob("[or]*/**/*.json*"):
    path.read_bytes()
"""


def disk(place: Place) -> Iterator[Measured | str]:
    data, count = place.large / "data", place.returns
    for name in ("returns", "orders", "files", "journal.jsonl", "index.sqlite"):
        size, blocks = _size(data / name)
        yield f"{name}: {size / count:.0f} bytes a return, {blocks / count:.0f} of the disk"


def _size(path: Path) -> tuple[int, int]:
    """Bytes, and what they take in blocks."""
    inside = (Path(above) / name for above, _, names in os.walk(path) for name in names)
    told = [each.stat() for each in ([path] if path.is_file() else inside)]
    return sum(each.st_size for each in told), sum(each.st_blocks * 512 for each in told)


def index(place: Place) -> Iterator[Measured | str]:
    """Once: it takes as long as it takes."""
    made, read = "the index made anew", "reading each document"
    runs = {made: [_rebuilt(place)], read: [place.python(_READ, place.large / "data")]}
    yield compared(runs, made, read)
    a_return = runs[made][0].seconds / place.returns
    yield f"{a_return * 1e6:.0f} µs a return"


def _rebuilt(place: Place) -> Ran:
    (place.large / "data/index.sqlite").unlink()
    return place.returnctl(place.large, "show", 1, "--json")


def memory(place: Place) -> Iterator[Measured | str]:
    """The most that each command held."""
    yield _told("making the index", _rebuilt(place))
    for words in _commands(place):
        yield _told(" ".join(map(str, words)), place.returnctl(place.large, *words, "--now", now()))
        shutil.rmtree(place.folder / "backup", ignore_errors=True)


def _commands(place: Place) -> Iterator[tuple[object, ...]]:
    export = write_export(place.folder / "memory.csv", min(place.many, 100_000))
    for shown in ("json", "table"):
        yield from ((word, "-o", shown) for word in ("list", "todo"))
    yield from (("order", "list"), ("log",), ("sweep", "-n"), ("sweep",), ("import", export), ("seal", "-n"))
    yield from (("anonymize", "-n", "--before", "2026-03-01"), ("backup", place.folder / "backup"), ("fsck",))


def _told(what: str, ran: Ran) -> str:
    over = "" if ran.peak <= MEMORY else f", over the {MEMORY} allowed"
    return f"`{what}`: {ran.peak:.0f} MiB{over} ({ran.seconds:.1f} s)"
