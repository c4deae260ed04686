"""The commits as they come: the change feed for people and for other programs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from returnctl.shop.shop import Shop
from returnctl.storage.changes import Entry
from returnctl.storage.head import Head
from returnctl.storage.journal import Placed

_PAUSE = 0.5
# Lines that are read under one lock, before others may write again, and of how many bytes: bulk work has long ones.
_PORTION, _BYTES = 5000, 1 << 21


def commits(shop: Shop, since: datetime | None, after: int, *, follow: bool) -> Iterator[dict[str, Any]]:
    """Oldest first; with `follow` it never ends. No lock is held while the reader of these takes its time."""
    head = Head()
    while True:
        portion = _portion(shop, head)
        for _, end, entry in portion:
            head = Head(end, entry.sequence, entry.digest)
            if entry.sequence > after and (since is None or entry.at >= since):
                yield _row(entry)
        if not portion and not follow:
            return
        if not portion:
            _wait(shop, head.size)


def _portion(shop: Shop, head: Head) -> list[Placed]:
    portion: list[Placed] = []
    with shop.store.reading() as snapshot:
        for placed in snapshot.entries(head):
            portion.append(placed)
            if len(portion) >= _PORTION or placed.end - head.size >= _BYTES:
                break
    return portion


def _wait(shop: Shop, size: int) -> None:
    """A look at the journal's size costs no lock."""
    while (shop.root / "data" / "journal.jsonl").stat().st_size == size:
        time.sleep(_PAUSE)


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "sequence": entry.sequence,
        "at": entry.at,
        "by": entry.by,
        "role": entry.role,
        "command": entry.command,
        "events": [{"id": id, "event": event} for id, event in entry.events],  # noqa: A001 - the field's own name
        "keys": list(entry.keys),
        "refused": len(entry.refused),
        "documents": entry.documents,
        "removed": list(entry.removed),
        "previous": entry.previous,
        "digest": entry.digest,
    }
