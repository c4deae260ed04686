"""The type of evidence is found from its content, whatever the file is called; what is no such file is refused."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from returnctl.domain.case import Actor, Moment
from returnctl.domain.settings import EvidenceLimits
from returnctl.domain.states import Role
from returnctl.errors import BadFile
from returnctl.shop.evidence import MIB, Files
from returnctl.shop.reading import up_to
from tests.builders import NOW
from tests.cli.shops import PHOTO, record
from tests.program import run

MEI = Moment(NOW, Actor("mei", Role.SELLER))


def read(*paths: Path) -> Files:
    return Files.read(map(str, paths), EvidenceLimits(max_mib=1), MEI)


def refused(path: Path) -> dict[str, Any]:
    with pytest.raises(BadFile) as failure:
        read(path)
    return failure.value.facts


@pytest.mark.parametrize(
    ("content", "type_"),
    [
        (b"\xff\xd8\xff\xe1", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\0\n\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0AVI LIST", "video/x-msvideo"),
        (b"\0\0\0\x18ftypheic", "image/heic"),
        (b"\0\0\0\x18ftypmif1", "image/heic"),
        (b"\0\0\0\x18ftypavif", "image/avif"),
        (b"\0\0\0\x14ftypqt  ", "video/quicktime"),
        (b"\0\0\0\x14ftyp3gp4", "video/3gpp"),
        (b"\0\0\0\x18ftypmp42", "video/mp4"),
        (b"\0\0\0\x18ftypisom", "video/mp4"),
        (b"\0\0\0\x18ftypXAVC", "video/mp4"),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", "video/webm"),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x88matroska", "video/x-matroska"),
        (b"%PDF-1.7", "application/pdf"),
    ],
)
def test_the_content_tells_the_type(tmp_path: Path, content: bytes, type_: str) -> None:
    path = tmp_path / "file.txt"
    path.write_bytes(content)
    files = read(path)
    (kept,), ((sha, data),) = files.evidence, files.blobs
    assert (kept.type, kept.name, kept.size, kept.by) == (type_, "file.txt", len(content), "seller")
    assert (sha, data) == (kept.sha256, content)


@pytest.mark.parametrize(
    "content",
    [
        b"#!/bin/sh", b"<svg>", b"<?xml", b"PK\x03\x04", b"MZ", b"\x7fELF", b"RIFF\0\0\0\0WAVE", b"12345678WEBP",
        b" %PDF-1.7",
        b"%PDF-x", b"GIF8", b"GIF88a", b"\0\0\0\x18ftypM4A ", b"\0\0\0\x18ftypcrx ", b"ftypmp42", b"\x1aE\xdf\xa3\x9f",
    ],
)  # fmt: skip
def test_anything_else_is_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    assert refused(path)["why"] == "no_evidence_type"


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: path.mkdir(), "no_regular_file"),
        (os.mkfifo, "no_regular_file"),
        (lambda path: path.symlink_to("/dev/zero"), "no_regular_file"),
        (lambda path: path.symlink_to(path.with_name("real.jpg")), "no_regular_file"),
        (lambda path: None, "unreadable"),
        (lambda path: path.touch(), "empty"),
    ],
    ids=["folder", "pipe", "device", "link", "vanished", "empty"],
)
def test_what_is_no_file(tmp_path: Path, make: Callable[[Path], object], why: str) -> None:
    (tmp_path / "real.jpg").write_bytes(PHOTO)
    path = tmp_path / "photo.jpg"
    make(path)
    assert refused(path)["why"] == why


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "a\0b"])
def test_devices_and_names_that_cannot_be(device: str) -> None:
    assert refused(Path(device))["why"] in ("no_regular_file", "bad_file_name")


@pytest.mark.parametrize(("size", "fits"), [(MIB, True), (MIB + 1, False)])
def test_the_limit_itself_is_allowed(tmp_path: Path, size: int, fits: bool) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"\xff\xd8\xff".ljust(size, b"\0"))
    if fits:
        assert read(path).evidence[0].size == size
    else:
        assert refused(path)["limit"] == 1


def grow(path: Path) -> None:
    path.write_bytes(PHOTO + b"more")


def shrink(path: Path) -> None:
    path.write_bytes(PHOTO[:4])


def touch(path: Path) -> None:
    os.utime(path, ns=(1, 1))


@pytest.mark.parametrize("happens", [grow, shrink, touch])
def test_a_file_that_changes_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, happens: Callable[[Path], None]
) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(PHOTO)

    def slow(most: int, stream: Any) -> bytes:
        data = up_to(most, stream)
        happens(path)
        return data

    monkeypatch.setattr("returnctl.shop.evidence.up_to", slow)
    assert refused(path)["why"] == "growing"


@pytest.mark.parametrize("name", ["a\nb.jpg", "\x1b[31m.jpg", "\x9b.jpg", "\u2028.jpg", "\udcff.jpg"])
def test_a_name_that_cannot_be_shown(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(PHOTO)
    assert refused(path)["why"] == "bad_file_name"


@pytest.mark.parametrize("name", ["裂纹.jpg", "at 9.41\u202fAM.png", "👩\u200d👧.jpg", "x" * 251 + ".jpg"])
def test_a_name_that_is_kept(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(PHOTO)
    assert read(path).evidence[0].name == name


@pytest.mark.parametrize(
    ("before", "line", "event"),
    [
        ((), "attach 1 {photo}", "attach"),
        ((), "reject 1 --reason not_eligible --evidence {photo}", "reject"),
        (("approve 1", "ship 1", "receive 1"), "inspect 1 --pass --evidence {photo}", "inspect"),
        (("reject 1 --reason not_eligible",), "escalate 1 --evidence {photo}", "escalate"),
        (None, "apply L-1 --reason damaged --evidence {photo}", "apply"),
    ],
)
def test_one_commit_holds_the_file_and_the_event(
    shop: Path, tmp_path: Path, before: tuple[str, ...] | None, line: str, event: str
) -> None:
    (photo := tmp_path / "crack.jpg").write_bytes(PHOTO)
    steps = ("apply L-1 --item 1=1 --reason damaged", *before) if before is not None else ()
    for step in (*steps, line.format(photo=photo)):
        ran = run(*step.split(), cwd=shop)
        assert ran.code == 0, (step, ran)
    commit = json.loads((shop / "data/journal.jsonl").read_bytes().splitlines()[-1])
    (kept,) = record(shop, 1)["evidence"]
    path = f"files/{kept['sha256'][:2]}/{kept['sha256']}"
    assert ["R-000001", event] in commit["events"]
    assert {path, "returns/000/R-000001.json"} <= commit["documents"].keys()
    assert (shop / "data" / path).read_bytes() == PHOTO
