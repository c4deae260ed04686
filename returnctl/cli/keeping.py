"""Seals, copies and the change feed of the data."""

from __future__ import annotations

import click

from returnctl.cli.answer import put, tell
from returnctl.cli.group import Command
from returnctl.cli.options import Wanted, option, pass_wanted, writes, writing
from returnctl.cli.values import SECONDS, Whole
from returnctl.errors import BadValue, Damaged, Exit
from returnctl.output.clean import clean
from returnctl.output.words import mark, say


@click.command(cls=Command)
@writing
@writes("table", "json")
@pass_wanted
def seal(wanted: Wanted, /) -> None:
    from msgspec import to_builtins

    from returnctl.shop.seals import seal

    path, made, new = seal(wanted.road())
    outcome = "unchanged" if not new else "planned" if wanted.dry_run else "done"
    name = f"seals/{path.name}"
    if wanted.format == "json":
        from returnctl.output.results import envelope

        put(envelope("seal", [{"id": name, "outcome": outcome, "seal": to_builtins(made)}]))
    elif not wanted.quiet:
        texts = {
            "done": say("{file}: sealed up to commit {sequence}", file=name, sequence=made.sequence),
            "planned": say("dry run: nothing was changed."),
            "unchanged": say("{file}: commit {sequence} is sealed already", file=name, sequence=made.sequence),
        }
        put([texts[outcome] + "\n"])
        if outcome == "done":
            put(["  " + say("next: {command}", command="git add seals && git commit -m 'seal'") + "\n"])


@click.command(cls=Command)
@click.argument("target", metavar="TARGET")
@option(
    "--lock-timeout",
    "patience",
    type=SECONDS,
    default=30.0,
    metavar="SECONDS",
    help=mark("How long to wait for the lock."),
)
@writes("table", "json")
@pass_wanted
def backup(wanted: Wanted, /, target: str, patience: float) -> int:
    from pathlib import Path

    from returnctl.shop.backing_up import backup

    copied = backup(wanted.find_shop(), Path(target), patience)
    if wanted.format == "json":
        from msgspec import json

        body = {"returnctl": "backup/v1", "target": target, "sequence": copied.head.sequence}
        more = {"digest": copied.head.digest, "documents": copied.documents, "damaged": copied.damaged}
        put([json.encode(body | more).decode() + "\n"])
    elif not wanted.quiet:
        text = say(
            "{target}: {documents} documents, as of commit {sequence}",
            target=clean(target),
            documents=copied.documents,
            sequence=copied.head.sequence,
        )
        put([text + "\n"])
    for path in copied.damaged:
        tell(Damaged(path=f"data/{path}", why="changed"), as_json=wanted.format == "json")
    return int(Exit.DAMAGED if copied.damaged else Exit.DONE)


@click.command(cls=Command)
@option("--since", metavar="WHEN", help=mark("Only commits since, such as -2d."))
@option(
    "--after", type=Whole(0, 1_000_000_000), default=0, metavar="SEQUENCE", help=mark("Only commits after this one.")
)
@option("-f", "--follow", is_flag=True, help=mark("Go on as commits come, until Ctrl-C."))
@writes("table", "json", "jsonl", "csv")
@pass_wanted
def log(wanted: Wanted, /, since: str | None, after: int, follow: bool) -> None:
    from returnctl.output.lists import COMMITS, cells_of_commit
    from returnctl.output.rows import written
    from returnctl.shop.following import commits

    if follow and wanted.format == "json":
        raise BadValue(what="--follow", value="json", wanted="no_json")
    shop = wanted.find_shop()
    found = commits(shop, wanted.instant(since, "--since"), after, follow=follow)
    if follow and wanted.format == "table":
        for each in found:
            put(["  ".join(cells_of_commit(each, shop.settings.timezone)) + "\n"])
    rows = written(found, wanted.format, COMMITS, lambda row: cells_of_commit(row, shop.settings.timezone))
    for piece in rows:
        put([piece])
