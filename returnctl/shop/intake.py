"""The intake: files of other programs become documents of the shop."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from itertools import chain, count, islice
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from returnctl.domain.order import Order
from returnctl.domain.states import Role
from returnctl.errors import BadFile, BadRow, Failure, NotFound, NotKnown
from returnctl.readers.intake import LARGEST_FILE, FoundOrder, FoundReport, FoundSettled, Habits, placed
from returnctl.readers.orders import holds_returns, read_import, read_orders
from returnctl.readers.tables import is_workbook
from returnctl.shop.changing import carry
from returnctl.shop.reading import opened, up_to
from returnctl.shop.road import Done, Result, Road, Told
from returnctl.shop.settling import State, batch_key, commit_settled, is_known
from returnctl.storage.changes import Answer
from returnctl.storage.digests import expect_many
from returnctl.storage.writer import Writer

if TYPE_CHECKING:
    from datetime import datetime

    from returnctl.shop.batches import Foreseen
    from returnctl.storage.aside import Aside
    from returnctl.storage.snapshot import Snapshot

# Orders a commit: large enough to share its cost, small enough to let others in, and to hold no more of a file.
_BATCH = 5000
_HEAD = 4096
# Of clocks and zones of the settings that are not quite right.
_AHEAD = timedelta(days=1)
Found = FoundOrder | FoundReport | FoundSettled | Done
Outcome = Literal["done", "unchanged", "planned"]
Read = Callable[[str], bytes]
Reader = Callable[[str, bytes, Habits], Iterator[FoundOrder | FoundReport | FoundSettled | BadRow]]


class Asked(NamedTuple):
    """The files and what was said of them; `orders` means that nothing else may be in them."""

    files: tuple[str, ...]
    account: str | None = None
    dates: str | None = None
    as_of: datetime | None = None
    orders: bool = False


class Seen(NamedTuple):
    """What earlier batches brought: `orders` and `returns` of a dry run, where the store does not know of them."""

    orders: Aside[Order] | None
    returns: Foreseen | None
    settled: set[tuple[bytes, int]]


class Taken(NamedTuple):
    """What came of a batch: what is bad, how each order or row of a settlement stood, and what came of each return.

    `settled` is how many rows of settlements there are.
    """

    bad: list[Done]
    found: list[tuple[str, State]] = []
    warnings: tuple[str, ...] = ()
    returns: list[Done] = []
    settled: int = 0

    def results(self, road: Road) -> Iterator[Done]:
        yield from self.bad
        yield from self.returns
        outcomes: dict[State, Outcome] = {"unchanged": "unchanged"}
        done: Outcome = "planned" if road.request.dry_run else "done"
        for name, state in self.found:
            yield Done(Result(id=name, outcome=outcomes.get(state, done), warnings=self.warnings))

    def kinds(self) -> dict[str, Counter[State]]:
        """How each kind stood: orders stand before the rows of settlements."""
        states, orders = [state for _, state in self.found], len(self.found) - self.settled
        return {
            "orders": Counter(states[:orders]),
            "returns": Counter(map(_state_of, self.returns)),
            "settlements": Counter(states[orders:]),
        }


def take_in(road: Road, asked: Asked, stopped: Callable[[], bool] = lambda: False, *, strict: bool) -> Iterator[Taken]:
    """Import files, batch by batch; a bad row is told and the others are done, or with `strict` none is."""
    habits, read = habits_of(road, asked), cache(read_file) if strict else read_file
    expect_many()
    if strict:
        bad = list(_unfit(road, _found(asked, habits, read)))
        if bad:
            yield Taken(bad)
            return
    with _nothing_yet(road) as seen:
        yield from _batches(road, _found(asked, habits, read), seen, stopped)


def _batches(road: Road, found: Iterator[Found], seen: Seen, stopped: Callable[[], bool]) -> Iterator[Taken]:
    for number in count(1):
        batch = list(islice(found, _BATCH))
        if not batch:
            return
        try:
            taken = _taken(road, batch, number, seen, stopped)
        except NotKnown:
            raise
        except Failure as failure:
            if number == 1:
                raise
            yield Taken([_bad(failure)])
            return
        yield taken


@contextmanager
def _nothing_yet(road: Road) -> Iterator[Seen]:
    if not road.request.dry_run:
        yield Seen(None, None, set())
        return
    from returnctl.domain.record import Return
    from returnctl.shop.batches import Foreseen
    from returnctl.storage.aside import Aside

    with Aside(Order) as orders, Aside(Return) as returns:
        yield Seen(orders, Foreseen(returns), set())


def _found(asked: Asked, habits: Habits, read: Read) -> Iterator[Found]:
    reader = read_orders if asked.orders else read_import
    return chain.from_iterable(_read(name, habits, read, reader) for name in _orders_first(asked.files))


def _orders_first(names: tuple[str, ...]) -> list[str]:
    """Returns are taken in after the orders that they are of, however the files are named."""
    return sorted(names, key=_holds_returns) if len(names) > 1 else list(names)


def _holds_returns(name: str) -> bool:
    """Pipes are read once, so they stand where they are."""
    if name == "-":
        return False
    try:
        with opened(name) as file:
            head = file.read(_HEAD) or b""
            return holds_returns(head + (file.read(LARGEST_FILE) if is_workbook(head) else b""))
    except (OSError, BadFile):
        return False


def _unfit(road: Road, found: Iterator[Found]) -> Iterator[Done]:
    """What could not be taken in: rows that cannot be read, returns of orders that are neither here nor to come."""
    orders, waiting = set[str](), list[tuple[str, Done]]()
    with road.reading() as snapshot:
        for item in found:
            if isinstance(item, Done):
                yield item
            elif isinstance(item, FoundOrder):
                orders.add(item.order.id)
            elif isinstance(item, FoundReport) and item.report.order not in orders:
                waiting += [(item.report.order, done) for done in _without_order(snapshot, item)]
    yield from (done for order, done in waiting if order not in orders)


def _without_order(snapshot: Snapshot, found: FoundReport) -> Iterator[Done]:
    from returnctl.shop.draft import Draft
    from returnctl.shop.observing import order_of

    try:
        order_of(Draft(snapshot), found.report)
    except BadRow as problem:
        yield _bad(placed(problem, file=found.file, row=found.row))


def _taken(road: Road, batch: list[Found], number: int, seen: Seen, stopped: Callable[[], bool]) -> Taken:
    """An order that comes again is taken as it stands there."""
    bad = [item for item in batch if isinstance(item, Done)]
    orders = list({item.order.id: item.order for item in batch if isinstance(item, FoundOrder)}.values())
    states, warnings = _commit(road, orders, number, seen.orders) if orders else ([], ())
    settled = [item.settled for item in batch if isinstance(item, FoundSettled)]
    stood, more = commit_settled(road, settled, number, seen.settled) if settled else ([], ())
    names = [*(order.id for order in orders), *(row.id for row in settled)]
    reports = [item for item in batch if isinstance(item, FoundReport)]
    returns = _observed(road, reports, seen, stopped) if reports else []
    failed = [done for done in returns if done.failure]
    returns = [done for done in returns if not done.failure]
    return Taken([*bad, *failed], list(zip(names, states + stood, strict=True)), warnings + more, returns, len(settled))


def _observed(road: Road, reports: list[FoundReport], seen: Seen, stopped: Callable[[], bool]) -> list[Done]:
    """What was decided by itself is carried out as after any other command."""
    from returnctl.shop.batches import in_batches
    from returnctl.shop.observing import Observations

    jobs = map(Observations(road, seen.orders).job, reports)
    done = in_batches(road, jobs, stopped, foreseen=seen.returns)
    return [replace(carry(road, each), record=None) for each in done]


def _state_of(done: Done) -> State:
    if done.result.outcome == "unchanged":
        return "unchanged"
    return "new" if done.result.from_ is None else "changed"


def habits_of(road: Road, asked: Asked) -> Habits:
    """How the account's files read. Raises NotFound."""
    settings, account, dates = road.settings, asked.account, asked.dates
    told: dict[str, Any] = {"dates_told": dates is not None, "as_of": asked.as_of, "latest": road.request.now + _AHEAD}
    if account is None:
        market, currency, zone = settings.market, settings.currency, settings.timezone
        return Habits(market=market, currency=currency, timezone=zone, dates=dates, **told)
    if account not in settings.accounts:
        raise NotFound(kind="account", id=account, near=list(settings.accounts))
    how = settings.accounts[account]
    return Habits(
        account=account,
        market=how.market,
        currency=how.currency,
        timezone=how.timezone,
        dates=dates or how.dates,
        **told,
    )


