"""The parts of a workbook, read without holding more of them than a cell: a small file may unfold to anything."""

from __future__ import annotations

from array import array
from typing import IO, TYPE_CHECKING
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from defusedxml.ElementTree import iterparse

from returnctl.errors import BadFile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from zipfile import ZipInfo

LARGEST_PART = 1024 * 1024 * 1024
MOST_SHARED = 128 * 1024 * 1024
_LARGEST_WHOLE = 1024 * 1024
# Text packs to a tenth or a fiftieth; only what was made to unfold packs so far.
_BOMB, _SMALL = 200, 16 * 1024 * 1024
_LONGEST_CELL = 1024 * 1024
_CHUNK = 64 * 1024
# The names of a workbook saved as Strict Open XML, and those that openpyxl knows, in which all else is alike.
_NAMES = (
    (b"http://purl.oclc.org/ooxml/spreadsheetml/", b"http://schemas.openxmlformats.org/spreadsheetml/2006/"),
    (b"http://purl.oclc.org/ooxml/officeDocument/", b"http://schemas.openxmlformats.org/officeDocument/2006/"),
)


class TooLarge(ValueError):
    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


class Archive(ZipFile):
    """Raises TooLarge; openpyxl takes parts whole by `read` alone."""

    def read(self, name: str | ZipInfo, pwd: bytes | None = None) -> bytes:
        info = self.getinfo(name) if isinstance(name, str) else name
        if info.file_size > _LARGEST_WHOLE:
            raise TooLarge(_LARGEST_WHOLE)
        return _usual(super().read(name, pwd))

    def check(self, file: str) -> None:
        """By what it says of its parts, before any is opened; more than that is never unpacked. Raises BadFile."""
        names = self.namelist()
        if "xl/workbook.xml" not in names:
            raise BadFile(file=file, why="not_a_workbook")
        if any(name.endswith("vbaProject.bin") for name in names):
            raise BadFile(file=file, why="workbook_with_macros")
        if any(name.startswith("xl/externalLinks/") for name in names):
            raise BadFile(file=file, why="workbook_with_links")
        if any(map(_unfolds, self.infolist())):
            raise BadFile(file=file, why="workbook_too_large", limit=LARGEST_PART)

    def elements(self, part: str, begun: str, done: Collection[str], last: str) -> Iterator[tuple[str, Element]]:
        """`start` of each `begun` with its attributes alone, `end` of each that is `done` and then gone, up to `last`.

        Raises TooLarge, and what defusedxml and zipfile raise.
        """
        with self.open(part) as file:
            source, path = _Source(file), list[Element]()
            for event, element in iterparse(source, ("start", "end")):
                if event == "start":
                    path.append(element)
                    if element.tag == begun:
                        yield event, Element(begun, element.attrib)
                    continue
                path.pop()
                if element.tag in done:
                    yield event, element
                    path[-1].clear()
                    source.fed = 0
                elif element.tag == last:
                    break
            source.skip()


def _unfolds(info: ZipInfo) -> bool:
    too_far = info.file_size > _SMALL and info.file_size > _BOMB * max(info.compress_size, 1)
    return too_far or info.file_size > LARGEST_PART


def _usual(xml: bytes) -> bytes:
    for strict, usual in _NAMES:
        xml = xml.replace(strict, usual)
    return xml


class _Source:
    """What stands between the ends of two cells is no longer than a cell may be."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._begun = False
        self.fed = 0

    def read(self, size: int) -> bytes:
        chunk = self._file.read(size)
        if not self._begun:  # names are declared by the first element
            self._begun, chunk = True, _usual(chunk)
        self.fed += len(chunk)
        if self.fed > _LONGEST_CELL:
            raise TooLarge(_LONGEST_CELL)
        return chunk

    def skip(self) -> None:
        """To the end, where zipfile compares the checksum."""
        while self._file.read(_CHUNK):
            pass


class Texts:
    """The texts that cells share. There may be millions, so they are held as the bytes of one."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("Q", [0])

    def add(self, text: str) -> None:
        self._bytes += text.encode("utf-8", "replace")
        self._ends.append(len(self._bytes))
        if len(self._bytes) > MOST_SHARED:
            raise TooLarge(MOST_SHARED)

    def __getitem__(self, at: int) -> str:
        if at < 0:
            raise IndexError(at)
        start, end = self._ends[at], self._ends[at + 1]
        return self._bytes[start:end].decode()
