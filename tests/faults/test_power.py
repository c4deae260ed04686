"""All or nothing at power loss: a seeded part of the states here, more by `wrong_states` with more of each."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from returnctl.storage import files, journal, staging
from returnctl.storage.files import Folder
from tests.faults.power import record, wrong_states


@pytest.mark.parametrize("seed", range(2))
def test_every_state_recovers(tmp_path: Path, seed: int) -> None:
    tried, wrong = wrong_states(record(tmp_path), 12, seed)
    assert wrong == []
    assert tried > 500


def no_file_sync(patch: pytest.MonkeyPatch) -> None:
    """Staged documents are not brought to the disk."""
    real = Folder.create

    def create(folder: Folder, name: str, content: bytes, *, durable: bool = True) -> None:
        real(folder, name, content, durable=False)

    patch.setattr(Folder, "create", create)


def no_stage_sync(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(staging, "fsync", lambda fd: None)


def no_journal_sync(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(journal, "fsync", lambda fd: None)


def no_sync_of_many(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(staging, "_FEW", 10**9)
    patch.setattr(files, "fsync", lambda fd: None)
    no_stage_sync(patch)


def placed_before_the_line(patch: pytest.MonkeyPatch) -> None:
    """The commit line comes after the documents are in their places."""
    real: Callable[..., Any] = journal.append
    place = staging.place

    def append(data: Folder, size: int, line: bytes) -> None:
        for folder in place(data, journal.entry_of(line).documents):
            with data.folder(folder) as placed:
                os.fsync(placed.fd)
        real(data, size, line)

    patch.setattr(journal, "append", append)
    patch.setattr(staging, "place", lambda *_: ())


def folders_forgotten(patch: pytest.MonkeyPatch) -> None:
    """What the last commit placed is not synced by the next."""
    real: Callable[..., Any] = staging.prepare
    patch.setattr(staging, "prepare", lambda data, documents, waiting: real(data, documents, ()))


@pytest.mark.parametrize(
    "broken",
    [no_file_sync, no_stage_sync, no_journal_sync, no_sync_of_many, placed_before_the_line, folders_forgotten],
)
def test_a_broken_order_is_found(tmp_path: Path, broken: Callable[[pytest.MonkeyPatch], None]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        broken(patch)
        seen = record(tmp_path)
    assert any(wrong_states(seen, 25, seed)[1] for seed in range(3))
