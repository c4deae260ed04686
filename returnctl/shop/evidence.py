"""Evidence: files that a user names become bytes under their SHA-256, with a type found from the content."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from returnctl.domain.case import Moment
from returnctl.domain.record import Evidence
from returnctl.domain.settings import EvidenceLimits
from returnctl.errors import BadFile
from returnctl.storage.digests import hexdigest

MIB = 1024 * 1024
# How files of each type begin: bytes at an offset.
_SIGNS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftyphei", "image/heic"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"%PDF-", "application/pdf"),
)


class Files(Struct, frozen=True):
    """`blobs` are the contents by SHA-256, `evidence` what the return keeps of them."""

    evidence: tuple[Evidence, ...] = ()
    blobs: tuple[tuple[str, bytes], ...] = ()

    @classmethod
    def read(cls, names: Iterable[str], limits: EvidenceLimits, moment: Moment) -> Files:
        """Raises BadFile: links, devices, folders, files over the limit, types that are no evidence."""
        evidence, blobs = [], []
        for name in names:
            data = _content(name, limits.max_mib * MIB)
            sha = hexdigest(data)
            blobs.append((sha, data))
            evidence.append(Evidence(sha, Path(name).name, _type(name, data), len(data), moment.by.role, moment.now))
        return cls(tuple(evidence), tuple(blobs))


def _content(name: str, limit: int) -> bytes:
    """The bytes of a plain file: links, devices, pipes and folders are no evidence."""
    try:
        handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise BadFile(file=name, why="no_regular_file")
            with open(handle, "rb", closefd=False) as file:
                data = file.read(limit + 1)
        finally:
            os.close(handle)
    except OSError as error:
        why = "no_regular_file" if error.errno == errno.ELOOP else "unreadable"
        raise BadFile(file=name, why=why, reason=error.strerror or str(error)) from None
    if len(data) > limit:
        raise BadFile(file=name, why="evidence_too_large", limit=limit // MIB)
    return data


def _type(name: str, data: bytes) -> str:
    for at, sign, kind in _SIGNS:
        if data[at : at + len(sign)] == sign:
            return kind
    raise BadFile(file=name, why="no_evidence_type")
