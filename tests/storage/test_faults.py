"""All or nothing, and a true exit: whatever goes wrong at whatever call of a commit."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from returnctl.domain.states import State
from returnctl.errors import Damaged, NotKnown, SystemFailure
from returnctl.storage.changes import Answer, Change
from returnctl.storage.digests import hexdigest
from returnctl.storage.store import Store
from tests.storage.builders import a_change, a_policy, a_return, a_store, an_order, commit
from tests.storage.faults import KILLED, Fault, die, die_after, die_halfway, fault, refuse

PHOTO = b"\xff\xd8\xff a crack"


def the_change(size: int) -> Change:
    """Changes a return, makes others, and holds something of every kind."""
    return a_change(
        a_return(state=State.APPROVED, revision=2),
        *(a_return(f"R-{number:06d}", an_order("5764002")) for number in range(2, 2 + size)),
        orders=(an_order("5764002"),),
        pinned=(a_policy(version=2),),
        files=((hexdigest(PHOTO), PHOTO),),
        keys={"key": Answer("sha256:1", b'{"id":"R-000001"}')},
    )


def has_happened(store: Store, size: int) -> bool:
    """Whether the change has fully happened; fails where it has in part."""
    with store.reading() as snapshot:
        happened = snapshot.answered("key") is not None
        assert snapshot.get_return("R-000001").state is (State.APPROVED if happened else State.REQUESTED)
        assert len(snapshot.returns_of("5764002")) == (size if happened else 0)
        assert len(snapshot.find("5764002")) == (size if happened else 0)
        assert len(list(snapshot.entries())) == 1 + happened
        assert [x.version for x in snapshot.all_pinned()].count(2) == happened
        if happened:
            assert snapshot.get_order("5764002") == an_order("5764002")
            assert snapshot.get_file(hexdigest(PHOTO)) == PHOTO
    return happened


def works_on(store: Store, data: Path) -> None:
    """The next command goes through, and nothing of the last is left about."""
    assert commit(store, a_change(orders=(an_order("5764003"),))) == []
    assert list((data / "stage").iterdir()) == []


@pytest.mark.parametrize("size", [1, 12], ids=["few", "many"])
@pytest.mark.parametrize("death", [die, die_after, die_halfway])
def test_a_killed_commit_has_happened_or_has_not(tmp_path: Path, size: int, death: Fault) -> None:
    outcomes = []
    for at in count(1):
        root = tmp_path / str(at)
        root.mkdir()
        store = a_store(root, a_return(), orders=(an_order(),))
        code = in_a_process_of_its_own(store, size, at, death)
        outcomes.append(has_happened(store, size))
        works_on(store, root / "data")
        if code == 0:
            break
        assert code == KILLED
    assert outcomes == sorted(outcomes)
    assert set(outcomes) == {False, True}
    assert len(outcomes) > 2 * size


def in_a_process_of_its_own(store: Store, size: int, at: int, death: Fault) -> int:
    child = os.fork()
    if not child:
        with fault(at, death):
            commit(store, the_change(size))
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("from_then_on", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("size", [1, 12], ids=["few", "many"])
def test_a_refused_commit_is_told_as_it_ended(tmp_path: Path, size: int, from_then_on: bool) -> None:
    ends = set()
    for at in count(1):
        root = tmp_path / str(at)
        root.mkdir()
        store = a_store(root, a_return(), orders=(an_order(),))
        with fault(at, refuse, from_then_on=from_then_on) as calls:
            end = end_of(store, size)
        ends.add(end)
        if end == "not known":
            with pytest.raises(NotKnown):
                commit(store, a_change())
            continue
        assert has_happened(store, size) == (end != "failed")
        works_on(store, root / "data")
        if calls[0] < at:
            break
    assert ends == {"failed", "done", "not_placed"} | ({"not known"} if from_then_on else set())


def end_of(store: Store, size: int) -> str:
    try:
        return ", ".join(commit(store, the_change(size))) or "done"
    except SystemFailure as failure:
        return "failed" if failure.facts["why"] == "No space left on device" else str(failure)
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


# --- the journal


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


def test_an_older_journal_is_not_taken_for_this_one(store: Store, data: Path) -> None:
    """Put back with its documents, as from a backup, beside a newer index."""
    journal, document = data / "journal.jsonl", data / "returns/000/R-000001.json"
    old = journal.read_bytes(), document.read_bytes()
    commit(store, a_change(a_return(revision=2)))
    journal.write_bytes(old[0])
    document.write_bytes(old[1])
    with store.reading() as snapshot:
        assert snapshot.get_return("R-000001").revision == 1
