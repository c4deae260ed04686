"""Paying back: parts, the last of it, other methods, and a hook that pays."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.shops import DEMO_NOW, record, typed
from tests.program import Ran, run

# Return 5 of the demo shop: 34.65 USD are due.


def refunds(shop: Path, number: int = 5) -> list[tuple[str, str, str | None]]:
    return [(x["amount"], x["status"], x["reference"]) for x in record(shop, number)["refunds"]]


def a_hook(shop: Path, script: str) -> None:
    path = shop / "hooks" / "refund"
    path.parent.mkdir()
    path.write_text(f"#!/bin/sh\ncat >> asked.jsonl; echo >> asked.jsonl\n{script}\n")
    path.chmod(0o755)


def refund(shop: Path, *words: object) -> Ran:
    return run("refund", 5, *words, "--json", cwd=shop, now=DEMO_NOW)


def test_a_part_and_the_rest(demo: Path) -> None:
    part = refund(demo, "--amount", "30", "--reference", "A").result
    assert (part["events"], part["to"]) == (["refund", "confirm"], "refund_due")
    assert refund(demo, "--amount", "30", "--reference", "A").result["outcome"] == "unchanged"
    more = refund(demo, "--amount", "4.66", "--reference", "B")
    assert (more.code, more.error["facts"]["most"]) == (4, "4.65")
    assert refund(demo, "--reference", "B").result["to"] == "refunded"
    assert refunds(demo) == [("30.00", "confirmed", "A"), ("4.65", "confirmed", "B")]
    stored = record(demo, 5)
    for part_of in ("net", "tax"):
        assert sum(Decimal(x[part_of]) for x in stored["refunds"]) == Decimal(stored["breakdown"][part_of])


def test_one_reference_is_one_payment(demo: Path) -> None:
    refund(demo, "--amount", "30", "--reference", "A")
    used = refund(demo, "--amount", "2", "--reference", "A")
    assert (used.code, used.error["code"]) == (5, "key_used")
    assert len(refunds(demo)) == 1


def test_the_rest_is_let_go_with_the_buyers_consent(demo: Path) -> None:
    settled = refund(demo, "--amount", "20", "--final", "--note", "agreed by chat", "--reference", "A").result
    assert settled["to"] == "refunded"
    assert refunds(demo) == [("20.00", "confirmed", "A")]


def test_after_a_part_the_rest_is_let_go_without_a_payment(demo: Path) -> None:
    refund(demo, "--amount", "20", "--paid")
    assert refund(demo, "--final", "--note", "agreed by chat").result["to"] == "refunded"
    assert refunds(demo) == [("20.00", "confirmed", None)]


def test_a_dry_run_shows_the_breakdown(demo: Path) -> None:
    shown = run("refund", 5, "-n", cwd=demo, now=DEMO_NOW)
    assert shown.code == 0
    assert "34.65 USD" in shown.out
    assert refunds(demo) == []


def test_store_credit_is_recorded_with_a_code(shop: Path) -> None:
    policy = shop / "policies/standard.yaml"
    policy.write_text(policy.read_text().replace("[original_payment]", "[original_payment, store_credit]"))
    typed(shop, "apply L-1 --reason damaged", "approve 1 --returnless", "refund 1 --method store_credit")
    (paid,) = record(shop, 1)["refunds"]
    assert (paid["method"], paid["status"], paid["tenders"]) == ("store_credit", "confirmed", [])
    assert paid["reference"].startswith("SC-")


@pytest.mark.parametrize(
    ("script", "code", "state", "status"),
    [
        ("echo TXN-1", 0, "refunded", "confirmed"),
        ("exit 0", 0, "refunded", "confirmed"),
        ("echo no such card; exit 10", 7, "refund_due", "failed"),
        ("exit 1", 13, "refunding", "pending"),
    ],
)
def test_a_hook_pays(demo: Path, script: str, code: int, state: str, status: str) -> None:
    a_hook(demo, script)
    done = refund(demo)
    assert (done.code, record(demo, 5)["state"]) == (code, state)
    assert [x[1] for x in refunds(demo)] == [status]
    asked = json.loads((demo / "asked.jsonl").read_text())
    assert (asked["amount"], asked["currency"], asked["return"]) == ("34.65", "USD", "R-000005")
    assert asked["key"].endswith("/R-000005/refund/1")


def test_a_hook_is_found_from_a_folder_beside_the_shop(demo: Path) -> None:
    a_hook(demo, "echo TXN-1")
    assert run("-C", demo.name, "refund", 5, cwd=demo.parent, now=DEMO_NOW).code == 0


def test_a_payment_that_is_not_known_is_asked_for_again_with_the_same_key(demo: Path) -> None:
    a_hook(demo, "test $(wc -l < asked.jsonl) -gt 1 && echo TXN-9")
    assert refund(demo).code == 13
    assert refund(demo).code == 5, "what was begun is not begun again"
    assert refund(demo, "--retry").code == 0
    keys = {json.loads(line)["key"] for line in (demo / "asked.jsonl").read_text().splitlines()}
    assert len(keys) == 1
    assert refunds(demo) == [("34.65", "confirmed", "TXN-9")]


def test_a_hook_of_somebody_else_is_not_run(demo: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can give a file away")
    a_hook(demo, "echo TXN-1")
    os.chown(demo / "hooks" / "refund", 12345, 12345)
    assert refund(demo).code == 1
    assert not (demo / "asked.jsonl").exists()
