"""The sentences of the program, and the catalogue of their translations.

    python -m tests.catalogue      # after a sentence has changed: update the .po file, compile the .mo file

Sentences that nobody has translated yet are left empty there, and a test names them. Click's own sentences stand there
too, marked as such: those that another version of click says are kept.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).parent.parent / "returnctl"
HEADER = "# returnctl's sentences. Updated and compiled by `python -m tests.catalogue`."
CLICKS = "said by click"
_PEOPLE = {"msgid_bugs_address": "returnctl", "last_translator": "returnctl", "language_team": "returnctl"}
# One sentence, or one for each grammatical number.
Sentence = str | tuple[str, ...]


def sentences() -> set[Sentence]:
    """Every sentence that the code says or marks."""
    return set(_said(PACKAGE, {"say": 1, "mark": 1}))


def clicks() -> set[Sentence]:
    """The sentences of the click that is installed."""
    return set(_said(Path(click.__file__).parent, {"_": 1, "ngettext": 2}))


def _said(folder: Path, functions: dict[str, int]) -> Iterator[Sentence]:
    """The first arguments, where they are literal, of every call of these functions."""
    for file in folder.rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in functions:
                words = call.args[: functions[call.func.id]]
                texts = tuple(str(word.value) for word in words if isinstance(word, ast.Constant))
                if texts and len(texts) == len(words):
                    yield texts[0] if len(texts) == 1 else texts


def po(language: str) -> Path:
    return PACKAGE / "locale" / language / "LC_MESSAGES" / "returnctl.po"


def load(language: str) -> Catalog:
    with po(language).open("rb") as file:
        return read_po(file, locale=language)


def compiled(catalogue: Catalog) -> bytes:
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def updated(old: Catalog) -> Catalog:
    """The sentences of today, with the translations that there are."""
    new = Catalog(old.locale, header_comment=HEADER, project="returnctl", version="1", fuzzy=False, **_PEOPLE)
    new.creation_date, new.revision_date = old.creation_date, old.revision_date
    ours, kept = sentences(), {message.id for message in old if CLICKS in message.auto_comments}
    for text in sorted(ours | clicks() | kept, key=str):
        known = old.get(text)
        new.add(text, known.string if known else "", auto_comments=() if text in ours else (CLICKS,))
    return new


def update(language: str) -> None:
    new = updated(load(language))
    with po(language).open("wb") as file:
        write_po(file, new, width=100)
    po(language).with_suffix(".mo").write_bytes(compiled(new))


if __name__ == "__main__":
    update("zh")
