"""What is owed is carried out by hooks: each once, whatever is refused, declined, lost or killed on the way."""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shops import ROOT, record
from tests.program import NOW, Ran, run

LATER = "2026-11-07T12:00:00-08:00"
KILL = "#!/bin/sh\nkill -9 $PPID\n"


def samples(shop: Path, *names: str) -> None:
    """The hooks that ship as examples."""
    (shop / "hooks").mkdir(exist_ok=True)
    for name in ("book.py", *names):
        shutil.copy(ROOT / "examples/hooks" / name, shop / "hooks" / name)


def a_hook(shop: Path, name: str, script: str) -> None:
    (shop / "hooks").mkdir(exist_ok=True)
    path = shop / "hooks" / name
    path.write_text(script if script.startswith("#!") else f"#!/bin/sh\n(cat; echo) >> ../{name}.jsonl\n{script}\n")
    path.chmod(0o755)


def booked(shop: Path, hook: str) -> list[str]:
    """What a sample hook did, by the ends of its keys."""
    with sqlite3.connect(shop / "hooks/book.sqlite") as book:
        rows = book.execute("SELECT key FROM done WHERE hook = ? ORDER BY key", (hook,)).fetchall()
    book.close()
    return [key.partition("/")[2] for (key,) in rows]


def typed(shop: Path, *words: object, code: int = 0, now: str = NOW) -> Ran:
    ran = run(*words, "--json", cwd=shop, now=now)
    assert ran.code == code, ran
    return ran


def led_to_refund(shop: Path, *more: str) -> None:
    typed(shop, "apply", "L-1", "--item", "1=1", "--reason", "damaged", *more)
    typed(shop, "approve", 1)
    typed(shop, "receive", 1, "--pass")


def owed(shop: Path) -> list[tuple[str, str, int]]:
    return [(x["key"].rpartition("/")[2], x["status"], x["attempts"]) for x in record(shop, 1)["owed"]]


def test_each_notice_is_told_once_and_each_act_done_once(shop: Path) -> None:
    samples(shop, "refund", "notify", "act")
    led_to_refund(shop, "--external", "4035")
    typed(shop, "refund", 1)
    typed(shop, "message", 1, "on its way")
    for _ in range(2):
        assert typed(shop, "sweep", now=LATER).json["results"] == []
    stem = "R-000001"
    assert booked(shop, "refund") == [f"{stem}/refund/1"]
    assert [key.rpartition("/")[2] for key in booked(shop, "notify")] == [
        "applied", "feedback", "refunded", "message", "approved", "received",
    ]  # fmt: skip
    assert Counter(key.rpartition("/")[2] for key in booked(shop, "act")) == Counter(["approve", "inspect", "confirm"])
    assert {(status, attempts) for _, status, attempts in owed(shop)} == {("done", 1)}
    assert record(shop, 1)["refunds"][0]["attempts"] == 1


@pytest.mark.parametrize(("name", "warning"), [("notify", "not_told"), ("act", "not_acted")])
def test_trouble_outside_is_a_warning_and_the_sweep_asks_again_with_the_same_key(
    shop: Path, name: str, warning: str
) -> None:  # fmt: skip
    a_hook(shop, name, "exit 75")
    typed(shop, "apply", "L-1", "--item", "1=1", "--reason", "damaged", "--external", "4035")
    assert typed(shop, "approve", 1).result["warnings"] == [warning]
    keys = Counter(json.loads(line)["key"] for line in (shop.parent / f"{name}.jsonl").read_text().splitlines())
    (shop / "hooks" / name).unlink()
    samples(shop, name)
    changed = typed(shop, "sweep", now=LATER).json["results"]
    assert {key.partition("/")[2] for key in keys} == set(booked(shop, name))
    assert [each["events"] for each in changed] == [["done"]] * len(keys)
    assert typed(shop, "sweep", now=LATER).json["results"] == []


