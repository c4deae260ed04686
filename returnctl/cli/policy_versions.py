"""The versions of policies: a new one, and those that there were."""

from __future__ import annotations

from typing import Any

import click

from returnctl.cli.answer import put
from returnctl.cli.group import Command
from returnctl.cli.options import Wanted, everywhere, option, pass_wanted, writes
from returnctl.cli.values import INSTANT, instant
from returnctl.output.clean import clean
from returnctl.output.words import mark, say


@click.command(cls=Command)
@click.argument("policy", metavar="[NAME|FILE]", required=False)
@option(
    "--from",
    "since",
    type=INSTANT,
    metavar="DATE",
    help=mark("The first day of orders that it holds for (default: tomorrow)."),
)
@writes("table", "json")
@pass_wanted
def policy_new_version(wanted: Wanted, /, policy: str | None, since: str | None) -> None:
    from zoneinfo import ZoneInfo

    from returnctl.output.results import envelope
    from returnctl.shop.policy_copying import copy, latest

    base, now = latest(policy, wanted.find_shop), wanted.read_clock()
    zone = ZoneInfo(base.policy.body["timezone"])
    first = instant(since, "--from", now, lambda: zone).astimezone(zone).date() if since else None
    made = copy(base, first, now)
    if wanted.format == "json":
        result = {"id": made.path, "outcome": "done", "policy": made.name, "version": made.version, "from": made.first}
        put(envelope(wanted.command, [result]))
    elif not wanted.quiet:
        put(_told(made, in_shop=_in_shop(wanted)))


def _in_shop(wanted: Wanted) -> bool:
    from returnctl.errors import NoShop

    try:
        wanted.find_shop()
    except NoShop:
        return False
    return True


def _told(made: Any, *, in_shop: bool) -> list[str]:
    file = clean(made.path)
    text = mark("{file}: version {version} of {name}, for orders from {day} on. Next, change it, and:")
    checks = (
        ("returnctl policy validate", "returnctl policy test") if in_shop else (f"returnctl policy validate {file}",)
    )
    steps = (*checks, f"git add {file} && git commit")
    first = say(text, file=file, version=made.version, name=clean(made.name), day=made.first)
    return [first + "\n", *(f"  {step}\n" for step in steps)]


@click.command(cls=Command)
@click.argument("name", required=False)
@option(
    "--count", is_flag=True, help=mark("Count the returns decided under each: every one is read, which takes time.")
)
@everywhere
@pass_wanted
def policy_log(wanted: Wanted, /, name: str | None, count: bool) -> None:
    import msgspec

    from returnctl.cli.progress import Meter
    from returnctl.output.policy_log import VERSIONS, cells_of_version
    from returnctl.output.rows import written
    from returnctl.shop.policy_log import versions

    meter = Meter(mark("counting returns"), quiet=wanted.quiet) if count else None
    found = versions(wanted.find_shop(), name, meter)
    if meter:
        meter.clear()
    put(written(map(msgspec.to_builtins, found), wanted.format, VERSIONS, cells_of_version))
