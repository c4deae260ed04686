"""The first look in the morning: what presses in one line, then group by group, soonest first."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shops import DEMO_NOW, ROOT, an_order, take, typed
from tests.program import NOW, run

# What the groups hold on the day after the demo's last event, by number.
GROUPS = {"overdue": [9, 6, 5], "later": [15, 4, 11, 3], "waiting": [14, 1], "owed": [13, 10, 2, 8, 12]}
HEADINGS = {"Overdue": "overdue", "Due today": "today", "Later": "later", "Waiting for the buyer": "waiting",
            "Owed outside": "owed"}  # fmt: skip


def number(id: str) -> int:  # noqa: A002
    return int(id.removeprefix("R-"))


def in_groups(rows: list[dict[str, Any]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row in rows:
        found.setdefault(row["group"], []).append(number(row["id"]))
    return found


def on_paper(out: str) -> dict[str, list[int]]:
    """The same from the tables for people."""
    found: dict[str, list[int]] = {}
    tables = out.partition("\n\nTo tell the buyers")[0]
    for block in tables.split("\n\n")[1:]:
        heading, *lines = block.splitlines()
        found[HEADINGS[heading]] = [int(line[2:8]) for line in lines if line.startswith("R-")]
    return found


def test_programs_and_people_see_the_same_groups(demo_once: Path) -> None:
    assert in_groups(run("todo", "--json", cwd=demo_once, now=DEMO_NOW).json) == GROUPS
    assert on_paper(run("todo", cwd=demo_once, now=DEMO_NOW).out) == GROUPS


@pytest.mark.parametrize(
    ("words", "now", "first"),
    [
        (
            "todo", DEMO_NOW,
            "3 overdue, 4 later, 2 waiting for the buyer, 5 owed outside;"
            " 53.58 USD at stake in what is overdue or due today",
        ),
        ("todo --limit 2", DEMO_NOW, "of the first 2: 2 overdue; 18.93 USD at stake in what is overdue or due today"),
        ("todo --limit 14", DEMO_NOW, "of the first 14: 3 overdue, 4 later, 2 waiting for the buyer, 5 owed outside;"),
        ("todo --limit 15", DEMO_NOW, "3 overdue, 4 later, 2 waiting for the buyer, 5 owed outside;"),
        ("todo --overdue", DEMO_NOW, "3 overdue; 53.58 USD at stake in what is overdue or due today"),
        # The end of the 9th in the shop's zone is the last moment of the 9th, and overdue from then on.
        ("todo --due 2d", "2026-11-09T23:59:59-08:00", "1 due today"),
        ("todo --due 2d", "2026-11-10T00:00:00-08:00", "1 overdue, 1 later"),
        ("todo --due 1h", "2026-11-08T12:00:00-08:00", ""),
    ],
)  # fmt: skip
def test_it_begins_with_what_presses(demo_once: Path, words: str, now: str, first: str) -> None:
    shown = run(*words.split(), cwd=demo_once, now=now)
    summary, _, tables = shown.out.partition("\n\n")
    assert summary.startswith(first)
    assert shown.err == ("" if first else "nothing to do.\n")
    assert run(*words.split(), "-q", cwd=demo_once, now=now) == (0, tables, "")


def test_each_currency_has_its_sum(shop: Path) -> None:
    take(shop, an_order("E-1", currency="EUR"))
    typed(shop, "apply L-1 --item 1=1 --reason damaged", "apply E-1 --reason damaged --exception ok", now=NOW)
    stake = "2 overdue; 93.15 EUR, 34.65 USD at stake in what is overdue or due today\n"
    assert run("todo", cwd=shop, now="2026-12-07T09:00:00-08:00").out.startswith(stake)


@pytest.mark.parametrize(
    ("words", "now", "code"),
    [
        ("", DEMO_NOW, 1),
        ("--overdue", DEMO_NOW, 1),
        ("--limit 1", DEMO_NOW, 1),
        # Nothing is overdue yet, and by tomorrow night the first is.
        ("", "2026-11-09T12:00:00-08:00", 0),
        ("--overdue", "2026-11-09T12:00:00-08:00", 0),
        ("--due 1h", "2026-11-09T12:00:00-08:00", 0),
        ("--due 2d", "2026-11-09T12:00:00-08:00", 1),
        ("--due=-90d", DEMO_NOW, 0),
    ],
)
def test_monitoring_asks_for_the_exit_code(demo_once: Path, words: str, now: str, code: int) -> None:
    for form in ("table", "json", "ids"):
        assert run("todo", "--exit-code", "-o", form, *words.split(), cwd=demo_once, now=now).code == code
    assert run("todo", *words.split(), cwd=demo_once, now=now).code == 0
    assert run("todo", "--exit-code", "-q", *words.split(), cwd=demo_once, now=now) == (code, "", "")


def test_a_limit_hides_nothing_from_the_exit_code(shop: Path) -> None:
    """The soonest waits for the buyer, and for the next sweep once it has passed."""
    typed(shop, "apply L-1 --item 1=1 --reason damaged", "approve 1", now=NOW)
    late = "2026-12-01T09:00:00-08:00"
    assert run("todo", "--exit-code", cwd=shop, now=late).code == 0
    typed(shop, "apply L-2 --item 1=1 --reason damaged", now="2026-11-20T09:00:00-08:00")
    first = run("todo", "--exit-code", "--limit", 1, "--json", cwd=shop, now=late)
    assert (first.code, [row["group"] for row in first.json]) == (1, ["waiting"])
    assert run("todo", "--overdue", "--limit", 1, "-o", "ids", cwd=shop, now=late).out == "R-000002\n"


def test_nothing_to_do(shop: Path) -> None:
    assert run("todo", cwd=shop) == (0, "", "nothing to do.\n")
    assert run("todo", "-q", "--exit-code", cwd=shop) == (0, "", "")
    assert run("todo", "--json", cwd=shop).json == []


def test_a_document_that_is_damaged_hides_no_return(demo: Path) -> None:
    path = demo / "data/returns/000/R-000005.json"
    path.write_bytes(path.read_bytes().replace(b"LUMI", b"LIMU"))
    ran = run("todo", "--json", cwd=demo, now=DEMO_NOW)
    assert (ran.code, ran.error["code"]) == (12, "damaged")
    assert in_groups(ran.json) == GROUPS
    people = run("todo", cwd=demo, now=DEMO_NOW)
    assert (people.code, on_paper(people.out)) == (12, GROUPS)
    assert "R-000005.json" in people.err


@pytest.mark.parametrize(
    ("options", "more", "coloured"),
    [([], {}, True), (["--no-color"], {}, False), ([], {"NO_COLOR": "1"}, False), ([], {"TERM": "dumb"}, False)],
)
def test_what_presses_catches_the_eye(
    demo_once: Path, options: list[str], more: dict[str, str], *, coloured: bool
) -> None:
    words = [sys.executable, "-m", "returnctl", "-C", str(demo_once), "todo", "--overdue", "--now", DEMO_NOW, *options]
    terminal, end = os.openpty()
    environment = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ} | more
    subprocess.run(words, cwd=ROOT, env=environment, stdout=end, stdin=subprocess.DEVNULL, check=False, timeout=60)
    os.close(end)
    shown = os.read(terminal, 4096).decode()
    os.close(terminal)
    assert re.findall(r"\x1b\[[0-9;]*m", shown) == (["\x1b[31m", "\x1b[1m", "\x1b[0m"] if coloured else [])
    assert "Overdue" in shown
