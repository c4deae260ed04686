"""Readers see whole commits: lists and documents are scanned while another process changes all of them at once."""

from __future__ import annotations

import itertools
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from returnctl.domain.record import Reason
from returnctl.errors import Failure
from returnctl.storage import lock
from returnctl.storage.changes import Change, Query
from returnctl.storage.store import Store
from tests.faults.power import in_memory
from tests.faults.shops import ended, forked
from tests.storage.builders import a_change, a_return, a_store, commit

_RETURNS = 30


def test_a_scan_sees_whole_commits() -> None:
    figures = long_run_scans(1000)
    assert (figures["scans"], figures["mixed"]) == (1000, 0)
    assert figures["commits_seen"] > 10


def long_run_scans(scans: int = 10_000) -> dict[str, Any]:
    """A scan is mixed where its documents are not all of one commit, or do not fit the list or the journal."""
    with in_memory() as root, pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda fd: None)
        patch.setattr(lock, "_PAUSE", 0.001)
        store = a_store(root, *_bulk(1).returns)
        with _changing(store):
            seen = [_scan(store) for _ in range(scans)]
        whole = {numbers.pop() for numbers in seen if len(numbers) == 1}
        return {"scans": scans, "mixed": sum(bool(numbers) for numbers in seen), "commits_seen": len(whole)}


def _bulk(n: int) -> Change:
    """Each return says n, in its document and in the list."""
    return a_change(*(a_return(f"R-{x:06d}", revision=n, reason=Reason(str(n))) for x in range(1, _RETURNS + 1)))


@contextmanager
def _changing(store: Store) -> Iterator[None]:
    writer = forked(lambda: _change_on_and_on(store))
    try:
        yield
    finally:
        os.kill(writer, signal.SIGKILL)
        assert ended(writer) == -signal.SIGKILL


def _change_on_and_on(store: Store) -> int:
    for n in itertools.count(2):
        commit(store, _bulk(n))
        time.sleep(0.001)  # let the reader in
    return 0


def _scan(store: Store) -> set[int]:
    """The different n that it saw; more than one where a document was not the committed one."""
    try:
        with store.reading() as snapshot:
            listed = {int(row.reason or 0) for row in snapshot.summaries(Query())}
            read = {snapshot.get_return(each).revision for each in snapshot.all_ids()}
            return listed | read | {snapshot.head().sequence}
    except Failure:
        return {-1, 0}
