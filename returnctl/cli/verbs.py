"""What the verbs of the workflow share: one or more ids, each led along the one road."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from returnctl.cli.answer import answer, mention
from returnctl.cli.options import Wanted, everywhere, from_file, pass_wanted, writing
from returnctl.cli.values import gathered
from returnctl.errors import BadValue
from returnctl.output.words import say

if TYPE_CHECKING:
    from returnctl.domain.states import Role
    from returnctl.shop.road import Road

Ids = tuple[str, ...]

T = TypeVar("T")

ids = click.argument("ids", metavar="ID...", nargs=-1, required=True)
one_id = click.argument("id", metavar="ID")
# Of commands that also take their returns out of a file.
ids_or_file = click.argument("ids", metavar="ID...", nargs=-1)
id_or_file = click.argument("id", metavar="ID", required=False)
# How rows name what options tell.
_IN_ROWS = {"reason": "reason_code", "found": "grades", "stage": "to", "number": "case", "at": "set"}
_INSTANTS = ("until", "at")


def of_rows(function: Callable[..., int]) -> Callable[..., int]:
    """A verb that also takes its returns out of a file, with the options of every writer.

    Each row of the file is led along, and what the options say stands for what rows leave out.
    """
    return from_file(writing(everywhere(pass_wanted(_by_rows(function)))))


def _by_rows(function: Callable[..., int]) -> Callable[..., int]:
    @wraps(function)
    def led(wanted: Wanted, /, **said: Any) -> int:
        words = said["ids"] if "ids" in said else filter(None, [said["id"]])
        first = next(iter(words), None)
        if wanted.source is None:
            if first is None:
                raise _missing("ids" if "ids" in said else "id")
            return function(wanted, **said)
        if first is not None:
            raise BadValue(what="--from", value=first, wanted="no_ids")
        from returnctl.cli.deciding import carry_out

        return carry_out(wanted, wanted.command, _given(wanted, said))

    return led


def needed(value: T | None, name: str) -> T:
    """Of a parameter that rows may tell instead. Raises UsageError."""
    if value is None:
        raise _missing(name)
    return value


def _missing(name: str) -> click.UsageError:
    """As click says it of what is always required."""
    ctx = click.get_current_context()
    return click.MissingParameter(ctx=ctx, param=next(each for each in ctx.command.params if each.name == name))


def _given(wanted: Wanted, said: dict[str, Any]) -> dict[str, Any]:
    """Raises BadValue."""
    said |= {name: wanted.instant(said[name], f"--{name}") for name in _INSTANTS if said.get(name)}
    given = {_IN_ROWS.get(name, name): value for name, value in said.items() if name not in ("ids", "id")}
    passes = given.pop("passes", None)
    given["verdict"] = None if passes is None else ("pass" if passes else "fail")
    if given.get("grades"):
        raise BadValue(what="--item", value="--from", wanted="in_rows")
    if given.get("items"):
        given["items"] = gathered(given["items"])
    return {name: value for name, value in given.items() if value not in (None, "", (), False)}


def each_id(wanted: Wanted, words: Ids, decide: Callable[..., Any], role: Any = "seller", **facts: Any) -> int:
    """One function of the workflow for each id, by this side: a role, or a function of the case that tells it."""
    from returnctl.domain.states import Role
    from returnctl.shop.changing import change

    if not words:
        return nothing_to_do(wanted)
    road, side = wanted.road(), role if callable(role) else Role(role)
    facts, asked = prepared(road, side, facts)
    if len(words) == 1:
        return answer(wanted, [change(road, words[0], decide, side, asked=asked, **facts)])
    from returnctl.cli.many import change_all

    jobs = (road.job(word, decide, side, asked=asked, **facts) for word in words)
    return change_all(wanted, road, jobs, len(words))


def nothing_to_do(wanted: Wanted) -> int:
    """What was to give the ids gave none, as a list does of which all is done. Raises NoShop."""
    wanted.find_shop()
    if wanted.format == "table" and not wanted.quiet:
        mention(say("nothing to do: no ids came."))
    return answer(wanted, [])


def prepared(road: Road, role: Role, facts: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The facts, and what a request key stands for. `evidence` names files: they are read before anything is locked."""
    if not facts.get("evidence"):
        return facts, dict(facts)
    from returnctl.shop.evidence import Files

    files = Files.read(facts["evidence"], road.settings.evidence, road.moment(role))
    asked = facts | {"evidence": [file.sha256 for file in files.evidence]}
    return facts | {"evidence": files.evidence, "files": files.blobs}, asked
