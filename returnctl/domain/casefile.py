"""What goes into the case file of a return: what both sides may read of it, and what of that a platform takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from msgspec.structs import replace

from returnctl.domain.case import Case
from returnctl.domain.platforms import Limits, bytes_of
from returnctl.domain.record import Evidence, Happened, Return
from returnctl.domain.states import PASSING, Event, Role

_LONGEST = 60
_UNSAFE = re.compile(r"[^A-Za-z0-9]+")
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}\s*$")
_ENDINGS = {
    "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp", "image/heic": "heic",
    "image/avif": "avif", "video/mp4": "mp4", "video/quicktime": "mov", "video/webm": "webm", "video/3gpp": "3gp",
    "video/x-msvideo": "avi", "video/x-matroska": "mkv", "application/pdf": "pdf",
}  # fmt: skip


class Entry(NamedTuple):
    """One event as both sides may read it, with the message that was said and the files that were given by it."""

    happened: Happened
    message: str = ""
    files: tuple[Evidence, ...] = ()


class Claim(NamedTuple):
    """What one side says of the case: by which event, its code, its words, the amount it asks for."""

    role: Role
    at: datetime
    event: str
    code: str | None = None
    text: str = ""
    amount: Decimal | None = None


class Chained(NamedTuple):
    """A commit that holds the return: `document` is the digest that its document had from then on."""

    sequence: int
    at: datetime
    events: tuple[str, ...]
    previous: str
    digest: str
    document: str | None


class CaseFile(NamedTuple):
    """`names` are those of the files in the bundle, by SHA-256; `zone` is how times are shown."""

    case: Case
    shop: str
    zone: str
    chain: tuple[Chained, ...]
    names: dict[str, str]


class Left(NamedTuple):
    """Evidence that a platform does not take: `why` is `type`, `too_large` or `too_many`."""

    file: Evidence
    why: str


class Fitted(NamedTuple):
    """The text that fits, and the sentences that do not."""

    text: str
    left_out: tuple[str, ...]


def shareable(record: Return) -> Return:
    """Without the words of internal notes, which are the team's alone. They keep their places in the history."""
    return replace(record, history=tuple(replace(x, facts={}) if x.event == Event.NOTE else x for x in record.history))


def notes(record: Return) -> int:
    return sum(entry.event == Event.NOTE for entry in record.history)


def timeline(record: Return) -> tuple[Entry, ...]:
    """Without the team's notes."""
    said = list(record.messages)
    return tuple(_entry(record, x, said) for x in record.history if not _is_internal(x))


def _is_internal(entry: Happened) -> bool:
    return entry.event == Event.NOTE or (entry.event == Event.UNDO and entry.facts.get("undone") == Event.NOTE)


def _entry(record: Return, happened: Happened, said: list[Any]) -> Entry:
    message = ""
    if happened.event == Event.MESSAGE:
        mine = next((x for x in said if (x.at, x.by) == (happened.at, happened.role)), None)
        if mine:
            said.remove(mine)
            message = mine.text
    return Entry(happened, message, tuple(_files(record, happened)))


def _files(record: Return, happened: Happened) -> Iterator[Evidence]:
    named = happened.facts.get("files")
    bringing = happened.event in (Event.APPLY, Event.REJECT, Event.INSPECT, Event.ESCALATE)
    for file in record.evidence:
        here = bringing and (file.at, file.by) == (happened.at, happened.role)
        if here or (isinstance(named, list) and file.sha256 in named):
            yield file


def standing(record: Return) -> list[Happened]:
    """The events that still hold: what was undone is gone, and the undoing with it."""
    found: list[Happened] = []
    for entry in record.history:
        if entry.event == Event.UNDO:
            at = next((n for n in range(len(found) - 1, -1, -1) if found[n].event not in PASSING), 0)
            del found[at:]
        else:
            found.append(entry)
    return found


def claims(record: Return) -> tuple[Claim, ...]:
    """Both sides' and the platform's words, in their order."""
    return tuple(claim for entry in standing(record) for claim in _claim(record, entry))


def _claim(record: Return, entry: Happened) -> Iterator[Claim]:
    facts, note = entry.facts, str(entry.facts.get("note", ""))
    if entry.event == Event.APPLY:
        yield Claim(Role.BUYER, entry.at, entry.event, record.reason.code, record.reason.note)
    elif entry.event == Event.REJECT:
        yield Claim(entry.role, entry.at, entry.event, facts.get("reason"), note)
    elif entry.event == Event.INSPECT and note:
        yield Claim(entry.role, entry.at, entry.event, None, note)
    elif entry.event == Event.ESCALATE:
        yield _contested(record, entry, note)
    elif entry.event == Event.RESOLVE:
        yield Claim(entry.role, entry.at, entry.event, facts.get("outcome"), note, _amount(facts.get("amount")))


def _contested(record: Return, entry: Happened, note: str) -> Claim:
    """Its words stand in the dispute while that is the last one; the event keeps those to the platform."""
    mine = record.dispute and (record.dispute.at, record.dispute.by) == (entry.at, entry.role)
    text = note or (record.dispute.note if mine and record.dispute else "")
    code = entry.facts.get("claim") or entry.facts.get("stage")
    return Claim(entry.role, entry.at, entry.event, code, text, _amount(entry.facts.get("asked")))


def _amount(told: object) -> Decimal | None:
    return Decimal(str(told)) if told is not None else None


# --- files


def file_names(record: Return) -> dict[str, str]:
    """A name for each piece of evidence, by its SHA-256, that no system minds."""
    width = max(2, len(str(len(record.evidence))))
    return {file.sha256: safe_name(number, width, file) for number, file in enumerate(record.evidence, 1)}


def safe_name(number: int, width: int, file: Evidence) -> str:
    """Plain letters, and the ending of what the content is."""
    plain = _UNSAFE.sub("-", _ENDING.sub("", file.name)).strip("-")[:_LONGEST].strip("-") or "file"
    return f"{number:0{width}}-{plain}.{_ENDINGS.get(file.type, 'bin')}"


def photos_for(record: Return, limits: Limits) -> tuple[tuple[Evidence, ...], tuple[Left, ...]]:
    """The photos that a platform takes, the seller's own first, and what is left out of them."""
    taken: list[Evidence] = []
    left: list[Left] = []
    for file in sorted(record.evidence, key=lambda file: file.by is not Role.SELLER):
        if file.type not in limits.photo_types:
            left.append(Left(file, "type"))
        elif file.size > limits.photo_bytes:
            left.append(Left(file, "too_large"))
        elif len(taken) == limits.photos:
            left.append(Left(file, "too_many"))
        else:
            taken.append(file)
    return tuple(taken), tuple(left)


def fitted(sentences: Iterable[str], most: int, between: str = " ") -> Fitted:
    """The sentences that fit into so many bytes, whole and in their order: a shorter one may follow one left out."""
    text = ""
    left: list[str] = []
    for sentence in sentences:
        longer = f"{text}{between}{sentence}" if text else sentence
        if bytes_of(longer) <= most:
            text = longer
        else:
            left.append(sentence)
    return Fitted(text, tuple(left))
