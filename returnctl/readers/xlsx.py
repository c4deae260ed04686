"""Workbooks as spreadsheets save them: the sheets, and each row as texts, streamed.

Readers that take a whole sheet into memory cannot keep to the memory a command may use, and those that stream trust
what the file says of its own size. Here nothing is believed but the cells themselves, and nothing that runs, links
elsewhere or unfolds without end is taken.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from posixpath import join, normpath
from typing import Any, NamedTuple
from xml.parsers import expat

from returnctl.errors import BadFile
from returnctl.readers.intake import LARGEST_FILE
from returnctl.readers.xlsx_values import Formats, text_of

LARGEST_PART = 1024 * 1024 * 1024
MOST_SHARED = 128 * 1024 * 1024
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
# Text packs to a tenth or a fiftieth; only what was made to unfold packs so far.
_BOMB, _SMALL = 200, 16 * 1024 * 1024
_CHUNK = 64 * 1024
_LONGEST_CELL = 1024 * 1024
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OLE = b"\xd0\xcf\x11\xe0"
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, expat.ExpatError, OSError, EOFError, NotImplementedError,
    RuntimeError, ValueError, OverflowError, LookupError,
)  # fmt: skip

Start = Callable[[str, dict[str, str]], object]
End = Callable[[str], object]


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
        with self._mending():
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            self._parts = {info.filename: info for info in self._zip.infolist()}
        self._check()
        self.sheets, self._formats, self._shared = self._opened()

    @contextmanager
    def _mending(self) -> Iterator[None]:
        try:
            yield
        except _BROKEN as error:
            raise BadFile(file=self.file, why="broken_workbook", reason=str(error)) from None

    def _refuse(self, why: str, **facts: object) -> BadFile:
        return BadFile(file=self.file, why=why, **facts)

    def _check(self) -> None:
        if "xl/workbook.xml" not in self._parts:
            raise self._refuse("not_a_workbook")
        if any(name.endswith("vbaProject.bin") for name in self._parts):
            raise self._refuse("workbook_with_macros")
        if any(name.startswith("xl/externalLinks/") for name in self._parts):
            raise self._refuse("workbook_with_links")
        for info in self._parts.values():
            unfolds = info.file_size > _SMALL and info.file_size > _BOMB * max(info.compress_size, 1)
            if unfolds or info.file_size > LARGEST_PART:
                raise self._refuse("workbook_too_large", limit=LARGEST_PART)

    def _opened(self) -> tuple[list[Sheet], Formats, Texts]:
        places, sheets, formats = self._places(), list[Sheet](), Formats()

        def of_book(name: str, facts: dict[str, str]) -> None:
            if name == "workbookPr":
                formats.since_1904 = facts.get("date1904", "0").lower() in ("1", "true")
            elif name == "sheet":
                link = next((value for key, value in facts.items() if key.endswith(":id")), "")
                if places.get(link) in self._parts:
                    hidden = facts.get("state", "visible") != "visible"
                    sheets.append(Sheet(facts.get("name", ""), places[link], hidden))

        self._all("xl/workbook.xml", of_book)
        self._all("xl/styles.xml", formats.start, formats.end)
        texts = Texts(self.file)
        self._all("xl/sharedStrings.xml", texts.start, texts.end, texts)
        return sheets, formats, texts

    def _places(self) -> dict[str, str]:
        """The part that each link of the workbook names."""
        places: dict[str, str] = {}

        def of_link(name: str, facts: dict[str, str]) -> None:
            if name == "Relationship":
                target = facts.get("Target", "")
                places[facts.get("Id", "")] = target[1:] if target.startswith("/") else normpath(join("xl", target))

        self._all("xl/_rels/workbook.xml.rels", of_link)
        return places

    def rows(self, sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
        """Each row that holds cells, with the number that Excel shows. Raises BadFile."""
        rows = _Rows(self._shared, self._formats)
        for _ in self._read(sheet.part, rows.start, rows.end, rows):
            yield from rows.finished()
        yield from rows.finished(ended=True)

    def _all(self, part: str, start: Start, end: End | None = None, texts: Grabbing | None = None) -> None:
        if part in self._parts:
            for _ in self._read(part, start, end, texts):
                pass

    def _read(self, part: str, start: Start, end: End | None, texts: Grabbing | None = None) -> Iterator[None]:
        """Hand a part's elements on, chunk by chunk; names come without what stands before their colon."""
        parser, fed = expat.ParserCreate(), 0
        parser.buffer_text = True
        parser.StartElementHandler = lambda name, facts: _listen(parser, start, end, name, facts)
        parser.StartDoctypeDeclHandler = self._doctype
        if texts:
            texts.parser = parser
        with self._mending(), self._zip.open(self._parts[part]) as file:
            while chunk := file.read(_CHUNK):
                parser.Parse(chunk)
                fed += len(chunk)
                if fed - parser.CurrentByteIndex > _LONGEST_CELL or (texts and texts.is_too_long()):
                    raise self._refuse("workbook_too_large", limit=_LONGEST_CELL)
                yield
            parser.Parse(b"", True)  # noqa: FBT003 - it takes no names

    def _doctype(self, *_: object) -> None:
        raise self._refuse("workbook_with_entities")


