"""What is owed to buyers in words, by the policy that decides each return."""

from __future__ import annotations

from typing import NamedTuple

from returnctl.domain.case import Case
from returnctl.domain.notices import Words
from returnctl.domain.owed import open_owed
from returnctl.domain.policy import Pinned
from returnctl.domain.record import Owed, Return
from returnctl.errors import Damaged, UnsafeHook
from returnctl.output.notices import notice
from returnctl.shop.shop import Shop
from returnctl.storage.snapshot import Snapshot


class Told(NamedTuple):
    """One notice of a return, in words."""

    record: Return
    owed: Owed
    words: Words


class Teller:
    """Reads each policy once."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._policies: dict[str, Pinned] = {}

    def case(self, record: Return) -> Case:
        """Enough of a case to ask for its rules. Raises Damaged."""
        digest = record.policy.digest
        if digest not in self._policies:
            self._policies[digest] = self._snapshot.get_pinned(digest)
        return Case(record.order, self._policies[digest], record.policy, "", record=record)

    def words(self, record: Return, owed: Owed) -> Words:
        """Raises Damaged."""
        return notice(record, owed, self.case(record).rules())

    def all_of(self, record: Return, owed: tuple[Owed, ...]) -> tuple[Told, ...]:
        """Nothing where the policy cannot be read: `fsck` tells of it, and no list is kept back for it."""
        try:
            return tuple(Told(record, each, self.words(record, each)) for each in owed)
        except Damaged:
            return ()

    def by_people(self, record: Return | None, *, by_hand: bool) -> tuple[Told, ...]:
        """What of a return people have to tell."""
        return self.all_of(record, to_tell(record, by_hand=by_hand)) if record else ()


def is_told_by_hand(shop: Shop) -> bool:
    """Whether nothing delivers notices; a hook that will not be run delivers none."""
    if not shop.has_hooks():
        return True
    from returnctl.shop import hooks  # only shops with hooks pay for it

    try:
        return hooks.find(shop.root, hooks.NAMES["tell"]) is None
    except UnsafeHook:
        return True


def to_tell(record: Return, *, by_hand: bool) -> tuple[Owed, ...]:
    """What people have to tell the buyer themselves: all of it, or beside a hook what that declined."""
    return tuple(x for x in open_owed(record) if x.kind == "tell" and (by_hand or x.status == "declined"))
