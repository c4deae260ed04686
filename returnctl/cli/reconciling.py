"""Orders, returns and settlements against each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from returnctl.cli.answer import mention, put, put_workbook, tell
from returnctl.cli.group import Command
from returnctl.cli.options import Wanted, option, pass_wanted, writes
from returnctl.errors import Exit
from returnctl.output.words import mark, say

if TYPE_CHECKING:
    from returnctl.domain.found import Finding, Sum
    from returnctl.shop.reconciling import Reconciling

_TIMEOUT = 30.0


@click.command(cls=Command)
@option("--since", metavar="WHEN", help=mark("Only money that moved since, such as -31d."))
@option("--until", metavar="WHEN", help=mark("Only money that moved before."))
@option("--account", metavar="NAME", help=mark("Only of this selling account."))
@option("--order", metavar="ID", help=mark("Only of this order."))
@option("--exit-code", is_flag=True, help=mark("Exit 1 where money is lost."))
@writes("table", "json", "jsonl", "csv", "xlsx")
@pass_wanted
def reconcile(
    wanted: Wanted, /, since: str | None, until: str | None, account: str | None, exit_code: bool, **said: Any
) -> int:
    from returnctl.shop.reconciling import Asked, Reconciling

    asked = Asked(wanted.read_clock(), *wanted.period(since, until), wanted.account(account), **said)
    looking, told = Reconciling(wanted.find_shop(), asked, _TIMEOUT), Told(exit_code=exit_code)
    _show(wanted, looking, told)
    for failure in looking.damaged:
        tell(failure, as_json=wanted.format == "json")
    return int(Exit.DAMAGED if looking.damaged else exit_code and told.lost)


class Told:
    """What was told so far: whether anything, whether any of it is money lost, and the sums."""

    def __init__(self, *, exit_code: bool) -> None:
        self.exit_code = exit_code
        self.anything = self.lost = False
        self.sums: dict[tuple[str, str, str], Sum] = {}

    def add(self, found: Finding) -> Finding:
        from returnctl.domain.found import added

        self.anything, self.lost = True, self.lost or found.loses
        added(self.sums, found)
        return found


def _show(wanted: Wanted, looking: Reconciling, told: Told) -> None:
    from returnctl.output.reconciliation import envelope, rows_of
    from returnctl.output.rows import written

    zone = wanted.find_shop().settings.timezone
    rows = rows_of(map(told.add, looking.findings()), zone)
    if told.exit_code and wanted.quiet:
        for _ in rows:
            pass
    elif wanted.format == "json":
        put(envelope(rows, told.sums))
    elif wanted.format == "xlsx":
        from returnctl.output.reconciliation import pages

        put_workbook(wanted, pages(rows, told.sums))
    elif wanted.format == "table":
        put(_for_people(wanted, rows, told, zone))
    else:
        from returnctl.output.reconciliation import flat

        put(written(rows if wanted.format == "jsonl" else map(flat, rows), wanted.format, (), lambda _: ()))


def _for_people(wanted: Wanted, rows: Iterator[dict[str, Any]], told: Told, zone: str) -> Iterator[str]:
    from returnctl.output.reconciliation import FINDINGS, cells_of, in_order, sums_table
    from returnctl.output.rows import written

    yield from written(rows, "table", FINDINGS, lambda row: cells_of(row, zone))
    if told.anything:
        yield "\n"
        yield from sums_table(in_order(told.sums))
    elif not wanted.quiet:
        mention(say("nothing is missing, as far as settlements were imported."))
