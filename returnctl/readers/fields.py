"""What the text of an order may be. Each raises BadRow."""

from __future__ import annotations

import re
from functools import lru_cache

from returnctl.readers.intake import bad

LONGEST_NAME = 128
LONGEST_TEXT = 1000
MOST_UNITS = 1_000_000

_ORDER_ID = re.compile(r"(?![.-])[A-Za-z0-9._-]{1,64}")
# A spreadsheet shows a long number so.
_ROUNDED = re.compile(r"[0-9]([.,][0-9]+)?[Ee]\+[0-9]{2}")
_CLIMBING = re.compile(r"(^|[/\\])\.\.?($|[/\\])")


def order_id(text: str) -> str:
    unrounded(text)
    if not _ORDER_ID.fullmatch(text):
        raise bad("bad_id", text)
    return text


@lru_cache(8192)
def name(text: str) -> str:
    """Of a line, a SKU, a payment, a buyer."""
    unrounded(text)
    if not text or len(text) > LONGEST_NAME or not text.isprintable() or _CLIMBING.search(text):
        raise bad("bad_name", text, limit=LONGEST_NAME)
    return text


def words(text: str) -> str:
    """Said to people; what a terminal must not see is shown as escapes later."""
    if len(text) > LONGEST_TEXT or "\0" in text:
        raise bad("bad_text", text, limit=LONGEST_TEXT)
    return text


def units(number: int) -> int:
    if not 1 <= number <= MOST_UNITS:
        raise bad("bad_quantity", number, limit=MOST_UNITS)
    return number


def is_rounded(text: str) -> bool:
    """By a spreadsheet: `5.76461E+17`."""
    return "+" in text and bool(_ROUNDED.fullmatch(text))


def unrounded(text: str) -> str:
    if is_rounded(text):
        raise bad("rounded_id", text)
    return text
