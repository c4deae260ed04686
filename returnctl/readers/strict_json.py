"""JSON that nobody vouches for, made into plain values or refused.

Depth and size are judged before anything is parsed.
"""

from __future__ import annotations

import re
from io import BytesIO
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from returnctl.errors import BadFile, BadRow
from returnctl.readers.intake import LARGEST_FILE, LONGEST_LINE, placed, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

DEEPEST = 32
LONGEST_NUMBER = 32
BOM = b"\xef\xbb\xbf"

_NO_MARKS = bytes(set(range(256)) - set(b'"[]{}'))
_SURROGATE = re.compile(rb"\\u[dD]")


def read_json(data: bytes, file: str) -> Any:  # noqa: ANN401 - any JSON there is
    """One document. Raises BadFile."""
    if len(data) > LARGEST_FILE:
        raise BadFile(file=file, why="file_too_large", limit=LARGEST_FILE)
    try:
        return _read(data)
    except BadRow as problem:
        raise BadFile(file=file, **problem.facts) from None


def read_json_lines(data: bytes, file: str) -> Iterator[tuple[int, Any]]:
    """The number of each line and its document, or the BadRow that it is; blank lines are passed over.

    Raises BadFile.
    """
    if len(data) > LARGEST_FILE:
        raise BadFile(file=file, why="file_too_large", limit=LARGEST_FILE)
    for number, line in enumerate(BytesIO(data), 1):
        if line.strip():
            try:
                yield number, _read_line(line)
            except BadRow as problem:
                yield number, placed(problem, file=file, row=number, column="")


def _read_line(line: bytes) -> Any:  # noqa: ANN401
    if len(line) > LONGEST_LINE:
        raise _refused("line_too_long", line, limit=LONGEST_LINE)
    return _read(line)


def _read(data: bytes) -> Any:  # noqa: ANN401
    """A BOM in front is let pass, as Windows writes one."""
    import json

    data = data.removeprefix(BOM)
    if b"\0" in data:
        raise _refused("binary", data)
    if _depth(data) > DEEPEST:
        raise _refused("too_deep", data, limit=DEEPEST)
    try:
        value = json.loads(
            data.decode(),
            object_pairs_hook=_without_doubles,
            parse_constant=_no_number,
            parse_int=_int,
            parse_float=_float,
        )
    except UnicodeDecodeError:
        raise _refused("not_utf8", data) from None
    except json.JSONDecodeError as error:
        raise _refused("not_json", data, line=error.lineno, at=error.colno) from None
    if _SURROGATE.search(data):
        _without_lone_surrogates(json.dumps(value, ensure_ascii=False))
    return value


def _depth(data: bytes) -> int:
    """How deep brackets nest outside strings: escaped quotes go, then every second piece is a string."""
    marks = data.replace(rb"\\", b"").replace(rb"\"", b"").translate(None, _NO_MARKS)
    outside = b"".join(marks.split(b'"')[::2])
    return max(accumulate(1 if mark in b"[{" else -1 for mark in outside), default=0)


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _refused("doubled_key", next(key for key in keys if keys.count(key) > 1))
    return value


def _without_lone_surrogates(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise _refused("lone_surrogate", ascii(text[error.start])) from None


def _int(text: str) -> int:
    return int(text) if len(text) <= LONGEST_NUMBER else _no_number(text)


def _float(text: str) -> float:
    value = float(text) if len(text) <= LONGEST_NUMBER else float("inf")
    return value if abs(value) < float("inf") else _no_number(text)


def _no_number(text: str) -> Any:  # noqa: ANN401
    raise _refused("huge_number", text)


def _refused(why: str, value: bytes | str, **facts: object) -> BadRow:
    text = value if isinstance(value, str) else value[:200].decode(errors="replace").strip()
    return BadRow(why=why, value=shortened(text), **facts)
