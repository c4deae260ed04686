"""The rows of `list` and `todo`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from returnctl.domain.owed import open_owed
from returnctl.domain.record import Due, Return
from returnctl.domain.reminders import APPEAL
from returnctl.output.clean import clean
from returnctl.output.forms import due, labelled, listed, money, when, word
from returnctl.output.next import next_command
from returnctl.output.there import of_platform, of_platform_in_words
from returnctl.output.words import mark, say

RETURNS = (
    mark("return"), mark("state"), mark("type"), mark("order"), mark("reason"), mark("due"), mark("total"),
)  # fmt: skip
TODO = (mark("return"), mark("state"), mark("due"), mark("total"), mark("owed"), mark("type next"))
COMMITS = (mark("commit"), mark("when"), mark("who"), mark("command"), mark("events"), mark("documents"))
_MOST_EVENTS = 6
_INSIDE = ("external", "owed")


def row_of_return(summary: Struct) -> dict[str, Any]:
    """A summary as the contract writes it."""
    values: dict[str, Any] = msgspec.to_builtins(summary)
    return {key: value for key, value in values.items() if key not in _INSIDE}


def cells_of_return(row: Mapping[str, Any], now: datetime) -> list[str]:
    waits = due(due_of(row), now)
    total = money(row["total"], row["currency"])
    return [row["id"], word(row["state"]), word(row["type"]), row["order"], row["reason"] or "", waits, total]


def row_of_todo(summary: Struct, record: Return | None) -> dict[str, Any]:
    """A summary, what is owed outside (kind and what), and the command to type next.

    `record` is needed only where something is owed, where an application is to be reviewed, and for offers.
    """
    row = row_of_return(summary)
    waits = due_of(row)
    is_appeal = bool(waits and waits.action == APPEAL)  # beside another row of this return, which says the rest
    owed = [{"kind": x.kind, "what": x.what} for x in (open_owed(record) if record and not is_appeal else ())]
    command = next_command(row["id"], waits, record, external=bool(getattr(summary, "external", None)))
    row |= {"owed": owed, "next": command or f"returnctl done {row['id']}"}
    return row | of_platform(None if is_appeal else record)


def cells_of_todo(row: Mapping[str, Any], now: datetime) -> list[str]:
    waits = due(due_of(row), now)
    total = money(row["total"], row["currency"])
    kinds = ("tell",) if row.get("carry_out") else ("tell", "act")
    told = (_owed(kind, row["owed"]) for kind in kinds if any(x["kind"] == kind for x in row["owed"]))
    owed = say("; ").join([*told, *of_platform_in_words(row)])
    return [row["id"], word(row["state"]), waits, total, owed, row["next"]]


def _owed(kind: str, owed: Sequence[Mapping[str, str]]) -> str:
    """`tell the buyer: approved, received`."""
    return labelled(word(kind), listed(word(each["what"]) for each in owed if each["kind"] == kind))


def due_of(row: Mapping[str, Any]) -> Due | None:
    return msgspec.convert(row["due"], Due) if row["due"] else None


def _events(events: Sequence[Mapping[str, Any]]) -> str:
    """The first of them: a commit may hold thousands, and a table is as wide as its widest cell."""
    told = [f"{each['id']} {word(each['event'])}" for each in events[:_MOST_EVENTS]]
    more = len(events) - len(told)
    return ", ".join([*told, *([say("{count} more", count=more)] if more > 0 else [])])


def cells_of_commit(row: Mapping[str, Any], zone: str) -> list[str]:
    events = _events(row["events"])
    who = f"{row['by']} ({word(row['role'])})"
    number, at = str(row["sequence"]), when(row["at"], zone)
    return [clean(cell) for cell in (number, at, who, row["command"], events, str(len(row["documents"])))]
