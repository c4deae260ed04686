"""What is to be told to buyers, ready to be copied, with the line that books it."""

from __future__ import annotations

from typing import Any

from returnctl.domain.notices import Words
from returnctl.domain.owed import called
from returnctl.domain.platforms import bytes_of, comment_limit, platform_of
from returnctl.domain.record import Owed, Return
from returnctl.output.clean import clean
from returnctl.output.forms import platform, word
from returnctl.output.words import mark, say

HEADING = mark("To tell the buyers: copy the words, then type the line beneath")


def block(record: Return, owed: Owed, words: Words) -> str:
    """The words stand at the margin, so that what is copied is what was written."""
    who = " ".join(filter(None, (record.buyer.name, record.buyer.id)))
    head = clean(" · ".join((word(owed.what), record.id, who, words.language)))
    size = too_long(record, words.text)
    lines = [f"{head} · {size}" if size else head, shown(words.text)]
    return "\n".join([*lines, f"  returnctl done {record.id} --only {called(record, owed)}"])


def shown(text: str) -> str:
    """Line by line, safe for a terminal."""
    return "\n".join(clean(line) for line in text.splitlines())


def measured(record: Return, text: str) -> str:
    """How long it is, as platforms count it."""
    return too_long(record, text) or say("{size} bytes", size=bytes_of(text))


def too_long(record: Return, text: str) -> str:
    """Empty where it fits, or where nobody knows how much does."""
    most, size = comment_limit(record), bytes_of(text)
    if most is None or size <= most:
        return ""
    return say(
        "{size} bytes; {name} takes about {most}", size=size, most=most, name=platform(platform_of(record) or "")
    )


def row(record: Return, owed: Owed, words: Words) -> dict[str, Any]:
    """The same for programs."""
    return {
        "key": owed.key, "what": owed.what, "language": words.language, "words": words.text,
        "bytes": bytes_of(words.text), "limit": comment_limit(record),
    }  # fmt: skip
