"""A full disk and a read-only one: each command says truly what became of it, and works when there is room again."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import demo_once
from tests.cli.shops import kept
from tests.faults import mounts, strace
from tests.faults.commands import COMMANDS
from tests.faults.power import in_memory
from tests.faults.promises import Story, copied
from tests.program import run

__all__ = ["demo_once"]
_SOME = ("apply", "approve", "attach", "import", "apply --from", "anonymize")
_FREE = (0, 1, 2, 3, 5, 8, 13, 21)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mounts.needed(folder)
    with mounts.mounted(folder):
        yield folder


@pytest.mark.parametrize("name", _SOME)
def test_a_full_disk(demo_once: Path, disk: Path, name: str) -> None:
    codes = full(demo_once, disk, name, _FREE)
    assert codes[0] == 1
    assert set(codes) - {1, 3} == {0}


def full(demo: Path, disk: Path, name: str, free: Iterable[int]) -> list[int]:
    """The exit codes with so many free pages."""
    story, codes = Story(demo, disk, name, trace=False), []
    for pages in free:
        shop = copied(demo, disk)
        with mounts.filled(disk, pages):
            codes.append(strace.typed_in_a_fork(shop, story.words))
        story.tells_the_truth(shop, codes[-1], (pages, codes))
        story.ends_alike(shop, pages)
        shutil.rmtree(shop.parent)
    return codes


def test_a_read_only_disk(demo_once: Path, disk: Path) -> None:
    shop = copied(demo_once, disk)
    before = kept(shop)
    with mounts.read_only(disk):
        assert {strace.typed_in_a_fork(shop, words) for words in COMMANDS.values()} == {1}
        assert [strace.typed_in_a_fork(shop, words) for words in ("list", "show 1", "todo", "log")] == [0] * 4
    assert kept(shop) == before
    assert strace.typed_in_a_fork(shop, "fsck") == 0
    assert strace.typed_in_a_fork(shop, COMMANDS["approve"]) == 0


def long_run_full(most: int = 40) -> dict[str, int]:
    """How often each exit code was met, with 0 to `most` free pages for every command."""
    with in_memory() as root:
        (root / "disk").mkdir()
        assert run("demo", root / "demo", "-q").code == 0
        with mounts.mounted(root / "disk") as disk:
            codes = [code for name in COMMANDS for code in full(root / "demo", disk, name, range(most))]
    return {str(code): codes.count(code) for code in sorted(set(codes))}
