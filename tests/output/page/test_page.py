"""The page for buyers: what it says, in both languages and both forms, whatever stands in the policy."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from markdown_it import MarkdownIt

from returnctl.output.page.publish import languages_of
from tests.builders import a_policy
from tests.output.page.pages import POLICIES, ROOT, Outline, a_paper, markets, paper_of

FULL = next(path for path in POLICIES if path.name == "full.yaml")
CASES: dict[str, list[dict[str, Any]]] = yaml.safe_load((ROOT / "tests/cases/pages.yaml").read_text("utf-8"))
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def said(language: str = "en", market: str = "US", **body: Any) -> str:
    return a_paper(market, **body).written(language, "markdown")


def with_override(when: dict[str, Any], values: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"overrides": [{"name": "one", "when": when, "set": values, **more}]}


@pytest.mark.parametrize("case", CASES["said"], ids=lambda case: case["en"])
def test_every_term_is_said(case: dict[str, Any]) -> None:
    assert case["en"] in said("en", **case["policy"])
    assert case["zh"] in said("zh", **case["policy"])


@pytest.mark.parametrize("case", CASES["when"], ids=lambda case: case["heading"])
def test_every_override_is_said_with_its_why(case: dict[str, Any]) -> None:
    text = said(**with_override(case["when"], {"return_window": {"days": 77}}, because="so it is"))
    assert f"{case['heading']}\n\n- You may apply for a return within 77 days of delivery.\n\nWhy: so it is\n" in text


@pytest.mark.parametrize("case", CASES["set"], ids=lambda case: case["en"])
def test_all_that_an_override_sets_is_said(case: dict[str, Any]) -> None:
    body = with_override({"accounts": ["x"]}, case["set"])
    exceptions = said(**body).partition("\n## Exceptions\n")[2].partition("\n## ")[0]
    assert case["en"] in exceptions
    assert CHINESE.search(said("zh", **body).partition("\n## 例外情况\n")[2].partition("\n## ")[0])


def test_what_is_no_matter_for_buyers_is_not_said() -> None:
    assert "## Exceptions" not in said(**with_override({"accounts": ["x"]}, {"remind_before": {"hours": [3]}}))


def test_a_window_that_only_lengthens_says_so() -> None:
    text = said(**with_override({"ordered": {"from": "2026-11-20"}}, {"return_window": {"days": 60}}, extend_only=True))
    assert "- This holds where it is longer than what else holds, and only then." in text


def test_each_market_reads_what_holds_there() -> None:
    american, german = (paper_of(FULL, market).written("en", "markdown") for market in ("US", "DE"))
    fees = [re.findall(r"taken off the refund, for a label from us\. \| (.+) \|", text) for text in (american, german)]
    assert fees == [["10% of the price, at most $15.00"], ["None"]]
    assert "You pay $4.99," in american
    assert "You pay €4.99," in german
    assert "by the clock of Pacific Time." in american
    assert "by the clock of Central European Time." in german
    assert "| Last day to apply | Sunday, December 13, 2026 |" in american
    # Sunday the 13th is no working day.
    assert "| Last day to apply | Monday, December 14, 2026 |" in german


def test_a_time_that_ends_within_a_day_is_told_with_its_hour() -> None:
    text = said(deadlines={"review": {"hours": 5, "then": "remind"}})
    assert "| We answer by | Saturday, November 14, 2026, 5:00\u202fPM |" in text


# --- languages


def test_a_text_that_is_missing_in_a_language_is_shown_in_the_other_and_marked() -> None:
    html = a_paper(title={"en": "Our returns"}).written("zh", "html")
    assert '<h1><span lang="en">Our returns</span></h1>' in html
    assert '<html lang="zh-Hans">' in html


def test_words_of_ours_stand_in_before_those_of_another_language() -> None:
    texts = {"unused": {"zh": "全新"}, "boxed": {"zh": "带包装盒"}}
    text = a_paper(conditions=["unused", "boxed"], wording={"conditions": texts}).written("en", "html")
    assert "<li>Not used</li>" in text
    assert '<li><span lang="zh">带包装盒</span></li>' in text


def test_of_other_languages_english_comes_first_then_the_first_there_is() -> None:
    assert '<h1><span lang="en-GB">B</span></h1>' in a_paper(title={"de": "A", "en-GB": "B"}).written("zh", "html")
    assert '<h1><span lang="de">A</span></h1>' in a_paper(title={"de": "A", "pt-BR": "C"}).written("en", "html")


@pytest.mark.parametrize(
    ("body", "languages"),
    [
        ({}, ["en", "zh"]),
        ({"title": {"en": "x"}}, ["en"]),
        ({"title": {"zh-CN": "x", "en": "x"}}, ["zh", "en"]),
        ({"title": {"de": "x"}}, ["en", "zh"]),
        ({"wording": {"conditions": {"a": {"zh": "x"}}}}, ["zh"]),
        ({"reasons": {"catalogue": {"a": {"fault": "buyer", "title": {"zh": "x"}}}}}, ["zh"]),
        (
            with_override({"skus": ["a"]}, {"reasons": {"catalogue": {"a": {"fault": "buyer", "title": {"zh": "x"}}}}}),
            ["zh"],
        ),
    ],
)
def test_the_languages_of_a_policy(body: dict[str, Any], languages: list[str]) -> None:
    assert languages_of(a_policy(**body)) == languages


@pytest.mark.parametrize(("file", "market"), markets(), ids=lambda x: getattr(x, "stem", x))
def test_every_policy_is_chinese_in_full(file: Path, market: str) -> None:
    """All but its own words: three English words after one another stand nowhere else."""
    source = file.read_text("utf-8")
    lines = paper_of(file, market).written("zh", "markdown").splitlines()[2:]
    found = {part for line in lines for part in re.findall(r"[A-Za-z']+ [A-Za-z']+ [A-Za-z']+", line)}
    assert [part for part in found if part not in source] == []


# --- the forms


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("file", "market"), markets(), ids=lambda x: getattr(x, "stem", x))
def test_the_html_is_sound(file: Path, market: str, language: str) -> None:
    outline = Outline(paper_of(file, market).written(language, "html"))
    tags = [tag for tag, _ in outline.tags]
    levels = outline.levels()
    assert levels.count(1) == 1
    assert all(then <= before + 1 for before, then in pairwise(levels))
    assert [tags.count(tag) for tag in ("main", "header", "footer", "title", "script")] == [1] * 5
    assert tags.count("caption") == tags.count("table") == tags.count("thead")
    assert all("scope" in attributes for tag, attributes in outline.tags if tag == "th")
    ids = {attributes["id"] for _, attributes in outline.tags if "id" in attributes}
    assert {attributes["href"] for tag, attributes in outline.tags if tag == "a"} == {f"#{id_}" for id_ in ids}
    assert not [attributes for _, attributes in outline.tags if {"src", "onclick", "style"} & set(attributes)]
    assert ("script", {"type": "application/ld+json"}) in outline.tags


def test_pages_beside_it_are_linked() -> None:
    files = dict(paper_of(FULL, "US").files(["en", "zh"]))
    assert list(files) == ["lumi-home.US.en.html", "lumi-home.US.en.md", "lumi-home.US.zh.html", "lumi-home.US.zh.md"]
    outline = Outline(files["lumi-home.US.en.html"])
    links = {a["href"]: a for tag, a in outline.tags if tag == "a" and "hreflang" in a}
    assert set(links) == {"lumi-home.US.en.html", "lumi-home.US.zh.html"}
    assert "aria-current" in links["lumi-home.US.en.html"]
    assert not [
        a
        for tag, a in Outline(dict(paper_of(FULL, "US").files(["en"]))["lumi-home.US.en.html"]).tags
        if "hreflang" in a
    ]


def shown(form: str, text: str) -> list[str]:
    """The texts that a reader of the rendered page sees."""
    if form == "html":
        return Outline(text).texts
    rendered = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(text)
    return Outline(rendered.replace("<br />", "<br>").replace("<hr />", "")).texts


HOSTILE = [
    "<script>alert(1)</script>", "</script><script>alert(1)</script>", "</style><b>x</b>", "<!-- no comment -->",
    "<img src=x onerror=alert(1)>", '" onclick="x', "a | b || c", "a\\|b \\ c", "`code` and ``more``",
    "*bold* _it_ ~~gone~~", "[link](javascript:alert(1))", "![i](x)", "# no heading", "- no bullet", "1. no number",
    "> no quote", "--- ---", "~~~ no fence", "+ no bullet", "= = =", "&lt;b&gt; &amp;", "{{ 7*7 }} {% x %} {name}",
    "$x$ @you #1",
]  # fmt: skip


@pytest.mark.parametrize("form", ["html", "markdown"])
@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_policy_means_anything(text: str, form: str) -> None:
    body: dict[str, Any] = {
        "title": {"en": text}, "conditions": ["a"], "wording": {"conditions": {"a": {"en": text}}},
        "reasons": {"catalogue": {"a": {"fault": "buyer", "title": {"en": text}}}},
        "return_address": {"name": text, "lines": [text], "country": "US"},
        "reject_reasons": {"a": {"title": {"en": text}}},
        **with_override({"skus": [text.replace("*", "x")]}, {"types": ["replacement"]}, because=text),
    }  # fmt: skip
    page, plain = (a_paper(**{**body, **more}).written("en", form) for more in ({}, {"title": {"en": "t"}}))
    texts = shown(form, page)
    assert sum(found == text for found in texts) >= (6 if form == "html" else 5)
    assert f"Why: {text}" in texts
    tags = [tag for tag, _ in Outline(page).tags] if form == "html" else []
    assert tags == ([tag for tag, _ in Outline(plain).tags] if form == "html" else [])
    assert not {"img", "b", "em", "strong", "code"} & set(tags)


def test_a_text_of_several_lines_is_one() -> None:
    text = said(title={"en": "Two\n\n# lines\u202e\x07"})
    assert "# Two # lines\\\\u202e\\\\x07\n" in text
