"""The request and what the seller says to it."""

from __future__ import annotations

from typing import Any

import click

from returnctl.cli.answer import answer
from returnctl.cli.group import Command, typed_ids
from returnctl.cli.options import Wanted, everywhere, from_file, option, pass_wanted, writing
from returnctl.cli.values import ITEM, gathered
from returnctl.cli.verbs import Ids, each_id, ids_or_file, of_rows
from returnctl.errors import BadValue
from returnctl.output.words import mark

TYPES = ("return_and_refund", "refund_only", "replacement")


@click.command(cls=Command)
@click.argument("order", required=False)
@option("--item", "items", type=ITEM, multiple=True, help=mark("A line, or some of its units (default: all)."))
@option("--reason", metavar="CODE", help=mark("A reason of the policy's catalogue."))
@option(
    "--type",
    "type_",
    type=click.Choice(TYPES),
    help=mark("What is asked for (default: the first that is offered)."),
)
@option("--note", default="", help=mark("What the buyer says."))
@option("--condition", "conditions", metavar="CODE", multiple=True, help=mark("What the buyer states of the goods."))
@option("--evidence", metavar="FILE", multiple=True, help=mark("A photo, a video, a PDF."))
@option("--exception", metavar="WHY", help=mark("Accept it though the policy does not allow it."))
@option("--external", metavar="ID", help=mark("The platform's own number of this return."))
@option("--due", metavar="WHEN", help=mark("The platform's own deadline for the review."))
@from_file
@writing
@everywhere
@pass_wanted
def apply(
    wanted: Wanted,
    /,
    order: str | None,
    items: Any,
    type_: str | None,
    conditions: tuple[str, ...],
    due: str | None,
    **said: Any,
) -> int:
    from returnctl.domain.states import Kind
    from returnctl.shop.applying import Application, Applications

    applications = Applications(road := wanted.road())
    if wanted.source is not None:
        if order is not None:
            raise BadValue(what="--from", value=order, wanted="no_order")
        from returnctl.cli.many import change_all
        from returnctl.shop.bulk import jobs

        return change_all(wanted, road, jobs(wanted.source, Application, wanted.instant, applications.job))
    if order is None:
        raise BadValue(what="ORDER", value="", wanted="text")
    kind = Kind(type_) if type_ else None
    asked = Application(
        order=order,
        items=gathered(items),
        type=kind,
        conditions=split(conditions),
        due=wanted.instant(due, "--due"),
        **said,
    )
    return answer(wanted, [applications.apply(asked)])


def split(words: tuple[str, ...]) -> tuple[str, ...]:
    """`--condition unused,undamaged` is the same as giving it twice."""
    return tuple(word for given in words for word in given.replace(",", " ").split())


@click.command(cls=Command)
@ids_or_file
@option("--item", "items", type=ITEM, multiple=True, help=mark("A line, or some of its units (default: all)."))
@option("--returnless", is_flag=True, help=mark("Without the goods coming back."))
@option("--note", default="", help=mark("Told to the buyer."))
@of_rows
def approve(wanted: Wanted, /, ids: Ids, items: Any, **said: Any) -> int:
    from returnctl.domain import workflow

    return each_id(wanted, typed_ids(ids), workflow.approve, items=gathered(items), **said)


@click.command(cls=Command)
@ids_or_file
@option("--reason", metavar="CODE", help=mark("One of the policy's reasons to reject."))
@option("--note", default="", help=mark("Told to the buyer."))
@option("--evidence", metavar="FILE", multiple=True, help=mark("A photo, a video, a PDF."))
@of_rows
def reject(wanted: Wanted, /, ids: Ids, **said: Any) -> int:
    from returnctl.domain import workflow

    return each_id(wanted, typed_ids(ids), workflow.reject, **said)


@click.command(cls=Command)
@ids_or_file
@option("--note", default="", help=mark("Why."))
@of_rows
def cancel(wanted: Wanted, /, ids: Ids, **said: Any) -> int:
    from returnctl.domain import workflow
    from returnctl.domain.states import Role

    return each_id(wanted, typed_ids(ids), workflow.cancel, Role.BUYER, **said)