def test_what_is_declined_is_left_to_people(shop: Path) -> None:
    a_hook(shop, "notify", "echo no address; exit 10")
    typed(shop, "apply", "L-1", "--item", "1=1", "--reason", "damaged")
    assert owed(shop) == [("applied", "declined", 1)]
    assert record(shop, 1)["history"][-1]["event"] == "note"
    assert typed(shop, "sweep", now=LATER).json["results"] == []
    assert len((shop.parent / "notify.jsonl").read_text().splitlines()) == 1
    assert typed(shop, "todo").json[0]["owed"] == [{"kind": "tell", "what": "applied"}]
    typed(shop, "done", 1)
    assert owed(shop) == [("applied", "done", 2)]


def test_a_request_key_and_a_name_are_those_of_the_request_not_of_the_hook(shop: Path) -> None:
    a_hook(shop, "notify", "echo M-1")
    typed(shop, "apply", "L-1", "--item", "1=1", "--reason", "damaged", "--as", "buyer", "--by", "Ana Diaz")
    approve = ("approve", 1, "--key", "K", "--by", "mei")
    assert typed(shop, *approve).result["warnings"] == []
    assert typed(shop, *approve).result["outcome"] == "unchanged"
    assert owed(shop) == [("applied", "done", 1), ("approved", "done", 1)]
    assert [x["role"] for x in record(shop, 1)["history"] if x["event"] == "done"] == ["system", "system"]
    assert "Ana" not in (shop / "data/journal.jsonl").read_text()


def test_a_command_carries_what_it_newly_owes_and_the_sweep_the_rest(shop: Path) -> None:
    typed(shop, "apply", "L-1", "--item", "1=1", "--reason", "damaged")
    a_hook(shop, "notify", "exit 0")
    typed(shop, "note", 1, "a regular buyer")
    typed(shop, "approve", 1)
    assert owed(shop) == [("applied", "open", 0), ("approved", "done", 1)]
    typed(shop, "sweep", now=LATER)
    assert [each["what"] for each in asked(shop, "notify")] == ["approved", "applied"]


def test_each_row_of_a_file_is_told_and_keeps_its_number(shop: Path) -> None:
    a_hook(shop, "notify", "exit 75")
    rows = "\n".join(json.dumps({"order": f"L-{n}", "items": {"1": 1}, "reason": "damaged"}) for n in (1, 9, 2))
    (shop / "rows.jsonl").write_text(rows)
    results = typed(shop, "apply", "--from", "rows.jsonl", code=3).json["results"]
    assert [(each["row"], each.get("warnings")) for each in results] == [(1, ["not_told"]), (2, []), (3, ["not_told"])]


@pytest.mark.parametrize("script", ["exit 75", "exit 0"])
def test_what_may_have_been_told_is_not_undone(shop: Path, script: str) -> None:
    typed(shop, "apply", "L-1", "--item", "1=1", "--reason", "damaged")
    a_hook(shop, "notify", script)
    typed(shop, "approve", 1)
    assert typed(shop, "undo", 1, code=5).error["facts"]["why"] == "told"


def test_a_dry_run_asks_no_hook(shop: Path) -> None:
    for name in ("refund", "notify", "act"):
        a_hook(shop, name, "touch ../asked; exit 0")
    led_words = ("apply", "L-1", "--item", "1=1", "--reason", "damaged", "--external", "4035", "-n")
    typed(shop, *led_words)
    typed(shop, "sweep", "-n")
    assert not (shop.parent / "asked").exists()


def test_a_hook_that_everybody_may_write_is_not_run(shop: Path) -> None:
    samples(shop, "notify", "refund")
    (shop / "hooks/notify").chmod(0o777)
    ran = typed(shop, "apply", "L-1", "--item", "1=1", "--reason", "damaged")
    assert ran.result["warnings"] == ["unsafe_hook"]
    (shop / "hooks/refund").chmod(0o777)
    (shop / "hooks/notify").unlink()
    typed(shop, "approve", 1)
    typed(shop, "receive", 1, "--pass")
    assert typed(shop, "refund", 1, code=1).error["code"] == "unsafe_hook"
    assert record(shop, 1)["state"] == "refund_due"
    typed(shop, "refund", 1, "--reference", "TXN-1")


