"""What a cell of a workbook says, as a text that means the same in any other file."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from returnctl.readers.xlsx import Texts

ERRORS = frozenset(
    ("#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#GETTING_DATA", "#SPILL!", "#CALC!")
)
_NO_VALUE = "#VALUE!"
_TRUE = ("1", "true")
# Formats that every workbook has without saying so: those of days and of times.
_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_NOT_A_DATE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]|general', re.IGNORECASE)
_DATE_LETTERS = re.compile("[ymdhs]", re.IGNORECASE)
_WHOLE = re.compile("-?[0-9]{1,40}", re.ASCII)
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
# Where a spreadsheet counts days from; its February of 1900 had 29.
_DAY_0, _LEAP, _FROM_1904 = datetime(1899, 12, 30), 60, datetime(1904, 1, 1)  # noqa: DTZ001 - no zone is told
_LAST_DAY = 2_958_466
# From here on a number has lost digits, and stays as it is: no id takes it.
_LOSSY = 1e16


class Formats:
    """Which of the styles of cells show a date, and from when its days are counted."""

    def __init__(self) -> None:
        self.since_1904 = False
        self._dates = set(_DATES)
        self._styles: list[bool] = []
        self._in_styles = False

    def start(self, name: str, facts: Mapping[str, str]) -> None:
        if name == "numFmt":
            number = int(facts.get("numFmtId", "0"))
            shows = _DATE_LETTERS.search(_NOT_A_DATE.sub("", facts.get("formatCode", "")))
            (self._dates.add if shows else self._dates.discard)(number)
        elif name == "cellXfs":
            self._in_styles = True
        elif name == "xf" and self._in_styles:
            self._styles.append(int(facts.get("numFmtId", "0")) in self._dates)

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._in_styles = False

    def is_date(self, style: str) -> bool:
        at = int(style)
        return 0 <= at < len(self._styles) and self._styles[at]


def text_of(text: str, facts: Mapping[str, str], shared: Texts, formats: Formats, formula: bool = False) -> str:
    """Raises ValueError, IndexError."""
    kind = facts.get("t", "n")
    if kind == "s":
        return _unescaped(shared[text]) if text else ""
    if kind in ("inlineStr", "str"):
        return _unescaped(text)
    if not text:  # nobody computed it
        return _NO_VALUE if formula else ""
    if kind == "b":
        return "TRUE" if text in _TRUE else "FALSE"
    if kind == "n":
        style = facts.get("s")
        return date_text(text, since_1904=formats.since_1904) if style and formats.is_date(style) else number_text(text)
    return text.replace("T", " ").removesuffix("Z") if kind == "d" else text


def _unescaped(text: str) -> str:
    """What XML cannot hold is written as `_x0009_`."""
    if "_x" not in text:
        return text
    whole = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    return whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@lru_cache(8192)
def number_text(text: str) -> str:
    """The shortest that is the same number: 54.990000000000002 is 54.99. Raises ValueError.

    `5.76461413038780E+17` stays one with an exponent.
    """
    if _WHOLE.fullmatch(text):
        return text
    number = float(text)
    if abs(number) >= _LOSSY:
        return repr(number).upper()
    return format(Decimal(repr(number)), "f").removesuffix(".0")


@lru_cache(8192)
def date_text(text: str, *, since_1904: bool) -> str:
    """`2026-10-20 09:05:11`; of a time alone just that. Raises ValueError."""
    days = float(text)
    if not 0 <= days < _LAST_DAY:
        return number_text(text)
    start = _FROM_1904 if since_1904 else _DAY_0 + timedelta(days=days < _LEAP)
    at = start + timedelta(seconds=round(days * 86_400))
    return at.strftime("%H:%M:%S" if days < 1 else "%Y-%m-%d %H:%M:%S")
