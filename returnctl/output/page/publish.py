"""A policy published: in which languages, in which forms, under which file names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple, Self

from returnctl.domain.example import Example, example
from returnctl.domain.policy import Pinned
from returnctl.domain.publication import Promise, promise
from returnctl.output.page.blocks import Page
from returnctl.output.page.jsonld import jsonld
from returnctl.output.page.markdown import markdown
from returnctl.output.page.sections import page_of
from returnctl.output.words import LANGUAGES


class Paper(NamedTuple):
    """What one market is told."""

    promise: Promise
    example: Example | None

    @classmethod
    def of(cls, policy: Pinned, market: str, now: datetime) -> Self:
        return cls(promise(policy, market), example(policy, market, now))

    def page(self, language: str) -> Page:
        return page_of(self.promise, self.example, language)

    def written(self, language: str, form: str) -> str:
        """As `html`, `markdown` or `jsonld`."""
        if form == "jsonld":
            return jsonld(self.promise, language) + "\n"
        return markdown(self.page(language)) if form == "markdown" else self._html(language, [])

    def files(self, languages: list[str]) -> Iterator[tuple[str, str]]:
        """By name: `standard.US.en.html` and `.md` for each language."""
        for language in languages:
            yield f"{self._stem(language)}.html", self._html(language, languages)
            yield f"{self._stem(language)}.md", markdown(self.page(language))

    def _stem(self, language: str) -> str:
        return f"{self.promise.policy.name}.{self.promise.market}.{language}"

    def _html(self, language: str, beside: list[str]) -> str:
        from returnctl.output.page.html import Sibling, html

        siblings = [Sibling(each, f"{self._stem(each)}.html") for each in beside] if len(beside) > 1 else []
        return html(self.page(language), jsonld(self.promise, language), siblings)


def languages_of(policy: Pinned) -> list[str]:
    """Those of its texts that the program speaks, in their order; all where it has no texts of its own."""
    found = (code.partition("-")[0] for code in _codes(policy.body))
    return list(dict.fromkeys(code for code in found if code in LANGUAGES)) or list(LANGUAGES)


def _codes(value: Any) -> Iterator[str]:  # noqa: ANN401 - any value of a policy file
    """The languages of the texts in it: the keys of each `title`, and of those under `wording`."""
    if isinstance(value, list):
        for each in value:
            yield from _codes(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            if key == "title":
                yield from each
            elif key == "wording":
                yield from (code for group in each.values() for texts in group.values() for code in texts)
            else:
                yield from _codes(each)
