import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnctl.domain.patterns import like


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("LUMI-1", "LUMI-1", True),
        ("LUMI-1", "LUMI-10", False),
        ("LUMI-*", "LUMI-", True),
        ("*-1", "LUMI-1", True),
        ("a*a", "a", False),
        ("a*b*c", "aXbYc", True),
        ("a*b*c", "aXcYb", False),
        ("*", "", True),
        ("a?", "ab", False),
        ("*a" * 90 + "*b", "a" * 200, False),
    ],
)
def test_like(pattern: str, text: str, expected: bool) -> None:
    assert like(pattern, text) is expected


@given(st.text("ab*", max_size=6), st.text("ab\n", max_size=8))
def test_as_a_regular_expression_has_it(pattern: str, text: str) -> None:
    meant = ".*".join(map(re.escape, pattern.split("*")))
    assert like(pattern, text) == bool(re.fullmatch(meant, text, re.DOTALL))
