"""The hooks: which are there, whether they would be run, and what waits for those that are not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from returnctl.domain.owed import open_owed, tasks
from returnctl.errors import UnsafeHook
from returnctl.shop import hooks
from returnctl.shop.health import Finding, failed
from returnctl.storage.files import Folder
from returnctl.storage.glance import owing

# Returns that are looked at: beyond so many it only matters that they are many.
_MOST = 300


def present(root: Path) -> Iterator[Finding]:
    """Every hook that there is, as the one check of all commands finds it."""
    for name in hooks.NAMES.values():
        try:
            found = hooks.find(root, name)
        except UnsafeHook as failure:
            yield failed("hooks", failure)
            continue
        if found:
            yield Finding("hooks", "hook", "ok", {"path": f"hooks/{name}"})
        elif (root / "hooks" / name).exists():
            yield Finding("hooks", "not_executable", "warning", {"path": f"hooks/{name}"})


def missing(root: Path, data: Folder) -> Iterator[Finding]:
    absent = {kind: name for kind, name in hooks.NAMES.items() if not (root / "hooks" / name).exists()}
    records = owing(data, _MOST)
    # The sweep itself prints what it reminds the seller of, so that waits for no hook.
    waiting: Counter[str] = Counter()
    for record in records:
        waiting.update(task.kind for task in tasks(record, ("pay",)))
        waiting.update(owed.kind for owed in open_owed(record))
    many = len(records) == _MOST
    for kind, name in absent.items():
        if waiting[kind]:
            facts = {"path": f"hooks/{name}", "waiting": waiting[kind]}
            yield Finding("hooks", "hook_missed_often" if many else "hook_missed", "note", facts)
    if len(absent) == len(hooks.NAMES) and not waiting:
        yield Finding("hooks", "no_hooks", "ok")
