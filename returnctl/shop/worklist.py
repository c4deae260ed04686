"""What must be done, soonest first, and after it what ended returns still owe outside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from returnctl.domain.owed import tasks
from returnctl.domain.record import Return
from returnctl.domain.states import ENDED, State
from returnctl.errors import UnsafeHook
from returnctl.shop.shop import Shop
from returnctl.storage.changes import Query, Summary


class Work(NamedTuple):
    """Each return, with its document where more than the summary is needed.

    `damaged` are paths that cannot be read, `refused` the hooks that something here waits for and that will not be run.
    """

    found: list[tuple[Summary, Return | None]]
    damaged: tuple[str, ...]
    refused: tuple[UnsafeHook, ...] = ()


def worklist(shop: Shop, until: datetime | None, limit: int | None) -> Work:
    with shop.store.reading() as snapshot:
        found = list(snapshot.summaries(Query(open_only=True, due_before=until, sort="due", limit=limit)))
        if until is None:
            found += snapshot.summaries(Query(states=tuple(sorted(ENDED)), with_owed=True, sort="updated", limit=limit))
        needed = (each.owed or each.state is State.REQUESTED for each in found[:limit])
        listed = [
            (each, snapshot.get_return(each.id) if need else None)
            for each, need in zip(found[:limit], needed, strict=True)
        ]
        damaged = snapshot.damaged()
    return Work(listed, damaged, tuple(_refused(shop, listed)) if shop.has_hooks() else ())


def _refused(shop: Shop, listed: list[tuple[Summary, Return | None]]) -> Iterator[UnsafeHook]:
    from returnctl.shop import hooks  # only shops with hooks pay for it

    waiting = {kind for each in listed for kind in _waiting(*each)}
    for name in (name for kind, name in hooks.NAMES.items() if kind in waiting):
        try:
            hooks.find(shop.root, name)
        except UnsafeHook as failure:
            yield failure


def _waiting(summary: Summary, record: Return | None) -> Iterator[str]:
    """The kinds of tasks that a hook is to carry out for a return."""
    if summary.state in (State.REFUND_DUE, State.REFUNDING):
        yield "pay"
    yield from (task.kind for task in tasks(record, ("tell", "act"))) if record else ()
