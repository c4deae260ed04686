"""What is seen in passing, and that nothing is made or mended by it."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from returnctl.errors import SystemFailure
from returnctl.storage import glance, store
from returnctl.storage.files import Folder
from returnctl.storage.store import Store


@pytest.fixture
def root(tmp_path: Path) -> Path:
    Store.create(tmp_path)
    return tmp_path


@pytest.fixture
def data(root: Path) -> Iterator[Folder]:
    with store.opened(root, shared=False) as folder:
        yield folder


def test_a_free_lock_keeps_others_out(data: Folder) -> None:
    assert glance.probe(data) == (None, None, True, False)


def test_a_writer_is_seen_and_not_waited_for(root: Path, data: Folder) -> None:
    with Store(root).writing("mei: import"):
        probe = glance.probe(data)
        assert probe.held is not None
        assert (probe.held.facts["holder"], probe.works) == ("mei: import", True)
        assert probe.seconds is not None
        assert 0 <= probe.seconds < 60
    assert glance.probe(data).held is None


def test_readers_do_not_hold_it(root: Path, data: Folder) -> None:
    with Store(root).reading():
        assert glance.probe(data) == (None, None, True, False)


def test_a_disk_on_which_locks_mean_nothing(data: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fcntl, "flock", lambda *_: None)
    assert not glance.probe(data).works


def test_a_disk_without_locks(data: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(SystemFailure):
        glance.probe(data)


@pytest.mark.parametrize(
    ("shared", "path", "mode", "others"),
    [
        (False, "journal.jsonl", 0o640, True), (False, "returns", 0o750, True), (False, "journal.jsonl", 0o600, None),
        (False, "journal.jsonl", 0o400, None), (True, "journal.jsonl", 0o664, True),
        (True, "journal.jsonl", 0o600, False), (True, "journal.jsonl", 0o660, None),
    ],
)  # fmt: skip
def test_modes(tmp_path: Path, shared: bool, path: str, mode: int, others: bool | None) -> None:
    Store.create(tmp_path, private=not shared)
    (tmp_path / "data" / path).chmod(mode)
    (tmp_path / "data/link").symlink_to("journal.jsonl")
    with store.opened(tmp_path, shared=shared) as data:
        assert list(glance.modes(data)) == ([] if others is None else [(f"data/{path}", mode, others)])


def test_a_new_journal_has_no_tail(data: Folder) -> None:
    assert glance.last_by(data, "sweep", 1 << 20) is None
    assert glance.last_by(data, "sweep", 1) is None
