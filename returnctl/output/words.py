"""Sentences in the reader's language, looked up when they are made, through gettext.

`mark` names a sentence for the catalogue where it is only kept; `say` translates it and puts the facts in.
English needs no catalogue, so it costs nothing.
"""

from __future__ import annotations

import gettext
import os

# Not by pathlib, whose import every command would pay for.
LOCALES = os.path.join(os.path.dirname(os.path.dirname(__file__)), "locale")
LANGUAGES = ("en", "zh")

_chosen = "en"
_catalogues: dict[str, gettext.NullTranslations] = {"en": gettext.NullTranslations()}


def use(language: str) -> None:
    """Speak this language from now on; click's own words follow."""
    global _chosen  # noqa: PLW0603 - one process speaks to one reader
    _chosen = language if language in LANGUAGES else "en"
    if _chosen != "en":
        os.environ["LANGUAGE"] = _chosen
        gettext.bindtextdomain("returnctl", LOCALES)
        gettext.textdomain("returnctl")


def chosen() -> str:
    return _chosen


def mark(text: str) -> str:
    return text


def say(text: str, language: str | None = None, /, **facts: object) -> str:
    """`text` in the language asked for (by default the reader's), its `{names}` replaced by the facts."""
    sentence = _catalogue(language or _chosen).gettext(text) if text else ""
    return sentence.format(**facts) if facts else sentence


def _catalogue(language: str) -> gettext.NullTranslations:
    if language not in _catalogues:
        _catalogues[language] = gettext.translation("returnctl", LOCALES, [language], fallback=True)
    return _catalogues[language]
