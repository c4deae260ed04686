"""Folders and files under `data/`: opened without following links, private from the call that makes them."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from returnctl.errors import Damaged, SystemFailure
from returnctl.storage.digests import digest
from returnctl.storage.layout import shown

# Of what is private, and of what a group shares.
FILE_MODE = (0o600, 0o660)
FOLDER_MODE = (0o700, 0o770)
_ROOT_USER = 0
_PIECE = 1 << 20
_SAFE = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_A_FOLDER = os.O_RDONLY | os.O_DIRECTORY | _SAFE
# What a link, a device, a pipe, or a file in a folder's place answers to being opened and read.
_STRANGE = frozenset({errno.ELOOP, errno.ENOTDIR, errno.EISDIR, errno.ENXIO, errno.ESPIPE})


def is_foreign(told: os.stat_result, *, shared: bool) -> bool:
    """Whether somebody owns it who is neither we nor root, nor shares it with a group of ours."""
    if told.st_uid in (os.geteuid(), _ROOT_USER):
        return False
    return not (shared and told.st_gid in (os.getegid(), *os.getgroups()))


class Folder:
    """An open folder. What is made in it is for the owner alone, or where it is `shared` for the group too."""

    def __init__(self, fd: int, path: str, *, shared: bool) -> None:
        self.fd = fd
        self.path = path
        self.shared = shared

    @classmethod
    def open(cls, path: str, *, shared: bool = False) -> Self:
        return cls(os.open(path, _A_FOLDER), path, shared=shared)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.fd)

    def folder(self, path: str) -> Folder:
        """A folder below, `.` for this one."""
        first, *names = path.split("/")
        fd = os.open(first, _A_FOLDER, dir_fd=self.fd)
        for name in names:
            above = fd
            try:
                fd = os.open(name, _A_FOLDER, dir_fd=above)
            finally:
                os.close(above)
        return Folder(fd, f"{self.path}/{path}", shared=self.shared)

    def make(self, path: str) -> list[str]:
        """Make what is missing of a folder; gives the folders that something was made in."""
        names = path.split("/")
        above = ("/".join(names[:depth]) or "." for depth in range(len(names)))
        return [where for where, name in zip(above, names, strict=True) if self._make(where, name)]

    def _make(self, where: str, name: str) -> bool:
        with self.folder(where) as folder:
            try:
                make_folder(name, dir_fd=folder.fd, shared=self.shared)
            except FileExistsError:
                return False
        return True

    def open_file(self, path: str, flags: int = os.O_RDONLY) -> int:
        above, _, name = path.rpartition("/")
        if above:
            with self.folder(above) as folder:
                return folder.open_file(name, flags)
        if not flags & os.O_CREAT:
            return os.open(name, flags | _SAFE, dir_fd=self.fd)
        with _any_mode():
            return os.open(name, flags | _SAFE, FILE_MODE[self.shared], dir_fd=self.fd)

    def create(self, name: str, content: bytes, *, durable: bool = True) -> None:
        """Raises FileExistsError."""
        fd = self.open_file(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        try:
            write(fd, content)
            if durable:
                fsync(fd)
        finally:
            os.close(fd)

    def copy(self, path: str, size: int, target: Folder, name: str, *, durable: bool = False) -> None:
        """The first bytes of a file into a new one, in pieces: it may be larger than memory. Raises FileExistsError."""
        source = self.open_file(path)
        try:
            fd = target.open_file(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
            try:
                for start in range(0, size, _PIECE):
                    write(fd, os.pread(source, min(_PIECE, size - start), start))
                if durable:
                    fsync(fd)
            finally:
                os.close(fd)
        finally:
            os.close(source)

    def read(self, path: str, start: int = 0, length: int = -1) -> bytes:
        """Raises SystemFailure; Damaged where there is no regular file."""
        with told(path), os.fdopen(self.open_file(path), "rb", buffering=0) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise Damaged(path=shown(path), why="no_regular_file")
            file.seek(start)
            return file.read(length)

    def read_committed(self, path: str, committed: str, start: int = 0, length: int = -1) -> bytes:
        """A document, or a part of it. Raises Damaged where it is not what was committed, SystemFailure."""
        content = self.read(path, start, length)
        if digest(content) != committed:
            raise Damaged(path=shown(path), why="changed")
        return content

    def holds(self, path: str) -> bool:
        try:
            os.stat(path, dir_fd=self.fd, follow_symlinks=False)
        except OSError:
            return False
        return True

    def names(self, path: str) -> list[str]:
        """What a folder holds; nothing where there is none. Raises Damaged, SystemFailure."""
        with told(path):
            try:
                with self.folder(path) as folder:
                    return os.listdir(folder.fd)
            except FileNotFoundError:
                return []


@contextmanager
def told(path: str) -> Iterator[None]:
    """The machine's refusals as failures: Damaged where something is missing or no file, else SystemFailure."""
    try:
        yield
    except FileNotFoundError:
        raise Damaged(path=shown(path), why="missing") from None
    except OSError as error:
        if error.errno in _STRANGE:
            raise Damaged(path=shown(path), why="no_regular_file") from None
        raise SystemFailure(path=shown(path), why=error.strerror or str(error)) from None


@contextmanager
def _any_mode() -> Iterator[None]:
    """The mode of the call counts, not the umask, which may take too much from the group or the owner."""
    umask = os.umask(0)
    try:
        yield
    finally:
        os.umask(umask)


def make_folder(path: str, *, shared: bool, dir_fd: int | None = None) -> None:
    with _any_mode():
        os.mkdir(path, FOLDER_MODE[shared], dir_fd=dir_fd)


def write(fd: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(fd, rest) :]


def fsync(fd: int) -> None:
    """Down to the disk, also on macOS, where fsync stops at the drive's cache."""
    if hasattr(fcntl, "F_FULLFSYNC"):
        fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
    else:
        os.fsync(fd)


def write_in_place(path: Path, content: bytes) -> None:
    """A file outside `data/`, whole or not at all, open to whom the umask says. Raises OSError."""
    new = _written_beside(path, content)
    try:
        os.replace(new, path)
    except OSError:
        os.unlink(new)
        raise
    sync_folder(path.parent)


def write_new(path: Path, content: bytes) -> None:
    """The same, but never over anything. Raises FileExistsError, OSError."""
    new = _written_beside(path, content)
    try:
        os.link(new, path)
    finally:
        os.unlink(new)
    sync_folder(path.parent)


def _written_beside(path: Path, content: bytes) -> Path:
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    fd = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _SAFE, 0o666)
    try:
        write(fd, content)
        fsync(fd)
    except BaseException:
        os.unlink(new)
        raise
    finally:
        os.close(fd)
    return new


def sync_folder(path: Path) -> None:
    with Folder.open(str(path)) as folder:
        fsync(folder.fd)
