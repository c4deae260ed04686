"""The goods on their way, in the parcel, and what goes out instead."""

from __future__ import annotations

from typing import Any

import click

from returnctl.cli.group import Command, is_bench, typed_ids
from returnctl.cli.options import Wanted, option
from returnctl.cli.values import GRADED, ITEM, REAL, gathered, graded
from returnctl.cli.verbs import Ids, each_id, id_or_file, ids_or_file, of_rows
from returnctl.errors import BadValue
from returnctl.output.words import mark

_carrier = option("--carrier", metavar="NAME", help=mark("Who carries the parcel."))
_tracking = option("--tracking", metavar="NUMBER", type=REAL, help=mark("The number of the parcel."))
_verdict = option(
    "--pass/--fail",
    "passes",
    default=None,
    help=mark("All at the policy's grade for good goods, or for bad ones."),
)

_BENCH = mark(
    "At a terminal, - takes what is scanned or typed, a tracking number or an id a line, and books each at once. "
    "From a pipe it reads all ids first."
)


@click.command(cls=Command)
@id_or_file
@_carrier
@_tracking
@of_rows
def ship(wanted: Wanted, /, id: str, **said: Any) -> int:  # noqa: A002
    from returnctl.domain import workflow
    from returnctl.domain.states import Role

    return each_id(wanted, (id,), workflow.ship, Role.BUYER, **said)


@click.command(cls=Command, epilog=_BENCH)
@ids_or_file
@option(
    "--item",
    "items",
    type=ITEM,
    multiple=True,
    help=mark("A line, or some of its units (default: what is outstanding)."),
)
@_verdict
@of_rows
def receive(wanted: Wanted, /, ids: Ids, items: Any, passes: bool | None) -> int:
    from returnctl.domain import composite, workflow

    facts: dict[str, Any] = {"items": gathered(items)}
    if passes is not None:
        facts["passes"] = passes
    decide = workflow.receive if passes is None else composite.receive_and_inspect
    if is_bench(ids):
        from returnctl.cli.bench import at_the_bench

        return at_the_bench(wanted, ids, decide, **facts)
    return each_id(wanted, typed_ids(ids), decide, **facts)


@click.command(cls=Command, epilog=_BENCH)
@ids_or_file
@option("--item", "found", type=GRADED, multiple=True, help=mark("The grade of a line, or of some of its units."))
@_verdict
@option("--note", default="", help=mark("What was found."))
@option("--evidence", metavar="FILE", multiple=True, help=mark("A photo, a video, a PDF."))
@of_rows
def inspect(wanted: Wanted, /, ids: Ids, found: Any, passes: bool | None, **said: Any) -> int:
    from returnctl.domain import workflow

    asks = not found and passes is None
    if (found and passes is not None) or (asks and not is_bench(ids)):
        raise BadValue(what="inspect", value="", wanted="grades")
    facts = {"grades": graded(found), "passes": passes is not False, **said}
    if is_bench(ids):
        from returnctl.cli.bench import at_the_bench

        return at_the_bench(wanted, ids, workflow.inspect, asks=asks, **facts)
    return each_id(wanted, typed_ids(ids), workflow.inspect, **facts)


@click.command(cls=Command)
@id_or_file
@_carrier
@_tracking
@of_rows
def replace(wanted: Wanted, /, id: str, **said: Any) -> int:  # noqa: A002
    from returnctl.domain import workflow

    return each_id(wanted, (id,), workflow.replace_goods, **said)


@click.command(cls=Command)
@id_or_file
@option("--note", default="", help=mark("Why."))
@of_rows
def convert(wanted: Wanted, /, id: str, **said: Any) -> int:  # noqa: A002
    from returnctl.domain import workflow

    return each_id(wanted, (id,), workflow.convert, **said)
