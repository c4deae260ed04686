"""The case file of a return: everything read under the shared lock, then written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from returnctl.domain.casefile import CaseFile, Chained, Fitted, Left, file_names, notes, photos_for, safe_name
from returnctl.domain.platforms import limits_of
from returnctl.domain.record import Evidence
from returnctl.errors import Damaged, NotFound
from returnctl.shop.draft import Draft
from returnctl.shop.shop import Shop, the_return
from returnctl.storage.changes import Entry
from returnctl.storage.layout import JOURNAL, evidence_path, return_path, shown
from returnctl.storage.outside import make_file, make_folder_of
from returnctl.storage.snapshot import Snapshot

# The page loads jinja2, which a folder for a platform does without.
if TYPE_CHECKING:
    from returnctl.output.bundle.package import File

_COMMENT = "comment.txt"
_FOLDER = "evidence/"


class Zipped(NamedTuple):
    """`notes` of the team are left out of it; `new` is False where the same bytes were there already."""

    id: str
    files: list[File]
    sha256: str
    size: int
    notes: int
    new: bool


class Posted(NamedTuple):
    """What a platform takes, by the names of its files, and what it does not."""

    id: str
    photos: dict[str, Evidence]
    left: tuple[Left, ...]
    comment: Fitted
    new: bool


def bundle_zip(shop: Shop, word: str, target: Path) -> Zipped:
    """Raises NotFound, Ambiguous, Damaged, TargetExists, SystemFailure, BadValue."""
    from returnctl.output.bundle.package import files_of, write_zip

    shop.refuse_inside(target)
    with shop.store.reading() as snapshot:
        found, journal, document = _file(shop, snapshot, word)
        record = found.case.stored
        policy = snapshot.raw_pinned(record.policy.digest)
        files = files_of(found, policy, journal, partial(_evidence, snapshot), document)
        made, new = make_file(target, lambda sink: write_zip(files, sink))
    return Zipped(record.id, files, made.sha256, made.size, notes(record), new)


def bundle_folder(shop: Shop, word: str, target: Path) -> Posted:
    """Photos and a comment, as far as the platform takes them. Raises as `bundle_zip` does."""
    from returnctl.output.bundle.comment import comment

    shop.refuse_inside(target)
    with shop.store.reading() as snapshot:
        found, _, _ = _file(shop, snapshot, word)
        record = found.case.stored
        limits = limits_of(record.external.platform if record.external else record.order.platform)
        taken, left = photos_for(record, limits)
        photos = {safe_name(number, 2, each): each for number, each in enumerate(taken, 1)}
        text = comment(found, limits, len(taken))
        new = make_folder_of(target, _contents(snapshot, photos, text.text))
    return Posted(record.id, photos, left, text, new)


def _contents(snapshot: Snapshot, photos: dict[str, Evidence], text: str) -> Iterator[tuple[str, bytes]]:
    yield _COMMENT, text.encode()
    for name, each in photos.items():
        yield name, _evidence(snapshot, each.sha256)


def _evidence(snapshot: Snapshot, sha256: str) -> bytes:
    """Raises Damaged, also where nobody knows of it any more."""
    try:
        return snapshot.get_file(sha256)
    except NotFound:
        raise Damaged(path=shown(evidence_path(sha256)), why="missing") from None


def _file(shop: Shop, snapshot: Snapshot, word: str) -> tuple[CaseFile, bytes, str]:
    """With the lines of the journal, and the digest that the last of them gives the document."""
    case = Draft(snapshot).load(the_return(snapshot.find(word), word), shop.settings.shop_id)
    record = case.stored
    commits = list(snapshot.commits_of(record.id))
    chain = tuple(_chained(entry, record.id) for _, entry in commits)
    documents = [each.document for each in chain if each.document]
    if not documents:
        raise Damaged(path=shown(JOURNAL), why="shorter")
    names = {sha256: f"{_FOLDER}{name}" for sha256, name in file_names(record).items()}
    found = CaseFile(case, shop.settings.shop, shop.settings.timezone, chain, names)
    return found, b"".join(line for line, _ in commits), documents[-1]


def _chained(entry: Entry, return_id: str) -> Chained:
    events = tuple(event for each, event in entry.events if each == return_id)
    document = entry.documents.get(return_path(return_id))
    return Chained(entry.sequence, entry.at, events, entry.previous, entry.digest, document)
