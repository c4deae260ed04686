"""Tables, of text or of a workbook: encoding, delimiter and sheet are found out, the rows are streamed."""

from __future__ import annotations

import codecs
import re
from io import BytesIO, TextIOWrapper
from typing import TYPE_CHECKING

from msgspec import Struct

from returnctl.errors import BadFile
from returnctl.readers.intake import LARGEST_FILE, shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from returnctl.readers.xlsx import Sheet, Workbook

BOM = "\ufeff"
_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_CHUNK = 1024 * 1024
# What a spreadsheet writes above the header where it parts cells otherwise than a comma does.
_SEP = re.compile(BOM + r'?"?sep=([,;\t|])"?', re.IGNORECASE)
_NAMED = {"sep=", *(f"sep={delimiter}" for delimiter in ",;\t|")}


class Row(Struct):
    """`number` is the line of the file on which the row begins, or that of the sheet; `problem` a code, or empty."""

    number: int
    cells: list[str]
    problem: str = ""


class Table(Struct, frozen=True):
    """`columns` as the header writes them; a column is looked up by its name in any case and spacing."""

    file: str
    data: bytes
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    places: dict[str, int]

    def find(self, name: str) -> int | None:
        return self.places.get(_plain(name))

    @property
    def title(self) -> str:
        """What stands alone in the first row, as a title does above a header; empty where it is a header."""
        named = list(filter(None, self.columns))
        return shortened(named[0]) if len(named) == 1 else ""

    def rows(self) -> Iterator[Row]:
        """The rows below the header that hold anything, as often as asked. Raises BadFile."""
        width = len(self.columns)
        rows = self._numbered()
        next(rows)
        for number, cells in rows:
            if len(cells) == width and cells[0].strip():  # nearly all, so no more is looked at
                yield Row(number, cells)
            elif any(cell.strip() for cell in cells):
                yield Row(number, cells, _problem(len(cells), width))

    def _numbered(self) -> Iterator[tuple[int, list[str]]]:
        return _rows(self.data, self.encoding, self.delimiter, self.file)

    def header_only(self) -> Table:
        """Without the bytes of the file, once its rows are read."""
        return Table(self.file, b"", "", "", self.columns, self.places)


def _problem(cells: int, width: int) -> str:
    return "" if cells == width else "too_many_cells" if cells > width else "too_few_cells"


class SheetTable(Table, frozen=True):
    """A sheet of a workbook, whose rows end with their last cell that holds anything."""

    book: Workbook
    sheet: Sheet

    def _numbered(self) -> Iterator[tuple[int, list[str]]]:
        width = len(self.columns)
        for number, cells in self.book.rows(self.sheet):
            yield number, cells + [""] * (width - len(cells))


def is_workbook(data: bytes) -> bool:
    return data.startswith(_WORKBOOKS)


def read_table(data: bytes, file: str, is_known: Callable[[Table], bool] = lambda _: False) -> Table:
    """Of a workbook the sheet that `is_known`, or else the first with anything in it. Raises BadFile."""
    if is_workbook(data):
        return _sheet(data, file, is_known)
    if len(data) > LARGEST_FILE:
        raise BadFile(file=file, why="file_too_large", limit=LARGEST_FILE)
    encoding = _encoding(data, file)
    delimiter = _delimiter(data, encoding)
    _, header = next(_rows(data, encoding, delimiter, file), (1, []))
    columns = _columns(header)
    if not any(columns):
        raise BadFile(file=file, why="empty")
    return Table(file, data, encoding, delimiter, columns, _places(columns, file))


def _sheet(data: bytes, file: str, is_known: Callable[[Table], bool]) -> Table:
    from returnctl.readers.xlsx import Workbook

    book = Workbook(data, file)
    found = [table for sheet in book.sheets if not sheet.hidden and (table := _sheet_table(book, sheet))]
    known = [table for table in found if is_known(table)]
    if len(known) > 1:
        raise BadFile(file=file, why="several_sheets", sheets=[table.sheet.name for table in known])
    if not found:
        raise BadFile(file=file, why="empty")
    table = (known or found)[0]
    _places(table.columns, file)
    return table


def _sheet_table(book: Workbook, sheet: Sheet) -> SheetTable | None:
    _, header = next(book.rows(sheet), (0, []))
    columns = _columns(header)
    places = {_plain(column): place for place, column in reversed(list(enumerate(columns))) if column}
    return SheetTable(book.file, b"", "", "", columns, places, book, sheet) if places else None


def _columns(header: list[str]) -> tuple[str, ...]:
    return tuple(cell.strip().strip(BOM).strip() for cell in header)


def _rows(data: bytes, encoding: str, delimiter: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Quotes are taken strictly: one that is not closed would swallow the rows behind it."""
    import csv

    reader = csv.reader(TextIOWrapper(BytesIO(data), encoding, newline=""), delimiter=delimiter, strict=True)
    number = 1
    try:
        for cells in reader:
            if number > 1 or not _names_delimiter(cells[:1]):
                yield number, cells
            number = reader.line_num + 1
    except csv.Error as error:
        if "field limit" in str(error):
            raise BadFile(file=file, why="endless_cell", row=number, limit=csv.field_size_limit()) from None
        raise BadFile(file=file, why="bad_quotes", row=number) from None


def _encoding(data: bytes, file: str) -> str:
    """UTF-8, else GB18030, unless a BOM tells."""
    told = next((name for bom, name in _BOMS.items() if data.startswith(bom)), None)
    for name in (told,) if told else ("utf-8", "gb18030"):
        if _is_text(data, name):
            return name
    raise BadFile(file=file, why="binary" if b"\0" in data else "unknown_encoding")


def _is_text(data: bytes, encoding: str) -> bool:
    """Told piece by piece: the whole text is never held."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        pieces = (decoder.decode(data[start : start + _CHUNK]) for start in range(0, len(data), _CHUNK))
        return not any("\0" in piece for piece in pieces) and not decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False


def _delimiter(data: bytes, encoding: str) -> str:
    """As a first line `sep=;` tells it, else by the header alone: further down, commas and semicolons are text."""
    first = TextIOWrapper(BytesIO(data), encoding).readline(_CHUNK)
    told = _SEP.fullmatch(first.strip("\r\n"))
    return told[1] if told else max(",;\t", key=first.count)


def _names_delimiter(cells: list[str]) -> bool:
    return bool(cells) and cells[0].strip(BOM).casefold() in _NAMED


def _places(columns: tuple[str, ...], file: str) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, column in enumerate(columns):
        if column and places.setdefault(_plain(column), place) != place:
            raise BadFile(file=file, why="doubled_column", column=column)
    return places


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
