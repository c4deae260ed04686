from __future__ import annotations

import os
from pathlib import Path

import pytest

from returnctl.storage import staging
from returnctl.storage.store import Store
from tests.storage.builders import a_policy, a_return, a_store, an_order


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes end here, not machines: there is no need to wait for the disk."""
    monkeypatch.setattr(os, "fsync", lambda fd: None)
    monkeypatch.setattr(staging, "sync_all", lambda: os.fsync)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """One commit: a return, its order, its policy."""
    return a_store(tmp_path, a_return(), orders=(an_order(),), pinned=(a_policy(),))


@pytest.fixture
def data(store: Store, tmp_path: Path) -> Path:
    return tmp_path / "data"
