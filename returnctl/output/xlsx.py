"""Tables as a workbook: typed columns, streamed row by row. No data becomes a formula or a link."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, NamedTuple
from zoneinfo import ZoneInfo

from returnctl.domain.money import digits

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

Row = Mapping[str, Any]
Kind = Literal["text", "date", "amount", "number"]

MOST_ROWS, LONGEST_TEXT, LONGEST_TITLE = 1_048_576, 32_767, 31
_NARROWEST, _WIDEST, _LONGEST_LIST = 9, 60, 255
_DATE, _DATE_WIDTH = "yyyy-mm-dd hh:mm:ss", 19
# What XML cannot hold, and halves of characters.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


class Column(NamedTuple):
    """`name` is the key of its values in a row, and its header.

    `text` takes any value, an id first of all; `date` an instant; `amount` a Decimal, whose digits are those of the
    currency that the row has under `currency`; both also as JSON writes them; `number` an int, a Decimal or a float.
    None is an empty cell. `choices` are offered to whoever fills it in, and others are taken as well.
    """

    name: str
    kind: Kind = "text"
    currency: str = "currency"
    choices: Callable[[], Sequence[str]] | None = None

    def header(self, zone: str) -> str:
        """Dates stand in the shop's zone, and say so: a cell cannot."""
        return f"{self.name} ({zone})" if self.kind == "date" else self.name


class Page(NamedTuple):
    """A sheet; `title` is its name."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Row]


class Told(NamedTuple):
    """What became of the pages: how many rows they had, how many sheets they took, how many texts were cut."""

    rows: int
    pages: int
    sheets: int
    cut: int


def write_workbook(target: BinaryIO, pages: Iterable[Page], zone: str, made: datetime) -> Told:
    """The same pages give the same bytes. Rows that one sheet cannot hold go on in the next."""
    import xlsxwriter

    book = xlsxwriter.Workbook(
        target,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    book.set_properties({"created": made.astimezone(UTC).replace(tzinfo=None)})
    writer = _Writer(book, ZoneInfo(zone))
    of = 0
    for of, page in enumerate(pages, 1):  # noqa: B007 - counted
        writer.page(page)
    try:
        book.close()
    except xlsxwriter.exceptions.FileCreateError as error:  # what the disk said
        raise OSError(*getattr(error.args[0], "args", error.args)) from None
    return Told(writer.rows, of, len(book.worksheets()), writer.cut)


class _Writer:
    def __init__(self, book: Workbook, zone: ZoneInfo) -> None:
        self._book, self._zone = book, zone
        self._bold = book.add_format({"bold": True})
        self._date = book.add_format({"num_format": _DATE})
        self._texts = book.add_format({"num_format": "@"})
        self._amounts: dict[str, Format] = {}
        self.rows = self.cut = 0

    def page(self, page: Page) -> None:
        left = iter(page.rows)
        for nth in count(1):
            sheet = self._book.add_worksheet(_title(page.title, nth))
            if not self._sheet(sheet, page.columns, left):
                return

    def _sheet(self, sheet: Worksheet, columns: Sequence[Column], rows: Iterable[Row]) -> bool:
        """Whether it is full, so that there may be more."""
        headers = [column.header(self._zone.key) for column in columns]
        widths = [max(_NARROWEST, _width(header) + 3) for header in headers]
        for place, header in enumerate(headers):
            sheet.write_string(0, place, header, self._bold)
        at = 0
        for at, row in enumerate(rows, 1):
            for place, column in enumerate(columns):
                value = row.get(column.name)
                if value is not None:
                    widths[place] = max(widths[place], self._cell(sheet, at, place, column, value, row))
            if at + 1 == MOST_ROWS:
                break
        self.rows += at
        self._arrange(sheet, at, columns, widths)
        return at + 1 == MOST_ROWS

    def _arrange(self, sheet: Worksheet, last: int, columns: Sequence[Column], widths: Sequence[int]) -> None:
        """What people write into a column of texts stays a text, with all its digits."""
        sheet.freeze_panes(1, 0)
        if widths:
            sheet.autofilter(0, 0, last, len(widths) - 1)
        for place, (column, width) in enumerate(zip(columns, widths, strict=True)):
            sheet.set_column(place, place, min(width, _WIDEST), self._texts if column.kind == "text" else None)
            if column.choices and last:
                sheet.data_validation(1, place, last, place, _list_of(column.choices()))

    def _cell(self, sheet: Worksheet, at: int, place: int, column: Column, value: Any, row: Row) -> int:  # noqa: ANN401
        """How wide it is."""
        if column.kind == "date":
            instant = datetime.fromisoformat(value) if isinstance(value, str) else value
            sheet.write_datetime(at, place, instant.astimezone(self._zone).replace(tzinfo=None), self._date)
            return _DATE_WIDTH
        if column.kind == "amount":
            sheet.write_number(at, place, float(value), self._amount(row.get(column.currency) or ""))
            return len(str(value)) + 1
        if column.kind == "number":
            sheet.write_number(at, place, value)
            return len(str(value))
        return self._text(sheet, at, place, str(value))

    def _text(self, sheet: Worksheet, at: int, place: int, text: str) -> int:
        text = _UNWRITABLE.sub("", text)
        if len(text) > LONGEST_TEXT // 2 and len(units := text.encode("utf-16-le")) > 2 * LONGEST_TEXT:
            text, self.cut = units[: 2 * LONGEST_TEXT].decode("utf-16-le", "ignore"), self.cut + 1
        if text:
            sheet.write_string(at, place, text)
        return _width(text)

    def _amount(self, currency: str) -> Format:
        if currency not in self._amounts:
            places = digits(currency) if currency else 2
            form = "0." + "0" * places if places else "0"
            self._amounts[currency] = self._book.add_format({"num_format": form})
        return self._amounts[currency]


def _list_of(choices: Sequence[str]) -> dict[str, Any]:
    """As many as a list may hold."""
    while len(",".join(choices)) > _LONGEST_LIST:
        choices = choices[:-1]
    return {"validate": "list", "source": choices, "show_error": False}


def _title(title: str, nth: int) -> str:
    end = f" {nth}" if nth > 1 else ""
    return (_NOT_IN_TITLES.sub(" ", title).strip("' ")[: LONGEST_TITLE - len(end)] or "1") + end


@lru_cache(8192)
def _width(text: str) -> int:
    """Of its widest line; a wide character counts double."""
    if text.isascii() and "\n" not in text:
        return min(len(text), _WIDEST)
    return max((sum(map(_char_width, line[:_WIDEST])) for line in text.splitlines()), default=0)


def _char_width(char: str) -> int:
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
