"""Contested: claims, the platform, each outcome, and money that is frozen until then."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.shops import DEMO_NOW, STANDS, record, typed
from tests.program import run


def test_from_the_claim_to_the_platform(demo: Path, photo: Path) -> None:
    typed(demo, f"escalate 5 --claim refund_amount --amount 40 --note why --evidence {photo}")
    stored = record(demo, 5)
    assert (stored["dispute"]["stage"], stored["dispute"]["asked"], stored["dispute"]["by"]) == (
        "negotiation", "40.00", "buyer",
    )  # fmt: skip
    assert (stored["due"]["action"], stored["due"]["by"], len(stored["evidence"])) == ("negotiate", "seller", 1)
    assert typed(demo, "escalate 5 --claim refund_amount").result["outcome"] == "unchanged"
    typed(demo, "escalate 5 --to platform --case C-77")
    stored = record(demo, 5)
    assert (stored["dispute"]["stage"], stored["dispute"]["case"]) == ("platform", "C-77")
    assert (stored["due"]["action"], stored["due"]["by"]) == ("platform", "platform")
    assert typed(demo, "escalate 5 --to platform").result["outcome"] == "unchanged"


# What is typed to a return that was escalated from this state, and where it ends.
OUTCOMES = [
    ("refund_due", "refund --amount 12.50", "refund_due"),
    ("refund_due", "none", "refund_due"),
    ("refund_due", "compensated --amount 9", "refund_due"),
    ("refunded", "refund --amount 5", "refund_due"),
    ("refunded", "none", "refunded"),
    ("requested", "none", "closed"),
    ("rejected", "compensated", "closed"),
    ("rejected", "refund --amount 5", "refund_due"),
    ("requested", "return", "approved"),
    ("replacement_due", "none", "replacement_due"),
]


@pytest.mark.parametrize(("state", "outcome", "after"), OUTCOMES, ids=[f"{x[0]}: {x[1]}" for x in OUTCOMES])
def test_an_outcome_is_carried_out(demo: Path, state: str, outcome: str, after: str) -> None:
    number = STANDS[state]
    typed(demo, f"escalate {number}", f"resolve {number} --outcome {outcome} --note decided --reference D-1")
    stored = record(demo, number)
    assert (stored["state"], stored["history"][-1]["role"]) == (after, "platform")
    assert (stored["dispute"]["outcome"], stored["dispute"]["reference"]) == (outcome.split(maxsplit=1)[0], "D-1")
    assert "decided" in {owed["key"].rpartition("/")[2] for owed in stored["owed"]}
    again = typed(demo, f"resolve {number} --outcome {outcome} --note decided --reference D-1").result
    assert again["outcome"] == "unchanged"


def test_goods_that_are_back_are_not_asked_for_again(demo: Path) -> None:
    typed(demo, "escalate 4")
    assert run("resolve", 4, "--outcome", "return", cwd=demo, now=DEMO_NOW).code == 5


def test_a_decision_pays_from_now_on(demo: Path) -> None:
    typed(demo, "escalate 7 --amount 5", "resolve 7 --outcome refund")
    lines = {line["code"]: line["amount"] for line in record(demo, 7)["breakdown"]["lines"]}
    assert lines == {"paid": "34.65", "agreed": "5.00"}
    typed(demo, "refund 7 --reference SECOND")
    assert [x["amount"] for x in record(demo, 7)["refunds"]] == ["34.65", "5.00"]
    assert record(demo, 7)["state"] == "refunded"


def test_money_is_frozen_until_the_outcome(demo: Path) -> None:
    typed(demo, "escalate 5")
    frozen = run("refund", 5, "--reference", "A", "--json", cwd=demo, now=DEMO_NOW)
    assert (frozen.code, frozen.error["code"]) == (5, "frozen")
    assert frozen.error["hint"].startswith("returnctl resolve R-000005")
    typed(demo, "cancel 5", "refund 5 --reference A")
    assert record(demo, 5)["state"] == "refunded"


def test_how_much_must_be_said(demo: Path) -> None:
    typed(demo, "escalate 5")
    unsaid = run("resolve", 5, "--outcome", "refund", "--json", cwd=demo, now=DEMO_NOW)
    assert (unsaid.code, unsaid.error["code"]) == (2, "nothing_given")
    assert run("resolve", 5, cwd=demo, now=DEMO_NOW).code == 2
