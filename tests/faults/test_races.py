"""Many processes at the same returns: no update is lost, and nothing is paid twice."""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tests.cli.shops import record
from tests.faults.shops import a_shop, booked, ended, forked, type_apart, type_in

Figures = dict[str, Any]


def test_no_update_is_lost() -> None:
    figures = long_run_updates(processes=8, changes=12, returns=3)
    assert (figures["lost"], figures["done"], figures["fsck"]) == (0, 96, 0)


def test_each_refund_is_paid_once() -> None:
    figures = long_run_refunds(processes=8, refunds=6)
    assert (figures["paid"], figures["paid_twice"], figures["not_refunded"], figures["fsck"]) == (6, 0, 0, 0)
    assert set(figures["exit_codes"]) <= {0, 5}


def long_run_updates(processes: int = 8, changes: int = 1000, returns: int = 5) -> Figures:
    """Notes on a few returns, from all sides at once. Each that was said to be done must stand there once."""
    with tempfile.TemporaryDirectory() as folder:
        shop = a_shop(Path(folder) / "shop", returns)
        began = time.monotonic()
        codes = _all_at_once(folder, processes, changes, lambda who, n: _note(shop, who, n, 1 + (who + n) % returns))
        seconds = time.monotonic() - began
        found = Counter(
            entry["facts"]["text"]
            for number in range(1, returns + 1)
            for entry in record(shop, number)["history"]
            if entry["event"] == "note"
        )
        said = Counter({f"{who}/{n}": 1 for (who, n), code in codes.items() if code == 0})
        return {
            "done": len(said), "lost": (said - found).total(), "twice_or_unsaid": (found - said).total(),
            "exit_codes": dict(Counter(codes.values())), "fsck": type_apart(shop, "fsck"), "seconds": round(seconds, 1),
        }  # fmt: skip


def _note(shop: Path, who: int, n: int, number: int) -> int:
    return type_in(shop, "note", number, f"{who}/{n}", "--lock-timeout", 300)


def long_run_refunds(processes: int = 8, refunds: int = 200) -> Figures:
    """The same refund from all sides at once, one after the other. The hook's own book tells what was paid."""
    with tempfile.TemporaryDirectory() as folder:
        shop = a_shop(Path(folder) / "shop", refunds, "refund")
        began = time.monotonic()
        codes = _all_at_once(folder, processes, refunds, lambda who, n: type_in(shop, *_ways(n + 1)[who % 4]))
        seconds = time.monotonic() - began
        paid = booked(shop, "refund")
        records = [record(shop, number) for number in range(1, refunds + 1)]
        payments = Counter(x["id"] for x in records for y in x["refunds"] if y["status"] == "confirmed")
        return {
            "refunds": refunds, "paid": len(paid), "paid_twice": len(paid) - len({_of(key) for key in paid}),
            "not_refunded": sum(x["state"] != "refunded" or payments[x["id"]] != 1 for x in records),
            "asked": sum(y["attempts"] for x in records for y in x["refunds"]),
            "exit_codes": dict(Counter(codes.values())), "fsck": type_apart(shop, "fsck"), "seconds": round(seconds, 1),
        }  # fmt: skip


def _ways(number: int) -> tuple[tuple[object, ...], ...]:
    return (
        ("refund", number),
        ("refund", number, "--key", f"key-{number}"),
        ("refund", number, "--retry"),
        ("sweep", "--lock-timeout", 30),
    )


def _of(key: str) -> str:
    """The return that a payment key names."""
    return key.split("/")[1]


def _all_at_once(
    folder: str, processes: int, times: int, act: Callable[[int, int], int]
) -> dict[tuple[int, int], int]:  # fmt: skip
    """Each process acts so many times, the n-th time all together; exit codes by who and which time."""
    line = multiprocessing.get_context("fork").Barrier(processes)

    def one(who: int) -> int:
        try:
            with (Path(folder) / f"codes-{who}").open("w") as codes:
                for n in range(times):
                    line.wait(300)
                    codes.write(f"{act(who, n)}\n")
        except BaseException:
            line.abort()  # nobody waits for one that failed
            raise
        return 0

    started = [forked(partial(one, who)) for who in range(processes)]
    assert {ended(process) for process in started} == {0}
    told = {who: (Path(folder) / f"codes-{who}").read_text().split() for who in range(processes)}
    return {(who, n): int(code) for who in told for n, code in enumerate(told[who])}


if __name__ == "__main__":
    sys.stdout.write(f"{long_run_updates()}\n{long_run_refunds()}\n")
