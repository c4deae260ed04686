"""How results and failures leave: data to standard output, everything else to standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

from returnctl.cli.options import Wanted
from returnctl.errors import BadValue, Exit, Failure
from returnctl.output.words import say

if TYPE_CHECKING:
    from datetime import datetime

    from msgspec import UnsetType

    from returnctl.domain.record import Return
    from returnctl.output.xlsx import Page, Told
    from returnctl.shop.road import Done, Result

_PIECE = 1024 * 1024


def put(pieces: Iterable[str]) -> None:
    """Write to standard output. A reader that has gone raises BrokenPipeError, which `main` knows."""
    for piece in pieces:
        sys.stdout.write(piece)
    sys.stdout.flush()


def put_bytes(pieces: Iterable[bytes]) -> None:
    """The same for what is bytes already: a form of its own, or a document whose digest must stay."""
    sys.stdout.flush()
    for piece in pieces:
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


def refuse_terminal() -> None:
    """A workbook is no text. Raises BadValue."""
    if sys.stdout.isatty():
        raise BadValue(what="-o", value="xlsx", wanted="no_terminal")


def put_workbook(wanted: Wanted, pages: Iterable[Page]) -> None:
    from returnctl.output.xlsx import write_workbook

    refuse_terminal()
    with put_from() as target:
        tell_workbook(write_workbook(target, pages, wanted.find_shop().settings.timezone, wanted.read_clock()))


@contextmanager
def put_from() -> Iterator[BinaryIO]:
    """What is written here goes to standard output once it is whole."""
    from tempfile import TemporaryFile

    with TemporaryFile() as file:
        yield file
        file.seek(0)
        put_bytes(iter(lambda: file.read(_PIECE), b""))


def tell_workbook(told: Told) -> None:
    """What a spreadsheet could not hold."""
    if told.cut:
        text = say("{n} texts were longer than a cell can hold, and were cut", n=told.cut)
        mention(say("warning: {text}", text=text))
    if told.sheets > told.pages:
        mention(
            say("warning: {text}", text=say("more rows than a sheet can hold: there are {n} sheets", n=told.sheets))
        )


def mention(text: str) -> None:
    """To standard error; where that cannot be written, the exit code still tells."""
    with suppress(OSError):
        sys.stderr.write(text + "\n")
        sys.stderr.flush()


def tell(failure: Failure, *, as_json: bool, row: int | UnsetType | None = None) -> None:
    """A failure to standard error: for people what, why and what to type; for programs one object."""
    from returnctl.output.failures import failure_json, told

    if as_json:
        import msgspec

        error = failure_json({"code": failure.code, "exit": int(failure.exit), "facts": failure.facts})
        mention(msgspec.json.encode({"error": error}).decode())
        return
    sentence = told(failure.code, failure.facts)
    where = "" if "row" in failure.facts else _of_row(row)
    mention(f"{painted(say('error:'), 31)} {where}{sentence.what}")
    for problem in problems(failure):
        mention(problem)
    if sentence.hint:
        mention("  " + sentence.hint)


def problems(failure: Failure) -> list[str]:
    """The places of a file that cannot be used."""
    from returnctl.output.problems import problem_text

    listed = failure.facts.get("problems")
    return [problem_text(problem) for problem in listed] if isinstance(listed, list) else []


def painted(text: str, color: int, stream: TextIO | None = None) -> str:
    """For standard error, or for another stream."""
    return text if is_plain(stream or sys.stderr) else f"\033[{color}m{text}\033[0m"


def is_plain(stream: TextIO) -> bool:
    """Whether colours are not wanted, or not understood where this leads."""
    refused = "NO_COLOR" in os.environ or "--no-color" in sys.argv or os.environ.get("TERM") == "dumb"
    return refused or not stream.isatty()


def answer(
    wanted: Wanted, results: Sequence[Done], summary: dict[str, Any] | None = None, closing: str = "", **more: object
) -> int:
    """Write what came of a change in the format wanted, and give the exit code.

    `summary` and `more` are for programs, `closing` says the same to people.
    """
    from returnctl.shop.road import exit_of

    with kept_going():
        if wanted.format == "table":
            for done in results:
                _for_people(wanted, done)
            if closing and not wanted.quiet:
                put([closing + "\n"])
        else:
            _for_programs(wanted, results, summary, **more)
    return int(exit_of(results))


def show(wanted: Wanted, done: Done) -> None:
    """One of many, as soon as it is done, to people."""
    with kept_going():
        _for_people(wanted, done)


@contextmanager
def kept_going() -> Iterator[None]:
    """What was committed stays done, even if nobody can read about it; a reader that has gone had enough."""
    try:
        yield
    except BrokenPipeError:
        abandon_output()
    except OSError as error:
        abandon_output()
        from returnctl.output.causes import cause

        mention(say("warning: {text}", text=cause(error.strerror or str(error))))


def abandon_output() -> None:
    """Nobody reads us any more; what is still buffered must not complain at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _for_people(wanted: Wanted, done: Done) -> None:
    from returnctl.output import results as text

    if done.failure:
        tell(done.failure, as_json=False, row=done.result.row)
        return
    for code in done.result.warnings:
        mention(say("warning: {text}", text=text.warning(code)))
    if not wanted.quiet and done.record:
        _say_what_came(wanted, done.result, done.record, plain(done))


