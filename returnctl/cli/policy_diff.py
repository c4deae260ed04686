"""What a change of policies says otherwise, and what it would have cost."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

import click

from returnctl.cli.answer import put
from returnctl.cli.group import Command
from returnctl.cli.options import Wanted, option, pass_wanted, writes
from returnctl.cli.progress import Meter
from returnctl.errors import Exit, NoShop
from returnctl.output.words import mark, say

if TYPE_CHECKING:
    from pathlib import Path

    from returnctl.domain.compare import Change
    from returnctl.domain.policy import PolicySource
    from returnctl.output.policy_diff import Sums
    from returnctl.shop.impact import Compared, Impact
    from returnctl.shop.sides import Side

Pair = tuple["PolicySource | None", "PolicySource | None"]


@click.command(cls=Command)
@click.argument("before")
@click.argument("after", required=False)
@option("--impact", is_flag=True, help=mark("Decide every stored return again under both, and sum what differs."))
@option("--exit-code", "exit_code", is_flag=True, help=mark("Exit 1 where anything differs."))
@writes("table", "json")
@pass_wanted
def policy_diff(wanted: Wanted, /, before: str, after: str | None, impact: bool, exit_code: bool) -> int:
    """A side is a file, a folder, or a commit; without a second one the policies as the shop has them now."""
    from returnctl.domain.compare import changes
    from returnctl.shop.sides import side

    root = _root(wanted)
    sides = side(before, root), side(after or str(wanted.find_shop().root / "policies"), root)
    pairs = list(_pairs(*sides))
    found = [(old, new, each) for old, new in pairs if (each := changes(old, new))]
    write = _for_programs if wanted.format == "json" else _for_people
    differing = write(wanted, sides, found, _impact(wanted, sides) if impact else None)
    return int(Exit.FAILED if exit_code and (found or differing) else Exit.DONE)


def _root(wanted: Wanted) -> Path | None:
    try:
        return wanted.find_shop().root
    except NoShop:
        return None


def _pairs(before: Side, after: Side) -> Iterator[Pair]:
    """The newest versions of each name; two files are compared whatever their names are."""
    if len(before.policies) == len(after.policies) == 1:
        yield before.policies[0], after.policies[0]
        return
    old, new = before.newest(), after.newest()
    for name in sorted(old | new):
        yield old.get(name), new.get(name)


def _impact(wanted: Wanted, sides: tuple[Side, Side]) -> Impact:
    from returnctl.shop.impact import Impact

    return Impact(wanted.find_shop(), *sides, Meter(mark("returns decided again"), quiet=wanted.quiet))


Found = list[tuple["PolicySource | None", "PolicySource | None", "list[Change]"]]


def _for_people(wanted: Wanted, sides: tuple[Side, Side], found: Found, impact: Impact | None) -> bool:
    from returnctl.output.clean import clean
    from returnctl.output.policy_diff import changes_table

    for old, new, changed in found:
        put([f"{clean(_title(old))} → {clean(_title(new))}\n\n", changes_table(changed) + "\n\n"])
        if old and new:
            put(f"{line}\n" for line in _for_buyers(wanted, old, new))
    if not found and not wanted.quiet:
        put([say("{before} and {after} say the same.", before=sides[0].label, after=sides[1].label) + "\n"])
    return _impact_for_people(impact) if impact else False


def _title(policy: PolicySource | None) -> str:
    return f"{policy.name} v{policy.version} ({policy.source})" if policy else say("none")


def _for_buyers(wanted: Wanted, old: PolicySource, new: PolicySource) -> Iterator[str]:
    """What the page for buyers says otherwise, market by market."""
    from returnctl.output.page.publish import Paper
    from returnctl.output.policy_diff import told_otherwise
    from returnctl.output.words import chosen
    from returnctl.shop.publishing import with_holidays

    now = wanted.read_clock()
    sides = [with_holidays(each, now) for each in (old, new)]
    for market in (each for each in new.body["markets"] if each in old.body["markets"]):
        pages = [Paper.of(each, market, now).written(chosen(), "markdown") for each in sides]
        lines = list(told_otherwise(*pages))
        if lines:
            yield from chain([say("for buyers in {market}:", market=market)], lines, [""])


def _impact_for_people(impact: Impact) -> bool:
    """Row by row as it is found: there may be a hundred thousand."""
    from returnctl.output.policy_diff import Sums, cells_of_impact, headings, impact_row
    from returnctl.output.rows import table

    sums = Sums()
    rows = (cells for each in _counted(impact, sums) for cells in cells_of_impact(impact_row(*each)))
    put(table(rows, headings()))
    put(line + "\n" for line in sums.lines(impact.returns, impact.refusals))
    return bool(sums.counts)


def _counted(impact: Impact, sums: Sums) -> Iterator[Compared]:
    for each in impact.differing():
        sums.add(each.currency, each.before, each.after)
        yield each


def _for_programs(_: Wanted, sides: tuple[Side, Side], found: Found, impact: Impact | None) -> bool:
    from returnctl.output.policy_diff import Sums, diff_json

    sums = Sums()
    rows = _counted(impact, sums) if impact else iter(())
    changed: list[Any] = [((new or old).name, each) for old, new, all_ in found for each in all_ if new or old]  # type: ignore[union-attr]
    summary = (lambda: sums.as_json(impact.returns, impact.refusals)) if impact else None
    put(diff_json(sides[0].label, sides[1].label, changed, rows, summary))
    return bool(sums.counts)
