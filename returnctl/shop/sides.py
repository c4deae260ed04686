"""The two sides of a comparison: policies from files, from folders, from commits, or as the shop has them now."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from returnctl.domain.order import Order
from returnctl.domain.policy import Pinned, PolicySource
from returnctl.errors import NotFound
from returnctl.readers.policies import read_policy
from returnctl.shop.git import git, git_bytes
from returnctl.shop.intake import read_file
from returnctl.shop.policies import YEARS_AHEAD, fitting, pinned_for, rank

_SUFFIXES = (".yaml", ".yml")


class Side(Struct, frozen=True):
    """Policies under a name for people: what was typed."""

    label: str
    policies: tuple[PolicySource, ...]

    def newest(self) -> dict[str, PolicySource]:
        """By name the version that comes last."""
        return {each.name: each for each in sorted(self.policies, key=rank)}


def side(word: str, root: Path | None) -> Side:
    """A file, a folder, or a commit of the repository around `root`. Raises NotFound, BadFile, InvalidPolicy."""
    path = Path(word)
    if path.is_dir():
        files = [str(each) for each in _files(path)]
    elif path.exists() or word == "-" or (word.endswith(_SUFFIXES) and ":" not in word):
        files = [word]
    else:
        return Side(word, tuple(_of_commit(word, root or Path())))
    found = tuple(read_policy(read_file(each), _near(each)) for each in files)
    if not found:
        raise NotFound(kind="policies", id=word, near=[])
    return Side(word, found)


def _near(name: str) -> str:
    """As seen from here, where that is no detour."""
    near = os.path.relpath(name)
    return name if name == "-" or near.startswith("..") else near


def _files(folder: Path) -> list[Path]:
    """Those of a shop stand in its `policies/`."""
    inside = folder / "policies" if (folder / "policies").is_dir() else folder
    return sorted(path for path in inside.iterdir() if path.suffix in _SUFFIXES and path.is_file())


def _of_commit(word: str, root: Path) -> Iterator[PolicySource]:
    """`HEAD~1` is all policies of that commit, `HEAD~1:policies/standard.yaml` one file of it."""
    commit, colon, path = word.partition(":")
    listed = [path] if colon else _listed(root, commit)
    if not listed or commit.startswith("-"):  # which git would take for an option
        raise NotFound(kind="policies", id=word, near=[])
    for name in listed:
        # Seen from the shop, which may stand deeper in the repository.
        content = git_bytes(root, "cat-file", "blob", f"{commit}:./{name}")
        if content is None or content.returncode != 0:
            raise NotFound(kind="policies", id=word, near=[])
        yield read_policy(content.stdout, f"{commit}:{name}")


def _listed(root: Path, commit: str) -> list[str]:
    if commit.startswith("-"):
        return []
    told = git(root, "ls-tree", "-z", "--name-only", commit, "policies/")
    names = told.stdout.split("\0") if told and told.returncode == 0 else []
    return [name for name in names if name.endswith(_SUFFIXES)]


class Chooser:
    """Which policy of a side decides an order, with the holidays that it may need."""

    def __init__(self, policies: tuple[PolicySource, ...], default: str | None) -> None:
        self._policies, self._default = list(policies), default
        self._pinned: dict[tuple[int, int], Pinned] = {}

    def choose(self, order: Order, at: datetime) -> Pinned:
        """Raises NoPolicy, SeveralPolicies."""
        source = fitting(self._policies, order, self._default)
        key = (id(source), order.ordered_at.year)
        if key not in self._pinned:
            self._pinned[key] = pinned_for(source, range(order.ordered_at.year, at.year + 2 * YEARS_AHEAD))
        return self._pinned[key]
