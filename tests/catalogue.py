"""The sentences of the program, and the catalogue of their translations.

    python -m tests.catalogue      # after a sentence has changed: update the .po file, compile the .mo file

Sentences that nobody has translated yet are left empty there, and a test names them.
"""

from __future__ import annotations

import io
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "returnctl"
KEYWORDS = {"say": None, "mark": None}
# Click's own words, as far as people meet them.
CLICKS = {"_": None, "ngettext": (1, 2)}


def sentences() -> dict[str, tuple[str, int]]:
    """Every sentence that the code says or marks, with a place where it stands."""
    found = extract_from_dir(PACKAGE, method_map=[("**.py", "python")], keywords=KEYWORDS, strip_comment_tags=True)
    return {text: (file, line) for file, line, text, _, _ in found if isinstance(text, str) and text}


def clicks() -> set[str | tuple[str, ...]]:
    """The sentences of the click that is installed."""
    found = extract_from_dir(Path(click.__file__).parent, method_map=[("**.py", "python")], keywords=CLICKS)
    return {text for _, _, text, _, _ in found if text}


def po(language: str) -> Path:
    return PACKAGE / "locale" / language / "LC_MESSAGES" / "returnctl.po"


def load(language: str) -> Catalog:
    with po(language).open("rb") as file:
        return read_po(file, locale=language)


def compiled(catalogue: Catalog) -> bytes:
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def update(language: str) -> None:
    old = load(language) if po(language).exists() else Catalog(locale=language)
    new = Catalog(locale=language, project="returnctl", version="1", header_comment="# returnctl's sentences.")
    new.creation_date = new.revision_date = old.creation_date
    for text in sorted([*sentences(), *clicks()], key=str):
        known = old.get(text[0] if isinstance(text, tuple) else text)
        new.add(text, known.string if known else "", flags=["python-brace-format"] if "{" in str(text) else [])
    po(language).parent.mkdir(parents=True, exist_ok=True)
    with po(language).open("wb") as file:
        write_po(file, new, width=100, omit_header=False, ignore_obsolete=True)
    po(language).with_suffix(".mo").write_bytes(compiled(new))


if __name__ == "__main__":
    update("zh")
