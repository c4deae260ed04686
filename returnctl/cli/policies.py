"""Policies: which there are, what they say, whether they are sound."""

from __future__ import annotations

from typing import Any

import click

from returnctl.cli.answer import put
from returnctl.cli.group import Command, LazyPolicy
from returnctl.cli.options import Wanted, everywhere, option, pass_wanted, writes
from returnctl.errors import Exit, NotFound
from returnctl.output.words import mark, say


@click.group(cls=LazyPolicy)
@everywhere
def policy() -> None:
    pass


@click.command(cls=Command)
@everywhere
@pass_wanted
def policy_list(wanted: Wanted) -> None:
    from returnctl.output.policies import POLICIES, cells_of_policy, policy_row
    from returnctl.output.rows import written
    from returnctl.shop.policies import readable

    shop = wanted.find_shop()
    with shop.store.reading() as snapshot:
        found, broken = readable(shop, snapshot)
    put(written([policy_row(source) for source in found], wanted.format, POLICIES, cells_of_policy))
    for problem in broken:
        raise problem


@click.command(cls=Command)
@click.argument("name", required=False)
@option("--return", "of_return", metavar="ID", help=mark("As it holds for this return, its overrides applied."))
@everywhere
@pass_wanted
def policy_show(wanted: Wanted, /, name: str | None, of_return: str | None) -> None:
    from returnctl.output.policies import VALUES, cells_of_value, values_of
    from returnctl.output.rows import written

    resolved = _resolved(wanted, name, of_return)
    rows = values_of(resolved)
    put(written(rows, wanted.format, VALUES, cells_of_value))


def _resolved(wanted: Wanted, name: str | None, of_return: str | None) -> Any:
    from returnctl.domain.terms import resolve
    from returnctl.shop.draft import Draft
    from returnctl.shop.policies import sources
    from returnctl.shop.shop import the_return

    shop = wanted.find_shop()
    with shop.store.reading() as snapshot:
        if of_return:
            return Draft(snapshot).load(the_return(snapshot.find(of_return), of_return), shop.settings.shop_id).rules()
        found = sources(shop, snapshot)
    fitting = [source for source in found if name in (None, source.name, source.source)]
    if not fitting:
        raise NotFound(kind="policy" if name else "any_policy", id=name or "", near=[source.name for source in found])
    return resolve(max(fitting, key=lambda source: (source.name == shop.settings.policy, source.version)))


@click.command(cls=Command)
@everywhere
def policy_schema() -> None:
    from returnctl.readers.shipped import folder

    put([(folder("schemas") / "policy.schema.json").read_text("utf-8")])


@click.command(cls=Command)
@click.argument("files", metavar="[FILE...]", nargs=-1)
@option("--strict", is_flag=True, help=mark("Take warnings for errors."))
@writes("text", "json", "github")
@pass_wanted
def policy_validate(wanted: Wanted, /, files: tuple[str, ...], *, strict: bool) -> int:
    from returnctl.output.problems import problems_as
    from returnctl.shop.validating import problems_of

    names = files or _of_shop(wanted)
    problems = problems_of(names, wanted.read_clock(), strict=strict)
    for_people = wanted.format not in ("json", "github")
    heard = [each for each in problems if each["severity"] == "error" or not (wanted.quiet and for_people)]
    put(problems_as(heard, wanted.format))
    if not problems and wanted.format != "json" and not wanted.quiet:
        put([say("policy files checked: {count}, no problems.", count=len(names)) + "\n"])
    return int(Exit.FAILED if any(problem["severity"] == "error" for problem in problems) else Exit.DONE)


def _of_shop(wanted: Wanted) -> list[str]:
    from returnctl.shop.policies import files, from_here

    return from_here(files(wanted.find_shop()))
