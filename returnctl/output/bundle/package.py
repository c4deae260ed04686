"""The files of a bundle in their order, and the zip or the folder that they become."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec

from returnctl.domain.casefile import CaseFile, notes, shareable
from returnctl.errors import BadValue
from returnctl.output.bundle import verify
from returnctl.output.bundle.html import html
from returnctl.output.bundle.page import page_of
from returnctl.output.words import chosen

# What a zip without its later extensions can say of itself.
_MOST = (1 << 32) - (1 << 20)
_VERIFY = "verify.py"


class File(NamedTuple):
    """One file of a bundle; `read` gives its content when it is wanted."""

    name: str
    size: int
    sha256: str
    read: Callable[[], bytes]


class Sink(Protocol):
    def write(self, content: bytes, /) -> object: ...


def files_of(
    file: CaseFile, policy: bytes, journal: bytes, evidence: Callable[[str], bytes], document: str
) -> list[File]:
    """All of it, the manifest last; `document` is the digest of the whole document."""
    record = file.case.stored
    given = {each.sha256: each for each in record.evidence}
    made = [
        _file("index.html", html(page_of(file))),
        *(_evidence(name, sha256, given[sha256].size, evidence) for sha256, name in file.names.items()),
        _file(verify.RETURN, msgspec.json.format(msgspec.json.encode(shareable(record)), indent=2) + b"\n"),
        _file(verify.POLICY, policy),
        _file(verify.JOURNAL, journal),
        _file(_VERIFY, Path(verify.__file__).read_bytes()),
    ]
    if sum(each.size + 1024 for each in made) > _MOST:
        raise BadValue(what="TARGET", value=record.id, wanted="stored_zip")
    return [*made, _file(verify.MANIFEST, _manifest(file, made, document))]


def _file(name: str, content: bytes) -> File:
    from hashlib import sha256

    return File(name, len(content), sha256(content).hexdigest(), lambda: content)


def _evidence(name: str, sha256: str, size: int, read: Callable[[str], bytes]) -> File:
    return File(name, size, sha256, lambda: read(sha256))


def _manifest(file: CaseFile, files: list[File], document: str) -> bytes:
    record = file.case.stored
    told: dict[str, object] = {
        "returnctl": verify.FORMAT,
        "return": record.id,
        "language": chosen(),
        "document": document,
        "notes": notes(record),
        "files": [{"name": x.name, "size": x.size, "sha256": x.sha256} for x in files],
    }
    return verify.canonical(told | {"digest": verify.digest(verify.canonical(told))})


def write_zip(files: list[File], sink: Sink) -> None:
    """One file in memory at a time. The same files make the same bytes, on every machine."""
    layout = verify.Layout()
    for each in files:
        content = each.read()
        sink.write(layout.before(each.name, zlib.crc32(content), len(content)))
        sink.write(content)
    sink.write(layout.end())


def listed(files: list[File]) -> Iterator[dict[str, object]]:
    """As programs read it."""
    return ({"name": each.name, "size": each.size, "sha256": each.sha256} for each in files)
