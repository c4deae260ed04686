"""What is committed is read again, by ids of every kind, and nothing else is."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from returnctl.domain.external import External
from returnctl.domain.order import Buyer
from returnctl.domain.record import Parcel
from returnctl.errors import Damaged, Failure, NewerFormat, NotFound, ShopExists, SystemFailure
from returnctl.storage.changes import Answer
from returnctl.storage.digests import hexdigest
from returnctl.storage.documents import encode_return, pinned_digest
from returnctl.storage.snapshot import Snapshot
from returnctl.storage.store import Store
from tests.storage.builders import NOW, a_change, a_policy, a_return, a_store, an_order, commit

Ask = Callable[[Snapshot], object]
Spoil = Callable[[Path], object]

PHOTO = b"\xff\xd8\xff a crack"


def test_documents_come_back_as_they_went_in(store: Store) -> None:
    commit(store, a_change(files=((hexdigest(PHOTO), PHOTO),), keys={"k": Answer("sha256:1", b'{"id":"R-000001"}')}))
    with store.reading() as snapshot:
        assert snapshot.raw_return("R-000001") == encode_return(a_return())
        assert snapshot.get_return("R-000001") == a_return()
        assert snapshot.get_order("5764001") == an_order()
        assert snapshot.get_pinned(snapshot.digest_of(a_policy())) == a_policy()
        assert list(snapshot.all_pinned()) == [a_policy()]
        assert snapshot.get_file(hexdigest(PHOTO)) == PHOTO
        assert snapshot.answered("k") == Answer("sha256:1", b'{"id":"R-000001"}')
        assert snapshot.answered("other") is None
        assert [placed.entry.counter for placed in snapshot.entries()] == [1, 1]


@pytest.mark.parametrize(
    ("ask", "kind", "near"),
    [
        (lambda x: x.get_return("R-000002"), "return", []),
        (lambda x: x.raw_return("R-2"), "return", []),
        (lambda x: x.raw_return("../../etc/passwd"), "return", []),
        (lambda x: x.get_return("R-٠٠٠٠٠١"), "return", []),
        (lambda x: x.raw_return("R-000001\n"), "return", []),
        (lambda x: x.get_order("4001"), "order", ["5764001"]),
        (lambda x: x.get_order("\udcff"), "order", []),
        (lambda x: x.get_pinned("sha256:../../../x"), "pinned_policy", []),
        (lambda x: x.get_file("0" * 64), "evidence", []),
    ],
)
def test_what_is_not_there_is_not_found(store: Store, ask: Ask, kind: str, near: list[str]) -> None:
    with store.reading() as snapshot, pytest.raises(NotFound) as failure:
        ask(snapshot)
    assert (failure.value.facts["kind"], failure.value.facts["near"]) == (kind, near)


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("R-000002", ["R-000002"]),
        ("2", ["R-000002"]),
        ("R-2", []),
        ("4035001", ["R-000002"]),
        ("1Z999", ["R-000003"]),
        ("5764001", ["R-000001", "R-000002", "R-000003"]),
        ("5764", []),
        ("9" * 30, []),
        ("-1", []),
        ("\udcff", []),
    ],
)
def test_a_word_finds_returns_exactly(tmp_path: Path, word: str, found: list[str]) -> None:
    second = a_return("R-000002", external=External("tiktok", "4035001"))
    store = a_store(tmp_path, a_return(), second, a_return("R-000003", parcels=(Parcel("UPS", "1Z999"),)))
    with store.reading() as snapshot:
        assert list(snapshot.find(word)) == found


def test_a_tracking_number_that_was_taken_back_finds_nothing(store: Store) -> None:
    commit(store, a_change(a_return(parcels=(Parcel("UPS", "1Z999"),))))
    commit(store, a_change(a_return(parcels=())))
    with store.reading() as snapshot:
        assert snapshot.find("1Z999") == ()


def test_what_a_decision_looks_at(tmp_path: Path) -> None:
    other = an_order("5764002")
    store = a_store(tmp_path, a_return(), a_return("R-000002", other), a_return("R-000003"))
    with store.reading() as snapshot:
        assert [x.id for x in snapshot.returns_of("5764001")] == ["R-000001", "R-000003"]
        assert snapshot.applied_by("u_1") == (NOW, NOW, NOW)
        assert snapshot.applied_by("u_1", NOW + timedelta(microseconds=1)) == ()
        assert snapshot.applied_by("u_2") == ()


def test_ids_follow_each_other_and_are_given_again_when_not_committed(store: Store) -> None:
    with store.writing("mei") as writer:
        assert [writer.new_id(1), writer.new_id(2)] == ["R-000002", "R-000003"]
        writer.commit(a_change(a_return("R-000002")))
        assert writer.new_id(1) == "R-000003"
    with store.writing("mei") as writer:
        assert writer.new_id(1) == "R-000003"


def test_an_order_is_new_then_unchanged_then_changed(store: Store) -> None:
    with store.writing("mei") as writer:
        changed = an_order(cancelled_at=NOW)
        assert writer.order_states((an_order("1"), an_order(), changed)) == ["new", "unchanged", "changed"]
        writer.commit(a_change(orders=(an_order("1"), changed)))
        assert writer.order_states([changed]) == ["unchanged"]
        assert writer.get_order("5764001") == changed
        assert writer.get_order("1") == an_order("1")


def test_many_orders_are_looked_up_at_once(store: Store) -> None:
    many = [an_order(str(number)) for number in range(2500)]
    known = (many[0], many[998], many[999], many[1200], many[-1])
    with store.writing("mei") as writer:
        writer.commit(a_change(orders=known))
        told = zip(many, writer.order_states(many), strict=True)
        assert [order for order, state in told if state == "unchanged"] == list(known)


def test_the_digest_of_an_order_leaves_the_buyer_out(store: Store) -> None:
    with store.reading() as snapshot:
        plain, nobody, later = (
            snapshot.order_digest(x)
            for x in (an_order(), an_order(buyer=replace(an_order().buyer, id="?", name="")), an_order(ordered_at=NOW))
        )
    assert plain == nobody != later


def test_a_copy_that_is_kept_is_not_written_again(store: Store, data: Path) -> None:
    (copy,) = (data / "policies").iterdir()
    before = copy.stat().st_ino
    commit(store, a_change(a_return(revision=2), pinned=(a_policy(),)))
    assert copy.stat().st_ino == before
    with store.reading() as snapshot:
        assert [len(placed.entry.documents) for placed in snapshot.entries()] == [3, 1]


def test_a_policy_has_one_digest_however_its_days_are_ordered() -> None:
    days = a_policy().calendars["US"]
    turned = replace(days, holidays=tuple(sorted(days.holidays, reverse=True)))
    assert pinned_digest(a_policy()) == pinned_digest(a_policy(calendars={"US": turned}))


def _edit(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"USD", b"EUR").replace(b"standard", b"stanbard"))


def _link(path: Path) -> None:
    other = path.parent / "other"
    path.rename(other)
    path.symlink_to(other)


def _link_folder(path: Path) -> None:
    other = path.parent.parent / "other"
    path.parent.rename(other)
    path.parent.symlink_to(other)


def _fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


READERS: dict[str, Ask] = {
    "returns": lambda x: x.raw_return("R-000001"),
    "orders": lambda x: x.get_order("5764001"),
    "policies": lambda x: x.get_pinned(pinned_digest(a_policy())),
}


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("keep_index", [True, False], ids=["index", "no index"])
@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (_edit, "changed"),
        (Path.unlink, "missing"),
        (_link, "no_regular_file"),
        (_link_folder, "no_regular_file"),
        (_fifo, "no_regular_file"),
        (_folder, "no_regular_file"),
    ],
)
def test_what_is_not_what_was_committed_is_named(
    store: Store, data: Path, kind: str, keep_index: bool, spoil: Spoil, why: str
) -> None:
    (path,) = (x for x in (data / kind).rglob("*") if x.is_file())
    spoil(path)
    if not keep_index:
        (data / "index.sqlite").unlink()
    with store.reading() as snapshot, pytest.raises(Damaged) as failure:
        READERS[kind](snapshot)
    assert failure.value.facts == {"path": str(path.relative_to(data.parent)), "why": why}


@pytest.mark.parametrize(("format", "failure"), [("return/v2", NewerFormat), ("order/v1", Damaged), ("", Damaged)])
def test_a_format_is_checked_before_the_types(store: Store, format: str, failure: type[Failure]) -> None:  # noqa: A002
    commit(store, a_change(a_return(returnctl=format, state="of a later version")))
    with store.reading() as snapshot:
        assert format.encode() in snapshot.raw_return("R-000001")
        with pytest.raises(failure):
            snapshot.get_return("R-000001")


# --- the folder


def test_a_store_is_never_made_over_another(store: Store, tmp_path: Path) -> None:
    with pytest.raises(ShopExists):
        Store.create(tmp_path)


def test_a_store_that_cannot_be_made_leaves_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", _full)
    with pytest.raises(SystemFailure):
        Store.create(tmp_path)
    assert list(tmp_path.iterdir()) == []


def _full(*args: object, **more: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("umask", [0, 0o022, 0o077, 0o777])
@pytest.mark.parametrize(("private", "folder", "file"), [(True, 0o700, 0o600), (False, 0o770, 0o660)])
def test_modes_do_not_depend_on_the_umask(tmp_path: Path, umask: int, private: bool, folder: int, file: int) -> None:
    before = os.umask(umask)
    try:
        store = Store.create(tmp_path, private=private)
        commit(store, a_change(a_return(), orders=(an_order(),), files=((hexdigest(PHOTO), PHOTO),)))
        store.remember("policy", "sha256:1", b"x")
        assert os.umask(umask) == umask
    finally:
        os.umask(before)
    modes = {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in (tmp_path / "data").rglob("*")}
    assert modes == {(True, folder), (False, file)}


@pytest.mark.parametrize(
    ("private", "loose", "mode"), [(True, 0o755, 0o700), (True, 0o770, 0o700), (False, 0o777, 0o770)]
)
def test_loosened_data_are_closed_by_the_next_command(tmp_path: Path, private: bool, loose: int, mode: int) -> None:
    Store.create(tmp_path, private=private)
    (tmp_path / "data").chmod(0o2000 | loose)
    with Store(tmp_path, private=private).reading():
        assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o2000 | mode


def test_what_is_removed_is_gone_for_good(store: Store, data: Path) -> None:
    sha = hexdigest(PHOTO)
    commit(store, a_change(a_return(revision=2), files=((sha, PHOTO),)))
    orders = (an_order(buyer=Buyer("gone")),)
    commit(store, a_change(a_return(revision=3), removed=(sha,), batches={1: orders}))
    for _ in range(2):
        assert not list((data / "files").rglob(sha))
        with store.reading() as snapshot:
            assert snapshot.get_order("5764001") == orders[0]
            with pytest.raises(NotFound):
                snapshot.get_file(sha)
        (data / "index.sqlite").unlink()


@pytest.mark.parametrize("stop", ["unlink", "replace"])
def test_recovery_removes_too(store: Store, data: Path, monkeypatch: pytest.MonkeyPatch, stop: str) -> None:
    sha = hexdigest(PHOTO)
    commit(store, a_change(a_return(revision=2), files=((sha, PHOTO),)))
    with monkeypatch.context() as patch:
        patch.setattr(os, stop, _full)
        assert commit(store, a_change(a_return(revision=3), removed=(sha,))) == ["not_placed"]
    with store.reading() as snapshot:
        assert snapshot.get_return("R-000001").revision == 3
    assert not list((data / "files").rglob(sha))


def test_data_of_another_user_are_refused(store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("returnctl.storage.files._ROOT_USER", -1)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(SystemFailure), store.reading():
        pass
    (tmp_path / "group").mkdir()
    with Store.create(tmp_path / "group", private=False).reading() as snapshot:
        assert isinstance(snapshot, Snapshot)


@pytest.mark.parametrize(
    ("name", "spoil", "why"),
    [
        ("", lambda path: path.rename(path.with_name("gone")), "missing"),
        ("", lambda path: (path.rename(path.with_name("gone")), path.symlink_to("gone")), "no_regular_file"),
        ("journal.jsonl", Path.unlink, "missing"),
        ("lock", Path.unlink, "missing"),
        ("lock", _link, "no_regular_file"),
    ],
)
def test_a_folder_that_is_not_whole_is_named(store: Store, data: Path, name: str, spoil: Spoil, why: str) -> None:
    spoil(data / name)
    with pytest.raises(Damaged) as failure, store.reading():
        pass
    assert failure.value.facts == {"path": f"data/{name}".rstrip("/"), "why": why}


def test_what_was_worked_out_is_known_again_unless_it_is_torn(store: Store, data: Path) -> None:
    store.remember("settings", "sha256:1", b"parsed")
    assert store.recall("settings", "sha256:1") == b"parsed"
    assert store.recall("settings", "sha256:2") is None
    (kept,) = (data / "cache").iterdir()
    kept.write_bytes(kept.read_bytes()[:-1])
    assert store.recall("settings", "sha256:1") is None
    kept.unlink()
    kept.mkdir()
    store.remember("settings", "sha256:1", b"parsed")
    assert store.recall("settings", "sha256:1") is None


def test_what_was_worked_out_is_forgotten_when_it_is_much(store: Store, data: Path) -> None:
    for number in range(250):
        store.remember("policy", f"sha256:{number}", b"x")
    assert len(list((data / "cache").iterdir())) < 210
    assert store.recall("policy", "sha256:249") == b"x"


def test_the_journal_names_no_buyer(store: Store, data: Path) -> None:
    assert b"Ana" not in (data / "journal.jsonl").read_bytes()
