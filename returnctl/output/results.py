"""What came of a change: lines for people, one envelope for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from returnctl.domain.record import Breakdown, Due, Return
from returnctl.output.clean import clean
from returnctl.output.forms import due, listed, word
from returnctl.output.next import next_command
from returnctl.output.there import in_seller_center, of_platform
from returnctl.output.words import mark, say

WARNINGS = {
    "paid_twice": mark("hooks/refund paid what was booked otherwise: two payments may have left the house"),
    "not_told": mark("saved, but the buyer was not told yet; todo shows it until that is done"),
    "not_acted": mark("saved, but not carried out on the platform yet; todo shows it until that is done"),
    "unsafe_hook": mark("saved, but a hook was not run: somebody else may write it"),
    "clock_went_back": mark("the time given is before the last event, so the last event's time was taken"),
    "grade_without_evidence": mark("the policy asks for evidence of this grade, and none was given"),
    "unknown_status": mark("the platform says something that is not known here: it is kept, and moves nothing"),
    "paid_beside": mark("the platform paid the buyer, and so did you: two payments may have left the house"),
    "payment_open": mark("a payment of yours is not settled yet, so the return stays until it is"),
    "refund_corrected": mark("the platform corrected the amount that it paid"),
    "overruled": mark("the platform decided otherwise before your decision was carried out there"),
    "not_placed": mark("saved, but a file is not in its place yet; the next command puts it there"),
    "not_indexed": mark("saved, but the index is behind; the next command brings it up to date"),
}


def envelope(
    command: str, results: Iterable[dict[str, Any]], summary: dict[str, Any] | None = None, **more: object
) -> Iterator[str]:
    """The JSON of every writer, in pieces: there may be a hundred thousand results. `more` are fields of their own."""
    from msgspec import json

    def text(value: object) -> str:
        return json.encode(value).decode()

    yield f'{{"returnctl":"result/v1","command":{text(command)},"results":['
    for at, result in enumerate(results):
        yield ("," if at else "") + text(with_message(result))
    more = ({} if summary is None else {"summary": summary}) | more
    yield "]" + "".join(f',"{name}":{text(value)}' for name, value in more.items()) + "}\n"


def with_message(result: dict[str, Any]) -> dict[str, Any]:
    """As programs read it: a failure in words, too."""
    if "error" not in result:
        return result
    from returnctl.output.failures import failure_json

    return result | {"error": failure_json(result["error"])}


# Steps whose word is none for a deed.
_STEPS = {"due": mark("set the due"), "feedback": mark("take feedback")}


def lines(
    result: dict[str, Any], now: datetime, waits: Due | None, breakdown: Breakdown | None, record: Return
) -> Iterator[str]:
    """What people read of one result that went well."""
    steps = listed(say(_STEPS[event]) if event in _STEPS else word(event) for event in result.get("events", ()))
    where = word(result.get("to"))
    if result["outcome"] == "unchanged":
        yield say("{id}: unchanged, {state}", id=result["id"], state=where)
        return
    text = mark("{id}: {steps} → {state}") if result["outcome"] == "done" else mark("{id}: would {steps} → {state}")
    yield say(text, id=result["id"], steps=steps, state=where)
    if breakdown:
        from returnctl.output.worksheet import worksheet

        yield worksheet(breakdown, record.currency)
    if waits:
        yield "  " + due(waits, now)
    if result["outcome"] == "done":
        yield from _from_here(record, waits)


def _from_here(record: Return, waits: Due | None) -> Iterator[str]:
    """What is to be carried out elsewhere, and the command that comes next."""
    there = of_platform(record)
    yield from ("  " + clean(line) for line in in_seller_center(there))
    command = there.get("next") or next_command(record.id, waits, record)
    if command:
        yield "  " + say("next: {command}", command=clean(command))


def warning(code: str) -> str:
    return say(WARNINGS.get(code, code))
