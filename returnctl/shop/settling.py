"""Rows of settlements into the store, each once: exports overlap, and are imported again.

Two rows that are alike in one file are two. Of several files the one that holds most of them tells how many
there are: the nth of a file is the nth of every other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, time
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from returnctl.domain.settlement import Settled
from returnctl.domain.states import Role
from returnctl.errors import KeyUsed
from returnctl.shop.road import Road
from returnctl.storage.changes import Answer
from returnctl.storage.rows import content_key
from returnctl.storage.writer import Writer

State = Literal["new", "changed", "unchanged"]


def commit_settled(
    road: Road, rows: list[Settled], number: int, seen: set[tuple[bytes, int]]
) -> tuple[list[State], tuple[str, ...]]:
    """How each row stood, and warnings. `seen` are rows that this import brought before."""
    moment = road.moment(Role.SELLER)
    with road.writing() as writer:
        asked_for = (f"{row.content}\0{row.nth}" for row in rows)
        key, asked = batch_key(road, f"settle/{number}", asked_for)
        if is_known(road, writer, key, asked):
            return ["unchanged"] * len(rows), ()
        zones = road.settings.zones(rows[0].account)
        stood = [_stood(writer, row, seen, zones) for row in rows]
        states = [state for state, _ in stood]
        fresh = tuple(row for state, row in stood if state != "unchanged")
        keys = {key: Answer(asked, b"null")} if key else {}
        if (fresh or keys) and not road.request.dry_run:
            writer.commit(road.line(moment, settled=fresh, keys=keys))
        return states, tuple(writer.warnings)


def _stood(writer: Writer, row: Settled, seen: set[tuple[bytes, int]], zones: tuple[str, ...]) -> tuple[State, Settled]:
    """How it stands, and as what it is kept. Of the same batch too: two files of one import may tell the same.

    The account that was forgotten at first is added; the row stays what it was otherwise, to be known again.
    """
    key = content_key(row)
    if (key, row.nth) in seen:
        return "unchanged", row
    seen.add((key, row.nth))
    known = row if writer.is_settled(key, row.nth) else _known_otherwise(writer, row, zones)
    if known is None:
        return "new", row
    added = row.account is not None and writer.lacks_account(content_key(known), known.nth)
    return "changed" if added else "unchanged", known


def _known_otherwise(writer: Writer, row: Settled, zones: tuple[str, ...]) -> Settled | None:
    others = _read_otherwise(row, zones)
    return next((each for each in others if writer.is_settled(content_key(each), each.nth)), None)


def _read_otherwise(row: Settled, zones: tuple[str, ...]) -> Iterator[Settled]:
    """By other clocks than that of its account, the first of `zones`: it may have come without its account before.

    A day without a time may have been read as one of UTC.
    """
    own, *others = zones
    local = row.settled_at.astimezone(ZoneInfo(own))
    for zone in (*others, "UTC") if local.time() == time() else others:
        told = local.replace(tzinfo=ZoneInfo(zone))
        yield replace(row, settled_at=told.astimezone(UTC))


def batch_key(road: Road, name: str, asked: Iterable[str]) -> tuple[str | None, str]:
    """The request key of a batch, and the digest of what is asked under it."""
    return road.key_of(name, list(asked)) if road.request.key else (None, "")


def is_known(road: Road, writer: Writer, key: str | None, asked: str) -> bool:
    """Whether a batch was taken in under its key before. Raises KeyUsed."""
    before = writer.answered(key) if key else None
    if before and before.request != asked:
        raise KeyUsed(key=road.request.key)
    return before is not None
