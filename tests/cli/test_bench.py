"""At the bench: what is scanned at a terminal is booked one by one and answered at once."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.shops import DEMO_NOW, an_order, record, take, typed
from tests.program import run
from tests.terminal import BELL, CTRL_C, CTRL_D, terminal

SHADE = {"line": "2", "sku": "SHADE-2", "title": "Lamp shade, linen", "quantity": 1, "net": "10.00", "tax": "1.00"}


@pytest.fixture(scope="module")
def bench_once(shop_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1: three lamps and a shade, sent as 1Z01. 2 and 3: a lamp each, sent under one number."""
    shop = shutil.copytree(shop_once, tmp_path_factory.mktemp("once") / "bench")
    lamps = an_order()["lines"]
    take(shop, an_order("B-1", lines=[*lamps, SHADE]))
    typed(
        shop, "apply B-1 --reason damaged --note cracked", "apply L-1 --item 1=1 --reason damaged",
        "apply L-2 --item 1=1 --reason damaged --type replacement", "approve 1", "approve 2", "approve 3",
        "ship 1 --tracking 1Z01", "ship 2 --tracking SHARED", "ship 3 --tracking SHARED",
    )  # fmt: skip
    return shop


@pytest.fixture
def bench(bench_once: Path, tmp_path: Path) -> Path:
    return shutil.copytree(bench_once, tmp_path / "bench")


def commits(shop: Path) -> list[str]:
    """The commands of the journal."""
    lines = (shop / "data/journal.jsonl").read_text().splitlines()
    return [json.loads(line)["command"] for line in lines]


def graded(shop: Path, number: int = 1) -> list[dict[str, int]]:
    return [{each["grade"]: each["quantity"] for each in line["graded"]} for line in record(shop, number)["lines"]]


# --- receiving


def test_each_scan_is_booked_and_answered_before_the_next(bench: Path) -> None:
    before = len(commits(bench))
    with terminal(bench, "receive", "-") as here:
        here.scans("1Z01")
        here.says("R-000001: receive → received")
        here.says("3 × LUMI-LAMP-1  Desk lamp")
        here.says("1 × SHADE-2      Lamp shade, linen")
        here.says("Arrived damaged (seller), return and refund")
        here.says("cracked")
        here.says("photo if worn, wrong_item, missing")
        here.says("returnctl undo R-000001")
        here.says("returnctl receive R-000001 --item LINE=QTY")
        assert (record(bench, 1)["state"], record(bench, 2)["state"]) == ("received", "in_transit")
        here.scans("  R-000002 ")
        here.says("R-000002: receive → received")
        assert here.ends() == 0
    assert here.stands.endswith("2 received\r\n")
    assert BELL not in here.stands
    assert commits(bench)[before:] == ["receive", "receive"]


@pytest.mark.parametrize(
    ("scan", "told"),
    [
        ("nonsense", "error: no return is known as 'nonsense'.\r\n  returnctl list"),
        ("\x1b[31mred", "error: no return is known as '\\x1b[31mred'."),
        ("\udcff".encode("utf-8", "surrogateescape").decode("latin-1"), "error: no return is known as"),
        ("SHARED", "'SHARED' could mean any of R-000002, R-000003.\r\n  R-000002  in transit  L-1  1 × LUMI-LAMP-1"),
        ("x" * 3000, "error: no return is known as"),
    ],
    ids=["unknown", "hostile", "no text", "several", "long"],
)
def test_a_wrong_scan_is_told_and_the_next_is_taken(bench: Path, scan: str, told: str) -> None:
    with terminal(bench, "receive", "-", "--no-color") as here:
        here.scans(scan)
        here.says(BELL)
        here.says(told)
        here.scans("1Z01")
        here.says("R-000001: receive → received")
        assert here.ends() == 3
    assert here.stands.endswith("1 received, 1 refused\r\n")
    assert "\x1b[31mred" not in here.stands.replace("^[", "\x1b").partition("error:")[2]


