"""What was promised, charged, or may still be won back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from returnctl.domain import tiktok
from returnctl.domain.books import Books, sellers_fault
from returnctl.domain.compensation import granted
from returnctl.domain.found import SETTLES, Finding, contested, finding
from returnctl.domain.money import ZERO
from returnctl.domain.record import Return, standing
from returnctl.domain.settlement import Settled
from returnctl.domain.states import Event, Role, State

# Types of rows that are about a return, and not about sending the order out.
_OF_A_RETURN = re.compile(r"return|reverse|refund|退", re.IGNORECASE)
# A column of orders that is one, among those of all fees.
_FEE = "refund administration fee"


# --- charges


def charges(books: Books) -> Iterator[Finding]:
    """Freight of a return that the policy lays upon another; a fee for one that was not the seller's fault."""
    if not books.returns:
        return
    terms = [books.terms_of(record).freight_by for record in books.returns]
    only = books.returns[0] if len(books.returns) == 1 else None
    if any(terms) and "seller" not in terms:
        yield from _charged(books, only, _freight, "freight")
    if not sellers_fault(books.returns):
        yield from _charged(books, only, _fee, "fee")


def _charged(
    books: Books, record: Return | None, of: Callable[[Settled], Decimal], what: str
) -> Iterator[Finding]:  # fmt: skip
    rows = [row for row in books.settled if of(row)]
    amount = sum(map(of, rows), ZERO)
    if amount > 0:
        at = max(row.settled_at for row in rows)
        found = finding(
            books, "charged_against_policy", at, amount, record, rows, side=what, what=what, type=rows[0].type
        )  # fmt: skip
        yield from _contested(found, record)


def _contested(found: Finding, record: Return | None) -> Iterator[Finding]:
    """What the seller contests beside goods and refunds."""
    contest = record.dispute if record else None
    theirs = contest and contest.by is Role.SELLER and contest.claim == "other"
    return contested(found, record if theirs else None)


def _freight(row: Settled) -> Decimal:
    """What it charged for sending goods back; below 0 where it gave that back."""
    of_a_return = row.kind == "freight" and _OF_A_RETURN.search(row.type)
    return -(row.total if of_a_return else row.return_freight)


def _fee(row: Settled) -> Decimal:
    """The same of a fee for a return."""
    if row.kind == "fee" and _OF_A_RETURN.search(row.type):
        return -row.total
    return -sum((row.columns[name] for name in row.columns if name.casefold() == _FEE), ZERO)


# --- compensation


class _Promise(NamedTuple):
    record: Return
    at: datetime
    amount: Decimal


def compensations(books: Books) -> Iterator[Finding]:
    """What the platform was to pay the seller, and has not, though settlements reach far enough beyond the promise."""
    rows, pool = _compensated(books)
    anything = bool(pool)
    for promise in sorted(filter(None, map(_promised, books.returns)), key=lambda each: each.at):
        part = min(pool, promise.amount)
        pool -= part
        short = promise.amount - part
        missing = short > 0 or not (promise.amount or anything)
        if missing and books.covered and promise.at + SETTLES <= books.covered:
            found = finding(books, "compensation_not_paid", promise.at, short, promise.record, rows)
            yield from _contested(found, promise.record)


def _compensated(books: Books) -> tuple[list[Settled], Decimal]:
    """What it paid so far, less what it took back; what it takes under another name is another matter."""
    rows = [row for row in books.settled if row.kind in ("compensation", "adjustment")]
    kept: dict[str, Decimal] = {}
    for row in rows:
        kept[row.type] = kept.get(row.type, ZERO) + row.total
    return [row for row in rows if row.total > 0], sum((x for x in kept.values() if x > 0), ZERO)


def _promised(record: Return) -> _Promise | None:
    amount = granted(record)
    return None if amount is None else _Promise(record, _promised_at(record), amount)


def _promised_at(record: Return) -> datetime:
    decided = [entry.at for entry in standing(record.history) if entry.event == Event.RESOLVE]
    told = (record.external.granted_at or record.external.updated_at) if record.external else None
    return decided[-1] if decided else told or record.updated_at


# --- appeals


def appeals(books: Books, record: Return) -> Iterator[Finding]:
    """A decision that the seller may still appeal against, or an appeal that is not decided."""
    dispute, external = record.dispute, record.external
    lost = dispute if dispute and dispute.outcome in ("refund", "return") and not dispute.appeal else None
    if lost and lost.appeal_until and lost.appeal_until > books.now:
        amount = lost.amount or books.terms_of(record).gives or ZERO
        yield finding(books, "appeal_open", lost.at, amount, record, until=lost.appeal_until)
    elif dispute and dispute.appeal and record.state is State.DISPUTED:
        yield finding(books, "appeal_open", dispute.at, _at_stake(books, record), record, what="made")
    elif external and tiktok.is_undecided(external.appeal or ""):
        at, until = external.updated_at or record.updated_at, external.deadline
        amount = external.refund or _at_stake(books, record)
        yield finding(
            books, "appeal_open", at, amount, record, until=until, what="made", appeal=external.appeal or ""
        )  # fmt: skip


def _at_stake(books: Books, record: Return) -> Decimal:
    return books.terms_of(record).gives or ZERO
