"""Rows of settlements into the store, each once: exports overlap, and are imported again.

Two rows that are alike in one file are two. Of several files the one that holds most of them tells how many
there are: the nth of a file is the nth of every other.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

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
        states = [_state(writer, row, seen) for row in rows]
        fresh = tuple(row for row, state in zip(rows, states, strict=True) if state == "new")
        keys = {key: Answer(asked, b"null")} if key else {}
        if (fresh or keys) and not road.request.dry_run:
            writer.commit(road.line(moment, settled=fresh, keys=keys))
        return states, tuple(writer.warnings)


def _state(writer: Writer, row: Settled, seen: set[tuple[bytes, int]]) -> State:
    """Of the same batch too: two files of one import may tell the same."""
    told = (content_key(row), row.nth)
    if told in seen:
        return "unchanged"
    seen.add(told)
    return "unchanged" if writer.is_settled(*told) else "new"


def batch_key(road: Road, name: str, asked: Iterable[str]) -> tuple[str | None, str]:
    """The request key of a batch, and the digest of what is asked under it."""
    return road.key_of(name, list(asked)) if road.request.key else (None, "")


def is_known(road: Road, writer: Writer, key: str | None, asked: str) -> bool:
    """Whether a batch was taken in under its key before. Raises KeyUsed."""
    before = writer.answered(key) if key else None
    if before and before.request != asked:
        raise KeyUsed(key=road.request.key)
    return before is not None
