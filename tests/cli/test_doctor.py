"""`doctor`: a healthy shop is well and stays as it is; whatever is wrong around the data is told, with what to do."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from returnctl.storage import journal, store
from tests.cli.shops import DEMO_NOW, ROOT
from tests.program import Ran, run

Spoil = Callable[[Path], Any]
STRANGER = 12_345
# What the machine that runs the tests says of itself.
OF_MACHINE = {"versions", "file system", "space"}
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


@pytest.fixture
def quiet(tmp_path: Path) -> dict[str, str]:
    """The environment of a user without jobs and without a git above."""
    return with_crontab(tmp_path, "") | {"HOME": str(tmp_path / "home"), "GIT_CEILING_DIRECTORIES": str(tmp_path)}


def with_crontab(tmp_path: Path, text: str) -> dict[str, str]:
    (tmp_path / "bin").mkdir(exist_ok=True)
    (tmp_path / "crontab.txt").write_text(text)
    fake = tmp_path / "bin/crontab"
    fake.write_text(f"#!/bin/sh\ncat '{tmp_path}/crontab.txt'\n")
    fake.chmod(0o755)
    return {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}"}


def doctor(shop: Path, *words: str, now: str | None = DEMO_NOW, **environment: str) -> Ran:
    return run("doctor", *words, "--json", cwd=shop, now=now, **environment)


def found(ran: Ran, *severities: str) -> dict[str, dict[str, Any]]:
    """The facts by code, without what this machine says of itself."""
    findings = ran.json["findings"]
    wanted = [x for x in findings if x["severity"] in (severities or ("note", "warning", "problem"))]
    return {x["code"]: x["facts"] for x in wanted if x["check"] not in OF_MACHINE or severities == ("ok",)}


def in_trouble(ran: Ran) -> bool:
    return any(x["severity"] in ("warning", "problem") for x in ran.json["findings"])


def state(shop: Path) -> dict[str, tuple[int, int, bytes]]:
    """Modes, times and contents of all that is in the shop."""
    told = {path: path.lstat() for path in (shop, *shop.rglob("*"))}
    return {str(p): (s.st_mode, s.st_mtime_ns, p.read_bytes() if p.is_file() else b"") for p, s in told.items()}


def test_a_healthy_shop_is_well_and_stays_as_it_is(demo: Path, quiet: dict[str, str]) -> None:
    before = state(demo)
    ran = doctor(demo, **quiet)
    assert set(found(ran, "warning", "problem")) == set()
    assert set(found(ran)) == {"clock_told", "other_zone", "no_seal", "no_sweep", "hook_missed"}
    assert {"versions", "terminal", "settings", "policies", "owner", "permissions", "lock", "commits", "clock"} <= set(
        found(ran, "ok")
    )
    assert ran.json["returnctl"] == "doctor/v1"
    assert sum(ran.json["counts"].values()) == len(ran.json["findings"])
    assert state(demo) == before


def test_the_versions_are_those_of_all_it_stands_on(demo: Path) -> None:
    told = found(doctor(demo), "ok")["versions"]["versions"]
    packages = {"click", "PyYAML", "jsonschema", "tabulate", "msgspec", "holidays", "tzdata"}
    assert set(told) == packages | {"returnctl", "python", "sqlite3", "system"}


# --- one fault after the other


def replaced(path: str, old: str, new: str) -> Spoil:
    def spoil(shop: Path) -> None:
        text = (shop / path).read_text()
        assert old in text
        (shop / path).write_text(text.replace(old, new, 1))

    return spoil


def mode(path: str, bits: int) -> Spoil:
    return lambda shop: (shop / path).chmod(bits)


def a_hook(bits: int) -> Spoil:
    def spoil(shop: Path) -> None:
        (shop / "hooks").mkdir()
        (shop / "hooks/refund").write_text("#!/bin/sh\nexit 75\n")
        (shop / "hooks/refund").chmod(bits)

    return spoil


def gone(path: str) -> Spoil:
    def spoil(shop: Path) -> None:
        shutil.rmtree(shop / path) if (shop / path).is_dir() else (shop / path).unlink()

    return spoil


def added(path: str, text: str = "") -> Spoil:
    def spoil(shop: Path) -> None:
        (shop / path).parent.mkdir(exist_ok=True)
        (shop / path).touch(0o600)
        (shop / path).write_text(text)

    return spoil


def in_git(*more: str) -> Spoil:
    def spoil(shop: Path) -> None:
        for words in (["init", "-q"], *map(str.split, more)):
            subprocess.run(["git", "-C", str(shop), *words], check=True)

    return spoil


def both(*spoils: Spoil) -> Spoil:
    return lambda shop: [spoil(shop) for spoil in spoils]


def lines(change: Callable[[bytes], bytes]) -> Spoil:
    def spoil(shop: Path) -> None:
        path = shop / "data/journal.jsonl"
        path.write_bytes(change(path.read_bytes()))

    return spoil


def owned_by_stranger(path: str) -> Spoil:
    return lambda shop: os.chown(shop / path, STRANGER, STRANGER)


def sealed(shop: Path) -> None:
    assert run("seal", cwd=shop, now=DEMO_NOW).code == 0


# The finding, how much it matters, and what to type.
FAULTS: dict[str, tuple[Spoil, str, str, str]] = {
    "settings that are no YAML": (
        replaced("returnctl.yaml", "shop:", "shop: ["), "invalid_settings", "problem", "returnctl.yaml:",
    ),
    "an unknown zone": (
        replaced("returnctl.yaml", "America/Los_Angeles", "America/Los_Angelos"),
        "invalid_settings", "problem", "America/Los_Angeles",
    ),
    "a policy with a fault": (
        replaced("policies/standard.yaml", "window", "windoe"), "bad_policies", "problem", "returnctl policy validate",
    ),
    "no policy": (gone("policies/standard.yaml"), "no_policies", "problem", "git"),
    "a default that is none": (
        replaced("returnctl.yaml", "policy: standard", "policy: other"), "unknown_policy", "warning", "policy: NAME",
    ),
    "settings that all may write": (mode("returnctl.yaml", 0o666), "writable", "warning", "chmod go-w returnctl.yaml"),
    "policies that all may write": (mode("policies", 0o777), "writable", "warning", "chmod go-w policies"),
    "an open data/": (mode("data", 0o755), "open", "warning", "returnctl fsck --repair"),
    "an open journal": (mode("data/journal.jsonl", 0o644), "open", "warning", "returnctl fsck --repair"),
    "a group that is kept out": (
        replaced("returnctl.yaml", "market: US", "market: US\nprivate: false"),
        "closed", "warning", "returnctl fsck --repair",
    ),
    "data that git does not ignore": (both(gone(".gitignore"), in_git()), "not_ignored", "warning", ".gitignore"),
    "data in git": (in_git("add -f data/journal.jsonl"), "tracked", "problem", "git rm -r -q --cached data"),
    "a hook that all may write": (a_hook(0o777), "unsafe_hook", "problem", "chmod go-w hooks hooks/refund"),
    "a hook that cannot be run": (a_hook(0o644), "not_executable", "warning", "chmod u+x hooks/refund"),
    "no data": (gone("data"), "damaged", "problem", "backup"),
    "no lock": (gone("data/lock"), "damaged", "problem", "returnctl fsck --repair"),
    "no journal": (gone("data/journal.jsonl"), "damaged", "problem", "returnctl fsck"),
    "a spoilt line": (lines(lambda x: x[:-9] + b"x" + x[-8:]), "damaged", "problem", "returnctl fsck"),
    "a line of a newer version": (
        lines(lambda x: x.replace(b"commit/v1", b"commit/v9")), "damaged", "problem", "returnctl fsck",
    ),
    "an outcome that is not known": (added("data/lock", "unsure: run returnctl fsck\n"), "unsure", "problem", "fsck"),
    "something staged": (added("data/stage/returns+000+R-000001.json"), "unfinished_change", "warning", "todo"),
    "a line that is cut off": (lines(lambda x: x + b'{"sequ'), "unfinished_change", "warning", "returnctl todo"),
    "a line set aside": (added("data/journal.torn-1"), "torn_lines", "note", "nothing needs to be done"),
    "an older journal than sealed": (
        both(sealed, lines(lambda x: b"".join(x.splitlines(keepends=True)[:-3]))),
        "older_than_seal", "problem", "returnctl fsck",
    ),
    "a seal that is none": (added("seals/2026-01.json"), "damaged", "problem", "returnctl fsck"),
    "a folder of a sync tool": (lambda shop: (shop / ".stfolder").mkdir(), "sync_tool", "warning", "move the shop"),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "code", "severity", "cure"), FAULTS.values(), ids=FAULTS)
def test_faults_are_told_with_what_to_do(
    demo: Path, quiet: dict[str, str], spoil: Spoil, code: str, severity: str, cure: str
) -> None:
    spoil(demo)
    before = state(demo)
    ran = doctor(demo, **quiet)
    (facts,) = (x["facts"] for x in ran.json["findings"] if (x["code"], x["severity"]) == (code, severity))
    people = run("doctor", cwd=demo, now=DEMO_NOW, **quiet)
    assert state(demo) == before
    assert ran.code == people.code == int(in_trouble(ran))
    assert severity == "note" or ran.code == 1
    assert (ran.err, people.err) == ("", "")
    assert cure in people.out, (facts, people.out)
    assert not re.search(r"[{}]", people.out.replace("{} ", ""))
    assert {"versions", "terminal"} <= set(found(ran, "ok"))


def test_all_faults_are_told_at_once(demo: Path, quiet: dict[str, str]) -> None:
    spoils = (replaced("returnctl.yaml", "market: US", "market: XX"), gone("policies/standard.yaml"), a_hook(0o777))
    both(*spoils, added("data/lock", "unsure: x"), mode("data", 0o755), lines(lambda x: x + b"x"))(demo)
    told = {"invalid_settings", "no_policies", "unsafe_hook", "open", "unfinished_change"}
    assert told <= set(found(doctor(demo, **quiet), "warning", "problem"))


def test_the_clock_is_not_behind_the_last_commit(demo: Path, quiet: dict[str, str]) -> None:
    ran = doctor(demo, "--now", "2026-11-01", now=None, **quiet)
    assert found(ran, "warning")["clock_back"]["now"] == "2026-11-01T07:00:00Z"
    assert "clock_told" not in found(ran)
    replaced("returnctl.yaml", "America/Los_Angeles", "Nowhere")(demo)
    assert "clock_back" in found(doctor(demo, "--now", "2026-11-01", now=None, TZ="UTC", **quiet))
    assert doctor(demo, now="1999-01-01T00:00:00Z").code == 2


def test_seals_are_told_by_their_age(demo: Path, quiet: dict[str, str]) -> None:
    sealed(demo)
    assert found(doctor(demo, "--now", "2026-12-02T17:00:00Z", **quiet), "ok")["seal"] == {"days": 10, "commits": 0}
    assert run("note", "1", "x", cwd=demo, now=DEMO_NOW).code == 0
    assert found(doctor(demo, **quiet))["seal"]["commits"] == 1


def test_an_encoding_that_lacks_chinese(demo: Path, quiet: dict[str, str]) -> None:
    ran = doctor(demo, "--lang", "zh", PYTHONIOENCODING="latin-1", PYTHONUTF8="0", **quiet)
    assert found(ran, "warning") == {"not_utf8": {"encoding": "iso8859-1", "language": "zh"}}
    people = run("doctor", "--lang", "zh", cwd=demo, now=DEMO_NOW, PYTHONIOENCODING="ascii", **quiet)
    assert (people.code, people.err) == (1, "")


def test_a_hook_that_is_there_is_named(demo: Path, quiet: dict[str, str]) -> None:
    a_hook(0o755)(demo)
    assert found(doctor(demo, **quiet), "ok")["hook"] == {"path": "hooks/refund"}


def test_what_waits_for_a_hook_that_is_missing_is_counted(demo: Path, quiet: dict[str, str]) -> None:
    waiting = found(doctor(demo, **quiet))["hook_missed"]
    todo = run("todo", "--json", cwd=demo, now=DEMO_NOW).json
    assert waiting == {"path": "hooks/notify", "waiting": sum(x["kind"] == "tell" for y in todo for x in y["owed"])}
    (demo / "data/index.sqlite").unlink()
    assert "hook_missed" not in found(doctor(demo, **quiet))
    assert not (demo / "data/index.sqlite").exists()


def test_an_index_in_the_middle_of_a_change_is_left_alone(demo: Path, quiet: dict[str, str]) -> None:
    added("data/index.sqlite-journal", "not over yet")(demo)
    before = state(demo)
    assert "hook_missed" not in found(doctor(demo, **quiet))
    assert state(demo) == before


@pytest.mark.parametrize("most", [1, 500, 5000, 1 << 20])
def test_the_tail_of_a_journal_is_read_by_whole_lines(demo: Path, most: int) -> None:
    content = (demo / "data/journal.jsonl").read_bytes()
    with store.opened(demo, shared=False) as data:
        entries = [entry.sequence for entry in journal.tail(data, most)]
    assert len(entries) == content[-most - 1 :].count(b"\n") - (most < len(content))
    last = content.count(b"\n")
    assert entries == list(range(last + 1 - len(entries), last + 1))


# --- locks


HOLDER = """
import sys, time
from returnctl.storage.store import Store
with Store(sys.argv[1]).writing("mei: returnctl import", 5):
    print("held", flush=True)
    time.sleep(60)
