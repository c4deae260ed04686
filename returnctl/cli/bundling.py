"""Disputes, as files that are handed over."""

from __future__ import annotations

import click

from returnctl.cli.answer import put
from returnctl.cli.group import Command, Group
from returnctl.cli.options import Wanted, everywhere, pass_wanted, writes
from returnctl.cli.verbs import one_id
from returnctl.output.words import mark


@click.group(cls=Group)
@everywhere
def dispute() -> None:
    pass


@dispute.command("bundle", cls=Command, help=mark("Write the case file: NAME.zip, or a folder that a platform takes."))
@one_id
@click.argument("target", metavar="TARGET")
@writes("table", "json")
@pass_wanted
def bundle(wanted: Wanted, /, id: str, target: str) -> None:  # noqa: A002
    if target.lower().endswith(".zip"):
        _zip(wanted, id, target)
    else:
        _folder(wanted, id, target)


def _zip(wanted: Wanted, word: str, target: str) -> None:
    from pathlib import Path

    from returnctl.output.bundle.package import listed
    from returnctl.output.bundled import zip_lines
    from returnctl.shop.bundling import bundle_zip

    made = bundle_zip(wanted.find_shop(), word, Path(target))
    body = {"sha256": made.sha256, "size": made.size, "notes_left_out": made.notes, "files": list(listed(made.files))}
    lines = zip_lines(target, len(made.files), made.notes, made.sha256, new=made.new)
    _tell(wanted, list(lines), {"return": made.id, "target": target, "form": "zip", "new": made.new, **body})


def _folder(wanted: Wanted, word: str, target: str) -> None:
    from pathlib import Path

    from returnctl.output.bundled import folder_json, folder_lines
    from returnctl.shop.bundling import bundle_folder

    made = bundle_folder(wanted.find_shop(), word, Path(target))
    body = folder_json(made.photos, made.left, made.comment)
    lines = folder_lines(target, len(made.photos), made.left, made.comment, new=made.new)
    _tell(wanted, list(lines), {"return": made.id, "target": target, "form": "folder", "new": made.new, **body})


def _tell(wanted: Wanted, lines: list[str], body: dict[str, object]) -> None:
    if wanted.format == "json":
        from msgspec import json

        from returnctl.output.bundled import FORMAT

        put([json.encode({"returnctl": FORMAT, **body}).decode() + "\n"])
    elif not wanted.quiet:
        put(f"{text}\n" for text in lines)
