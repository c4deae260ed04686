"""The report against the statements that it asks of the index, run bare."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.budgets import MEMORY, REPORT
from benchmarks.place import NOW, ROOT, Place, now
from benchmarks.turns import Measured, Ran, compared, in_turns, run

_BARE = """
import json, sqlite3, sys
db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
for line in open(sys.argv[2]):
    sql, values = json.loads(line)
    for row in db.execute(sql, values):
        pass
"""
# What is told by buyer for people: for programs each of them has a row, of which SQL makes a small part.
_WORDS: tuple[tuple[str, ...], ...] = (
    (),
    *(("--by", by) for by in ("reason", "sku", "policy", "buyer", "account", "month")),
)
_FIRST = 20


def report(place: Place) -> Iterator[Measured | str]:
    """A round of each; the first warms up, so that both find the index in memory."""
    index = place.large / "data/index.sqlite"
    place.returnctl(place.large, "show", 1, "--json")
    for words in _WORDS:
        asked = place.folder / "asked.jsonl"
        run([place.bin / "python", "-m", "benchmarks.report", index, asked, *words], folder=ROOT)
        what = " ".join(["report", *words])
        sides: dict[str, Callable[[int], Ran]] = {
            what: lambda _, words=words: place.returnctl(place.large, "report", *words, "--now", now()),  # type: ignore[misc]
            "bare SQL": lambda _, asked=asked: run([sys.executable, "-c", _BARE, index, asked], ROOT),  # type: ignore[misc]
        }
        runs = in_turns(sides, min(place.rounds, 3))
        yield compared(runs, what, "bare SQL", REPORT)
        peak = max(each.peak for each in runs[what])
        yield f"`{what}`: {peak:.0f} MiB" + ("" if peak <= MEMORY else f", over the {MEMORY} allowed")


def record(index: Path, asked: Path, words: Sequence[str]) -> None:
    """What the report asks, a statement a line; run where the wheel's libraries are."""
    from returnctl.shop.report import groups, overview
    from returnctl.storage.figures import Period, Tables

    db = sqlite3.connect(f"file:{index}?mode=ro", uri=True)
    with asked.open("w", encoding="utf-8") as file:

        def ask(sql: str, values: Sequence[object]) -> Iterator[tuple[Any, ...]]:
            file.write(json.dumps([sql, list(values)]) + "\n")
            return iter(db.execute(sql, tuple(values)))

        tables, period = Tables(ask), Period()
        if not words:
            overview(tables, period, NOW)
        else:
            limit = _FIRST if words[1] in ("sku", "buyer") else None
            for _ in groups(tables, period, words[1], "America/New_York", limit):  # type: ignore[arg-type]
                pass
    db.close()


if __name__ == "__main__":
    record(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
