"""The first look in the morning: what must be done, in groups, and the same as a calendar."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from returnctl.cli.answer import is_plain, mention, put, put_bytes, tell
from returnctl.cli.group import Command
from returnctl.cli.options import COUNT, FORMATS, Wanted, option, pass_wanted, writes
from returnctl.errors import Damaged, Exit
from returnctl.output.words import mark, say

if TYPE_CHECKING:
    from returnctl.domain.worklist import Group
    from returnctl.shop.worklist import Asked, Item
    from returnctl.storage.snapshot import Snapshot

_COLOURS = {"overdue": "red", "today": "yellow"}


class Met:
    """What is come upon on the way: documents that cannot be read, and what hooks are waited for."""

    def __init__(self) -> None:
        self.damaged: list[Damaged] = []
        self.awaited: set[str] = set()


@click.command(cls=Command)
@option("--due", metavar="WHEN", help=mark("Only what is due by then, such as 24h."))
@option("--overdue", is_flag=True, help=mark("Only what is overdue."))
@option(
    "--exit-code",
    is_flag=True,
    help=mark("Exit 1 where the seller must act: on what is overdue, or due by --due."),
)
@option("--limit", type=COUNT, help=mark("At most this many."))
@writes(*FORMATS, "ics")
@pass_wanted
def todo(
    wanted: Wanted, /, due: str | None = None, overdue: bool = False, exit_code: bool = False, limit: int | None = None,
) -> int:  # fmt: skip
    from returnctl.shop.worklist import anything_to_do

    asked, met = _asked(wanted, due, limit, overdue=overdue), Met()
    with wanted.find_shop().store.reading() as snapshot:
        if not (exit_code and wanted.quiet):
            _show(wanted, snapshot, asked, met)
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


def _show(wanted: Wanted, snapshot: Snapshot, asked: Asked, met: Met) -> None:
    if wanted.format == "table":
        put(_for_people(wanted, snapshot, asked, met))
    elif wanted.format == "ics":
        put_bytes(_for_calendars(wanted, snapshot, asked, met))
    else:
        put(_for_programs(wanted, snapshot, asked, met))


def _for_programs(wanted: Wanted, snapshot: Snapshot, asked: Asked, met: Met) -> Iterator[str]:
    from returnctl.output.rows import written
    from returnctl.shop.worklist import items

    return written(_rows(items(snapshot, asked), met), wanted.format, (), lambda _: ())


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
    return row_of_todo(item.summary, item.record) | {"group": str(item.group)}
