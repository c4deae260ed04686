"""`seal`: the journal's head, counts and sums, for git to vouch for."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.shops import DEMO_NOW, kept
from tests.program import run


def test_a_seal_tells_head_counts_and_sums(demo: Path) -> None:
    ran = run("seal", "--json", cwd=demo, now=DEMO_NOW)
    assert (ran.code, ran.result["outcome"], ran.result["id"]) == (0, "done", "seals/2026-11.json")
    stored = json.loads((demo / "seals/2026-11.json").read_bytes())
    (seal,) = stored["seals"]
    last = json.loads((demo / "data/journal.jsonl").read_bytes().splitlines()[-1])
    assert (stored["returnctl"], seal["sequence"], seal["digest"]) == ("seal/v1", last["sequence"], last["digest"])
    assert (seal["counts"]["returns"], seal["counts"]["orders"], seal["counts"]["refunding"]) == (15, 14, 1)
    assert seal["sums"] == {"USD": {"refunded": "34.65", "pending": "18.93", "due": "34.65"}}


def test_no_name_stands_in_it(demo: Path) -> None:
    run("seal", cwd=demo, now=DEMO_NOW)
    sealed = (demo / "seals/2026-11.json").read_text()
    assert not [word for word in ("Ana", "u_1", "mei", "root", "shade") if word in sealed]


def test_seals_of_a_month_stand_together(demo: Path) -> None:
    outcomes = [run("seal", "--json", cwd=demo, now=DEMO_NOW).result["outcome"] for _ in range(2)]
    run("note", "1", "x", cwd=demo, now=DEMO_NOW)
    outcomes.append(run("seal", "--json", cwd=demo, now=DEMO_NOW).result["outcome"])
    run("note", "1", "y", cwd=demo, now=DEMO_NOW)
    outcomes.append(run("seal", "--json", cwd=demo, now="2026-12-01T00:30:00-08:00").result["outcome"])
    assert outcomes == ["done", "unchanged", "done", "done"]
    counts = {path.name: len(json.loads(path.read_bytes())["seals"]) for path in (demo / "seals").iterdir()}
    assert counts == {"2026-11.json": 2, "2026-12.json": 1}
    assert run("fsck", cwd=demo, now=DEMO_NOW).code == 0


def test_a_dry_run_writes_none(demo: Path) -> None:
    before = kept(demo)
    assert run("seal", "-n", "--json", cwd=demo, now=DEMO_NOW).result["outcome"] == "planned"
    assert (kept(demo), (demo / "seals").exists()) == (before, False)


def test_nothing_is_sealed_on_a_journal_that_was_rolled_back(demo: Path) -> None:
    journal = demo / "data/journal.jsonl"
    old = journal.read_bytes(), {path: path.read_bytes() for path in (demo / "data/returns/000").iterdir()}
    run("note", "1", "x", cwd=demo, now=DEMO_NOW)
    run("seal", cwd=demo, now=DEMO_NOW)
    journal.write_bytes(old[0])
    for path, content in old[1].items():
        path.write_bytes(content)
    before = (demo / "seals/2026-11.json").read_bytes()
    assert run("list", cwd=demo, now=DEMO_NOW).code == 0
    for command in ("seal", "fsck"):
        assert run(command, cwd=demo, now=DEMO_NOW).code == 12
    assert (demo / "seals/2026-11.json").read_bytes() == before
