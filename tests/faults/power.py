"""Power failures: commits are recorded, every crash point left in many states, and each must recover."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from returnctl.errors import Failure
from returnctl.storage.changes import Change
from returnctl.storage.digests import hexdigest
from returnctl.storage.store import Store
from tests.faults.disk import Disk, Op, Tree, recorded
from tests.storage.builders import a_change, a_policy, a_return, an_order, commit

_MEMORY = "/dev/shm"  # where there is one, states are made and dropped in memory
_KEPT = ("returns/", "orders/", "settlements/", "policies/", "files/")
FILES = tuple((hexdigest(bytes([x])), bytes([x])) for x in range(3))
HISTORY: tuple[Change, ...] = (
    a_change(a_return(), orders=(an_order(),), pinned=(a_policy(),)),
    a_change(a_return(revision=2)),
    a_change(a_return("R-001000"), a_return("R-002000")),
    a_change(a_return(revision=3), files=FILES[:1]),
    a_change(*(a_return(f"R-{x:06d}") for x in range(3, 12)), files=FILES, orders=(an_order("2"),)),
    a_change(refused=({"order": "1"},)),
    a_change(a_return(revision=4), removed=(FILES[0][0],), batches={1: (an_order(shipped_at=None),)}),
    a_change(a_return("R-001000", revision=2)),
)


class Recorded(NamedTuple):
    """The calls of a history; what was kept at first, and after each commit."""

    start: Tree
    ops: list[Op]
    after: list[dict[str, bytes]]


def record(root: Path, history: tuple[Change, ...] = HISTORY) -> Recorded:
    store = Store.create(root)
    start, after, ops = tree(root / "data"), [_kept(tree(root / "data"))], []
    for change in history:
        with recorded(root / "data") as done:
            assert commit(store, change) == []
        ops += [*done, Op("done")]
        after.append(_kept(tree(root / "data")))
    return Recorded(start, ops, after)


def tree(data: Path) -> Tree:
    found = (path for path in data.rglob("*") if "index" not in path.name)
    return {str(path.relative_to(data)): None if path.is_dir() else path.read_bytes() for path in found}


def _kept(found: Tree) -> dict[str, bytes]:
    return {path: content for path, content in found.items() if content is not None and path.startswith(_KEPT)}


def wrong_states(seen: Recorded, each: int, seed: int, limit: int = 1) -> tuple[int, list[str]]:
    """At every call `each` states; how many different ones there were, and what did not hold in the first bad ones."""
    wrong: list[str] = []
    tried = 0
    for at in range(1, len(seen.ops) + 1):
        count, found = wrong_after(seen, at, each, seed)
        tried, wrong = tried + count, wrong + found
        if len(wrong) >= limit:
            break
    return tried, wrong


def wrong_after(seen: Recorded, at: int, each: int, seed: int) -> tuple[int, list[str]]:
    """The different ones of `each` states in which a crash after a call can leave the disk."""
    acknowledged = sum(op.kind == "done" for op in seen.ops[:at])
    with in_memory() as folder:
        faults = [_fault(folder, state, seen.after, acknowledged) for state in states_after(seen, at, each, seed)]
    where = f"after call {at} of {len(seen.ops)} ({seen.ops[at - 1].kind})"
    return len(faults), [f"{where}: {fault}" for fault in faults if fault]


def states_after(seen: Recorded, at: int, each: int, seed: int) -> Iterable[Tree]:
    chance, disk = random.Random(seed * 1000 + at), Disk(seen.start)
    for op in seen.ops[:at]:
        disk.apply(op)
    states = (disk.left(chance) for _ in range(each))
    return {hash(tuple(sorted((x, y or b"") for x, y in state.items()))): state for state in states}.values()


@contextmanager
def in_memory() -> Iterator[Path]:
    """A folder that costs no wear and no waiting, where there is memory that can be had as one."""
    with tempfile.TemporaryDirectory(dir=_MEMORY if Path(_MEMORY).is_dir() else None) as folder:
        yield Path(folder)


def _fault(folder: Path, state: Tree, after: list[dict[str, bytes]], acknowledged: int) -> str | None:
    """Recover as the next command does, with a second crash within that; None where all holds."""
    root = folder / "shop"
    write(root / "data", state)
    with recorded(root / "data") as ops:
        fault = _recovered(root, after, acknowledged)
    if fault is None and ops:
        again = Disk(state)
        for op in ops[: len(ops) // 2 + 1]:
            again.apply(op)
        write(root / "data", again.left(random.Random(len(ops))))
        fault = _recovered(root, after, acknowledged)
    return fault


def write(data: Path, state: Tree) -> None:
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(0o700, parents=True)
    for path, content in sorted(state.items()):
        if content is None:
            (data / path).mkdir(0o700)
        else:
            (data / path).write_bytes(content)


def _recovered(root: Path, after: list[dict[str, bytes]], acknowledged: int) -> str | None:
    try:
        with Store(root).reading() as snapshot:
            commits = sum(1 for _ in snapshot.entries())
            damaged = snapshot.damaged()
    except Failure as failure:
        return f"{failure.code} {failure.facts}"
    if not acknowledged <= commits <= acknowledged + 1:
        return f"{acknowledged} were acknowledged, {commits} are there"
    if damaged or _kept(tree(root / "data")) != after[commits]:
        return f"torn: {damaged or 'other documents than were committed'}"
    return None