def test_a_sweep_with_such_a_hook_decides_nothing(shop: Path) -> None:
    typed(shop, "apply", "L-1", "--item", "1=1", "--reason", "damaged")
    typed(shop, "approve", 1)
    samples(shop, "notify")
    (shop / "hooks/notify").chmod(0o777)
    assert typed(shop, "sweep", code=1, now="2027-01-01T00:00:00Z").error["code"] == "unsafe_hook"
    assert record(shop, 1)["state"] == "approved"


@pytest.mark.parametrize(
    ("loose", "told"),
    [
        (["refund", "notify", "act"], ["refund", "notify"]),
        (["act"], []),
        ([], []),
    ],
)
def test_the_work_list_names_the_hooks_that_what_is_owed_waits_for_in_vain(
    shop: Path, loose: list[str], told: list[str]
) -> None:
    led_to_refund(shop)
    assert run("todo", cwd=shop, now=NOW).err == ""
    samples(shop, "refund", "notify", "act")
    for name in loose:
        (shop / "hooks" / name).chmod(0o777)
    for words in (("todo",), ("todo", "--json"), ()):
        ran = run(*words, cwd=shop, now=NOW)
        warnings = [line for line in ran.err.splitlines() if not line.startswith("  ")]
        assert warnings == [f"warning: hooks/{name} will not be run: everybody may write it" for name in told]
        assert ran.err.count("chmod go-w") == (0 if "--json" in words else len(told))
        assert ran.code == 0
    assert "hooks/" not in run("todo", "--due=-1d", cwd=shop, now=NOW).err


# --- our own end, at any point around the hook


@pytest.mark.parametrize("when", ["before it acts", "after it acted"])
@pytest.mark.parametrize("again", ["refund 1 --retry", "sweep"])
def test_killed_while_the_hook_runs_it_is_paid_once(shop: Path, when: str, again: str) -> None:
    led_to_refund(shop)
    samples(shop, "refund")
    act = "cat > asked; python3 hooks/real < asked > /dev/null\n" if when == "after it acted" else ""
    (shop / "hooks/refund").rename(shop / "hooks/real")
    a_hook(shop, "refund", f"#!/bin/sh\n{act}kill -9 $PPID\n")
    assert run("refund", 1, cwd=shop).code == -9
    assert record(shop, 1)["state"] == "refunding"
    (shop / "hooks/real").rename(shop / "hooks/refund")
    typed(shop, *again.split(), now=LATER)
    assert (booked(shop, "refund"), record(shop, 1)["state"]) == (["R-000001/refund/1"], "refunded")
    assert record(shop, 1)["refunds"][0]["attempts"] == 2


def test_a_payment_that_is_still_not_known_is_no_news(shop: Path) -> None:
    led_to_refund(shop)
    a_hook(shop, "refund", "exit 75")
    assert typed(shop, "refund", 1, code=13).error["facts"]["why"] == "exit 75"
    assert typed(shop, "sweep", now=LATER).json["results"] == []
    assert [each["attempt"] for each in asked(shop, "refund")] == [1, 2]


def test_killed_while_telling_it_is_told_once(shop: Path) -> None:
    samples(shop, "notify")
    (shop / "hooks/notify").rename(shop / "hooks/real")
    a_hook(shop, "notify", "#!/bin/sh\ncat > asked; python3 hooks/real < asked\nkill -9 $PPID\n")
    assert run("apply", "L-1", "--item", "1=1", "--reason", "damaged", cwd=shop).code == -9
    assert owed(shop) == [("applied", "open", 1)]
    (shop / "hooks/real").rename(shop / "hooks/notify")
    typed(shop, "sweep", now=LATER)
    assert (owed(shop), len(booked(shop, "notify"))) == ([("applied", "done", 2)], 1)