"""


@contextmanager
def held(shop: Path) -> Iterator[None]:
    words = [sys.executable, "-c", HOLDER, str(shop)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        yield
        holder.kill()


def test_a_locked_shop_tells_who_holds_it(demo: Path, quiet: dict[str, str]) -> None:
    with held(demo):
        ran = doctor(demo, **quiet)
        assert found(ran, "warning", "problem") == {}
        assert found(ran)["locked"]["holder"] == "mei: returnctl import"
        assert "commits" in found(ran, "ok")
        added("data/stage/returns+000+R-000001.json")(demo)
        assert "unfinished_change" not in found(doctor(demo, **quiet))
        since = (demo / "data/lock").read_text().replace("since: 2", "since: 1")
        (demo / "data/lock").write_text(since)
        assert found(doctor(demo, **quiet), "warning")["locked_long"]["holder"] == "mei: returnctl import"
        (demo / "data/lock").write_text("\x1b[31m")
        assert found(doctor(demo, **quiet))["locked"] == {"holder": None, "since": None, "why": "looked_at"}


# --- jobs


@pytest.mark.parametrize(
    ("line", "swept"),
    [
        ("*/15 * * * * returnctl -C {shop} sweep -q", True),
        ("0 * * * * cd {shop} && .venv/bin/returnctl sweep", True),
        ("0 * * * * cd '{shop}/' && python -m returnctl sweep", True),
        ("RETURNCTL_SHOP={shop}\n@hourly returnctl sweep", True),
        ("0 * * * * returnctl -C {shop}2 sweep", False),
        ("0 * * * * returnctl -C {shop}/other sweep", False),
        ("# 0 * * * * returnctl -C {shop} sweep", False),
        ("0 * * * * returnctl -C {shop} todo", False),
        ("0 * * * * returnctl sweep", False),
        ("", False),
    ],
)
def test_a_job_that_sweeps_is_found(
    demo: Path, tmp_path: Path, quiet: dict[str, str], line: str, swept: bool
) -> None:  # fmt: skip
    ran = doctor(demo, **quiet | with_crontab(tmp_path, line.format(shop=demo) + "\n"))
    assert ("swept" in found(ran, "ok"), "no_sweep" in found(ran)) == (swept, not swept)


def test_so_is_a_timer_of_the_user(demo: Path, tmp_path: Path, quiet: dict[str, str]) -> None:
    units = tmp_path / "home/.config/systemd/user"
    units.mkdir(parents=True)
    (units / "sweep.service").write_text(f"[Service]\nWorkingDirectory={demo}\nExecStart=returnctl sweep -q\n")
    assert "swept" not in found(doctor(demo, **quiet), "ok")
    (units / "sweep.timer").write_text("[Timer]\nOnCalendar=hourly\n")
    assert found(doctor(demo, **quiet), "ok")["swept"]["place"] == "sweep.timer"


@pytest.mark.parametrize("name", ["a shop's 5%", "plain", "店铺 $HOME 100%"])
def test_what_cron_prints_is_found(demo: Path, tmp_path: Path, quiet: dict[str, str], name: str) -> None:
    odd = demo.rename(tmp_path / name)
    assert found(doctor(odd, **quiet))["no_sweep"]["last"] == "2026-11-21T17:00:00Z"
    assert "returnctl cron" in run("doctor", cwd=odd, now=DEMO_NOW, **quiet).out
    line = run("cron", cwd=odd, **quiet).out
    assert "swept" in found(doctor(odd, **quiet | with_crontab(tmp_path, line)), "ok")
    units = tmp_path / "home/.config/systemd/user"
    units.mkdir(parents=True)
    for unit in run("cron", "--systemd", "--json", cwd=odd, **quiet).json["units"]:
        (units / unit["name"]).write_text(unit["text"])
    assert "swept" in found(doctor(odd, **quiet), "ok")


@pytest.mark.parametrize("script", ["#!/bin/sh\nexit 1\n", "#!/nowhere\n", "#!/bin/sh\nhead -c 99999 /dev/urandom\n"])
def test_a_crontab_that_cannot_be_asked_is_none(
    demo: Path, tmp_path: Path, quiet: dict[str, str], script: str
) -> None:  # fmt: skip
    (tmp_path / "bin/crontab").write_text(script)
    assert "no_sweep" in found(doctor(demo, **quiet))


# --- outside, and others' shops


def test_outside_a_shop_it_looks_at_the_machine(tmp_path: Path, quiet: dict[str, str]) -> None:
    ran = doctor(tmp_path, **quiet)
    assert (ran.code, set(found(ran))) == (0, {"clock_told", "no_shop"})
    assert "returnctl init" in run("doctor", cwd=tmp_path, **quiet).out
    for words, environment in ((("-C", str(tmp_path)), {}), ((), {"RETURNCTL_SHOP": "/nowhere"})):
        named = doctor(tmp_path, *words, **quiet | environment)
        assert (named.code, named.out, named.error["code"]) == (10, "", "no_shop")


@as_root
@pytest.mark.parametrize("path", [".", "returnctl.yaml", "data"])
def test_another_users_shop_is_named_and_looked_at(demo: Path, quiet: dict[str, str], path: str) -> None:
    owned_by_stranger(path)(demo)
    before = state(demo)
    ran = doctor(demo, **quiet)
    assert (ran.code, "not_yours" in found(ran, "problem"), "commits" in found(ran, "ok")) == (1, True, True)
    assert state(demo) == before


@as_root
def test_what_another_user_left_in_ours_is_named(demo: Path, quiet: dict[str, str]) -> None:
    owned_by_stranger("data/journal.jsonl")(demo)
    assert found(doctor(demo, **quiet), "warning") == {"strangers": {"paths": ["data/journal.jsonl"]}}


def test_quiet_tells_only_what_is_wrong(demo: Path, quiet: dict[str, str]) -> None:
    mode("data", 0o755)(demo)
    (line, cure) = [
        x for x in run("doctor", "-q", cwd=demo, now=DEMO_NOW, **quiet).out.splitlines() if "disk" not in x
    ]  # fmt: skip
    assert (line.split(maxsplit=2), cure) == (
        ["warning", "permissions", "others may read or write: data 755"], "  returnctl fsck --repair",
    )  # fmt: skip


def test_nothing_of_a_buyer_is_told(demo: Path, quiet: dict[str, str]) -> None:
    out = doctor(demo, **quiet).out + run("doctor", cwd=demo, now=DEMO_NOW, **quiet).out
    told = json.loads((demo / "data/returns/000/R-000001.json").read_text())["buyer"]
    assert not [value for value in told.values() if value and len(value) > 2 and value in out]
