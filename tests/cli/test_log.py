"""`log`: the commits, for people and as a feed that another program follows."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.shops import DEMO_NOW, an_order, take
from tests.program import run


def lines(shop: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (shop / "data/journal.jsonl").read_bytes().splitlines()]


def test_it_tells_every_commit(demo: Path) -> None:
    stored = lines(demo)
    ran = run("log", "-o", "jsonl", cwd=demo, now=DEMO_NOW)
    told = [json.loads(line) for line in ran.out.splitlines()]
    for name in ("sequence", "at", "by", "command", "previous", "digest"):
        assert [each[name] for each in told] == [each[name] for each in stored]
    assert told[1]["events"] == [{"id": "R-000001", "event": "apply"}]
    assert told[1]["documents"] == stored[1]["documents"]
    assert run("log", "--json", cwd=demo, now=DEMO_NOW).json == told
    assert len(run("log", cwd=demo, now=DEMO_NOW).out.splitlines()) == len(stored) + 2


@pytest.mark.parametrize(
    ("words", "first"),
    [(("--after", 10), 11), (("--since", "2026-11-21T09:00"), None), (("--after", 9999), None)],
)
def test_from_where_on(demo: Path, words: tuple[object, ...], first: int | None) -> None:
    told = run("log", "--json", *words, cwd=demo, now=DEMO_NOW).json
    if first:
        assert [each["sequence"] for each in told] == list(range(first, len(lines(demo)) + 1))
    assert all(each["at"] >= "2026-11-21T17:00:00Z" for each in told if words[0] == "--since")
    assert bool(told) == (words[1] != 9999)


def test_a_follower_hears_of_what_comes(demo: Path) -> None:
    last = len(lines(demo))
    words = [sys.executable, "-m", "returnctl", "log", "--follow", "--after", str(last), "-o", "jsonl"]
    with subprocess.Popen(
        words, cwd=demo, stdout=subprocess.PIPE, text=True, env=os.environ | {"LANG": "C.UTF-8"}
    ) as it:
        assert it.stdout
        for number in (1, 2):
            assert run("note", 1, "x", cwd=demo, now=DEMO_NOW).code == 0
            assert json.loads(it.stdout.readline())["sequence"] == last + number
        it.send_signal(signal.SIGINT)
        assert it.wait(30) == 130


def test_one_array_cannot_be_followed(demo: Path) -> None:
    assert run("log", "--follow", "--json", cwd=demo, now=DEMO_NOW).code == 2


def test_a_name_cannot_steer_the_terminal(demo: Path) -> None:
    run("note", 1, "x", "--by", "mei\x1b[2J\u202e", cwd=demo, now=DEMO_NOW)
    out = run("log", cwd=demo, now=DEMO_NOW).out
    assert "\\x1b" in out
    assert not {"\x1b", "\u202e"} & set(out)


def test_a_commit_of_many_takes_one_line_of_a_table(shop: Path) -> None:
    """A cell that told of thousands would be as wide as all of them, and so would its column.

    A commit is not waited for longer than half a second, so the policy is read by a request before.
    """
    rows = [{"order": "L-1", "items": {"1": 1}, "reason": "damaged", "key": f"k{n}"} for n in range(9)]
    asked = "\n".join(json.dumps(row) for row in rows)
    take(shop, an_order("L-1", lines=[{"line": "1", "sku": "LAMP", "quantity": 9, "net": "81.00", "tax": "0"}]))
    take(shop, an_order("L-2"))
    assert run("apply", "L-2", "--reason", "damaged", cwd=shop).code == 0
    assert run("apply", "--from", "-", cwd=shop, input=asked).code == 0
    told = run("log", "--json", cwd=shop).json[-1]
    assert (len(told["events"]), told["keys"][0]) == (9, "k0/L-1")
    *_, last = run("log", cwd=shop).out.splitlines()
    assert ("R-000002 apply" in last, "R-000008 apply" in last, "3 more" in last) == (True, False, True)