def test_a_hook_that_cannot_be_started_paid_nothing(shop: Path) -> None:
    led_to_refund(shop)
    a_hook(shop, "refund", "#!/nowhere\n")
    ran = typed(shop, "refund", 1, code=1)
    assert (ran.error["code"], record(shop, 1)["state"]) == ("system", "refund_due")


def test_one_that_can_no_more_be_started_may_have_paid_before(shop: Path) -> None:
    led_to_refund(shop)
    a_hook(shop, "refund", "exit 75")
    typed(shop, "refund", 1, "--key", "K", code=13)
    a_hook(shop, "refund", "#!/nowhere\n")
    for words in (("--key", "K"), ("--retry",)):
        assert typed(shop, "refund", 1, *words, code=13).error["facts"]["why"] == "No such file or directory"
    assert (record(shop, 1)["state"], record(shop, 1)["refunds"][0]["attempts"]) == ("refunding", 3)


def test_what_people_settle_while_a_hook_runs_is_no_surprise(shop: Path) -> None:
    a_hook(shop, "notify", f"{sys.executable} -m returnctl done 1 -q; exit $(cat ../code)")
    for number, code in enumerate((0, 10, 75), 1):
        (shop.parent / "code").write_text(str(code))
        words = ("message", 1, "hello") if number > 1 else ("apply", "L-1", "--item", "1=1", "--reason", "damaged")
        typed(shop, *words)
        assert {status for _, status, _ in owed(shop)} == {"done"}


def test_a_retry_without_a_payment_begins_none(shop: Path) -> None:
    led_to_refund(shop)
    samples(shop, "refund")
    assert typed(shop, "refund", 1, "--retry", code=5).error["hint"] == "returnctl refund R-000001"
    typed(shop, "refund", 1)
    assert typed(shop, "refund", 1, "--retry").result["outcome"] == "unchanged"
    assert len(booked(shop, "refund")) == 1


def asked(shop: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (shop.parent / f"{name}.jsonl").read_text().splitlines()]


def test_what_hooks_read(shop: Path) -> None:
    for name in ("refund", "notify", "act"):
        a_hook(shop, name, "echo TXN-1")
    led_to_refund(shop, "--external", "4035")
    typed(shop, "message", 1, "one")
    typed(shop, "message", 1, "two")
    typed(shop, "refund", 1)
    (paid,) = asked(shop, "refund")
    assert (paid["returnctl"], paid["amount"], paid["attempt"], paid["tenders"]) == (
        "refund/v1", "34.65", 1, [{"payment": "p1", "amount": "34.65"}],
    )  # fmt: skip
    told = asked(shop, "notify")
    assert [each["what"] for each in told] == [
        "applied",
        "approved",
        "received",
        "message",
        "message",
        "refunded",
        "feedback",
    ]
    assert [each["text"] for each in told if "text" in each] == ["one", "two"]
    assert {(each["return"], each["order"], each["buyer"]["id"]) for each in told} == {("R-000001", "L-1", "u_1")}
    assert {each["external"]["return_id"] for each in asked(shop, "act")} == {"4035"}


def test_the_buyer_is_told_in_the_words_of_the_policy(shop: Path) -> None:
    with (shop / "policies/standard.yaml").open("a") as policy:
        policy.write("return_address: {name: Lumi, lines: [1 Pier], country: US}\n")
        policy.write("wording: {notices: {approved: {en: 'Send {return} to {return_address}.'}}}\n")
    a_hook(shop, "notify", "exit 0")
    led_to_refund(shop)
    told = {each["what"]: each for each in map(json.loads, (shop.parent / "notify.jsonl").read_text().splitlines())}
    assert told["approved"]["words"] == "Send R-000001 to Lumi, 1 Pier, US."
    assert told["approved"]["return_address"]["name"] == "Lumi"
    assert told["received"]["words"].startswith("Hello, your parcel of order L-1 has arrived")
    assert {each["words_language"] for each in told.values()} == {"en"}
