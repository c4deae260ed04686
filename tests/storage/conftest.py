from __future__ import annotations

from pathlib import Path

import pytest

from returnctl.storage.store import Store
from tests.storage.builders import a_policy, a_return, a_store, an_order


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """One commit: a return, its order, its policy."""
    return a_store(tmp_path, a_return(), orders=(an_order(),), pinned=(a_policy(),))


@pytest.fixture
def data(store: Store, tmp_path: Path) -> Path:
    return tmp_path / "data"
