"""What nobody should type, write or send, and somebody does."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import strategies as st

from returnctl.storage.digests import digest

DEEP = 200
# Control, escape, bidi and invisible characters, and what formulas begin with.
TEXTS = (
    "", " ", "-", "--", "--json", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x9b2J", "a\rb", "a\nb", "\x00", "\x7f",
    "\u202egnp.exe", "\u2066x\u2069", "\u200b", "\u061c", "\ufeff", "\U000e0041", "e\u0301", "退货", "🧾", "ＡＢＣ",
    "٣", "=1+1", "+1", "@SUM(A1)", "\t=1", "=cmd|'/c calc'!A0", "{}", "{id}", "%s", "%(x)s", "${HOME}", "`id`", "$(id)",
    "'; DROP TABLE returns; --", "*", "?", "[", "NaN", "Infinity", "-0", "1e999", "9" * 40, "-1", "0", "1", "2",
    "R-000001",
    "R-000002", "R-0", "R-999999999999999", "00000000001", "1=0", "1=1", "1=-1", "1=worn:1", "1=" + "9" * 20, "L-1",
    "L-3",
    "../../etc/passwd", "..", ".", "photo.jpg", "orders.json", "returnctl.yaml", "data", "data/lock", "/dev/null",
    "/dev/zero",
    "/dev/null/x", "no/such", "x" * 300, "y" * 5000, "2026-11-12", "11/12/2026", "2d", "-99999d", "0001-01-01",
    "9999-12-31T23:59:59-23:59", "2026-02-30", "24:00", "today", "12.50", "1.2.3", "1,5", "1_000", "0x10", "USD", "US",
    "Mars/Sea",
    "damaged", "standard", "other", "refund", "json", "csv", "zh", "TXN",
)  # fmt: skip
NUMBERS = (0, -1, 1 << 31, 1 << 63, 1 << 64, 10**30, 1e308, -1e308, 0.1, 5e-324)
VALUES: tuple[Any, ...] = (None, True, False, *NUMBERS, *TEXTS, [], {}, [[]], [None], {"": 0}, {"returnctl": "x/v9"})
# Raw bytes that no document holds, or that break who reads them.
CHUNKS = (
    b"", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\\ud800", b"\x80\x81", b"\n", b"\r\n", b"\n\n\n",
    b" ", b'"', b"'",
    b"NaN", b"-Infinity", b"1e999", b"9" * 5000, b"[" * DEEP, b"{" * DEEP, b'{"a":' * DEEP, b"- " * DEEP, b"]", b"}",
    b",,,", b";",
    b'{"id":1,"id":2}', b"a: &a [*a]\n", b"a: &a [1]\nb: *a\n", b"&a [*a,*a]", b"!!python/object:os.system x",
    b"!!binary x", b"? x\n",
    b"<<: {}\n", b"--- \n", b"%YAML 9\n", b"\x1b[31m", b"returnctl: settings/v9\n", b"PK\x03\x04",
    b"SQLite format 3\0", b"\xe2\x80\xae",
    "退货".encode("gb18030"), "退货".encode("utf-16"), b"x" * 70_000,
)  # fmt: skip


def words() -> st.SearchStrategy[str]:
    """What the shell can pass on: no NUL; bytes that are no text come as surrogates."""
    typable = st.characters(exclude_characters="\0/~")
    return st.one_of(st.sampled_from([x for x in TEXTS if "\0" not in x]), st.text(typable, max_size=12))


# --- bytes


def _flip(content: bytes, at: int, chunk: bytes) -> bytes:
    return content[:at] + bytes([content[at] ^ (1 + len(chunk) % 255)]) + content[at + 1 :] if content[at:] else chunk


_BYTES: tuple[Callable[[bytes, int, bytes], bytes], ...] = (
    _flip,
    lambda content, at, chunk: content[:at],
    lambda content, at, chunk: content[at:],
    lambda content, at, chunk: content[:at] + chunk + content[at:],
    lambda content, at, chunk: content[:at] + chunk + content[at + len(chunk) :],
    lambda content, at, chunk: content + content[at:],
    lambda content, at, chunk: chunk,
)


class Change(NamedTuple):
    """One change of a file, drawn before it is known which file: numbers are taken modulo what there is."""

    how: int
    at: int
    chunk: bytes
    value: Any


CHANGES = st.builds(
    Change, st.integers(0, 20), st.integers(0, 20_000), st.sampled_from(CHUNKS), st.sampled_from(VALUES)
)


def _bytes(content: bytes, change: Change) -> bytes:
    return _BYTES[change.how % len(_BYTES)](content, change.at % (len(content) + 1), change.chunk)


# --- values


def _places(value: object) -> Iterator[tuple[Any, Any]]:
    """Every place in a JSON document that holds a value: its container and key."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in list(inner):
        yield value, key
        yield from _places(item)


