"""The type of evidence is found from its content, whatever the file is called."""

from __future__ import annotations

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
        (b"\0\0\0\x18ftypmp42", "video/mp4"),
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


@pytest.mark.parametrize("content", [b"", b"#!/bin/sh", b"<svg>", b"PK\x03\x04", b"RIFF\0\0\0\0WAVE", b" %PDF-"])
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
