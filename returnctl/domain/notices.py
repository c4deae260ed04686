"""The policy's own words for buyers, in their language, with what they leave open filled in, and what fills it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from string import Formatter
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from returnctl.domain.calendar import local_day
from returnctl.domain.policy import Texts
from returnctl.domain.record import Happened, Return
from returnctl.domain.states import Event
from returnctl.domain.step import led_here
from returnctl.domain.terms import Resolved
from returnctl.errors import NotFound

# By what is owed; the policy has one name for what both sides' reminders are.
_NAMES = {"remind_buyer": "reminder"}
_FALLBACK = "en"
# Events that name an amount of their own.
_SETTLING = frozenset({"offer", "accept", "decline", "resolve"})
# Joiners that scripts and emoji need.
_JOINERS = "\u200c\u200d"


class Words(NamedTuple):
    """What a buyer reads, and in which language it is."""

    text: str
    language: str


def worded(record: Return, entry: Happened, what: str, rules: Resolved) -> Words | None:
    """What the buyer reads of `entry`; None where the policy has no words for it."""
    texts = rules.terms.wording.get("notices", {}).get(_NAMES.get(what, what))
    return filled(texts, record, entry, rules) if texts else None


def is_complete(record: Return, entry: Happened, what: str, rules: Resolved) -> bool:
    """Whether there is something for each placeholder of the policy's words: no buyer reads `send it to .`."""
    text = in_language(rules.terms.wording.get("notices", {}).get(_NAMES.get(what, what), {}), record.buyer.language)
    fields = _fields(record, entry, rules)
    return all(fields[name] for _, name, _, _ in Formatter().parse(text) if name)


def filled(texts: Texts, record: Return, entry: Happened, rules: Resolved) -> Words:
    """In the buyer's language. Only the policy's text is a form to fill: braces in what fills it stay braces."""
    language = _language_in(texts, record.buyer.language) or _FALLBACK
    return Words(texts[language].format(**_fields(record, entry, rules)), language)


def from_template(name: str, record: Return, rules: Resolved) -> str:
    """A message that the policy has ready, as things stand now. Raises NotFound."""
    templates: dict[str, Texts] = rules.terms.wording.get("templates", {})
    if name not in templates:
        raise NotFound(kind="template", id=name, near=list(templates))
    return filled(templates[name], record, led_here(record), rules).text


def language_of(entry: Happened, record: Return, rules: Resolved) -> str | None:
    """Of the template that a message was made from; None where it was written by hand."""
    texts = rules.terms.wording.get("templates", {}).get(entry.facts.get("template"))
    return _language_in(texts, record.buyer.language) if texts else None


def in_language(texts: Texts, language: str | None) -> str:
    """The text in this language, else in its family, in English, or the first; empty where there is none."""
    found = _language_in(texts, language)
    return texts[found] if found else ""


def _language_in(texts: Texts, language: str | None) -> str | None:
    family = (language or _FALLBACK).partition("-")[0]
    near = (each for each in texts if each.partition("-")[0] == family)
    return language if language in texts else next(near, _FALLBACK if _FALLBACK in texts else next(iter(texts), None))


def said(record: Return, number: int) -> str:
    """What was said in an event of the history, by its number from 1; two may have been said in one second."""
    at = record.history[number - 1].at
    before = sum(entry.event == Event.MESSAGE and entry.at == at for entry in record.history[: number - 1])
    texts = [message.text for message in record.messages if message.at == at]
    return texts[min(before, len(texts) - 1)] if texts else ""


def visible(text: str) -> str:
    """On one line, without what steers a screen: buyers type carriers and numbers, platforms their reasons."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable() or char in _JOINERS)


def until(end: datetime | None, zone: str) -> str:
    """`2026-11-24 23:59 PST`: ends are half-open, so a midnight is the last minute of the day before."""
    if end is None:
        return ""
    local = end.astimezone(ZoneInfo(zone))
    return (local if local.hour or local.minute else local - timedelta(minutes=1)).strftime("%Y-%m-%d %H:%M %Z")


def amount(record: Return, entry: Happened) -> Decimal | None:
    """What it is about: the sum named, what was paid, else what the breakdown comes to."""
    if entry.event in _SETTLING and entry.facts.get("amount"):
        return Decimal(entry.facts["amount"])
    if entry.event == Event.CONFIRM:
        return record.refunded("confirmed").amount
    return record.breakdown.total if record.breakdown else None


def _fields(record: Return, entry: Happened, rules: Resolved) -> dict[str, str]:
    parcel = record.parcels[-1] if record.parcels else None
    due = record.due.at if record.due and record.due.action == "ship" else None
    zone, sum_ = rules.terms.timezone, amount(record, entry)
    fields = {
        "ship_by": _last_day(due, zone), "window_ends": _last_day(record.window_ends, zone),
        "return_address": address(rules.terms.return_address or {}), "order": record.order.id, "return": record.id,
        "amount": "" if sum_ is None else f"{sum_} {record.currency}", "until": until(ends(record, entry), zone),
        "reason": reason(record, entry, rules), "tracking": (parcel and parcel.tracking) or "",
    }  # fmt: skip
    return {name: visible(text) for name, text in fields.items()}


def ends(record: Return, entry: Happened) -> datetime | None:
    """Until when something is waited for: as the event says, else as the return stands."""
    told = entry.facts.get("ends")
    if told:
        return datetime.fromisoformat(told)
    return record.due.at if record.due else None


def _last_day(end: datetime | None, zone: str) -> str:
    """Ends are half-open: the day before a midnight is the last one."""
    return str(local_day(end - timedelta(microseconds=1), zone)) if end else ""


def address(written: Mapping[str, Any]) -> str:
    """In one line, in the order of an envelope."""
    lines = [written.get("name"), *written.get("lines", ())]
    return ", ".join(x for x in (*lines, *map(written.get, ("city", "region", "postcode", "country"))) if x)


def reason(record: Return, entry: Happened, rules: Resolved) -> str:
    """Of a refusal the seller's, else the buyer's."""
    terms = rules.terms
    code = entry.facts.get("reason") if entry.event in (Event.REJECT, Event.INSPECT) else None
    if code:
        titled = terms.reject_reasons.get(code)
        return in_language(titled.title if titled else {}, record.buyer.language) or str(code)
    told = terms.reasons.catalogue.get(record.reason.code or "")
    return in_language(told.title if told else {}, record.buyer.language) or record.reason.code or ""
