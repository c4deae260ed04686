"""Workbooks as spreadsheets save them: the sheets, and each row as texts, streamed.

openpyxl knows the format; it is asked cell by cell, and nothing is believed of what a file says of its own size.
Nothing that runs, links elsewhere or unfolds without end is taken.
"""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

from defusedxml import EntitiesForbidden
from openpyxl.reader.excel import ExcelReader
from openpyxl.worksheet._reader import (
    CELL_TAG,
    DATA_TAG,
    FORMULA_TAG,
    INLINE_STRING,
    ROW_TAG,
    VALUE_TAG,
    WorkSheetParser,
)
from openpyxl.xml.constants import ARC_SHARED_STRINGS, SHARED_STRINGS, SHEET_MAIN_NS

from returnctl.errors import BadFile
from returnctl.readers.dates import names_zone
from returnctl.readers.intake import LARGEST_FILE, shortened
from returnctl.readers.xlsx_parts import Archive, Texts, TooLarge
from returnctl.readers.xlsx_values import date_styles, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OLE = b"\xd0\xcf\x11\xe0"
_TEXTS, _TEXT, _PIECE, _SPOKEN = (f"{{{SHEET_MAIN_NS}}}{name}" for name in ("sst", "si", "t", "rPh"))


class Sheet(NamedTuple):
    """`part` is where it stands in the file."""

    name: str
    part: str
    hidden: bool


class Workbook:
    """Raises BadFile wherever it turns out not to be one."""

    def __init__(self, data: bytes, file: str) -> None:
        self.file = file
        if len(data) > LARGEST_FILE:
            raise BadFile(file=file, why="file_too_large", limit=LARGEST_FILE)
        if data.startswith(_OLE):
            raise BadFile(file=file, why="encrypted_workbook" if _ENCRYPTED in data else "old_workbook")
        with self._mending(), warnings.catch_warnings(action="ignore"):
            self._archive = Archive(BytesIO(data))
            self._archive.check(file)
            self._open(ExcelReader(BytesIO(data), read_only=True, data_only=True, keep_links=False))

    @contextmanager
    def _mending(self) -> Iterator[None]:
        """Of everything: openpyxl does not tell what it raises over a damaged file."""
        try:
            yield
        except BadFile:
            raise
        except TooLarge as error:
            raise BadFile(file=self.file, why="workbook_too_large", limit=error.limit) from None
        except EntitiesForbidden:
            raise BadFile(file=self.file, why="workbook_with_entities") from None
        except Exception as error:  # noqa: BLE001
            reason = shortened(str(error) or type(error).__name__)
            raise BadFile(file=self.file, why="broken_workbook", reason=reason) from None

    def _open(self, reader: ExcelReader) -> None:
        """Of what openpyxl's `read` does only this: the properties, names and drawings of good files often fail it."""
        reader.archive = self._archive
        reader.read_manifest()
        reader.read_workbook()
        self._epoch = reader.wb.epoch
        self._dates = date_styles(self._archive)
        self._texts = self._shared(reader)
        self.sheets = [
            Sheet(sheet.name, link.target, sheet.state != "visible")
            for sheet, link in reader.parser.find_sheets()
            if link.target in reader.valid_files and "chartsheet" not in link.Type
        ]

    def _shared(self, reader: ExcelReader) -> Texts:
        """Not by openpyxl, which holds each text, of which there may be millions, in an object of its own."""
        texts, told = Texts(), reader.package.find(SHARED_STRINGS)
        part = told.PartName[1:] if told else ARC_SHARED_STRINGS
        if told or part in reader.valid_files:
            for _, element in self._archive.elements(part, "", (_TEXT,), _TEXTS):
                texts.add(_content(element))
        return texts

    def rows(self, sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
        """Each row that holds anything, with the number that Excel shows. Raises BadFile."""
        number, cells = 0, list[str]()
        with self._mending():
            for row, column, text in self._cells(sheet.part):
                if row != number:
                    if not number < row <= MOST_ROWS:
                        raise ValueError(f"row {row}")
                    if cells:
                        yield number, cells
                    number, cells = row, []
                if text:
                    _put(cells, column - 1, text)
            if cells:
                yield number, cells

    def _cells(self, part: str) -> Iterator[tuple[int, int, str]]:
        # Not by `iter_rows`: it drops the second `<row>` of a number, and files exist with one for each cell.
        parser = WorkSheetParser(None, self._texts, data_only=True)
        for event, element in self._archive.elements(part, ROW_TAG, (CELL_TAG, ROW_TAG), DATA_TAG):
            if event == "start":
                parser.parse_row(element)
                parser.row_dimensions.clear()
            elif element.tag == CELL_TAG:
                row, column, value, is_date = self._cell(parser, element)
                if column > MOST_COLUMNS:
                    raise ValueError(f"column {column}")
                yield row, column, text_of(value, self._epoch, is_date=is_date)

    def _cell(self, parser: WorkSheetParser, element: Element) -> tuple[int, int, object, bool]:
        inline = element.find(INLINE_STRING)
        if inline is not None:
            element.remove(inline)
        if element.get("t") == "d" and names_zone(element.findtext(VALUE_TAG, "")):
            element.set("t", "str")  # openpyxl drops the zone; dates of a workbook are local, so no reader takes it
        cell = parser.parse_cell(element)
        value = cell["value"]
        if inline is not None:
            value = _content(inline)
        elif value is None and element.find(FORMULA_TAG) is not None:
            value = "#VALUE!"  # nobody computed it
        return cell["row"], cell["column"], value, cell["style_id"] in self._dates


def _content(element: Element) -> str:
    """The text of a cell, without how it looks and how it is spoken: openpyxl stumbles over fonts it does not know."""
    return "".join(piece.text or "" for run in element if run.tag != _SPOKEN for piece in run.iter(_PIECE))


def _put(cells: list[str], place: int, text: str) -> None:
    if place >= len(cells):
        cells += [""] * (place + 1 - len(cells))
    cells[place] = text