def test_full_width_characters_are_what_they_stand_for(bench: Path) -> None:
    """An input method may be on, also for the answer."""
    with terminal(bench, "receive", "-") as here:
        here.scans("１Ｚ０１")
        assert here.ends() == 0
    with terminal(bench, "inspect", "-") as here:
        here.scans("１Ｚ０１")
        here.scans("１＝ｗｏｒｎ：１　１＝as_sent：２　２＝as_sent", then="found> ")
        assert here.ends() == 0
    assert graded(bench) == [{"worn": 1, "as_sent": 2}, {"as_sent": 1}]


def test_a_parcel_scanned_twice_changes_nothing(bench: Path) -> None:
    with terminal(bench, "receive", "-") as here:
        here.scans("1Z01", "1Z01")
        here.says(BELL)
        here.says("R-000001: received already, 2026-11-22 ")
        here.says("by mei; nothing was changed")
        assert here.ends() == 0
    assert here.stands.endswith("1 received, 1 already\r\n")
    assert record(bench, 1)["revision"] == 4


def test_who_had_it_before_is_told_of_a_wrong_state(demo: Path) -> None:
    with terminal(demo, "receive", "-", "--no-color") as here:
        here.scans("1Z003")
        here.says("error: R-000005 is refund due: 'receive' cannot follow.\r\n  received already, ")
        here.scans("15")
        here.says("error: R-000015 is requested: 'receive' cannot follow.\r\n  returnctl approve R-000015")
        assert here.ends() == 5


def test_the_rest_of_what_came_in_parts(bench: Path) -> None:
    typed(bench, "receive 1 --item 1=1")
    with terminal(bench, "receive", "-") as here:
        here.scans("1Z01")
        here.says("2 × LUMI-LAMP-1 (of 3)  Desk lamp")
        assert here.ends() == 0


def test_what_was_told_outside_cannot_be_undone_so_it_is_graded(bench: Path) -> None:
    (bench / "hooks").mkdir()
    hook = bench / "hooks/notify"
    hook.write_text("#!/bin/sh\ncat >> told\n")
    hook.chmod(0o755)
    with terminal(bench, "receive", "-") as here:
        here.scans("1Z01")
        here.says("incomplete?")
        here.says("returnctl inspect R-000001 --item LINE=GRADE:QTY")
        assert '"what":"received"' in (bench / "told").read_text()
        assert here.ends() == 0


def test_receiving_and_inspecting_at_once(bench: Path) -> None:
    with terminal(bench, "receive", "-", "--pass") as here:
        here.scans("1Z01")
        here.says("R-000001: receive, inspect → refund due")
        here.scans("1Z01")
        here.says("received already")
        assert here.ends() == 0
    assert (graded(bench), "incomplete?" in here.stands) == ([{"as_sent": 3}, {"as_sent": 1}], False)


# --- inspecting


@pytest.mark.parametrize(
    ("answer", "grades", "told"),
    [
        ("", [{"as_sent": 3}, {"as_sent": 1}], "R-000001: inspect → refund due"),
        ("p", [{"as_sent": 3}, {"as_sent": 1}], "R-000001: inspect → refund due"),
        ("F", [{"wrong_item": 3}, {"wrong_item": 1}], "returnctl attach R-000001 FILE"),
        ("1=opened:2 1=worn:1 2=missing", [{"opened": 2, "worn": 1}, {"missing": 1}], "evidence of this grade"),
        ("s", [{}, {}], "1 left"),
        ("SKIP", [{}, {}], "1 left"),
    ],
)
def test_what_was_found_is_asked_for(bench: Path, answer: str, grades: list[dict[str, int]], told: str) -> None:
    typed(bench, "receive 1")
    with terminal(bench, "inspect", "-") as here:
        here.scans("1Z01")
        here.says("R-000001  received")
        here.says("as_sent 100%, opened 100%, worn 60%, wrong_item 0%, missing 0%")
        here.says("Enter: as_sent; f: wrong_item; s: leave it")
        here.says("or unit by unit: 1=as_sent:2 1=wrong_item:1 2=as_sent")
        here.says("found> ")
        here.wait_a_moment()
        here.types(answer + "\n")
        assert here.ends() == 0
    assert told in here.stands
    assert graded(bench) == grades


