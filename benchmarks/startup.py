"""How long whole commands take, as ratios to `python -c "import click"`, measured in turns on one machine.

    python benchmarks/startup.py [--runs 40]

It builds a wheel, installs it into an environment of its own (so that everything is compiled, as users have
it), makes a shop with one return, and runs each command after the other, round by round.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
BUDGETS = {"show --json": 1.5, "approve": 1.7, "--version": 1.3, "--help": 1.3}
ORDER = (
    '{{"id": "B-{n}", "market": "US", "currency": "USD", "buyer": {{"id": "u_1"}},'
    ' "ordered_at": "2026-11-01T17:20:00Z", "delivered_at": "2026-11-05T22:10:00Z",'
    ' "lines": [{{"line": "1", "sku": "LAMP", "quantity": 3, "net": "81.00", "tax": "6.75"}}]}}\n'
)


def installed(folder: Path) -> Path:
    """The `bin` of a new environment with the wheel of this checkout."""
    source = folder / "source"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".*", "build", "*.egg-info", "returnctl-demo"))
    run(sys.executable, "-m", "venv", folder / "venv")
    python = folder / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "-q", "--disable-pip-version-check", source)
    return python.parent


def run(*words: object, **more: object) -> None:
    subprocess.run([str(word) for word in words], check=True, stdout=subprocess.DEVNULL, **more)  # type: ignore[call-overload]


def shop(program: Path, folder: Path, returns: int) -> Path:
    """A shop with so many requested returns."""
    root = folder / "shop"
    run(program, "init", root, "--market", "US")
    (folder / "orders.jsonl").write_text("".join(ORDER.format(n=n) for n in range(returns)))
    run(program, "-C", root, "import", folder / "orders.jsonl")
    for n in range(returns):
        run(program, "-C", root, "apply", f"B-{n}", "--reason", "damaged", "--now", "2026-11-07")
    return root


def timed(words: list[object], environment: dict[str, str], folder: Path) -> float:
    began = time.perf_counter()
    run(*words, env=environment, cwd=folder)
    return time.perf_counter() - began


def measure(rounds: int) -> dict[str, list[float]]:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bin_ = installed(folder)
        program = bin_ / "returnctl"
        root = shop(program, folder, rounds + 1)
        times: dict[str, list[float]] = {name: [] for name in ("import click", *BUDGETS)}
        for turn in range(rounds + 1):
            commands: dict[str, list[object]] = {
                "import click": [bin_ / "python", "-c", "import click"],
                "show --json": [program, "show", "1", "--json"],
                "approve": [program, "approve", turn + 1, "--now", "2026-11-08"],
                "--version": [program, "--version"],
                "--help": [program, "--help"],
            }
            for command, words in commands.items():
                taken = timed(words, environment, root)
                times[command] += [taken] if turn else []  # the first round warms up
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=40)
    times = measure(parser.parse_args().runs)
    base = times["import click"]
    print(f"{'command':14} {'median ms':>9} {'ratio':>6} {'budget':>6}")
    for name, taken in times.items():
        ratio = statistics.median(a / b for a, b in zip(taken, base, strict=True))
        budget = f"{BUDGETS[name]:.1f}" if name in BUDGETS else ""
        print(f"{name:14} {statistics.median(taken) * 1000:9.1f} {ratio:6.2f} {budget:>6}")


if __name__ == "__main__":
    main()