def _json_value(content: bytes, number: int, value: object) -> bytes:
    document = [json.loads(content)]
    places = list(_places(document))
    container, key = places[number % len(places)]
    container[key] = value
    return json.dumps(document[0]).encode()


def _json_lines_value(content: bytes, number: int, value: object) -> bytes:
    lines = content.splitlines()
    at = number % len(lines)
    lines[at] = _json_value(lines[at], number // len(lines), value)
    return b"\n".join(lines) + b"\n"


def _journal_value(content: bytes, number: int, value: object) -> bytes:
    """A line whose own digest is right all the same."""
    lines = content.splitlines()
    at = number % len(lines)
    entry = json.loads(_json_value(lines[at], number // len(lines), value))
    if isinstance(entry, dict):
        entry.pop("digest", None)
        body = json.dumps(entry).encode()
        lines[at] = body[:-1] + f',"digest":"{digest(body)}"}}'.encode()
    return b"\n".join(lines) + b"\n"


def _cache_value(content: bytes, number: int, value: object) -> bytes:
    """What a returnctl with other types remembered, whole by its digest."""
    changed = _json_value(content.partition(b"\n")[2], number, value)
    return digest(changed).encode() + b"\n" + changed


def _yaml_value(content: bytes, number: int, value: object) -> bytes:
    text = content.decode()
    places = [found.span(1) for found in re.finditer(r":[ \t]+([^#\n]+)", text)]
    start, end = places[number % len(places)]
    return (text[:start] + json.dumps(value) + text[end:]).encode("utf-8", "surrogatepass")


def _csv_value(content: bytes, number: int, value: object) -> bytes:
    cells = re.split("([,\n])", content.decode())
    cells[number % len(cells)] = str(value)
    return "".join(cells).encode(("utf-8", "gb18030", "utf-16")[number % 3], "replace")


def _sqlite_value(content: bytes, number: int, value: object) -> bytes:
    db = sqlite3.connect(":memory:")
    db.deserialize(content)
    with closing(db):
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        table = tables[number % len(tables)]
        columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
        column = columns[number // len(tables) % len(columns)]
        plain = value if isinstance(value, str | float | bool | None) else str(value)
        db.execute(f"UPDATE OR IGNORE {table} SET {column} = ?", (plain,))
        db.commit()
        return db.serialize()


_IN_VALUES: tuple[tuple[str, Callable[..., bytes]], ...] = (
    ("data/journal.jsonl", _journal_value),
    ("data/cache/", _cache_value),
    ("data/index.sqlite", _sqlite_value),
    (".jsonl", _json_lines_value),
    (".json", _json_value),
    (".yaml", _yaml_value),
    (".csv", _csv_value),
)


# What a change before this one left was no document any more.
_NO_DOCUMENT = (ValueError, ZeroDivisionError, MemoryError, sqlite3.Error)


def changed(name: str, content: bytes, changes: list[Change]) -> bytes:
    """What may stand in a file's place: a document with one value in it that nobody foresaw, or other bytes."""
    for change in changes:
        in_value = next((act for part, act in _IN_VALUES if name.startswith(part) or name.endswith(part)), None)
        if change.how % 2 and in_value:
            with suppress(*_NO_DOCUMENT):
                content = in_value(content, change.at, change.value)
                continue
        content = _bytes(content, change)
    return content


# --- what is no file


def _folder(path: Path) -> None:
    path.mkdir()
    (path / "x").write_bytes(b"x")


def _unreadable(path: Path) -> None:
    path.write_bytes(b"x")
    path.chmod(0)


# In a file's place, or in a folder's.
THINGS: tuple[Callable[[Path], None], ...] = (
    lambda path: None,
    _folder,
    lambda path: os.mknod(path, stat.S_IFSOCK | 0o600),
    _unreadable,
    lambda path: path.mkdir(),
    lambda path: path.touch(),
    os.mkfifo,
    lambda path: path.symlink_to("/dev/zero"),
    lambda path: path.symlink_to("/no/such"),
    lambda path: path.symlink_to(path.name),
    lambda path: path.symlink_to(path.parent),
    lambda path: path.hardlink_to(path.parent / "x") if (path.parent / "x").exists() else None,
)
