"""Returns in full, for other programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from returnctl.errors import Damaged

if TYPE_CHECKING:
    from returnctl.domain.record import Return
    from returnctl.storage.changes import Query
    from returnctl.storage.snapshot import Snapshot


def records(snapshot: Snapshot, query: Query, told: Callable[[Damaged], None]) -> Iterator[Return]:
    """The returns of a list in full; one that cannot be read is told, and the others follow."""
    for summary in snapshot.summaries(query):
        try:
            yield snapshot.get_return(summary.id)
        except Damaged as failure:
            told(failure)
