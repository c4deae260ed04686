"""The program in this process: thousands of command lines a minute, each held to its time and memory."""

from __future__ import annotations

import io
import json
import os
import resource
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from returnctl.cli import main
from returnctl.errors import Exit
from returnctl.storage import staging
from tests.cli.shops import DEMO_NOW, PHOTO, an_order
from tests.program import Ran

MIB = 1024 * 1024
# With the 50 MiB of a program that has just started no more than 200.
_GROWTH = 150 * MIB
_SYSTEM = Path("/proc/self/statm")
# These tell what they found on standard output, and exit otherwise than 0 all the same.
_OTHER_FORMATS = {"-o", "--output"}
_FINDERS = ({"fsck"}, {"doctor"}, {"policy", "validate"}, {"policy", "test"}, {"--exit-code"})


SETTLED = """\
Order/adjustment ID,Type,Order settled time,Currency,Total settlement amount,Customer refund,Related order ID
L-1,Order,2026-11-20,USD,-30.00,-30.00,/
L-9,Order,2026-11-20,USD,-12.00,-12.00,/
"""


class _Page(io.BytesIO):
    """What is written, where the program wants a file: what it gives up leads nowhere."""

    def fileno(self) -> int:
        return _nowhere()


def _nowhere() -> int:
    return os.open(os.devnull, os.O_RDWR)


@pytest.fixture(scope="module", autouse=True)
def calm() -> Iterator[None]:
    with calmed():
        yield


@contextmanager
def calmed() -> Iterator[None]:
    """No waiting for the disk, and one clock and one name for all."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda fd: None)
        patch.setattr(staging, "sync_all", lambda: os.fsync)
        for name in ("RETURNCTL_SHOP", "RETURNCTL_LANG", "LANGUAGE"):
            patch.delenv(name, raising=False)
        for name, value in {"RETURNCTL_NOW": DEMO_NOW, "LOGNAME": "mei", "LC_ALL": "C.UTF-8"}.items():
            patch.setenv(name, value)
        yield


def typed(cwd: Path, *words: str, stdin: bytes = b"") -> Ran:
    """Type a line. Whatever it is, it ends with an exit code of ours and is told as it should be."""
    out, err = (io.TextIOWrapper(_Page(), "utf-8", "backslashreplace", write_through=True) for _ in range(2))
    with chdir(cwd), _streams(io.TextIOWrapper(io.BytesIO(stdin), "utf-8"), out, err), _memory():
        code = main.run(list(words))
    ran = Ran(code, *(_text(page) for page in (out, err)))
    assert code in list(Exit), ran
    assert "Traceback" not in ran.err, ran
    if code and _wants_json(words) and not _OTHER_FORMATS & set(words):
        _is_told_as_json(ran, words)
    return ran


def _wants_json(words: tuple[str, ...]) -> bool:
    """Behind another option it may be the value of that one."""
    return any(word == "--json" and not before.startswith("-") for before, word in pairwise(("", *words)))


def _text(page: io.TextIOWrapper) -> str:
    data = page.buffer.getvalue()  # type: ignore[attr-defined]
    return str(data.decode("utf-8", "replace"))


def _is_told_as_json(ran: Ran, words: tuple[str, ...]) -> None:
    if ran.err:
        lines = [json.loads(line) for line in ran.err.split("\n") if line and not line.startswith("warning: ")]
        assert all(line["error"]["code"] for line in lines), ran
    else:
        assert any(finders <= set(words) for finders in _FINDERS), ran
        json.loads(ran.out)


@contextmanager
def _streams(stdin: io.TextIOWrapper, out: io.TextIOWrapper, err: io.TextIOWrapper) -> Iterator[None]:
    before = sys.stdin, sys.stdout, sys.stderr
    sys.stdin, sys.stdout, sys.stderr = stdin, out, err
    try:
        yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = before


@contextmanager
def _memory() -> Iterator[None]:
    """What is beyond the limit raises MemoryError, which nothing catches; not every system can tell how much it is."""
    if not _SYSTEM.exists():
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_AS)
    now = int(_SYSTEM.read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + _GROWTH, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def founded(root: Path) -> Path:
    """A small shop with something of everything: two returns, an order more, evidence, a payment, a seal."""
    shop = root / "shop"
    shop.mkdir()
    (shop / "photo.jpg").write_bytes(PHOTO)
    (shop / "orders.json").write_text(json.dumps([an_order(f"L-{n}") for n in (1, 2, 3)]))
    (shop / "settled.csv").write_text(SETTLED)
    for line in (
        "init --name Lumi",
        "import orders.json",
        "import settled.csv",
        "apply L-1 --item 1=1 --reason damaged --evidence photo.jpg --note cracked",
        "apply L-2 --item 1 --reason no_longer_needed",
        "approve 1",
        "ship 1 --carrier UPS --tracking 1Z001",
        "receive 1 --pass",
        "refund 1 --reference T-1",
        "message 2 hello",
        "seal",
        "list",
    ):
        ran = typed(shop, *line.split())
        assert ran.code == 0, (line, ran)
    return shop


Mark = tuple[int, ...]


class Place:
    """A shop deep in folders of its own, put right before each example by what its files' marks tell."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.shop = root / "deep" / "down" / "shop"
        self.shop.parent.mkdir(parents=True)
        shutil.copytree(founded(root), self.shop)
        shutil.rmtree(root / "shop")
        self._marks = dict(walked(str(root)))
        self.files = {name: Path(name).read_bytes() for name, mark in self._marks.items() if stat.S_ISREG(mark[0])}
        self.stored = sorted(name.removeprefix(f"{self.shop}/") for name in self.files)

    def content(self, name: str) -> bytes:
        return self.files[str(self.shop / name)]

    def changed(self) -> set[str]:
        """The names, as the shop has them, of what is not as it was."""
        now = dict(walked(str(self.root)))
        names = {name for name in now.keys() | self._marks.keys() if now.get(name) != self._marks.get(name)}
        return {name.removeprefix(f"{self.shop}/") for name in names}

    def restore(self) -> Path:
        for name in self.changed():
            removed(self.shop / name)
        for name in sorted(self.changed()):
            self._put(self.shop / name)
        return self.shop

    def _put(self, path: Path) -> None:
        mode = self._marks[str(path)][0]
        if stat.S_ISDIR(mode):
            path.mkdir(stat.S_IMODE(mode))
            return
        path.touch(stat.S_IMODE(mode))
        path.write_bytes(self.files[str(path)])
        self._marks[str(path)] = _mark(path.stat())


def walked(folder: str) -> Iterator[tuple[str, Mark]]:
    """Everything below a folder, links not followed."""
    with os.scandir(folder) as entries:
        for entry in entries:
            told = entry.stat(follow_symlinks=False)
            yield entry.path, _mark(told)
            if entry.is_dir(follow_symlinks=False):
                yield from walked(entry.path)


def _mark(told: os.stat_result) -> Mark:
    """A folder's changes when something in it does, which is told by what is in it."""
    if stat.S_ISDIR(told.st_mode):
        return (told.st_mode,)
    return told.st_mode, told.st_ino, told.st_size, told.st_mtime_ns, told.st_ctime_ns


def removed(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif os.path.lexists(path):
        path.unlink()
