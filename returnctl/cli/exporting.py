"""Returns for other programs, and for people's spreadsheets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from returnctl.cli.answer import mention, put_from, refuse_terminal, tell, tell_workbook
from returnctl.cli.group import Command
from returnctl.cli.looking import query_of, which_returns
from returnctl.cli.options import Wanted, option, pass_wanted, writes
from returnctl.cli.values import COUNT
from returnctl.errors import BadValue, Damaged, Exit
from returnctl.output.words import mark, say

if TYPE_CHECKING:
    from returnctl.domain.record import Return

FORMS = ("csv", "xlsx", "jsonl", "json")
_BOM = "\ufeff"


@click.command(cls=Command)
@click.argument("file", metavar="FILE|-")
@which_returns
@option("--limit", type=COUNT, help=mark("At most this many."))
@option("--lines", is_flag=True, help=mark("A row for each line of a return; CSV and XLSX only."))
@option("--force", is_flag=True, help=mark("Write over a file that is there."))
@writes(*FORMS)
@pass_wanted
def export(wanted: Wanted, /, file: str, lines: bool, force: bool, **asked: Any) -> int:
    from returnctl.shop.exporting import records

    form, query, damaged = _form(wanted, file, lines=lines), query_of(wanted, **asked), list[Damaged]()
    count = 0

    def counted() -> Iterator[Return]:
        nonlocal count
        for count, record in enumerate(records(snapshot, query, damaged.append), 1):  # noqa: B007 - told at the end
            yield record

    with wanted.find_shop().store.reading() as snapshot, _target(wanted, file, form, force=force) as target:
        _write(wanted, target, form, counted(), lines=lines, bom=file != "-")
        damaged += (Damaged(path=path, why="not_readable") for path in snapshot.damaged())
    if file != "-" and not wanted.quiet:
        mention(_counted(file, count))
    for failure in damaged:
        tell(failure, as_json=False)
    return int(Exit.DAMAGED if damaged else Exit.DONE)


def _form(wanted: Wanted, file: str, *, lines: bool) -> str:
    """By -o, else by how the name ends. Raises BadValue."""
    ending = file.rpartition(".")[2].lower()
    named = ending if ending in FORMS and file != "-" else ""
    if named and wanted.output not in (None, named):
        raise BadValue(what="-o", value=wanted.output, wanted="one_of", choices=named)
    form = wanted.output or named
    if not form:
        raise BadValue(what="-o" if file == "-" else "FILE", value=file, wanted="export", choices=", ".join(FORMS))
    if lines and form not in ("csv", "xlsx"):
        raise BadValue(what="--lines", value=form, wanted="one_of", choices="csv, xlsx")
    return form


@contextmanager
def _target(wanted: Wanted, file: str, form: str, *, force: bool) -> Iterator[BinaryIO]:
    if file != "-":
        from returnctl.storage.outside import new_file

        wanted.find_shop().refuse_inside(file, "FILE")
        with new_file(Path(file), force=force) as target:
            yield target
        return
    if form == "xlsx":
        refuse_terminal()
    with put_from() as target:
        yield target


def _write(
    wanted: Wanted, target: BinaryIO, form: str, found: Iterable[Return], *, lines: bool, bom: bool
) -> None:  # fmt: skip
    if form in ("json", "jsonl"):
        _documents(target, form, found)
        return
    from returnctl.output import sheets

    columns = sheets.EXPORT_LINES if lines else sheets.EXPORT
    rows = (row for each in found for row in (sheets.export_lines(each) if lines else [sheets.export_row(each)]))
    if form == "xlsx":
        from returnctl.output.xlsx import Page, write_workbook

        zone = wanted.find_shop().settings.timezone
        tell_workbook(write_workbook(target, [Page("returns", columns, rows)], zone, wanted.read_clock()))
        return
    from returnctl.output.rows import csv_of

    for at, text in enumerate(csv_of(rows, [column.name for column in columns])):
        target.write(((_BOM if bom and at == 0 else "") + text).encode())


def _documents(target: BinaryIO, form: str, found: Iterable[Return]) -> None:
    import msgspec

    encode: Callable[[object], bytes] = msgspec.json.encode
    before, between, after = (b"[\n", b",\n", b"\n]\n") if form == "json" else (b"", b"\n", b"\n")
    some = False
    for record in found:
        target.write((between if some else before) + encode(record))
        some = True
    if some:
        target.write(after)
    elif form == "json":
        target.write(b"[]\n")


def _counted(file: str, count: int) -> str:
    return say("{file}: 1 return", file=file) if count == 1 else say("{file}: {count} returns", file=file, count=count)
