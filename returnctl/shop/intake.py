"""The intake: files of other programs become documents of the shop."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Literal

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from returnctl.domain.order import Order
from returnctl.domain.states import Role
from returnctl.errors import BadFile, BadRow, Failure, KeyUsed, NotFound
from returnctl.readers.intake import LARGEST_FILE, FoundOrder, Habits
from returnctl.readers.orders import read_orders
from returnctl.shop.reading import opened, up_to
from returnctl.shop.road import Done, Result, Road, Told
from returnctl.storage.changes import Answer
from returnctl.storage.writer import Writer

# Orders a commit: large enough to share its cost, small enough to let others in.
_BATCH = 5000
State = Literal["new", "changed", "unchanged"]


class Imported(Struct, frozen=True):
    """What came of an import: a result for each order or bad row, and the counts."""

    results: tuple[Done, ...]
    summary: dict[str, int]


def take_in(road: Road, names: tuple[str, ...], account: str | None, dates: str | None, *, strict: bool) -> Imported:
    """Import files; a bad row is told and the others are done, or with `strict` none is."""
    habits = habits_of(road, account, dates)
    found: list[FoundOrder | Done] = [item for name in names for item in _read(name, habits)]
    bad = [item for item in found if isinstance(item, Done)]
    if strict and bad:
        return _counted(bad)
    orders = _latest(item for item in found if isinstance(item, FoundOrder))
    done = [*bad]
    for number, at in enumerate(range(0, len(orders), _BATCH), 1):
        done += _commit(road, orders[at : at + _BATCH], number)
    return _counted(done)


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


def _read(name: str, habits: Habits) -> Iterator[FoundOrder | Done]:
    try:
        data = read_file(name)
        for item in read_orders(name, data, habits):
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


def _latest(found: Iterator[FoundOrder]) -> list[Order]:
    """An order that stands in several files is taken as it stands in the last."""
    return list({item.order.id: item.order for item in found}.values())


def _commit(road: Road, orders: list[Order], number: int) -> list[Done]:
    """One batch of an import. Under a request key it is taken in once, also where a later import changed its orders."""
    moment = road.moment(Role.SELLER)
    with road.writing() as writer:
        key, asked = road.key_of(f"import/{number}", [writer.order_digest(order) for order in orders])
        if _is_known(road, writer, key, asked):
            return [_result(road, writer, order, "unchanged") for order in orders]
        states = [writer.order_state(order) for order in orders]
        fresh = tuple(order for order, state in zip(orders, states, strict=True) if state != "unchanged")
        keys = {key: Answer(asked, b"null")} if key else {}
        if (fresh or keys) and not road.request.dry_run:
            writer.commit(road.line(moment, orders=fresh, keys=keys))
        return [_result(road, writer, order, state) for order, state in zip(orders, states, strict=True)]


def _is_known(road: Road, writer: Writer, key: str | None, asked: str) -> bool:
    before = writer.answered(key) if key else None
    if before and before.request != asked:
        raise KeyUsed(key=road.request.key)
    return before is not None


def _result(road: Road, writer: Writer, order: Order, state: State) -> Done:
    outcome: Literal["unchanged", "planned", "done"] = (
        "unchanged" if state == "unchanged" else "planned" if road.request.dry_run else "done"
    )
    return Done(Result(id=order.id, outcome=outcome, events=(state,), warnings=tuple(writer.warnings)))


def _counted(results: list[Done]) -> Imported:
    counts = Counter("bad" if done.failure else done.result.events[0] for done in results)
    summary = {name: counts[name] for name in ("new", "changed", "unchanged", "bad")}
    cleaned = (replace(done, result=replace(done.result, events=())) for done in results)
    return Imported(tuple(cleaned), summary)
