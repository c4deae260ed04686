"""Decisions out of a file: of one command, or of each that its rows name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from returnctl.cli.answer import answer, mention
from returnctl.cli.group import Command
from returnctl.cli.many import Stopped, gathered, interrupted
from returnctl.cli.options import Wanted, decided_file, everywhere, pass_wanted, writing
from returnctl.errors import BadValue
from returnctl.output.words import say

if TYPE_CHECKING:
    from returnctl.shop.road import Done

OUTCOMES = ("done", "planned", "unchanged", "refused", "failed", "left")


@click.command(cls=Command)
@decided_file
@writing
@everywhere
@pass_wanted
def decide(wanted: Wanted, /) -> int:
    if wanted.source is None:
        raise BadValue(what="--from", value="", wanted="file_name")
    return carry_out(wanted, None, {})


def carry_out(wanted: Wanted, command: str | None, given: dict[str, Any]) -> int:
    """Row by row; `given` is what the command line says for rows that say nothing."""
    from returnctl.shop.deciding import decided
    from returnctl.shop.decision_rows import DecisionRows

    road, counts = wanted.road(), dict.fromkeys(OUTCOMES, 0)
    rows = DecisionRows(wanted.source or "-", command, given, wanted.instant)

    def run(stopped: Stopped) -> Iterator[Done]:
        for done in decided(road, iter(rows), stopped):
            counts[done.result.outcome] += 1
            yield done

    results, stopped = gathered(wanted, run)
    counts["left"] = rows.left
    code = _told(wanted, results, counts)
    return interrupted(wanted, results, len(results)) if stopped else code


def _told(wanted: Wanted, results: list[Done], counts: dict[str, int]) -> int:
    from returnctl.shop.road import exit_of

    if wanted.format != "table":
        return answer(wanted, results, counts)
    if not wanted.quiet:
        mention(_closing(counts))
        if wanted.dry_run:
            mention(say("dry run: nothing was changed."))
    return int(exit_of(results))


def _closing(counts: dict[str, int]) -> str:
    went = counts["done"] + counts["planned"]
    failed = counts["refused"] + counts["failed"]
    return say(
        "{went} went well, {unchanged} stood already, {failed} did not, {left} rows were left alone",
        went=went, unchanged=counts["unchanged"], failed=failed, left=counts["left"],
    )  # fmt: skip
