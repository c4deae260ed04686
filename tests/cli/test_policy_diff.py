"""`policy diff`: two sides from files, folders and commits; what a change would have cost; nothing is written."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shops import DEMO_NOW, an_order, kept, record, take, typed
from tests.program import run


def git(folder: Path, *words: str) -> None:
    named = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *named, "-C", str(folder), *words], check=True, capture_output=True)


@pytest.fixture
def changed(demo: Path) -> Path:
    """A demo shop in git, of which the policy was made stricter since."""
    git(demo, "init")
    git(demo, "add", "policies")
    git(demo, "commit", "-m", "first")
    policy = demo / "policies/standard.yaml"
    text = policy.read_text("utf-8").replace("{days: 30}", "{days: 14}")
    policy.write_text(text.replace("restocking_fee: none", "restocking_fee: {percent: 10}"), "utf-8")
    return demo


def diff(shop: Path, *words: object, code: int = 0) -> Any:
    ran = run("policy", "diff", *words, "--json", cwd=shop, now=DEMO_NOW)
    assert ran.code == code, ran
    return ran.json if code in (0, 1) else ran


@pytest.mark.parametrize(
    "sides",
    [("HEAD",), ("HEAD", "."), ("HEAD", "policies"), ("HEAD:policies/standard.yaml", "policies/standard.yaml")],
)
def test_the_sides(changed: Path, sides: tuple[str, ...]) -> None:
    told = diff(changed, *sides)
    assert [(each["key"], each["before"], each["after"]) for each in told["changes"]] == [
        ("return_window/days", 30, 14), ("restocking_fee/none", True, None), ("restocking_fee/percent", None, "10"),
    ]  # fmt: skip
    assert told["changes"][0]["before_at"] == "HEAD:policies/standard.yaml:11"
    assert told["changes"][0]["after_at"] == "policies/standard.yaml:11"
    assert (told["returnctl"], told["impact"]) == ("diff/v1", None)


def test_what_buyers_read_otherwise(changed: Path) -> None:
    told = run("policy", "diff", "HEAD", cwd=changed, now=DEMO_NOW).out
    assert "- - **Time to apply**: Within 30 days of delivery" in told
    assert "+ - **Time to apply**: Within 14 days of delivery" in told
    assert "签收后 14 天" in run("policy", "diff", "HEAD", "--lang", "zh", cwd=changed, now=DEMO_NOW).out


def test_a_file_that_comes_or_goes(changed: Path) -> None:
    git(changed, "checkout", "policies")
    (changed / "policies/b.yaml").write_text(
        (changed / "policies/standard.yaml").read_text("utf-8").replace("name: standard", "name: other")
    )
    told = diff(changed, "HEAD")
    assert {each["policy"] for each in told["changes"]} == {"other"}
    assert all(each["before"] is None for each in told["changes"])


@pytest.mark.parametrize(
    ("sides", "code"),
    [
        (("HEAD~9",), 6), (("nowhere.yaml",), 1), (("HEAD:policies/x.yaml",), 6), (("--", "-x"), 6), (("data",), 6),
        (("returnctl.yaml",), 1), ((), 2), (("HEAD", "HEAD", "HEAD"), 2),
    ],
)  # fmt: skip
def test_no_such_side(changed: Path, sides: tuple[str, ...], code: int) -> None:
    assert run("policy", "diff", *sides, cwd=changed, now=DEMO_NOW).code == code


@pytest.mark.parametrize("side", ["HEAD:policies", "HEAD:", "HEAD:../standard.yaml", "-x", "--output=x:a.yaml"])
def test_what_is_no_file_of_a_commit(changed: Path, side: str) -> None:
    """Neither git's list of a folder is read as a policy, nor is a word taken for an option of git."""
    (changed / "x:").mkdir()
    ran = run("policy", "diff", "--", side, cwd=changed, now=DEMO_NOW)
    assert (ran.code, list((changed / "x:").iterdir())) == (6, []), ran


def test_the_exit_code(changed: Path) -> None:
    diff(changed, "HEAD", "--exit-code", code=1)
    diff(changed, "HEAD", "HEAD", "--exit-code", "--impact")


def test_the_impact(changed: Path) -> None:
    """Every stored return decided again: one window that had ended, one fee that would have been kept."""
    before = kept(changed)
    impact = diff(changed, "HEAD", "--impact")["impact"]
    assert kept(changed) == before
    rows = {each["id"]: each["changes"] for each in impact["differing"]}
    assert rows["R-000015"] == {"failed": [[], ["window"]], "refund": ["13.53", "0.00"]}
    assert rows["R-000014"]["fee"] == ["0.00", "2.93"]
    assert rows["R-000001"]["window_ends"][1] == "2026-11-20T08:00:00Z"
    summary = impact["summary"]
    assert (summary["returns"], summary["newly_refused"], summary["other_refund"]) == (15, 1, 1)
    assert summary["fee"] == {"USD": ["0.00", "2.93"]}
    text = run("policy", "diff", "HEAD", "--impact", cwd=changed, now=DEMO_NOW).out
    assert "restocking fee: 0.00 USD → 2.93 USD (+2.93)" in text
    assert "decided again: 15 returns, 0 refused applications" in text


def test_refused_applications_are_decided_again(shop: Path, tmp_path: Path) -> None:
    """What was refused left a line in the journal, without a document."""
    take(shop, an_order("L-2", ordered_at="2026-09-01T00:00:00Z", delivered_at="2026-09-05T00:00:00Z"))
    assert run("apply", "L-2", "--item", "1=1", "--reason", "damaged", cwd=shop).code == 4
    longer = tmp_path / "longer.yaml"
    longer.write_text((shop / "policies/standard.yaml").read_text("utf-8").replace("{days: 30}", "{days: 90}"))
    impact = diff(shop, "policies/standard.yaml", longer, "--impact")["impact"]
    (row,) = impact["differing"]
    assert (row["id"], row["order"], row["changes"]["failed"]) == (None, "L-2", [["window"], []])
    assert row["changes"]["refund"] == ["0.00", "34.65"]
    assert (impact["summary"]["refusals"], impact["summary"]["newly_allowed"]) == (1, 1)


def test_what_was_found_is_what_is_paid_for(shop: Path, tmp_path: Path) -> None:
    """After the inspection the refund is that of the grades, not the estimate."""
    typed(shop, "apply L-1 --item 1=2 --reason wrong_size", "approve 1", "ship 1", "receive 1",
          "inspect 1 --item 1=worn:2", "refund 1 --paid", now="2026-11-10T09:00:00-08:00")  # fmt: skip
    other = tmp_path / "other.yaml"
    grades = "inspection: {grades: {as_sent: {pays: 100}, worn: {pays: 50}, wrong_item: {pays: 0}}}\n"
    other.write_text((shop / "policies/standard.yaml").read_text("utf-8") + grades)
    (row,) = diff(shop, "policies/standard.yaml", other, "--impact")["impact"]["differing"]
    assert row["changes"]["refund"] == [record(shop, 1)["breakdown"]["total"], "29.25"] == ["35.10", "29.25"]


def test_no_word_of_a_buyer_is_told(changed: Path) -> None:
    told = json.dumps(diff(changed, "HEAD", "--impact"))
    assert not any(record(changed, number)["buyer"]["name"] in told for number in range(1, 15))
