"""What must be done, soonest first, and after it what ended returns still owe outside."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from returnctl.domain.owed import tasks
from returnctl.domain.record import Return
from returnctl.domain.states import ENDED, State
from returnctl.domain.worklist import PRESSING, Day, Group, Tally, group_of, is_for_the_seller
from returnctl.errors import Damaged, UnsafeHook
from returnctl.shop.shop import Shop
from returnctl.storage.changes import Query, Summary
from returnctl.storage.snapshot import Snapshot

# What to type next hangs on more than the due: on failed rules, or on an offer.
_BY_DOCUMENT = frozenset({State.REQUESTED, State.REJECTED, State.DISPUTED})


class Asked(NamedTuple):
    """`until` leaves out what is due later and what is only owed; `overdue` wants nothing but that group."""

    day: Day
    until: datetime | None = None
    overdue: bool = False
    limit: int | None = None


class Item(NamedTuple):
    """One return; its document where more than the summary is needed, or why that cannot be read."""

    group: Group
    summary: Summary
    record: Return | None = None
    damaged: Damaged | None = None


def items(snapshot: Snapshot, asked: Asked, only: Group | None = None, *, whole: bool = False) -> Iterator[Item]:
    """Each return, or each of one group; a document is read when its turn comes, with `whole` of every return."""
    for group, summary in _found(snapshot, asked, only):
        if only not in (None, group):
            continue
        if whole or summary.owed or summary.external or summary.state in _BY_DOCUMENT:
            yield _with_document(snapshot, group, summary)
        else:
            yield Item(group, summary)


def _with_document(snapshot: Snapshot, group: Group, summary: Summary) -> Item:
    """One that cannot be read hides no other: the index knows enough of it for a row."""
    try:
        return Item(group, summary, snapshot.get_return(summary.id))
    except Damaged as failure:
        return Item(group, summary, damaged=failure)


def awaited(item: Item) -> set[str]:
    """The kinds of tasks that hooks are to carry out for it."""
    pays = item.summary.state in (State.REFUND_DUE, State.REFUNDING)
    owed = {task.kind for task in tasks(item.record, ("tell", "act"))} if item.record else set()
    return owed | ({"pay"} if pays else set())


def refused(shop: Shop, kinds: Collection[str]) -> Iterator[UnsafeHook]:
    """Of the hooks that something waits for, those that will not be run."""
    if not shop.has_hooks():
        return
    from returnctl.shop import hooks  # only shops with hooks pay for it

    for name in (name for kind, name in hooks.NAMES.items() if kind in kinds):
        try:
            hooks.find(shop.root, name)
        except UnsafeHook as failure:
            yield failure


def tally(snapshot: Snapshot, asked: Asked) -> Tally:
    counts: Counter[Group] = Counter()
    at_stake: defaultdict[str, Decimal] = defaultdict(Decimal)
    for group, summary in _found(snapshot, asked):
        counts[group] += 1
        if group in PRESSING and summary.total:
            at_stake[summary.currency] += summary.total
    return Tally(counts, at_stake)


def anything_to_do(snapshot: Snapshot, asked: Asked) -> bool:
    """Whether the seller has to act on what is overdue or due by `until`, on whatever page of the list it stands."""
    query = Query(open_only=True, due_before=asked.until or asked.day.now, sort="due")
    return any(is_for_the_seller(each.due, asked.day) for each in snapshot.summaries(query))


def _found(snapshot: Snapshot, asked: Asked, only: Group | None = None) -> Iterator[tuple[Group, Summary]]:
    grouped = ((_group(each, asked.day), each) for each in _summaries(snapshot, asked.day.now, _until(asked, only)))
    wanted = (each for each in grouped if not asked.overdue or each[0] is Group.OVERDUE)
    return islice(wanted, asked.limit)


def _group(summary: Summary, day: Day) -> Group:
    """While a decision is to be carried out on the platform, nobody there waits for the buyer yet."""
    group = group_of(summary.due, day)
    return Group.OWED if group is Group.WAITING and summary.external and summary.owed else group


def _until(asked: Asked, only: Group | None) -> datetime | None:
    """Where the looking may end, since they come soonest first."""
    only = Group.OVERDUE if asked.overdue else only
    end = {Group.OVERDUE: asked.day.now, Group.TODAY: asked.day.ends}.get(only) if only else None
    return min(filter(None, (asked.until, end)), default=None)


def _soonest(summary: Summary) -> datetime:
    return summary.due.at if summary.due else datetime.max.replace(tzinfo=UTC)


def _summaries(snapshot: Snapshot, now: datetime, until: datetime | None) -> Iterator[Summary]:
    waiting = snapshot.summaries(Query(open_only=True, due_before=until, sort="due"))
    appeals = snapshot.summaries(Query(appeal_after=now))
    in_time = (each for each in appeals if until is None or (each.due and each.due.at <= until))
    yield from heapq.merge(waiting, in_time, key=_soonest)
    if until is None:
        yield from snapshot.summaries(Query(states=tuple(sorted(ENDED)), with_owed=True, sort="updated"))
