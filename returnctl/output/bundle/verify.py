#!/usr/bin/env python3
"""Check a case file of returnctl, offline. It needs Python 3.9 or later and nothing else.

    python verify.py                             the folder that this file stands in
    python verify.py BUNDLE.zip                  a bundle as it was handed over
    python verify.py BUNDLE.zip --sha256 DIGEST  and that it is the one whose digest was noted
    python verify.py BUNDLE.zip --whole FILE     and that FILE is the seller's whole document of the return

Exit 0 where everything holds, else 1 with a line for each problem.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

MANIFEST, RETURN, POLICY, JOURNAL, EVIDENCE = (
    "manifest.json", "return.json", "policy.json", "journal.jsonl", "evidence/",
)  # fmt: skip
FORMAT = "bundle-manifest/v1"
_PREFIX = "sha256:"
_PIECE = 1 << 20
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_OWN_DIGEST = re.compile(rb',"digest":"(sha256:[0-9a-f]{64})"}\n\Z')
_UNREADABLE = (
    ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError, EOFError, RuntimeError,
    NotImplementedError, zipfile.BadZipFile, zlib.error, struct.error, MemoryError,
)  # fmt: skip
# Every problem in English and in Chinese.
TEXTS = {
    "not_readable": ("{}: it cannot be read", "{}：无法读取"),
    "missing": ("{}: it is missing", "{}：缺少此文件"),
    "added": ("{}: it does not belong to the bundle", "{}：不属于此材料包"),
    "twice": ("{}: it stands there twice", "{}：重复出现"),
    "name": ("{}: a name that no bundle has", "{}：材料包中不会有此名称"),
    "size": ("{}: its size is not that of the manifest", "{}：大小与清单不符"),
    "changed": ("{}: it was changed: its SHA-256 is not that of the manifest", "{}：已被更改：SHA-256 与清单不符"),
    "form": ("{}: it is not written as a manifest is", "{}：不是清单的写法"),
    "digest": ("{}: its digest is not its own", "{}：摘要与内容不符"),
    "other": ("{}: it belongs to another return", "{}：属于另一个售后单"),
    "evidence": ("{}: evidence that is not in the bundle", "{}：此凭证不在材料包中"),
    "unknown": ("{}: the return knows no such evidence", "{}：售后单中没有此凭证"),
    "policy": ("{}: it is not the policy of the return", "{}：不是该售后单的政策"),
    "line": ("{}: its own digest does not hold", "{}：自身的摘要不成立"),
    "order": ("{}: it does not follow the one before", "{}：与前一行不相接"),
    "history": ("{}: its history is not that of the journal", "{}：其历史与日志不符"),
    "document": ("{}: it is not the document that the journal names", "{}：不是日志所记的文档"),
    "zip": ("{}: its bytes are not those that were written", "{}：字节与写入时不同"),
    "sha256": ("{}: its SHA-256 is another one", "{}：SHA-256 不是所记的那个"),
    "ok": ("{}: {} files, all as they were written", "{}：{} 个文件，均与写入时一致"),
    "notes": (
        "{}: {} internal notes of the seller are left out; the whole document is {}",
        "{}：略去了 {} 条卖家内部备注；完整文档为 {}",
    ),
}
# A key of TEXTS, and what it names.
Problem = tuple[str, str]
Found = Iterator[Problem]


def digest(data: bytes) -> str:
    return _PREFIX + hashlib.sha256(data).hexdigest()


def canonical(manifest: dict[str, Any]) -> bytes:
    """The one way in which a manifest is written."""
    return json.dumps(manifest, ensure_ascii=True, indent=1, sort_keys=True).encode() + b"\n"


def without_notes(document: dict[str, Any]) -> dict[str, Any]:
    """What both sides may read: the seller's internal notes keep their place in the history, but not their words."""
    history = [{**entry, "facts": {}} if entry["event"] == "note" else entry for entry in document["history"]]
    return {**document, "history": history}


class Layout:
    """The bytes around the files of a zip: files as they are, in their order, and no time but zip's first one."""

    def __init__(self) -> None:
        self.size, self._count, self._directory = 0, 0, b""

    def before(self, name: str, crc: int, size: int) -> bytes:
        """What stands before the content of a file."""
        told = name.encode("ascii")
        common = struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 0x21, crc, size, size, len(told), 0)
        made = struct.pack("<IH", 0x02014B50, 3 << 8 | 20)
        where = struct.pack("<HHHII", 0, 0, 0, 0o100600 << 16, self.size)
        self._directory += made + common + where + told
        self._count += 1
        self.size += 30 + len(told) + size
        return struct.pack("<I", 0x04034B50) + common + told

    def end(self) -> bytes:
        """What stands behind all files."""
        count, length = self._count, len(self._directory)
        return self._directory + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, length, self.size, 0)


