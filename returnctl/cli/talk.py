"""What is said, kept, added, booked, and taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from returnctl.cli.answer import answer, put
from returnctl.cli.group import Command, typed_ids
from returnctl.cli.options import Wanted, option
from returnctl.cli.values import Whole
from returnctl.cli.verbs import Ids, each_id, id_or_file, ids_or_file, needed, of_rows
from returnctl.errors import BadValue
from returnctl.output.words import mark

if TYPE_CHECKING:
    from returnctl.shop.road import Done

_text = click.argument("text", metavar="TEXT", required=False)


def _said(text: str | None, wanted: str = "text") -> str:
    if not text or not text.strip():
        raise BadValue(what="TEXT", value=text or "", wanted=wanted)
    return text


@click.command(cls=Command)
@id_or_file
@click.argument("text", metavar="[TEXT]", required=False)
@option("--template", metavar="NAME", help=mark("A message of the policy, by its name under wording.templates."))
@option("--long", is_flag=True, help=mark("Send it even if the platform takes no message of that size."))
@of_rows
def message(wanted: Wanted, /, id: str, text: str | None, template: str | None, long: bool) -> int:  # noqa: A002
    from returnctl.domain import remarks
    from returnctl.domain.states import Role
    from returnctl.shop.changing import change

    asked = _message(text, template)
    done = change(wanted.road(), id, remarks.message, Role.SELLER, asked=asked, **asked, long=long)
    return answer(wanted, [_with_words(wanted, done) if wanted.dry_run else done])


def _message(text: str | None, template: str | None) -> dict[str, str]:
    """Just one of both."""
    if template is None:
        return {"text": _said(text, "text_or_template")}
    if text is not None:
        raise BadValue(what="--template", value=template, wanted="beside_text")
    return {"template": template}


def _with_words(wanted: Wanted, done: Done) -> Done:
    """What a dry run would say, as it would go out."""
    from msgspec.structs import replace

    from returnctl.shop.telling import Teller

    record = done.record
    if record is None or not done.result.events:
        return done
    owed = record.owed[-1]
    with wanted.find_shop().store.reading() as snapshot:
        told = owed.what == "message" and owed.entry == len(record.history)
        text = Teller(snapshot).words(record, owed).text if told else record.messages[-1].text
    if wanted.format == "table" and not wanted.quiet:
        from returnctl.output.pasting import measured, shown

        put([f"{shown(text)}\n({measured(record, text)})\n"])
    return replace(done, result=replace(done.result, words=text))


@click.command(cls=Command)
@id_or_file
@_text
@of_rows
def note(wanted: Wanted, /, id: str, text: str | None) -> int:  # noqa: A002
    from returnctl.domain import remarks

    return each_id(wanted, (id,), remarks.note, text=_said(text))


@click.command(cls=Command)
@ids_or_file
@option("--set", "at", metavar="WHEN", help=mark("Until when, instead of the policy's deadline."))
@of_rows
def due(wanted: Wanted, /, ids: Ids, at: str | None) -> int:
    from returnctl.domain import remarks

    return each_id(wanted, typed_ids(ids), remarks.set_due, at=wanted.instant(needed(at, "at"), "--set"))


@click.command(cls=Command)
@id_or_file
@click.argument("evidence", metavar="FILE...", nargs=-1)
@of_rows
def attach(wanted: Wanted, /, id: str, evidence: tuple[str, ...]) -> int:  # noqa: A002
    from returnctl.domain import remarks

    return each_id(wanted, (id,), remarks.attach, evidence=needed(evidence or None, "evidence"))


@click.command(cls=Command)
@id_or_file
@option(
    "--rating",
    type=Whole(1, 5),
    metavar="1..5",
    help=mark("How content the buyer is: 1 not at all, 5 very much."),
)
@option("--comment", default="", help=mark("What the buyer says of it."))
@of_rows
def feedback(wanted: Wanted, /, id: str, rating: int | None, comment: str) -> int:  # noqa: A002
    from returnctl.domain import remarks

    return each_id(
        wanted,
        (id,),
        remarks.feedback,
        "buyer",
        rating=needed(rating, "rating"),
        comment=comment.strip(),
    )


@click.command(cls=Command)
@ids_or_file
@option("--only", metavar="WHAT", help=mark("Only this of what is owed, such as approved."))
@of_rows
def done(wanted: Wanted, /, ids: Ids, only: str | None) -> int:
    from returnctl.domain import remarks

    return each_id(wanted, typed_ids(ids), remarks.done, **({} if only is None else {"only": only}))


@click.command(cls=Command)
@id_or_file
@of_rows
def undo(wanted: Wanted, /, id: str) -> int:  # noqa: A002
    from returnctl.domain.undo import undo

    return each_id(wanted, (id,), undo)
