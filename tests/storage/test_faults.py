"""All or nothing, and a true exit: whatever goes wrong at whatever call of a commit."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from returnctl.domain.states import State
from returnctl.errors import Damaged, NewerFormat, NotKnown, SystemFailure
from returnctl.storage.changes import Answer, Change
from returnctl.storage.digests import digest, hexdigest
from returnctl.storage.store import Store
from tests.storage.builders import a_change, a_policy, a_return, a_row, a_store, an_order, commit
from tests.storage.faults import (
    KILLED,
    Fault,
    die,
    die_after,
    die_halfway,
    fault,
    interrupt,
    refuse,
    shorten,
    shorten_then_refuse,
)

PHOTO = b"\xff\xd8\xff a crack"


APPROVED = a_return(state=State.APPROVED, revision=2)
CHANGES = {
    "one document": a_change(APPROVED, keys={"key": Answer("sha256:1", b"{}")}),
    "one of every kind": a_change(
        APPROVED,
        *(a_return(f"R-{number:06d}", an_order("5764002")) for number in range(2, 5)),
        orders=(an_order("5764002"),),
        pinned=(a_policy(version=2),),
        files=((hexdigest(PHOTO), PHOTO),),
        settled=(a_row("5764002"), a_row("5764002", nth=2)),
        keys={"key": Answer("sha256:1", b"{}")},
    ),
    "no document": a_change(refused=({"order": "1"},), keys={"key": Answer("sha256:1", b"{}")}),
}
changes = pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)


def has_happened(store: Store, change: Change) -> bool:
    """Whether a change has fully happened; fails where it has in part."""
    with store.reading() as snapshot:
        happened = snapshot.answered("key") is not None
        assert len(list(snapshot.entries())) == 1 + happened
        assert [snapshot.find(x.id) == (x.id,) for x in change.returns[1:]] == [happened] * len(change.returns[1:])
        assert len(snapshot.returns_of("5764002")) == len(change.returns[1:]) * happened
        assert snapshot.settled_of("5764002") == change.settled * happened
        assert list(snapshot.all_pinned()) == list(change.pinned) * happened
        if happened:
            assert [snapshot.get_return(x.id) for x in change.returns] == list(change.returns)
            assert [snapshot.get_order(x.id) for x in change.orders] == list(change.orders)
            assert [snapshot.get_file(name) for name, _ in change.files] == [x for _, x in change.files]
        else:
            assert snapshot.get_return("R-000001") == a_return()
    return happened


def works_on(store: Store, data: Path) -> None:
    """The next command goes through, and nothing of the last is left about."""
    assert commit(store, a_change(orders=(an_order("5764003"),))) == []
    assert list((data / "stage").iterdir()) == []


@changes
@pytest.mark.parametrize("death", [die, die_after, die_halfway])
def test_a_killed_commit_has_happened_or_has_not(tmp_path: Path, change: Change, death: Fault) -> None:
    outcomes = []
    for at in count(1):
        root = tmp_path / str(at)
        root.mkdir()
        store = a_store(root, a_return(), orders=(an_order(),))
        code = in_a_process_of_its_own(store, change, at, death)
        outcomes.append(has_happened(store, change))
        works_on(store, root / "data")
        if code == 0:
            break
        assert code == KILLED
    assert outcomes == sorted(outcomes)
    assert set(outcomes) == {False, True}


def in_a_process_of_its_own(store: Store, change: Change, at: int, death: Fault) -> int:
    child = os.fork()
    if not child:
        with fault(at, death):
            commit(store, change)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("from_then_on", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("happens", [refuse, interrupt, shorten_then_refuse])
@changes
def test_a_refused_commit_is_told_as_it_ended(
    tmp_path: Path, change: Change, happens: Fault, from_then_on: bool
) -> None:
    ends = set()
    for at in count(1):
        root = tmp_path / str(at)
        root.mkdir()
        store = a_store(root, a_return(), orders=(an_order(),))
        with fault(at, happens, from_then_on=from_then_on) as calls:
            end = end_of(store, change)
        ends.add(end)
        if end == "failed" and not from_then_on:
            assert list((root / "data/stage").iterdir()) == []
        if end == "not known":
            with pytest.raises(NotKnown):
                commit(store, a_change())
            continue
        assert has_happened(store, change) == (end != "failed")
        works_on(store, root / "data")
        if calls[0] < at:
            break
    assert ends == {"failed", "done"} | ({"not_placed"} if change.returns else set()) | (
        {"not known"} if from_then_on else set()
    )


@changes
def test_short_writes_go_on(tmp_path: Path, change: Change) -> None:
    store = a_store(tmp_path, a_return(), orders=(an_order(),))
    with fault(1, shorten, from_then_on=True) as calls:
        assert end_of(store, change) == "done"
    assert calls[0] > len(change.returns) * 8
    assert has_happened(store, change)
    works_on(store, tmp_path / "data")


_WHY = ("No space left on device", "Interrupted system call")


def end_of(store: Store, change: Change) -> str:
    try:
        return ", ".join(commit(store, change)) or "done"
    except SystemFailure as failure:
        return "failed" if failure.facts["why"] in _WHY else str(failure)
    except NotKnown:
        return "not known"


def test_after_a_warning_a_writer_commits_no_more(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.writing("mei") as writer:
        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", partial(refuse, os.replace))
            writer.commit(a_change(a_return(revision=2)))
        assert writer.warnings == ["not_placed"]
        with pytest.raises(SystemFailure):
            writer.commit(a_change(a_return(revision=3)))
    with store.reading() as snapshot:
        assert snapshot.get_return("R-000001").revision == 2


def test_ctrl_c_waits_for_the_end_of_a_commit(store: Store, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*args: Any, **more: Any) -> None:
        signal.raise_signal(signal.SIGINT)  # to this thread: the program has no other, the tests' worker has
        replace(*args, **more)

    replace = os.replace
    monkeypatch.setattr(os, "replace", interrupted)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a worker of the tests' own may ignore it
    try:
        with pytest.raises(KeyboardInterrupt):
            commit(store, a_change(a_return(revision=2), a_return("R-000002")))
    finally:
        signal.signal(signal.SIGINT, before)
    assert list((data / "stage").iterdir()) == []
    with store.reading() as snapshot:
        assert [x.revision for x in snapshot.returns_of("5764001")] == [2, 1]


# --- the journal


@pytest.mark.parametrize("indexed", [True, False])
def test_a_journal_that_lost_its_lines_gives_no_number_again(store: Store, data: Path, indexed: bool) -> None:
    (data / "journal.jsonl").write_bytes(b"")
    if not indexed:
        (data / "index.sqlite").unlink()
    with pytest.raises(Damaged) as damaged, store.writing("mei"):
        pass
    assert damaged.value.facts["why"] == "shorter"


def test_a_changed_end_is_found_beside_an_index(store: Store, data: Path) -> None:
    journal = (data / "journal.jsonl").read_bytes()
    (data / "journal.jsonl").write_bytes(journal[:-4] + bytes([journal[-4] ^ 1]) + journal[-3:])
    with pytest.raises(Damaged), store.reading():
        pass


def test_a_torn_line_is_set_aside(store: Store, data: Path) -> None:
    whole = (data / "journal.jsonl").read_bytes()
    for number in (1, 2):
        with (data / "journal.jsonl").open("ab") as journal:
            journal.write(whole[:100])
        with store.reading() as snapshot:
            assert len(list(snapshot.entries())) == 1
        assert (data / f"journal.torn-{number}").read_bytes() == whole[:100]
        assert (data / "journal.jsonl").read_bytes() == whole


@pytest.mark.parametrize(
    ("first", "zeros", "is_torn"),
    [(0, 512, True), (512, 1024, True), (1, 512, False), (512, 1023, False), (600, 1024, False)],
)
def test_a_line_of_which_a_sector_never_came_is_set_aside(
    tmp_path: Path, first: int, zeros: int, is_torn: bool
) -> None:
    """Zeros from one place of the journal to another; less than a sector of them is damage."""
    store = Store.create(tmp_path)
    data = tmp_path / "data"
    commit(store, a_change(refused=({"order": "x" * 2000},)))
    line = (data / "journal.jsonl").read_bytes()
    (data / "journal.jsonl").write_bytes(line[:first] + bytes(zeros - first) + line[zeros:])
    (data / "index.sqlite").unlink()
    if is_torn:
        with store.reading() as snapshot:
            assert list(snapshot.entries()) == []
        return
    with pytest.raises(Damaged), store.reading():
        pass


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda lines: [lines[0].replace(b"mei", b"eve"), *lines[1:]], "line"),
        (lambda lines: [*lines[:2], lines[2].replace(b"mei", b"eve")], "line"),
        (lambda lines: [lines[0], b"{}\n", lines[2]], "line"),
        (lambda lines: [lines[0], lines[2], lines[1]], "chain"),
        (lambda lines: [lines[0], lines[2]], "chain"),
        (lambda lines: lines[1:], "chain"),
        (lambda lines: [*lines, lines[2]], "chain"),
    ],
)
def test_a_changed_journal_is_found(
    store: Store, data: Path, spoil: Callable[[list[bytes]], list[bytes]], why: str
) -> None:
    commit(store, a_change(a_return(revision=2)))
    commit(store, a_change(a_return(revision=3)))
    lines = (data / "journal.jsonl").read_bytes().splitlines(keepends=True)
    (data / "journal.jsonl").write_bytes(b"".join(spoil(lines)))
    (data / "index.sqlite").unlink()
    with pytest.raises(Damaged) as failure, store.reading():
        pass
    assert failure.value.facts == {"path": "data/journal.jsonl", "why": why}


@pytest.mark.parametrize(("format", "failure"), [(b"commit/v2", NewerFormat), (b"other/v1", Damaged)])
def test_a_line_of_a_later_returnctl_is_told(store: Store, data: Path, format: bytes, failure: type[Damaged]) -> None:  # noqa: A002
    """As that one would write it: with something that this one does not know, and the right digest."""
    body = b'{"returnctl":"%b","sequence":2,"news":1}' % format
    with (data / "journal.jsonl").open("ab") as journal:
        journal.write(body[:-1] + b',"digest":"%b"}\n' % digest(body).encode())
    with pytest.raises(Damaged) as told, store.reading():
        pass
    assert type(told.value) is failure


def test_an_older_journal_is_not_taken_for_this_one(store: Store, data: Path) -> None:
    """Put back with its documents, as from a backup, beside a newer index."""
    journal, document = data / "journal.jsonl", data / "returns/000/R-000001.json"
    old = journal.read_bytes(), document.read_bytes()
    commit(store, a_change(a_return(revision=2)))
    journal.write_bytes(old[0])
    document.write_bytes(old[1])
    with store.reading() as snapshot:
        assert snapshot.get_return("R-000001").revision == 1
