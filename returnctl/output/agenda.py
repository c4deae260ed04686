"""The dues as an iCalendar file (RFC 5545) to subscribe to. It holds no name of a buyer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from icalendar import Calendar, Event, vDuration, vText

from returnctl.domain.automatic import by_hand
from returnctl.domain.record import Due, Return
from returnctl.domain.worklist import Group
from returnctl.output.clean import clean
from returnctl.output.forms import due_without_time, labelled, money, when
from returnctl.output.lists import due_of
from returnctl.output.words import mark, say
from returnctl.output.worklist import HEADINGS

_LENGTH = timedelta(minutes=15)
# How often a calendar program should look again.
_AGAIN = timedelta(hours=1)
_END = b"END:VCALENDAR"

# What the sweep does when a due has passed.
THEN = {
    "approve": mark("If nobody acts, the request is approved by itself at {at}."),
    "reject": mark("If nobody acts, the request is refused by itself at {at}."),
    "expire": mark("If nobody acts, the return expires by itself at {at}."),
    "pass": mark("If nobody acts, the goods pass the inspection by themselves at {at}."),
    "pay": mark("If nobody acts, the refund is paid by itself at {at}."),
    "close": mark("If nobody acts, the return is closed by itself at {at}."),
    "escalate": mark("If nobody acts, the dispute goes to the platform by itself at {at}."),
    "decline": mark("If nobody answers, the offer lapses at {at}."),
}
BY_THE_PLATFORM = mark("Until {at}. A platform runs this return and decides what follows.")
NOTHING = mark("Until {at}. Nothing follows by itself.")


def calendar(name: str, zone: str, events: Iterable[bytes]) -> Iterator[bytes]:
    """The text in pieces, event by event."""
    head = Calendar()
    head.add("prodid", "-//returnctl//todo//EN")
    head.add("version", "2.0")
    head["x-wr-calname"] = vText(clean(name))
    head["x-wr-timezone"] = vText(zone)
    head.add("refresh-interval", vDuration(_AGAIN), parameters={"VALUE": "DURATION"})
    head["x-published-ttl"] = vDuration(_AGAIN)
    before, _, after = head.to_ical().partition(_END)
    yield before
    yield from events
    yield _END + after


def event(row: Mapping[str, Any], record: Return | None, shop_id: str, zone: str) -> bytes:
    """One row of the work list, at the instant of its due; empty where it has none.

    `record` is None where the document cannot be read.
    """
    waits = due_of(row)
    if waits is None:
        return b""
    made = Event()
    made.add("uid", f"{row['id']}-{waits.action}@{shop_id}")
    # Without a METHOD this is when what it tells was last changed, so what is unchanged stays the same text.
    made.add("dtstamp", datetime.fromisoformat(row["updated"]))
    made.add("dtstart", waits.at)
    made.add("duration", _LENGTH)
    made.add("summary", labelled(row["id"], due_without_time(waits)))
    made.add("description", "\n".join(_description(row, waits, record, zone)))
    made.add("categories", [say(HEADINGS[Group(row["group"])])])
    made.add("transp", "TRANSPARENT")
    text: bytes = made.to_ical()
    return text


def _description(row: Mapping[str, Any], waits: Due, record: Return | None, zone: str) -> Iterator[str]:
    yield say(_follows(waits, record), at=when(waits.at, zone))
    if row["total"]:
        yield labelled(say("total"), money(row["total"], row["currency"]))
    yield say("next: {command}", command=row["next"])


def _follows(waits: Due, record: Return | None) -> str:
    """What the sweep leaves to others, as it decides it."""
    if record and record.external:
        return BY_THE_PLATFORM
    if record and waits.then in ("approve", "pass") and by_hand(record):
        return NOTHING
    return THEN.get(waits.then, NOTHING)
