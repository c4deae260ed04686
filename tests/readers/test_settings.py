from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnctl.domain.settings import Account, EvidenceLimits, Settings
from returnctl.errors import InvalidSettings
from returnctl.readers.settings import read_settings

LEAST = """\
returnctl: settings/v1
shop: Lumi Home
shop_id: lumi-7k3f
market: US
currency: USD
timezone: America/Los_Angeles
"""
FULL = f"""{LEAST}language: zh
policy: lumi-home
accounts:
  us-main: {{market: US, currency: USD, timezone: America/Los_Angeles, dates: MM/dd/yyyy}}
  uk: {{market: GB, currency: GBP, timezone: Europe/London}}
evidence: {{max_mib: 5}}
private: false
"""


def problems(text: str) -> list[tuple[int, int, str]]:
    with pytest.raises(InvalidSettings) as failure:
        read_settings(text.encode(), "returnctl.yaml")
    told: Any = failure.value.facts["problems"]
    return [(problem["line"], problem["column"], problem["code"]) for problem in told]


def test_defaults() -> None:
    assert read_settings(LEAST.encode(), "returnctl.yaml") == Settings(
        shop="Lumi Home", shop_id="lumi-7k3f", market="US", currency="USD", timezone="America/Los_Angeles"
    )


def test_all_of_it() -> None:
    settings = read_settings(FULL.encode(), "returnctl.yaml")
    assert settings.accounts["us-main"].dates == "MM/dd/yyyy"
    assert settings.accounts["uk"] == Account(market="GB", currency="GBP", timezone="Europe/London")
    assert (settings.language, settings.policy, settings.private) == ("zh", "lumi-home", False)
    assert settings.evidence == EvidenceLimits(5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(1, 1, "empty_file")]),
        ("- a", [(1, 1, "wrong_type")]),
        ("shop: x", [(1, 1, "missing_key")] * 5),
        (LEAST + "langauge: zh", [(7, 1, "unknown_key")]),
        (LEAST + "language: de", [(7, 11, "wrong_value")]),
        (LEAST + "private: no", [(7, 10, "wrong_type")]),
        (LEAST.replace("Los_Angeles", "Los_Angles"), [(6, 11, "unknown_zone")]),
        (LEAST.replace("America/Los_Angeles", "../etc/passwd"), [(6, 11, "wrong_form")]),
        (LEAST.replace("America/Los_Angeles", "America"), [(6, 11, "unknown_zone")]),
        (LEAST + "accounts:\n  uk: {market: UK, currency: GBP, timezone: Europe/Lundon}",
         [(8, 16, "wrong_value"), (8, 45, "unknown_zone")]),
        (LEAST + "accounts: {'a/b': {market: US, currency: USD, timezone: UTC}}", [(7, 12, "wrong_form")]),
        (LEAST + "evidence: {max_mib: 2000}", [(7, 21, "out_of_range")]),
        (LEAST + "evidence: {max_mib: true}", [(7, 21, "wrong_type")]),
    ],
)  # fmt: skip
def test_problems_stand_at_their_places(text: str, expected: object) -> None:
    assert problems(text) == expected


@given(st.binary(max_size=200) | st.text(max_size=60).map(lambda text: (LEAST + text).encode()))
def test_any_bytes_are_settings_or_have_problems(data: bytes) -> None:
    with suppress(InvalidSettings):
        assert isinstance(read_settings(data, "returnctl.yaml"), Settings)
