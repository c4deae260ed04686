"""Orders: taking them in, and looking at them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from returnctl.cli.answer import answer, mention, put
from returnctl.cli.group import Command, Group
from returnctl.cli.many import interrupted
from returnctl.cli.options import COUNT, Wanted, everywhere, option, pass_wanted, writes, writing
from returnctl.cli.progress import Meter, stopping
from returnctl.output.words import mark, say

if TYPE_CHECKING:
    from returnctl.shop.road import Done

_FORMS = ("dd/MM/yyyy", "MM/dd/yyyy", "yyyy-MM-dd")


def _importing(command: Any) -> Any:
    for declare in (
        click.argument("files", metavar="FILE...", nargs=-1, required=True),
        option("--account", metavar="NAME", help=mark("The selling account that the files come from.")),
        option("--dates", type=click.Choice(_FORMS), help=mark("How the file writes dates.")),
        option("--strict", is_flag=True, help=mark("All rows or none.")),
    ):
        command = declare(command)
    return command


@click.command(cls=Command)
@_importing
@writing
@everywhere
@pass_wanted
def import_(wanted: Wanted, /, files: tuple[str, ...], **how: Any) -> int:
    return _import(wanted, files, **how)


@click.group(cls=Group)
@everywhere
def order() -> None:
    pass


@order.command("import", help=mark("Take in files of orders."))
@_importing
@writing
@everywhere
@pass_wanted
def order_import(wanted: Wanted, /, files: tuple[str, ...], **how: Any) -> int:
    return _import(wanted, files, **how)


def _import(wanted: Wanted, files: tuple[str, ...], account: str | None, dates: str | None, strict: bool) -> int:
    counts = dict.fromkeys(("new", "changed", "unchanged", "bad"), 0)
    with stopping() as stopped:
        results = _taken(wanted, counts, stopped, files, account, dates, strict=strict)
    counted = say("{new} new, {changed} changed, {unchanged} unchanged, {bad} bad", **counts)
    code = answer(wanted, results, counts, counted)
    if stopped():
        return interrupted(wanted, results, sum(counts.values()))
    if wanted.dry_run and wanted.format == "table":
        mention(say("dry run: nothing was changed."))
    if wanted.format == "table" and not wanted.quiet and counts["new"] and not wanted.dry_run:
        put(["  " + say("next: {command}", command="returnctl order list") + "\n"])
    return code


def _taken(wanted: Wanted, counts: dict[str, int], stopped: Callable[[], bool], *told: Any, strict: bool) -> list[Done]:
    """The results; people are told what failed, so one of the others stands for all."""
    from returnctl.shop.intake import take_in

    road, meter = wanted.road(), Meter(mark("orders taken in"), quiet=wanted.quiet)
    results: list[Done] = []
    for batch in take_in(road, *told, strict=strict):
        for name, number in batch.counts().items():
            counts[name] += number
        told_all = wanted.format != "table"
        results += batch.results(road) if told_all else islice(batch.results(road), len(batch.bad) + 1)
        meter(sum(counts.values()))
        if stopped():
            break
    meter.clear()
    return results


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
@everywhere
@pass_wanted
def order_list(wanted: Wanted, /, since: str | None, **said: Any) -> None:
    from msgspec import to_builtins

    from returnctl.output.orders import ORDERS, cells_of_order
    from returnctl.output.rows import written
    from returnctl.storage.changes import OrderQuery

    shop, query = wanted.find_shop(), OrderQuery(since=wanted.instant(since, "--since"), **said)
    zone = shop.settings.timezone if wanted.format == "table" else ""
    with shop.store.reading() as snapshot:
        rows = (to_builtins(row) for row in snapshot.order_rows(query))
        if wanted.format == "table":
            rows = (row | {"goods": snapshot.get_order(row["id"]).lines} for row in rows)
        put(written(rows, wanted.format, ORDERS, lambda row: cells_of_order(row, zone)))
    if wanted.format == "table" and not wanted.quiet:
        mention(say("next: {command}", command="returnctl apply ORDER --item LINE=QTY --reason CODE"))
