"""The goods on their way, in the parcel, and what goes out instead."""

from __future__ import annotations

from typing import Any

import click

from returnctl.cli.group import Command, typed_ids
from returnctl.cli.options import Wanted, everywhere, option, pass_wanted, writing
from returnctl.cli.values import GRADED, ITEM, REAL, gathered
from returnctl.cli.verbs import Ids, each_id, ids, one_id
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


@click.command(cls=Command)
@one_id
@_carrier
@_tracking
@writing
@everywhere
@pass_wanted
def ship(wanted: Wanted, /, id: str, **said: Any) -> int:  # noqa: A002
    from returnctl.domain import workflow
    from returnctl.domain.states import Role

    return each_id(wanted, (id,), workflow.ship, Role.BUYER, **said)


@click.command(cls=Command)
@ids
@option(
    "--item",
    "items",
    type=ITEM,
    multiple=True,
    help=mark("A line, or some of its units (default: what is outstanding)."),
)
@_verdict
@writing
@everywhere
@pass_wanted
def receive(wanted: Wanted, /, ids: Ids, items: Any, passes: bool | None) -> int:
    from returnctl.domain import composite, workflow

    words, arrived = typed_ids(ids), gathered(items)
    if passes is None:
        return each_id(wanted, words, workflow.receive, items=arrived)
    return each_id(wanted, words, composite.receive_and_inspect, items=arrived, passes=passes)


@click.command(cls=Command)
@ids
@option("--item", "found", type=GRADED, multiple=True, help=mark("The grade of a line, or of some of its units."))
@_verdict
@option("--note", default="", help=mark("What was found."))
@option("--evidence", metavar="FILE", multiple=True, help=mark("A photo, a video, a PDF."))
@writing
@everywhere
@pass_wanted
def inspect(wanted: Wanted, /, ids: Ids, found: Any, passes: bool | None, **said: Any) -> int:
    from returnctl.domain import workflow

    if bool(found) == (passes is not None):
        raise BadValue(what="inspect", value="", wanted="grades")
    words = typed_ids(ids)
    return each_id(wanted, words, workflow.inspect, grades=_grades(found), passes=passes is not False, **said)


def _grades(found: tuple[tuple[str, str, int | None], ...]) -> dict[str, dict[str, int | None]] | None:
    """Units by grade by line; None where none was given. Raises BadValue where a grade is named twice."""
    grades: dict[str, dict[str, int | None]] = {}
    for line, grade, units in found:
        if grade in grades.setdefault(line, {}):
            raise BadValue(what="--item", value=f"{line}={grade}", wanted="once")
        grades[line][grade] = units
    return grades or None


@click.command(cls=Command)
@one_id
@_carrier
@_tracking
@writing
@everywhere
@pass_wanted
def replace(wanted: Wanted, /, id: str, **said: Any) -> int:  # noqa: A002
    from returnctl.domain import workflow

    return each_id(wanted, (id,), workflow.replace_goods, **said)


@click.command(cls=Command)
@one_id
@option("--note", default="", help=mark("Why."))
@writing
@everywhere
@pass_wanted
def convert(wanted: Wanted, /, id: str, **said: Any) -> int:  # noqa: A002
    from returnctl.domain import workflow

    return each_id(wanted, (id,), workflow.convert, **said)
