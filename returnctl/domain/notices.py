"""The policy's own words for a notice, in the buyer's language, with what they leave open filled in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from returnctl.domain.calendar import local_day
from returnctl.domain.policy import Texts
from returnctl.domain.record import Happened, Return
from returnctl.domain.states import Event
from returnctl.domain.terms import Resolved

# By what is owed; the policy has one name for what both sides' reminders are.
_NAMES = {"remind_buyer": "reminder"}
_FALLBACK = "en"


def worded(record: Return, entry: Happened, what: str, rules: Resolved) -> str | None:
    """What the buyer reads of `entry`; None where the policy has no words for it."""
    texts = rules.terms.wording.get("notices", {}).get(_NAMES.get(what, what))
    return in_language(texts, record.buyer.language).format(**_fields(record, entry, rules)) if texts else None


def in_language(texts: Texts, language: str | None) -> str:
    """The text in this language, else in its family, in English, or the first; empty where there is none."""
    family = (language or _FALLBACK).partition("-")[0]
    near = (each for each in texts if each.partition("-")[0] == family)
    found = language if language in texts else next(near, _FALLBACK if _FALLBACK in texts else next(iter(texts), None))
    return texts[found] if found else ""


def _fields(record: Return, entry: Happened, rules: Resolved) -> dict[str, str]:
    parcel = record.parcels[-1] if record.parcels else None
    due = record.due.at if record.due and record.due.action == "ship" else None
    zone = rules.terms.timezone
    return {
        "ship_by": _last_day(due, zone), "window_ends": _last_day(record.window_ends, zone),
        "return_address": address(rules.terms.return_address or {}), "order": record.order.id, "return": record.id,
        "amount": f"{record.breakdown.total} {record.currency}" if record.breakdown else "",
        "reason": _reason(record, entry, rules), "tracking": (parcel and parcel.tracking) or "",
    }  # fmt: skip


def _last_day(end: datetime | None, zone: str) -> str:
    """Ends are half-open: the day before a midnight is the last one."""
    return str(local_day(end - timedelta(microseconds=1), zone)) if end else ""


def address(written: Mapping[str, Any]) -> str:
    """In one line, in the order of an envelope."""
    lines = [written.get("name"), *written.get("lines", ())]
    return ", ".join(x for x in (*lines, *map(written.get, ("city", "region", "postcode", "country"))) if x)


def _reason(record: Return, entry: Happened, rules: Resolved) -> str:
    """Of a refusal the seller's, else the buyer's."""
    terms = rules.terms
    code = entry.facts.get("reason") if entry.event in (Event.REJECT, Event.INSPECT) else None
    if code:
        titled = terms.reject_reasons.get(code)
        return in_language(titled.title if titled else {}, record.buyer.language) or str(code)
    told = terms.reasons.catalogue.get(record.reason.code or "")
    return in_language(told.title if told else {}, record.buyer.language) or record.reason.code or ""
