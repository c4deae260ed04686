"""What a change of policy would have cost: every application decided again under both, and nothing written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from msgspec.structs import asdict

from returnctl.domain.compare import (
    Alike,
    Application,
    CameOut,
    came_out,
    differences,
    others_of,
    recent_of,
    wish_of,
    wish_refused,
)
from returnctl.domain.money import nothing
from returnctl.domain.policy import Pinned, PolicySource
from returnctl.domain.record import OrderTaken, Return
from returnctl.errors import Failure, NoPolicy, NotFound, SeveralPolicies
from returnctl.shop.shop import Shop
from returnctl.shop.sides import Chooser, Side
from returnctl.storage.head import Head
from returnctl.storage.layout import number_of
from returnctl.storage.snapshot import Snapshot

# Returns, and commits, that are read under one lock before others may write again.
_PORTION = 500


class Compared(NamedTuple):
    """An application that would come out otherwise; a refused one has no id."""

    id: str | None
    order: str
    currency: str
    before: CameOut
    after: CameOut


class Impact:
    """`returns` and `refusals` count what was decided again."""

    def __init__(self, shop: Shop, before: Side, after: Side, progress: Callable[[int], None]) -> None:
        self._shop, self._progress = shop, progress
        default = shop.settings.policy
        self._before, self._after = Chooser(before.policies, default), Chooser(after.policies, default)
        self._alike = Alike()
        # How often a buyer applied is a question only where some policy asks it.
        self._limited = any(_limits(each) for each in (*before.policies, *after.policies))
        self.returns = self.refusals = 0

    def differing(self) -> Iterator[Compared]:
        yield from self._of_returns()
        yield from self._of_refusals()

    def _of_returns(self) -> Iterator[Compared]:
        last = 0
        while True:
            with self._shop.store.reading() as snapshot:
                ids = snapshot.ids_after(last, _PORTION)
                found = [each for id_ in ids if (each := self._of_return(snapshot, snapshot.get_return(id_)))]
            yield from found
            if not ids:
                return
            last = number_of(ids[-1]) or 0
            self.returns += len(ids)
            self._progress(self.returns)

    def _of_return(self, snapshot: Snapshot, record: Return) -> Compared | None:
        others = others_of(record, tuple(snapshot.others_of(record)))
        recent = recent_of(record, snapshot.applied_by(record.buyer.id)) if self._limited else ()
        asked = Application(record.order, wish_of(record), record.applied_at, others, recent, record)
        return self._compared(record.id, asked)

    def _of_refusals(self) -> Iterator[Compared]:
        """Of each a line in the journal tells what was asked. An order that is gone cannot be decided again."""
        head = Head()
        while portion := self._portion(head):
            for end, at, refused in portion:
                head = end
                for facts in refused:
                    found = self._of_refusal(facts, at)
                    if found:
                        yield found

    def _portion(self, head: Head) -> list[tuple[Head, datetime, tuple[dict[str, Any], ...]]]:
        portion = []
        with self._shop.store.reading() as snapshot:
            for _, end, entry in snapshot.entries(head):
                portion.append((Head(end, entry.sequence, entry.digest), entry.at, entry.refused))
                if len(portion) >= _PORTION:
                    break
        return portion

    def _of_refusal(self, facts: dict[str, Any], at: datetime) -> Compared | None:
        with self._shop.store.reading() as snapshot:
            try:
                order = snapshot.get_order(facts["order"])
            except NotFound:
                return None
            others = tuple(each for each in snapshot.returns_of(order.id) if each.applied_at <= at)
            recent = tuple(each for each in snapshot.applied_by(order.buyer.id) if each < at)
        self.refusals += 1
        taken = OrderTaken(**asdict(order), digest="")
        return self._compared(None, Application(taken, wish_refused(facts, at), at, others, recent))

    def _compared(self, id_: str | None, asked: Application) -> Compared | None:
        before, after = (self._chosen(each, asked) for each in (self._before, self._after))
        if isinstance(before, Pinned) and isinstance(after, Pinned) and self._same(asked, before, after):
            return None
        old, new = (each if isinstance(each, CameOut) else came_out(asked, each) for each in (before, after))
        found = Compared(id_, asked.order.id, asked.order.currency, old, new)
        return found if differences(old, new) else None

    def _chosen(self, chooser: Chooser, asked: Application) -> Pinned | CameOut:
        try:
            return chooser.choose(asked.order, asked.at)
        except (NoPolicy, SeveralPolicies) as failure:
            none = nothing(asked.order.currency).amount
            return CameOut(trouble=failure.code, refund=none, fee=none)

    def _same(self, asked: Application, before: Pinned, after: Pinned) -> bool:
        """Where both say the same of it, nothing needs to be decided; others of its order may be paid otherwise."""
        if before is after or asked.others:
            return before is after
        try:
            return self._alike(asked.asked(before), asked.asked(after))
        except Failure:
            return False


def _limits(policy: PolicySource) -> bool:
    body = policy.body
    return "limits" in body or any("limits" in each["set"] for each in body.get("overrides", ()))
