"""The options that commands share, the environment, and help."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from returnctl import __version__
from returnctl.storage.store import Store
from tests.cli.shops import DEMO_NOW, ROOT, kept, record, typed
from tests.program import run


@pytest.mark.parametrize("noun", ["policy", "order"])
def test_a_noun_alone_shows_its_help(tmp_path: Path, noun: str) -> None:
    alone = run(noun, cwd=tmp_path)
    assert (alone.code, alone.err) == (0, "")
    assert alone.out == run(noun, "--help", cwd=tmp_path).out


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("frob", "returnctl --help"),
        ("policy frob", "returnctl policy --help"),
        ("policy list frob", "returnctl policy list --help"),
        ("show", "returnctl show --help"),
    ],
)
def test_a_wrong_line_names_the_help_that_explains_it(tmp_path: Path, line: str, hint: str) -> None:
    assert run(*line.split(), "--json", cwd=tmp_path).error["hint"] == hint
    assert run(*line.split(), cwd=tmp_path).err.splitlines()[-1] == f"  {hint}"


@pytest.mark.parametrize(
    "line",
    [
        "-C {shop} --json --now 2026-11-22 approve 15 -n",
        "approve 15 -n -C {shop} -o json --now 2026-11-22",
        "--shop {shop} approve -n --output=json --now=2026-11-22 15",
        "--json approve --dry-run -C {shop} --now 2026-11-22 -- 15",
    ],
)
def test_options_stand_before_and_after(demo_once: Path, tmp_path: Path, line: str) -> None:
    done = run(*line.format(shop=demo_once).split(), cwd=tmp_path)
    assert (done.code, done.result["outcome"]) == (0, "planned")


def test_the_later_place_wins(demo_once: Path, shop_once: Path) -> None:
    done = run("-C", shop_once, "-o", "csv", "list", "-C", demo_once, "-o", "ids")
    assert done.out.startswith("R-000001\n")


def test_the_shop_is_found(demo_once: Path, shop_once: Path, tmp_path: Path) -> None:
    below = demo_once / "data" / "returns"
    assert run("list", "-o", "ids", cwd=below).out.startswith("R-000001\n")
    assert run("list", "-o", "ids", cwd=tmp_path, RETURNCTL_SHOP=str(demo_once)).out.startswith("R-000001\n")
    assert run("list", "-o", "ids", "-C", shop_once, cwd=below, RETURNCTL_SHOP=str(demo_once)) == (0, "", "")
    for nowhere in ({"RETURNCTL_SHOP": "/nowhere"}, {}):
        assert run("list", cwd=tmp_path, **nowhere).code == 10
    assert run("list", "-C", tmp_path, cwd=demo_once).code == 10


@pytest.mark.parametrize(
    ("now", "at"),
    [
        ("2026-12-01T10:00:00Z", "2026-12-01T10:00:00Z"),
        ("2026-12-01T10:00:00+08:00", "2026-12-01T02:00:00Z"),
        ("2026-12-01T10:00", "2026-12-01T18:00:00Z"),
        ("2026-12-01 10:00:30", "2026-12-01T18:00:30Z"),
        ("2026-12-01", "2026-12-01T08:00:00Z"),
    ],
)
def test_now_is_read_in_the_shops_zone(demo: Path, now: str, at: str) -> None:
    run("note", 1, "x", "--now", now, cwd=demo, TZ="Asia/Tokyo")
    run("note", 3, "x", cwd=demo, now=now, TZ="Asia/Tokyo")
    assert [record(demo, number)["history"][-1]["at"] for number in (1, 3)] == [at, at]


def test_now_counts_from_the_clock(demo: Path) -> None:
    typed(demo, "note 1 x --now 2d", now="")
    after = record(demo, 1)["history"][-1]["at"]
    typed(demo, "note 15 x --now today", now="")
    assert after > record(demo, 15)["history"][-1]["at"]


BAD_TIMES = ["11/12/2026", "1.2.2026", "2026-13-01", "2026-11-12T25:00", "tomorrow", "2 d", "-2w", "", "99999999d"]


@pytest.mark.parametrize("text", BAD_TIMES)
def test_other_times_are_refused(demo_once: Path, text: str) -> None:
    for line in (["list", f"--now={text}"], ["list", f"--since={text}"], ["todo", f"--due={text}"]):
        done = run(*line, "--json", cwd=demo_once)
        assert done.code == 2, (line, done)
        assert done.error["code"] == ("ambiguous_date" if "." in text or "/" in text else "bad_value")


@pytest.mark.parametrize("now", ["1999-12-31T00:00:00Z", "2200-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "999999d"])
def test_now_lies_in_years_that_deadlines_can_be_counted_from(demo_once: Path, now: str) -> None:
    done = run("sweep", "-n", "--json", "--now", now, cwd=demo_once)
    assert (done.code, done.error["code"]) == (2, "bad_value")


@pytest.mark.parametrize("limit", ["0", "-1", "x", "99999999999999999999"])
def test_a_limit_is_a_number(demo_once: Path, limit: str) -> None:
    for line in ("list", "todo", "order list"):
        done = run(*line.split(), f"--limit={limit}", "--json", cwd=demo_once)
        assert (done.code, done.error["code"]) == (2, "bad_value")


def test_what_is_due_and_what_changed(demo_once: Path) -> None:
    def ids(*words: str) -> list[int]:
        return [int(id[2:]) for id in run(*words, "-o", "ids", cwd=demo_once, now=DEMO_NOW).out.split()]  # noqa: A001

    assert ids("list", "--due", "2d") == [5, 6, 9]
    assert ids("todo", "--overdue") == [9, 6, 5]
    assert ids("list", "--since=-1d", "--state", "disputed", "--state", "closed") == [10, 11]
    assert ids("list", "--order", "D-01", "--sort", "due", "--limit", "1") == [15]
    assert run("todo", "--overdue", "--exit-code", "-q", cwd=demo_once, now=DEMO_NOW).code == 1
    assert run("todo", "--due=-90d", "--exit-code", cwd=demo_once, now=DEMO_NOW).code == 0


def test_a_request_key_answers_alike(demo: Path) -> None:
    first = typed(demo, "refund 5 --amount 10 --paid --key K1").result
    before = kept(demo)
    again = typed(demo, "refund 5 --amount 10 --paid --key K1").result
    assert again == first | {"outcome": "unchanged"}
    assert kept(demo) == before
    for other in ("refund 5 --amount 11 --paid --key K1", "escalate 5 --key K1"):
        used = run(*other.split(), "--json", cwd=demo, now=DEMO_NOW)
        assert (used.code, used.error["code"], used.error["facts"]) == (5, "key_used", {"key": "K1"})
    assert typed(demo, "refund 5 --amount 10 --paid --key K2").result["outcome"] == "done"


def test_a_key_goes_with_each_id(demo: Path) -> None:
    assert [x["outcome"] for x in typed(demo, "message 1 hi --key K").json["results"]] == ["done"]
    assert [x["outcome"] for x in typed(demo, "message 3 hi --key K").json["results"]] == ["done"]
    assert [x["outcome"] for x in typed(demo, "receive 1 3 --key R").json["results"]] == ["done", "done"]
    assert [x["outcome"] for x in typed(demo, "receive 3 1 --key R").json["results"]] == ["unchanged", "unchanged"]


def test_a_key_of_what_was_done_already_is_used_too(demo: Path) -> None:
    assert [typed(demo, "approve 1 --key K").result["outcome"] for _ in range(2)] == ["unchanged", "unchanged"]
    other = run("message", 1, "hi", "--key", "K", "--json", cwd=demo, now=DEMO_NOW)
    assert (other.code, other.error["code"]) == (5, "key_used")


def test_a_dry_run_uses_no_key(demo: Path) -> None:
    typed(demo, "approve 15 -n --key K")
    assert typed(demo, "cancel 15 --key K").result["outcome"] == "done"


def test_who_did_it_for_which_side(demo: Path) -> None:
    typed(demo, "approve 15 --by mei", "ship 15 --as seller")
    approved, shipped = record(demo, 15)["history"][-2:]
    assert (approved["by"], approved["role"], shipped["role"]) == ("mei", "seller", "seller")


HOLDER = """
import sys, time
from returnctl.storage.store import Store
with Store(sys.argv[1]).writing("mei: returnctl import", 5):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_locked_shop_names_the_holder(demo: Path) -> None:
    words = [sys.executable, "-c", HOLDER, str(demo)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        began = time.monotonic()
        for line in ("approve 15 --lock-timeout 0", "sweep"):
            locked = run(*line.split(), "--json", cwd=demo, now=DEMO_NOW)
            assert (locked.code, locked.error["code"]) == (11, "locked")
            assert locked.error["facts"]["holder"] == "mei: returnctl import"
        assert time.monotonic() - began < 25, "neither waits as others do"
        holder.kill()
    assert run("approve", 15, "--lock-timeout", 0, cwd=demo, now=DEMO_NOW).code == 0


def test_who_only_looks_is_no_holder_without_a_name(demo: Path) -> None:
    with Store(demo).reading():
        locked = run("approve", 15, "--lock-timeout", 0, cwd=demo, now=DEMO_NOW)
    assert locked.code == 11
    assert locked.err == (
        "error: another command is looking at the shop, so nothing can be changed now.\n"
        "  try again, or wait longer with --lock-timeout SECONDS\n"
    )


def test_quiet_says_nothing_but_errors(demo: Path) -> None:
    assert run("approve", 15, "-q", cwd=demo, now=DEMO_NOW) == (0, "", "")
    assert run("approve", 99, "-q", cwd=demo, now=DEMO_NOW).err


@pytest.mark.parametrize(
    ("options", "more", "coloured"), [([], {}, True), (["--no-color"], {}, False), ([], {"NO_COLOR": "1"}, False)]
)
def test_colours(demo_once: Path, options: list[str], more: dict[str, str], coloured: bool) -> None:
    """In a terminal only, and there only where nobody minds."""
    words = [sys.executable, "-m", "returnctl", "-C", str(demo_once), "approve", "99", *options]
    terminal, end = os.openpty()
    environment = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ} | more
    subprocess.run(words, cwd=ROOT, env=environment, stderr=end, stdin=subprocess.DEVNULL, check=False, timeout=60)
    assert (b"\033[" in os.read(terminal, 4096)) == coloured
    os.close(terminal)
    os.close(end)
    assert "\033" not in run("approve", 99, *options, cwd=demo_once, **more).err


