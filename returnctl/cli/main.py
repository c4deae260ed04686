"""The program: one line of words in, one exit code out."""

from __future__ import annotations

import gc

# A command ends before cyclic garbage is worth a look: a tenth of its time went into looking.
gc.set_threshold(100_000)

import io
import os
import re
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import NoReturn

import click

from returnctl import __version__
from returnctl.cli.group import Lazy
from returnctl.cli.options import ALL_FORMATS, Option, Wanted, pass_wanted, writes, writing
from returnctl.errors import BadValue, Exit, Failure, Interrupted, SystemFailure, Usage
from returnctl.output.words import mark, say, use

_LANGUAGE = re.compile(r"^language:[ \t]*[\"']?(\w+)", re.MULTILINE)


@click.group(
    cls=Lazy,
    invoke_without_command=True,
    help=mark("Returns and refunds of a seller, from a shell."),
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": None},
)
@writing
@writes(*ALL_FORMATS)
@click.version_option(__version__, cls=Option, message="returnctl %(version)s", help=mark("Show the version and exit."))
@pass_wanted
@click.pass_context
def program(ctx: click.Context, wanted: Wanted) -> None:
    if ctx.invoked_subcommand is None:
        _first_look(ctx, wanted)


def _first_look(ctx: click.Context, wanted: Wanted) -> None:
    """Without a command: `todo` in a shop, help elsewhere."""
    from returnctl.cli.todo import todo
    from returnctl.errors import NoShop

    try:
        wanted.find_shop()
    except NoShop:
        if wanted.shop is not None or os.environ.get("RETURNCTL_SHOP"):
            raise
        click.echo(ctx.get_help())
        return
    wanted.command = "todo"
    ctx.invoke(todo)


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run and end. All that was done is on disk, so nothing is torn down: that too would cost a tenth."""
    _open_streams()
    code = run(sys.argv[1:] if args is None else list(args))
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        pass  # whoever read us had enough
    except OSError:
        code = code or int(Exit.FAILED)
    os._exit(code)


def _open_streams() -> None:
    """One that was closed by whoever started us leads nowhere; what an encoding lacks is shown escaped."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r+", encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def run(args: list[str]) -> int:
    """Run one command line and give its exit code; nothing leaves as a traceback."""
    use(_language(args))
    as_json = "--json" in args or "json" in _told(args, "-o", "--output")
    try:
        _refuse_bytes(args)
        return int(program.main(args, prog_name="returnctl", standalone_mode=False) or 0)
    except click.exceptions.Exit as done:
        return done.exit_code
    except Failure as failure:
        return _fail(failure, as_json)
    except click.ClickException as error:
        typed = getattr(error, "ctx", None)
        command = typed.command_path.partition(" ")[2] if typed else ""
        return _fail(Usage(text=_ended(" ".join(error.format_message().split())), command=command), as_json)
    except (KeyboardInterrupt, click.Abort, EOFError):
        return _fail(Interrupted(), as_json)
    except (BrokenPipeError, SystemExit):  # click makes the one of the other
        from returnctl.cli.answer import abandon_output

        abandon_output()
        return int(Exit.DONE)
    except OSError as error:
        return _fail(SystemFailure(path=error.filename or "/dev/stdout", why=error.strerror or str(error)), as_json)


def _refuse_bytes(args: list[str]) -> None:
    """Words that are no text in the terminal's encoding would be found out halfway. Raises BadValue."""
    for arg in args:
        if not arg.isascii() and any("\ud800" <= char <= "\udfff" for char in arg):
            raise BadValue(what="returnctl", value=arg.encode("unicode_escape").decode(), wanted="text")


def _ended(text: str) -> str:
    """Click ends some sentences as English does."""
    return say("{text}.", text=text[:-1]) if text.endswith(".") else text


def _fail(failure: Failure, as_json: bool) -> int:
    from returnctl.cli.answer import tell

    tell(failure, as_json=as_json)
    return int(failure.exit)


def _language(args: list[str]) -> str:
    """From `--lang`, `RETURNCTL_LANG`, the settings, the locale: known before anything is said."""
    told = next(iter(_told(args, "--lang")), None) or os.environ.get("RETURNCTL_LANG") or _of_settings(args)
    locale = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return (told or locale)[:2].lower()


def _told(args: list[str], *names: str) -> list[str]:
    """The values of an option, before the words are parsed."""
    after = [value for name, value in pairwise(args) if name in names]
    return after + [arg.partition("=")[2] for arg in args for name in names if arg.startswith(f"{name}=")]


def _of_settings(args: list[str]) -> str | None:
    """The `language` of the shop, looked for as a line: reading YAML would cost every command its time."""
    from returnctl.shop.reading import read
    from returnctl.shop.shop import SETTINGS, find_root

    try:
        root = find_root(next(iter(_told(args, "-C", "--shop")), None))
        found = _LANGUAGE.search(read(os.path.join(root, SETTINGS)).decode("utf-8", "replace"))
    except Failure:
        return None
    return found[1] if found else None
