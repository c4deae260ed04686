"""Removing buyers."""

from __future__ import annotations

import click

from returnctl.cli.answer import answer
from returnctl.cli.group import Command
from returnctl.cli.many import gathered, interrupted
from returnctl.cli.options import Wanted, everywhere, option, pass_wanted, writing
from returnctl.output.words import mark, say


@click.command(cls=Command)
@option("--before", metavar="WHEN", required=True, help=mark("Returns that ended before, such as -365d."))
@writing
@everywhere
@pass_wanted
def anonymize(wanted: Wanted, /, before: str) -> int:
    from returnctl.shop.anonymizing import anonymize_returns, clear
    from returnctl.shop.road import exit_of

    instant, road = wanted.instant(before, "--before"), wanted.road()
    assert instant  # noqa: S101 - the option is required
    results, stopped = gathered(wanted, lambda stopped: anonymize_returns(road, instant, stopped))
    orders, files = (0, 0) if stopped or wanted.dry_run else clear(road, anew=bool(results))
    counts = {"returns": len(results), "orders": orders, "files": files}
    closing = "" if wanted.dry_run else say("cleared: {returns} returns, {orders} orders, {files} files", **counts)
    shown = [] if wanted.format == "table" else results
    answer(wanted, shown, counts, closing)
    return interrupted(wanted, results, len(results)) if stopped else int(exit_of(results))
