"""The long run: all that can go wrong, counted.

    python -m tests.faults [WHAT…]      # of RUNS, below; else all of them

A line for each on standard output; exit 1 where anything was wrong. Kills and faults need strace, full disks root.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from tests.faults import processes, test_around_hooks, test_input, test_mounts, test_policies, test_races, test_scans
from tests.faults.corruption import sealed_shop, silent
from tests.faults.power import Recorded, in_memory, record, wrong_after
from tests.faults.spread import Outcome, spread

_STATES, _DAMAGES, _EXAMPLES = 7000, 20_000, 10_000
_recorded: list[Recorded] = []


def states() -> Outcome:
    """So many attempts after each call; states that are alike count once."""
    with in_memory() as folder:
        _recorded[:] = [record(folder)]
    tasks = range(1, len(_recorded[0].ops) + 1)
    found = list(spread("states", _states_after, tasks))
    figure = f"{sum(count for count, _ in found)} different states after {len(tasks)} calls"
    return Outcome(figure, [each for _, wrong in found for each in wrong])


def _states_after(at: int) -> tuple[int, list[str]]:
    return wrong_after(_recorded[0], at, _STATES, 0)


def damages() -> Outcome:
    portions = range(_DAMAGES // 1000)
    found = list(spread("damages", _silent, portions))
    return Outcome(f"{1000 * len(portions)} done", [each for wrong in found for each in wrong])


def _silent(seed: int) -> list[str]:
    with in_memory() as folder:
        return silent(sealed_shop(folder), 1000, seed)


def hooks() -> Outcome:
    with in_memory() as folder:
        cut = test_around_hooks.long_run_hooks(folder)
    return Outcome(f"{sum(cut.values())} times cut off around them, {cut}", [])


def _counted(run: Callable[[], dict[str, Any]], *bad: str) -> Outcome:
    figures = run()
    return Outcome(str(figures), [f"{name}: {figures[name]}" for name in bad if figures[name]])


def updates() -> Outcome:
    return _counted(test_races.long_run_updates, "lost", "twice_or_unsaid", "fsck")


def refunds() -> Outcome:
    return _counted(test_races.long_run_refunds, "paid_twice", "not_refunded", "fsck")


def full() -> Outcome:
    codes = test_mounts.long_run_full()
    return Outcome(f"{sum(codes.values())} commands on a full disk, by exit code {codes}", [])


def scans() -> Outcome:
    return _counted(test_scans.long_run_scans, "mixed")


def inputs() -> Outcome:
    test_input.long_run_input(_EXAMPLES)
    return Outcome(f"{_EXAMPLES} of each kind", [])


def policies() -> Outcome:
    test_policies.long_run_policies(_EXAMPLES // 10)
    return Outcome(f"{_EXAMPLES // 10} of each kind, none of 2 seconds", [])


RUNS: dict[str, Callable[[], Outcome]] = {
    "kills": processes.long_run_kills, "hooks": hooks, "faults": processes.long_run_faults, "states": states,
    "damages": damages, "updates": updates, "refunds": refunds, "full": full, "scans": scans, "input": inputs,
    "policies": policies,
}  # fmt: skip


def _told(name: str) -> int:
    began = time.monotonic()
    try:
        figure, wrong = RUNS[name]()
    except Exception as error:  # noqa: BLE001 - the other runs go on
        figure, wrong = "stopped", [f"{type(error).__name__}: {error}"[:2000]]
    print(
        f"{name}: {figure}, wrong: {len(wrong)} ({time.monotonic() - began:.0f} s)", *wrong[:20], sep="\n", flush=True
    )
    return len(wrong)


def main(names: list[str]) -> int:
    unknown = set(names) - set(RUNS)
    if unknown:
        sys.exit(f"no such run: {', '.join(sorted(unknown))}; there are {', '.join(RUNS)}")
    return int(sum([_told(name) for name in names or RUNS]) > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
