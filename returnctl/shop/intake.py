"""The intake: files of other programs become documents of the shop."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from itertools import chain, count, islice
from typing import Literal, NamedTuple

from msgspec import UNSET, UnsetType

from returnctl.domain.order import Order
from returnctl.domain.states import Role
from returnctl.errors import BadFile, BadRow, Failure, KeyUsed, NotFound, NotKnown
from returnctl.readers.intake import LARGEST_FILE, FoundOrder, Habits
from returnctl.readers.orders import read_orders
from returnctl.shop.reading import opened, up_to
from returnctl.shop.road import Done, Result, Road, Told
from returnctl.storage.changes import Answer
from returnctl.storage.digests import expect_many
from returnctl.storage.writer import Writer

# Orders a commit: large enough to share its cost, small enough to let others in, and to hold no more of a file.
_BATCH = 5000
State = Literal["new", "changed", "unchanged"]
Outcome = Literal["done", "unchanged", "planned"]
Read = Callable[[str], bytes]


class Taken(NamedTuple):
    """What came of a batch: what is bad, and how each order stood."""

    bad: list[Done]
    orders: list[tuple[Order, State]] = []
    warnings: tuple[str, ...] = ()

    def results(self, road: Road) -> Iterator[Done]:
        yield from self.bad
        outcomes: dict[State, Outcome] = {"unchanged": "unchanged"}
        done: Outcome = "planned" if road.request.dry_run else "done"
        for order, state in self.orders:
            yield Done(Result(id=order.id, outcome=outcomes.get(state, done), warnings=self.warnings))

    def counts(self) -> Counter[str]:
        return Counter(state for _, state in self.orders) + Counter(bad=len(self.bad))


def take_in(
    road: Road, names: tuple[str, ...], account: str | None, dates: str | None, *, strict: bool
) -> Iterator[Taken]:
    """Import files, batch by batch; a bad row is told and the others are done, or with `strict` none is."""
    habits, read = habits_of(road, account, dates), cache(read_file) if strict else read_file
    expect_many()
    if strict:
        bad = [item for item in _found(names, habits, read) if isinstance(item, Done)]
        if bad:
            yield Taken(bad)
            return
    found, seen = _found(names, habits, read), set[str]()
    for number in count(1):
        batch = list(islice(found, _BATCH))
        if not batch:
            return
        try:
            taken = _taken(road, batch, number, seen)
        except NotKnown:
            raise
        except Failure as failure:
            if number == 1:
                raise
            yield Taken([_bad(failure)])
            return
        yield taken


def _found(names: tuple[str, ...], habits: Habits, read: Read) -> Iterator[FoundOrder | Done]:
    return chain.from_iterable(_read(name, habits, read) for name in names)


def _taken(road: Road, batch: list[FoundOrder | Done], number: int, seen: set[str]) -> Taken:
    """An order that comes again is taken as it stands there."""
    bad = [item for item in batch if isinstance(item, Done)]
    orders = list({item.order.id: item.order for item in batch if isinstance(item, FoundOrder)}.values())
    states, warnings = _commit(road, orders, number, seen) if orders else ([], ())
    return Taken(bad, list(zip(orders, states, strict=True)), warnings)


def habits_of(road: Road, account: str | None, dates: str | None) -> Habits:
    """How the account's files read. Raises NotFound."""
    settings = road.settings
    if account is None:
        return Habits(market=settings.market, currency=settings.currency, timezone=settings.timezone, dates=dates)
    if account not in settings.accounts:
        raise NotFound(kind="account", id=account, near=list(settings.accounts))
    how = settings.accounts[account]
    return Habits(
        account=account, market=how.market, currency=how.currency, timezone=how.timezone, dates=dates or how.dates
    )


def _read(name: str, habits: Habits, read: Read) -> Iterator[FoundOrder | Done]:
    try:
        for item in read_orders(name, read(name), habits):
            yield _bad(item) if isinstance(item, BadRow) else item
    except BadFile as failure:
        yield _bad(failure)


def read_file(name: str) -> bytes:
    """The bytes of a file or a pipe, or of standard input for `-`. Raises BadFile."""
    if name == "-":
        return up_to(LARGEST_FILE, sys.stdin.buffer)
    try:
        with opened(name, pipes=True) as file:
            if os.fstat(file.fileno()).st_size > LARGEST_FILE:
                raise BadFile(file=name, why="file_too_large", limit=LARGEST_FILE)
            return up_to(LARGEST_FILE, file)
    except OSError as error:
        raise BadFile(file=name, why="unreadable", reason=error.strerror or str(error)) from None


def _bad(failure: Failure) -> Done:
    place = str(failure.facts.get("file", ""))
    result = Result(id=place, outcome="failed", error=Told.of(failure), row=_row(failure))
    return Done(result, failure=failure)


def _row(failure: Failure) -> int | UnsetType:
    row = failure.facts.get("row")
    return row if isinstance(row, int) else UNSET


def _commit(road: Road, orders: list[Order], number: int, seen: set[str]) -> tuple[list[State], tuple[str, ...]]:
    """How each order stood, and warnings.

    Under a request key a batch is taken in once, also where a later import changed its orders.
    """
    moment = road.moment(Role.SELLER)
    with road.writing() as writer:
        key, asked = _key(road, writer, orders, number)
        if _is_known(road, writer, key, asked):
            return ["unchanged"] * len(orders), ()
        states = [_state(road, writer, order, seen) for order in orders]
        fresh = tuple(order for order, state in zip(orders, states, strict=True) if state != "unchanged")
        keys = {key: Answer(asked, b"null")} if key else {}
        if (fresh or keys) and not road.request.dry_run:
            writer.commit(road.line(moment, orders=fresh, keys=keys))
        return states, tuple(writer.warnings)


def _key(road: Road, writer: Writer, orders: list[Order], number: int) -> tuple[str | None, str]:
    if not road.request.key:
        return None, ""
    return road.key_of(f"import/{number}", [writer.order_digest(order) for order in orders])


def _state(road: Road, writer: Writer, order: Order, seen: set[str]) -> State:
    """In a dry run the store does not know what an earlier batch brought."""
    state = writer.order_state(order)
    if road.request.dry_run:
        state = "changed" if state == "new" and order.id in seen else state
        seen.add(order.id)
    return state


def _is_known(road: Road, writer: Writer, key: str | None, asked: str) -> bool:
    before = writer.answered(key) if key else None
    if before and before.request != asked:
        raise KeyUsed(key=road.request.key)
    return before is not None
