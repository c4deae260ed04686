"""Deadlines carried out, and help beyond the commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from returnctl.cli.answer import answer, put
from returnctl.cli.group import Command
from returnctl.cli.options import Wanted, everywhere, option, pass_wanted, writing
from returnctl.cli.values import COUNT
from returnctl.errors import BadValue, Locked
from returnctl.output.words import mark, say

if TYPE_CHECKING:
    from returnctl.shop.road import Road

_TOPICS = ("exit-codes", "workflow", "environment")
_LOCKED = ("wait", "skip", "fail")
_SHELLS = ("bash", "zsh", "fish")


@click.command(cls=Command)
@option("--until", metavar="WHEN", help=mark("With -n: what will have happened by then if nobody acts."))
@option("--limit", type=COUNT, help=mark("At most this many."))
@option("--if-locked", type=click.Choice(_LOCKED), default="fail", help=mark("What to do while another command works."))
@writing
@everywhere
@pass_wanted
def sweep(wanted: Wanted, /, until: str | None, limit: int | None, if_locked: str) -> int:
    from returnctl.cli.many import told
    from returnctl.shop.sweep import sweep

    road = wanted.road(lock_timeout=30 if if_locked == "wait" else 0)
    if until is not None:
        return _foretold(wanted, road, until)
    try:
        return told(wanted, lambda stop: sweep(road, limit, stop))
    except Locked:
        if if_locked == "skip":
            return 0
        raise


def _foretold(wanted: Wanted, road: Road, until: str) -> int:
    from returnctl.output.forecast import closing, summary
    from returnctl.shop.forecast import forecast

    at = wanted.instant(until, "--until")
    if not wanted.dry_run or at is None or at < wanted.read_clock():
        raise BadValue(what="--until", value=until, wanted="dry_run" if not wanted.dry_run else "future")
    seen = forecast(road, at)
    sums = {"cost": seen.cost, "paid": seen.paid, "assumed": seen.assumed}
    said = closing(at, len(seen.results), sums, wanted.find_shop().settings.timezone)
    return answer(wanted, seen.results, summary(at, sums), said)


@click.command(cls=Command)
@click.argument("shell", type=click.Choice(_SHELLS))
@everywhere
def completion(shell: str) -> None:
    from click.shell_completion import get_completion_class

    from returnctl.cli.main import program

    kind = get_completion_class(shell)
    if kind:
        put([kind(program, {}, "returnctl", "_RETURNCTL_COMPLETE").source() + "\n"])


@click.command(cls=Command)
@click.argument("topic", type=click.Choice(_TOPICS), required=False)
@everywhere
@click.pass_context
def help_(ctx: click.Context, topic: str | None) -> None:
    from returnctl.output import topics

    if topic is None:
        put([ctx.find_root().get_help() + "\n\n", say("more help:") + "\n"])
        put(f"  returnctl help {each}\n" for each in _TOPICS)
        return
    put([topics.text(topic)])
