"""Who may read and write what: the shop, its data, and what git would carry away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from returnctl.errors import NotYours
from returnctl.shop.git import git
from returnctl.shop.health import Finding
from returnctl.shop.hooks import BY_GROUP, not_ours
from returnctl.shop.shop import SETTINGS, Shop, refuse_foreign
from returnctl.storage import glance
from returnctl.storage.files import Folder, is_foreign

# Whoever may write these says what happens to the shop's money.
_TRUSTED = (".", SETTINGS, "policies")


def owners(shop: Shop, *, shared: bool) -> Iterator[Finding]:
    """Raises NotYours."""
    refuse_foreign(shop.folder, shared=shared)
    data = shop.root / "data"
    if data.is_dir() and is_foreign(data.stat(), shared=shared):
        raise NotYours(path="data")
    yield Finding("owner", "owner", "ok")


def writable(root: Path, *, shared: bool) -> Iterator[Finding]:
    """What others may write to, beyond the group that the settings let in."""
    for name in _TRUSTED:
        told = (root / name).stat() if (root / name).exists() else None
        why = told and not is_foreign(told, shared=False) and not_ours(told)
        if why and not (shared and why == BY_GROUP):
            yield Finding("permissions", "writable", "warning", {"path": name, "why": why})


def modes(data: Folder) -> Iterator[Finding]:
    found = list(glance.modes(data))
    for code, others in (("open", True), ("closed", False)):
        paths = {each.path: f"{each.mode:o}" for each in found if each.others is others}
        if paths:
            yield Finding("permissions", code, "warning", {"paths": paths})
    foreign = list(glance.strangers(data))
    if foreign and not data.shared:
        yield Finding("permissions", "strangers", "warning", {"paths": foreign})
    elif not found:
        yield Finding("permissions", "permissions", "ok", {"shared": data.shared})


def in_git(root: Path) -> Iterator[Finding]:
    """Buyers' data that is pushed cannot be called back."""
    tracked = git(root, "ls-files", "--", "data")
    if tracked is None or tracked.returncode:
        return
    if tracked.stdout:
        yield Finding("git", "tracked", "problem", {"count": tracked.stdout.count("\n")})
        return
    ignored = git(root, "check-ignore", "-q", "data/journal.jsonl")
    if ignored and ignored.returncode == 1:
        yield Finding("git", "not_ignored", "warning")
    else:
        yield Finding("git", "git", "ok")
