"""Many applications from one file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cli.shops import kept, record, typed
from tests.program import Ran, run


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
