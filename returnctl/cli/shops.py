"""A new shop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from returnctl.cli.answer import put
from returnctl.cli.group import Command
from returnctl.cli.options import Wanted, option, pass_wanted, writes
from returnctl.output.clean import clean
from returnctl.output.words import mark, say


@click.command(cls=Command)
@click.argument("folder", metavar="[DIR]", default=".")
@option("--name", metavar="NAME", help=mark("The shop's name (default: the folder's)."))
@option("--market", metavar="CODE", help=mark("Where it sells, such as GB or TH, with its policy (default: US)."))
@option("--currency", metavar="CODE", help=mark("What it is paid in (default: the market's)."))
@option("--timezone", metavar="ZONE", help=mark("How times are shown (default: the market's)."))
@writes("table", "json")
@pass_wanted
def init(wanted: Wanted, /, folder: str, **said: Any) -> None:
    from returnctl.shop.founding import found

    found(Path(folder), **said)
    if wanted.format == "json":
        put(made_json("init", folder))
    if wanted.quiet or wanted.format == "json":
        return
    folder = clean(folder)
    at = "" if folder == "." else f"cd {folder} && "
    steps = [
        f"{at}returnctl policy show",
        "returnctl import ORDERS.csv",
        "returnctl apply ORDER --item 1 --reason damaged",
    ]
    put([say("New shop in {folder}. Next:", folder=folder) + "\n", *(f"  {step}\n" for step in steps)])


def made_json(command: str, folder: str) -> Iterator[str]:
    """The envelope of a writer whose only result is a shop."""
    from returnctl.output.results import envelope

    return envelope(command, [{"id": folder, "outcome": "done"}])
