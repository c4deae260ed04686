"""A finding of the reconciliation, and how several findings of one order count their money once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby

from msgspec import Struct, field
from msgspec.structs import replace

from returnctl.domain.books import Books
from returnctl.domain.calendar import local_day
from returnctl.domain.external import Seen
from returnctl.domain.money import ZERO, rounded
from returnctl.domain.record import Return
from returnctl.domain.settlement import Settled
from returnctl.domain.states import Role, State

# A period of settlements is a month at the most, and a refund may settle in the one after that in which it was made:
# who has rows of more than a month later has the one in which it must stand.
SETTLES = timedelta(days=31)
# As long as a buyer has to send the goods: until then they may be on their way.
ARRIVES = timedelta(days=30)

# Each code, with the money that it is about and whether that is lost. Findings of one return about the same money count
# it once; those about what was settled beyond all returns are about other money.
OUT, BEYOND, OWED, CHARGED, PROMISED = "out", "beyond", "owed", "charged", "promised"
CODES: dict[str, tuple[str, bool]] = {
    "refunded_never_received": (OUT, True),
    "refunded_twice": (OUT, True),
    "refunded_above_breakdown": (OUT, True),
    "settled_unknown": (BEYOND, True),
    "charged_against_policy": (CHARGED, True),
    "compensation_not_paid": (PROMISED, True),
    "received_not_refunded": (OWED, False),
    "platform_disagrees": (OUT, False),
    "refund_not_settled": (OUT, False),
    "appeal_open": (OUT, False),
}


class Finding(Struct, frozen=True, kw_only=True):
    """One thing that does not agree. `at` is when the money moved, or should have; `until` when an appeal ends.

    `counted` is what sums take of the amount: of several findings about the same money the gravest takes it, and
    `within` names that one. `rows` are the rows of exports that say so; `facts` what the sentence says more.
    """

    code: str
    order: str
    return_: str | None = field(name="return", default=None)
    account: str | None = None
    at: datetime
    month: str
    amount: Decimal
    currency: str
    counted: Decimal
    within: str | None = None
    loses: bool
    until: datetime | None = None
    state: str | None = None
    action: str | None = None
    rows: tuple[Seen, ...] = ()
    facts: dict[str, str] = {}
    side: str = ""


def finding(
    books: Books, code: str, at: datetime, amount: Decimal, record: Return | None = None,
    rows: Iterable[Settled] = (), *, side: str = "", until: datetime | None = None, action: str | None = None,
    **facts: str,
) -> Finding:  # fmt: skip
    """`side` where it is not the code's own: what money it is about."""
    of, loses = CODES[code]
    seen = [Seen(row.file, row.row) for row in rows]
    if record and record.external and record.external.seen:
        seen.append(record.external.seen)
    return Finding(
        code=code, order=books.order_id, return_=record.id if record else None, account=books.account, at=at,
        month=f"{local_day(at, books.zone):%Y-%m}", amount=amount, currency=_currency(books, record), counted=amount,
        loses=loses, until=until, state=str(record.state) if record else None, action=action, rows=tuple(seen),
        facts=facts, side=side or of,
    )  # fmt: skip


def contested(found: Finding, record: Return | None) -> Iterator[Finding]:
    """What was contested after the money went is open until that is decided.

    From then on it is no finding any more, where it was the seller who contested it, or who was compensated.
    """
    contest = record.dispute if record else None
    if record is None or contest is None or contest.at < found.at:
        yield found
    elif record.state is State.DISPUTED:
        yield replace(found, loses=False)
    elif contest.by is Role.BUYER and contest.outcome != "compensated":
        yield found


def _currency(books: Books, record: Return | None) -> str:
    return record.currency if record else books.settled[0].currency


def counted_once(findings: Iterable[Finding]) -> list[Finding]:
    """Of those of one return about the same money the gravest counts: what is lost before what is open, then most."""
    order = list(CODES)
    graded = sorted(findings, key=lambda x: (x.return_ or "~", x.side, not x.loses, -x.amount, order.index(x.code)))
    counted: list[Finding] = []
    for _, same in groupby(graded, key=lambda x: (x.return_, x.side)):
        first, *rest = same
        counted += [first, *(replace(each, counted=each.amount * 0, within=first.code) for each in rest)]
    return sorted(counted, key=lambda x: (x.return_ or "~", order.index(x.code)))


class Sum(Struct, frozen=True, kw_only=True):
    """Of one account in one month and one currency: how many findings, what is lost, what is still open."""

    account: str | None
    month: str
    currency: str
    findings: int
    lost: Decimal
    open: Decimal


def added(sums: dict[tuple[str, str, str], Sum], found: Finding) -> None:
    key = (found.account or "", found.month, found.currency)
    zero = rounded(ZERO, found.currency)
    before = sums.get(key) or Sum(
        account=found.account, month=found.month, currency=found.currency, findings=0, lost=zero, open=zero
    )
    name = "lost" if found.loses else "open"
    more = {name: getattr(before, name) + found.counted, "findings": before.findings + 1}
    sums[key] = replace(before, **more)
