"""Evidence: files that a user names become bytes under their SHA-256, with a type found from the content."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable
from io import FileIO
from pathlib import Path

from msgspec import Struct

from returnctl.domain.case import Moment
from returnctl.domain.record import Evidence
from returnctl.domain.settings import EvidenceLimits
from returnctl.errors import BadFile
from returnctl.shop.reading import opened, up_to
from returnctl.storage.digests import hexdigest

MIB = 1024 * 1024
LONGEST_NAME = 255
# Control characters, line ends, and bytes that are no text.
_NOT_IN_NAMES = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# How files of each type begin. Those of one family of videos tell by a brand which of them they are.
_SIGNS: tuple[tuple[bytes, str], ...] = (
    (rb"\xff\xd8\xff", "image/jpeg"),
    (rb"\x89PNG\r\n\x1a\n", "image/png"),
    (rb"GIF8[79]a", "image/gif"),
    (rb"RIFF....WEBP", "image/webp"),
    (rb"RIFF....AVI ", "video/x-msvideo"),
    (rb"....ftyp(heic|heix|heim|heis|hevc|hevx|mif1|msf1)", "image/heic"),
    (rb"....ftyp(avif|avis)", "image/avif"),
    (rb"....ftypqt  ", "video/quicktime"),
    (rb"....ftyp3g", "video/3gpp"),
    # Cameras have brands of their own; sound and raw pictures have these.
    (rb"....ftyp(?!M4[ABP] |F4[AB] |crx |jp)", "video/mp4"),
    (rb"\x1aE\xdf\xa3.{0,60}?B\x82.webm", "video/webm"),
    (rb"\x1aE\xdf\xa3.{0,60}?B\x82.matroska", "video/x-matroska"),
    (rb"%PDF-[12]\.", "application/pdf"),
)
_TYPES = tuple((re.compile(sign, re.DOTALL), kind) for sign, kind in _SIGNS)


class Files(Struct, frozen=True):
    """`blobs` are the contents by SHA-256, `evidence` what the return keeps of them."""

    evidence: tuple[Evidence, ...] = ()
    blobs: tuple[tuple[str, bytes], ...] = ()

    @classmethod
    def read(cls, names: Iterable[str], limits: EvidenceLimits, moment: Moment) -> Files:
        """Raises BadFile: links, devices, folders, files over the limit or changing, types that are no evidence."""
        evidence, blobs = [], []
        for name in names:
            kept = _name(name)
            data = _content(name, limits.max_mib * MIB)
            sha = hexdigest(data)
            blobs.append((sha, data))
            evidence.append(Evidence(sha, kept, _type(name, data), len(data), moment.by.role, moment.now))
        return cls(tuple(evidence), tuple(blobs))


def _name(name: str) -> str:
    """The plain name of a file, as it is kept and shown."""
    plain = Path(name).name
    if _NOT_IN_NAMES.search(plain) or len(plain) > LONGEST_NAME:
        raise BadFile(file=name, why="bad_file_name", limit=LONGEST_NAME)
    return plain


def _content(name: str, limit: int) -> bytes:
    """The bytes of a plain file: links, devices, pipes and folders are no evidence."""
    try:
        with opened(name, links=False) as file:
            return _unchanging(name, file, limit)
    except OSError as error:
        why = "no_regular_file" if error.errno in (errno.ELOOP, errno.EINVAL, errno.ENXIO) else "unreadable"
        raise BadFile(file=name, why=why, reason=error.strerror or str(error)) from None


def _unchanging(name: str, file: FileIO, limit: int) -> bytes:
    """All of a file that nobody is still writing; one that is too large is not read."""
    before = os.fstat(file.fileno())
    if before.st_size > limit:
        raise BadFile(file=name, why="evidence_too_large", limit=limit // MIB)
    data = up_to(limit, file)
    after = os.fstat(file.fileno())
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns) or len(data) != after.st_size:
        raise BadFile(file=name, why="growing")
    return data


def _type(name: str, data: bytes) -> str:
    if not data:
        raise BadFile(file=name, why="empty")
    kind = next((kind for sign, kind in _TYPES if sign.match(data)), None)
    if kind is None:
        raise BadFile(file=name, why="no_evidence_type")
    return kind
