"""What must be done, soonest first, and after it what ended returns still owe outside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from returnctl.domain.record import Return
from returnctl.domain.states import ENDED, State
from returnctl.shop.shop import Shop
from returnctl.storage.changes import Query, Summary


def worklist(shop: Shop, until: datetime | None, limit: int | None) -> Iterator[tuple[Summary, Return | None]]:
    """Each return with its document where more than the summary is needed."""
    with shop.store.reading() as snapshot:
        found = list(snapshot.summaries(Query(open_only=True, due_before=until, sort="due", limit=limit)))
        if until is None:
            found += snapshot.summaries(Query(states=tuple(sorted(ENDED)), with_owed=True, sort="updated", limit=limit))
        for summary in found[:limit]:
            needed = summary.owed or summary.state is State.REQUESTED
            yield summary, snapshot.get_return(summary.id) if needed else None
