"""Seals and copies of the data."""

from __future__ import annotations

import click

from returnctl.cli.answer import put
from returnctl.cli.group import Command
from returnctl.cli.options import Wanted, pass_wanted, writes, writing
from returnctl.output.words import say


@click.command(cls=Command)
@writing
@writes("table", "json")
@pass_wanted
def seal(wanted: Wanted, /) -> None:
    from msgspec import json, to_builtins

    from returnctl.shop.seals import seal

    path, made, new = seal(wanted.road())
    outcome = "unchanged" if not new else "planned" if wanted.dry_run else "done"
    name = f"seals/{path.name}"
    if wanted.format == "json":
        from returnctl.output.results import envelope

        body = envelope("seal", [{"id": name, "outcome": outcome, "seal": to_builtins(made, builtin_types=())}])
        put([json.encode(body).decode() + "\n"])
    elif not wanted.quiet:
        texts = {
            "done": say("{file}: sealed up to commit {sequence}", file=name, sequence=made.sequence),
            "planned": say("dry run: nothing was changed."),
            "unchanged": say("{file}: commit {sequence} is sealed already", file=name, sequence=made.sequence),
        }
        put([texts[outcome] + "\n"])
        if outcome == "done":
            put(["  " + say("next: {command}", command="git add seals && git commit -m 'seal'") + "\n"])