WRONG = {
    "1Z01": "is not LINE=GRADE",
    "1=great": "the policy has no grade 'great'",
    "9=worn": "there is no line '9' here",
    "1=worn:1": "3 units of line 1 were received, but 1 are graded",
    "1=worn 1=worn": "is not a line that is named once",
    "1=worn:0": "is not a number of units",
}


def test_a_wrong_answer_is_asked_for_again(bench: Path) -> None:
    typed(bench, "receive 1")
    with terminal(bench, "inspect", "-") as here:
        here.scans("1Z01")
        for answer, told in WRONG.items():
            here.scans(answer, then="found> ")
            here.says(BELL)
            here.says(told)
        here.scans("f", then="found> ")
        assert here.ends() == 0
    assert here.stands.endswith("1 inspected\r\n")


def test_what_scanners_send_behind_a_number_is_no_answer(bench: Path) -> None:
    """Both CR and LF come as line ends; an empty line would pass what nobody looked at."""
    typed(bench, "receive 1")
    with terminal(bench, "inspect", "-") as here:
        here.says("parcel> ")
        here.types("1Z01\r\n")
        here.says("found> ")
        here.says("found> ")
        assert record(bench, 1)["state"] == "received"
        here.scans("s", then="")
        assert here.ends() == 0


@pytest.mark.parametrize(("scan", "told"), [("2", "'inspect' cannot follow"), ("1Z01", "inspected already")])
def test_no_question_where_nothing_can_be_inspected(bench: Path, scan: str, told: str) -> None:
    typed(bench, "receive 1 --fail")
    with terminal(bench, "inspect", "-") as here:
        here.scans(scan)
        here.says(BELL)
        here.says(told)
        here.ends()
    assert "found> " not in here.stands


def test_no_question_where_it_is_answered_already(bench: Path) -> None:
    typed(bench, "receive 1", "receive 2")
    with terminal(bench, "inspect", "-", "--pass") as here:
        here.scans("1Z01", "2")
        assert here.ends() == 0
    assert here.stands.endswith("2 inspected\r\n")
    assert "found> " not in here.stands


def test_a_question_left_open_leaves_the_parcel(bench: Path) -> None:
    typed(bench, "receive 1")
    with terminal(bench, "inspect", "-") as here:
        here.scans("1Z01")
        assert here.ends(then="found> ") == 0
    assert here.stands.endswith("0 inspected, 1 left\r\n")
    assert record(bench, 1)["state"] == "received"


# --- how it ends


@pytest.mark.parametrize(
    ("scans", "key", "code"),
    [
        ([], CTRL_D, 0), (["", "  "], CTRL_D, 0), (["1Z01"], CTRL_D, 0), (["nothing"], CTRL_D, 6),
        (["1Z01", "nothing"], CTRL_D, 3), ([], CTRL_C, 130), (["1Z01", "nothing"], CTRL_C, 130),
    ],
)  # fmt: skip
def test_the_exit_code(bench: Path, scans: list[str], key: str, code: int) -> None:
    with terminal(bench, "receive", "-") as here:
        here.scans(*scans)
        assert here.ends(key) == code
    assert f"{scans.count('1Z01')} received" in here.stands
    assert ("What was reported as done is done." in here.stands) == (key == CTRL_C)


_INTERRUPTED = """
import os, signal
from returnctl.storage.writer import Writer
commit = Writer.commit
def typed(writer, change):
    os.kill(os.getpid(), signal.{})
    commit(writer, change)
Writer.commit = typed
"""


@pytest.mark.parametrize("asked", ["SIGINT", "SIGTERM"])
def test_an_end_asked_for_in_a_commit_comes_after_it(bench: Path, asked: str) -> None:
    with terminal(bench, "receive", "-", before=_INTERRUPTED.format(asked)) as here:
        here.scans("1Z01")
        assert here.left() == 130
    assert "R-000001: receive → received" in here.stands
    assert "1 received\r\n" in here.stands
    assert record(bench, 1)["state"] == "received"


