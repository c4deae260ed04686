"""A return in full, as people read it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from returnctl.domain.notices import Words
from returnctl.domain.record import Dispute, Due, Feedback, Happened, Owed, Return
from returnctl.domain.reminders import APPEAL
from returnctl.domain.states import Role
from returnctl.output.clean import clean
from returnctl.output.forms import due, labelled, left, listed, money, when, word
from returnctl.output.next import next_command
from returnctl.output.pasting import block
from returnctl.output.rows import aligned
from returnctl.output.there import of_platform, of_platform_in_words
from returnctl.output.words import mark, say
from returnctl.output.worksheet import worksheet

_LINES = (mark("line"), mark("SKU"), mark("requested"), mark("approved"), mark("received"), mark("grade"))
_REFUNDS = (mark("refund"), mark("method"), mark("status"), mark("reference"), mark("at"))
_OFFERS = (mark("offer"), mark("by"), mark("status"), mark("until"), mark("note"))
_ANSWERS = {
    "open": mark("waits for an answer"), "accepted": mark("accepted"), "declined": mark("declined"),
    "lapsed": mark("lapsed"), "replaced": mark("replaced by a further offer"), "withdrawn": mark("moot"),
}  # fmt: skip
_OWED = (mark("owed"), mark("what"))
HISTORY = (mark("at"), mark("by"), mark("role"), mark("event"), mark("to"), mark("facts"))
# Facts whose values are codes of the program's own.
_CODES = frozenset({"because", "by", "claim", "lapse", "due", "method", "outcome", "stage", "starts", "then", "undone"})
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}Z")
_RULES = (mark("rule"), mark("outcome"), mark("line"), mark("decided at"), mark("facts"))


Told = Sequence[tuple[Return, Owed, Words]]


def full(record: Return, now: datetime, zone: str, told: Told = ()) -> str:
    """All of a return on one screen; `told` is what is owed to the buyer, in words."""
    return "\n\n".join(part for part in _parts(record, now, zone, told) if part)


def _parts(record: Return, now: datetime, zone: str, told: Told) -> Iterator[str]:
    yield aligned([[name, clean(value)] for name, value in _head(record, now, zone) if value])
    yield _goods(record)
    yield eligibility(record, zone)
    yield worksheet(record.breakdown, record.currency) if record.breakdown else ""
    yield _offers(record, zone)
    yield _refunds(record, zone)
    yield _owed(record)
    yield "\n".join(clean(line) for line in of_platform_in_words(of_platform(record)))
    yield from (block(*each) for each in told)
    yield history(record.history, zone)
    yield _next(record)


def _next(record: Return) -> str:
    """As `todo` says it; what is on the screen already comes not next."""
    command = of_platform(record).get("next") or next_command(record.id, record.due, record)
    return say("next: {command}", command=command) if command and command != f"returnctl show {record.id}" else ""


def _head(record: Return, now: datetime, zone: str) -> list[tuple[str, str]]:
    waits = due(record.due, now)
    policy = f"{record.policy.name} v{record.policy.version} {record.policy.commit or ''}"
    failed = ", ".join(f"{word(x.rule)} ({x.at})" for x in record.eligibility if x.outcome == "fail")
    return [
        (say("return"), f"{record.id}  {word(record.state)}  {word(record.type)}"),
        (say("order"), record.order.id),
        (say("buyer"), f"{record.buyer.name} {record.buyer.id}".strip()),
        (say("reason"), f"{record.reason.code or ''} ({word(record.reason.fault)}) {record.reason.note}".strip()),
        (say("policy"), policy.strip()),
        (say("due"), f"{waits}, {when(record.due.at, zone)}" if record.due else ""),
        (say("window ends"), when(record.window_ends, zone)),
        (say("exception"), record.exception.why if record.exception else ""),
        (say("failed rules"), failed),
        (say("dispute"), _contested(record.dispute) if record.dispute else ""),
        (say("appeal"), _appeal(record, now, zone)),
        (say("feedback"), _said(record.feedback) if record.feedback else ""),
        (say("parcels"), ", ".join(x.tracking or "?" for x in record.parcels)),
    ]


def _contested(dispute: Dispute) -> str:
    """Where it stands and about what; after the decision how it ended."""
    about = labelled(word(dispute.stage), word(dispute.claim))
    return f"{about} → {word(dispute.outcome)}" if dispute.outcome else about


def _appeal(record: Return, now: datetime, zone: str) -> str:
    """Until when the seller may, and how."""
    until = record.dispute and record.dispute.appeal_until
    if not until or until <= now:
        return ""
    ends = Due(APPEAL, Role.SELLER, until, "remind")
    return f"{left(until, now)}, {when(until, zone)}: {next_command(record.id, ends)}"


def _offers(record: Return, zone: str) -> str:
    rows = [
        [money(x.amount, record.currency), word(x.by), say(_ANSWERS[x.status]), when(x.until, zone), clean(x.note)]
        for x in record.offers
    ]
    return aligned(rows, [say(name) for name in _OFFERS]) if rows else ""


def _said(feedback: Feedback) -> str:
    """`4 of 5: quick and friendly`."""
    rating = say("{rating} of 5", rating=feedback.rating)
    return labelled(rating, feedback.comment) if feedback.comment else rating


def _goods(record: Return) -> str:
    rows = [
        [x.line, clean(x.sku), str(x.requested), str(x.approved), str(x.received), _grades(x.graded)]
        for x in record.lines
    ]
    return aligned(rows, [say(name) for name in _LINES])


def _grades(graded: object) -> str:
    return ", ".join(f"{x.quantity} {x.grade}" for x in graded)  # type: ignore[attr-defined]


def eligibility(record: Return, zone: str) -> str:
    """Each rule as it was decided, with the line of the policy that decided it."""
    rows = [
        [word(x.rule), word(x.outcome), x.line or "", word(x.at), clean(facts_text(x.facts, zone))]
        for x in record.eligibility
    ]
    return aligned(rows, [say(heading) for heading in _RULES]) if rows else ""


def _refunds(record: Return, zone: str) -> str:
    rows = [
        [
            money(x.amount, record.currency),
            word(x.method),
            word(x.status),
            clean(x.reference or ""),
            when(x.at, zone),
        ]
        for x in record.refunds
    ]
    return aligned(rows, [say(name) for name in _REFUNDS]) if rows else ""


def _owed(record: Return) -> str:
    rows = [[word(x.kind), word(x.what)] for x in record.owed if x.status in ("open", "declined")]
    return aligned([*rows, [f"returnctl done {record.id}", ""]], [say(name) for name in _OWED]) if rows else ""


def history(entries: tuple[Happened, ...], zone: str) -> str:
    rows = [
        [when(x.at, zone), clean(x.by), word(x.role), word(x.event), word(x.to), clean(facts_text(x.facts, zone))]
        for x in entries
    ]
    return aligned(rows, [say(name) for name in HISTORY])


def facts_text(facts: dict[str, object], zone: str) -> str:
    # `at` is a place in the policy, but beside `starts` the instant of what it names.
    names = {"at": "starts_at"} if "starts" in facts else {}
    return listed(labelled(word(names.get(key, key)), _fact(key, value, zone)) for key, value in facts.items())


def _fact(key: str, value: object, zone: str) -> str:
    if key in ("owed", "declined", "moot") and isinstance(value, list):
        return " ".join(word(str(each).rpartition("/")[2]) for each in value)
    if key == "goods" and isinstance(value, dict):
        return _plain({word(str(place)): units for place, units in value.items()})
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return when(datetime.fromisoformat(value), zone)
    return word(str(value)) if key in _CODES else _plain(value)


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(f"{key}={_plain(inner)}" for key, inner in value.items())
    if value is None:
        return "-"
    return " ".join(map(_plain, value)) if isinstance(value, list) else str(value)