def test_help_and_its_topics(demo_once: Path, tmp_path: Path) -> None:
    help_ = run("--help", cwd=tmp_path).out
    assert help_ == run("-h", cwd=tmp_path).out == run(cwd=tmp_path).out
    assert run("approve", "-h", cwd=tmp_path).out.startswith("Usage: returnctl approve [OPTIONS] ID...")
    assert run(cwd=demo_once, now=DEMO_NOW).out == run("todo", cwd=demo_once, now=DEMO_NOW).out
    for topic, told in (("exit-codes", "130"), ("workflow", "replacement_due"), ("environment", "RETURNCTL_NOW")):
        assert told in run("help", topic, cwd=tmp_path).out
        assert f"returnctl help {topic}" in run("help", cwd=tmp_path).out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(tmp_path: Path, shell: str) -> None:
    assert "_RETURNCTL_COMPLETE" in run("completion", shell, cwd=tmp_path).out


def test_bash_completes_commands(tmp_path: Path) -> None:
    done = run(cwd=tmp_path, _RETURNCTL_COMPLETE="bash_complete", COMP_WORDS="returnctl esc", COMP_CWORD="1")
    assert done.out == "plain,escalate\n"


def test_a_misspelt_word_is_understood(tmp_path: Path) -> None:
    assert "approve" in run("aprove", "1", cwd=tmp_path).err
    assert "validate" in run("policy", "validat", cwd=tmp_path).err
    assert "--evidence" in run("apply", "X", "--evidense", "f", cwd=tmp_path).err


