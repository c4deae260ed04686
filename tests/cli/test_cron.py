"""The sweep by the clock: what is printed is run as cron and systemd would, with nothing in the environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.shops import an_order, record, take
from tests.output.test_schedule import CRONS, TIMES, by_systemd
from tests.program import Ran, run

NAMES = ["plain", "two words", 'it\'s "ours"', "100% %d %%", "光之家", "$HOME `id` ; #", "a\\b\\\\%c"]
SCRIPT = Path(sys.executable).parent / "returnctl"


@pytest.fixture
def late(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A Chinese shop whose only return was approved two months ago by the real clock, and never sent."""
    root = tmp_path / getattr(request, "param", "shop")
    words = ("--name", "光之家", "--timezone", "Asia/Shanghai", "--lang", "zh")
    assert run("init", root, "-q", *words, now=None).code == 0
    ordered = datetime.now(UTC) - timedelta(days=64)
    take(root, an_order(ordered_at=ordered.isoformat(), delivered_at=(ordered + timedelta(days=3)).isoformat()))
    assert run("apply", "L-1", "--reason", "damaged", "--now=-60d", cwd=root, now=None).code == 0
    assert run("approve", 1, "--now=-60d", cwd=root, now=None).code == 0
    return root


def started(*words: str) -> Ran:
    """With no environment at all, and from somewhere else."""
    done = subprocess.run(
        words, cwd="/", env={}, capture_output=True, check=False, timeout=60, stdin=subprocess.DEVNULL
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def is_swept(shop: Path, ran: Ran) -> None:
    """Told in the shop's language; and its times are those of the shop's zone, with no more in the environment."""
    assert ran == (0, "R-000001：超时关闭 → 超时关闭\n", "")
    assert (record(shop, 1)["state"], record(shop, 1)["history"][-1]["role"]) == ("expired", "system")
    shown = started(sys.executable, "-m", "returnctl", "-C", str(shop), "history", "1")
    assert " CST " in shown.out
    assert "事件" in shown.out


def crontab(shop: Path) -> tuple[str, str]:
    """The comment, and the command."""
    ran = run("cron", cwd=shop, now=None)
    assert (ran.code, ran.err) == (0, "")
    comment, line = ran.out.splitlines()
    assert line.startswith(TIMES)
    return comment, line.removeprefix(TIMES)


@pytest.mark.parametrize("late", NAMES, indirect=True)
def test_cron_runs_the_line_as_it_is_printed(late: Path) -> None:
    comment, command = crontab(late)
    assert comment == "# 光之家：处理已到期的待办时限"
    is_swept(late, started("/bin/sh", "-c", CRONS["isc"](command)))


@pytest.mark.parametrize("late", NAMES, indirect=True)
def test_systemd_runs_the_service(late: Path, tmp_path: Path) -> None:
    service, timer = run("cron", "--systemd", "--json", cwd=late, now=None).json["units"]
    (line,) = [line for line in service["text"].splitlines() if line.startswith("ExecStart=")]
    is_swept(late, started(*by_systemd(line.removeprefix("ExecStart="))))
    for unit in (service, timer):
        (tmp_path / unit["name"]).write_text(unit["text"])
    if shutil.which("systemd-analyze"):
        verify = ["systemd-analyze", "--user", "verify", "--man=no", service["name"], timer["name"]]
        here = os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)}
        done = subprocess.run(verify, cwd=tmp_path, env=here, capture_output=True, text=True, check=False, timeout=60)
        assert (done.returncode, done.stderr) == (0, "")


def test_both_units_are_shown_with_where_they_go(late: Path) -> None:
    body = run("cron", "--systemd", "--json", cwd=late).json
    shown = run("cron", "--systemd", cwd=late, RETURNCTL_LANG="en").out
    shop_id = next(x for x in (late / "returnctl.yaml").read_text().split() if x.startswith("shop-"))
    assert [x["path"] for x in body["units"]] == [
        f"~/.config/systemd/user/returnctl-sweep-{shop_id}.{kind}" for kind in ("service", "timer")
    ]
    for unit in body["units"]:
        assert f"# save as {unit['path']}\n" in shown
    service, timer = (unit["text"] for unit in body["units"])
    assert "\nType=oneshot\n" in service
    for line in ("OnCalendar=*:0/15", "Persistent=true", "RandomizedDelaySec=60", "WantedBy=timers.target"):
        assert f"\n{line}\n" in timer
    assert body["enable"][1] == f"systemctl --user enable --now returnctl-sweep-{shop_id}.timer"
    assert [f"#   {command}" for command in body["enable"]] == shown.splitlines()[-3:]


def test_the_json_of_a_crontab(late: Path) -> None:
    body = run("cron", "--json", cwd=late).json
    words = [sys.executable, "-m", "returnctl", "-C", str(late), "sweep", "--if-locked", "wait"]
    assert set(body) == {"returnctl", "command", "crontab"}
    assert (body["returnctl"], body["command"]) == ("cron/v1", words)
    assert body["crontab"] == TIMES + crontab(late)[1]


@pytest.mark.skipif(not SCRIPT.is_file(), reason="not installed")
def test_the_installed_script_names_itself(late: Path, tmp_path: Path) -> None:
    """By its whole path, also where it was called by another."""
    folder = tmp_path / "50% off"
    folder.mkdir()
    shutil.copy(SCRIPT, folder)
    (tmp_path / "returnctl").symlink_to(folder / "returnctl")
    ran = subprocess.run(["../returnctl", "cron"], cwd=late, capture_output=True, text=True, check=True, timeout=60)
    command = ran.stdout.splitlines()[1].removeprefix(TIMES)
    assert command.startswith(rf"{tmp_path}/50\%' off/returnctl' -C")
    is_swept(late, started("/bin/sh", "-c", CRONS["isc"](command)))


def test_the_folder_is_told_in_full(late: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(late)
    for words, cwd, folder in (
        (("-C", "shop"), tmp_path, late), (("-C", "."), late, late), ((), late / "data", late),
        (("-C", "link"), tmp_path, tmp_path / "link"),
    ):  # fmt: skip
        assert run(*words, "cron", "--json", cwd=cwd).json["command"][4] == str(folder), words


@pytest.mark.parametrize(
    "name", ["two\nlines", "tab\there", "esc\x1b[31m", "rtl\u202ex", b"\xff".decode(errors="surrogateescape")]
)
def test_a_path_that_no_line_can_hold_is_refused(late: Path, tmp_path: Path, name: str) -> None:
    odd = late.rename(tmp_path / name)
    for words in (("cron",), ("cron", "--systemd"), ("cron", "--json")):
        ran = run(*words, "--lang", "en", cwd=odd)
        assert (ran.code, ran.out) == (2, ""), words
        assert "a path on one line" in ran.err


def test_without_a_shop_there_is_nothing_to_sweep(tmp_path: Path) -> None:
    assert run("cron", cwd=tmp_path).code == 10
