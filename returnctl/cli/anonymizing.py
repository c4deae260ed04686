"""Removing buyers."""

from __future__ import annotations

import click

from returnctl.cli.answer import answer, put
from returnctl.cli.group import Command
from returnctl.cli.options import Wanted, everywhere, option, pass_wanted, writing
from returnctl.output.words import mark, say


@click.command(cls=Command)
@option("--before", metavar="WHEN", required=True, help=mark("Returns that ended before, such as -365d."))
@writing
@everywhere
@pass_wanted
def anonymize(wanted: Wanted, /, before: str) -> int:
    from returnctl.shop.anonymizing import anonymize_all

    instant = wanted.instant(before, "--before")
    assert instant  # noqa: S101 - the option is required
    results, orders, files = anonymize_all(wanted.road(), instant)
    if wanted.format != "table":
        return answer(wanted, results, {"returns": len(results), "orders": orders, "files": files})
    code = answer(wanted, results)
    if not wanted.quiet and not wanted.dry_run:
        text = say(
            "cleared: {returns} returns, {orders} orders, {files} files",
            returns=len(results),
            orders=orders,
            files=files,
        )
        put([text + "\n"])
    return code
