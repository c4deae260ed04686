"""What is made outside `data/` of what is in it: for the owner alone, whole or not at all, never over anything."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from returnctl.errors import BadFile, BadValue, SystemFailure, TargetExists
from returnctl.storage.files import Folder, fsync, make_folder, sync_folder, write

_PIECE = 1 << 20


class Growing:
    """A file that is being written, with its digest so far."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._digest = sha256()
        self.size = 0

    def write(self, content: bytes) -> None:
        write(self._fd, content)
        self._digest.update(content)
        self.size += len(content)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def make_file(target: Path, fill: Callable[[Growing], None]) -> tuple[Growing, bool]:
    """What was written, and whether it is new: the very same bytes may be there already.

    Raises TargetExists, SystemFailure.
    """
    new = _beside(target)
    with _refusals(target):
        try:
            with Folder.open(str(new.parent)) as above:
                fd = above.open_file(new.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
                try:
                    made = Growing(fd)
                    fill(made)
                    fsync(fd)
                finally:
                    os.close(fd)
                return made, _linked(above, new, target, made.sha256)
        finally:
            new.unlink(missing_ok=True)


def _linked(above: Folder, new: Path, target: Path, wanted: str) -> bool:
    try:
        os.link(new, target)
    except OSError:  # it is there already, or the disk knows no links
        if os.path.lexists(target):
            if _digest(target) != wanted:
                raise TargetExists(path=str(target)) from None
            return False
        new.replace(target)
    fsync(above.fd)
    return True


def _digest(path: Path) -> str | None:
    """None for what is no plain file."""
    if path.is_symlink() or not path.is_file():
        return None
    found = sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            found.update(piece)
    return found.hexdigest()


@contextmanager
def new_file(target: Path, *, force: bool) -> Iterator[BinaryIO]:
    """A file that gets its name when it is on the disk. Raises TargetExists, SystemFailure, BadValue, BadFile."""
    if os.path.lexists(target) and not force:
        raise TargetExists(path=str(target), why="force")
    if target.exists() and not target.is_file():
        raise BadFile(file=str(target), why="no_regular_file")
    partial = _beside(target)
    with _refusals(target):
        try:
            fd = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            with os.fdopen(fd, "wb") as file:
                yield file
                file.flush()
                fsync(file.fileno())
            _name(partial, target, force=force)
            sync_folder(partial.parent)
        finally:
            partial.unlink(missing_ok=True)


def _name(partial: Path, target: Path, *, force: bool) -> None:
    """Somebody may have made it meanwhile; where the disk knows no links, nobody can tell."""
    with suppress(OSError):
        if not force:
            target.hardlink_to(partial)
            return
    if not force and os.path.lexists(target):
        raise TargetExists(path=str(target), why="force")
    partial.replace(target)


def make_folder_of(target: Path, files: Iterator[tuple[str, bytes]]) -> bool:
    """Whether it is new; an empty folder may be there, or one that holds just these. Raises as `make_file` does."""
    new, digests = _beside(target), {}
    with _refusals(target):
        try:
            make_folder(str(new), shared=False)
            with Folder.open(str(new)) as folder:
                for name, content in files:
                    folder.create(name, content)
                    digests[name] = sha256(content).hexdigest()
                fsync(folder.fd)
            return _placed(new, target, digests)
        finally:
            shutil.rmtree(new, ignore_errors=True)


def _placed(new: Path, target: Path, digests: dict[str, str]) -> bool:
    if os.path.lexists(target) and not _is_empty(target):
        if target.is_symlink() or not target.is_dir() or digests != _held(target):
            raise TargetExists(path=str(target))
        return False
    new.rename(target)
    with Folder.open(str(target.absolute().parent)) as above:
        fsync(above.fd)
    return True


def _held(folder: Path) -> dict[str, str | None]:
    return {path.name: _digest(path) for path in folder.iterdir()}


def _is_empty(target: Path) -> bool:
    return target.is_dir() and not target.is_symlink() and not any(target.iterdir())


def _beside(target: Path) -> Path:
    """Raises BadValue."""
    if not target.name:
        raise BadValue(what="FILE", value=str(target), wanted="file_name")
    return target.absolute().with_name(f".{target.name[:100]}.{os.getpid()}.partial")


@contextmanager
def _refusals(target: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise SystemFailure(path=str(target), why=why) from None
