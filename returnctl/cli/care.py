"""Deadlines carried out, and help beyond the commands."""

from __future__ import annotations

import click

from returnctl.cli.answer import answer, put
from returnctl.cli.group import Command
from returnctl.cli.options import Wanted, everywhere, pass_wanted, writing
from returnctl.output.words import say

_TOPICS = ("exit-codes", "workflow", "environment")
_SHELLS = ("bash", "zsh", "fish")


@click.command(cls=Command)
@writing
@everywhere
@pass_wanted
def sweep(wanted: Wanted) -> int:
    from returnctl.shop.sweep import sweep

    results = list(sweep(wanted.road(lock_timeout=0)))
    if not results and wanted.format == "table":
        return 0
    return answer(wanted, results)


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
