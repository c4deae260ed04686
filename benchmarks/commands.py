"""Whole commands, as ratios to the least that any of them can cost, and to themselves in a small shop."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.budgets import FSYNCS, LIST, STARTUP, SWEEP, VALIDATE
from benchmarks.place import POOL, ROOT, SMALL, Place, now
from benchmarks.turns import Measured, Ran, compared, in_turns

_CLICK = "import click"
_CHECKERS = "import click, yaml, jsonschema"
_APPEND = """
import os, sys
fd = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
os.write(fd, b"x" * 600)
os.fsync(fd)
"""


def startup(place: Place) -> Iterator[Measured | str]:
    """The commands that are typed all day; each round approves another return."""
    shop = place.large
    wanted = _requested(place, shop)
    sides: dict[str, Callable[[int], Ran]] = {
        _CLICK: lambda _: place.python(_CLICK),
        "show --json": lambda _: place.returnctl(shop, "show", 1, "--json"),
        "approve": lambda number: place.returnctl(shop, "approve", wanted[number], "--now", now()),
        "--version": lambda _: place.returnctl(None, "--version"),
        "--help": lambda _: place.returnctl(None, "--help"),
    }
    runs = in_turns(sides, min(place.rounds, len(wanted) - 1))
    yield from (compared(runs, name, _CLICK, budget) for name, budget in STARTUP.items())
    yield from _fsyncs(place, shop, wanted[-1])


def policy(place: Place) -> Iterator[Measured | str]:
    """A policy of about a hundred lines, checked with its floors, against the libraries that any check loads."""
    file = ROOT / "policies" / "tiktok-us.yaml"
    what = f"policy validate, {len(file.read_text('utf-8').splitlines())} lines"
    sides: dict[str, Callable[[int], Ran]] = {
        _CHECKERS: lambda _: place.python(_CHECKERS),
        what: lambda _: place.returnctl(None, "policy", "validate", file),
    }
    yield compared(in_turns(sides, place.rounds), what, _CHECKERS, VALIDATE)


def append(place: Place) -> Iterator[Measured | str]:
    """A line at the end of a file, brought to the disk: what a journal costs at least."""
    raw = place.folder / "raw.jsonl"
    sides: dict[str, Callable[[int], Ran]] = {
        "python: append and fsync": lambda _: place.python(_APPEND, raw),
        "note": lambda number: place.returnctl(place.small, "note", 1, f"note {number}", "--now", now()),
    }
    yield compared(in_turns(sides, place.rounds), "note", "python: append and fsync")


def scale(place: Place) -> Iterator[Measured | str]:
    """The same commands in a large shop and in a small one. A sweep takes what is due, so each has its minute."""
    lists = (("list", "--limit", 50), ("list", "--sort", "due", "--limit", 50), ("todo", "--limit", 50))
    for words in (*lists, ("show", 1, "--json")):
        yield _grown(place, place.rounds, LIST, *words)
    if all("R-" in _said(place, shop, "sweep", "-n", "--now", now()) for shop in (place.small, place.large)):
        yield _grown(place, min(place.rounds, POOL), SWEEP, "sweep", minutely=True)
    else:
        yield "sweep: these shops were swept before, and a sweep is measured in new ones"


def _grown(place: Place, rounds: int, budget: float, *words: object, minutely: bool = False) -> Measured:
    what = " ".join(map(str, words))
    small, large = f"{what} at {SMALL}", f"{what} at {place.returns}"

    def at(number: int) -> tuple[object, ...]:
        return (*words, "--now", now(number if minutely else 0))

    sides: dict[str, Callable[[int], Ran]] = {
        small: lambda number: place.returnctl(place.small, *at(number)),
        large: lambda number: place.returnctl(place.large, *at(number)),
    }
    return compared(in_turns(sides, rounds), large, small, budget)


def _requested(place: Place, shop: Path) -> list[str]:
    return _said(place, shop, "list", "--state", "requested", "-o", "ids").split()


def _said(place: Place, shop: Path, *words: object) -> str:
    told = [str(word) for word in (place.bin / "returnctl", "-C", shop, *words)]
    return subprocess.run(told, capture_output=True, text=True, check=True).stdout


def _fsyncs(place: Place, shop: Path, wanted: str) -> Iterator[str]:
    """As the system sees them."""
    if not shutil.which("strace"):
        yield "fsyncs: not counted, since there is no strace"
        return
    commands = {"show --json": ("show", 1, "--json"), "approve": ("approve", wanted, "--now", now())}
    for name, words in commands.items():
        trace = place.folder / "trace"
        strace = ("strace", "-f", "-o", trace, "-e", "trace=fsync,fdatasync,syncfs,sync")
        told = [str(word) for word in (*strace, place.bin / "returnctl", "-C", shop, *words)]
        subprocess.run(told, capture_output=True, check=True)
        count = len(re.findall(r"^\d+ +(?:fsync|fdatasync|syncfs|sync)\(", trace.read_text("utf-8"), re.MULTILINE))
        yield f"fsyncs of `{name}`: {count} (at most {FSYNCS[name]})"
