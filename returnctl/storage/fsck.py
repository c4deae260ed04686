"""Checking all that is kept, without stopping at the first fault; mending what is derived from the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from msgspec import Struct

from returnctl.errors import Failure
from returnctl.storage import fsck_documents, fsck_index, fsck_tree, journal, layout, staging
from returnctl.storage.changes import Entry
from returnctl.storage.digests import expect_many
from returnctl.storage.files import Folder, told
from returnctl.storage.findings import Finding
from returnctl.storage.head import Head
from returnctl.storage.index import Index
from returnctl.storage.lock import Lock

# What the index does not need and a check does, beside its own tables.
_MORE = """
CREATE TABLE events (id TEXT, event TEXT);
CREATE INDEX by_id ON events (id);
CREATE TABLE heads (sequence INTEGER PRIMARY KEY, digest TEXT);
CREATE TABLE removed (path TEXT PRIMARY KEY) WITHOUT ROWID;
"""


class Report(Struct, frozen=True):
    """`counts` of commits, returns, orders and files; `head` is the journal's last sequence and digest."""

    findings: tuple[Finding, ...]
    counts: dict[str, int]
    head: tuple[int, str]


def check(data: Folder, lock: Lock, seals: list[tuple[str, int, str]], *, repair: bool) -> Report:
    """`seals` are sealed heads: file, sequence, digest. With `repair` what is derived is made anew.

    Raises Locked, Damaged where there is no journal to check by, NewerFormat.
    """
    lock.own(to_check=True)
    counts: Counter[str] = Counter()
    findings = list(_unfinished(data))
    if not repair and not lock.is_unsure():
        lock.share()
    index = Index.make(None)
    try:
        with told(""):
            findings += _found(data, index, counts, seals)
        head = index.head()
    finally:
        index.close()
    if lock.is_unsure():
        findings.append(_made_sure(data, lock, findings))
    if repair:
        findings = [_mended(data, finding) for finding in findings]
    return Report(tuple(findings), dict(counts), (head.sequence, head.digest))


def _unfinished(data: Folder) -> Iterator[Finding]:
    """What the last command left is finished as every next command does it, where that can be done."""
    try:
        staging.recover(data)
    except (Failure, OSError) as failure:
        facts = failure.facts if isinstance(failure, Failure) else {"why": failure.strerror}
        yield Finding("unfinished", layout.shown(layout.STAGE), facts={"why": str(facts.get("why", ""))})


def _found(data: Folder, index: Index, counts: Counter[str], seals: list[tuple[str, int, str]]) -> Iterator[Finding]:
    index.script(_MORE)
    expect_many()
    with index.change():
        yield from _lines(data, index, counts)
        yield from _sealed(index, seals)
        yield from fsck_documents.check(data, index, counts)
    yield from fsck_tree.check(data, index)
    yield from fsck_index.check(data, index)


def _lines(data: Folder, index: Index, counts: Counter[str]) -> Iterator[Finding]:
    """The journal into the new index; a line that cannot be believed adds nothing to it."""
    head = Head()
    for number, placed, why in journal.examined(data):
        if why:
            yield Finding(f"journal_{why}", layout.shown(layout.JOURNAL), line=number)
        if placed is None:
            continue
        counts["commits"] += 1
        entry = placed.entry
        if entry.counter < head.counter:
            yield Finding("counter", layout.shown(layout.JOURNAL), line=number)
        _take_in(index, entry)
        counter = max(head.counter, entry.counter)
        head = Head(placed.end, entry.sequence, entry.digest, counter, staging.folders_of(entry.documents))
    index.set_head(head)


def _take_in(index: Index, entry: Entry) -> None:
    index.put_documents(entry.documents, 0, unread=True)
    index.drop_documents(entry.removed)
    index.put_keys((key, request, bytes(result)) for key, (request, result) in entry.keys.items())
    index.many("INSERT INTO events VALUES (?, ?)", entry.events)
    index.many("INSERT OR REPLACE INTO removed VALUES (?)", [(path,) for path in entry.removed])
    index.many("INSERT OR REPLACE INTO heads VALUES (?, ?)", [(entry.sequence, entry.digest)])


def _sealed(index: Index, seals: list[tuple[str, int, str]]) -> Iterator[Finding]:
    """Somebody else may know these heads: a journal that lacks one is another one, or an older one."""
    (newest,) = index.one("SELECT max(sequence) FROM heads")
    for file, sequence, digest in seals:
        found = index.one("SELECT digest FROM heads WHERE sequence = ?", sequence)
        if found is None and sequence > (newest or 0):
            yield Finding("rolled_back", file, facts={"sequence": sequence})
        elif sequence and (found is None or found[0] != digest):
            yield Finding("rewritten", file, facts={"sequence": sequence})


def _made_sure(data: Folder, lock: Lock, findings: list[Finding]) -> Finding:
    """A commit may or may not have reached the disk: what the journal says now becomes the truth."""
    path = layout.shown(layout.LOCK)
    if any(finding.code.startswith("journal") for finding in findings):
        return Finding("unsure", path)
    journal.settle(data)
    lock.be_sure()
    return Finding("made_sure", path, repaired=True)


def _mended(data: Folder, finding: Finding) -> Finding:
    repair = _REPAIRS.get(finding.code)
    if repair is None:
        return finding
    with suppress(OSError, Failure):
        repair(data, finding.path.partition("/")[2])
        return Finding(finding.code, finding.path, finding.line, finding.facts, repaired=True)
    return finding


_REPAIRS: dict[str, Any] = {
    "index": fsck_index.make_anew,
    "mode": fsck_tree.close,
    "no_folder": fsck_tree.make_folder,
    "not_removed": fsck_tree.remove,
}
