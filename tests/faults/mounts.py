"""A disk of its own, that can be full and read-only in earnest."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_PAGE = 4096
_SIZE = 4 << 20


def needed(folder: Path) -> None:
    """Only root may mount; where the kernel refuses even root, as in some containers, that is told and left out."""
    everything = bool(os.environ.get("RETURNCTL_TEST_EVERYTHING"))
    if os.geteuid():
        (pytest.fail if everything else pytest.skip)("only root may mount")
    refused = _mount("-t", "tmpfs", "none", str(folder))
    if refused:
        os.write(2, f"full and read-only disks were left out: {refused}\n".encode())
        pytest.skip(f"no mount here: {refused}")
    _umount(folder)


def _mount(*words: str) -> str:
    try:
        return subprocess.run(["mount", *words], capture_output=True, text=True, check=False).stderr.strip()
    except FileNotFoundError as missing:
        return str(missing)


def _umount(folder: Path) -> None:
    subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def mounted(folder: Path) -> Iterator[Path]:
    assert not _mount("-t", "tmpfs", "-o", f"size={_SIZE}", "none", str(folder))
    try:
        yield folder
    finally:
        _umount(folder)


@contextmanager
def filled(disk: Path, pages: int) -> Iterator[None]:
    """All but so many pages are taken."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        free = os.statvfs(disk).f_bavail
        os.posix_fallocate(file.fileno(), 0, max(0, free - pages) * _PAGE or 1)
    try:
        yield
    finally:
        filler.unlink()


@contextmanager
def read_only(disk: Path) -> Iterator[None]:
    assert not _mount("-o", "remount,ro", str(disk))
    try:
        yield
    finally:
        assert not _mount("-o", "remount,rw", str(disk))
