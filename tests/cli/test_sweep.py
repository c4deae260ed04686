"""The sweep carries out what passed deadlines ask for, once, and says nothing where nothing is due."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.shops import STANDS, kept, record, typed
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
