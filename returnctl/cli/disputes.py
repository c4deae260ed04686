"""The contested part of a return."""

from __future__ import annotations

from typing import Any

import click

from returnctl.cli.group import Command, typed_ids
from returnctl.cli.options import Wanted, option
from returnctl.cli.verbs import Ids, each_id, id_or_file, ids_or_file, needed, of_rows
from returnctl.domain.dispute import CLAIMS, OUTCOMES
from returnctl.output.words import mark


@click.command(cls=Command)
@id_or_file
@option("--claim", type=click.Choice(CLAIMS), default="other", help=mark("What is contested."))
@option("--amount", metavar="AMOUNT", help=mark("What is asked for."))
@option("--note", default="", help=mark("The claim in words."))
@option("--evidence", metavar="FILE", multiple=True, help=mark("A photo, a video, a PDF."))
@option(
    "--to",
    "stage",
    type=click.Choice(["platform"]),
    help=mark("From negotiation to the platform, or to appeal."),
)
@option("--case", "number", metavar="ID", help=mark("The platform's number of the case."))
@of_rows
def escalate(wanted: Wanted, /, id: str, stage: str | None, amount: str | None, **said: Any) -> int:  # noqa: A002
    from returnctl.domain import dispute
    from returnctl.domain.states import Role

    facts = said | {"amount": _typed(amount), "to_platform": stage == "platform"}
    return each_id(wanted, (id,), dispute.escalate, Role.BUYER, **facts)


@click.command(cls=Command)
@id_or_file
@option("--amount", metavar="AMOUNT", help=mark("What is offered, to be paid from now on."))
@option("--until", metavar="WHEN", help=mark("When it lapses (default: the policy's time to negotiate)."))
@option("--note", default="", help=mark("Told to the other side."))
@of_rows
def offer(wanted: Wanted, /, id: str, amount: str | None, until: str | None, note: str) -> int:  # noqa: A002
    from returnctl.domain import negotiation

    amount = needed(amount, "amount")
    facts = {"amount": _typed(amount), "until": wanted.instant(until, "--until"), "note": note}
    return each_id(wanted, (id,), negotiation.offer, **facts)


@click.command(cls=Command)
@ids_or_file
@option("--note", default="", help=mark("Told to the other side."))
@of_rows
def accept(wanted: Wanted, /, ids: Ids, note: str) -> int:
    from returnctl.domain import negotiation

    return each_id(wanted, typed_ids(ids), negotiation.accept, negotiation.answers, note=note)


@click.command(cls=Command)
@ids_or_file
@option("--note", default="", help=mark("Told to the other side."))
@of_rows
def decline(wanted: Wanted, /, ids: Ids, note: str) -> int:
    from returnctl.domain import negotiation

    return each_id(wanted, typed_ids(ids), negotiation.decline, negotiation.answers, note=note)


@click.command(cls=Command)
@id_or_file
@option("--outcome", type=click.Choice(OUTCOMES), help=mark("What was decided."))
@option("--amount", metavar="AMOUNT", help=mark("What is still to be paid from now on."))
@option("--reference", metavar="ID", help=mark("The platform's number of the decision or payment."))
@option("--note", default="", help=mark("The reasons given."))
@of_rows
def resolve(wanted: Wanted, /, id: str, outcome: str | None, amount: str | None, **said: Any) -> int:  # noqa: A002
    from returnctl.domain import dispute
    from returnctl.domain.states import Role

    facts = said | {"outcome": needed(outcome, "outcome")}
    return each_id(wanted, (id,), dispute.resolve, Role.PLATFORM, amount=_typed(amount), **facts)


def _typed(amount: str | None) -> Any:
    from returnctl.shop.road import Typed

    return None if amount is None else Typed(amount)
