"""Options that commands share, each declared once. What they tell gathers in `Wanted`, before and after the command."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import click

from returnctl.cli.values import INSTANT, SECONDS, instant
from returnctl.errors import BadValue, NoShop
from returnctl.output.words import LANGUAGES, mark, say

if TYPE_CHECKING:
    from returnctl.cli.progress import Meter
    from returnctl.shop.road import Road
    from returnctl.shop.shop import Shop

F = TypeVar("F", bound=Callable[..., Any])

FORMATS = ("table", "json", "jsonl", "csv", "ids")
# Before the command, where it is not known yet; each then refuses what it does not write.
ALL_FORMATS = (*FORMATS, "xlsx", "ics", "text", "github", "html", "markdown", "jsonld")
ROLES = ("buyer", "seller", "platform", "system")
# Deadlines are counted from now, and must be days of the calendar themselves.
_YEARS = range(2000, 2200)


class Wanted:
    """What the shared options told; None where nothing was said."""

    shop: str | None = None
    output: str | None = None
    now: str | None = None
    clock: datetime | None = None
    found: Shop | None = None
    quiet: bool = False
    verbose: bool = False
    no_color: bool = False
    dry_run: bool = False
    by: str | None = None
    role: str | None = None
    key: str | None = None
    lock_timeout: float | None = None
    source: str | None = None
    command: str = ""

    @property
    def format(self) -> str:
        return self.output or "table"

    def find_shop(self) -> Shop:
        """The shop, found once a command. Raises NoShop."""
        from returnctl.shop.shop import Shop

        if self.found is None:
            self.found = Shop.find(self.shop)
            self.found.progress = None if self.quiet else _index_made
        return self.found

    def road(self, lock_timeout: float = 30) -> Road:
        """The one road for changes, as these options want it driven."""
        from returnctl.shop.road import Request, Road

        timeout = lock_timeout if self.lock_timeout is None else self.lock_timeout
        request = Request(self.command, self.read_clock(), self.by, self.role, self.key, self.dry_run, timeout)
        return Road(self.find_shop(), request)

    def road_now(self) -> Road:
        """The same by the clock as it stands now, for what goes on for hours."""
        self.clock = None
        return self.road()

    def read_clock(self, zone: Callable[[], tzinfo] | None = None) -> datetime:
        """The one reading of the clock: `--now`, `RETURNCTL_NOW`, else the machine's; UTC, in whole seconds.

        What is told without a zone is read in `zone`, by default the shop's.
        """
        if self.clock is None:
            told = self.now or os.environ.get("RETURNCTL_NOW")
            machine = datetime.now(UTC).replace(microsecond=0)
            what = "--now" if self.now else "RETURNCTL_NOW"
            self.clock = instant(told, what, machine, zone or self.zone) if told else machine
            if self.clock.year not in _YEARS:
                raise BadValue(what="--now", value=told or "", wanted="instant")
        return self.clock

    def instant(self, text: str | None, what: str) -> datetime | None:
        return None if text is None else instant(text, what, self.read_clock(), self.zone)

    def account(self, name: str | None) -> str | None:
        """Raises NotFound where neither the settings nor the data know it."""
        if name is not None:
            self.find_shop().refuse_unknown(name)
        return name

    def period(self, since: str | None, until: str | None) -> tuple[datetime | None, datetime | None]:
        """Its first instant, and that behind its last. Raises BadValue."""
        first, last = self.instant(since, "--since"), self.instant(until, "--until")
        if first and last and last <= first:
            raise BadValue(what="--until", value=until or "", wanted="later")
        return first, last

    def zone(self) -> tzinfo:
        """The shop's zone; outside a shop the machine's own."""
        from zoneinfo import ZoneInfo

        try:
            return ZoneInfo(self.find_shop().settings.timezone)
        except NoShop:
            return machine_zone()


def machine_zone() -> tzinfo:
    return datetime.now(UTC).astimezone().tzinfo or UTC


def _index_made(done: int, of: int) -> None:
    """Told while the index is made anew."""
    _index_meter()(done, of)


@cache
def _index_meter() -> Meter:
    from returnctl.cli.progress import Meter

    return Meter(mark("making the index"))


class Option(click.Option):
    """An option whose help is translated when it is shown."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        source, self.help = self.help, say(self.help or "")
        try:
            return super().get_help_record(ctx)
        finally:
            self.help = source


def option(*names: str, **attributes: Any) -> Callable[[F], F]:
    return click.option(*names, cls=Option, **attributes)


def _remember(ctx: click.Context, param: click.Parameter, value: object) -> None:
    wanted = ctx.ensure_object(Wanted)
    if value is not None and param.name:
        setattr(wanted, param.name, value)


def _shared(*names: str, **attributes: Any) -> Callable[[F], F]:
    flag = {"is_flag": True, "default": None} if attributes.pop("flag", False) else {}
    return option(*names, expose_value=False, callback=_remember, **flag, **attributes)


# Click's own would look its sentence up at once, in a library that takes time to load.
_help = click.help_option("-h", "--help", cls=Option, help=mark("Show this message and exit."))
_EVERYWHERE = (
    _shared("-C", "--shop", "shop", metavar="DIR", help=mark("The shop's folder (default: found from here up).")),
    _shared("--json", "output", flag_value="json", default=None, help=mark("The same as -o json.")),
    _shared("--now", "now", type=INSTANT, help=mark("The time to decide by, for replays and tests.")),
    _shared("--lang", "language", type=click.Choice(LANGUAGES), help=mark("The language to speak.")),
    _shared("-q", "--quiet", "quiet", flag=True, help=mark("Say nothing but errors.")),
    _shared("-v", "--verbose", "verbose", flag=True, help=mark("Say more.")),
    _shared("--no-color", "no_color", flag=True, help=mark("No colours.")),
)
# The options of writers by what they tell; told before a command that writes nothing, they are refused.
WRITERS = {"dry_run": "-n", "by": "--by", "role": "--as", "key": "--key", "lock_timeout": "--lock-timeout"}
_WRITING = (
    _shared("-n", "--dry-run", "dry_run", flag=True, help=mark("Show what would happen, and change nothing.")),
    _shared("--by", "by", metavar="NAME", help=mark("Who does it (default: your login name).")),
    _shared("--as", "role", type=click.Choice(ROLES), help=mark("The side that does it (default: whose step it is).")),
    _shared("--key", "key", help=mark("Request key: repeated with the same key, nothing is done twice.")),
    _shared(
        "--lock-timeout",
        "lock_timeout",
        type=SECONDS,
        metavar="SECONDS",
        help=mark("How long to wait for the lock."),
    ),
)


def everywhere(function: F) -> F:
    """The options of every command."""
    return writes(*FORMATS)(function)


def writes(*formats: str) -> Callable[[F], F]:
    """The options of every command, for one that writes these formats."""
    output = _shared("-o", "--output", "output", type=click.Choice(formats), help=mark("How the result is written."))

    def decorate(function: F) -> F:
        for declare in (_help, *reversed(_EVERYWHERE), output):
            function = declare(function)
        return function

    return decorate


def writing(function: F) -> F:
    """The options of every writer."""
    for declare in reversed(_WRITING):
        function = declare(function)
    return function


from_file = _shared(
    "--from", "source", metavar="FILE|-", help=mark("Many at once: JSON lines, CSV or XLSX, one request a row.")
)
decided_file = _shared(
    "--from",
    "source",
    metavar="FILE|-",
    help=mark("What returnctl export wrote, with its column 'decision' filled in: XLSX, CSV or JSON lines."),
)
pass_wanted = click.make_pass_decorator(Wanted, ensure=True)
