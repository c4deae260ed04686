"""Evidence: files that a user names become bytes under their SHA-256, with a type found from the content."""

from __future__ import annotations

import errno
import os
import re
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
# How files of each type begin; a dot stands for any byte.
_SIGNS: tuple[tuple[re.Pattern[bytes], str], ...] = tuple(
    (re.compile(sign, re.DOTALL), kind)
    for sign, kind in (
        (rb"\xff\xd8\xff", "image/jpeg"),
        (rb"\x89PNG\r\n\x1a\n", "image/png"),
        (rb"GIF8[79]a", "image/gif"),
        (rb"RIFF....WEBP", "image/webp"),
        (rb"....ftyp(hei|hev|mif|msf)", "image/heic"),
        (rb"....ftypavi", "image/avif"),
        (rb"....ftypqt  ", "video/quicktime"),
        (rb"....ftyp3g", "video/3gpp"),
        (rb"....ftyp", "video/mp4"),
        (rb"RIFF....AVI ", "video/x-msvideo"),
        (rb"\x1aE\xdf\xa3", "video/webm"),
        (rb"%PDF-", "application/pdf"),
    )
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
            before = os.fstat(handle)
            if not stat.S_ISREG(before.st_mode):
                raise BadFile(file=name, why="no_regular_file")
            with open(handle, "rb", closefd=False) as file:
                data = file.read(limit + 1)
            after = os.fstat(handle)
        finally:
            os.close(handle)
    except OSError as error:
        why = "no_regular_file" if error.errno == errno.ELOOP else "unreadable"
        raise BadFile(file=name, why=why, reason=error.strerror or str(error)) from None
    if len(data) > limit:
        raise BadFile(file=name, why="evidence_too_large", limit=limit // MIB)
    if (before.st_size, before.st_mtime_ns) != (len(data), after.st_mtime_ns):
        raise BadFile(file=name, why="growing")
    return data


def _type(name: str, data: bytes) -> str:
    for sign, kind in _SIGNS:
        if sign.match(data):
            return kind
    raise BadFile(file=name, why="no_evidence_type")
