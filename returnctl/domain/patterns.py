"""Names with `*` for any characters, as in `LUMI-CUSTOM-*`."""

from __future__ import annotations


def like(pattern: str, text: str) -> bool:
    """In time proportional to both: a regular expression with many `.*` could take for ever."""
    first, *rest = pattern.split("*")
    if not rest:
        return text == pattern
    *middle, last = rest
    if len(text) < len(first) + len(last) or not (text.startswith(first) and text.endswith(last)):
        return False
    at, end = len(first), len(text) - len(last)
    for part in middle:
        at = text.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True
