"""The index is a cache: whatever becomes of it, the answers stay."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from returnctl.errors import Damaged
from returnctl.storage.changes import Answer, Query
from returnctl.storage.files import Folder
from returnctl.storage.head import Head
from returnctl.storage.index import Index
from returnctl.storage.journal import own_digest
from returnctl.storage.rows import batch_rows
from returnctl.storage.snapshot import Snapshot
from returnctl.storage.store import Store
from tests.storage.builders import a_change, a_policy, a_return, a_store, an_order, commit

Spoil = Callable[[Path], Any]


def answers(store: Store) -> list[Any]:
    with store.reading() as snapshot:
        return [
            list(snapshot.summaries(Query(sort="due"))),
            snapshot.returns_of("5764001"),
            snapshot.get_order("5764001"),
            snapshot.answered("k"),
            snapshot.raw_return("R-000001"),
        ]


def _garbage(path: Path) -> None:
    path.write_bytes(os.urandom(path.stat().st_size))


def _spoilt_pages(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[8192:] = b"\xff" * (len(content) - 8192)
    path.write_bytes(content)


def _sql(*statements: str) -> Spoil:
    def run(path: Path) -> None:
        with sqlite3.connect(path) as db:
            for statement in statements:
                db.execute(statement)
        db.close()

    return run


def _behind(path: Path) -> None:
    """As if the last commit had not been indexed."""
    index = Index(str(path))
    (head,) = index.rows("SELECT place FROM records WHERE number = 2")
    journal = path.with_name("journal.jsonl").read_bytes()[: head[0]]
    with index.change():
        index.set_head(Head(len(journal), 1, own_digest(journal), 1, ("returns/000",)))
        index.rows("DELETE FROM records WHERE place = ?", head)
        index.rows("DELETE FROM returns WHERE number = 2")
    index.close()


def _link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


SPOILT: dict[str, Spoil] = {
    "gone": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
    "garbage": _garbage,
    "spoilt pages": _spoilt_pages,
    "cut": lambda path: os.truncate(path, 5000),
    "a link": _link,
    "another version": _sql("UPDATE head SET version = 0"),
    "another boot": _sql("UPDATE head SET boot = 'before'"),
    "another journal": _sql("UPDATE head SET digest = 'x'"),
    "behind": _behind,
    "without a head": _sql("DELETE FROM head"),
    "without a table": _sql("DROP TABLE returns"),
}


@pytest.fixture
def filled(store: Store) -> Store:
    commit(store, a_change(a_return(revision=2), a_return("R-000002"), keys={"k": Answer("sha256:1", b"{}")}))
    return store


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_it_is_made_anew_where_it_cannot_be_used(filled: Store, data: Path, spoil: Spoil) -> None:
    before = answers(filled)
    spoil(data / "index.sqlite")
    assert answers(filled) == before
    commit(filled, a_change(a_return("R-000003")))
    with filled.reading() as snapshot:
        assert snapshot.find("5764001") == ("R-000001", "R-000002", "R-000003")


def test_it_catches_up_without_being_made_anew(filled: Store, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = answers(filled)
    _behind(data / "index.sqlite")
    monkeypatch.setattr(Index, "make", _refused)
    assert answers(filled) == before


def test_a_writer_gets_over_spoilt_pages(filled: Store, data: Path) -> None:
    _spoilt_pages(data / "index.sqlite")
    with filled.writing("mei") as writer:
        assert len(writer.returns_of("5764001")) == 2
        writer.commit(a_change(a_return(writer.new_id(1))))
    assert len(answers(filled)[1]) == 3


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 200_000), junk=st.binary(min_size=1, max_size=5000))
def test_no_junk_in_it_shows_a_traceback(tmp_path_factory: pytest.TempPathFactory, at: int, junk: bytes) -> None:
    root = tmp_path_factory.mktemp("shop")
    store = a_store(root, a_return(), orders=(an_order(),), pinned=(a_policy(),))
    path = root / "data/index.sqlite"
    content = bytearray(path.read_bytes())
    at %= len(content)
    content[at : at + len(junk)] = junk
    path.write_bytes(content)
    try:
        answers(store)
    except Damaged:
        path.unlink(missing_ok=True)
    else:
        commit(store, a_change(a_return(revision=2)))


def test_one_that_another_program_holds_is_dropped(filled: Store, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("returnctl.storage.index._SECONDS", 0)
    before = answers(filled)
    holder = sqlite3.connect(data / "index.sqlite", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    assert answers(filled) == before
    holder.close()


@pytest.mark.parametrize("behind", [False, True])
def test_readers_that_may_not_write_read_all_the_same(
    filled: Store, data: Path, monkeypatch: pytest.MonkeyPatch, behind: bool
) -> None:
    before = answers(filled)
    if behind:
        (data / "index.sqlite").unlink()
    monkeypatch.setattr(os, "open", _read_only(os.open))
    monkeypatch.setattr(os, "unlink", _refused)
    assert answers(filled) == before
    assert (data / "index.sqlite").exists() != behind


def _read_only(call: Callable[..., int]) -> Callable[..., int]:
    def opened(path: str, flags: int, *args: Any, **more: Any) -> int:
        return _refused() if flags & (os.O_WRONLY | os.O_RDWR) else call(path, flags, *args, **more)

    return opened


def _refused(*args: Any, **more: Any) -> NoReturn:
    raise OSError(errno.EROFS, "Read-only file system")


@pytest.mark.parametrize(("synced", "trusted"), [(False, False), (True, True)])
def test_after_a_restart_it_is_trusted_if_it_was_synced(
    filled: Store, monkeypatch: pytest.MonkeyPatch, synced: bool, trusted: bool
) -> None:
    with filled.writing("mei") as writer:
        if synced:
            writer.sync_index()
    made: list[Folder | None] = []
    make = Index.make
    monkeypatch.setattr(Index, "make", lambda data: (made.append(data), make(data))[1])  # type: ignore[func-returns-value]
    monkeypatch.setattr("returnctl.storage.index.boot_id", lambda: "the next boot")
    answers(filled)
    assert bool(made) != trusted
    commit(filled, a_change(a_return(revision=3)))
    monkeypatch.setattr("returnctl.storage.index.boot_id", lambda: "the boot after")
    made.clear()
    answers(filled)
    assert made


@pytest.mark.parametrize("batches", [(1, 2), (2, 1)])
def test_the_later_batch_of_an_order_stands(batches: tuple[int, int]) -> None:
    index = Index.make(None)
    for batch in batches:
        index.put_orders(batch_rows(batch, [an_order()], [b"line"]))
    place = index.order_place("5764001")
    index.close()
    assert place
    assert place.batch == 2


def test_the_last_return_of_a_million_is_missed_too(tmp_path: Path) -> None:
    """Folders are named by thousands, and the thousandth stands behind the one of three digits."""
    store = a_store(tmp_path, a_return("R-999999"))
    journal = (tmp_path / "data/journal.jsonl").read_bytes()
    commit(store, a_change(a_return("R-1000000")))
    (tmp_path / "data/journal.jsonl").write_bytes(journal)
    (tmp_path / "data/index.sqlite").unlink()
    with pytest.raises(Damaged) as failure, store.reading():
        pass
    assert failure.value.facts["why"] == "shorter"


def test_progress_is_told(filled: Store, data: Path) -> None:
    (data / "index.sqlite").unlink()
    told: list[tuple[int, int]] = []
    with Store(data.parent, progress=lambda done, of: told.append((done, of))).reading():
        pass
    assert told == [(3, 3)]


# --- documents that cannot be read while it is made


@pytest.fixture
def one_damaged(filled: Store, data: Path) -> Path:
    path = data / "returns/000/R-000002.json"
    path.rename(data.parent / "kept")
    (data / "index.sqlite").unlink()
    return path


@pytest.mark.parametrize(
    "ask",
    [
        lambda x: x.returns_of("other"),
        lambda x: x.applied_by("u_1"),
        lambda x: x.find("other"),
        lambda x: x.raw_return("2"),
    ],
)
def test_an_answer_that_may_lack_a_damaged_document_is_none(
    filled: Store, one_damaged: Path, ask: Callable[[Snapshot], object]
) -> None:
    with filled.reading() as snapshot, pytest.raises(Damaged) as failure:
        ask(snapshot)
    assert failure.value.facts == {"path": "data/returns/000/R-000002.json", "why": "missing"}


def test_one_that_breaks_under_way_is_asked_anew_what_could_not_be_read(filled: Store, data: Path) -> None:
    with filled.reading() as snapshot:
        snapshot.returns_of("5764001")
        (data / "returns/000/R-000002.json").rename(data.parent / "kept")
        snapshot._index.close()
        assert snapshot.count_orders() == 1
        with pytest.raises(Damaged):
            snapshot.returns_of("other")


def test_lists_go_on_without_it_and_say_so(filled: Store, one_damaged: Path) -> None:
    with filled.reading() as snapshot:
        assert [x.id for x in snapshot.summaries(Query())] == ["R-000001"]
        assert snapshot.damaged() == ("data/returns/000/R-000002.json",)
        assert snapshot.get_order("5764001") == an_order()


def test_it_is_back_when_its_document_is(filled: Store, data: Path, one_damaged: Path) -> None:
    with filled.reading() as snapshot, pytest.raises(Damaged):
        snapshot.returns_of("5764001")
    (data.parent / "kept").rename(one_damaged)
    assert len(answers(filled)[1]) == 2
    with filled.reading() as snapshot:
        assert snapshot.damaged() == ()
