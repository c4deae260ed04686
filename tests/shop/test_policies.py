"""Which policy holds for an order, and what is pinned of it."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from returnctl.domain.policy import PolicySource
from returnctl.shop.policies import calendar, commit_of, countries, in_force
from tests.builders import a_policy, an_order, as_order, at


def source(version: int, since: str | None = None, name: str = "standard", **body: object) -> PolicySource:
    began = {"effective": {"from": since}} if since else {}
    merged: dict[str, Any] = {**began, **body}
    return a_policy(name=name, version=version, **merged)


@pytest.mark.parametrize(
    ("ordered", "versions"),
    [
        ("2026-10-31T23:59:59-07:00", {"standard": 1}),
        ("2026-11-01T00:00:00-07:00", {"standard": 2}),
        ("2026-11-30T23:59:59-08:00", {"standard": 2}),
        ("2026-12-01T00:00:00-08:00", {"standard": 3, "winter": 1}),
    ],
)
def test_a_version_holds_from_its_day_until_the_next_ones(ordered: str, versions: dict[str, int]) -> None:
    candidates = [
        source(3, "2026-12-01"),
        source(1),
        source(2, "2026-11-01"),
        source(1, "2026-12-01", "winter"),
        source(9, markets=["DE"]),
    ]
    order = as_order(an_order(ordered_at=at(ordered)))
    assert {name: found.version for name, found in in_force(candidates, order).items()} == versions


def test_every_calendar_that_may_be_needed() -> None:
    german = {"name": "german", "when": {"markets": ["DE"]}, "set": {"holidays": "DE"}}
    plain = {"name": "plain", "when": {"markets": ["DE"]}, "set": {"restocking_fee": "none"}}
    assert list(countries(source(1, markets=["GB", "DE"], overrides=[german, plain]))) == ["GB", "DE"]
    assert list(countries(source(1, holidays="JP"))) == ["JP"]


@pytest.mark.parametrize(
    ("country", "weekend", "holiday", "works"),
    [
        ("US", (5, 6), date(2026, 11, 26), None),
        ("SA", (4, 5), date(2026, 9, 23), None),
        ("CN", (5, 6), date(2026, 10, 1), date(2026, 10, 10)),
    ],
)
def test_a_calendar_knows_the_country(
    country: str, weekend: tuple[int, ...], holiday: date, works: date | None
) -> None:
    known = calendar(country, range(2026, 2027))
    assert (known.weekend, holiday in known.holidays) == (weekend, True)
    assert works is None or works in known.workdays


def test_the_commit_of_a_policy_in_git(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        who = ("-c", "user.name=mei", "-c", "user.email=mei@example.com")
        subprocess.run(["git", "-C", str(tmp_path), *who, *words], check=True)

    def commit() -> str:
        return (commit_of(tmp_path, "a.yaml") or "none")[7:] or "clean"

    file = tmp_path / "policies/a.yaml"
    file.parent.mkdir()
    assert commit_of(tmp_path, "a.yaml") is None
    git("init", "-q")
    assert commit_of(tmp_path, "a.yaml") is None
    git("commit", "-q", "--allow-empty", "-m", "first")
    file.write_text("a: 1")
    assert commit() == "-dirty"
    git("add", ".")
    assert commit() == "-dirty"
    git("commit", "-q", "-m", "second")
    assert commit() == "clean"
    (file.parent / "b.yaml").write_text("b: 1")
    assert commit() == "clean"
    file.write_text("a: 2")
    assert commit() == "-dirty"
    git("rm", "-qf", "policies/a.yaml")
    git("commit", "-q", "-m", "third")
    (tmp_path / ".gitignore").write_text("policies/\n")
    file.write_text("a: 3")
    assert commit() == "-dirty"
