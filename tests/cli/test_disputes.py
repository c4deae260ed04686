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


# --- offers


def test_an_offer_is_answered_by_the_other_side(demo: Path) -> None:
    first = typed(demo, "offer 14 --amount 10 --note goodwill").result
    assert (first["events"], first["to"], first["due"]["action"], first["due"]["by"]) == (
        ["offer"], "rejected", "negotiate", "buyer",
    )  # fmt: skip
    refused = run("accept", 14, "--as", "seller", "--json", cwd=demo, now=DEMO_NOW)
    assert (refused.code, refused.error["code"]) == (5, "wrong_side")
    assert refused.error["hint"] == "returnctl accept R-000014 --as buyer"
    typed(demo, "offer 14 --amount 15.5 --as buyer", "accept 14 --note fine")
    stored = record(demo, 14)
    assert [(x["by"], x["amount"], x["status"]) for x in stored["offers"]] == [
        ("seller", "10.00", "replaced"), ("buyer", "15.50", "accepted"),
    ]  # fmt: skip
    assert (stored["state"], stored["history"][-1]["role"], stored["agreed"]["amount"]) == (
        "refund_due",
        "seller",
        "15.50",
    )
    assert typed(demo, "accept 14").result["outcome"] == "unchanged"
    typed(demo, "refund 14 --reference TXN-14")
    assert record(demo, 14)["state"] == "refunded"


def test_an_offer_is_a_repeat_under_its_key_alone(demo: Path) -> None:
    for _ in range(2):
        typed(demo, "offer 14 --amount 10 --key monday")
    assert len(record(demo, 14)["offers"]) == 1
    typed(demo, "offer 14 --amount 10")
    assert len(record(demo, 14)["offers"]) == 2


def test_the_sweep_ends_offers(demo: Path) -> None:
    typed(demo, "escalate 5", "offer 5 --amount 3")
    assert typed(demo, "todo --json", now="2026-11-22T09:01:00-08:00").json[0]
    typed(demo, "sweep", now="2026-11-27T09:00:00-08:00")
    stored = record(demo, 5)
    assert (stored["offers"][0]["status"], stored["dispute"]["stage"]) == ("lapsed", "platform")


def test_todo_says_how_to_answer(demo: Path) -> None:
    def told(number: int) -> list[tuple[str, str]]:
        rows = run("todo", "--json", cwd=demo, now=DEMO_NOW).json
        return [(x["due"]["action"], x["next"]) for x in rows if x["id"] == f"R-{number:06}"]

    typed(demo, "escalate 5 --amount 9")
    assert told(5) == [("negotiate", "returnctl offer R-000005 --amount AMOUNT")]
    typed(demo, "offer 5 --amount 9 --as buyer", "offer 15 --amount 2 --as buyer")
    assert told(5) == [("negotiate", "returnctl accept R-000005")]
    assert told(15) == [("review", "returnctl accept R-000015")]


def test_an_appeal_stands_beside_what_is_due(demo: Path) -> None:
    typed(demo, "escalate 5", "escalate 5 --to platform", "resolve 5 --outcome refund --amount 5", "refund 5 --paid")
    rows = [x for x in run("todo", "--json", cwd=demo, now=DEMO_NOW).json if x["id"] == "R-000005"]
    assert [(x["state"], x["due"] and x["due"]["action"], bool(x["owed"]), x["next"]) for x in rows] == [
        ("refunded", "appeal", False, "returnctl escalate R-000005 --to platform --as seller"),
        ("refunded", None, True, "returnctl done R-000005"),
    ]
    assert "appeal" in run("show", 5, cwd=demo, now=DEMO_NOW).out
    typed(demo, "escalate 5 --to platform --as seller --note video")
    assert record(demo, 5)["dispute"]["appeal"]
    rows = [x for x in run("todo", "--json", cwd=demo, now=DEMO_NOW).json if x["id"] == "R-000005"]
    assert [x["due"]["action"] for x in rows] == ["platform"]


def test_appeals_that_are_over_are_not_listed(demo: Path) -> None:
    typed(demo, "escalate 5", "escalate 5 --to platform", "resolve 5 --outcome refund --amount 5", "refund 5 --paid")
    rows = run("todo", "--json", cwd=demo, now="2027-01-01T00:00:00Z").json
    assert "appeal" not in [x["due"]["action"] for x in rows if x["due"]]
