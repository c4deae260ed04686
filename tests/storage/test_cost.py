"""What reading and writing cost, where that is promised: fsyncs and what is loaded."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from returnctl.storage import staging
from returnctl.storage.changes import Change
from returnctl.storage.digests import hexdigest
from returnctl.storage.store import Store
from tests.storage.builders import a_change, a_policy, a_return, an_order, commit

SYNC_ALL = staging.sync_all


@pytest.fixture
def fsyncs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows by what is synced, with each call that waits for the disk."""
    seen: list[str] = []
    whole = staging.sync_all()
    assert whole
    monkeypatch.setattr(os, "fsync", _noting(seen, "", os.fsync))
    monkeypatch.setattr(staging, "sync_all", lambda: _noting(seen, "all of ", whole))
    return seen


def _noting(seen: list[str], how: str, call: Callable[[int], None]) -> Callable[[int], None]:
    def noted(fd: int) -> None:
        seen.append(how + Path(f"/proc/self/fd/{fd}").readlink().name)
        call(fd)

    return noted


FILES = tuple((hexdigest(bytes([x])), bytes([x])) for x in range(12))


@pytest.mark.parametrize(
    ("before", "most"),
    [
        (a_change(a_return(revision=2)), 4),
        (a_change(a_return(revision=2), pinned=(a_policy(version=2),), files=FILES[:1]), 6),
        (a_change(*(a_return(f"R-{x:06d}") for x in range(2, 3000, 200)), files=FILES), 6),
        (a_change(refused=({"order": "1"},)), 4),
    ],
    ids=["a step", "an application", "many", "a refusal"],
)
def test_a_step_costs_at_most_six_fsyncs_whatever_was_before(
    store: Store, fsyncs: list[str], before: Change, most: int
) -> None:
    commit(store, before)
    fsyncs.clear()
    commit(store, a_change(a_return(revision=3)))
    assert 2 <= len(fsyncs) <= most


def test_many_documents_share_an_fsync(store: Store, fsyncs: list[str]) -> None:
    commit(store, a_change(*(a_return(f"R-{x:06d}") for x in range(1, 200)), files=FILES))
    assert fsyncs == ["all of stage", "journal.jsonl", "files"]
    fsyncs.clear()
    commit(store, a_change(*(a_return(f"R-{x:06d}", revision=2) for x in range(1, 200))))
    assert fsyncs == ["all of stage", "journal.jsonl"]


def test_what_the_last_commit_placed_is_safe_before_the_next_is_made(store: Store, fsyncs: list[str]) -> None:
    commit(store, a_change(a_return(revision=2)))
    fsyncs.clear()
    commit(store, a_change(a_return("R-001000")))
    assert fsyncs == ["000", "returns+001+R-001000.json", "stage", "journal.jsonl", "returns"]
    fsyncs.clear()
    commit(store, a_change(a_return("R-001001")))
    assert fsyncs == ["001", "returns+001+R-001001.json", "stage", "journal.jsonl"]


def test_without_syncfs_each_has_its_own(store: Store, fsyncs: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "sync_all", lambda: None)
    commit(store, a_change(*(a_return(f"R-{x:06d}") for x in range(1, 200))))
    assert 200 < len(fsyncs) <= 199 + 6


def test_reading_costs_none(store: Store, fsyncs: list[str]) -> None:
    with store.reading() as snapshot:
        assert snapshot.get_return("R-000001").order == snapshot.returns_of(an_order().id)[0].order
    assert fsyncs == []


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "syncfs"), reason="no syncfs here")
def test_syncfs_tells_its_failure() -> None:
    sync = SYNC_ALL()
    assert sync
    with pytest.raises(OSError, match="descriptor"):
        sync(-1)


SHOW = """
import sys
from collections.abc import Callable
from pathlib import Path
from returnctl.storage.store import Store
before = set(sys.modules)
with Store(Path(sys.argv[1])).reading() as snapshot:
    snapshot.raw_return("R-000001")
print(*sys.modules)
"""
HEAVY = set("msgspec json decimal ctypes hashlib tempfile shutil subprocess zoneinfo returnctl.domain".split())


def test_showing_a_return_loads_no_types(store: Store, tmp_path: Path) -> None:
    here = Path(__file__).parents[2]
    shown = subprocess.run([sys.executable, "-c", SHOW, tmp_path], cwd=here, capture_output=True, text=True, check=True)
    assert not HEAVY & set(shown.stdout.split())
