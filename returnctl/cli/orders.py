"""Orders: taking them in, and looking at them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from returnctl.cli.answer import answer, mention, put, put_workbook
from returnctl.cli.group import Command, Group
from returnctl.cli.many import interrupted
from returnctl.cli.options import FORMATS, Wanted, everywhere, option, pass_wanted, writes, writing
from returnctl.cli.progress import Meter, stopping
from returnctl.cli.values import COUNT
from returnctl.errors import BadValue
from returnctl.output.words import mark, say

if TYPE_CHECKING:
    from returnctl.shop.intake import Asked, Taken
    from returnctl.shop.road import Done

_MOST_NAMED = 5
_NO_ORDER = "unknown_order"
_STATES = ("new", "changed", "unchanged")
_KINDS = {"orders": mark("orders"), "returns": mark("returns"), "settlements": mark("rows of settlements")}
_FORMS = ("dd/MM/yyyy", "MM/dd/yyyy", "yyyy-MM-dd")


class Came:
    """What came of an import, added up by kind: new, changed, unchanged; what is bad; what returns warn of."""

    def __init__(self) -> None:
        self.kinds = {kind: dict.fromkeys(_STATES, 0) for kind in _KINDS}
        self.bad = 0
        self.warnings: dict[str, list[str]] = {}
        self.waiting: list[dict[str, Any]] = []

    def counts(self) -> dict[str, int]:
        return {state: sum(kind[state] for kind in self.kinds.values()) for state in _STATES} | {"bad": self.bad}

    def came(self, kind: str) -> int:
        return sum(self.kinds[kind].values())

    def add(self, batch: Taken) -> None:
        self.bad += len(batch.bad)
        self.waiting += [x.failure.facts for x in batch.bad if x.failure and x.failure.facts.get("why") == _NO_ORDER]
        for kind, states in batch.kinds().items():
            for state, number in states.items():
                self.kinds[kind][state] += number
        for done in batch.returns:
            for code in done.result.warnings:
                named = self.warnings.setdefault(code, [])
                if len(named) <= _MOST_NAMED:
                    named.append(done.result.id)
        for code in batch.warnings:
            self.warnings.setdefault(code, [])


def _importing(command: Any) -> Any:
    for declare in (
        click.argument("files", metavar="FILE...", nargs=-1, required=True),
        option("--account", metavar="NAME", help=mark("The selling account that the files come from.")),
        option("--dates", type=click.Choice(_FORMS), help=mark("How the file writes dates.")),
        option("--strict", is_flag=True, help=mark("All rows or none.")),
    ):
        command = declare(command)
    return command


_as_of = option(
    "--as-of", metavar="WHEN", help=mark("When the export of returns was made; what was reported later stands.")
)


@click.command(cls=Command)
@_importing
@_as_of
@writing
@everywhere
@pass_wanted
def import_(wanted: Wanted, /, as_of: str | None, strict: bool, **asked: Any) -> int:
    from returnctl.shop.intake import Asked

    made_at = wanted.instant(as_of, "--as-of")
    if made_at and made_at > wanted.read_clock():  # it would stand against all reports until then
        raise BadValue(what="--as-of", value=as_of, wanted="past")
    return _import(wanted, Asked(as_of=made_at, **asked), strict=strict)


@click.group(cls=Group)
@everywhere
def order() -> None:
    pass


@order.command("import", help=mark("Take in files of orders."))
@_importing
@writing
@everywhere
@pass_wanted
def order_import(wanted: Wanted, /, strict: bool, **asked: Any) -> int:
    from returnctl.shop.intake import Asked

    return _import(wanted, Asked(orders=True, **asked), strict=strict)


def _import(wanted: Wanted, asked: Asked, *, strict: bool) -> int:
    came = Came()
    with stopping() as stopped:
        results = _taken(wanted, came, stopped, asked, strict=strict)
    counts = came.counts()
    code = answer(wanted, results, counts, "\n".join(_counted(came)), kinds=came.kinds)
    if wanted.format == "table" and came.waiting:
        _say_what_waits(came)
    if stopped():
        return interrupted(wanted, results, sum(counts.values()))
    if wanted.dry_run and wanted.format == "table":
        mention(say("dry run: nothing was changed."))
    if wanted.format == "table":
        _say_warnings(came)
        if not wanted.quiet and counts["new"] + came.came("returns") and not wanted.dry_run:
            put(["  " + say("next: {command}", command=_next(came)) + "\n"])
    return code


def _counted(came: Came) -> Iterator[str]:
    yield say("{new} new, {changed} changed, {unchanged} unchanged, {bad} bad", **came.counts())
    for kind, name in _KINDS.items():
        if came.came(kind):
            counted = say("{new} new, {changed} changed, {unchanged} unchanged", **came.kinds[kind])
            yield "  " + say("{kind}: {counted}", kind=say(name), counted=counted)


def _next(came: Came) -> str:
    """Settlements are imported to be looked at against the rest."""
    if came.came("settlements"):
        return "returnctl reconcile"
    return "returnctl todo" if came.came("returns") else "returnctl order list"


def _say_what_waits(came: Came) -> None:
    """Once for all returns whose orders are not here: which export is wanted, and what to type then."""
    import shlex

    orders = list(dict.fromkeys(facts["value"] for facts in came.waiting))
    shown = ", ".join(orders[:_MOST_NAMED]) + (" …" if len(orders) > _MOST_NAMED else "")
    waiting = len(came.waiting)
    one = say("1 return waits for its order: {ids}", ids=shown)
    mention(one if waiting == 1 else say("{n} returns wait for their orders: {ids}", n=waiting, ids=shown))
    day = min((facts["applied_at"][:10] for facts in came.waiting if facts["applied_at"]), default="")
    wanted = say(
        "in Seller Center export the orders since well before {day}, when the first of these was asked for, and type:",
        day=day,
    )
    mention("  " + (wanted if day else say("in Seller Center export these orders, and type:")))
    files = dict.fromkeys("FILE" if facts["file"] == "-" else shlex.quote(facts["file"]) for facts in came.waiting)
    mention(f"  returnctl import ORDERS.csv {' '.join(files)}")


def _say_warnings(came: Came) -> None:
    """Each once, with some of the returns: many of a file may have the same."""
    from returnctl.output.results import warning

    for code, ids in came.warnings.items():
        shown = ", ".join(ids[:_MOST_NAMED]) + (" …" if len(ids) > _MOST_NAMED else "")
        mention(say("warning: {text}", text=f"{warning(code)} ({shown})" if ids else warning(code)))


def _taken(wanted: Wanted, came: Came, stopped: Callable[[], bool], asked: Asked, *, strict: bool) -> list[Done]:
    """The results; people are told what failed, so one of the others stands for all."""
    from returnctl.shop.intake import take_in

    road, meter = wanted.road(), Meter(mark("taken in"), quiet=wanted.quiet)
    results: list[Done] = []
    for batch in take_in(road, asked, stopped, strict=strict):
        came.add(batch)
        told_all = wanted.format != "table"
        results += batch.results(road) if told_all else map(_silent, islice(batch.results(road), len(batch.bad) + 1))
        meter(sum(came.counts().values()))
        if stopped():
            break
    meter.clear()
    return results


def _silent(done: Done) -> Done:
    """What it warns of is told for all together."""
    from msgspec.structs import replace

    return done if done.failure else replace(done, result=replace(done.result, warnings=()))


@order.command("show", help=mark("One order in full."))
@click.argument("id", metavar="ID")
@writes("table", "json")
@pass_wanted
def order_show(wanted: Wanted, /, id: str) -> None:  # noqa: A002
    from returnctl.output.orders import full, order_json

    shop = wanted.find_shop()
    with shop.store.reading() as snapshot:
        found = snapshot.get_order(id)
        returns = snapshot.returns_of(id)
    if wanted.format == "json":
        put([order_json(found)])
    else:
        put([full(found, returns, shop.settings.timezone) + "\n"])


@order.command("list", help=mark("The orders, newest first."))
@option("--account", metavar="NAME", help=mark("Only of this selling account."))
@option("--buyer", metavar="ID", help=mark("Only of this buyer."))
@option("--since", metavar="WHEN", help=mark("Only ordered since, such as -2d."))
@option("--limit", type=COUNT, help=mark("At most this many."))
@writes(*FORMATS, "xlsx")
@pass_wanted
def order_list(wanted: Wanted, /, since: str | None, account: str | None, **said: Any) -> None:
    from msgspec import to_builtins

    from returnctl.output.orders import ORDERS, cells_of_order
    from returnctl.output.rows import written
    from returnctl.storage.changes import OrderQuery

    ordered, account = wanted.instant(since, "--since"), wanted.account(account)
    shop, query = wanted.find_shop(), OrderQuery(since=ordered, account=account, **said)
    zone = shop.settings.timezone if wanted.format == "table" else ""
    with shop.store.reading() as snapshot:
        rows = (to_builtins(row) for row in snapshot.order_rows(query))
        if wanted.format == "xlsx":
            from returnctl.output import sheets
            from returnctl.output.xlsx import Page

            put_workbook(wanted, [Page("orders", sheets.ORDERS, rows)])
            return
        if wanted.format == "table":
            rows = (row | {"goods": snapshot.get_order(row["id"]).lines} for row in rows)
        put(written(rows, wanted.format, ORDERS, lambda row: cells_of_order(row, zone)))
    if wanted.format == "table" and not wanted.quiet:
        mention(say("next: {command}", command="returnctl apply ORDER --item LINE=QTY --reason CODE"))
