"""Decisions that are not committed yet, over what is: what is decided later sees them.

A batch commits them together; a dry run and the forecast never do.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from returnctl.domain.case import Case
from returnctl.domain.order import Order
from returnctl.domain.policy import Pinned
from returnctl.domain.record import Return
from returnctl.domain.states import Event
from returnctl.storage.changes import Answer, Change
from returnctl.storage.snapshot import Snapshot


class Records(Protocol):
    """As a dictionary, where they are many as well."""

    def __setitem__(self, return_id: str, record: Return, /) -> None: ...

    def get(self, return_id: str, /) -> Return | None: ...


class Draft:
    """Its methods are those of a snapshot, and raise the same."""

    def __init__(self, snapshot: Snapshot, records: Records | None = None) -> None:
        self.snapshot = snapshot
        self._records: Records = {} if records is None else records
        self._of_order: dict[str, set[str]] = {}
        self._applied: dict[str, list[datetime]] = {}
        self._answers: dict[str, Answer] = {}
        self._external: dict[str, str] = {}
        self._pinned: dict[str, Pinned] = {}
        self._new = 0

    def over(self, snapshot: Snapshot) -> Draft:
        """The same decisions, over the shop as it stands now."""
        self.snapshot = snapshot
        return self

    def new_id(self) -> str:
        """The id that the next new return gets; a refused application takes none."""
        return self.snapshot.new_id(self._new + 1)

    def put(self, change: Change) -> None:
        new = {each for each, event in change.events if event == Event.APPLY}
        self._new += len(new)
        for record in change.returns:
            if record.id in new:
                self._applied.setdefault(record.buyer.id, []).append(record.applied_at)
            self._of_order.setdefault(record.order.id, set()).add(record.id)
            self._records[record.id] = record
            for pinned in change.pinned:
                self._pinned.setdefault(record.policy.digest, pinned)
            if record.external:
                self._external[record.external.return_id] = record.id
        self._answers |= change.keys

    def get_return(self, return_id: str) -> Return:
        return self._records.get(return_id) or self.snapshot.get_return(return_id)

    def returns_of(self, order_id: str, besides: str = "") -> tuple[Return, ...]:
        decided = self._of_order.get(order_id)
        if not decided:
            return self.snapshot.returns_of(order_id, besides)
        stored = (each for each in self.snapshot.returns_of(order_id, besides) if each.id not in decided)
        return (*stored, *(self.get_return(each) for each in sorted(decided) if each != besides))

    def known_as(self, external: str) -> tuple[str, ...]:
        decided = self._external.get(external)
        return (decided,) if decided else self.snapshot.known_as(external)

    def applied_by(self, buyer_id: str) -> tuple[datetime, ...]:
        return (*self.snapshot.applied_by(buyer_id), *self._applied.get(buyer_id, ()))

    def answered(self, key: str) -> Answer | None:
        return self._answers.get(key) or self.snapshot.answered(key)

    def get_pinned(self, digest: str) -> Pinned:
        """Read once: many returns are decided by few policies."""
        if digest not in self._pinned:
            self._pinned[digest] = self.snapshot.get_pinned(digest)
        return self._pinned[digest]

    def get_order(self, order_id: str) -> Order:
        return self.snapshot.get_order(order_id)

    def load(self, return_id: str, shop_id: str) -> Case:
        """A return with all that a decision about it may look at."""
        record = self.get_return(return_id)
        others = self.returns_of(record.order.id, besides=return_id)
        policy = self.get_pinned(record.policy.digest)
        return Case(record.order, policy, record.policy, shop_id, others, record=record)
