"""Orders, returns, settlements and our records against each other: what does not agree, and whose money it is.

Refunds settle in a later period than they are made, so what is missing is waited for until settlements reach far
enough beyond it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from returnctl.domain.books import Books, Paid, is_all, own_payments, paid, with_tax
from returnctl.domain.found import ARRIVES, BEYOND, OUT, OWED, SETTLES, Finding, contested, counted_once, finding
from returnctl.domain.money import ZERO
from returnctl.domain.observe import disagrees
from returnctl.domain.promised import appeals, charges, compensations
from returnctl.domain.record import slack, unpaid
from returnctl.domain.settlement import Settled
from returnctl.domain.states import Kind, Role, State
from returnctl.domain.units import counted

_WAITS = frozenset({State.RECEIVED, State.REFUND_DUE, State.REFUNDING})


def reconcile(books: Books) -> list[Finding]:
    """What is found of one order."""
    payments, beyond = paid(books)
    needed = [] if is_all(books, payments) else [one.least for one in payments if one.least]
    spare = _spare(books.refunds, needed, beyond)
    if spare:
        payments, beyond = paid(books, spare)
    found: list[Finding] = []
    for one in payments:
        found += _of_return(books, one)
    found += _same_units(books, payments)
    found += _beyond(books, payments, beyond + spare, twice=bool(spare))
    found += charges(books)
    found += compensations(books)
    return counted_once(found)


def _of_return(books: Books, one: Paid) -> Iterator[Finding]:
    for lost in (*_never_received(books, one), *_twice_or_above(books, one)):
        yield from contested(lost, one.record)
    yield from _not_refunded(books, one)
    yield from _disagrees(books, one)
    yield from _not_settled(books, one)
    yield from appeals(books, one.record)


# --- goods and money


def _never_received(books: Books, one: Paid) -> Iterator[Finding]:
    """Goods that were to come back, and nobody agreed or decided otherwise. They may still be on their way."""
    record = one.record
    expected = record.type is Kind.RETURN_AND_REFUND and not (record.returnless or record.agreed or _decided(one))
    here = any(line.received for line in record.lines) or any(parcel.received_at for parcel in record.parcels)
    if expected and not here and one.amount and one.at and one.at + ARRIVES <= books.now:
        rows = books.refunds if one.settled else ()
        yield finding(books, "refunded_never_received", one.at, one.amount, record, rows)


def _decided(one: Paid) -> bool:
    """For the buyer, who contested it; or before the money went, as may be why it did: not every platform tells how."""
    contest = one.record.dispute
    if contest is None or one.at is None:
        return False
    gave = contest.outcome in ("refund", "compensated")
    return (gave and contest.by is Role.BUYER) or (contest.at < one.at and bool(gave or one.record.external))


def _not_refunded(books: Books, one: Paid) -> Iterator[Finding]:
    """What the platform paid already is another matter; where it pays, nobody is told to pay beside it."""
    record = one.record
    late = record.state in _WAITS and record.due is not None and record.due.at <= books.now
    if late and record.due and not one.platform and not one.settled:
        rest = unpaid(record) or record.refunded("pending").amount or books.terms_of(record).gives or ZERO
        action = None if record.external and record.state is State.REFUND_DUE else record.due.action
        yield finding(books, "received_not_refunded", record.due.at, rest, record, action=action)


def _twice_or_above(books: Books, one: Paid) -> Iterator[Finding]:
    """More than the worksheet gives: twice, where one of the payments would do, or the goods were sent again."""
    record, gives = one.record, books.terms_of(one.record).gives
    if record.state is State.REPLACED and one.at:
        rows = books.refunds if one.settled else ()
        yield finding(books, "refunded_twice", one.at, one.amount, record, rows, what="replaced")
        return
    own = sum((x.confirmed or x.amount for x in own_payments(record)), ZERO)
    if one.at and one.platform and own:
        yield finding(books, "refunded_twice", one.at, min(own, one.platform), record)
        return
    booked = [refund for refund in record.refunds if refund.status == "confirmed"]
    whole = _by_the_worksheet(one, gives)
    above = whole - gives if gives is not None and one.at else ZERO
    if above > slack(record) and one.at:
        twice = len(booked) > 1 and above >= min(x.confirmed or x.amount for x in booked)
        code = "refunded_twice" if twice else "refunded_above_breakdown"
        yield finding(books, code, one.at, above, record, gives=str(gives), paid=str(whole))


def _by_the_worksheet(one: Paid, gives: Decimal | None) -> Decimal:
    """What went back, to be held against what a worksheet with tax gives: just that is what was to go back."""
    is_right = gives is not None and abs(one.known - gives) <= slack(one.record)
    return one.known if is_right else with_tax(one)


def _same_units(books: Books, payments: list[Paid]) -> Iterator[Finding]:
    """Two returns that paid for the same units: the later of them paid what was paid before."""
    used: dict[str, int] = {}
    for one in sorted((x for x in payments if x.known), key=lambda x: x.at or books.now):
        again: dict[str, int] = {}
        for line in one.record.order.lines:
            units = counted(one.record, line.line)
            free = max(0, line.quantity - used.get(line.line, 0))
            used[line.line] = used.get(line.line, 0) + units
            if units > free:
                again[line.line] = units - free
        if again and one.at:
            amount = min(one.known, one.record.order.price_of(again).amount)
            yield from contested(finding(books, "refunded_twice", one.at, amount, one.record), one.record)


# --- the platform's word and ours


def _disagrees(books: Books, one: Paid) -> Iterator[Finding]:
    """It says that it paid, and we do not; or both do, and the amounts differ by more than tax may explain."""
    record = one.record
    if one.at and one.settled and not one.known:
        yield finding(books, "platform_disagrees", one.at, one.settled, record, books.refunds, what="settled")
    elif one.at and one.platform and not one.booked:
        yield finding(books, "platform_disagrees", one.at, one.platform, record, what="reported")
    elif one.at and one.platform and not one.least <= min(one.platform, one.booked) <= one.most:
        differs = abs(one.platform - one.booked)
        yield finding(
            books, "platform_disagrees", one.at, differs, record, what="amount",
            booked=str(one.booked), reported=str(one.platform),
        )  # fmt: skip
    elif apart := disagrees(record):
        amount = one.amount or books.terms_of(record).gives or ZERO
        at = one.at or record.updated_at
        side = OUT if one.amount else OWED
        yield finding(
            books, "platform_disagrees", at, amount, record, side=side, what="state", platform=str(apart.platform)
        )


def _not_settled(books: Books, one: Paid) -> Iterator[Finding]:
    """Only a platform's orders are settled by it. What was settled in part was kept from the buyer."""
    record = one.record
    is_theirs = record.external is not None or record.order.platform is not None
    if not (is_theirs and one.known and one.at and reaches(books, one.at)) or one.settled >= one.least:
        return
    if one.settled:
        kept = one.known - one.settled
        yield finding(books, "charged_against_policy", one.at, kept, record, books.refunds, what="kept")
    else:
        yield finding(books, "refund_not_settled", one.at, one.known, record)


