"""The journal: one line a commit, each with the digest of the line before it and its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple, NoReturn

import msgspec

from returnctl.errors import Damaged, NewerFormat, NotKnown, SystemFailure
from returnctl.storage.changes import Entry
from returnctl.storage.digests import PREFIX, digest
from returnctl.storage.files import Folder, fsync, told, write
from returnctl.storage.head import LINE_END, Head
from returnctl.storage.layout import JOURNAL, shown

FORMAT = "commit/v1"
_OWN_DIGEST = b',"digest":"'
_SHA256_LENGTH = 64
_TAIL = len(_OWN_DIGEST) + len(PREFIX) + _SHA256_LENGTH + len(LINE_END)
_CHUNK = 1 << 16
# The least that a disk writes at once.
_SECTOR = 512
_NEW = f"{JOURNAL}.new"


class _Format(msgspec.Struct):
    returnctl: str = ""


class Placed(NamedTuple):
    """An entry with the offset of its line in the journal, and the offset after it."""

    place: int
    end: int
    entry: Entry


def line_of(entry: Entry) -> bytes:
    """The line, with its own digest at its end: that of the object without it."""
    body = msgspec.json.encode(entry)
    return body[:-1] + _OWN_DIGEST + digest(body).encode() + LINE_END


def own_digest(line: bytes) -> str:
    """The digest that a line ends in."""
    return line[len(_OWN_DIGEST) - _TAIL : -len(LINE_END)].decode("ascii", "replace")


def entry_of(line: bytes) -> Entry:
    """Raises Damaged where the line is not what was written, NewerFormat where a later returnctl wrote it."""
    try:
        if digest(line[:-_TAIL] + b"}") == own_digest(line):
            return _decoded(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        pass
    raise Damaged(path=shown(JOURNAL), why="line")


def _decoded(line: bytes) -> Entry:
    try:
        return msgspec.json.decode(line, type=Entry)
    except msgspec.ValidationError:
        told = msgspec.json.decode(line, type=_Format).returnctl
        if told in ("", FORMAT) or told.partition("/")[0] != FORMAT.partition("/")[0]:
            raise
        raise NewerFormat(path=shown(JOURNAL), format=told) from None


def entries(data: Folder, head: Head) -> Iterator[Placed]:
    """The whole lines after a head, each checked with its place in the chain. Raises Damaged."""
    with told(JOURNAL), os.fdopen(data.open_file(JOURNAL), "rb") as file:
        place = file.seek(head.size)
        previous, sequence = head.digest, head.sequence
        for line in file:
            if not line.endswith(b"\n"):
                return
            entry = entry_of(line)
            if entry.previous != previous or entry.sequence != sequence + 1:
                raise Damaged(path=shown(JOURNAL), why="chain")
            yield Placed(place, place + len(line), entry)
            place, previous, sequence = place + len(line), entry.digest, entry.sequence


def lines_with(data: Folder, size: int, word: bytes) -> Iterator[tuple[bytes, Entry]]:
    """Whole lines of the first `size` bytes that hold a word, each checked by itself only. Raises Damaged."""
    with told(JOURNAL), os.fdopen(data.open_file(JOURNAL), "rb", buffering=_CHUNK) as file:
        place = 0
        for line in file:
            place += len(line)
            if place > size:
                return
            if word in line:
                yield line, entry_of(line)


class Read(NamedTuple):
    """A line as `fsck` meets it: its number from 1, and the entry or what is wrong (`line`, `chain`, `torn`)."""

    number: int
    placed: Placed | None
    why: str | None


def examined(data: Folder) -> Iterator[Read]:
    """Every line, whatever is wrong with those before. Raises Damaged where there is no journal, NewerFormat."""
    with told(JOURNAL), os.fdopen(data.open_file(JOURNAL), "rb") as file:
        head, place = Head(), 0
        for number, line in enumerate(file, 1):
            try:
                placed = Placed(place, place + len(line), entry_of(line))
            except NewerFormat:
                raise
            except Damaged:
                yield Read(number, None, "line" if line.endswith(b"\n") else "torn")
                head = Head(digest=own_digest(line), sequence=head.sequence + 1)
            else:
                follows = (placed.entry.previous, placed.entry.sequence) == (head.digest, head.sequence + 1)
                yield Read(number, placed, None if follows else "chain")
                head = Head(digest=placed.entry.digest, sequence=placed.entry.sequence)
            place += len(line)


def settle(data: Folder) -> None:
    """Make what is read now the truth, where nobody knows what reached the disk: its pages are written anew."""
    with told(JOURNAL):
        with suppress(FileNotFoundError):
            os.unlink(_NEW, dir_fd=data.fd)
        data.copy(JOURNAL, os.stat(JOURNAL, dir_fd=data.fd, follow_symlinks=False).st_size, data, _NEW, durable=True)
        os.replace(_NEW, JOURNAL, src_dir_fd=data.fd, dst_dir_fd=data.fd)
        fsync(data.fd)


def last(data: Folder) -> Entry | None:
    """The last whole line. Raises Damaged."""
    with told(JOURNAL):
        fd = data.open_file(JOURNAL)
        try:
            end = _line_start(fd, os.fstat(fd).st_size)
            start = _line_start(fd, end - 1)
            return entry_of(os.pread(fd, end - start, start)) if end else None
        finally:
            os.close(fd)


def tail(data: Folder, most: int) -> Iterator[Entry]:
    """The whole lines among the last `most` bytes, each checked by itself only. Raises Damaged, NewerFormat."""
    with told(JOURNAL):
        fd = data.open_file(JOURNAL)
        try:
            size = os.fstat(fd).st_size
            read = os.pread(fd, most, max(0, size - most))
        finally:
            os.close(fd)
    whole = read if size <= most else read[read.find(b"\n") + 1 :]
    yield from (entry_of(line) for line in whole[: whole.rfind(b"\n") + 1].splitlines(keepends=True))


def is_torn(data: Folder) -> bool:
    """Whether a last line without its end is still to be set aside."""
    return bool(_torn(data)[1])


def append(data: Folder, size: int, line: bytes) -> None:
    """Commit: the line is on the disk when this returns.

    Raises SystemFailure where it is not and the journal is as before, NotKnown where that cannot be told.
    """
    with told(JOURNAL):
        fd = data.open_file(JOURNAL, os.O_WRONLY | os.O_APPEND)
    try:
        write(fd, line)
        fsync(fd)
    except OSError as error:
        _cut_back(fd, size, error)
    finally:
        os.close(fd)


def _cut_back(fd: int, size: int, error: OSError) -> NoReturn:
    """A failed fsync is never tried again: what it was for is taken back."""
    try:
        os.ftruncate(fd, size)
        fsync(fd)
    except OSError:
        raise NotKnown(path=shown(JOURNAL), cure="fsck") from None
    raise SystemFailure(path=shown(JOURNAL), why=error.strerror or str(error)) from None


def set_torn_aside(data: Folder) -> None:
    """A last line with no end, or with a hole, was never committed: it is kept beside the journal and cut from it."""
    end, torn = _torn(data)
    if not torn:
        return
    _keep(data, torn)
    fd = data.open_file(JOURNAL, os.O_WRONLY)
    try:
        os.ftruncate(fd, end)
        # Redundant: a cut that is lost is made again. It spares keeping the same twice.
        fsync(fd)
    finally:
        os.close(fd)


def _torn(data: Folder) -> tuple[int, bytes]:
    """Where the whole lines end, and what follows."""
    with told(JOURNAL):
        fd = data.open_file(JOURNAL)
        try:
            size = os.fstat(fd).st_size
            end = _line_start(fd, size)
            start = _line_start(fd, end - 1)
            if end == size and _has_hole(os.pread(fd, end - start, start), start):
                end = start
            return end, os.pread(fd, size - end, end)
        finally:
            os.close(fd)


def _has_hole(line: bytes, start: int) -> bool:
    """Whether a sector never came, though a later one did. Zeros do not stand in JSON."""
    first = -start % _SECTOR
    sectors = [line[:first], *(line[at : at + _SECTOR] for at in range(first, len(line), _SECTOR))]
    return any(sector and not any(sector) for sector in sectors)


def _keep(data: Folder, torn: bytes) -> None:
    taken = set(data.names("."))
    number = next(n for n in range(1, len(taken) + 2) if f"journal.torn-{n}" not in taken)
    data.create(f"journal.torn-{number}", torn)
    fsync(data.fd)


def _line_start(fd: int, end: int) -> int:
    """The offset after the last line end before `end`."""
    while end > 0:
        start = max(0, end - _CHUNK)
        at = os.pread(fd, end - start, start).rfind(b"\n")
        if at >= 0:
            return start + at + 1
        end = start
    return 0
