"""`policy publish`: a policy as a page for buyers, and as data for search engines."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from returnctl.cli.answer import put
from returnctl.cli.group import Command
from returnctl.cli.options import Wanted, option, pass_wanted, writes
from returnctl.errors import BadValue, NoShop
from returnctl.output.words import LANGUAGES, chosen, mark

if TYPE_CHECKING:
    from returnctl.domain.policy import Pinned, PolicySource
    from returnctl.output.page.publish import Paper

_FORMS = ("markdown", "html", "jsonld")


@click.command(cls=Command)
@click.argument("name", metavar="[NAME|FILE]", required=False)
@option(
    "--market",
    metavar="CODE",
    help=mark("For orders from this market (default: the shop's, else the policy's first)."),
)
@option("--language", "speaks", type=click.Choice(LANGUAGES), help=mark("The language of the page."))
@option("--to", "folder", metavar="DIR", help=mark("Write pages for every market and language into this folder."))
@writes(*_FORMS)
@pass_wanted
def policy_publish(
    wanted: Wanted, /, name: str | None, market: str | None, speaks: str | None, folder: str | None
) -> None:
    from returnctl.output.page.publish import languages_of

    policy = _pinned(wanted, name)
    markets: list[str] = policy.body["markets"]
    if market and market not in markets:
        raise BadValue(what="--market", value=market, wanted="one_of", choices=", ".join(markets))
    languages = languages_of(policy)
    if folder is None:
        here = market or _own_market(wanted, markets)
        put([_paper(wanted, policy, here).written(speaks or _spoken(languages), wanted.output or _FORMS[0])])
        return
    if wanted.output:
        raise BadValue(what="-o", value=wanted.output, wanted="no_form")
    _refuse_inside(wanted, folder)
    papers = [_paper(wanted, policy, each) for each in ([market] if market else markets)]
    _write(wanted, Path(folder), papers, [speaks] if speaks else languages)


def _write(wanted: Wanted, folder: Path, papers: list[Paper], languages: list[str]) -> None:
    from returnctl.output.clean import clean
    from returnctl.output.page.sections import GENERATOR
    from returnctl.shop.publishing import write_pages

    pages = {name: text for paper in papers for name, text in paper.files(languages)}
    write_pages(folder, pages, GENERATOR)
    if not wanted.quiet:
        put(clean(str(folder / name)) + "\n" for name in pages)


def _refuse_inside(wanted: Wanted, folder: str) -> None:
    """A file is published outside a shop, too."""
    with suppress(NoShop):
        wanted.find_shop().refuse_inside(folder, "--to")


def _spoken(languages: list[str]) -> str:
    return chosen() if chosen() in languages else languages[0]


def _own_market(wanted: Wanted, markets: list[str]) -> str:
    try:
        own = wanted.find_shop().settings.market
    except NoShop:
        return markets[0]
    return own if own in markets else markets[0]


def _pinned(wanted: Wanted, name: str | None) -> Pinned:
    from returnctl.shop.publishing import with_holidays

    return with_holidays(_source(wanted, name), wanted.read_clock())


def _source(wanted: Wanted, name: str | None) -> PolicySource:
    """A name of the shop's policies, or a file: what has a slash, ends in `.yaml`, or is `-`."""
    from returnctl.shop.policies import sources
    from returnctl.shop.publishing import from_file, in_force

    if name and (name == "-" or "/" in name or name.endswith((".yaml", ".yml"))):
        return from_file(name)
    shop = wanted.find_shop()
    with shop.store.reading() as snapshot:
        found = sources(shop, snapshot)
    return in_force(found, name, shop.settings.policy, wanted.read_clock())


def _paper(wanted: Wanted, policy: Pinned, market: str) -> Paper:
    from returnctl.output.page.publish import Paper

    return Paper.of(policy, market, wanted.read_clock())
