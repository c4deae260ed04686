"""What git knows of the policies of a shop: every commit of their files, newest first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from returnctl.readers.strict_yaml import read_yaml
from returnctl.shop.git import git, git_bytes

# Commits of policy files that are looked at.
_MOST = 1000
_FILE = re.compile(r"(?:.*/)?policies/([^/\"]+\.yaml)")
_NAME = re.compile(rb"^name:[ \t]+([A-Za-z0-9][A-Za-z0-9._-]*)[ \t]*(?:#.*)?\r?$", re.MULTILINE)
_VERSION = re.compile(rb"^version:[ \t]+([1-9][0-9]{0,6})[ \t]*(?:#.*)?\r?$", re.MULTILINE)


class Committed(NamedTuple):
    """A policy file as a commit left it; `at` is when it was committed."""

    commit: str
    at: datetime
    subject: str
    file: str
    name: str
    version: int
    data: bytes


def commits(root: Path) -> list[Committed]:
    """None outside git, and of files that say no name and version."""
    told = git(root, "-c", "core.quotePath=false", "log", f"-n{_MOST}", "--no-renames", "--name-only", "--no-color",
               "--format=%x01%H%x02%cI%x02%s", "--", "policies")  # fmt: skip
    touched = list(_touched(told.stdout)) if told and told.returncode == 0 else []
    found = []
    for (commit, at, subject, path), data in zip(touched, _contents(root, touched), strict=False):
        known = identity(data) if data is not None else None
        file = _FILE.fullmatch(path)
        if known and file and data is not None:
            when = datetime.fromisoformat(at).astimezone(UTC)
            found.append(Committed(commit[:7], when, subject, file[1], *known, data))
    return found


_Touched = tuple[str, str, str, str]


def _touched(log: str) -> Iterator[_Touched]:
    """Commit, instant, subject and path."""
    for block in log.split("\x01")[1:]:
        head, _, rest = block.partition("\n")
        commit, at, subject = head.split("\x02", 2)
        yield from ((commit, at, subject, path) for path in rest.split("\n") if _FILE.fullmatch(path))


def _contents(root: Path, touched: list[_Touched]) -> Iterator[bytes | None]:
    """Of each, in one go; None of a file that the commit deleted."""
    names = "".join(f"{commit}:{path}\n" for commit, _, _, path in touched)
    asked = git_bytes(root, "cat-file", "--batch", told=names.encode("utf-8", "replace")) if touched else None
    rest = asked.stdout if asked and asked.returncode == 0 else b""
    while rest:
        head, _, rest = rest.partition(b"\n")
        size = head.rpartition(b" ")[2]
        if head.endswith(b" missing") or not size.isdigit():
            yield None
        else:
            yield rest[: int(size)]
            rest = rest[int(size) + 1 :]


@lru_cache(4096)
def identity(data: bytes) -> tuple[str, int] | None:
    """The name and version that a file says, also one that is no valid policy (any more)."""
    name, version = _NAME.findall(data), _VERSION.findall(data)
    if len(name) == len(version) == 1:
        return name[0].decode(), int(version[0])
    value = read_yaml(data, "").value
    told = (value.get("name"), value.get("version")) if isinstance(value, dict) else (None, None)
    return (told[0], told[1]) if isinstance(told[0], str) and isinstance(told[1], int) else None
