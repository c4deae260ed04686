"""What is promised beside commits, when the power fails at any call: founding, seals, copies, and what is mended."""

from __future__ import annotations

import errno
import os
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from returnctl.errors import Failure
from returnctl.shop import seals
from returnctl.shop.backing_up import backup
from returnctl.shop.shop import Shop
from returnctl.storage import files, journal, outside, staging
from returnctl.storage.layout import FOLDERS, evidence_path
from returnctl.storage.store import Store
from tests.faults.disk import Disk, Op, Tree, recorded
from tests.faults.power import FILES, tree
from tests.storage.builders import a_change, a_return, a_store, commit

_JOURNAL = "data/journal.jsonl"
_TORN = b'{"returnctl":"commit/v1","seq'
_EACH = 30


class Story(NamedTuple):
    """What is done in a folder (after what was left to the disk before), and whether a tree is as promised."""

    act: Callable[[], object]
    holds: Callable[[Tree, bool], bool]
    before: tuple[Op, ...] = ()
    start: Tree | None = None


Tell = Callable[[Path], Story]


def broken_promises(root: Path, story: Story) -> list[str]:
    """Of states after a crash at each call; the last one is after the command said that it is done."""
    chance = random.Random(0)
    disk = Disk(story.start or tree(root))
    with recorded(root) as ops:
        story.act()
    steps = [*story.before, *ops, Op("done")]
    wrong = []
    for op in steps:
        disk.apply(op)
        states = (disk.left(chance) for _ in range(_EACH))
        wrong += [f"after {op.kind} {op.path}" for left in states if not story.holds(left, op.kind == "done")]
    return wrong


def founding(root: Path) -> Story:
    whole = {f"data/{name}" for name in (*FOLDERS, "journal.jsonl", "lock")}
    return Story(lambda: Store.create(root), lambda left, done: whole <= left.keys() or not (done or "data" in left))


def sealing(root: Path) -> Story:
    path, old = root / "seals/2026-11.json", seals.Seals(shop_id="old")
    seals._write(path, old)
    return _sealed(path, seals.Seals(shop_id="new"), (path.read_bytes(),))


def sealing_first(root: Path) -> Story:
    return _sealed(root / "seals/2026-11.json", seals.Seals(shop_id="new"), (None,))


def _sealed(path: Path, new: seals.Seals, before: tuple[bytes | None, ...]) -> Story:
    def holds(left: Tree, done: bool) -> bool:
        content = left.get("seals/2026-11.json")
        return b"new" in (content or b"") if done else content in before or (content or b"").endswith(b"}\n")

    return Story(lambda: seals._write(path, new), holds)


def a_case_file(root: Path) -> Story:
    """A file that is made for others."""
    content = b"a case" * 1000

    def holds(left: Tree, done: bool) -> bool:
        return left.get("case.zip", None if done else content) == content

    return Story(lambda: outside.make_file(root / "case.zip", lambda file: file.write(content)), holds)


def a_case_file_without_links(root: Path) -> Story:
    """On a disk that knows none, as sticks have it."""
    made = a_case_file(root)

    def act() -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "link", _no_links)
            made.act()

    return made._replace(act=act)


def _no_links(*_: object) -> None:
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))


def a_case_folder(root: Path) -> Story:
    files_ = {"comment.txt": b"broken", "1.jpg": b"photo" * 1000}

    def holds(left: Tree, done: bool) -> bool:
        found = {path.rpartition("/")[2]: content for path, content in left.items() if path.startswith("case/")}
        return found == files_ or not (done or found)

    return Story(lambda: outside.make_folder_of(root / "case", iter(files_.items())), holds)


def an_export(root: Path) -> Story:
    content = b"a,b" * 1000

    def act() -> None:
        with outside.new_file(root / "list.csv", force=False) as file:
            os.write(file.fileno(), content)

    return Story(act, lambda left, done: left.get("list.csv", None if done else content) == content)


