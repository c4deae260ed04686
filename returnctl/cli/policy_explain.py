"""Why a return came out as it did, or would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from returnctl.cli.answer import put
from returnctl.cli.group import Command
from returnctl.cli.options import Wanted, option, pass_wanted, writes
from returnctl.cli.requests import TYPES, split
from returnctl.cli.values import ITEM, gathered
from returnctl.errors import BadValue
from returnctl.output.words import mark

if TYPE_CHECKING:
    from returnctl.domain.case import Case


@click.command(cls=Command)
@click.argument("id", metavar="[ID]", required=False)
@option("--order", metavar="ID", help=mark("Of this order, for what nobody has applied for yet."))
@option("--item", "items", type=ITEM, multiple=True, help=mark("A line, or some of its units (default: all)."))
@option("--reason", metavar="CODE", help=mark("A reason of the policy's catalogue."))
@option(
    "--type", "type_", type=click.Choice(TYPES), help=mark("What is asked for (default: the first that is offered).")
)
@option("--condition", "conditions", metavar="CODE", multiple=True, help=mark("What the buyer states of the goods."))
@option("--evidence", metavar="FILE", multiple=True, help=mark("A photo, a video, a PDF."))
@writes("table", "json")
@pass_wanted
def policy_explain(wanted: Wanted, /, id: str | None, order: str | None, **wish: Any) -> None:  # noqa: A002
    import msgspec

    from returnctl.domain.explain import explain
    from returnctl.output.explanation import explanation, explanation_json

    if id is None and order is None:
        raise BadValue(what="ID", value="", wanted="id_or_order")
    if id is not None and (order is not None or any(wish.values())):
        raise BadValue(what="ID", value=id, wanted="not_both")
    found = explain(_of_return(wanted, id) if id else _of_wish(wanted, order or "", **wish))
    if wanted.format == "json":
        put([msgspec.json.encode(explanation_json(found, of_a_return=id is not None)).decode() + "\n"])
    else:
        put([explanation(found, in_full=wanted.verbose) + "\n"])


def _of_return(wanted: Wanted, word: str) -> Case:
    from returnctl.shop.draft import Draft
    from returnctl.shop.shop import the_return

    shop = wanted.find_shop()
    with shop.store.reading() as snapshot:
        return Draft(snapshot).load(the_return(snapshot.find(word), word), shop.settings.shop_id)


def _of_wish(
    wanted: Wanted, order: str, items: Any, type_: str | None, conditions: tuple[str, ...], **said: Any
) -> Case:
    from returnctl.domain.states import Kind
    from returnctl.shop.applying import Application, Applications

    kind = Kind(type_) if type_ else None
    asked = Application(order=order, items=gathered(items) or None, type=kind, conditions=split(conditions), **said)
    return Applications(wanted.road()).would_be(asked)
