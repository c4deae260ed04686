"""The disk below the data: what it promises of locks, modes and tomorrow, and what is left of it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePath

from returnctl.shop.health import Finding
from returnctl.storage.disk import Mount, Space, mount_of, space_at

_MIB = 1024 * 1024
_LEAST_FREE = 256 * _MIB
_LEAST_FILES = 1000
# The folders that these tools keep in step, by their names in full.
_TOOLS = {
    "Dropbox": r"dropbox( \(.+\))?",
    "OneDrive": r"onedrive( ?- ?.+)?",
    "Google Drive": r"google ?drive(-.+)?|my drive|我的云端硬盘",
    "iCloud": r"icloud ?drive|mobile documents|com~apple~clouddocs",
    "Nutstore": r"nutstore( files)?|(我的)?坚果云.*",
    "Nextcloud": r"nextcloud",
    "ownCloud": r"owncloud",
    "Baidu": r"baidusyncdisk|百度网盘同步空间",
    "MEGA": r"megasync( downloads)?",
    "pCloud": r"pcloud ?drive|pcloud ?sync",
    "Box": r"box sync|box-box",
    "Synology Drive": r"synologydrive",
}
# What tools leave in the folders that they keep in step, whatever those are called.
_MARKS = {".stfolder": "Syncthing", ".dropbox.cache": "Dropbox", ".sync": "Resilio Sync"}


def disk(root: Path) -> Iterator[Finding]:
    real = next(path for path in (root / "data", root) if path.exists()).resolve()
    yield from file_system(mount_of(str(real)))
    yield from sync_tool(real)
    yield from space(space_at(str(real)))


def file_system(mount: Mount | None) -> Iterator[Finding]:
    if mount is None:
        return
    facts = {"type": mount.kind}
    if mount.is_network:
        yield Finding("file system", "network", "warning", facts)
    elif mount.is_volatile:
        yield Finding("file system", "volatile", "warning", facts)
    elif not mount.keeps_modes:
        yield Finding("file system", "no_modes", "warning", facts)
    else:
        yield Finding("file system", "file_system", "ok", facts)


def sync_tool(path: PurePath) -> Iterator[Finding]:
    """A second writer, who knows nothing of locks, and copies buyers' data elsewhere."""
    tool = next((tool for name in path.parts for tool in _named(name)), None) or _marked(path)
    if tool:
        yield Finding("file system", "sync_tool", "warning", {"tool": tool})


def _named(name: str) -> Iterator[str]:
    return (tool for tool, pattern in _TOOLS.items() if re.fullmatch(pattern, name, re.IGNORECASE))


def _marked(path: PurePath) -> str | None:
    found = (tool for folder in (path, *path.parents) for mark, tool in _MARKS.items() if _holds(folder, mark))
    return next(found, None)


def _holds(folder: PurePath, name: str) -> bool:
    return os.path.lexists(folder / name)


def space(left: Space) -> Iterator[Finding]:
    if left.read_only:
        yield Finding("space", "read_only", "problem")
    elif left.free < _LEAST_FREE:
        yield Finding("space", "low_space", "warning", {"mib": left.free // _MIB})
    elif left.files is not None and left.files < _LEAST_FILES:
        yield Finding("space", "low_files", "warning", {"files": left.files})
    else:
        yield Finding("space", "space", "ok", {"mib": left.free // _MIB})
