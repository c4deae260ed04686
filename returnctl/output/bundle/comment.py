"""The comment that a platform takes with the photos: what matters most comes first, since little of it fits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from returnctl.domain.casefile import CaseFile, Fitted, fitted, standing
from returnctl.domain.platforms import Limits
from returnctl.domain.record import Return
from returnctl.domain.states import Event, Role
from returnctl.domain.terms import Resolved
from returnctl.output.bundle.parts import line
from returnctl.output.bundle.phrases import grade, reason, status
from returnctl.output.forms import money, word
from returnctl.output.words import chosen, say

_ENDS = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])\s*|\n+")


def comment(file: CaseFile, limits: Limits, photos: int) -> Fitted:
    sentences = dict.fromkeys(sentence for sentence in _sentences(file, photos) if sentence)
    return fitted(sentences, limits.comment_bytes, "" if chosen() == "zh" else " ")


def _sentences(file: CaseFile, photos: int) -> Iterator[str]:
    """Which case, what the seller says, what the policy says, what the buyer asks, what was offered and paid."""
    record = file.case.stored
    yield _which(record)
    if record.dispute and record.dispute.by is Role.SELLER:
        yield from _split(record.dispute.note)
    yield from _refusals(file)
    yield from _found(record, file.case.rules())
    yield from _rules(record)
    yield from _asked(record)
    yield from _offers(record, file.zone)
    yield from _paid(record, file.zone)
    if record.evidence:
        yield say("Evidence attached: {photos} of {n}.", photos=photos, n=len(record.evidence))


def _which(record: Return) -> str:
    order = line(record.order.id)
    if record.dispute and record.dispute.case:
        return say(
            "Case {case}, order {order}, return {id}.", case=line(record.dispute.case), order=order, id=record.id
        )
    return say("Order {order}, return {id}.", order=order, id=record.id)


def _split(text: str) -> Iterator[str]:
    """Somebody's own words, sentence by sentence."""
    yield from (line(part) for part in _ENDS.split(text) if part.strip())


def _day(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d}"


def _refusals(file: CaseFile) -> Iterator[str]:
    record, rules = file.case.stored, file.case.rules()
    for entry in standing(record):
        if entry.event == Event.REJECT and entry.role is Role.SELLER:
            why = reason(str(entry.facts.get("reason") or "-"), rules)
            yield say("We refused on {day}: {why}.", day=_day(entry.at, file.zone), why=why)
        if entry.event in (Event.REJECT, Event.INSPECT) and entry.role is Role.SELLER:
            yield from _split(str(entry.facts.get("note", "")))


def _found(record: Return, rules: Resolved) -> Iterator[str]:
    graded = [f"{each.quantity} × {grade(each.grade, rules)}" for found in record.lines for each in found.graded]
    if graded:
        yield say("On inspection we found: {found}.", found=", ".join(graded))


def _rules(record: Return) -> Iterator[str]:
    for each in record.eligibility:
        if each.outcome == "fail":
            at = f" ({each.at})" if each.at else ""
            yield say("By our policy the rule “{rule}” is not kept{at}.", rule=word(each.rule), at=at)


def _asked(record: Return) -> Iterator[str]:
    dispute = record.dispute
    if dispute and dispute.by is Role.BUYER:
        asked = money(dispute.asked, record.currency)
        about = "" if dispute.claim == "other" else word(dispute.claim)
        if asked and about:
            yield say("The buyer asks for {asked}: {about}.", asked=asked, about=about)
        elif asked:
            yield say("The buyer asks for {asked}.", asked=asked)
        elif about:
            yield say("The buyer contests: {about}.", about=about)


def _offers(record: Return, zone: str) -> Iterator[str]:
    for each in reversed(record.offers):
        facts = {"amount": money(each.amount, record.currency), "day": _day(each.at, zone), "status": status(each)}
        if each.by is Role.SELLER:
            yield say("We offered {amount} on {day}: {status}.", **facts)
        else:
            yield say("The buyer offered to settle for {amount} on {day}: {status}.", **facts)


def _paid(record: Return, zone: str) -> Iterator[str]:
    for each in record.refunds:
        if each.status == "confirmed":
            amount = money(each.amount if each.confirmed is None else each.confirmed, record.currency)
            yield _paid_back(amount, _day(each.at, zone), line(each.reference or ""))


def _paid_back(amount: str, day: str, reference: str) -> str:
    if not reference:
        return say("We paid back {amount} on {day}.", amount=amount, day=day)
    return say("We paid back {amount} on {day}, reference {reference}.", amount=amount, day=day, reference=reference)
