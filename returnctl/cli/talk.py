"""What is said, kept, added, booked, and taken back."""

from __future__ import annotations

import click

from returnctl.cli.group import Command, typed_ids
from returnctl.cli.options import Wanted, everywhere, option, pass_wanted, writing
from returnctl.cli.verbs import Ids, each_id, ids, one_id
from returnctl.errors import BadValue
from returnctl.output.words import mark

_text = click.argument("text", metavar="TEXT")


def _said(text: str) -> str:
    if not text.strip():
        raise BadValue(what="TEXT", value=text, wanted="text")
    return text


@click.command(cls=Command)
@one_id
@_text
@writing
@everywhere
@pass_wanted
def message(wanted: Wanted, /, id: str, text: str) -> int:  # noqa: A002
    from returnctl.domain import remarks

    return each_id(wanted, (id,), remarks.message, text=_said(text))


@click.command(cls=Command)
@one_id
@_text
@writing
@everywhere
@pass_wanted
def note(wanted: Wanted, /, id: str, text: str) -> int:  # noqa: A002
    from returnctl.domain import remarks

    return each_id(wanted, (id,), remarks.note, text=_said(text))


@click.command(cls=Command)
@ids
@option("--set", "at", metavar="WHEN", required=True, help=mark("Until when, instead of the policy's deadline."))
@writing
@everywhere
@pass_wanted
def due(wanted: Wanted, /, ids: Ids, at: str) -> int:
    from returnctl.domain import remarks

    return each_id(wanted, typed_ids(ids), remarks.set_due, at=wanted.instant(at, "--set"))


@click.command(cls=Command)
@one_id
@click.argument("evidence", metavar="FILE...", nargs=-1, required=True)
@writing
@everywhere
@pass_wanted
def attach(wanted: Wanted, /, id: str, evidence: tuple[str, ...]) -> int:  # noqa: A002
    from returnctl.domain import remarks

    return each_id(wanted, (id,), remarks.attach, evidence=evidence)


@click.command(cls=Command)
@one_id
@option(
    "--rating",
    type=click.IntRange(1, 5),
    required=True,
    metavar="1..5",
    help=mark("How content the buyer is: 1 not at all, 5 very much."),
)
@option("--comment", default="", help=mark("What the buyer says of it."))
@writing
@everywhere
@pass_wanted
def feedback(wanted: Wanted, /, id: str, rating: int, comment: str) -> int:  # noqa: A002
    from returnctl.domain import remarks

    return each_id(wanted, (id,), remarks.feedback, "buyer", rating=rating, comment=comment.strip())


@click.command(cls=Command)
@ids
@writing
@everywhere
@pass_wanted
def done(wanted: Wanted, /, ids: Ids) -> int:
    from returnctl.domain import remarks

    return each_id(wanted, typed_ids(ids), remarks.done)


@click.command(cls=Command)
@one_id
@writing
@everywhere
@pass_wanted
def undo(wanted: Wanted, /, id: str) -> int:  # noqa: A002
    from returnctl.domain.undo import undo

    return each_id(wanted, (id,), undo)
