"""The type of evidence is found from its content, whatever the file is called."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from returnctl.domain.case import Actor, Moment
from returnctl.domain.settings import EvidenceLimits
from returnctl.domain.states import Role
from returnctl.errors import BadFile
from returnctl.shop.evidence import MIB, Files
from tests.builders import NOW

MEI = Moment(NOW, Actor("mei", Role.SELLER))


def read(*paths: Path) -> Files:
    return Files.read(map(str, paths), EvidenceLimits(max_mib=1), MEI)


@pytest.mark.parametrize(
    ("content", "type_"),
    [
        (b"\xff\xd8\xff\xe1", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x18ftypheic", "image/heic"),
        (b"\0\0\0\x18ftypmif1", "image/heic"),
        (b"\0\0\0\x18ftypavif", "image/avif"),
        (b"\0\0\0\x18ftypmp42", "video/mp4"),
        (b"\0\0\0\x18ftypqt  ", "video/quicktime"),
        (b"\0\0\0\x18ftyp3gp5", "video/3gpp"),
        (b"RIFF\0\n\0\0AVI LIST", "video/x-msvideo"),
        (b"\x1aE\xdf\xa3", "video/webm"),
        (b"%PDF-1.7", "application/pdf"),
    ],
)
def test_the_content_tells_the_type(tmp_path: Path, content: bytes, type_: str) -> None:
    path = tmp_path / "file.txt"
    path.write_bytes(content)
    files = read(path)
    (evidence,), ((sha, data),) = files.evidence, files.blobs
    assert (evidence.type, evidence.name, evidence.size, evidence.by) == (type_, "file.txt", len(content), "seller")
    assert (sha, data) == (evidence.sha256, content)


@pytest.mark.parametrize(
    "content", [b"", b"#!/bin/sh", b"<svg>", b"PK\x03\x04", b"RIFF\0\0\0\0WAVE", b" %PDF-", b"12345678WEBP", b"GIF8"]
)
def test_anything_else_is_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    with pytest.raises(BadFile, check=lambda failure: failure.facts["why"] == "no_evidence_type"):
        read(path)


@pytest.mark.parametrize(("size", "fits"), [(MIB, True), (MIB + 1, False)])
def test_the_limit_itself_is_allowed(tmp_path: Path, size: int, fits: bool) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"\xff\xd8\xff".ljust(size, b"\0"))
    if fits:
        assert read(path).evidence[0].size == size
    else:
        with pytest.raises(BadFile, check=lambda failure: failure.facts["limit"] == 1):
            read(path)


@pytest.mark.parametrize("late", [b" and more", b""])
def test_a_file_that_is_still_being_written_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, late: bytes
) -> None:
    """It grows, or is written anew at the same length, between our looks at it."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"\xff\xd8\xff a photo")
    real, looks = os.fstat, [0]

    def fstat(fd: int) -> os.stat_result:
        looks[0] += 1
        if looks[0] == 2:
            path.write_bytes(b"\xff\xd8\xff A PHOTO" + late)
            os.utime(path, ns=(1, 1))
        return real(fd)

    monkeypatch.setattr(os, "fstat", fstat)
    with pytest.raises(BadFile, check=lambda failure: failure.facts["why"] == "growing"):
        read(path)
