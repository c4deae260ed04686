"""`report`: figures of a period, together or by one thing that returns differ in."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from returnctl.cli.answer import is_plain, mention, put, put_workbook
from returnctl.cli.group import Command
from returnctl.cli.looking import tell_damaged
from returnctl.cli.options import Wanted, option, pass_wanted, writes
from returnctl.cli.values import COUNT
from returnctl.errors import BadValue
from returnctl.output.words import mark, say

if TYPE_CHECKING:
    from returnctl.storage.figures import Period, Tables

_BY = ("reason", "sku", "policy", "buyer", "account", "month")
# People are shown the first ones of these; programs get all.
_MANY, _FIRST = ("sku", "buyer"), 20


class Asked:
    """What was asked for, over tables that stand open."""

    def __init__(self, wanted: Wanted, tables: Tables, period: Period, by: str | None, limit: int | None) -> None:
        self.wanted, self.tables, self.period, self.by, self.limit = wanted, tables, period, by, limit
        self.zone = wanted.find_shop().settings.timezone

    def overview(self) -> dict[str, Any]:
        from returnctl.output.report import overview
        from returnctl.shop.report import overview as counted

        return overview(counted(self.tables, self.period, self.wanted.read_clock()))

    def rows(self, by: Any, limit: int | None) -> Iterator[dict[str, Any]]:
        from returnctl.domain.measures import measures
        from returnctl.output.report import plain
        from returnctl.shop.report import groups

        found = groups(self.tables, self.period, by, self.zone, limit)
        return ({"key": group.key, **plain(measures(group))} for group in found)

    def few(self, by: str) -> list[dict[str, Any]]:
        """As many as people read."""
        return list(self.rows(by, self.limit or (_FIRST if by in _MANY else None)))

    def head(self) -> dict[str, Any]:
        from returnctl.output.report import plain

        ends = {"since": self.period.since, "until": self.period.until, "at": self.wanted.read_clock()}
        return {"returnctl": "report/v1", **plain(ends), "timezone": self.zone, "by": self.by}

    def told(self) -> str:
        from returnctl.output.report_words import period

        return period(self.period.since, self.period.until, self.zone)


@click.command(cls=Command)
@option("--since", metavar="WHEN", help=mark("Only what was applied for since, such as 2026-11-01 or -30d."))
@option("--until", metavar="WHEN", help=mark("Only what was applied for before."))
@option("--by", type=click.Choice(_BY), help=mark("What to count by (default: an overview)."))
@option("--limit", type=COUNT, help=mark("At most this many groups."))
@option("--html", "page", metavar="FILE", help=mark("Write it as a page instead: one file, without scripts."))
@option("--force", is_flag=True, help=mark("Write over a file that is no report."))
@writes("table", "json", "csv", "xlsx")
@pass_wanted
def report(
    wanted: Wanted, /, since: str | None = None, until: str | None = None, by: str | None = None,
    limit: int | None = None, page: str | None = None, force: bool = False,
) -> int:  # fmt: skip
    if page is not None and wanted.output:
        raise BadValue(what="-o", value=wanted.output, wanted="no_form_of_page")
    period = _period(wanted, since, until)
    with wanted.find_shop().store.reading() as snapshot:
        asked = Asked(wanted, snapshot.tables(), period, by, limit)
        _show(asked, page, force=force)
        damaged = snapshot.damaged()
    return tell_damaged(wanted, damaged)


def _show(asked: Asked, page: str | None, *, force: bool) -> None:
    if page is not None:
        _write(asked, Path(page), force=force)
    elif asked.wanted.format == "xlsx":
        _put_sheets(asked)
    else:
        put(_written(asked))


def _period(wanted: Wanted, since: str | None, until: str | None) -> Period:
    from returnctl.storage.figures import Period

    return Period(*wanted.period(since, until))


def _written(asked: Asked) -> Iterator[str]:
    if asked.wanted.format == "json":
        return _json(asked)
    if asked.wanted.format == "csv":
        return _csv(asked)
    return _groups(asked) if asked.by else _overview(asked)


# --- for programs


def _json(asked: Asked) -> Iterator[str]:
    """Groups one by one: there may be more than memory holds."""
    import msgspec

    head = msgspec.json.encode(asked.head()).decode()
    if asked.by is None:
        yield head[:-1] + "," + msgspec.json.encode(asked.overview()).decode()[1:] + "\n"
        return
    yield head[:-1] + ',"groups":['
    for at, row in enumerate(asked.rows(asked.by, asked.limit)):
        yield ("\n" if at == 0 else ",\n") + msgspec.json.encode(row).decode()
    yield "\n]}\n"


def _csv(asked: Asked) -> Iterator[str]:
    from returnctl.output.report_rows import flat, long
    from returnctl.output.rows import written

    currencies = asked.tables.currencies()
    if asked.by is None:
        return written(long(asked.overview(), currencies), "csv", (), _none)
    by = asked.by
    return written((flat(row, by, currencies) for row in asked.rows(by, asked.limit)), "csv", (), _none)


def _put_sheets(asked: Asked) -> None:
    from returnctl.output.report_sheets import of_figures, of_groups

    currencies, by = asked.tables.currencies(), asked.by
    if by:
        put_workbook(asked.wanted, [of_groups(asked.rows(by, asked.limit), by, currencies)])
        return
    months = of_groups(asked.rows("month", None), "month", currencies)
    put_workbook(asked.wanted, [of_figures(asked.overview(), currencies), months])


def _none(_: object) -> tuple[str, ...]:
    return ()


# --- for people


def _overview(asked: Asked) -> Iterator[str]:
    from shutil import get_terminal_size

    from returnctl.output.report import sections
    from returnctl.output.report_text import explained, in_short, shown

    told = asked.overview()
    if not told["total"]["returns"]:
        _mention_none(asked)
    yield in_short(told["total"], asked.told()) + "\n\n"
    found = list(sections(told))
    yield from shown(found, get_terminal_size().columns, _heading, plain=not _has_blocks())
    if asked.wanted.verbose:
        yield "\n" + _heading(say("What the figures mean")) + "\n"
        yield from explained()


def _groups(asked: Asked) -> Iterator[str]:
    from returnctl.output.report_text import cells, columns
    from returnctl.output.rows import written

    by, rows = asked.by or "", asked.few(asked.by or "")
    if not rows:
        _mention_none(asked)
        return
    most, plain = max(row["returns"] for row in rows), not _has_blocks()
    yield from written(rows, "table", columns(by), lambda row: cells(row, by, most, plain=plain))
    if by in _MANY and asked.limit is None and len(rows) == _FIRST and not asked.wanted.quiet:
        mention(say("the first {n}; --limit shows more, --json and -o csv all.", n=_FIRST))


def _mention_none(asked: Asked) -> None:
    if not asked.wanted.quiet:
        mention(say("no returns here."))


def _heading(text: str) -> str:
    return text if is_plain(sys.stdout) else click.style(text, bold=True)


def _has_blocks() -> bool:
    """Whether what is written can be read there."""
    try:
        "▏█".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


# --- the page


def _write(asked: Asked, path: Path, *, force: bool) -> None:
    """To a file, or for `-` to standard output."""
    from returnctl.output.clean import clean
    from returnctl.output.page.report import GENERATOR
    from returnctl.shop.publishing import write_page

    if str(path) == "-":
        put([_page(asked)])
        return
    asked.wanted.find_shop().refuse_inside(path, "--html")
    write_page(path, _page(asked), GENERATOR, force=force)
    if not asked.wanted.quiet:
        put([clean(str(path)) + "\n"])


def _page(asked: Asked) -> str:
    from returnctl.output.page.report import Grouped, page
    from returnctl.output.report import sections

    told = asked.overview()
    grouped = [Grouped(by, asked.few(by)) for by in dict.fromkeys([asked.by or "month", "month"])]
    shop = asked.wanted.find_shop().settings.shop
    return page(shop, asked.told(), told["total"], list(sections(told)), grouped)
