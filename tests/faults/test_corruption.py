"""Corruption is seen: a seeded part here, more by `long_run`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.corruption import SPOILS, kept_files, sealed_shop, silent


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sealed_shop(tmp_path_factory.mktemp("corruption"))


@pytest.mark.parametrize("seed", range(4))
def test_no_damage_passes_in_silence(shop: Path, seed: int) -> None:
    assert silent(shop, 50 * len(SPOILS), seed) == []


def test_every_kind_of_document_is_there_to_be_damaged(shop: Path) -> None:
    kinds = {path.relative_to(shop / "data").parts[0] for path in kept_files(shop)}
    assert kinds == {"returns", "orders", "policies", "files", "journal.jsonl"}
