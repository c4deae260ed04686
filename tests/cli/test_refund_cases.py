"""Refunds found in the tests of other systems, each in a shop of its own, typed command by command."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.shops import ROOT, record, take
from tests.program import Ran, run

CASES: list[dict[str, Any]] = yaml.safe_load((ROOT / "tests/cases/refunds.yaml").read_text("utf-8"))
POLICY = """\
returnctl: policy/v1
name: standard
version: 1
markets: [{market}]
timezone: UTC
return_window: {{days: 365}}
refund: {{outbound_shipping: never}}
"""
MARKETS = {"USD": "US", "EUR": "DE", "JPY": "JP"}


def a_shop(root: Path, case: dict[str, Any]) -> Path:
    market = MARKETS[case["currency"]]
    assert run("init", root, "--market", market, "--currency", case["currency"], "-q").code == 0
    (root / "policies/standard.yaml").write_text(POLICY.format(market=market))
    payments = [
        {"id": f"p{n}", "method": "card", "amount": amount} for n, amount in enumerate(case.get("payments", ()))
    ]
    take(root, {
        "id": "O-1", "market": market, "currency": case["currency"], "buyer": {"id": "u_1"},
        "ordered_at": "2026-11-01T00:00:00Z", "delivered_at": "2026-11-02T00:00:00Z",
        "lines": [{"sku": f"SKU-{line['line']}", **line} for line in case["lines"]],
        **({"payments": payments} if payments else {}),
    })  # fmt: skip
    return root


def items(units: dict[str, int]) -> list[str]:
    return [word for line, count in units.items() for word in ("--item", f"{line}={count}")]


def pay_back(shop: Path, number: int, step: dict[str, Any]) -> Ran:
    """A return of these units the whole way; the first refusal ends it."""
    arrived = items(step.get("received", step["units"]))
    lines: list[list[object]] = [
        ["apply", "O-1", *items(step["units"]), "--reason", "damaged"],
        ["approve", number],
        ["receive", number, *arrived, "--pass"],
        ["refund", number, "--reference", f"TXN-{number}"],
    ]
    for line in lines:
        done = run(*line, "--json", cwd=shop)
        if done.code:
            break
    return done


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_it_pays_what_it_must(case: dict[str, Any], tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop", case)
    by_amount = any("amount" in step for step in case["refunds"])
    if by_amount:
        run("apply", "O-1", "--type", "refund_only", "--reason", "damaged", cwd=shop)
        run("approve", 1, cwd=shop)
    for number, step in enumerate(case["refunds"], 1):
        if by_amount:
            done = run("refund", 1, "--amount", step["amount"], "--reference", f"TXN-{number}", "--json", cwd=shop)
        else:
            done = pay_back(shop, number, step)
        if step.get("refused"):
            malformed = step.get("amount", "1").startswith("-")
            assert done.code == (2 if malformed else 4)
            continue
        assert done.code == 0, done.err
        paid = record(shop, 1 if by_amount else number)["refunds"][-1]
        assert Decimal(paid["amount"]) == Decimal(step["pays"])
        assert all(paid[part] == step[part] for part in ("net", "tax") if part in step)
        if "tenders" in step:
            assert [tender["amount"] for tender in paid["tenders"]] == step["tenders"]
