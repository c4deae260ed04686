"""A bundle finds every change of itself: each byte of the zip, each byte of each file, and files that come or go."""

from __future__ import annotations

import io
import json
import shutil
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from returnctl.output.bundle import verify
from tests.cli.shops import an_order, take, typed
from tests.program import run

NAME = "b.zip"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small bundle of a return with a note, beside the shop that it comes from."""
    root = tmp_path_factory.mktemp("verify")
    shop = root / "shop"
    assert run("init", shop, "-q").code == 0
    take(shop, an_order("L-1"), an_order("L-2"))
    (shop / "crack.jpg").write_bytes(b"\xff\xd8\xff\xe0 x")
    typed(shop, "apply L-1 --item 1=1 --reason damaged --evidence crack.jpg", "note 1 secret", "escalate 1")
    assert run("dispute", "bundle", "1", root / NAME, cwd=shop).code == 0
    typed(shop, "apply L-2 --reason damaged")
    assert run("dispute", "bundle", "2", root / "plain.zip", cwd=shop).code == 0
    return root


@pytest.fixture(scope="module")
def whole(made: Path) -> bytes:
    return (made / NAME).read_bytes()


def problems(data: bytes) -> list[tuple[str, str]]:
    """Of a zip in memory; what is no zip at all is a problem too."""
    try:
        return verify.Check(verify.Zip(io.BytesIO(data), NAME)).problems
    except verify._UNREADABLE:
        return [("not_readable", NAME)]


def unpacked(data: bytes, folder: Path) -> Path:
    zipfile.ZipFile(io.BytesIO(data)).extractall(folder)
    return folder


def flipped(data: bytes, at: int, bits: int = 1) -> bytes:
    return data[:at] + bytes([data[at] ^ bits]) + data[at + 1 :]


def test_it_holds(made: Path, whole: bytes) -> None:
    assert problems(whole) == []
    assert problems((made / "plain.zip").read_bytes()) == []


def test_every_change_of_a_byte_of_the_zip_is_found(whole: bytes) -> None:
    """Each byte of what stands between the files, and of the small ones; a few hundred of the page and the program."""
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        large = {name: archive.getinfo(name) for name in ("index.html", "verify.py")}
    spans = [(info.header_offset + 60, info.header_offset + info.file_size) for info in large.values()]
    places = [at for at in range(len(whole)) if not any(a < at < b and at % 149 for a, b in spans)]
    missed = [at for at in places if not problems(flipped(whole, at, 1 << at % 8))]
    assert missed == []
    assert len(places) > 8000


FILES = "manifest.json return.json policy.json journal.jsonl evidence/01-crack.jpg index.html verify.py"


@pytest.mark.parametrize("name", FILES.split())
def test_every_change_of_a_byte_of_a_file_is_found(name: str, whole: bytes, tmp_path: Path) -> None:
    folder = unpacked(whole, tmp_path / "b")
    path = folder / name
    data = path.read_bytes()
    assert verify.Check(verify.Folder(str(folder))).problems == []
    for at in range(0, len(data), max(1, len(data) // 200)):
        path.write_bytes(flipped(data, at, 1 << at % 8))
        assert verify.Check(verify.Folder(str(folder))).problems, at


@pytest.mark.parametrize("length", [0, 1, 21, 22, 1000, -1, -22, -23])
def test_what_is_cut_off_is_found(length: int, whole: bytes) -> None:
    assert problems(whole[:length])


@pytest.mark.parametrize("more", [b"\0", b"x", b"PK\x05\x06" + b"\0" * 18])
def test_what_stands_behind_or_before_is_found(more: bytes, whole: bytes) -> None:
    assert problems(whole + more)
    assert problems(more + whole)


def test_a_comment_and_a_time_in_the_zip_are_found(whole: bytes) -> None:
    commented = whole[:-2] + struct.pack("<H", 2) + b"hi"
    assert problems(commented) == [("zip", NAME)]
    again = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(again, "w") as new:
        for info in old.infolist():
            new.writestr(zipfile.ZipInfo(info.filename, (2026, 1, 1, 0, 0, 0)), old.read(info))
    assert problems(again.getvalue()) == [("zip", NAME)]


def changed_return(folder: Path) -> None:
    """A forger who knows the manifest makes all of it fit again."""
    path = folder / "return.json"
    path.write_text(path.read_text().replace('"damaged"', '"defect!"'))
    remade(folder)


def changed_line(folder: Path) -> None:
    path = folder / "journal.jsonl"
    path.write_text(path.read_text().replace('"escalate"', '"approved"'))
    remade(folder)


def lost_line(folder: Path) -> None:
    path = folder / "journal.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    remade(folder)


def swapped_lines(folder: Path) -> None:
    path = folder / "journal.jsonl"
    path.write_text("".join(reversed(path.read_text().splitlines(keepends=True))))
    remade(folder)


def other_photo(folder: Path) -> None:
    (folder / "evidence/01-crack.jpg").write_bytes(b"\xff\xd8\xff\xe0 y")
    remade(folder)


def other_policy(folder: Path) -> None:
    path = folder / "policy.json"
    path.write_text(path.read_text().replace('"days": 30', '"days": 3'))
    remade(folder)


def told_note(folder: Path) -> None:
    path = folder / "return.json"
    document = json.loads(path.read_text())
    document["history"][1]["facts"] = {"text": "made up"}
    path.write_text(json.dumps(document))
    remade(folder)


def remade(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest.pop("digest")
    for file in manifest["files"]:
        data = (folder / file["name"]).read_bytes()
        file.update(size=len(data), sha256=verify.digest(data).removeprefix("sha256:"))
    manifest["digest"] = verify.digest(verify.canonical(manifest))
    (folder / "manifest.json").write_bytes(verify.canonical(manifest))


FORGED: list[tuple[Callable[[Path], None], set[str]]] = [
    (changed_line, {"line", "history"}),
    (lost_line, {"history", "document"}),
    (swapped_lines, {"order", "history", "document"}),
    (other_photo, {"evidence", "unknown"}),
    (other_policy, {"policy"}),
    (told_note, {"document"}),
]


@pytest.mark.parametrize(("forge", "found"), FORGED, ids=[each[0].__name__ for each in FORGED])
def test_a_new_manifest_hides_nothing(
    forge: Callable[[Path], None], found: set[str], whole: bytes, tmp_path: Path
) -> None:
    folder = unpacked(whole, tmp_path / "b")
    forge(folder)
    assert {key for key, _ in verify.Check(verify.Folder(str(folder))).problems} == found


def test_a_document_without_notes_is_the_one_that_the_journal_names(made: Path, tmp_path: Path) -> None:
    folder = unpacked((made / "plain.zip").read_bytes(), tmp_path / "b")
    changed_return(folder)
    assert ("document", "return.json") in verify.Check(verify.Folder(str(folder))).problems


def test_with_notes_the_whole_document_tells(made: Path, whole: bytes, tmp_path: Path) -> None:
    """Left out, they cost the digest of the document: it is checked once the seller shows the whole."""
    original = made / "shop/data/returns/000/R-000001.json"
    folder = unpacked(whole, tmp_path / "b")
    assert b"secret" not in b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    for name, code in ((original, 0), (made / "shop/data/returns/000/R-000002.json", 1), (tmp_path / "none", 1)):
        assert verify.main([str(folder), "--whole", str(name)]) == code
    changed_return(folder)
    assert verify.main([str(folder)]) == 0
    assert verify.main([str(folder), "--whole", str(original)]) == 1


def added(folder: Path) -> None:
    (folder / "evidence/02-more.jpg").write_bytes(b"x")


def missing(folder: Path) -> None:
    (folder / "policy.json").unlink()


def renamed(folder: Path) -> None:
    (folder / "policy.json").rename(folder / "Policy.json")


def linked(folder: Path) -> None:
    (folder / "policy.json").rename(folder.parent / "policy.json")
    (folder / "policy.json").symlink_to(folder.parent / "policy.json")


COMES_AND_GOES: list[tuple[Callable[[Path], None], set[tuple[str, str]]]] = [
    (added, {("added", "evidence/02-more.jpg")}),
    (missing, {("missing", "policy.json"), ("not_readable", "policy.json")}),
    (renamed, {("missing", "policy.json"), ("added", "Policy.json"), ("not_readable", "policy.json")}),
    (linked, {("not_readable", "policy.json")}),
]


@pytest.mark.parametrize(("change", "found"), COMES_AND_GOES, ids=[each[0].__name__ for each in COMES_AND_GOES])
def test_files_that_come_or_go(
    change: Callable[[Path], None], found: set[tuple[str, str]], whole: bytes, tmp_path: Path
) -> None:
    folder = unpacked(whole, tmp_path / "b")
    change(folder)
    assert set(verify.Check(verify.Folder(str(folder))).problems) == found


@pytest.mark.parametrize("junk", [b"", b"null", b"[]", b"{", b'{"files": 3}', b"[" * 20000, b"\xff\xfe"])
@pytest.mark.parametrize("name", ["manifest.json", "return.json", "policy.json", "journal.jsonl"])
def test_junk_is_told_and_never_a_crash(name: str, junk: bytes, whole: bytes, tmp_path: Path) -> None:
    folder = unpacked(whole, tmp_path / "b")
    (folder / name).write_bytes(junk)
    if name != "manifest.json":
        remade(folder)
    assert verify.main([str(folder)]) == 1


def test_it_runs_alone_where_nothing_is_installed(made: Path, whole: bytes, tmp_path: Path) -> None:
    """In the folder, on the zip, and against a digest; both ways tell the digest that the command told."""
    folder = unpacked(whole, tmp_path / "b")
    told = f"sha256 {verify.digest(whole).removeprefix('sha256:')}\n"

    def ran(*words: object) -> tuple[int, str]:
        command = [sys.executable, "-I", "-S", "verify.py", *map(str, words)]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
        assert done.stderr == ""
        return done.returncode, done.stdout

    assert ran()[0] == ran(made / NAME)[0] == 0
    assert ran()[1].endswith(told)
    assert ran(made / NAME)[1].endswith(told)
    assert ran(made / NAME, "--sha256", told.split()[1])[0] == 0
    assert ran(made / NAME, "--sha256", "0" * 64)[0] == 1
    assert ran(tmp_path / "none.zip") == (1, f"{tmp_path}/none.zip: it cannot be read\n")
    shutil.rmtree(folder / "evidence")
    assert ran() == (1, "evidence/01-crack.jpg: it is missing\n")


def test_every_problem_is_told_in_both_languages() -> None:
    for english, chinese in verify.TEXTS.values():
        assert english.count("{}") == chinese.count("{}") > 0
        assert not chinese.isascii()
    assert verify.said("en", "missing", "a\x1b[2J") == "a\\x1b[2J: it is missing"
