"""Text from outside, safe to show in a terminal: control, escape and bidi characters become visible."""

from __future__ import annotations

import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Joiners that scripts and emoji need; they steer nothing.
_JOINERS = "\u200c\u200d"


def clean(text: str) -> str:
    """One line, with every character visible."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if _shown(char) else char.encode("unicode_escape").decode() for char in text)


def _shown(char: str) -> bool:
    return char in _JOINERS or unicodedata.category(char) not in _HIDDEN
