"""The reader of a page: how days, money, countries and lists look in their language, by Unicode's own data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time, get_timezone_name
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal

from returnctl.domain.policy import Amounts, Texts
from returnctl.domain.terms import in_currency
from returnctl.output.page.blocks import Text, plain
from returnctl.output.words import say

_LOCALES = {"en": "en", "zh": "zh_Hans"}


def tag_of(language: str) -> str:
    """As HTML names the language."""
    return _LOCALES[language].replace("_", "-")


class Reader:
    """Somebody who reads `language` and pays in `currency`."""

    def __init__(self, language: str, currency: str) -> None:
        self.language = language
        self.currency = currency

    @cached_property
    def locale(self) -> Locale:
        return Locale.parse(_LOCALES[self.language])

    def own(self, texts: Texts) -> Text | None:
        """The seller's words in this language, else in English, else in the first there is."""
        by_language: dict[str, tuple[str, str]] = {}
        for code, text in texts.items():
            by_language.setdefault(code.partition("-")[0], (code, text))
        for language in (self.language, "en", *by_language):
            if language in by_language:
                code, text = by_language[language]
                return Text(plain(text), None if language == self.language else code)
        return None

    def money(self, amounts: Amounts, key: str) -> str:
        """Raises NoAmountInCurrency, which names the key."""
        return str(format_currency(in_currency(amounts, self.currency, key), self.currency, locale=self.locale))

    def percent(self, value: Decimal) -> str:
        return f"{format_decimal(value, locale=self.locale)}%"

    def day(self, day: date) -> str:
        return format_date(day, "long", locale=self.locale)

    def weekday(self, day: date) -> str:
        return format_date(day, "full", locale=self.locale)

    def time(self, instant: datetime, zone: str) -> str:
        return format_time(instant, "short", tzinfo=ZoneInfo(zone), locale=self.locale)

    def country(self, code: str) -> str:
        return str(self.locale.territories.get(code, code))

    def zone(self, name: str) -> str:
        """`Pacific Time`; a zone of no country as it is called."""
        if "/" not in name or name.startswith("Etc/"):
            return name
        return str(get_timezone_name(ZoneInfo(name), "long", zone_variant="generic", locale=self.locale))

    def all_of(self, words: Iterable[str]) -> str:
        return format_list(list(words), "standard", locale=self.locale)

    def any_of(self, words: Iterable[str]) -> str:
        return format_list(list(words), "or", locale=self.locale)

    def label(self, name: str, value: str) -> str:
        return say("{name}: {value}", self.language, name=name, value=value)


def semicolon(to: Reader) -> str:
    return "；" if to.language == "zh" else "; "


def joined(texts: Sequence[Text], by: str) -> Text:
    """As one line; in another language only where all of it is."""
    languages = {text.language for text in texts}
    return Text(by.join(text.text for text in texts), languages.pop() if len(languages) == 1 else None)