def _read(name: str, habits: Habits, read: Read, reader: Reader) -> Iterator[Found]:
    try:
        for item in reader(name, read(name), habits):
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


def _commit(
    road: Road, orders: list[Order], number: int, planned: Aside[Order] | None
) -> tuple[list[State], tuple[str, ...]]:
    """How each order stood, and warnings.

    Under a request key a batch is taken in once, also where a later import changed its orders.
    """
    moment = road.moment(Role.SELLER)
    with road.writing() as writer:
        key, asked = batch_key(road, f"import/{number}", (writer.order_digest(order) for order in orders))
        if is_known(road, writer, key, asked):
            return ["unchanged"] * len(orders), ()
        states = _states(writer, orders, planned)
        fresh = tuple(order for order, state in zip(orders, states, strict=True) if state != "unchanged")
        keys = {key: Answer(asked, b"null")} if key else {}
        if (fresh or keys) and not road.request.dry_run:
            writer.commit(road.line(moment, orders=fresh, keys=keys))
        return states, tuple(writer.warnings)


def _states(writer: Writer, orders: list[Order], planned: Aside[Order] | None) -> list[State]:
    """In a dry run the store does not know what an earlier batch brought."""
    states: list[State] = list(writer.order_states(orders))
    if planned is not None:
        states = [_after(planned.get(order.id), order, state) for order, state in zip(orders, states, strict=True)]
        for order in orders:
            planned[order.id] = order
    return states


def _after(planned: Order | None, order: Order, state: State) -> State:
    if planned is None:
        return state
    return "unchanged" if planned == order else "changed"
