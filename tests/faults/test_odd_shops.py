"""Shops that a sync tool, a restore or somebody else left odd: told with what to do, never a hang."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.inside import Place, calm, removed, typed

__all__ = ["calm"]
_STRANGER = 12_345
Spoil = Callable[[Path], object]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("odd"))


def moved(path: Path) -> None:
    """Elsewhere, with a link in its place."""
    shutil.move(path, path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


@pytest.mark.parametrize("line", ["list", "show 1", "note 1 x", "fsck", "backup ../copy"])
@pytest.mark.parametrize(
    ("name", "spoil", "cure"),
    [
        ("data", lambda path: None, "put it back"),
        ("data", lambda path: path.touch(), "put it back"),
        ("data", lambda path: path.symlink_to("/no/such"), "put it back"),
        ("data", lambda path: path.symlink_to(path.name), "put it back"),
        ("data/stage", lambda path: path.touch(), "move"),
        ("data/stage", lambda path: path.symlink_to("/tmp"), "move"),
        ("data/stage", os.mkfifo, "move"),
        ("data/lock", lambda path: None, "returnctl fsck --repair"),
        ("data/lock", lambda path: path.mkdir(), "returnctl fsck --repair"),
        ("data/lock", os.mkfifo, "returnctl fsck --repair"),
        ("data/lock", lambda path: path.symlink_to("journal.jsonl"), "returnctl fsck --repair"),
        ("data/journal.jsonl", os.mkfifo, "returnctl fsck"),
    ],
)
def test_what_stands_in_the_way(place: Place, name: str, spoil: Spoil, cure: str, line: str) -> None:
    shop = place.restore()
    removed(shop / name)
    spoil(shop / name)
    ran = typed(shop, *line.split())
    assert ran.code == 12
    assert f"{name} is damaged" in ran.err or f"{name}: " in ran.out
    assert cure in ran.err + ran.out or line == "fsck"


def test_a_link_to_the_data_is_not_followed(place: Place) -> None:
    shop = place.restore()
    moved(shop / "data")
    assert "no link" in typed(shop, "list").err


def test_what_nobody_committed_goes_from_the_stage(place: Place) -> None:
    shop = place.restore()
    (shop / "data/stage/returns+000+R-000001.json").write_text("{}")
    (shop / "data/stage/notes.txt").write_text("mine")
    assert typed(shop, "show", "1").code == 0
    assert list((shop / "data/stage").iterdir()) == []


@pytest.mark.parametrize("repair", ["returnctl fsck --repair"])
def test_the_cure_of_a_missing_lock_is_one(place: Place, repair: str) -> None:
    shop = place.restore()
    (shop / "data/lock").unlink()
    assert repair in typed(shop, "list").err
    assert typed(shop, *repair.split()[1:]).code == 0
    assert typed(shop, "list").code == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize(
    ("name", "shared", "group", "code"),
    [
        (".", False, 0, 1),
        ("returnctl.yaml", False, 0, 1),
        ("data", False, 0, 1),
        (".", True, 0, 0),
        ("returnctl.yaml", True, 0, 0),
        ("data", True, 0, 0),
        (".", True, _STRANGER, 1),
        ("data", True, _STRANGER, 1),
    ],
)
def test_the_shop_of_somebody_else(place: Place, name: str, shared: bool, group: int, code: int) -> None:
    shop = place.restore()
    if shared:
        with (shop / "returnctl.yaml").open("a") as file:
            file.write("private: false\n")
    os.chown(shop / name, _STRANGER, group)
    try:
        for line in ("list", "note 1 x", "backup ../copy"):
            ran = typed(shop, *line.split())
            assert ran.code == code
            assert ("belongs to another user" in ran.err and "chown" in ran.err) == bool(code)
    finally:
        os.chown(shop / name, 0, 0)
        removed(shop.parent / "copy")
