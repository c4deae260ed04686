"""All or nothing at kill -9, and a true exit code at every fault: the unmodified program under strace.

A seeded part of all points here; `python -m tests.faults` does all of them and prints its figures.
"""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from tests.cli.conftest import demo_once
from tests.cli.shops import ROOT, STANDS
from tests.faults import strace
from tests.faults.commands import COMMANDS
from tests.faults.promises import ERRORS, Story, copied
from tests.program import run

__all__ = ["demo_once"]
_KILLS, _FAULTS = 5, 7


@pytest.mark.parametrize("name", COMMANDS)
def test_faults_of_a_command(demo_once: Path, tmp_path: Path, name: str) -> None:
    strace.needed()
    story = Story(demo_once, tmp_path, name)
    assert story.before != story.after
    chance = random.Random(name)
    for point in chance.sample(story.points, _KILLS):
        story.kill(point)
    reached = [story.refuse(point, chance.choice(ERRORS)) for point in chance.choices(story.points, k=_FAULTS)]
    assert set(reached) != {None}


def test_the_order_of_a_commit(demo_once: Path, tmp_path: Path) -> None:
    """Documents, then their folder, then the line, each on the disk; only then the places."""
    strace.needed()
    lines = [line for _, line in Story(demo_once, tmp_path, "approve").calls if "index.sqlite" not in line]
    steps = [step for line in lines if (step := _step(line))]
    placed_before = ["folders"] if "folders" in steps else []
    assert steps == [*placed_before, "document", "fsync", "folder", "journal", "fsync journal", "place"]


def test_the_order_of_a_commit_of_many(demo_once: Path, tmp_path: Path) -> None:
    strace.needed()
    lines = [line for _, line in Story(demo_once, tmp_path, "apply").calls if "index.sqlite" not in line]
    steps = [step for line in lines if (step := _step(line))]
    journal = steps.index("journal")
    assert "place" not in steps[:journal]
    assert {"document"} & set(steps[journal:]) == set()
    assert steps[journal : journal + 2] == ["journal", "fsync journal"]
    synced = [step for step in steps[:journal] if step in ("fsync", "syncfs", "folder")]
    assert synced[-1:] in (["folder"], ["syncfs"])
    assert "syncfs" in synced or synced.count("fsync") == steps.count("document")


def _step(line: str) -> str | None:
    table = (
        (r"^write\(.*/data/stage/", "document"),
        (r"^f(data)?sync\(.*/data/stage/", "fsync"),
        (r"^f(data)?sync\(.*/data/stage>", "folder"),
        (r"^syncfs\(", "syncfs"),
        (r"^write\(.*journal\.jsonl", "journal"),
        (r"^f(data)?sync\(.*journal\.jsonl", "fsync journal"),
        (r"^f(data)?sync\(", "folders"),
        (r"^rename\w*\(.*/data/stage>", "place"),
    )
    return next((step for pattern, step in table if re.match(pattern, line)), None)


@pytest.mark.parametrize(("words", "most"), [(f"approve {STANDS['requested']}", 6), ("show 1", 0), ("list", 0)])
def test_what_is_synced(demo_once: Path, tmp_path: Path, words: str, most: int) -> None:
    strace.needed()
    calls = strace.traced(copied(demo_once, tmp_path), words)
    assert sum(point.call in ("fsync", "fdatasync", "syncfs") for point, _ in calls) <= most


def test_every_writing_command_is_in_the_table() -> None:
    from returnctl.cli.commands import COMMANDS as ALL

    looking = {
        "todo",
        "list",
        "show",
        "history",
        "policy",
        "completion",
        "help",
        "order",
        "fsck",
        "log",
        "backup",
        "dispute",
        "doctor",
        "cron",
        "export",
        "report",
        "reconcile",
    }
    # They make their own files, outside `data/` or anew; the answers to offers are typed in a file of `decide`.
    apart = {"init", "demo", "seal", "accept", "decline"}
    assert {name.split()[0] for name in COMMANDS} == set(ALL) - looking - apart
    assert (ROOT / "returnctl").is_dir()
    assert run("--version").code == 0
