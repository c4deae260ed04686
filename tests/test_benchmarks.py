"""The shops that are measured are real ones, the same each time; the program that measures them runs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.csvs import write_export
from benchmarks.export_csvs import write_returns, write_settlement
from benchmarks.exports import LATER
from benchmarks.fill import fill
from benchmarks.place import DUE, NOW, POOL, ROOT
from benchmarks.turns import Ran, compared, in_turns, run
from returnctl.domain.states import State
from tests import program


def _filled(root: Path) -> Path:
    assert program.run("init", root, "-q").code == 0
    settings = root / "returnctl.yaml"
    lines = settings.read_text().splitlines()
    settings.write_text("\n".join("shop_id: bench" if x.startswith("shop_id") else x for x in lines) + "\n")
    fill(str(root), 1000)
    return root


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _filled(tmp_path_factory.mktemp("shops") / "one")


def test_a_filled_shop_is_sound(filled: Path) -> None:
    checked = program.run("fsck", cwd=filled)
    assert (checked.code, "returns: 1000, orders: 1000" in checked.out) == (0, True)


def test_it_has_returns_in_every_state_and_some_that_are_due(filled: Path) -> None:
    listed = program.run("list", "--json", cwd=filled).json
    assert {each["state"] for each in listed} == set(State)
    for minute in range(POOL):
        now = f"{NOW:%Y-%m-%dT%H}:{minute:02}:00Z"
        assert len(program.run("list", "--due", now, "-o", "ids", cwd=filled).out.split()) == DUE * (minute + 1)


def test_it_is_the_same_each_time(filled: Path, tmp_path: Path) -> None:
    other = _filled(tmp_path / "other")
    kept = [sorted(path.read_bytes() for path in (root / "data/returns").rglob("*.json")) for root in (filled, other)]
    assert kept[0] == kept[1]


def test_an_export_is_taken_in_whole(filled: Path, tmp_path: Path) -> None:
    export = write_export(tmp_path / "orders.csv", 50)
    assert program.run("import", export, "-n", "--json", cwd=filled).json["summary"]["new"] == 50


def test_what_a_platform_tells_of_these_orders_is_taken_in_whole(filled: Path, tmp_path: Path) -> None:
    export = write_export(tmp_path / "orders.csv", 50)
    returns, settled = (
        write(tmp_path / f"{write.__name__}.csv", export, 20) for write in (write_returns, write_settlement)
    )
    told = program.run("import", export, returns, settled, "-n", "--json", "--now", LATER, cwd=filled).json
    assert (told["summary"]["new"], told["summary"]["bad"]) == (90, 0)


def _spent(*seconds: float) -> Iterator[Ran]:
    return (Ran(each, each, 1) for each in seconds)


def test_ratios_are_taken_round_by_round_and_the_first_warms_up() -> None:
    """A machine that is slow in one round is slow for both."""
    mine, other = _spent(90, 2, 20, 6), _spent(1, 1, 10, 2)
    runs = in_turns({"mine": lambda _: next(mine), "other": lambda _: next(other)}, 3)
    found = compared(runs, "mine", "other")
    assert (found.ratio, found.seconds, found.than_seconds) == (2, 6, 2)


def test_a_run_that_fails_is_no_measurement() -> None:
    with pytest.raises(subprocess.CalledProcessError) as failure:
        run([sys.executable, "-c", "raise SystemExit('why')"])
    assert failure.value.stderr == "why\n"
    assert run([sys.executable, "-c", "bytes(30 << 20)"]).peak > 30


def test_the_program_tells_its_parts() -> None:
    told = subprocess.run([ROOT / "benchmarks/run", "--help"], capture_output=True, text=True, check=True).stdout
    assert all(
        part in told for part in ("startup", "scale", "bulk", "import", "platform", "index", "disk", "memory", "peers")
    )
    wrong = subprocess.run([ROOT / "benchmarks/run", "nothing"], capture_output=True, text=True, check=False)
    assert (wrong.returncode, "there is no part nothing" in wrong.stderr) == (2, True)
