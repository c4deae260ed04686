"""`policy test`: what is given, and what must come of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from returnctl.cli.answer import put
from returnctl.cli.group import Command
from returnctl.cli.options import Wanted, option, pass_wanted, writes
from returnctl.errors import Exit, SystemFailure
from returnctl.output.words import mark

if TYPE_CHECKING:
    from returnctl.shop.policy_testing import Ran


@click.command(cls=Command)
@click.argument("files", metavar="[FILE...]", nargs=-1)
@option("--junit", metavar="FILE", help=mark("Write JUnit XML too, which CI systems read."))
@writes("text", "json", "github")
@pass_wanted
def policy_test(wanted: Wanted, /, files: tuple[str, ...], junit: str | None) -> int:
    from returnctl.output import policy_tests as told
    from returnctl.output.problems import problems_as
    from returnctl.shop.policy_testing import files_of, run_tests

    tested = run_tests(files or files_of(wanted.find_shop().root))
    rows, problems = [_row(ran) for ran in tested.ran], tested.problems
    if junit:
        _write(junit, told.junit(rows, problems))
    failed = bool(problems) or any(row["outcome"] != "passed" for row in rows)
    if wanted.format == "json":
        put([told.as_json(rows, problems, tested.files)])
    elif wanted.format == "github":
        put(problems_as([*told.as_problems(rows), *problems], "github"))
    elif failed or not wanted.quiet:
        put(told.text(rows, problems, tested.files))
    return int(Exit.FAILED if failed else Exit.DONE)


def _row(ran: Ran) -> dict[str, Any]:
    """A case as the contract writes it."""
    import msgspec

    from returnctl.output.policy_tests import error_of

    policy, failure = ran.policy, ran.failure
    differences = [
        {**msgspec.to_builtins(each), **dict(zip(("line", "column"), ran.place_of(each), strict=True))}
        for each in ran.differences
    ]
    return {
        "file": ran.file, "line": ran.sample.place.line, "column": ran.sample.place.column, "name": ran.sample.name,
        "policy": policy.name if policy else "", "version": policy.version if policy else None,
        "outcome": "error" if failure else "failed" if differences else "passed", "differences": differences,
        "failed": ran.failed,
        "error": error_of(failure.code, failure.exit, failure.facts) if failure else None,
    }  # fmt: skip


def _write(name: str, content: bytes) -> None:
    """Whole or not at all. Raises SystemFailure."""
    from pathlib import Path

    from returnctl.storage.files import write_in_place

    try:
        write_in_place(Path(name), content)
    except OSError as error:
        raise SystemFailure(path=name, why=error.strerror or str(error)) from None
