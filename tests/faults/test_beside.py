from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import beside


@pytest.mark.parametrize("tell", beside.STORIES, ids=lambda tell: tell.__name__)
def test_the_power_may_fail_at_any_call(tmp_path: Path, tell: beside.Tell) -> None:
    assert beside.broken_promises(tmp_path, tell(tmp_path)) == []


def test_a_copy_has_its_name_when_all_of_it_is_on_the_disk(tmp_path: Path) -> None:
    assert beside.unsynced_copies(tmp_path) == []
