"""What buyers read: the policy's words, in their language, with what they leave open filled in."""

from __future__ import annotations

from typing import Any

import pytest

from returnctl.domain import workflow
from returnctl.domain.notices import in_language, worded
from tests.builders import a_case, a_case_in, a_policy, after, an_order

ADDRESS = {"name": "Lumi", "lines": ["100 Harbor Way"], "city": "Oakland", "postcode": "94607", "country": "US"}
TEXTS = {"en": "English", "zh": "中文", "pt-BR": "português"}


def words(state: str, text: str, *, step: Any = None, **wish: Any) -> str | None:
    policy = a_policy(
        return_address=ADDRESS, wording={"notices": {"approved": {"en": text}, "rejected": {"en": text}}},
        return_window={"days": 30}, reject_reasons={"late": {"title": {"en": "Too late"}}, "odd": {}},
    )  # fmt: skip
    case = a_case_in(state, a_case(policy=policy), **wish)
    case = step(case) if step else case
    told = worded(case.stored, case.stored.history[-1], str(case.stored.state), case.rules())
    return told and told.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{order} {return}", "576461413038780001 R-000042"),
        # 14 days from the tenth, of which the last one counts
        ("until {ship_by}", "until 2026-11-24"),
        ("{window_ends}", "2026-12-05"),
        ("{return_address}", "Lumi, 100 Harbor Way, Oakland, 94607, US"),
        ("{amount}", "87.75 USD"),
        ("{reason}", "Arrived damaged"),
        ("[{tracking}] {{kept}}", "[] {kept}"),
    ],
)
def test_what_is_left_open_is_filled_in(text: str, expected: str) -> None:
    assert words("approved", text, reason="damaged") == expected.replace("87.75", "93.15")


@pytest.mark.parametrize(("code", "expected"), [("late", "Too late"), ("odd", "odd"), (None, "Does not fit")])
def test_the_reason_of_a_refusal_is_the_sellers(code: str | None, expected: str) -> None:
    def refuse(case: Any) -> Any:
        return after(case, workflow.reject, reason=code)

    assert words("requested", "{reason}", step=refuse, reason="wrong_size") == expected


def test_without_words_there_are_none() -> None:
    case = a_case_in("received")
    assert worded(case.stored, case.stored.history[-1], "received", case.rules()) is None


@pytest.mark.parametrize(
    ("texts", "language", "expected"),
    [
        (TEXTS, "zh", "中文"), (TEXTS, "zh-TW", "中文"), (TEXTS, "pt", "português"), (TEXTS, "fr", "English"),
        (TEXTS, None, "English"), ({"th": "ไทย"}, "fr", "ไทย"), ({}, "en", ""),
    ],
)  # fmt: skip
def test_the_language_is_the_buyers_or_the_nearest(texts: dict[str, str], language: str | None, expected: str) -> None:
    assert in_language(texts, language) == expected


def test_a_reminder_has_one_name_for_both_sides() -> None:
    policy = a_policy(wording={"notices": {"reminder": {"en": "Still until {ship_by}"}}})
    case = a_case_in("approved", a_case(an_order(), policy))
    assert worded(case.stored, case.stored.history[-1], "remind_buyer", case.rules()) == (
        "Still until 2026-11-24", "en",
    )  # fmt: skip
