"""A disk at its weakest: what was written, and every state in which a power failure can leave it.

Data of a file are sure only after its fsync; a name (made, moved, removed) only after the fsync of the folder that it
stands in. Until then each may be there or not, whatever came before or after under other names; data may be there in
part, or as zeros. A rename is atomic, and has happened for sure when the folder it leads into was synced.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from returnctl.storage import staging


class Op(NamedTuple):
    """`make`, `write`, `cut`, `sync`, `sync all`, `move`, `link`, `remove`, `folder`, or `done`.

    `done`: a commit was acknowledged.
    """

    kind: str
    path: str = ""
    data: bytes = b""
    to: str = ""
    size: int = 0


_WATCHED = ("open", "write", "fsync", "replace", "rename", "link", "unlink", "mkdir", "ftruncate")


@contextmanager
def recorded(data: Path) -> Iterator[list[Op]]:  # noqa: C901 - one small function a call
    """What this process does below `data`, call by call; the index is a cache and left out."""
    ops: list[Op] = []
    real = {name: getattr(os, name) for name in _WATCHED}

    def path_of(name: Any, dir_fd: int | None = None) -> str:
        above = Path(f"/proc/self/fd/{dir_fd}").readlink() if dir_fd is not None else Path()
        path = above / str(name)
        return str(path.relative_to(data)) if path.is_relative_to(data) else ""

    def note(kind: str, path: str, **more: Any) -> None:
        if path and "index" not in path:
            ops.append(Op(kind, path.rstrip("/"), **more))

    def opened(name: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> Any:
        new = flags & os.O_CREAT and not os.path.lexists(data / path_of(name, dir_fd))
        fd = real["open"](name, flags, mode, dir_fd=dir_fd)
        if new:
            note("make", path_of(name, dir_fd))
        return fd

    def written(fd: int, content: Any) -> Any:
        count = real["write"](fd, content)
        note("write", path_of("", fd), data=bytes(content[:count]))
        return count

    def synced(fd: int) -> None:
        note("sync", path_of("", fd))

    def moved(name: Any, to: Any, *, src_dir_fd: int | None = None, dst_dir_fd: int | None = None) -> None:
        note("move", path_of(name, src_dir_fd), to=path_of(to, dst_dir_fd))
        real["replace"](name, to, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)

    def linked(name: Any, to: Any, **more: Any) -> None:
        real["link"](name, to, **more)
        note("link", path_of(name), to=path_of(to))

    def removed(name: Any, *, dir_fd: int | None = None) -> None:
        real["unlink"](name, dir_fd=dir_fd)
        note("remove", path_of(name, dir_fd))

    def made(name: Any, mode: int = 0o777, *, dir_fd: int | None = None) -> None:
        real["mkdir"](name, mode, dir_fd=dir_fd)
        note("folder", path_of(name, dir_fd))

    def cut(fd: int, size: int) -> None:
        real["ftruncate"](fd, size)
        note("cut", path_of("", fd), size=size)

    with pytest.MonkeyPatch.context() as patch:
        wrapped = (opened, written, synced, moved, moved, linked, removed, made, cut)
        for name, call in zip(_WATCHED, wrapped, strict=True):
            patch.setattr(os, name, call)
        patch.setattr(staging, "sync_all", lambda: lambda _: ops.append(Op("sync all")))
        yield ops


_SECTOR = 512


class Inode:
    """`since` is what stood in it, one after the other, since it was sure."""

    def __init__(self, content: bytes = b"") -> None:
        self.since = [content]

    @property
    def now(self) -> bytes:
        return self.since[-1]

    def settle(self) -> None:
        self.since = self.since[-1:]

    def left(self, chance: random.Random) -> bytes:
        """What a crash leaves: what is sure, what came after it, a part, or zeros for a part that never came."""
        sure, now = self.since[0], chance.choice(self.since[1:] or self.since)
        if now == sure:
            return now
        longer = max(sure, now, key=len)
        alike = len(os.path.commonprefix([sure, now]))  # noqa: RUF071 - of bytes
        at = chance.randint(alike, len(longer))
        hole = _with_a_hole(now, alike, at)
        return chance.choice([sure, now, longer[:at], longer[:at] + bytes(len(longer) - at), hole])


def _with_a_hole(content: bytes, alike: int, at: int) -> bytes:
    """What came later is there, and a part before it is not: a disk writes by sectors, in any order."""
    start = max(alike, at // _SECTOR * _SECTOR)
    end = at // _SECTOR * _SECTOR + _SECTOR
    return content[:start] + bytes(end - start) + content[end:] if end < len(content) else content[:start]


Tree = dict[str, bytes | None]


class Disk:
    """Names and what they stand for; folders are None. `unsure` are changes of names that no fsync covers yet."""

    def __init__(self, tree: Tree) -> None:
        self.sure: dict[str, Inode | None] = {x: None if y is None else Inode(y) for x, y in tree.items()}
        self.now = dict(self.sure)
        self.unsure: list[tuple[Op, Inode | None]] = []

    def apply(self, op: Op) -> None:
        if op.kind in ("make", "folder", "remove", "move", "link"):
            node = (
                self.now.get(op.path)
                if op.kind in ("move", "link", "remove")
                else Inode()
                if op.kind == "make"
                else None
            )
            self.unsure.append((op, node))
            _name(self.now, op, node)
        elif op.kind == "sync all":
            self.sure, self.unsure = dict(self.now), []
            for node in filter(None, self.now.values()):
                node.settle()
        elif op.kind == "sync" and (file := self.now.get(op.path)):
            file.settle()
        elif op.kind == "sync":
            self._sync_folder(op.path if op.path != "." else "")
        elif op.kind in ("write", "cut"):
            file = self.now[op.path]
            assert file
            file.since.append(file.now + op.data if op.kind == "write" else file.now[: op.size])

    def _sync_folder(self, folder: str) -> None:
        covered = [x for x in self.unsure if (x[0].to or x[0].path).rpartition("/")[0] == folder]
        for op, node in covered:
            _name(self.sure, op, node)
        self.unsure = [x for x in self.unsure if x not in covered]

    def left(self, chance: random.Random) -> Tree:
        """One of the states that a crash now can leave."""
        names = dict(self.sure)
        keeps = chance.choice([0.0, 0.5, 0.5, 0.9, 1.0])
        lost: set[str] = set()
        for op, node in self.unsure:
            if chance.random() < keeps and not {op.path, op.to} & lost:
                _name(names, op, node)
            else:
                lost |= {op.path, op.to} - {""}
        standing = {x: y for x, y in names.items() if all(above in names for above in _above(x))}
        return {x: None if node is None else node.left(chance) for x, node in standing.items()}


def _name(names: dict[str, Inode | None], op: Op, node: Inode | None) -> None:
    if op.kind == "remove":
        names.pop(op.path, None)
    elif op.kind == "link":
        names[op.to] = node
    elif op.kind == "move":
        names.pop(op.path, None)
        names[op.to] = node
        for path in [path for path in names if path.startswith(f"{op.path}/")]:
            names[op.to + path.removeprefix(op.path)] = names.pop(path)
    else:
        names[op.path] = node


def _above(path: str) -> Iterator[str]:
    parts = path.split("/")
    return ("/".join(parts[:depth]) for depth in range(1, len(parts)))
