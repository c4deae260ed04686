"""What stands under `data/` beside the documents: what nobody committed, and who may read it all."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator

from returnctl.storage import layout
from returnctl.storage.files import FILE_MODE, FOLDER_MODE, Folder, fsync
from returnctl.storage.findings import Finding
from returnctl.storage.index import Index

_OURS = frozenset({layout.JOURNAL, layout.LOCK, layout.INDEX, f"{layout.INDEX}-journal"})
_UNCHECKED = ("cache", layout.STAGE)
# As sync tools name the copy of which they could not tell whether it is the newer one.
_CONFLICT = re.compile(r"conflict|\(\d+\)|(^|[^0-9])\d+ \d+\.|~$| copy|副本|冲突", re.IGNORECASE)


def check(data: Folder, index: Index) -> Iterator[Finding]:
    for name in layout.FOLDERS:
        if name not in os.listdir(data.fd):
            yield Finding("no_folder", layout.shown(name))
    owner = os.fstat(data.fd).st_uid
    for path, told in _walked(data, ""):
        yield from _entry(data, index, path, told, owner)


def _walked(data: Folder, below: str) -> Iterator[tuple[str, os.stat_result]]:
    """Every file and folder, without following links."""
    for name in sorted(data.names(below or ".")):
        path = f"{below}/{name}" if below else name
        try:
            told = os.stat(f"{data.path}/{path}", follow_symlinks=False)
        except FileNotFoundError:
            continue
        yield path, told
        if stat.S_ISDIR(told.st_mode):
            yield from _walked(data, path)


def _entry(data: Folder, index: Index, path: str, told: os.stat_result, owner: int) -> Iterator[Finding]:
    is_folder = stat.S_ISDIR(told.st_mode)
    if not is_folder and (path in (*layout.FOLDERS, *layout.LATER) or not stat.S_ISREG(told.st_mode)):
        yield Finding("strange", layout.shown(path))
        return
    if told.st_mode & 0o777 != (FOLDER_MODE if is_folder else FILE_MODE)[data.shared]:
        yield Finding("mode", layout.shown(path), facts={"mode": f"{told.st_mode & 0o777:o}"})
    if told.st_uid != owner and not data.shared:
        yield Finding("owner", layout.shown(path))
    if not is_folder and path.partition("/")[0] not in _UNCHECKED:
        yield from _unknown(index, path)


def _unknown(index: Index, path: str) -> Iterator[Finding]:
    name = path.rpartition("/")[2]
    if layout.TORN.fullmatch(path):
        yield Finding("torn", layout.shown(path))
    elif path not in _OURS and index.committed(path) is None:
        yield Finding(_of_what(index, path, name), layout.shown(path))


def _of_what(index: Index, path: str, name: str) -> str:
    if _CONFLICT.search(name):
        return "conflict_copy"
    return "not_removed" if index.one("SELECT 1 FROM removed WHERE path = ?", path) else "unknown"


# --- mending


def close(data: Folder, path: str) -> None:
    fd = data.open_file(path)
    try:
        told = os.fstat(fd)
        wanted = (FOLDER_MODE if stat.S_ISDIR(told.st_mode) else FILE_MODE)[data.shared]
        os.fchmod(fd, told.st_mode & 0o7000 | wanted)
    finally:
        os.close(fd)


def make_folder(data: Folder, path: str) -> None:
    data.make(path)
    fsync(data.fd)


def remove(data: Folder, path: str) -> None:
    """Evidence that a commit removed, and that came back, as from a backup or a sync tool."""
    above, _, name = path.rpartition("/")
    with data.folder(above) as folder:
        os.unlink(name, dir_fd=folder.fd)
        fsync(folder.fd)
