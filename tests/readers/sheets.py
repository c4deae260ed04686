"""Workbooks built by hand, as well and as badly as programs write them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_LINKS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
FORMATS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# Style 1 shows a day, 2 a time of the house, 3 an amount that has a letter of dates in quotes, 4 a day as in China.
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy\\ hh:mm"/>'
    '<numFmt numFmtId="165" formatCode="0.00&quot; day&quot;[Red]"/></numFmts>'
    "<fonts><font><name val='A name that is longer than the thirty-one letters'/></font></fonts><fills><fill/></fills>"
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/>'
    '<xf numFmtId="31"/></cellXfs></styleSheet>'
)


def text(value: str) -> str:
    """A cell with a text of its own; `{at}` is where it stands."""
    return f'<c {{at}} t="inlineStr"><is><t>{escape(value).replace("{", "{{").replace("}", "}}")}</t></is></c>'


def number(value: str, style: int = 0) -> str:
    return f'<c {{at}} s="{style}"><v>{value}</v></c>'


def typed(kind: str, value: str) -> str:
    return f'<c {{at}} t="{kind}"><v>{value}</v></c>'


def sheet(rows: Sequence[Sequence[str]], *, split: bool = False, dimension: str = "A1:A1", places: bool = True) -> str:
    """Rows of cells. `split`: a `<row>` for each cell; without `places` nothing says where it stands."""
    told = []
    for at, row in enumerate(rows, 1):
        cells = [cell.format(at=f'r="{letters(place)}{at}"' if places else "") for place, cell in enumerate(row)]
        pieces = cells if split else ["".join(cells)]
        told += [f'<row r="{at}">{piece}</row>' if places else f"<row>{piece}</row>" for piece in pieces]
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{MAIN}"><dimension ref="{dimension}"/>'
        f"<sheetData>{''.join(told)}</sheetData></worksheet>"
    )


def texts(rows: Iterable[Sequence[str]]) -> list[list[str]]:
    return [[text(cell) for cell in row] for row in rows]


def letters(place: int) -> str:
    return letters(place // 26 - 1) + chr(65 + place % 26) if place >= 26 else chr(65 + place)


def book(
    sheets: Mapping[str, str], *, shared: str = "", more: Mapping[str, bytes | str] | None = None, of_book: str = ""
) -> bytes:
    names = "".join(f'<sheet name="{name}" sheetId="{at}" r:id="r{at}"/>' for at, name in enumerate(sheets, 1))
    links = "".join(
        f'<Relationship Id="r{at}" Type="{LINKS}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at in range(1, len(sheets) + 1)
    )
    types = "".join(
        f'<Override PartName="/xl/{name}.xml" ContentType="{FORMATS}.{kind}+xml"/>'
        for name, kind in (("workbook", "sheet.main"), *((("sharedStrings", "sharedStrings"),) if shared else ()))
    )
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": f'<Types xmlns="{TYPES}">{types}</Types>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}">{of_book}<sheets>{names}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{links}</Relationships>',
        "xl/styles.xml": STYLES,
        **({"xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{shared}</sst>'} if shared else {}),
        **{f"xl/worksheets/sheet{at}.xml": content for at, content in enumerate(sheets.values(), 1)},
        **(more or {}),
    }
    return packed_again(parts)


def packed_again(parts: Mapping[str, bytes | str], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", how) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return file.getvalue()


def unpacked(file: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(file)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def as_strict(file: bytes) -> bytes:
    """As "Strict Open XML" writes it: in other namespaces."""
    parts = unpacked(file)
    for usual, strict in ((LINKS, STRICT_LINKS), (MAIN, STRICT_MAIN)):
        parts = {name: part.replace(usual.encode(), strict.encode()) for name, part in parts.items()}
    return packed_again(parts)
