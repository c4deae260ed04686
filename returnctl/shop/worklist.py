"""What must be done, soonest first, and after it what ended returns still owe outside."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from returnctl.domain.record import Return
from returnctl.domain.states import ENDED, State
from returnctl.shop.shop import Shop
from returnctl.storage.changes import Query, Summary


class Work(NamedTuple):
    """Each return, with its document where more than the summary is needed; `damaged` are paths that cannot be read."""

    found: list[tuple[Summary, Return | None]]
    damaged: tuple[str, ...]


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
        return Work(listed, snapshot.damaged())
