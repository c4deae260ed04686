"""What a cell of a workbook says, as a text that means the same in any other file."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from openpyxl.styles.numbers import builtin_format_code, is_date_format
from openpyxl.utils.datetime import from_excel
from openpyxl.xml.constants import ARC_STYLE, SHEET_MAIN_NS

from returnctl.readers.xlsx_parts import TooLarge

if TYPE_CHECKING:
    from collections.abc import Mapping

    from returnctl.readers.xlsx_parts import Archive

MOST_STYLES = 200_000
_STYLES, _STYLE, _FORMAT = (f"{{{SHEET_MAIN_NS}}}{name}" for name in ("cellXfs", "xf", "numFmt"))
# Dates of Chinese, Japanese and Korean spreadsheets, which no file has to declare and openpyxl does not know.
_EAST_ASIAN_DATES = frozenset((*range(27, 37), *range(50, 59)))
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_LAST_DAY, _SECONDS = 2_958_466, 86_400
# From here on a number has lost digits, and stays as it is: no id takes it.
_LOSSY = 1e16


def date_styles(archive: Archive) -> frozenset[int]:
    """The places of the styles that show a date. Raises TooLarge, and whatever a damaged part raises.

    Without openpyxl's `Stylesheet`, which stumbles over fonts and fills that other programs write.
    """
    formats, styles = dict[int, str](), list[int]()
    if ARC_STYLE in archive.namelist():
        for event, element in archive.elements(ARC_STYLE, _STYLES, (_FORMAT, _STYLE), _STYLES):
            if event == "start":
                styles.clear()  # those so far are what these are based on
            elif element.tag == _FORMAT:
                formats[int(element.get("numFmtId", 0))] = element.get("formatCode", "")
            else:
                styles.append(int(element.get("numFmtId", 0)))
            if len(styles) + len(formats) > MOST_STYLES:
                raise TooLarge(MOST_STYLES)
    return frozenset(at for at, number in enumerate(styles) if _shows_date(number, formats))


def _shows_date(number: int, formats: Mapping[int, str]) -> bool:
    if number in formats:
        return bool(is_date_format(formats[number]))
    return number in _EAST_ASIAN_DATES or bool(is_date_format(builtin_format_code(number)))


def text_of(value: object, epoch: datetime, *, is_date: bool) -> str:
    """Of what openpyxl makes of a cell without its dates."""
    if isinstance(value, str):
        return _unescaped(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return date_text(value, epoch) if is_date else number_text(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return f"{value} 00:00:00"
    return "" if value is None else str(value)


def _unescaped(text: str) -> str:
    """What XML cannot hold is written as `_x0009_`."""
    if "_x" not in text:
        return text
    whole = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    return whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@lru_cache(8192, typed=True)
def number_text(number: float) -> str:
    """The shortest that is the same number: 54.990000000000002 is 54.99.

    `5.76461413038780E+17` stays one with an exponent, and a whole number keeps all its digits.
    """
    if isinstance(number, int):
        return str(number)
    if abs(number) >= _LOSSY:
        return repr(number).upper()
    return format(Decimal(repr(number)), "f").removesuffix(".0")


@lru_cache(8192, typed=True)
def date_text(days: float, epoch: datetime) -> str:
    """`2026-10-20 09:05:11`; of a time alone just that."""
    if not 0 <= days < _LAST_DAY:
        return number_text(days)
    return str(from_excel(round(days * _SECONDS) / _SECONDS, epoch))
