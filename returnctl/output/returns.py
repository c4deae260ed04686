"""A return in full, as people read it, and the commands that come next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from returnctl.domain.record import Due, Happened, Return
from returnctl.output.clean import clean
from returnctl.output.forms import due, money, when, word
from returnctl.output.rows import aligned
from returnctl.output.words import say
from returnctl.output.worksheet import worksheet

# What the side whose turn it is would type.
_NEXT: dict[str, str] = {
    "review": "returnctl approve {id}",
    "ship": "returnctl ship {id} --tracking NUMBER",
    "receive": "returnctl receive {id}",
    "inspect": "returnctl inspect {id} --pass",
    "refund": "returnctl refund {id} --reference TXN",
    "confirm": "returnctl refund {id} --retry",
    "replace": "returnctl replace {id} --tracking NUMBER",
    "dispute": "returnctl show {id}",
    "negotiate": "returnctl resolve {id} --outcome refund --amount AMOUNT",
    "platform": "returnctl resolve {id} --outcome none",
}
# Where an application failed a rule, the first suggestion is to refuse it.
_REFUSE = "returnctl reject {id} --reason not_eligible"


def next_command(id: str, waits: Due | None, *, eligible: bool = True) -> str:  # noqa: A002 - the field's own name
    """What to type next, empty where nothing is waited for."""
    if waits is None:
        return ""
    if waits.action == "review" and not eligible:
        return _REFUSE.format(id=id)
    return _NEXT[waits.action].format(id=id)


def full(record: Return, now: datetime, zone: str) -> str:
    """All of a return on one screen."""
    return "\n\n".join(part for part in _parts(record, now, zone) if part)


def _parts(record: Return, now: datetime, zone: str) -> Iterator[str]:
    yield aligned([[say(name), clean(value)] for name, value in _head(record, now, zone) if value])
    yield _goods(record)
    yield worksheet(record.breakdown, record.currency) if record.breakdown else ""
    yield _refunds(record, zone)
    yield _owed(record)
    yield history(record.history, zone)
    command = next_command(record.id, record.due)
    yield say("next: {command}", command=command) if command else ""


def _head(record: Return, now: datetime, zone: str) -> list[tuple[str, str]]:
    waits = due(record.due, now)
    policy = f"{record.policy.name} v{record.policy.version} {record.policy.commit or ''}"
    failed = ", ".join(f"{word(x.rule)} ({x.at})" for x in record.eligibility if x.outcome == "fail")
    return [
        ("return", f"{record.id}  {word(record.state)}  {word(record.type)}"),
        ("order", record.order.id),
        ("buyer", f"{record.buyer.name} {record.buyer.id}".strip()),
        ("reason", f"{record.reason.code or ''} ({word(record.reason.fault)}) {record.reason.note}".strip()),
        ("policy", policy.strip()),
        ("due", f"{waits}, {when(record.due.at, zone)}" if record.due else ""),
        ("window ends", when(record.window_ends, zone)),
        ("exception", record.exception.why if record.exception else ""),
        ("failed", failed),
        ("dispute", f"{word(record.dispute.stage)}: {record.dispute.claim}" if record.dispute else ""),
        ("parcels", ", ".join(x.tracking or "?" for x in record.parcels)),
    ]


def _goods(record: Return) -> str:
    headings = [say(name) for name in ("line", "SKU", "requested", "approved", "received", "grade")]
    rows = [
        [x.line, clean(x.sku), str(x.requested), str(x.approved), str(x.received), _grades(x.graded)]
        for x in record.lines
    ]
    return aligned(rows, headings)


def _grades(graded: object) -> str:
    return ", ".join(f"{x.quantity} {x.grade}" for x in graded)  # type: ignore[attr-defined]


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
    return aligned(rows, [say(name) for name in ("refund", "method", "status", "reference", "at")]) if rows else ""


def _owed(record: Return) -> str:
    rows = [[word(x.kind), word(x.what)] for x in record.owed if x.status == "open"]
    return aligned([*rows, [f"returnctl done {record.id}", ""]], [say("owed"), say("what")]) if rows else ""


def history(entries: tuple[Happened, ...], zone: str) -> str:
    rows = [
        [when(x.at, zone), clean(x.by), word(x.role), word(x.event), word(x.to), clean(facts_text(x.facts))]
        for x in entries
    ]
    return aligned(rows, [say(name) for name in ("at", "by", "role", "event", "to", "facts")])


def facts_text(facts: dict[str, object]) -> str:
    return ", ".join(f"{key}: {_plain(value)}" for key, value in facts.items())


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(f"{key}={_plain(inner)}" for key, inner in value.items())
    return " ".join(map(_plain, value)) if isinstance(value, list) else str(value)
