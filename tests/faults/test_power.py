"""All or nothing at power loss: a seeded part of the states here, more by `wrong_states` with more of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.power import record, wrong_states


@pytest.mark.parametrize("seed", range(2))
def test_every_state_recovers(tmp_path: Path, seed: int) -> None:
    tried, wrong = wrong_states(record(tmp_path), 12, seed)
    assert wrong == []
    assert tried > 500