class Folder:
    """An unpacked bundle."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.names = sorted(self._below(""))

    def _below(self, folder: str) -> Iterator[str]:
        for entry in os.scandir(os.path.join(self.path, folder)):
            if entry.is_dir(follow_symlinks=False):
                yield from self._below(f"{folder}{entry.name}/")
            else:
                yield folder + entry.name

    def pieces(self, name: str) -> Iterator[bytes]:
        path = os.path.join(self.path, *name.split("/"))
        if os.path.islink(path) or not os.path.isfile(path):
            raise OSError(name)
        with open(path, "rb") as file:
            yield from iter(lambda: file.read(_PIECE), b"")

    def check_bytes(self, order: list[str]) -> Found:
        """Only names and contents are left of it."""
        yield from ()

    def sha256(self, order: list[str]) -> str:
        """That of the zip which it came from."""
        layout, whole = Layout(), hashlib.sha256()
        for name in order:
            crc = size = 0
            for piece in self.pieces(name):
                crc, size = zlib.crc32(piece, crc), size + len(piece)
            whole.update(layout.before(name, crc, size))
            for piece in self.pieces(name):
                whole.update(piece)
        whole.update(layout.end())
        return whole.hexdigest()


class Zip:
    """A bundle as it was handed over: `file` is open, and can be sought in."""

    def __init__(self, file: Any, name: str) -> None:
        self.file, self.name = file, name
        self._zip = zipfile.ZipFile(file)
        self.names = [info.filename for info in self._zip.infolist()]

    def pieces(self, name: str) -> Iterator[bytes]:
        info = self._zip.getinfo(name)
        if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
            raise ValueError(name)
        with self._zip.open(info) as file:
            yield from iter(lambda: file.read(_PIECE), b"")

    def check_bytes(self, order: list[str]) -> Found:
        """Times, comments, gaps: every byte is the one that this layout puts there."""
        layout, at = Layout(), 0
        for name in order:
            crc, pieces = 0, []
            for piece in self.pieces(name):
                crc = zlib.crc32(piece, crc)
                pieces.append((len(piece), hashlib.sha256(piece).digest()))
            before = layout.before(name, crc, sum(length for length, _ in pieces))
            for length, wanted in [(len(before), hashlib.sha256(before).digest()), *pieces]:
                if hashlib.sha256(self._read(at, length)).digest() != wanted:
                    yield "zip", self.name
                    return
                at += length
        end = layout.end()
        if self._read(at, len(end) + 1) != end:
            yield "zip", self.name

    def _read(self, at: int, length: int) -> bytes:
        self.file.seek(at)
        return bytes(self.file.read(length))

    def sha256(self, order: list[str]) -> str:
        whole = hashlib.sha256()
        self.file.seek(0)
        for piece in iter(lambda: self.file.read(_PIECE), b""):
            whole.update(piece)
        return whole.hexdigest()


class Check:
    """One look at a bundle: its `problems`, and what was read on the way."""

    def __init__(self, source: Any) -> None:
        self.source = source
        self.manifest: dict[str, Any] = {}
        self.document: dict[str, Any] = {}
        self.problems = list(self._all())

    @property
    def order(self) -> list[str]:
        return [*(file["name"] for file in self.manifest["files"]), MANIFEST]

    def sha256(self) -> str:
        return str(self.source.sha256(self.order))

    def _read(self, name: str) -> bytes:
        return b"".join(self.source.pieces(name))

    def _all(self) -> Found:
        found = list(_guarded(self._manifest, MANIFEST))
        yield from found
        if not self.manifest:
            return
        for check, name in (
            (self._names, MANIFEST), (self._files, MANIFEST), (self._return, RETURN), (self._evidence, RETURN),
            (self._policy, POLICY), (self._journal, JOURNAL), (self._bytes, MANIFEST),
        ):  # fmt: skip
            more = list(_guarded(check, name))
            yield from (each for each in more if each not in found)
            found += more

    def _manifest(self) -> Found:
        data = self._read(MANIFEST)
        manifest = json.loads(data.decode("ascii"))
        if canonical(manifest) != data or manifest["returnctl"] != FORMAT:
            yield "form", MANIFEST
        told = manifest.pop("digest")
        if digest(canonical(manifest)) != told:
            yield "digest", MANIFEST
        self.manifest = manifest

    def _names(self) -> Found:
        names, wanted = self.source.names, self.order
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield "twice", name
        yield from (("name", name) for name in wanted if not _NAME.fullmatch(name))
        yield from (("missing", name) for name in wanted if name not in names)
        yield from (("added", name) for name in names if name not in wanted)

    def _files(self) -> Found:
        for file in self.manifest["files"]:
            if file["name"] in self.source.names:
                yield from _guarded(partial(self._file, **file), file["name"])

    def _file(self, name: str, size: int, sha256: str) -> Found:
        read, found = 0, hashlib.sha256()
        for piece in self.source.pieces(name):
            read += len(piece)
            found.update(piece)
        if read != size:
            yield "size", name
        elif found.hexdigest() != sha256:
            yield "changed", name

    def _return(self) -> Found:
        self.document = json.loads(self._read(RETURN).decode())
        if self.document["id"] != self.manifest["return"]:
            yield "other", RETURN
        if without_notes(self.document) != self.document or self.manifest["notes"] != self._notes():
            yield "document", RETURN

    def _notes(self) -> int:
        return sum(entry["event"] == "note" for entry in self.document["history"])

    def _evidence(self) -> Found:
        given = {file["sha256"]: file["name"] for file in self.document["evidence"]}
        here = {x["sha256"]: x["name"] for x in self.manifest["files"] if x["name"].startswith(EVIDENCE)}
        yield from (("evidence", name) for sha256, name in given.items() if sha256 not in here)
        yield from (("unknown", name) for sha256, name in here.items() if sha256 not in given)

    def _policy(self) -> Found:
        if digest(self._read(POLICY)) != self.document["policy"]["digest"]:
            yield "policy", POLICY

    def _journal(self) -> Found:
        lines = self._read(JOURNAL).splitlines(keepends=True)
        before: dict[str, Any] = {}
        events, document = [], None
        for number, line in enumerate(lines, 1):
            name, entry = f"{JOURNAL}:{number}", json.loads(line.decode())
            if not _holds(line, entry):
                yield "line", name
            if not _follows(entry, before):
                yield "order", name
            before = entry
            events += [event for id_, event in entry.get("events", ()) if id_ == self.document["id"]]
            document = _digest_of(entry.get("documents", {}), self.document["id"]) or document
        told = [entry["event"] for entry in self.document["history"]]
        if told != [event for event in events if event != "try"] or len(events) != self.document["revision"]:
            yield "history", RETURN
        if document != self.manifest["document"] or not (self._notes() or digest(self._read(RETURN)) == document):
            yield "document", RETURN

    def _bytes(self) -> Found:
        if sorted(self.source.names) == sorted(self.order):
            yield from self.source.check_bytes(self.order)

    def whole(self, data: bytes, name: str) -> Found:
        """Whether it is the seller's whole document, of which this bundle holds all but the internal notes."""
        if digest(data) != self.manifest["document"] or without_notes(json.loads(data)) != self.document:
            yield "document", name


