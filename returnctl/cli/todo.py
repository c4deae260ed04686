"""The first look in the morning: what must be done, in groups, and the same as a calendar."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from returnctl.cli.answer import is_plain, mention, put, put_bytes, put_workbook, tell
from returnctl.cli.group import Command
from returnctl.cli.options import FORMATS, Wanted, option, pass_wanted, writes
from returnctl.cli.values import COUNT
from returnctl.errors import Damaged, Exit
from returnctl.output.words import mark, say

if TYPE_CHECKING:
    from returnctl.domain.record import Owed, Return
    from returnctl.domain.worklist import Group
    from returnctl.shop.worklist import Asked, Item
    from returnctl.storage.snapshot import Snapshot

_COLOURS = {"overdue": "red", "today": "yellow"}


# So many words to be copied stand beneath the tables: what presses is not to be scrolled away.
_COPIED = 5


class Met:
    """What is come upon on the way: documents that cannot be read, what hooks are waited for, what is to be told.

    Of what people have to tell the first few are kept, and `untold` counts the rest.
    """

    def __init__(self, *, by_hand: bool) -> None:
        self.by_hand = by_hand
        self.damaged: list[Damaged] = []
        self.awaited: set[str] = set()
        self.tells: list[tuple[Return, Owed]] = []
        self.untold = 0

    def keep(self, record: Return | None) -> None:
        from returnctl.shop.telling import to_tell

        found = [(record, owed) for owed in to_tell(record, by_hand=self.by_hand)] if record else []
        free = _COPIED - len(self.tells)
        self.tells += found[:free]
        self.untold += len(found[free:])


@click.command(cls=Command)
@option("--due", metavar="WHEN", help=mark("Only what is due by then, such as 24h."))
@option("--overdue", is_flag=True, help=mark("Only what is overdue."))
@option(
    "--exit-code",
    is_flag=True,
    help=mark("Exit 1 where the seller must act: on what is overdue, or due by --due."),
)
@option("--limit", type=COUNT, help=mark("At most this many."))
@option("--tell", "only_told", is_flag=True, help=mark("Only what the buyers are to be told, all of it, in words."))
@writes(*FORMATS, "xlsx", "ics")
@pass_wanted
def todo(
    wanted: Wanted, /, due: str | None = None, overdue: bool = False, exit_code: bool = False, limit: int | None = None,
    only_told: bool = False,
) -> int:  # fmt: skip
    from returnctl.shop.telling import is_told_by_hand
    from returnctl.shop.worklist import anything_to_do

    asked, met = _asked(wanted, due, limit, overdue=overdue), Met(by_hand=is_told_by_hand(wanted.find_shop()))
    with wanted.find_shop().store.reading() as snapshot:
        if not (exit_code and wanted.quiet):
            _show(wanted, snapshot, asked, met, only_told=only_told)
        met.damaged += (Damaged(path=path, why="not_readable") for path in snapshot.damaged())
        act = exit_code and anything_to_do(snapshot, asked)
    _tell_refused(wanted, met)
    for failure in met.damaged:
        tell(failure, as_json=wanted.format == "json")
    return int(Exit.DAMAGED if met.damaged else act)


def _tell_refused(wanted: Wanted, met: Met) -> None:
    """What is listed as owed would go on waiting, and nobody would know for what."""
    from returnctl.shop.worklist import refused

    for failure in refused(wanted.find_shop(), met.awaited):
        from returnctl.output.failures import told, unsafe

        mention(say("warning: {text}", text=unsafe(failure.facts)))
        if wanted.format == "table":
            mention("  " + told(failure.code, failure.facts).hint)


def _asked(wanted: Wanted, due: str | None, limit: int | None, *, overdue: bool) -> Asked:
    from returnctl.domain.calendar import after_days
    from returnctl.domain.worklist import Day
    from returnctl.shop.worklist import Asked

    now = wanted.read_clock()
    day = Day(now, after_days(now, 0, wanted.find_shop().settings.timezone))
    return Asked(day, now if overdue else wanted.instant(due, "--due"), overdue, limit)


def _show(wanted: Wanted, snapshot: Snapshot, asked: Asked, met: Met, *, only_told: bool) -> None:
    if wanted.format == "table" and only_told:
        put(_in_words(snapshot, asked, met))
    elif wanted.format == "table":
        put(_for_people(wanted, snapshot, asked, met))
    elif wanted.format == "ics":
        put_bytes(_for_calendars(wanted, snapshot, asked, met))
    elif wanted.format == "xlsx":
        _put_sheet(wanted, snapshot, asked, met)
    else:
        rows = _told_rows(snapshot, asked, met)
        put(_for_programs(wanted, (row for row in rows if row["tell"] or not only_told)))


def _for_programs(wanted: Wanted, rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    from returnctl.output.rows import sheet_of, written

    if wanted.format == "csv":
        from returnctl.output.sheets import TODO_CSV

        return sheet_of(rows, TODO_CSV)
    return written(rows, wanted.format, (), lambda _: ())


def _told_rows(snapshot: Snapshot, asked: Asked, met: Met) -> Iterator[dict[str, Any]]:
    """With what people have to tell the buyer, in words."""
    from returnctl.output.pasting import row
    from returnctl.shop.telling import Teller
    from returnctl.shop.worklist import items

    teller = Teller(snapshot)
    for item in items(snapshot, asked):
        told = teller.by_people(item.record, by_hand=met.by_hand)
        yield _row(item, met) | {"tell": [row(*each) for each in told]}


def _in_words(snapshot: Snapshot, asked: Asked, met: Met) -> Iterator[str]:
    """All that is to be told, one after the other."""
    from returnctl.output.pasting import block
    from returnctl.shop.telling import Teller
    from returnctl.shop.worklist import items

    teller, any_ = Teller(snapshot), False
    for item in items(snapshot, asked):
        _row(item, met)
        for told in teller.by_people(item.record, by_hand=met.by_hand):
            yield ("\n" if any_ else "") + block(*told) + "\n"
            any_ = True
    if not any_:
        mention(say("nothing to tell."))


def _put_sheet(wanted: Wanted, snapshot: Snapshot, asked: Asked, met: Met) -> None:
    from returnctl.output import sheets
    from returnctl.output.xlsx import Page
    from returnctl.shop.worklist import items

    rows = map(sheets.sheet_row, _rows(items(snapshot, asked), met))
    put_workbook(wanted, [Page("todo", sheets.TODO, rows)])


def _for_calendars(wanted: Wanted, snapshot: Snapshot, asked: Asked, met: Met) -> Iterator[bytes]:
    from returnctl.output.agenda import calendar, event
    from returnctl.shop.worklist import items

    settings, found = wanted.find_shop().settings, items(snapshot, asked, whole=True)
    events = (event(_row(item, met), item.record, settings.shop_id, settings.timezone) for item in found)
    return calendar(settings.shop, settings.timezone, events)


def _for_people(wanted: Wanted, snapshot: Snapshot, asked: Asked, met: Met) -> Iterator[str]:
    """Counted first, then looked up group by group: no more than a table is held at a time."""
    from returnctl.output.worklist import in_short, table
    from returnctl.shop.worklist import items, tally

    counted = tally(snapshot, asked)
    if not wanted.quiet:
        if not counted.counts:
            mention(say("nothing to do."))
            return
        yield in_short(counted, asked.limit) + "\n\n"
    for at, group in enumerate(counted.groups()):
        yield ("\n" if at else "") + _heading(group) + "\n"
        yield from table(group, _rows(items(snapshot, asked, group), met), asked.day.now)
    yield from _to_copy(snapshot, met)


def _to_copy(snapshot: Snapshot, met: Met) -> Iterator[str]:
    """The first of what is to be told, beneath all tables."""
    if not met.tells:
        return
    from returnctl.output.pasting import HEADING, block
    from returnctl.shop.telling import Teller

    teller = Teller(snapshot)
    yield "\n" + say(HEADING) + "\n"
    for record, owed in met.tells:
        for told in teller.all_of(record, (owed,)):
            yield "\n" + block(*told) + "\n"
    if met.untold:
        yield "\n" + say("{n} more to tell: {command}", n=met.untold, command="returnctl todo --tell") + "\n"


def _heading(group: Group) -> str:
    from returnctl.output.worklist import HEADINGS

    text, colour = say(HEADINGS[group]), _COLOURS.get(group)
    return click.style(text, fg=colour, bold=True) if colour and not is_plain(sys.stdout) else text


def _rows(items: Iterable[Item], met: Met) -> Iterator[dict[str, Any]]:
    return (_row(item, met) for item in items)


def _row(item: Item, met: Met) -> dict[str, Any]:
    from returnctl.output.lists import row_of_todo
    from returnctl.shop.worklist import awaited

    met.awaited |= awaited(item)
    met.damaged += filter(None, [item.damaged])
    met.keep(item.record)
    return row_of_todo(item.summary, item.record) | {"group": str(item.group)}
