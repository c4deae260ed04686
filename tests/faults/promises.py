"""What must hold after a fault, whatever it was."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from tests.cli.shops import kept
from tests.faults import strace
from tests.faults.commands import COMMANDS, SEVERAL
from tests.faults.strace import Point

ERRORS = ("ENOSPC", "EIO", "EROFS", "EACCES", "EDQUOT", "EMFILE", "EINTR")
Data = dict[str, bytes]


def copied(demo: Path, folder: Path) -> Path:
    """A shop of its own, without the hook that never answers."""
    shop = Path(tempfile.mkdtemp(dir=folder)) / "shop"
    shutil.copytree(demo, shop, ignore=shutil.ignore_patterns("hooks"))
    strace.furnish(shop)
    return shop


class Story:
    """One command on copies of one shop: the data before, and after an undisturbed run."""

    def __init__(self, demo: Path, folder: Path, name: str, *, trace: bool = True) -> None:
        self.name, self.words, self._demo, self._folder = name, COMMANDS[name], demo, folder
        shop = self.copy()
        self.before = kept(shop)
        self.calls = strace.traced(shop, self.words) if trace else []
        assert trace or strace.typed_in_a_fork(shop, self.words) == 0
        self.points = [point for point, _ in self.calls]
        self.after = kept(shop)
        shutil.rmtree(shop.parent)

    def copy(self) -> Path:
        return copied(self._demo, self._folder)

    def kill(self, point: Point) -> None:
        """Killed before a call: all or nothing, and the same command again comes to the same end."""
        shop = self.copy()
        assert strace.killed(shop, self.words, point), f"{self.name} did not die at {point}"
        self._is_whole(shop, point)
        self.ends_alike(shop, point)
        shutil.rmtree(shop.parent)

    def refuse(self, point: Point, error: str) -> int | None:
        """A call fails: the exit code says what became of the command. None where the call was not reached."""
        shop = self.copy()
        done, reached = strace.refused(shop, self.words, point, error)
        where = (self.name, point, error, done.returncode, done.stderr)
        if reached:
            assert "Traceback" not in done.stderr, where
            self.tells_the_truth(shop, done.returncode, where)
        shutil.rmtree(shop.parent)
        return done.returncode if reached else None

    def tells_the_truth(self, shop: Path, code: int, where: object) -> None:
        if code == 13:
            assert strace.typed_in_a_fork(shop, "note 1 x") == 13, where
        assert code in (0, 1, 3, 12, 13), where
        self._is_whole(shop, where)
        if self.name not in SEVERAL and code != 13:
            assert kept(shop) == (self.after if code == 0 else self.before), where

    def _is_whole(self, shop: Path, where: object) -> None:
        code = strace.typed_in_a_fork(shop, "fsck")
        assert code == 0, (self.name, where, strace.typed(shop, "fsck").stdout)
        if self.name not in SEVERAL:
            assert kept(shop) in (self.before, self.after), (self.name, where)

    def ends_alike(self, shop: Path, where: object) -> None:
        """The same command again; of several commits the order in the journal may differ."""
        assert strace.typed_in_a_fork(shop, self.words) == 0, (self.name, where)
        now = kept(shop)
        several = {name for name in self.after if name != "data/journal.jsonl"}
        names = several if self.name in SEVERAL else self.after.keys() | now.keys()
        assert all(now.get(name) == self.after.get(name) for name in names), (self.name, where)
