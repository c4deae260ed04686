"""A new shop, and the demo."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.cli.shops import DEMO_NOW, PHOTO, typed
from tests.program import run

STATES = {
    "requested", "approved", "in_transit", "received", "refund_due", "refunding", "refunded", "replacement_due",
    "replaced", "rejected", "disputed", "cancelled", "expired", "closed",
}  # fmt: skip


def test_init_makes_a_shop_that_works(tmp_path: Path) -> None:
    done = run("init", "lamps", "--market", "GB", "--lang", "zh", cwd=tmp_path)
    root = tmp_path / "lamps"
    assert done.code == 0
    assert "cd lamps && returnctl policy show" in done.out
    settings = (root / "returnctl.yaml").read_text()
    for line in ("market: GB", "currency: GBP", "timezone: Europe/London", "language: zh"):
        assert f"\n{line}" in settings
    assert {path.name for path in root.iterdir()} == {
        ".gitignore", "data", "policies", "returnctl.yaml", "schemas",
    }  # fmt: skip
    assert (root / ".gitignore").read_text() == "data/\n"
    assert run("policy", "validate", cwd=root).code == 0
    assert run("todo", "--json", cwd=root).json == []


def test_two_shops_never_share_payment_keys(tmp_path: Path) -> None:
    for name in ("a/shop", "b/shop"):
        run("init", tmp_path / name, "-q")
    assert (tmp_path / "a/shop/returnctl.yaml").read_text() != (tmp_path / "b/shop/returnctl.yaml").read_text()


@pytest.mark.parametrize("taken", ["returnctl.yaml", "policies", "data", "schemas"])
def test_init_writes_over_nothing(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).mkdir()
    done = run("init", "--json", cwd=tmp_path)
    assert (done.code, done.error["code"]) == (1, "shop_exists")
    assert [path.name for path in tmp_path.iterdir()] == [taken]


@pytest.mark.parametrize(
    "words",
    [
        ["--market", "XX"],
        ["--currency", "XYZ"],
        ["--timezone", "Mars/Olympus"],
        ["--timezone", "../../etc/passwd"],
        ["--name", 'a"\nshop: b'],
    ],
)
def test_init_refuses_and_leaves_nothing(tmp_path: Path, words: list[str]) -> None:
    done = run("init", "lamps", *words, "--json", cwd=tmp_path)
    assert done.code in (1, 2)
    assert done.error["message"]
    assert not (tmp_path / "lamps").exists()


def test_the_ignore_file_of_a_repository_is_kept(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.swp\n")
    assert run("init", "-q", cwd=tmp_path).code == 0
    assert "*.swp\n" in (tmp_path / ".gitignore").read_text()
    assert "data/" in (tmp_path / ".gitignore").read_text()


def test_the_demo_shows_every_state(demo_once: Path, tmp_path: Path) -> None:
    assert {row["state"] for row in run("list", "--json", cwd=demo_once).json} == STATES
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken/file").touch()
    assert run("demo", "taken", cwd=tmp_path).code == 1
    assert run("demo", "taken/file", cwd=tmp_path).code == 1


def test_the_demo_shows_its_commands(tmp_path: Path) -> None:
    told = run("demo", cwd=tmp_path)
    assert told.code == 0
    assert "$ returnctl apply D-01 --item 1=1 --reason damaged" in told.out
    assert "  cd returnctl-demo\n" in told.out


def test_nothing_under_data_is_open_to_others(demo: Path, tmp_path: Path) -> None:
    photo = tmp_path / "p.jpg"
    photo.write_bytes(PHOTO)
    typed(demo, f"attach 1 {photo}", "list")
    for path in [demo / "data", *(demo / "data").rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_everything_told_to_type_next_is_a_command(demo: Path) -> None:
    work = run("todo", "--json", cwd=demo, now=DEMO_NOW).json
    for row in work:
        words = row["next"].replace("TXN", "T1").replace("NUMBER", "1Z77").replace("OUTCOME", "none").split()
        assert words[0] == "returnctl"
        done = run(*words[1:], *(["-n"] if words[1] != "show" else []), "--json", cwd=demo, now=DEMO_NOW)
        assert done.code == 0, (row, done.err)
