"""The reconciliation of a shop: order by order, in portions, between which others may write."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from returnctl.domain.books import Books, Terms, terms_of
from returnctl.domain.case import Case
from returnctl.domain.found import Finding
from returnctl.domain.order import Order
from returnctl.domain.policy import Pinned
from returnctl.domain.reconcile import reconcile
from returnctl.domain.record import Return
from returnctl.domain.settlement import Settled
from returnctl.errors import Damaged, NotFound
from returnctl.shop.shop import Shop
from returnctl.storage.snapshot import Snapshot

# Orders that are read under one lock.
_PORTION = 500
# Policies that are held at once: a shop has few.
_POLICIES = 50


class Asked(NamedTuple):
    """`since` and `until` are of the money: the instant itself is in at the start, and out at the end."""

    now: datetime
    since: datetime | None = None
    until: datetime | None = None
    account: str | None = None
    order: str | None = None

    def wants(self, found: Finding) -> bool:
        since, until = self.since or found.at, self.until
        return since <= found.at and (until is None or found.at < until) and self.account in (None, found.account)


class Reconciling:
    """`damaged` tells documents that could not be read on the way; their orders are left out."""

    def __init__(self, shop: Shop, asked: Asked, timeout: float) -> None:
        self.damaged: list[Damaged] = []
        self._shop = shop
        self._asked = asked
        self._timeout = timeout
        self._pinned: dict[str, Pinned] = {}

    def findings(self) -> Iterator[Finding]:
        """Nothing is held, and nobody is kept from writing, while one is taken. Raises NotFound of an order."""
        return (found for found in self._found() if self._asked.wants(found))

    def _found(self) -> Iterator[Finding]:
        if self._asked.order is not None:
            with self._shop.store.reading(self._timeout) as snapshot:
                found = self._of_one(snapshot, self._asked.order)
            yield from found
            return
        last = ""
        while True:
            with self._shop.store.reading(self._timeout) as snapshot:
                ids = snapshot.orders_with_returns(last, _PORTION)
                until = snapshot.settled_until() if ids else {}
                found = [each for order in ids for each in self._of(snapshot, order, until)]
            yield from found
            if not ids:
                return
            last = ids[-1]

    def _of_one(self, snapshot: Snapshot, order: str) -> list[Finding]:
        if not (snapshot.settled_of(order) or snapshot.returns_of(order)):
            snapshot.get_order(order)
        return self._of(snapshot, order, snapshot.settled_until())

    def _of(self, snapshot: Snapshot, order: str, until: dict[str | None, datetime]) -> list[Finding]:
        try:
            return reconcile(self._books(snapshot, order, until))
        except Damaged as failure:
            self.damaged.append(failure)
            return []

    def _books(self, snapshot: Snapshot, order_id: str, until: dict[str | None, datetime]) -> Books:
        settled, returns = snapshot.settled_of(order_id), snapshot.returns_of(order_id)
        order = None if returns else _imported(snapshot, order_id)
        account = _account(order, returns, settled)
        return Books(
            order_id=order_id,
            account=account,
            now=self._asked.now,
            zone=self._shop.settings.timezone,
            returns=returns,
            terms={record.id: self._terms(snapshot, record, returns) for record in returns},
            settled=settled,
            covered=until.get(account, until.get(None)) if account else max(until.values(), default=None),
            order=order,
        )

    def _terms(self, snapshot: Snapshot, record: Return, returns: tuple[Return, ...]) -> Terms:
        others = tuple(other for other in returns if other.id != record.id)
        policy = self._policy(snapshot, record.policy.digest)
        return terms_of(Case(record.order, policy, record.policy, self._shop.settings.shop_id, others, record=record))

    def _policy(self, snapshot: Snapshot, digest: str) -> Pinned:
        if digest not in self._pinned:
            if len(self._pinned) >= _POLICIES:
                self._pinned.clear()
            self._pinned[digest] = snapshot.get_pinned(digest)
        return self._pinned[digest]


def _imported(snapshot: Snapshot, order_id: str) -> Order | None:
    try:
        return snapshot.get_order(order_id)
    except NotFound:
        return None


def _account(order: Order | None, returns: tuple[Return, ...], settled: tuple[Settled, ...]) -> str | None:
    bought = returns[0].order if returns else order
    named = [bought.account if bought else None, *(row.account for row in settled)]
    return next(filter(None, named), None)
