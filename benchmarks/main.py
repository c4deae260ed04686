"""Measure, and print tables of ratios: milliseconds differ from machine to machine, ratios hardly do."""

from __future__ import annotations

import argparse
import platform
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import bulk, commands, exports, others, report, weights
from benchmarks.place import Place
from benchmarks.turns import Measured

PARTS: dict[str, Callable[[Place], Iterator[Measured | str]]] = {
    "startup": commands.startup, "policy": commands.policy, "append": commands.append, "scale": commands.scale,
    "bulk": bulk.bulk, "import": bulk.imports, "platform": exports.platform, "index": weights.index,
    "disk": weights.disk, "memory": weights.memory, "report": report.report, "peers": others.peers,
}  # fmt: skip
_LINE = "{:42} {:>7} {:>7} {:>9} {:>7}  {}"


def main() -> None:
    asked = _asked()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(asked.folder or temporary).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        place = Place(folder, asked.returns, asked.rounds, asked.many)
        print(f"Python {platform.python_version()}, {asked.returns} returns, {asked.rounds} rounds\n")
        for name in asked.parts or [part for part in PARTS if part != "peers" or asked.peers]:
            print(f"{name}\n{_LINE.format('', 'ratio', 'busy', 'ms', 'budget', 'than')}")
            for found in PARTS[name](place):
                print(found if isinstance(found, str) else _line(found), flush=True)
            print()


def _line(found: Measured) -> str:
    budget = "" if found.budget is None else f"{found.budget:.1f}"
    than = f"{found.than} ({found.than_seconds * 1000:.0f} ms)"
    return _LINE.format(
        found.what, f"{found.ratio:.2f}", f"{found.busy:.2f}", f"{found.seconds * 1000:.0f}", budget, than
    )


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks/run", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)} (default: all but peers)")
    parser.add_argument("--returns", type=int, default=100_000, help="in the large shop")
    parser.add_argument("--rounds", type=int, default=10, help="that are counted; one more warms up")
    parser.add_argument("--many", type=int, default=100_000, help="applications and orders at once")
    parser.add_argument("--folder", help="to keep the shops in, and use them again (default: a temporary one)")
    parser.add_argument("--peers", action="store_true", help="also programs that do the nearest thing")
    asked = parser.parse_args()
    unknown = sorted(set(asked.parts) - set(PARTS))
    if unknown:
        parser.error(f"there is no part {', '.join(unknown)}")
    return asked
