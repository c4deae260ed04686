"""Looking after the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from returnctl.cli.answer import answer, put
from returnctl.cli.group import Command
from returnctl.cli.options import Wanted, option, pass_wanted, writes, writing
from returnctl.errors import BadValue, Exit
from returnctl.output.words import mark

if TYPE_CHECKING:
    from returnctl.storage.fsck import Report

_PATIENCE = 30.0


@click.command(cls=Command)
@option("--repair", is_flag=True, help=mark("Make anew what follows from the rest: index, modes, folders."))
@option("--accept", metavar="ID", help=mark("Take the document of a return that was edited by hand."))
@option("--reason", metavar="WHY", help=mark("Why it was edited; kept with the return."))
@writing
@writes("table", "json")
@pass_wanted
def fsck(wanted: Wanted, /, repair: bool, accept: str | None, reason: str | None) -> int:
    from returnctl.shop import checking

    if accept is not None:
        if repair or not (reason or "").strip():
            raise BadValue(what="--reason", value="", wanted="missing" if not repair else "one_outcome")
        return answer(wanted, [checking.accept(wanted.road(), accept, str(reason))])
    patience = _PATIENCE if wanted.lock_timeout is None else wanted.lock_timeout
    return _told(wanted, checking.fsck(wanted.find_shop(), patience, repair=repair and not wanted.dry_run))


def _told(wanted: Wanted, report: Report) -> int:
    from msgspec import json, to_builtins

    from returnctl.output.findings import all_well, finding_text

    found = [to_builtins(finding) for finding in report.findings]
    if wanted.format == "json":
        body = {"returnctl": "fsck/v1", "findings": found, "counts": report.counts}
        put([json.encode(body | {"sequence": report.head[0], "digest": report.head[1]}).decode() + "\n"])
        return _exit(report)
    for what, cure in map(finding_text, found):
        put([what + "\n", *([f"  {cure}\n"] if cure else [])])
    if not wanted.quiet and _exit(report) == Exit.DONE:
        put([all_well(report.counts) + "\n"])
    return _exit(report)


def _exit(report: Report) -> int:
    """12 where something is damaged, 1 where something is not as it should be."""
    if any(finding.is_damage for finding in report.findings):
        return int(Exit.DAMAGED)
    return int(Exit.FAILED if any(finding.is_loose for finding in report.findings) else Exit.DONE)
