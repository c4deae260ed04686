"""How often a buyer applied counts where either side asks for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.shops import an_order, take, typed
from tests.program import run

LIMIT = "limits: {returns_per_buyer: {count: 1, days: 90}}\n"
RULE = "auto_approve: [{name: any}]\n"


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [("", LIMIT, {"R-000002"}), (LIMIT, "", {"R-000002"}), ("", "", set()), (LIMIT, LIMIT, set())],
)
def test_limits(shop: Path, tmp_path: Path, before: str, after: str, changed: set[str]) -> None:
    take(shop, an_order("L-9"))
    typed(shop, "apply L-1 --item 1=1 --reason damaged", now="2026-11-10T18:00:00Z")
    typed(shop, "apply L-9 --item 1=1 --reason damaged", now="2026-11-11T18:00:00Z")
    text = (shop / "policies/standard.yaml").read_text("utf-8") + RULE
    sides = [tmp_path / "before.yaml", tmp_path / "after.yaml"]
    for side, limit in zip(sides, (before, after), strict=True):
        side.write_text(text + limit, "utf-8")
    told = run("policy", "diff", *sides, "--impact", "--json", cwd=shop).json["impact"]["differing"]
    assert {row["id"] for row in told if "decided" in row["changes"]} == changed
