"""The sweep carries out what passed deadlines ask for, once, and says nothing where nothing is due."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shops import DEMO_NOW, ROOT, STANDS, kept, record, typed
from tests.faults.shops import booked
from tests.program import run

LATER = "2027-01-15T09:00:00-08:00"
# By the state of the demo's returns: where the sweep leads them in time.
LAPSES = {
    "requested": ("approve", "approved"),
    "approved": ("expire", "expired"),
    "received": ("inspect", "refund_due"),
    "rejected": ("close", "closed"),
}


def test_each_deadline_is_carried_out(demo: Path) -> None:
    swept = typed(demo, "sweep", now=LATER).json["results"]
    by_id = {result["id"]: result for result in swept}
    for state, (event, after) in LAPSES.items():
        result = by_id.pop(f"R-{STANDS[state]:06}")
        assert (result["events"], result["to"]) == ([event], after)
        last = record(demo, STANDS[state])["history"][-1]
        assert (last["role"], last["facts"]["because"], last["facts"]["at"]) == ("system", "deadline", "default")
    assert {result["events"][0] for result in by_id.values()} == {"remind"}
    before = kept(demo)
    assert typed(demo, "sweep", now=LATER).json["results"] == []
    assert kept(demo) == before


@pytest.mark.parametrize("second", [0, 1])
def test_at_the_very_instant_it_is_over(demo: Path, second: int) -> None:
    due = record(demo, STANDS["received"])["due"]["at"]
    instant = due if second else due.replace("T08:00:00", "T07:59:59")
    swept = {result["id"]: result["events"] for result in typed(demo, "sweep", now=instant).json["results"]}
    assert swept["R-000004"] == (["inspect"] if second else ["remind"])


def test_a_negotiation_goes_to_the_platform(demo: Path) -> None:
    typed(demo, "escalate 5")
    typed(demo, "sweep", now="2026-12-01T09:00:00-08:00")
    assert record(demo, 5)["dispute"]["stage"] == "platform"


def test_an_idle_sweep_is_silent(demo: Path) -> None:
    ran = run("sweep", cwd=demo, now="2026-11-21T09:06:00-08:00")
    assert ran == (0, "", "")


def test_a_dry_run_lists_the_same(demo: Path) -> None:
    before = kept(demo)
    planned = run("sweep", "-n", "--json", cwd=demo, now=LATER).json["results"]
    assert kept(demo) == before
    done = run("sweep", "--json", cwd=demo, now=LATER).json["results"]
    assert planned == [result | {"outcome": "planned"} for result in done]


def test_what_a_platform_runs_is_left_to_it(shop: Path) -> None:
    typed(shop, "apply L-1 --reason damaged --external 4035", "apply L-2 --reason damaged")
    swept = {result["id"]: result for result in typed(shop, "sweep", now=LATER).json["results"]}
    assert (swept["R-000001"]["events"], swept["R-000001"]["to"]) == (["lapse"], "requested")
    assert swept["R-000002"]["to"] == "approved"
    (row,) = [row for row in typed(shop, "todo").json if row["id"] == "R-000001"]
    assert (row["due"]["then"], row["due"]["lapsed"], row["next"]) == ("approve", True, "returnctl show R-000001")
    assert "assumed" in run("todo", cwd=shop, now=LATER).out
    assert not [x for x in typed(shop, "sweep", now="2027-03-01").json["results"] if x["id"] == "R-000001"]


def test_one_that_fails_is_told_and_the_others_go_on(demo: Path) -> None:
    path = demo / "data/returns/000/R-000004.json"
    path.write_bytes(path.read_bytes().replace(b"LUMI", b"LIMU"))
    swept = run("sweep", "--json", cwd=demo, now=LATER)
    assert (swept.code, swept.error["code"]) == (3, "damaged")
    assert sorted(result["outcome"] for result in swept.json["results"]) == ["done"] * 8 + ["failed"]


# --- how it meets others


@pytest.fixture
def held(shop: Path) -> Iterator[Path]:
    """A shop in which another command works."""
    typed(shop, "apply L-1 --reason damaged")
    with (shop / "data/lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield shop


@pytest.mark.parametrize(
    ("words", "code"),
    [("", 11), ("--if-locked fail", 11), ("--if-locked skip", 0), ("--if-locked wait --lock-timeout 0.1", 11)],
)
def test_while_another_command_works(held: Path, words: str, code: int) -> None:
    ran = run("sweep", *words.split(), cwd=held, now=LATER)
    assert (ran.code, ran.out) == (code, "")
    assert bool(ran.err) == bool(code)


def test_sweeps_at_once_come_to_the_same(demo: Path, tmp_path: Path) -> None:
    alone = Path(shutil.copytree(demo, tmp_path / "alone"))
    words = [sys.executable, "-m", "returnctl", "sweep", "--if-locked", "wait", "-q", "--now", LATER]
    running = [subprocess.Popen(words, cwd=demo) for _ in range(4)]
    assert {each.wait(60) for each in running} == {0}
    typed(alone, "sweep", now=LATER)
    assert states(demo) == states(alone)
    assert sum(line["command"] == "sweep" for line in commits(demo)) == sum(
        line["command"] == "sweep" for line in commits(alone)
    )


def states(shop: Path) -> dict[str, list[str]]:
    found = (record(shop, number) for number in STANDS.values())
    return {stored["id"]: [entry["event"] for entry in stored["history"]] for stored in found}


def commits(shop: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (shop / "data/journal.jsonl").read_bytes().splitlines()]


def test_many_share_a_commit(demo: Path) -> None:
    before = len(commits(demo))
    assert len(typed(demo, "sweep", now=LATER).json["results"]) == 9
    (line,) = commits(demo)[before:]
    assert (len(line["events"]), line["role"], line["command"]) == (9, "system", "sweep")
    assert run("fsck", cwd=demo).code == 0


def test_the_limit_takes_the_soonest(demo: Path) -> None:
    first = typed(demo, "sweep --limit 2", now=LATER).json["results"]
    rest = typed(demo, "sweep", now=LATER).json["results"]
    assert (len(first), len(rest)) == (2, 7)
    assert not {result["id"] for result in first} & {result["id"] for result in rest}


# --- money


PAYING = "deadlines:\n  refund: {hours: 24, then: pay}\n"


def test_silence_pays_once_through_the_hook(shop: Path) -> None:
    with (shop / "policies/standard.yaml").open("a") as policy:
        policy.write(PAYING)
    typed(shop, "apply L-1 --item 1=1 --reason damaged", "approve 1", "receive 1 --pass")
    assert typed(shop, "sweep", now="2026-11-30").result["events"] == ["remind"]
    (shop / "hooks").mkdir()
    for name in ("book.py", "refund"):
        shutil.copy(ROOT / "examples/hooks" / name, shop / "hooks" / name)
    planned = typed(shop, "sweep -n", now="2026-12-02").result
    assert (planned["events"], planned["to"]) == (["refund"], "refunding")
    swept = typed(shop, "sweep", now="2026-12-02").result
    assert (swept["events"], swept["to"]) == (["refund", "confirm"], "refunded")
    assert typed(shop, "sweep", now="2026-12-05").json["results"] == []
    assert sum(booked(shop, "refund").values()) == 1
    assert record(shop, 1)["history"][-2]["facts"]["because"] == "deadline"


def test_two_of_one_order_see_each_other(shop: Path) -> None:
    """The shipping goes back once, in a dry run too."""
    half = "apply L-1 --item 1={} --reason damaged --as seller"
    typed(shop, half.format(1), half.format(2), "approve 1 2", "receive 1 2")
    planned = typed(shop, "sweep -n", now=LATER).json["results"]
    assert [result["outcome"] for result in planned] == ["planned", "planned"]
    done = typed(shop, "sweep", now=LATER).json["results"]
    assert [x | {"outcome": "done"} for x in planned] == done
    worksheets = [record(shop, number)["breakdown"] for number in (1, 2)]
    assert [line["code"] for each in worksheets for line in each["lines"]].count("outbound_shipping") == 1
    assert sum(Decimal(each["total"]) for each in worksheets) == Decimal("93.15")


# --- the forecast


@pytest.mark.parametrize(
    ("until", "changes", "cost"),
    [("2026-11-24", 0, {}), ("2026-11-28", 2, {"USD": "34.65"}), ("2027-01-01", 5, {"USD": "34.65"})],
)
def test_what_silence_will_have_done(demo: Path, until: str, changes: int, cost: dict[str, str]) -> None:
    before = kept(demo)
    seen = typed(demo, f"sweep -n --until {until}").json
    assert (len(seen["results"]), seen["summary"]["cost"]) == (changes, cost)
    assert {result["outcome"] for result in seen["results"]} <= {"planned"}
    assert [result["at"] for result in seen["results"]] == sorted(result["at"] for result in seen["results"])
    assert kept(demo) == before


def test_it_is_what_sweeps_come_to(demo: Path) -> None:
    """Hour by hour, without anybody else."""
    until = datetime.fromisoformat("2026-12-12T00:00:00-08:00")
    seen = typed(demo, f"sweep -n --until {until.isoformat()}").json["results"]
    now, came = datetime.fromisoformat("2026-11-21T10:00:00-08:00"), []
    while now <= until:
        swept = typed(demo, "sweep", now=now.isoformat()).json["results"]
        came += [(each["id"], each["events"]) for each in swept if each["events"] != ["remind"]]
        now += timedelta(hours=6)
    assert came == [(each["id"], each["events"]) for each in seen]
    assert len(came) == 5


def test_what_platforms_give_is_told_apart(shop: Path) -> None:
    typed(shop, "apply L-1 --type refund_only --reason damaged --external 4035")
    seen = typed(shop, "sweep -n --until 2026-12-31").json
    assert (seen["results"][0]["events"], seen["summary"]["cost"]) == (["lapse"], {})
    assert seen["summary"]["assumed"] == {"USD": "93.15"}
    assert "93.15 USD" in run("sweep", "-n", "--until", "2026-12-31", cwd=shop).out


@pytest.mark.parametrize("words", ["--until 2026-12-31", "-n --until 2026-01-01", "-n --until x", "--limit 0"])
def test_what_no_sweep_takes(demo: Path, words: str) -> None:
    assert run("sweep", *words.split(), cwd=demo, now=DEMO_NOW).code == 2


# --- deadlines of a platform


def test_another_deadline_for_one_return(shop: Path) -> None:
    typed(shop, "apply L-1 --item 1=1 --reason damaged", "apply L-1 --item 1=1 --reason damaged --due 2026-12-24")
    assert record(shop, 2)["due"]["at"] == "2026-12-24T05:00:00Z"
    typed(shop, "due 1 --set 2026-12-23T12:00:00Z")
    stored = record(shop, 1)
    assert (stored["due"]["at"], stored["history"][-1]["event"]) == ("2026-12-23T12:00:00Z", "due")
    assert typed(shop, "due 1 --set 2026-12-23T12:00:00Z").result["outcome"] == "unchanged"
    assert {x["events"][0] for x in typed(shop, "sweep", now="2026-12-23T11:59:59Z").json["results"]} == {"remind"}
    (swept,) = typed(shop, "sweep", now="2026-12-23T12:00:00Z").json["results"]
    assert (swept["id"], swept["events"]) == ("R-000001", ["approve"])
    assert typed(shop, "undo 1").result["to"] == "requested"


@pytest.mark.parametrize(("id", "code"), [(13, 5), (99, 6)])
def test_nothing_is_waited_for(demo: Path, id: int, code: int) -> None:  # noqa: A002
    assert run("due", id, "--set", "2d", cwd=demo).code == code
