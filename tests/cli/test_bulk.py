"""Many applications from one file."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.cli.shops import kept, record, typed
from tests.program import NOW, Ran, run


def rows(*requests: Any) -> str:
    return "".join((each if isinstance(each, str) else json.dumps(each)) + "\n" for each in requests)


GOOD = {"order": "L-1", "items": {"1": 2}, "reason": "damaged", "type": "return_and_refund", "note": "cracked"}
BAD: list[Any] = [
    {"order": "NOPE"},
    {"order": "L-2", "colour": "red"},
    {"items": {"1": 1}},
    {"order": "L-2", "items": {"1": -1}, "reason": "damaged"},
    {"order": "L-2", "type": "gift"},
    "{",
    "[]",
]


def apply(shop: Path, text: str, name: str = "-") -> Ran:
    return run("apply", "--from", name, "--json", cwd=shop, input=text)


def test_bad_rows_are_told_with_their_number(shop: Path) -> None:
    done = apply(shop, rows(GOOD, *BAD, {"order": "L-3", "reason": "damaged"}))
    results = done.json["results"]
    assert done.code == 3
    assert [result["row"] for result in results] == list(range(1, len(BAD) + 3))
    assert [result["outcome"] for result in results if result["row"] in (1, len(BAD) + 2)] == ["done", "done"]
    assert {result["outcome"] for result in results[1:-1]} <= {"refused", "failed"}
    assert record(shop, 1)["lines"][0]["requested"] == 2
    assert record(shop, 2)["order"]["id"] == "L-3"


def test_where_none_was_done_the_first_failure_gives_the_code(shop: Path) -> None:
    assert apply(shop, rows(*BAD[:2])).code == 6
    assert apply(shop, "").code in (0, 1)


def test_a_table_does_the_same(shop: Path, tmp_path: Path, photo: Path) -> None:
    table = tmp_path / "requests.csv"
    table.write_text(
        "order,items,reason,conditions,evidence,key\n"
        f"L-1,1=1,damaged,,{photo},a\n"
        "L-2,1,wrong_size,unused undamaged,,b\n"
        "L-3,1=x,damaged,,,c\n"
        "L-3,1=9,damaged,,,d\n"
    )
    done = apply(shop, "", str(table))
    assert [result["outcome"] for result in done.json["results"]][:2] == ["done", "done"]
    assert done.json["results"][3]["outcome"] == "refused"
    assert (record(shop, 1)["evidence"][0]["name"], record(shop, 2)["lines"][0]["requested"]) == ("crack.jpg", 3)
    assert done.json["results"][2]["outcome"] != "done", "'1=x' is no number of units"


def test_each_row_has_a_key_of_its_own(shop: Path) -> None:
    text = rows({**GOOD, "items": {"1": 1}, "key": "a"}, {**GOOD, "items": {"1": 1}, "key": "b"})
    assert [result["outcome"] for result in apply(shop, text).json["results"]] == ["done", "done"]
    before = kept(shop)
    again = apply(shop, text)
    assert (again.code, [result["outcome"] for result in again.json["results"]]) == (0, ["unchanged", "unchanged"])
    assert kept(shop) == before
    other = apply(shop, rows({**GOOD, "items": {"1": 1}, "note": "another", "key": "a"}))
    assert (other.code, other.error["code"]) == (5, "key_used")


def test_a_dry_run_counts_nothing(shop: Path) -> None:
    before = kept(shop)
    planned = run("apply", "--from", "-", "-n", "--json", cwd=shop, input=rows(GOOD, {"order": "L-1"}))
    assert [result["outcome"] for result in planned.json["results"]] == ["planned", "refused"]
    assert kept(shop) == before
    typed(shop, "list")


def test_a_file_shares_commits(shop: Path) -> None:
    before = (shop / "data/journal.jsonl").read_bytes().count(b"\n")
    requests = [{"order": f"L-{n}", "items": {"1": 1}, "reason": "damaged", "key": f"k{n}"} for n in (1, 2, 3)]
    assert apply(shop, rows(*requests, {"order": "NOPE"}, requests[0])).code == 3
    lines = (shop / "data/journal.jsonl").read_bytes().splitlines()[before:]
    assert len(lines) < 3
    assert sum(len(json.loads(line)["events"]) for line in lines) == 3
    again = apply(shop, rows(*requests)).json["results"]
    assert {result["outcome"] for result in again} == {"unchanged"}
    assert run("fsck", cwd=shop).code == 0


def test_a_row_sees_the_rows_before_it(shop: Path) -> None:
    """Two units of three, and two more are one too many, in a dry run as well."""
    two = {"order": "L-1", "items": {"1": 2}, "reason": "damaged"}
    text = rows(two, two, {"order": "L-1", "reason": "damaged"})
    for words in (("-n",), ()):
        ran = run("apply", "--from", "-", "--json", *words, cwd=shop, input=text)
        results = ran.json["results"]
        assert [result["id"] for result in results] == ["R-000001", "L-1", "R-000002"]
        assert (ran.code, results[1]["error"]["code"]) == (3, "not_eligible")
    assert [line["requested"] for line in record(shop, 2)["lines"]] == [1]


def test_the_platforms_deadline_stands_in_a_row(shop: Path) -> None:
    ends = "2026-11-12T08:30:00Z"
    request = {"order": "L-1", "reason": "damaged", "external": "4035"}
    done = apply(shop, rows(request | {"due": ends}, request | {"due": "soon"}))
    assert (done.code, record(shop, 1)["due"]["at"]) == (3, ends)
    assert done.json["results"][1]["error"]["facts"]["row"] == 2


def test_ctrl_c_ends_after_a_whole_commit(shop: Path) -> None:
    """The rest was not begun, and what was done is told."""
    requests = rows(*({"order": "L-1", "items": {"1": 1}, "reason": "damaged", "exception": "x"} for _ in range(3)))
    requests += rows(*({"order": f"NOPE-{n}"} for n in range(40_000)))
    (shop / "many.jsonl").write_text(requests)
    words = [sys.executable, "-m", "returnctl", "apply", "--from", "many.jsonl", "--now", NOW]
    with subprocess.Popen(words, cwd=shop, stdout=-1, stderr=-1, text=True) as running:
        while not (shop / "data/returns/000/R-000003.json").exists():
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate()
    done = re.search(r"interrupted: (\d+) were done", err)
    assert (running.returncode, out.count("apply → requested")) == (130, 3)
    assert done
    assert 3 < int(done[1]) < 40_003
    assert "Traceback" not in err
