"""Commands that are imported when they are typed, with help that is translated when it is shown."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from returnctl.cli.commands import COMMANDS, POLICY, Entry
from returnctl.cli.options import WRITERS, Wanted
from returnctl.errors import BadFile, BadValue
from returnctl.output.words import say

# Of ids on standard input, in bytes.
_LONGEST = 16 * 1024 * 1024


class Command(click.Command):
    """A command whose help is a sentence of the catalogue."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(say(self.help or ""))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.epilog:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(say(self.epilog))

    def get_short_help_str(self, limit: int = 80) -> str:
        return say(self.help or "")[:limit]

    def invoke(self, ctx: click.Context) -> Any:
        wanted = ctx.ensure_object(Wanted)
        path = ctx.command_path.split()[1:]
        wanted.command = " ".join(path)
        _refuse_stray(self, wanted)
        return super().invoke(ctx)


def _refuse_stray(command: click.Command, wanted: Wanted) -> None:
    """An option that this command does not have, told before it. Raises BadValue."""
    if isinstance(command, click.Group):
        return
    known = {param.name for param in command.params}
    for name, option in WRITERS.items():
        if getattr(wanted, name) and name not in known:
            raise BadValue(what=option, value=wanted.command, wanted="writer")
    forms = next((getattr(x.type, "choices", ()) for x in command.params if "-o" in x.opts), ())
    if wanted.output and wanted.output not in forms:
        raise BadValue(what="-o", value=wanted.output, wanted="one_of", choices=", ".join(forms))


class Group(Command, click.Group):
    """A noun with its verbs."""

    command_class = Command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Without a verb its help, as without a command outside a shop."""
        if not args and not self.invoke_without_command:
            click.echo(ctx.get_help())
            ctx.exit()
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            import difflib

            near = difflib.get_close_matches(name, self.list_commands(ctx))
            text = say("there is no command '{name}'.", name=name)
            did = say(" Did you mean {near}?", near=", ".join(near)) if near else ""
            ctx.fail(text + did)
        return super().resolve_command(ctx, args)


class Lazy(Group):
    """A group whose commands stand in a list; each is imported when it is typed."""

    table = COMMANDS

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = self.table.get(cmd_name)
        return _load(cmd_name, entry) if entry else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for section in dict.fromkeys(entry.section for entry in self.table.values()):
            with formatter.section(say(section)):
                formatter.write_dl([(n, say(e.help)) for n, e in self.table.items() if e.section == section])


class LazyPolicy(Lazy):
    """`returnctl policy`."""

    table = POLICY


def _load(name: str, entry: Entry) -> click.Command:
    module, _, attribute = entry.place.partition(":")
    command: click.Command = getattr(import_module(f"returnctl.cli.{module}"), attribute)
    command.name, command.help = name, entry.help
    return command


def typed_ids(ids: tuple[str, ...]) -> tuple[str, ...]:
    """Ids as typed; `-` reads them from standard input, one a line, which may be none. Raises BadFile."""
    return tuple(word for given in ids for word in (_from_stdin() if given == "-" else [given]))


def is_bench(ids: tuple[str, ...]) -> bool:
    """Whether `-` stands for somebody with a scanner: at a terminal it is read line by line, from a pipe at once."""
    import sys

    return "-" in ids and sys.stdin.isatty()


def _from_stdin() -> list[str]:
    import sys

    from returnctl.shop.reading import up_to

    data = up_to(_LONGEST, sys.stdin.buffer)
    if len(data) > _LONGEST:
        raise BadFile(file="-", why="file_too_large", limit=_LONGEST)
    return data.decode("utf-8-sig", "replace").split()
