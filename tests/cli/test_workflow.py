"""The verbs of the workflow, typed into a real shop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.shops import DEMO_NOW, STANDS, document, kept, record, typed
from tests.program import run

# What is typed; the return's state before; the events, and the state after.
STEPS: list[tuple[str, str, list[str], str]] = [
    ("apply D-02 --item 1=1 --reason damaged", "", ["apply"], "requested"),
    ("approve 15", "requested", ["approve"], "approved"),
    ("approve 15 --returnless", "requested", ["approve"], "refund_due"),
    ("reject 15 --reason not_eligible", "requested", ["reject"], "rejected"),
    ("cancel 15", "requested", ["cancel"], "cancelled"),
    ("cancel 1", "approved", ["cancel"], "cancelled"),
    ("ship 1 --carrier UPS --tracking 1Z9", "approved", ["ship"], "in_transit"),
    ("receive 1", "approved", ["receive"], "received"),
    ("receive 3", "in_transit", ["receive"], "received"),
    ("receive 3 --pass", "in_transit", ["receive", "inspect"], "refund_due"),
    ("receive 3 --fail", "in_transit", ["receive", "inspect"], "rejected"),
    ("reject 3 --reason never_came_back", "in_transit", ["reject"], "rejected"),
    ("inspect 4 --pass", "received", ["inspect"], "refund_due"),
    ("inspect 4 --fail", "received", ["inspect"], "rejected"),
    ("inspect 4 --item 1=worn", "received", ["inspect"], "refund_due"),
    ("refund 5 --reference TXN-5", "refund_due", ["refund", "confirm"], "refunded"),
    ("refund 5 --paid", "refund_due", ["refund", "confirm"], "refunded"),
    ("refund 6 --reference TXN-6", "refunding", ["confirm"], "refunded"),
    ("refund 6 --retry --paid", "refunding", ["confirm"], "refunded"),
    ("refund 6 --failed bounced", "refunding", ["fail"], "refund_due"),
    ("replace 9 --carrier UPS --tracking 1Z8", "replacement_due", ["replace"], "replaced"),
    ("convert 9", "replacement_due", ["convert"], "refund_due"),
    ("escalate 7 --claim refund_amount", "refunded", ["escalate"], "disputed"),
    ("resolve 11 --outcome none", "disputed", ["resolve"], "closed"),
    ("cancel 11", "disputed", ["cancel"], "closed"),
    ("note 10 seen", "closed", ["note"], "closed"),
    ("message 10 hello", "closed", ["message"], "closed"),
    ("done 5", "refund_due", ["done"], "refund_due"),
]
# Verbs of several ids in one state at a time, and where each of them may stand.
ILLEGAL: list[tuple[str, set[str]]] = [
    ("approve", {"requested"}),
    ("reject", {"requested", "in_transit"}),
    ("cancel", {"requested", "approved", "disputed"}),
    ("receive", {"approved", "in_transit", "received"}),
    ("inspect --pass", {"received"}),
    ("refund --paid", {"refund_due", "refunding"}),
]


@pytest.mark.parametrize(("line", "before", "events", "after"), STEPS, ids=[step[0] for step in STEPS])
def test_a_step_leads_on(demo: Path, line: str, before: str, events: list[str], after: str) -> None:
    done = run(*line.split(), "--json", cwd=demo, now=DEMO_NOW)
    assert (done.code, done.err) == (0, "")
    result = done.result
    assert (result["outcome"], result["events"], result["to"]) == ("done", events, after)
    assert (result["from"] or "") == before
    stored = record(demo, int(result["id"][2:]))
    assert (stored["state"], stored["due"]) == (after, result["due"])
    assert [entry["event"] for entry in stored["history"]][-len(events) :] == events


@pytest.mark.parametrize("line", [step[0] for step in STEPS])
def test_a_dry_run_decides_the_same_and_writes_nothing(demo: Path, line: str) -> None:
    before = kept(demo)
    planned = run(*line.split(), "-n", "--json", cwd=demo, now=DEMO_NOW).result
    assert kept(demo) == before
    done = run(*line.split(), "--json", cwd=demo, now=DEMO_NOW).result
    planned.pop("words", None)  # a preview of a message
    assert planned == done | {"outcome": "planned"}


REPEATABLE = [step for step in STEPS if step[0].split()[0] not in ("apply", "note", "message")]


@pytest.mark.parametrize("line", [step[0] for step in REPEATABLE if "--failed" not in step[0]])
def test_a_repeat_is_unchanged(demo: Path, line: str) -> None:
    typed(demo, line)
    before = kept(demo)
    again = run(*line.split(), "--json", cwd=demo, now=DEMO_NOW)
    assert (again.code, again.result["outcome"], again.result["events"]) == (0, "unchanged", [])
    assert kept(demo) == before


@pytest.mark.parametrize(("verb", "legal"), ILLEGAL, ids=[verb for verb, _ in ILLEGAL])
def test_a_step_from_elsewhere_is_refused(demo: Path, verb: str, legal: set[str]) -> None:
    """Or unchanged, where the return stands already where the step leads; nothing of it is written."""
    illegal = {state: number for state, number in STANDS.items() if state not in legal}
    before = kept(demo)
    done = run(*verb.split(), *illegal.values(), "--json", cwd=demo, now=DEMO_NOW)
    results: dict[str, Any] = dict(zip(illegal, done.json["results"], strict=True))
    refused = {state: result["error"] for state, result in results.items() if result["outcome"] == "refused"}
    assert {result["outcome"] for result in results.values()} <= {"refused", "unchanged"}
    assert len(refused) >= len(illegal) - 2
    for state, error in refused.items():
        wanted = "frozen" if (verb, state) == ("refund --paid", "disputed") else "wrong_state"
        assert (error["code"], error["exit"], error["facts"]["state"]) == (wanted, 5, state)
        assert error["hint"].startswith("returnctl ")
    assert kept(demo) == before


@pytest.mark.parametrize("verb", ["ship", "replace", "convert", "resolve --outcome none", "escalate --to platform"])
@pytest.mark.parametrize("state", ["requested", "received", "refunding", "expired"])
def test_so_is_a_step_of_one_return(demo: Path, verb: str, state: str) -> None:
    before = document(demo, STANDS[state])
    done = run(*verb.split(), STANDS[state], "--json", cwd=demo, now=DEMO_NOW)
    assert (done.code, done.result["outcome"], done.error["code"]) == (5, "refused", "wrong_state")
    assert document(demo, STANDS[state]) == before


@pytest.mark.parametrize(
    ("line", "code", "error"),
    [
        ("approve 99", 6, "not_found"),
        ("approve R-000099", 6, "not_found"),
        ("approve 15 --item 7=1", 6, "not_found"),
        ("approve 15 --item 2=2", 4, "too_many_units"),
        ("approve 15 --item 2=0", 2, "bad_value"),
        ("approve 15 --item 2=x", 2, "bad_value"),
        ("approve 15 --item 2 --item 2", 2, "bad_value"),
        ("approve", 2, "usage"),
        ("reject 15 --reason because", 6, "not_found"),
        ("receive 3 --item 1=2", 4, "too_many_units"),
        ("inspect 4", 2, "bad_value"),
        ("inspect 4 --pass --item 1=worn", 2, "bad_value"),
        ("inspect 4 --item 1=shiny", 6, "not_found"),
        ("inspect 4 --item 1=worn:2", 2, "not_all_graded"),
        ("inspect 4 --item 9=worn", 6, "not_found"),
        ("refund 5", 2, "no_proof_of_payment"),
        ("refund 5 --reference X --amount 34.66", 4, "too_much_money"),
        ("refund 5 --reference X --amount 0", 4, "too_much_money"),
        ("refund 5 --reference X --amount 1,5", 2, "bad_value"),
        ("refund 5 --reference X --amount 1.234", 2, "bad_value"),
        ("refund 5 --reference X --method store_credit", 4, "not_offered"),
        ("refund 5 --reference X --final --amount 3", 2, "nothing_given"),
        ("refund 11 --reference X", 5, "frozen"),
        ("undo 7", 5, "nothing_to_undo"),
        ("undo 8", 5, "nothing_to_undo"),
        ("undo 15", 5, "nothing_to_undo"),
        ("resolve 11 --outcome refund --amount 99999", 4, "too_much_money"),
        ("escalate 1 --amount x", 2, "bad_value"),
        ("apply NOPE", 6, "not_found"),
        ("apply D-12 --item 9", 6, "not_found"),
        ("apply D-12 --item 1=4 --reason damaged", 4, "not_eligible"),
        ("apply D-12 --item 1=1", 4, "not_eligible"),
        ("apply D-12 --item 1=1 --reason nonsense", 4, "not_eligible"),
        ("apply D-12 --item 1=1 --reason wrong_size --condition unused", 4, "not_eligible"),
        ("apply D-12 --item 1=1 --reason lost_in_transit --type return_and_refund", 4, "not_eligible"),
    ],
)
def test_what_may_not_be(demo: Path, line: str, code: int, error: str) -> None:
    before = {number: document(demo, number) for number in STANDS.values()}
    done = run(*line.split(), "--json", cwd=demo, now=DEMO_NOW)
    assert (done.code, done.error["code"] if done.code else "") == (code, error)
    if code:
        assert {number: document(demo, number) for number in STANDS.values()} == before
        assert done.error["exit"] == code
        assert done.error["message"]


def test_several_ids_and_those_read_from_a_pipe(demo: Path) -> None:
    some = run("approve", 15, 99, 7, "--json", cwd=demo, now=DEMO_NOW)
    assert [result["outcome"] for result in some.json["results"]] == ["done", "refused", "refused"]
    assert (some.code, some.error["code"]) == (3, "not_found")
    piped = run("receive", "-", cwd=demo, now=DEMO_NOW, input="1\n3\n")
    assert (piped.code, record(demo, 1)["state"], record(demo, 3)["state"]) == (0, "received", "received")
    none = run("approve", 98, 99, cwd=demo, now=DEMO_NOW)
    assert (none.code, none.out) == (6, "")


@pytest.mark.parametrize("command", ["receive", "approve", "done", "refund --paid", "inspect --pass", "cancel"])
def test_where_a_pipe_brings_no_ids_there_is_nothing_to_do(demo_once: Path, command: str) -> None:
    name, *options = command.split()
    for nothing in ("", "\n", "\ufeff\n"):
        ran = run(name, "-", *options, cwd=demo_once, now=DEMO_NOW, input=nothing)
        assert ran == (0, "", "nothing to do: no ids came.\n")
    assert run(name, "-", *options, "-q", cwd=demo_once, now=DEMO_NOW, input="") == (0, "", "")
    told = run(name, "-", *options, "--json", cwd=demo_once, now=DEMO_NOW, input="")
    assert (told.code, told.json["command"], told.json["results"], told.err) == (0, name, [], "")
    assert run(name, *options, cwd=demo_once, now=DEMO_NOW).code == 2


def test_the_mark_of_a_text_file_is_no_part_of_an_id(demo: Path) -> None:
    ids = "\ufeff15\n"
    assert run("approve", "-", "-n", cwd=demo, now=DEMO_NOW, input=ids).code == 0


def test_a_return_is_known_by_its_tracking_and_its_order(demo: Path) -> None:
    assert typed(demo, "receive 1Z001").result["id"] == "R-000003"
    assert typed(demo, "inspect D-04 --pass").result["id"] == "R-000004"
    two = run("approve", "D-01", "--json", cwd=demo, now=DEMO_NOW)
    assert (two.code, two.error["code"], two.error["facts"]["ids"]) == (6, "ambiguous", ["R-000001", "R-000015"])


def test_undo_brings_back_what_was(demo: Path) -> None:
    before = record(demo, 15)
    typed(demo, "approve 15")
    assert typed(demo, "undo 15").result["to"] == "requested"
    after = record(demo, 15)
    assert [entry["event"] for entry in after["history"]] == ["apply", "approve", "undo"]
    assert {k: v for k, v in after.items() if k not in ("history", "revision", "before", "owed")} == {
        k: v for k, v in before.items() if k not in ("history", "revision", "before", "owed")
    }
    assert run("undo", 15, cwd=demo, now=DEMO_NOW).code == 5


def test_what_was_told_stays(demo: Path) -> None:
    typed(demo, "approve 15", "done 15")
    told = run("undo", 15, "--json", cwd=demo, now=DEMO_NOW)
    assert (told.code, told.error["facts"]["why"]) == (5, "told")


def test_late_is_allowed(demo: Path) -> None:
    typed(demo, "ship 1 --tracking LATE", now="2027-03-01T09:00:00-08:00")
    assert record(demo, 1)["state"] == "in_transit"


def test_a_clock_that_goes_back_warns_and_keeps_the_order(demo: Path) -> None:
    early = run("approve", 15, "--json", cwd=demo, now="2026-11-01T00:00:00Z")
    assert early.result["warnings"] == ["clock_went_back"]
    applied, approved = record(demo, 15)["history"]
    assert approved["at"] == applied["at"]


@pytest.mark.parametrize(
    ("language", "says"), [("en", "R-000015: would set the due → requested"), ("zh", "R-000015：将改时限 → 已申请")]
)
def test_a_new_due_is_told_as_a_deed(demo_once: Path, language: str, says: str) -> None:
    ran = run("due", 15, "--set", "2d", "-n", "--lang", language, cwd=demo_once, now=DEMO_NOW)
    assert ran.out.splitlines()[0] == says