def reaches(books: Books, at: datetime) -> bool:
    """Whether settlements were imported of so long after that it must stand in them."""
    return books.covered is not None and at + SETTLES <= books.covered


def _beyond(books: Books, payments: list[Paid], beyond: Decimal, *, twice: bool) -> Iterator[Finding]:
    """Settled refunds that no return accounts for."""
    rows = books.refunds
    if beyond <= 0:
        return
    at = max(row.settled_at for row in rows)
    if payments:
        code = "refunded_twice" if twice else "refunded_above_breakdown"
        only = payments[0].record if len(payments) == 1 else None
        yield from contested(finding(books, code, at, beyond, only, rows, side=BEYOND), only)
    elif not (books.bought and books.bought.cancelled_at):
        yield finding(books, "settled_unknown", at, beyond, rows=rows)


def _spare(rows: tuple[Settled, ...], needed: list[Decimal], beyond: Decimal) -> Decimal:
    """The sum of whole refunds without which what was settled would still be enough: `needed`, by return.

    Those that are alike come first. The larger part of each must be beyond what tax and shipping explain, unless one
    file has it twice.
    """
    room = sum((row.paid_back for row in rows), ZERO) - sum(needed)
    given = sorted((row for row in rows if row.paid_back > 0), key=lambda row: (-row.nth, -row.paid_back))
    many = Counter(row.paid_back for row in given)
    alike = [row for row in given if row.nth > 1 or many[row.paid_back] > 1]
    whole = [row for row in given if row.paid_back >= min(needed, default=ZERO)]
    return (_fitting(alike, room, beyond) or _fitting(whole, room, beyond)) if needed else ZERO


def _fitting(rows: list[Settled], room: Decimal, beyond: Decimal) -> Decimal:
    spare = ZERO
    for row in rows:
        likely = row.nth > 1 or row.paid_back < 2 * (beyond - spare)
        spare += row.paid_back if likely and spare + row.paid_back <= room else ZERO
    return spare
