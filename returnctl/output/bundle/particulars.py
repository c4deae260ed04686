"""The particulars of a case file: the clauses that matter, the order, the money, the goods, the chain of digests."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from returnctl.domain.casefile import CaseFile, Chained
from returnctl.domain.clauses import Clause, clauses
from returnctl.domain.record import Breakdown, Offer, Parcel, Refund, Return
from returnctl.domain.terms import Resolved
from returnctl.output.bundle.parts import (
    Block,
    Cell,
    Facts,
    Row,
    Section,
    Table,
    Text,
    Typed,
    code,
    line,
    number,
    place,
    row,
)
from returnctl.output.bundle.phrases import grade, named, status, why
from returnctl.output.forms import labelled, money, when, word
from returnctl.output.policies import text_of, values_of
from returnctl.output.words import mark, say

_CLAUSES = (mark("clause"), mark("value"), mark("set in"), mark("why it matters"))
_REST = (mark("clause"), mark("value"), mark("set in"))
_LINES = (mark("line"), mark("goods"), mark("bought"), mark("net"), mark("tax"), mark("paid"))
_GOODS = (mark("line"), mark("requested"), mark("approved"), mark("received"), mark("what was found"))
_PARCELS = (mark("tracking"), mark("carrier"), mark("sent"), mark("received"))
_WORKSHEET = (mark("what for"), mark("line"), mark("net"), mark("tax"), mark("amount"))
_REFUNDS = (mark("at"), mark("amount"), mark("method"), mark("status"), mark("reference"))
_OFFERS = (mark("at"), mark("by"), mark("amount"), mark("until"), mark("status"), mark("words"))
_CHAIN = (mark("commit"), mark("what"), mark("SHA-256 digests"))


def particulars(file: CaseFile) -> tuple[Section, ...]:
    record, zone, rules = file.case.stored, file.zone, file.case.rules()
    return (
        Section("offers", say("Offers"), _offers(record, zone)),
        Section("policy", say("The policy as it stood"), tuple(_policy(file))),
        Section("order", say("The order"), tuple(_order(record, zone))),
        Section("goods", say("The goods"), tuple(_goods(record, zone, rules))),
        Section("money", say("The refund"), tuple(_money(record, zone, rules))),
        Section("chain", say("The chain of digests"), _chain(file)),
        Section("check", say("How to check this bundle"), _check()),
    )


def _said(headings: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(say(heading) for heading in headings)


def _table(caption: str, head: tuple[str, ...], rows: Iterator[Row]) -> tuple[Block, ...]:
    found = tuple(rows)
    return (Table(caption, _said(head), found),) if found else ()


# --- the policy


def _policy(file: CaseFile) -> Iterator[Block]:
    policy = file.case.stored.policy
    text = say("{name}, version {version}, pinned to this return as {digest}. It held when the order was placed.",
               name=line(policy.name), version=policy.version, digest=policy.digest)  # fmt: skip
    yield Text(text)
    found = clauses(file.case)
    currency = file.case.stored.currency
    yield from _table(say("The clauses that matter here, marked."), _CLAUSES, (_clause(x, currency) for x in found))
    yield from _table(say("What else the policy says."), _REST, _others(file.case.rules(), found))


def _clause(clause: Clause, currency: str) -> Row:
    reasons = tuple(Cell(why(each, currency)) for each in clause.why)
    value = "" if clause.value is None else line(text_of(clause.value))
    return row(Cell(_key(clause.key) or clause.place, "mark"), value, place(word(clause.place)), reasons)


def _key(path: str) -> str:
    return line(path.replace("/", "."))


def _others(rules: Resolved, found: tuple[Clause, ...]) -> Iterator[Row]:
    """What the file gives beside; titles and words are for buyers, and stand in the policy itself."""
    told = tuple(clause.key for clause in found if clause.key)
    for value in values_of(rules):
        key: str = value["id"]
        if value["from"] == "default" or key.startswith("wording/") or "/title/" in key or key in ("name", "version"):
            continue
        if not any(key == each or key.startswith(f"{each}/") for each in told):
            yield row(_key(key), line(text_of(value["value"])), place(value["from"]))


# --- order and goods


def _order(record: Return, zone: str) -> Iterator[Block]:
    order = record.order
    told = [
        (say("order"), line(order.id)),
        (say("buyer"), line(f"{order.buyer.name} {order.buyer.id}")),
        (say("market"), order.market),
        (say("ordered"), when(order.ordered_at, zone)),
        (say("shipped"), when(order.shipped_at, zone)),
        (say("delivered"), when(order.delivered_at, zone)),
        (say("payment"), ", ".join(line(f"{x.method} {x.amount} {record.currency}") for x in order.tenders)),
    ]
    yield Facts(tuple((name, Cell(text)) for name, text in told if text))
    lines = [
        row(x.line, (Cell(line(x.title)), Cell(line(x.sku), "soft")), *_numbers(str(x.quantity), x.net, x.tax,
            x.net + x.tax))
        for x in order.lines
    ]  # fmt: skip
    freight = order.freight
    lines.append(row("", say("shipping"), *_numbers("", freight.net, freight.tax, freight.amount)))
    caption = say("What was bought, in {currency}.", currency=record.currency)
    yield Table(caption, _said(_LINES), tuple(lines))


def _numbers(*values: str | Decimal) -> tuple[Cell, ...]:
    return tuple(number(str(value)) for value in values)


def _goods(record: Return, zone: str, rules: Resolved) -> Iterator[Block]:
    rows = (
        row(x.line, *_numbers(str(x.requested), str(x.approved), str(x.received)),
            ", ".join(f"{each.quantity} × {grade(each.grade, rules)} ({each.pays}%)" for each in x.graded) or "-")
        for x in record.lines
    )  # fmt: skip
    yield from _table(say("Units asked for, accepted, arrived, and what the inspection found."), _GOODS, rows)
    yield from _table(say("Parcels."), _PARCELS, (_parcel(x, zone) for x in record.parcels))


def _parcel(parcel: Parcel, zone: str) -> Row:
    return row(line(parcel.tracking or "-"), line(parcel.carrier or ""), when(parcel.sent_at, zone),
               when(parcel.received_at, zone))  # fmt: skip


# --- the money


def _money(record: Return, zone: str, rules: Resolved) -> Iterator[Block]:
    if record.breakdown:
        yield _worksheet(record.breakdown, record.currency, rules)
    else:
        yield Text(say("Nothing is to be paid back as it stands."))
    yield from _table(say("Payments to the buyer."), _REFUNDS, (_refund(x, record, zone) for x in record.refunds))


def _worksheet(breakdown: Breakdown, currency: str, rules: Resolved) -> Table:
    rows = [
        row(
            (Cell(word(x.code)), Cell(grade(x.grade or "", rules), "soft")),
            x.line or "",
            *_numbers(x.net, x.tax, x.amount),
        )
        for x in breakdown.lines
    ]
    total = row(Cell(say("total"), "strong"), "", *_numbers(breakdown.net, breakdown.tax, breakdown.total))
    caption = say("The worksheet of the refund, in {currency}.", currency=currency)
    return Table(caption, _said(_WORKSHEET), (*rows, total), total=True)


def _refund(refund: Refund, record: Return, zone: str) -> Row:
    paid = refund.amount if refund.confirmed is None else refund.confirmed
    return row(when(refund.at, zone), number(money(paid, record.currency)), word(refund.method), word(refund.status),
               code(line(refund.reference or "")))  # fmt: skip


def _offers(record: Return, zone: str) -> tuple[Block, ...]:
    caption = say("Offers to settle, oldest first.")
    return _table(caption, _OFFERS, (_offer(x, record, zone) for x in record.offers))


def _offer(offer: Offer, record: Return, zone: str) -> Row:
    return row(when(offer.at, zone), word(offer.by), number(money(offer.amount, record.currency)),
               when(offer.until, zone), status(offer), line(offer.note))  # fmt: skip


# --- the digests


def _chain(file: CaseFile) -> tuple[Block, ...]:
    caption = say("Every commit of this return in the seller's journal. Each line there carries the digest of the line "
                  "before it, its own, and that of the document as it then was.")  # fmt: skip
    return _table(caption, _CHAIN, (_commit(x, file.zone) for x in file.chain))


def _commit(commit: Chained, zone: str) -> Row:
    digests = ((say("before"), commit.previous), (say("own"), commit.digest), (say("document"), commit.document or ""))
    told = tuple(code(labelled(name, digest.removeprefix("sha256:"))) for name, digest in digests if digest)
    what = ", ".join(named(event) for event in commit.events if event not in ("note", "try"))
    return row((Cell(str(commit.sequence)), Cell(when(commit.at, zone), "soft")), what or "-", told)


def _check() -> tuple[Block, ...]:
    return (
        Text(say("verify.py needs Python 3.9 or later and nothing else. It finds every byte that was changed, and "
                 "prints the SHA-256 of the bundle, to compare with the one that was noted when it was made.")),
        Typed("python verify.py"),
        Text(say("The seller's internal notes are not in this bundle. Where there are any, the journal still names the "
                 "digest of the whole document, and verify.py --whole FILE checks it once it is shown.")),
    )  # fmt: skip