def test_an_end_asked_for_while_nothing_is_in_hand(bench: Path) -> None:
    with terminal(bench, "receive", "-") as here:
        here.says("parcel> ")
        here.process.terminate()
        assert here.left() == 130


def test_a_terminal_that_is_gone_ends_it_too(bench: Path) -> None:
    ignored = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)"
    with terminal(bench, "receive", "-", before=ignored) as here:
        here.scans("1Z01")
        here.says("parcel> ")
        assert here.hangs_up() == 1, "the count was told to nobody"
    assert record(bench, 1)["state"] == "received"


# --- for programs, in quiet, from a pipe, without changing anything


def test_a_dry_run_books_nothing(bench: Path) -> None:
    before = commits(bench)
    with terminal(bench, "receive", "-", "-n") as here:
        here.scans("1Z01")
        here.says("R-000001: would receive → received")
        here.says("3 × LUMI-LAMP-1")
        assert here.ends() == 0
    assert here.stands.endswith("1 would be received\r\n")
    assert "undo" not in here.stands, "it would undo what came before"
    assert commits(bench) == before


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "ids"])
def test_programs_get_each_result_at_once(bench: Path, form: str) -> None:
    with terminal(bench, "receive", "-", "-o", form, aside=True) as here:
        assert here.process.stdout
        here.scans("1Z01")
        first = here.reads("R-000001")
        here.scans("nothing")
        assert here.ends() == 3
        out = first + here.process.stdout.read().decode()
    if form == "json":
        results = json.loads(out)["results"]
        assert [each["outcome"] for each in results] == ["done", "refused"]
        assert '"not_found"' in here.stands


def test_quiet_says_nothing_but_errors(bench: Path) -> None:
    with terminal(bench, "receive", "-", "-q", aside=True) as here:
        here.scans("1Z01", "1Z01", "nothing")
        assert here.ends() == 3
        assert here.process.stdout
        assert here.process.stdout.read() == b""
    assert "no return is known as 'nothing'" in here.stands
    assert "Ctrl-D" not in here.stands


@pytest.mark.parametrize("plain", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {}])
def test_colours_where_they_are_wanted(bench: Path, plain: dict[str, str]) -> None:
    with terminal(bench, "receive", "-", environment=plain) as here:
        here.scans("1Z01", "1Z01", "nothing")
        here.ends(then="parcel> ")
    assert ("\x1b[" in here.stands) == (not plain)


def test_a_pipe_is_read_as_one_list(bench: Path) -> None:
    before = len(commits(bench))
    ran = run("receive", "-", cwd=bench, now=DEMO_NOW, input="1Z01\n2\n")
    assert (ran.code, ran.err, commits(bench)[before:]) == (0, "", ["receive"])
    assert "must be in it" not in ran.out
    assert run("inspect", "-", cwd=bench, now=DEMO_NOW, input="1\n").code == 2, "nobody can be asked"


def test_ids_may_stand_before_what_is_scanned(bench: Path) -> None:
    with terminal(bench, "receive", "2", "-") as here:
        here.says("R-000002: receive → received")
        here.scans("1Z01")
        assert here.ends() == 0
    assert here.stands.endswith("2 received\r\n")


def test_a_request_key_stands_for_each_parcel(bench: Path) -> None:
    with terminal(bench, "receive", "-", "--key", "monday") as here:
        here.scans("1Z01", "1Z01", "2")
        assert here.ends() == 0
    assert here.stands.endswith("2 received, 1 already\r\n")


def test_it_speaks_chinese(bench: Path) -> None:
    with terminal(bench, "receive", "-", "--lang", "zh") as here:
        here.scans("1Z01", then="包裹> ")
        here.says("R-000001：收货 → 已收货")
        here.says("商品破损")
        here.scans("1Z01", then="包裹> ")
        assert here.ends(then="包裹> ") == 0
    assert here.stands.endswith("已收货 1 件，此前已处理 1 件\r\n")
