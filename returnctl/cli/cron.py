"""The sweep by the clock: what to put into a crontab, or where systemd looks."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from returnctl.cli.answer import put
from returnctl.cli.group import Command
from returnctl.cli.options import Wanted, option, pass_wanted, writes
from returnctl.errors import BadValue
from returnctl.output.clean import clean
from returnctl.output.words import mark


@click.command(cls=Command)
@option("--systemd", is_flag=True, help=mark("A service and a timer of systemd instead."))
@writes("table", "json")
@pass_wanted
def cron(wanted: Wanted, /, systemd: bool) -> None:
    from returnctl.output import schedule

    settings = wanted.find_shop().settings
    words = (*_program(), "-C", _plain("-C", wanted.find_shop().root.absolute()), *schedule.SWEEP)
    if systemd:
        put([_of_systemd(wanted, words, settings.shop_id)])
    elif wanted.format == "json":
        put([_json(command=words, crontab=schedule.cron_line(words))])
    else:
        put([f"{schedule.comment(clean(settings.shop))}\n{schedule.cron_line(words)}\n"])


def _of_systemd(wanted: Wanted, words: tuple[str, ...], shop_id: str) -> str:
    from returnctl.output.schedule import enabling, saved, units

    made = units(words, shop_id)
    if wanted.format != "json":
        return saved(made, shop_id)
    files = [{"name": unit.name, "path": unit.path, "text": unit.text} for unit in made]
    return _json(command=words, units=files, enable=enabling(shop_id))


def _json(**body: object) -> str:
    import msgspec

    return msgspec.json.encode({"returnctl": "cron/v1"} | body).decode() + "\n"


def _program() -> tuple[str, ...]:
    """As it was called: the installed script, else the module."""
    script = Path(sys.argv[0]).resolve()
    if script.name == "returnctl" and script.is_file():
        return (_plain("returnctl", script),)
    return _plain("returnctl", Path(sys.executable)), "-m", "returnctl"


def _plain(what: str, path: Path) -> str:
    """A path that can stand in a line. Raises BadValue."""
    if clean(str(path)) != str(path):
        raise BadValue(what=what, value=clean(str(path)), wanted="plain_path")
    return str(path)