def test_the_version(tmp_path: Path) -> None:
    assert run("--version", cwd=tmp_path) == (0, f"returnctl {__version__}\n", "")


def test_the_language_of_the_shop_is_spoken(demo: Path) -> None:
    settings = demo / "returnctl.yaml"
    settings.write_text(settings.read_text().replace("language: en", "language: zh"))
    assert run("list", "--lang", "en", cwd=demo).out == run("list", cwd=demo, RETURNCTL_LANG="en").out
    assert run("--lang", "zh", "show", 5, "--json", cwd=demo).json == json.loads(run("show", 5, "--json", cwd=demo).out)


def test_the_same_evidence_later_is_the_same_request(demo: Path, tmp_path: Path) -> None:
    photo = tmp_path / "crack.png"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 64)
    words = ("attach", 1, photo, "--key", "k-evidence", "--json")
    first = run(*words, cwd=demo, now="2026-11-22T10:00:00Z")
    again = run(*words, cwd=demo, now="2026-11-22T11:00:00Z")
    assert (first.result["outcome"], again.code, again.result["outcome"]) == ("done", 0, "unchanged")


def test_verbose_tells_the_facts_of_each_event(demo: Path) -> None:
    plain, verbose = (run("-n", *more, "receive", 3, "--pass", cwd=demo, now=DEMO_NOW).out for more in ((), ("-v",)))
    assert verbose.startswith(plain)
    assert "grades: 1=as_sent=1" in verbose.removeprefix(plain)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("list --limit x", "--limit：“x”不符合要求，应为 1 到 1000000000 之间的整数。"),
        ("list --limit 0", "--limit：“0”不符合要求，应为 1 到 1000000000 之间的整数。"),
        ("feedback 7 --rating 6", "--rating：“6”不符合要求，应为 1 到 5 之间的整数。"),
        ("log --after -1", "--after：“-1”不符合要求，应为 0 到 1000000000 之间的整数。"),
        ("approve", "缺少参数 'ID...'。"),
    ],
)
def test_what_click_says_is_said_in_the_readers_language(demo_once: Path, line: str, told: str) -> None:
    refused = run("--lang", "zh", *line.split(), cwd=demo_once)
    assert (refused.code, refused.err.splitlines()[0]) == (2, f"错误: {told}")
