"""Looking: nothing here changes anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from returnctl.cli.answer import mention, put, put_bytes, put_workbook, tell
from returnctl.cli.group import Command
from returnctl.cli.options import FORMATS, F, Wanted, option, pass_wanted, writes
from returnctl.cli.values import COUNT
from returnctl.cli.verbs import one_id
from returnctl.errors import Damaged, Exit
from returnctl.output.words import mark, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from returnctl.storage.changes import Query

_SORTS = ("id", "due", "updated")


@click.command(cls=Command)
@one_id
@writes("table", "json")
@pass_wanted
def show(wanted: Wanted, /, id: str) -> None:  # noqa: A002
    from returnctl.shop.shop import the_return

    if wanted.format == "json":
        with wanted.find_shop().store.reading() as snapshot:
            put_bytes([snapshot.raw_return(the_return(snapshot.find(id), id))])
        return
    from returnctl.output.returns import full
    from returnctl.shop.telling import Teller

    shop = wanted.find_shop()
    with shop.store.reading() as snapshot:
        record = snapshot.get_return(the_return(snapshot.find(id), id))
        told = Teller(snapshot).by_people(record, by_hand=True)
    put([full(record, wanted.read_clock(), shop.settings.timezone, told) + "\n"])


@click.command(cls=Command)
@one_id
@writes("table", "json", "jsonl", "csv")
@pass_wanted
def history(wanted: Wanted, /, id: str) -> None:  # noqa: A002
    from msgspec import to_builtins

    from returnctl.output.forms import when, word
    from returnctl.output.returns import HISTORY, facts_text
    from returnctl.output.rows import written
    from returnctl.shop.shop import the_return

    shop = wanted.find_shop()
    with shop.store.reading() as snapshot:
        record = snapshot.get_return(the_return(snapshot.find(id), id))
    zone = shop.settings.timezone if wanted.format == "table" else ""

    def people(row: Any) -> list[str]:
        at = when(row["at"], zone)
        return [at, row["by"], word(row["role"]), word(row["event"]), word(row["to"]), facts_text(row["facts"], zone)]

    rows = [to_builtins(entry, builtin_types=(_datetime(),)) | {"id": record.id} for entry in record.history]
    put(written(rows, wanted.format, HISTORY, people))


def _datetime() -> type:
    from datetime import datetime

    return datetime


_FILTERS = (
    option("--state", "states", metavar="STATE", multiple=True, help=mark("Only in this state.")),
    option("--due", metavar="WHEN", help=mark("Only what is due by then, such as 2d.")),
    option("--since", metavar="WHEN", help=mark("Only what changed since, such as -2d.")),
    option("--buyer", metavar="ID", help=mark("Only of this buyer.")),
    option("--order", metavar="ID", help=mark("Only of this order.")),
    option("--account", metavar="NAME", help=mark("Only of this selling account.")),
)


def which_returns(function: F) -> F:
    """The options that choose returns; `query_of` reads them."""
    for declare in reversed(_FILTERS):
        function = declare(function)
    return function


@click.command(cls=Command)
@which_returns
@option("--sort", type=click.Choice(_SORTS), default="id", help=mark("What to sort by."))
@option("--limit", type=COUNT, help=mark("At most this many."))
@writes(*FORMATS, "xlsx")
@pass_wanted
def list_(wanted: Wanted, /, **asked: Any) -> int:
    return _listed(wanted, query_of(wanted, **asked))


def query_of(
    wanted: Wanted, states: tuple[str, ...], due: str | None, since: str | None, account: str | None, **said: Any
) -> Query:
    from returnctl.storage.changes import Query

    until, changed = wanted.instant(due, "--due"), wanted.instant(since, "--since")
    chosen = tuple(_state(word) for word in states)
    return Query(states=chosen, due_before=until, since=changed, account=wanted.account(account), **said)


def _state(word: str) -> Any:
    from returnctl.domain.states import State
    from returnctl.errors import BadValue

    try:
        return State(word.lower())
    except ValueError:
        raise BadValue(what="--state", value=word, wanted="one_of", choices=", ".join(State)) from None


def _listed(wanted: Wanted, query: Query) -> int:
    from returnctl.output.lists import RETURNS, cells_of_return, row_of_return
    from returnctl.output.rows import written

    now, any_ = wanted.read_clock(), False

    def rows() -> Any:
        nonlocal any_
        for summary in snapshot.summaries(query):
            any_ = True
            yield row_of_return(summary)

    with wanted.find_shop().store.reading() as snapshot:
        if wanted.format == "xlsx":
            _put_sheet(wanted, rows())
        elif wanted.format == "csv":
            put(_to_fill_in(rows()))
        else:
            put(written(rows(), wanted.format, RETURNS, lambda row: cells_of_return(row, now)))
        damaged = snapshot.damaged()
    if not any_ and wanted.format == "table" and not wanted.quiet:
        mention(say("no returns here."))
    return tell_damaged(wanted, damaged)


def _put_sheet(wanted: Wanted, rows: Iterable[dict[str, Any]]) -> None:
    from returnctl.output import sheets
    from returnctl.output.xlsx import Page

    put_workbook(wanted, [Page("returns", sheets.RETURNS, map(sheets.sheet_row, rows))])


def _to_fill_in(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    from returnctl.output.rows import sheet_of
    from returnctl.output.sheets import RETURNS_CSV

    return sheet_of(rows, RETURNS_CSV)


def tell_damaged(wanted: Wanted, paths: tuple[str, ...]) -> int:
    """Documents that a list lacks are named, never passed over."""
    for path in paths:
        tell(Damaged(path=path, why="not_readable"), as_json=wanted.format == "json")
    return int(Exit.DAMAGED if paths else Exit.DONE)