def _listen(parser: Any, start: Start, end: End | None, name: str, facts: dict[str, str]) -> None:  # noqa: ANN401
    """From the first element on: a file that writes `x:row` does it everywhere, and most never do."""
    names = _Names()
    if ":" in name:
        parser.StartElementHandler = lambda name, facts: start(names[name], facts)
        parser.EndElementHandler = end and (lambda name: end(names[name]))
    else:
        parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartElementHandler(name, facts)


class _Names(dict[str, str]):
    def __missing__(self, name: str) -> str:
        local = self[name] = name.rpartition(":")[2]
        return local


class Grabbing:
    """Text of the elements that hold any, while they are open."""

    parser: Any

    def __init__(self) -> None:
        self.grabbed: list[str] = []

    def is_too_long(self) -> bool:
        return sum(map(len, self.grabbed)) > _LONGEST_CELL

    def listen(self) -> None:
        self.parser.CharacterDataHandler = self.grabbed.append

    def stop(self) -> None:
        self.parser.CharacterDataHandler = None

    def take(self) -> str:
        text = "".join(self.grabbed)
        self.grabbed.clear()
        return text


class Texts(Grabbing):
    """The texts that cells share. There may be millions, so they are held as the bytes of one."""

    def __init__(self, file: str) -> None:
        super().__init__()
        self._file = file
        self._bytes = bytearray()
        self._ends = array("Q", [0])
        self._spoken = False

    def start(self, name: str, _: object) -> None:
        if name == "t" and not self._spoken:
            self.listen()
        elif name == "rPh":  # how it is spoken
            self._spoken = True

    def end(self, name: str) -> None:
        if name == "t":
            self.stop()
        elif name == "rPh":
            self._spoken = False
        elif name == "si":
            self._bytes += self.take().encode("utf-8", "replace")
            self._ends.append(len(self._bytes))
            if len(self._bytes) > MOST_SHARED:
                raise BadFile(file=self._file, why="workbook_too_large", limit=MOST_SHARED)

    def __getitem__(self, text: str) -> str:
        at = int(text)
        if at < 0:
            raise IndexError(at)
        start, end = self._ends[at], self._ends[at + 1]
        return self._bytes[start:end].decode()


class _Columns(dict[str, int]):
    """The place of a column by its letters."""

    def __missing__(self, letters: str) -> int:
        place = 0
        for letter in letters:
            place = place * 26 + "ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(letter) + 1
            if place > MOST_COLUMNS:
                raise ValueError(letters)
        self[letters] = place - 1
        return place - 1


class _Rows(Grabbing):
    """Rows out of elements. Pieces of one row that stand apart come together by its number."""

    def __init__(self, shared: Texts, formats: Formats) -> None:
        super().__init__()
        self._shared, self._formats = shared, formats
        self._columns = _Columns()
        self._done: list[tuple[int, list[str]]] = []
        self._number, self._digits, self._cells = 0, "", list[str]()
        self._place = -1
        self._facts: dict[str, str] = {}
        self._formula = self._spoken = False

    def start(self, name: str, facts: dict[str, str]) -> None:
        if name == "c":
            self._facts = facts
            self._formula = False
            self._where(facts.get("r"))
        elif name == "v" or (name == "t" and not self._spoken):
            self.parser.CharacterDataHandler = self.grabbed.append
        elif name == "row":
            self._place = -1
            self._begin(facts.get("r") or str(self._number + 1))
        elif name == "f":
            self._formula = True
        elif name == "rPh":
            self._spoken = True

    def end(self, name: str) -> None:
        if name == "v" or name == "t":  # noqa: PLR1714 - a set is slower, and there are millions
            self.parser.CharacterDataHandler = None
        elif name == "c":
            if self.grabbed or self._formula:
                text = self.grabbed[0] if len(self.grabbed) == 1 else "".join(self.grabbed)
                self.grabbed.clear()
                self._put(text_of(text, self._facts, self._shared, self._formats, self._formula))
        elif name == "rPh":
            self._spoken = False

    def _begin(self, digits: str) -> None:
        number = int(digits)
        if number != self._number:
            if not self._number < number <= MOST_ROWS:
                raise ValueError(digits)
            self._done.append((self._number, self._cells))
            self._number, self._cells = number, []
        self._digits = digits

    def _where(self, place: str | None) -> None:
        """A cell knows best where it stands, where it says so."""
        if not place:
            self._place += 1
        else:
            letters = place.rstrip("0123456789")
            self._place = self._columns[letters]
            if place[len(letters) :] != self._digits:
                self._begin(place[len(letters) :])
        if not 0 <= self._place < MOST_COLUMNS:
            raise ValueError(place)

    def _put(self, text: str) -> None:
        if not text:
            return
        cells = self._cells
        short = self._place - len(cells)
        if short < 0:
            cells[self._place] = text
            return
        if short:
            cells += [""] * short
        cells.append(text)

    def finished(self, *, ended: bool = False) -> Iterator[tuple[int, list[str]]]:
        if ended:
            self._done.append((self._number, self._cells))
        yield from (row for row in self._done if row[1])
        self._done.clear()
