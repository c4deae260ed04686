"""The page of a case file, for somebody who has a minute: what is contested, by whom, and what happened."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from returnctl.domain.casefile import CaseFile, Claim, Entry, claims, timeline
from returnctl.domain.record import Evidence, Return
from returnctl.domain.terms import Resolved
from returnctl.output.bundle import parts
from returnctl.output.bundle.particulars import particulars
from returnctl.output.bundle.parts import (
    Block,
    Cell,
    Facts,
    Page,
    Row,
    Section,
    Table,
    Text,
    Voice,
    Voices,
    line,
    row,
    shown,
)
from returnctl.output.bundle.phrases import claimed, event, facts, reason, status
from returnctl.output.forms import due_without_time, labelled, money, when, word
from returnctl.output.words import mark, say

_TIMELINE = (mark("when"), mark("who"), mark("what happened"), mark("particulars"))
_EVIDENCE = (mark("file"), mark("what it is"), mark("given by"), mark("SHA-256"))
# What a browser shows.
_IMAGES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})


def page_of(file: CaseFile) -> Page:
    record = file.case.stored
    made = (
        Section("summary", say("In short"), (Facts(tuple(_summary(file))),)),
        Section("claims", say("What each side says"), (Voices(tuple(_claims(file))),)),
        Section("timeline", say("What happened"), (_timeline(file),)),
        Section("messages", say("Messages"), _messages(record, file.zone)),
        Section("evidence", say("Evidence"), _evidence(file)),
        *particulars(file),
    )
    title = say("Case file of return {id}", id=record.id)
    order = line(record.order.id)
    lead = say(
        "{shop}: order {order}. All times are those of {zone}.", shop=line(file.shop), order=order, zone=file.zone
    )
    foot = say("Return {id}, revision {revision}. Made by returnctl.", id=record.id, revision=record.revision)
    return Page(title, lead, tuple(each for each in made if each.blocks), foot)


# --- in short


def _summary(file: CaseFile) -> Iterator[tuple[str, Cell]]:
    record = file.case.stored
    dispute, waits = record.dispute, record.due
    told: list[tuple[str, str]] = [
        (say("state"), _state(record)),
        (say("contested by"), f"{word(dispute.by)}: {word(dispute.claim)}" if dispute else ""),
        (say("the platform's case"), line(dispute.case or "") if dispute else ""),
        (say("the platform"), _platform(record)),
        (say("asked for"), _wish(record, file.case.rules())),
        *_amounts(record),
        (say("waited for"), f"{due_without_time(waits)}, {when(waits.at, file.zone)}" if waits else ""),
        (say("policy"), f"{line(record.policy.name)} v{record.policy.version}"),
    ]
    yield from ((name, Cell(text)) for name, text in told if text)


def _state(record: Return) -> str:
    dispute = record.dispute
    stage = word(dispute.stage) if dispute and not dispute.outcome else ""
    outcome = labelled(say("outcome"), word(dispute.outcome)) if dispute and dispute.outcome else ""
    return parts.joined((word(record.state), stage, outcome))


def _platform(record: Return) -> str:
    of_order = record.external.platform if record.external else record.order.platform or ""
    return " ".join(part for part in (line(of_order), record.external and line(record.external.return_id)) if part)


def _wish(record: Return, rules: Resolved) -> str:
    units = labelled(word("items"), str(sum(each.requested for each in record.lines)))
    why = reason(record.reason.code, rules) if record.reason.code else ""
    return parts.joined((word(record.type), units, why))


def _amounts(record: Return) -> Iterator[tuple[str, str]]:
    """What is asked, offered, decided and paid, each with its currency."""
    dispute, offer = record.dispute, record.offers[-1] if record.offers else None
    paid_back = record.refunded("confirmed").amount
    told: list[tuple[str, Decimal | None, str]] = [
        (say("paid for the order"), record.order.paid, ""),
        (say("asked in the dispute"), dispute.asked if dispute else None, ""),
        (
            say("last offer"),
            offer.amount if offer else None,
            f"{word(offer.by)}, {status(offer)}" if offer else "",
        ),
        (say("decided amount"), dispute.amount if dispute else None, ""),
        (say("refund by the worksheet"), record.breakdown.total if record.breakdown else None, ""),
        (say("paid back"), paid_back if record.refunds else None, ""),
    ]
    for name, amount, more in told:
        if amount is not None:
            yield name, money(amount, record.currency) + (f" ({more})" if more else "")


# --- what was said


def _claims(file: CaseFile) -> Iterator[Voice]:
    rules = file.case.rules()
    for claim in claims(file.case.stored):
        yield Voice(word(claim.role), when(claim.at, file.zone), _about(claim, rules, file), shown(claim.text))


def _about(claim: Claim, rules: Resolved, file: CaseFile) -> str:
    code_of = reason if claim.event in ("apply", "reject") else lambda told, _: word(told)
    told = code_of(claim.code, rules) if claim.code and claim.code != "platform" else ""
    amount = money(claim.amount, file.case.stored.currency)
    more = parts.joined((told, amount))
    return labelled(claimed(claim), more) if more else claimed(claim)


def _messages(record: Return, zone: str) -> tuple[Block, ...]:
    said = (Voice(word(x.by), when(x.at, zone), "", shown(x.text)) for x in record.messages)
    voices = tuple(said)
    return (Voices(voices),) if voices else ()


# --- what happened


def _timeline(file: CaseFile) -> Table:
    rules = file.case.rules()
    rows = tuple(_row(file, entry, rules) for entry in timeline(file.case.stored))
    return Table(say("In the order in which it was booked."), tuple(say(each) for each in _TIMELINE), rows)


def _row(file: CaseFile, entry: Entry, rules: Resolved) -> Row:
    happened = entry.happened
    state = say("now: {state}", state=word(happened.to)) if happened.from_ != happened.to else ""
    told = facts(happened, rules, file.case.stored.currency, file.zone)
    said = (entry.message, str(happened.facts.get("note", "")))
    files = (_file(file, each) for each in entry.files)
    return row(
        parts.time(when(happened.at, file.zone)),
        (Cell(word(happened.role)), Cell(_name(happened.by, happened.role), "soft")),
        (Cell(event(happened), "strong"), Cell(state, "soft")),
        (Cell(told), *(parts.words(text) for text in said), *files),
    )


def _name(by: str, role: str) -> str:
    return "" if by == role else line(by)


def _file(file: CaseFile, evidence: Evidence) -> Cell:
    return Cell(line(evidence.name), "link", href=file.names[evidence.sha256])


# --- evidence


def _evidence(file: CaseFile) -> tuple[Block, ...]:
    rows = tuple(_evidence_row(file, each) for each in file.case.stored.evidence)
    if not rows:
        return (Text(say("No evidence was given.")),)
    return (Table(say("Each file lies in the bundle as it was given."), tuple(say(each) for each in _EVIDENCE), rows),)


def _evidence_row(file: CaseFile, each: Evidence) -> Row:
    where = file.names[each.sha256]
    name = Cell(line(each.name), "link", href=where, image=where if each.type in _IMAGES else "")
    what = (Cell(each.type), Cell(say("{n} bytes", n=each.size), "soft"))
    return row(name, what, (Cell(word(each.by)), Cell(when(each.at, file.zone), "soft")), parts.code(each.sha256))