def a_torn_line(root: Path) -> Story:
    store = a_store(root, a_return())
    whole = (root / _JOURNAL).read_bytes()
    (root / _JOURNAL).write_bytes(whole + _TORN)

    def holds(left: Tree, done: bool) -> bool:
        kept = [content for path, content in left.items() if path.startswith("data/journal.torn-")]
        return _TORN in kept or (not done and left[_JOURNAL] == whole + _TORN)

    return Story(lambda: _read(store), holds)


def _read(store: Store) -> None:
    with store.reading():
        pass


def a_refused_line(root: Path) -> Story:
    """Its fsync failed, and it was said that nothing has changed."""
    store = a_store(root, a_return())
    whole = (root / _JOURNAL).read_bytes()
    return Story(lambda: _refused(store), lambda left, done: left[_JOURNAL] == whole or not done)


def _refused(store: Store) -> None:
    def fails_once(fd: int) -> None:
        patch.setattr(journal, "fsync", files.fsync)
        raise OSError(5, "Input/output error")

    with pytest.MonkeyPatch.context() as patch, suppress(Failure):
        patch.setattr(journal, "fsync", fails_once)
        commit(store, a_change(a_return(revision=2)))


def a_line_in_doubt(root: Path) -> Story:
    """It can be read, and nobody knows whether it is on the disk, until `fsck` has made sure."""
    store = a_store(root, a_return())
    start = tree(root)
    commit(store, a_change(a_return(revision=2)))
    (root / "data/lock").write_text("unsure: run returnctl fsck\n")
    whole, before = (root / _JOURNAL).read_bytes(), start[_JOURNAL] or b""
    line = Op("write", _JOURNAL, whole[len(before) :])
    return Story(lambda: store.check([]), lambda left, done: left[_JOURNAL] == whole or not done, (line,), start)


def a_folder_made_anew(root: Path) -> Story:
    store = a_store(root, a_return())
    (root / "data/files").rmdir()
    return Story(lambda: store.check([], repair=True), lambda left, done: "data/files" in left or not done)


def evidence_that_came_back(root: Path) -> Story:
    store = a_store(root, a_return(), files=FILES[:1])
    name, content = FILES[0]
    commit(store, a_change(removed=(name,)))
    path = f"data/{evidence_path(name)}"
    (root / path).write_bytes(content)
    return Story(lambda: store.check([], repair=True), lambda left, done: path not in left or not done)


def a_copy(root: Path) -> Story:
    """What is beside the data is written past the recorder; `unsynced_copies` looks at it."""
    _shop(root / "shop")
    kept = {path: content for path, content in tree(root).items() if path.startswith("shop/data/returns/")}
    whole = {path.replace("shop/", "copy/", 1): content for path, content in kept.items()}
    return Story(
        lambda: backup(Shop(str(root / "shop")), root / "copy", 5),
        lambda left, done: whole.items() <= left.items() or not (done or "copy" in left),
    )


def _shop(root: Path) -> None:
    from tests.faults.shops import type_apart

    assert type_apart(root, "init", root, "-q") == 0
    with Store(root).writing("mei") as writer:
        writer.commit(a_change(a_return(), a_return("R-002000")))


def unsynced_copies(root: Path) -> list[str]:
    """Files and folders of a copy, made where there is no `syncfs`, that had no fsync of their own before its name."""
    _shop(root / "shop")
    with recorded(root) as ops, pytest.MonkeyPatch.context() as patch:
        patch.setattr(staging, "sync_all", lambda: None)
        backup(Shop(str(root / "shop")), root / "copy", 5)
    named = next(at for at, op in enumerate(ops) if op.to == "copy")
    synced = {op.path for op in ops[:named] if op.kind == "sync"}
    new = ops[named].path
    return [path for path in ("", *tree(root / "copy")) if f"{new}/{path}".rstrip("/") not in synced]


STORIES: tuple[Tell, ...] = (
    founding, sealing, sealing_first, a_torn_line, a_refused_line, a_line_in_doubt, a_folder_made_anew,
    evidence_that_came_back, a_copy, a_case_file, a_case_file_without_links, a_case_folder,
    an_export,
)  # fmt: skip
