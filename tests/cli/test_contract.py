"""What programs read: the envelope of every writer, errors, lists, documents. Fields are added, never renamed."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shops import DEMO_NOW, ROOT, STANDS, an_order, document, take, typed
from tests.program import run

WRITERS = [
    "apply D-02 --item 1=1 --reason damaged", "approve 15", "reject 15", "cancel 15", "ship 1", "receive 3",
    "receive 3 --pass", "inspect 4 --pass", "refund 5 --paid", "replace 9", "convert 9", "escalate 5",
    "resolve 11 --outcome none", "note 1 seen", "message 1 hello", "feedback 10 --rating 4",
    "done 1", "done 1 --only approved", "offer 14 --amount 5", "sweep", "undo 4",
]  # fmt: skip
FIELDS = {"id", "outcome", "events", "from", "to", "due", "warnings"}
SUMMARY = {"id", "state", "type", "order", "account", "reason", "due", "total", "currency", "updated"}
ERROR = {"code", "exit", "message", "facts", "hint"}
JANUARY = "2027-01-15T09:00:00-08:00"


@pytest.mark.parametrize("line", WRITERS)
def test_the_envelope_of_a_writer(demo: Path, line: str) -> None:
    done = run(*line.split(), "-n", "--json", cwd=demo, now=JANUARY if line == "sweep" else DEMO_NOW)
    envelope = done.json
    assert (done.code, done.err) == (0, "")
    assert set(envelope) == {"returnctl", "command", "results"}
    assert (envelope["returnctl"], envelope["command"]) == ("result/v1", line.split(maxsplit=1)[0])
    assert envelope["results"]
    for result in envelope["results"]:
        assert FIELDS <= set(result) <= FIELDS | {"breakdown", "words"}
        assert result["outcome"] == "planned"
        if result["due"]:
            assert set(result["due"]) == {"action", "by", "at", "then"}


def test_results_in_csv_are_plain_values(demo: Path) -> None:
    (row,) = csv.DictReader(io.StringIO(run("approve", 15, "-n", "-o", "csv", cwd=demo, now=DEMO_NOW).out))
    assert (row["outcome"], row["events"], row["warnings"]) == ("planned", '["approve"]', "[]")


def test_a_refusal_is_told_in_csv_wherever_it_stands(demo: Path) -> None:
    done = run("approve", 15, 7, "-n", "-o", "csv", cwd=demo, now=DEMO_NOW)
    first, second = csv.DictReader(io.StringIO(done.out))
    assert first["error"] == ""
    assert set(json.loads(second["error"])) == ERROR


REFUSED = [
    "approve 7", "reject 7", "ship 7", "receive 10", "inspect 7 --fail", "refund 1 --paid", "replace 7", "convert 7",
    "resolve 7 --outcome none", "cancel 7", "undo 7", "apply NOPE", "note 99 x", "done 99",
    "feedback 1 --rating 4", "message 1 --template nope", "done 1 --only nope",
]  # fmt: skip


@pytest.mark.parametrize("line", REFUSED)
def test_a_refusal_stands_in_both_streams(demo_once: Path, line: str) -> None:
    done = run(*line.split(), "-n", "--json", cwd=demo_once, now=DEMO_NOW)
    result = done.result
    assert set(result) == FIELDS | {"error"}
    assert (result["outcome"], result["events"], result["to"]) == ("refused", [], None)
    assert set(result["error"]) == ERROR
    assert done.error == result["error"]
    assert done.code == done.error["exit"]


USAGE = ["export x.csv", "decide", "export - -o table",
         "approve", "aprove 1", "approve 1 --colour red", "approve 1 --as king", "list --limit 0", "list -o xml",
         "resolve 11", "apply", "list --state odd", "list --due 11/12/2026", "--now never list", "policy odd",
         "refund 1 --amount"]  # fmt: skip


@pytest.mark.parametrize("line", USAGE)
def test_so_does_a_wrong_command_line(demo_once: Path, line: str) -> None:
    done = run("--json", *line.split(), cwd=demo_once, now=DEMO_NOW)
    assert (done.code, done.out) == (2, "")
    assert set(done.error) == ERROR
    assert done.error["message"]


def test_an_early_failure_is_an_error_too(tmp_path: Path) -> None:
    none = run("list", "--json", cwd=tmp_path)
    assert (none.code, none.error["code"], none.error["hint"]) == (10, "no_shop", "returnctl init")
    people = run("list", cwd=tmp_path)
    assert people.err.startswith("error: ")
    assert people.err.endswith("returnctl init\n")


def test_a_bundle_tells_what_is_in_it(demo_once: Path, tmp_path: Path) -> None:
    both = {"returnctl", "return", "target", "form", "new"}
    made = run("dispute", "bundle", 11, tmp_path / "b.zip", "--json", cwd=demo_once, now=DEMO_NOW).json
    assert set(made) == both | {"sha256", "size", "notes_left_out", "files"}
    assert all(set(file) == {"name", "size", "sha256"} for file in made["files"])
    posted = run("dispute", "bundle", 11, tmp_path / "out", "--json", cwd=demo_once, now=DEMO_NOW).json
    assert set(posted) == both | {"photos", "left_out", "comment"}
    assert set(posted["comment"]) == {"text", "bytes", "left_out"}
    assert (made["form"], posted["form"], made["returnctl"]) == ("zip", "folder", "bundle/v1")


def test_lists_are_arrays_of_summaries(demo_once: Path) -> None:
    rows = run("list", "--json", cwd=demo_once, now=DEMO_NOW).json
    assert len(rows) == 15
    assert all(set(row) == SUMMARY for row in rows)
    assert rows[4] == {
        "id": "R-000005", "state": "refund_due", "type": "return_and_refund", "order": "D-05", "account": None,
        "reason": "damaged", "total": "34.65", "currency": "USD", "updated": "2026-11-21T17:00:00Z",
        "due": {"action": "refund", "by": "seller", "at": "2026-11-17T08:00:00Z", "then": "remind"},
    }  # fmt: skip
    work = run("todo", "--json", cwd=demo_once, now=DEMO_NOW).json
    assert all(set(row) == SUMMARY | {"owed", "next", "group", "tell", "in_seller_center"} for row in work)
    waits = [row["due"]["at"] for row in work if row["due"]]
    assert waits == sorted(waits)
    assert run("list", "--state", "refunded", "--buyer", "nobody", "--json", cwd=demo_once).json == []


def test_a_file_of_decisions_has_a_summary(demo: Path) -> None:
    text = "id,state,decision\n15,requested,approve\n4,received,\n7,refunded,approve\n"
    done = run("decide", "--from", "-", "--json", cwd=demo, now=DEMO_NOW, input=text)
    envelope = done.json
    assert (done.code, set(envelope)) == (3, {"returnctl", "command", "results", "summary"})
    assert envelope["summary"] == {"done": 1, "planned": 0, "unchanged": 0, "refused": 1, "failed": 0, "left": 1}
    assert all(set(result) >= FIELDS | {"row"} for result in envelope["results"])


@pytest.mark.parametrize("state", sorted(STANDS))
def test_show_passes_the_document_on(demo_once: Path, state: str) -> None:
    shown = run("show", STANDS[state], "--json", cwd=demo_once)
    assert shown.out.encode() == document(demo_once, STANDS[state])
    assert shown.json["state"] == state


@pytest.mark.parametrize("line", ["list", "todo", "order list", "policy list", "policy log"])
def test_every_form_tells_the_same(demo_once: Path, line: str) -> None:
    def told(form: str) -> str:
        ran = run(*line.split(), "-o", form, cwd=demo_once, now=DEMO_NOW)
        assert (ran.code, ran.err if form != "table" else "") == (0, "")
        return ran.out

    rows: list[dict[str, Any]] = json.loads(told("json"))
    assert [json.loads(row) for row in told("jsonl").splitlines()] == rows
    table = list(csv.DictReader(io.StringIO(told("csv"))))
    assert [row["id"] for row in table] == told("ids").split() == [row["id"] for row in rows]
    firsts = [line.split()[0] for line in told("table").splitlines() if line]
    ids = {row["id"] for row in rows}
    assert sorted(first for first in firsts if first in ids) == sorted(ids)


def test_a_history_tells_the_same_in_every_form(demo_once: Path) -> None:
    told = {form: run("history", 5, "-o", form, cwd=demo_once, now=DEMO_NOW).out for form in ("json", "jsonl", "csv")}
    rows = json.loads(told["json"])
    assert [json.loads(row) for row in told["jsonl"].splitlines()] == rows
    table = list(csv.DictReader(io.StringIO(told["csv"])))
    assert [json.loads(row["facts"]) for row in table] == [row["facts"] for row in rows]
    assert run("history", 5, "-o", "ids", cwd=demo_once).code == 2


def test_ids_of_a_writer_go_into_the_next(demo: Path) -> None:
    ids = run("receive", 1, 3, "-o", "ids", cwd=demo, now=DEMO_NOW).out
    assert ids == "R-000001\nR-000003\n"
    assert run("inspect", "-", "--pass", "-o", "ids", cwd=demo, now=DEMO_NOW, input=ids).out == ids


def test_no_cell_is_a_formula(shop: Path) -> None:
    take(shop, an_order("F-1", buyer={"id": "=1+1", "name": "@SUM(A1)"}))
    typed(shop, "apply F-1 --reason damaged")
    orders = run("order", "list", "-o", "csv", cwd=shop).out
    assert "'=1+1" in orders
    for cell in (cell for row in csv.reader(io.StringIO(orders)) for cell in row):
        assert not cell.startswith(("=", "+", "-", "@"))


def test_text_from_outside_steers_no_terminal(shop: Path) -> None:
    take(shop, an_order("T-1", buyer={"id": "u_9", "name": "Ana\u202ezaiD"}))
    run("apply", "T-1", "--reason", "damaged", "--note", "\x1b[31mred\nnext", cwd=shop)
    shown = run("show", 1, cwd=shop).out
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "\\x1b[31mred" in shown


def in_bash(shop: Path, line: str) -> subprocess.CompletedProcess[str]:
    command = f"{sys.executable} -m returnctl -C {shop} {line}"
    return subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


def test_a_reader_that_has_gone_is_no_failure(demo: Path) -> None:
    for line in (
        "history 5 -o jsonl", "show 5 --json", "list", "report", "report --by buyer --json", "help workflow", "--help",
        "note 1 seen", "sweep",
    ):  # fmt: skip
        reader, writer = os.pipe()
        os.close(reader)
        words = [sys.executable, "-m", "returnctl", "-C", str(demo), *line.split()]
        done = subprocess.run(words, cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, check=False, timeout=60)
        os.close(writer)
        assert (done.returncode, done.stderr) == (0, b""), line


@pytest.mark.parametrize("where", [">&-", ">/dev/full", ">&- 2>&-"])
def test_what_was_carried_out_is_no_failure_when_it_cannot_be_told(demo: Path, where: str) -> None:
    done = in_bash(demo, f"note 1 seen --json {where}")
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert b'"seen"' in document(demo, 1)


def test_a_list_that_cannot_be_told_is_one(demo: Path) -> None:
    done = in_bash(demo, "list >/dev/full")
    no_room = "error: /dev/stdout: No space left on device. Nothing was changed.\n"
    assert (done.returncode, done.stderr) == (1, no_room)
    warned = in_bash(demo, "--lang zh note 1 seen >/dev/full")
    assert (warned.returncode, warned.stderr) == (0, "警告：磁盘空间不足\n")


def test_a_full_disk_behind_standard_output_is_named() -> None:
    command = [sys.executable, "-m", "returnctl", "help", "workflow"]
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert (ran.returncode, ran.stderr.split(b":")[:2]) == (1, [b"error", b" /dev/stdout"])