def _guarded(check: Callable[[], Found], name: str) -> Found:
    """What is not of the form that it has in a bundle is a problem, whatever it is instead."""
    try:
        yield from check()
    except _UNREADABLE:
        yield "not_readable", name


def _holds(line: bytes, entry: dict[str, Any]) -> bool:
    """Whether the line ends in the digest of what stands before."""
    found = _OWN_DIGEST.search(line)
    if found is None:
        return False
    told = found[1].decode()
    return bool(digest(line[: found.start()] + b"}") == told == entry["digest"])


def _follows(entry: dict[str, Any], before: dict[str, Any]) -> bool:
    if not before:
        return True
    steps = entry["sequence"] - before["sequence"]
    return bool(steps > 1 or (steps == 1 and entry["previous"] == before["digest"]))


def _digest_of(documents: dict[str, str], id_: str) -> str | None:
    return next((told for path, told in documents.items() if path.endswith(f"/{id_}.json")), None)


def said(language: str, key: str, *facts: object) -> str:
    """Names come out of files, so what steers a terminal is made visible."""
    shown = (str(fact).encode("unicode_escape").decode() if not str(fact).isprintable() else fact for fact in facts)
    return TEXTS[key][language == "zh"].format(*shown)


def _checked(path: str | None, whole: str | None, sha256: str | None) -> tuple[Check, list[Problem], str]:
    if path is None or os.path.isdir(path):
        return _of(Check(Folder(path or os.path.dirname(os.path.abspath(__file__)))), path or ".", whole, sha256)
    with open(path, "rb") as file:
        return _of(Check(Zip(file, os.path.basename(path))), path, whole, sha256)


def _of(check: Check, path: str, whole: str | None, sha256: str | None) -> tuple[Check, list[Problem], str]:
    problems = list(check.problems)
    if whole and check.manifest:
        with open(whole, "rb") as file:
            problems += _guarded(lambda: check.whole(file.read(), whole), whole)
    found = "" if problems else check.sha256()
    if found and sha256 and found != sha256.lower().replace(_PREFIX, ""):
        problems.append(("sha256", path))
    return check, problems, found


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", nargs="?", metavar="BUNDLE")
    parser.add_argument("--sha256", metavar="DIGEST")
    parser.add_argument("--whole", metavar="FILE")
    asked = parser.parse_args(words)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        check, problems, sha256 = _checked(asked.bundle, asked.whole, asked.sha256)
    except _UNREADABLE:
        sys.stdout.write(said("en", "not_readable", asked.bundle or ".") + "\n")
        return 1
    manifest = check.manifest
    language = str(manifest.get("language", "en"))
    lines = [said(language, *problem) for problem in problems]
    if not problems:
        lines.append(said(language, "ok", manifest["return"], len(check.order)))
        if manifest["notes"]:
            lines.append(said(language, "notes", RETURN, manifest["notes"], manifest["document"]))
        lines.append(f"sha256 {sha256}")
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
