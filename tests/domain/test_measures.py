"""Counts become measures; what stands out does so by more than chance."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnctl.domain.figures import Traits
from returnctl.domain.measures import (
    LEAST,
    MEASURES,
    TIMES,
    Group,
    Outlier,
    Span,
    estimates,
    features,
    lower_bound,
    measures,
    outlier,
    share,
    span_of,
    together,
)


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ([], None),
        ([(7, 1)], Span(1, 7, 7)),
        ([(1, 1), (9, 1)], Span(2, 1, 9)),
        ([(0, 5), (3, 4), (90, 1)], Span(10, 0, 3)),
        ([(0, 4), (3, 4), (90, 2)], Span(10, 3, 90)),
    ],
)
def test_half_took_no_longer_and_nine_of_ten(lengths: list[tuple[int, int]], expected: Span | None) -> None:
    assert span_of(lengths) == expected


@given(st.lists(st.integers(0, 50), min_size=1, max_size=60))
def test_a_span_is_the_one_of_the_sorted_list(lengths: list[int]) -> None:
    found = span_of([(x, lengths.count(x)) for x in sorted(set(lengths))])
    ordered, count = sorted(lengths), len(lengths)
    assert found == Span(count, ordered[-(-count // 2) - 1], ordered[-(-count * 9 // 10) - 1])


def test_each_trait_is_counted() -> None:
    traits = Traits(
        currency="USD", state="refunded", fault="seller", policy="standard", version=2, answer="approve",
        answered_by="rule", refused=True, dispute="none", at_platform=True, late=("seller:near:review",), asked=2,
        replied=1, rating=4,
    )  # fmt: skip
    assert dict(features(traits)) == {
        "state/refunded": 1, "fault/seller": 1, "answer/approve": 1, "by/rule": 1, "refused": 1, "dispute/none": 1,
        "at_platform": 1, "late/seller:near:review": 1, "asked": 2, "replied": 1, "rating/4": 1,
    }  # fmt: skip


COUNTS = {
    "returns": 10, "fault/seller": 6, "fault/buyer": 4, "answer/approve": 6, "answer/accept": 1, "answer/reject": 1,
    "by/hand": 8, "late/seller:missed:review": 2, "late/buyer:near:ship": 1, "dispute/open": 1, "at_platform": 1,
    "money/USD/paid": 1250, "money/JPY/paid": 800, "money/USD/fee": 5, "asked": 4, "replied": 3, "rating/5": 2,
    "rating/2": 1,
}  # fmt: skip
SAID: dict[str, Any] = {
    "returns": 10,
    "returns_per_order": 0.25,
    "unit_rate": None,
    "faults": {"buyer": 4, "seller": 6},
    "answered": 8,
    "approved": 7,
    "rejected": 1,
    "approval_rate": 0.875,
    "rejection_rate": 0.125,
    "missed": {"seller": {"review": 2}, "buyer": {}},
    "near": {"seller": {}, "buyer": {"ship": 1}},
    "disputes": {"count": 1, "at_platform": 1, "ended": {"open": 1}},
    "reply_rate": 0.75,
    "feedback": {"count": 3, "mean": 4.0, "ratings": {"1": 0, "2": 1, "3": 0, "4": 0, "5": 2}},
}


def test_measures() -> None:
    told = measures(Group(key=None, counts=COUNTS, orders=40))
    assert list(told) == list(MEASURES)
    assert {name: told[name] for name in SAID} == SAID
    assert {currency: sums["refunded"] for currency, sums in told["money"].items()} == {"USD": "12.50", "JPY": "800"}
    assert told["money"]["USD"]["restocking_fees"] == "0.05"


def test_of_nothing_there_is_no_share() -> None:
    told = measures(Group(key=None, counts={}))
    assert [told[name] for name, measure in MEASURES.items() if measure.unit == "share"] == [None] * 5
    assert share(1, 0) is None


def test_estimates_tell_the_sellers_faults_from_all_others() -> None:
    told = estimates(measures(Group(key=None, counts=COUNTS, orders=40)))
    assert (told["seller_fault_return_rate"], told["other_return_rate"], told["replies_within_24h"]) == (
        0.15,
        0.1,
        0.75,
    )


def test_groups_add_up() -> None:
    assert together([{"returns": 1}, {"returns": 2, "refused": 1}]) == {"returns": 3, "refused": 1}


@pytest.mark.parametrize(
    ("some", "of", "usual", "stands"),
    [
        (5, 5, 0.1, True),
        (4, 4, 0.1, False),
        (5, 20, 0.05, False),
        (12, 20, 0.1, True),
        (12, 200, 0.05, False),
        (40, 200, 0.05, True),
        (5, 0, 0.1, False),
        (5, 5, 0.0, False),
        (9, 5, 0.1, True),
    ],
)
def test_what_stands_out(some: int, of: int, usual: float, stands: bool) -> None:
    assert (outlier("x", some, of, usual) is not None) == stands


def test_nothing_is_known_without_a_usual_rate() -> None:
    assert outlier("x", 9, 9, None) is None
    assert outlier("x", 20, 40, 0.1) == Outlier("x", 20, 40, 0.5, 0.2857, 0.1)


@given(st.integers(0, 500), st.integers(1, 500), st.floats(0.001, 1))
def test_the_bound_is_no_higher_than_the_rate(some: int, of: int, usual: float) -> None:
    bound = lower_bound(some, of)
    assert 0 <= bound <= min(some, of) / of + 1e-12
    found = outlier("x", some, of, usual)
    assert found is None or (some >= LEAST and min(some, of) / of > TIMES * usual)