def _say_what_came(wanted: Wanted, result: Result, record: Return, values: dict[str, Any]) -> None:
    from returnctl.domain.record import unpaid
    from returnctl.output import results as text

    at = result.at or wanted.read_clock()
    lines = text.lines(values, at, result.due, result.breakdown or None, record)
    put([_foreseen(wanted, result.at) + _of_row(result.row), *(f"{line}\n" for line in lines)])
    if wanted.command == "refund" and unpaid(record) > 0 and record.refunds:
        put([_rest(record) + "\n"])
    if wanted.verbose and result.events:
        _say_more(wanted, record, len(result.events))


def _foreseen(wanted: Wanted, at: datetime | UnsetType) -> str:
    """When a forecast sees it."""
    from returnctl.output.forms import when

    return when(at, wanted.find_shop().settings.timezone) + "  " if at else ""


def _of_row(row: int | UnsetType | None) -> str:
    """Of many out of a file, which."""
    return say("row {row}: ", row=row) if row else ""


def _rest(record: Return) -> str:
    """What a part payment leaves."""
    from returnctl.domain.paid_back import ours
    from returnctl.domain.record import unpaid
    from returnctl.output.forms import money

    paid = money(ours(record)[-1].amount, record.currency)
    return "  " + say("this payment: {paid}, still due: {rest}", paid=paid, rest=money(unpaid(record), record.currency))


def _say_more(wanted: Wanted, record: Return, events: int) -> None:
    """Each event of this step with its facts: by whom, by which rule, from which line of the policy."""
    from returnctl.output.returns import history

    zone = wanted.find_shop().settings.timezone
    put([history(record.history[-events:], zone) + "\n"])


def _for_programs(wanted: Wanted, results: Sequence[Done], summary: dict[str, Any] | None, **more: object) -> None:
    first = next((done.failure for done in results if done.failure), None)
    try:
        put(written_out(wanted, results, summary, **more))
    finally:
        if first:
            tell(first, as_json=wanted.format == "json")


def written_out(
    wanted: Wanted, results: Iterable[Done], summary: dict[str, Any] | None = None, **more: object
) -> Iterator[str]:
    """Results as programs read them, in pieces; each result is one of its own."""
    from returnctl.output import results as text
    from returnctl.output.rows import written

    rows = map(plain, results)
    if wanted.format == "json":
        return text.envelope(wanted.command, rows, summary, **more)
    told = (text.with_message(row) for row in rows if wanted.format != "ids" or "error" not in row)
    if wanted.format == "csv":  # the first tells the columns of all
        told = (row | {name: row.get(name) for name in ("row", "error")} for row in told)
    return written(told, wanted.format, (), _none)


def _none(_: object) -> Sequence[str]:
    return ()


def plain(done: Done) -> dict[str, Any]:
    """A result as JSON values, as the contract writes it."""
    import msgspec

    values: dict[str, Any] = msgspec.to_builtins(done.result)
    return values


def finish(code: int) -> None:
    """End the command with its exit code."""
    import click

    if code != Exit.DONE:
        raise click.exceptions.Exit(code)
