"""The program with one thing broken: each must be found by the checks, else they would find nothing in earnest."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

import pytest

from returnctl.storage import staging
from returnctl.storage.changes import Change
from returnctl.storage.index import Index
from returnctl.storage.store import Store
from tests.faults import beside, power, test_races, test_scans

# A check that says whether something is wrong, or a story that shall not hold any more.
Check = Callable[[Path], bool | beside.Story]


class Edit(NamedTuple):
    """In a function, named `module:function`, a piece of its text that stands there once, and what it becomes."""

    place: str
    old: str
    new: str


class Mutant(NamedTuple):
    """What is broken, and the check that must say so."""

    edits: tuple[Edit, ...]
    check: Check

    def is_found(self, root: Path) -> bool:
        told = self.check(root)
        return told if isinstance(told, bool) else bool(beside.broken_promises(root, told))


@contextmanager
def broken(*edits: Edit) -> Iterator[None]:
    with ExitStack() as undone:
        for edit in edits:
            function = _function(edit.place)
            undone.callback(setattr, function, "__code__", function.__code__)
            function.__code__ = _changed(function, edit)
        yield


def _function(place: str) -> Any:
    module, _, name = place.partition(":")
    found = inspect.unwrap(attrgetter(name)(import_module(f"returnctl.{module}")))
    return getattr(found, "__func__", found)


def _changed(function: Any, edit: Edit) -> CodeType:
    module = inspect.getmodule(function)
    assert module
    whole, own = inspect.getsource(module), inspect.getsource(function)
    assert own.count(edit.old) == whole.count(own) == 1, f"{edit.place}: {edit.old!r} is not there, or not once"
    changed = compile(whole.replace(own, own.replace(edit.old, edit.new)), str(module.__file__), "exec")
    return next(code for code in _codes(changed) if code.co_qualname == function.__qualname__)


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


# --- the checks


def by_power(root: Path, history: tuple[Change, ...] = power.HISTORY) -> bool:
    """A commit fails, or does not survive a power failure."""
    try:
        seen = power.record(root, history)
    except AssertionError:
        return True
    return any(power.wrong_states(seen, 25, seed)[1] for seed in range(3))


def by_many(root: Path) -> bool:
    return by_power(root, _MANY)


def by_an_unsynced_copy(root: Path) -> bool:
    return bool(beside.unsynced_copies(root))


def by_a_lost_update(_: Path) -> bool:
    figures = test_races.long_run_updates(processes=6, changes=10, returns=1)
    return (figures["lost"], figures["done"], figures["fsck"]) != (0, 60, 0)


def by_a_mixed_scan(_: Path) -> bool:
    return bool(test_scans.long_run_scans(200)["mixed"])


def by_a_hidden_failure(_: Path) -> bool:
    sync = staging.sync_all()
    assert sync
    try:
        sync(-1)
    except OSError:
        return False
    return True


def by_a_bold_index(root: Path) -> bool:
    """It calls itself synced, and was not, or before it was."""
    store, marked = Store.create(root), list[object]()

    def synced(fd: int) -> None:
        index = Index(str(root / "data/index.sqlite"))
        marked.append(index.one("SELECT synced FROM head")[0])
        index.close()

    with pytest.MonkeyPatch.context() as patch, store.writing("mei") as writer:
        patch.setattr("returnctl.storage.index.fsync", synced)
        writer.sync_index()
    return marked != [None]


def _changed_to(place: str, old: str, new: str, check: Check) -> Mutant:
    return Mutant((Edit(place, old, new),), check)


def _left_out(place: str, call: str, check: Check) -> Mutant:
    """A call without the call: its argument alone."""
    return _changed_to(place, call, call[call.index("(") :], check)


def _not_durable(place: str, call: str, check: Check) -> Mutant:
    made = call.partition(", durable=")[0].removesuffix(")")
    balanced = made + ")" * (made.count("(") - made.count(")") - 1)
    return _changed_to(place, call, f"{balanced}, durable=False)", check)


_REMOVING = tuple(power.HISTORY[at] for at in (0, 3, 6))
_MANY = tuple(power.HISTORY[at] for at in (0, 4))


_FSYNC: dict[str, tuple[str, str, Check]] = {
    "no fsync at all": ("storage.files:fsync", "os.fsync(fd)", by_power),
    "a new file": ("storage.files:Folder.create", "fsync(fd)", by_power),
    "the stage": ("storage.staging:_prepare", "fsync(stage.fd)", by_power),
    "where the last commit placed": ("storage.staging:_prepare", "fsync(folder.fd)", by_power),
    "a new folder": ("storage.staging:_make", "fsync(folder.fd)", by_power),
    "what goes for good": ("storage.staging:_remove", "fsync(folder.fd)", partial(by_power, history=_REMOVING)),
    "a line in doubt": ("storage.files:Folder.copy", "fsync(fd)", beside.a_line_in_doubt),
    "the line": ("storage.journal:append", "fsync(fd)", by_power),
    "the line, taken back": ("storage.journal:_cut_back", "fsync(fd)", beside.a_refused_line),
    "the name of a torn line": ("storage.journal:_keep", "fsync(data.fd)", beside.a_torn_line),
    "the name of a line in doubt": ("storage.journal:settle", "fsync(data.fd)", beside.a_line_in_doubt),
    "what a new shop holds": ("storage.store:_make", "fsync(data.fd)", beside.founding),
    "a new shop": ("storage.store:Store.create", "fsync(folder.fd)", beside.founding),
    "a seal": ("storage.files:_written_beside", "fsync(fd)", beside.sealing),
    "the name of a seal": ("storage.files:sync_folder", "fsync(folder.fd)", beside.sealing),
    "the folder of seals": ("shop.seals:_make", "fsync(above.fd)", beside.sealing_first),
    "a copy by syncfs": ("storage.backup:bring_to_disk", "sync(target.fd)", beside.a_copy),
    "a file of a copy": ("storage.backup:_bring_file", "fsync(fd)", by_an_unsynced_copy),
    "a folder of a copy": ("storage.backup:bring_to_disk", "fsync(folder.fd)", by_an_unsynced_copy),
    "a copy": ("shop.backing_up:_made", "bring_to_disk(folder)", by_an_unsynced_copy),
    "the name of a copy": ("shop.backing_up:_made", "fsync(above.fd)", beside.a_copy),
    "a case file": ("storage.outside:make_file", "fsync(fd)", beside.a_case_file),
    "the name of a case file": ("storage.outside:_linked", "fsync(above.fd)", beside.a_case_file),
    "the same without links": ("storage.outside:_linked", "fsync(above.fd)", beside.a_case_file_without_links),
    "a case as a folder": ("storage.outside:make_folder_of", "fsync(folder.fd)", beside.a_case_folder),
    "the name of a case folder": ("storage.outside:_placed", "fsync(above.fd)", beside.a_case_folder),
    "an export": ("storage.outside:new_file", "fsync(file.fileno())", beside.an_export),
    "the name of an export": ("storage.outside:new_file", "sync_folder(partial.parent)", beside.an_export),
    "a folder made anew": ("storage.fsck_tree:make_folder", "fsync(data.fd)", beside.a_folder_made_anew),
    "evidence that came back": ("storage.fsck_tree:remove", "fsync(folder.fd)", beside.evidence_that_came_back),
    "the index": ("storage.index:Index.sync", "fsync(fd)", by_a_bold_index),
}
_DURABLE: dict[str, tuple[str, str, Check]] = {
    "a document": ("storage.staging:_prepare", "stage.create(_staged(path), content, durable=sync is None)", by_power),
    "a file of a case": ("storage.outside:make_folder_of", "folder.create(name, content)", beside.a_case_folder),
    "a torn line": ("storage.journal:_keep", 'data.create(f"journal.torn-{number}", torn)', beside.a_torn_line),
}
_PLACE = "staging.place(self.data, entry.documents, entry.removed)"
MUTANTS: dict[str, Mutant] = {
    **{f"not on the disk: {name}": _left_out(*what) for name, what in _FSYNC.items()},
    **{f"not on the disk: {name}": _not_durable(*what) for name, what in _DURABLE.items()},
    "not on the disk: many documents": _changed_to("storage.staging:_prepare", " sync(stage.fd)", " stage.fd", by_many),
    "the last commit is forgotten": _changed_to("storage.staging:prepare", "*waiting", "*()", by_power),
    "placed before the line": Mutant(
        (
            Edit(
                "storage.writer:Writer._write", "journal.append(", "staging.place(self.data, contents), journal.append("
            ),
            Edit("storage.writer:Writer._follow", _PLACE, "()"),
        ),
        by_power,
    ),
    "a failure of syncfs is not told": _changed_to(
        "storage.staging:sync_all", "if syncfs(fd):", "if syncfs(fd) > 0:", by_a_hidden_failure
    ),
    "writers take no lock": _left_out("storage.lock:Lock.own", "self._take(fcntl.LOCK_EX)", by_a_lost_update),
    "readers take no lock": _left_out("storage.lock:Lock.share", "self._take(fcntl.LOCK_SH)", by_a_mixed_scan),
    "nobody takes a lock": _changed_to("storage.lock:Lock._taken", "fcntl.flock(", "(", by_a_lost_update),
}
