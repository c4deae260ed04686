"""What the books say of one order: what its returns paid back, and what of it its platform settled.

A platform's amount may hold tax and shipping or not, so what is compared lies between two bounds: `least` without the
tax of the order, `most` with tax and shipping.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from itertools import combinations, groupby
from typing import NamedTuple

from msgspec import Struct

from returnctl.domain.case import Case
from returnctl.domain.money import ZERO, Money, rounded
from returnctl.domain.order import Order
from returnctl.domain.record import Refund, Return, slack, unpaid
from returnctl.domain.settlement import Settled
from returnctl.domain.states import COUNTS_NONE, Fault, State
from returnctl.domain.units import held

# Returns of one order of which all sets are tried.
_FEW = 8
# Who withdraws, or never sends the goods, is not paid by a platform's decision.
_WITHDRAWN = frozenset({State.CANCELLED, State.EXPIRED})

Bounds = tuple[Decimal, Decimal]


class Terms(Struct, frozen=True):
    """What the policy gives for a return, None where nothing tells; who pays for sending it back."""

    gives: Decimal | None = None
    freight_by: str | None = None


class Books(Struct, frozen=True, kw_only=True):
    """All that is known of one order. `terms` are by return; `covered` is how far its account's settlements reach."""

    order_id: str
    account: str | None
    now: datetime
    zone: str
    returns: tuple[Return, ...] = ()
    terms: dict[str, Terms] = {}
    settled: tuple[Settled, ...] = ()
    covered: datetime | None = None
    order: Order | None = None

    @property
    def bought(self) -> Order | None:
        """The order as its returns know it, or as it was imported."""
        return self.returns[0].order if self.returns else self.order

    @property
    def refunds(self) -> tuple[Settled, ...]:
        """Rows that gave money back to the buyer, or took it back again."""
        return tuple(row for row in self.settled if row.paid_back)

    def terms_of(self, record: Return) -> Terms:
        return self.terms.get(record.id, Terms())


class Paid(NamedTuple):
    """What went back for one return: as it was booked here, as the platform reports it, as it was settled.

    `at` is when it went, None where nothing did.
    """

    record: Return
    booked: Decimal
    platform: Decimal
    settled: Decimal
    least: Decimal
    most: Decimal
    at: datetime | None

    @property
    def known(self) -> Decimal:
        return max(self.booked, self.platform)

    @property
    def amount(self) -> Decimal:
        return max(self.known, self.settled)


def terms_of(case: Case) -> Terms:
    """What the worksheet gives, which is by our policy whatever a platform pays, and who pays the way back."""
    record = case.stored
    freight = case.rules().terms.return_shipping.get(record.reason.fault)
    return Terms(record.breakdown.total if record.breakdown else None, freight.paid_by if freight else None)


def platform_paid(record: Return) -> Decimal:
    """What the platform says that it gave back."""
    return record.external.paid.amount if record.external and record.external.paid else ZERO


def own_payments(record: Return) -> list[Refund]:
    """Payments that left the house apart from the platform's: our credit, and what bears a reference of its own.

    One that was booked without a reference may be the platform's, told before it reported it.
    """
    theirs = record.external.return_id if record.external else None
    confirmed = (x for x in record.refunds if x.status == "confirmed")
    return [x for x in confirmed if x.method == "store_credit" or x.reference not in (None, theirs)]


def paid(books: Books, spare: Decimal = ZERO) -> tuple[list[Paid], Decimal]:
    """What went back for each return, and what was settled beyond all of them; `spare` is known to be beyond.

    Rows do not name returns, so settled money is told first to those returns that together explain all of it, then to
    others that paid, the earliest first; then to those that are to pay; then to those that were refused or ended, where
    it may be theirs. Each gets the least that it must find before any gets more.
    """
    found = [_known(books, record) for record in books.returns]
    settled = sum((row.paid_back for row in books.refunds), -spare)
    pool, told = max(settled, ZERO), [ZERO] * len(found)
    first = _explaining({at: _within(one) for at, one in enumerate(found) if one.known}, pool)
    order = sorted(range(len(found)), key=lambda at: (*_turn(found[at], at in first), *_place(books, found[at])))
    for _, same in groupby(order, key=lambda at: _turn(found[at], at in first)):
        turn = _may_be_theirs(found, list(same), pool)
        for at, most in [(at, _steps(found[at])[step]) for step in range(3) for at in turn]:
            part = min(pool, max(most - told[at], ZERO))
            told[at], pool = told[at] + part, pool - part
        pool = pool if pool > _slack_of(found[at] for at in turn) else ZERO
    return [_with_settled(books, one, part) for one, part in zip(found, told, strict=True)], pool


def _may_be_theirs(found: list[Paid], turn: list[int], pool: Decimal) -> list[int]:
    """Beside a return that paid, those that were refused or ended get only what is just their price.

    Their units must not be those that were paid for. As much as a return paid is that one's, given twice, where the
    other was withdrawn: who refused may have been overruled.
    """
    paid = [one for one in found if one.known]
    if not paid or not all(_is_ended(found[at]) for at in turn):
        return turn
    records = {at: found[at].record for at in turn}
    again = any(_fits([_within(one)], pool) for one in paid)
    prices = {
        at: _prices(record)
        for at, record in records.items()
        if _is_free(record, paid) and not (again and record.state in _WITHDRAWN)
    }
    return [at for at in turn if at in _explaining(prices, pool)]


def _is_ended(one: Paid) -> bool:
    return not one.known and one.record.state in COUNTS_NONE


def _is_free(record: Return, paid: list[Paid]) -> bool:
    others, bought = [one.record for one in paid], {line.line: line.quantity for line in record.order.lines}
    return all(line.requested + held(others, line.line) <= bought.get(line.line, 0) for line in record.lines)


def _turn(one: Paid, explains: bool) -> tuple[bool, bool, bool]:
    return not one.known, not explains, one.record.state in COUNTS_NONE


def _steps(one: Paid) -> tuple[Decimal, Decimal, Decimal]:
    """How far it is told of what was settled, each time that its turn comes."""
    return one.least, one.known, one.most


def _explaining(sums: dict[int, Bounds], pool: Decimal) -> frozenset[int]:
    """The most returns whose money together is what was settled, where there are few: many have too many sets."""
    for size in range(len(sums), 0, -1) if len(sums) <= _FEW else ():
        for some in combinations(sums, size):
            if _fits([sums[at] for at in some], pool):
                return frozenset(some)
    return frozenset()


def _fits(bounds: list[Bounds], pool: Decimal) -> bool:
    return sum(least for least, _ in bounds) <= pool <= sum(most for _, most in bounds)


def _within(one: Paid) -> Bounds:
    """Between which that lies which a settlement has of a payment."""
    return one.least, one.most + slack(one.record)


def _prices(record: Return) -> Bounds:
    """The same of one that would be paid as it was asked for."""
    goods, near = _goods(record), slack(record)
    return goods.net - near, goods.amount + record.order.freight.amount + near


def _place(books: Books, one: Paid) -> tuple[datetime, str]:
    return one.at or books.now, one.record.id


def _known(books: Books, record: Return) -> Paid:
    booked, platform = record.refunded("confirmed"), platform_paid(record)
    known = max(booked.amount, platform)
    if not known:
        return Paid(record, ZERO, ZERO, ZERO, ZERO, _may_pay(books, record), None)
    least, most = booked.net, known
    if record.external or known > booked.amount:
        least, most = _bounds(record, known)
    least = max(least - _shipping(record, known) - slack(record), ZERO)
    return Paid(record, booked.amount, platform, ZERO, least, most, _went_at(record))


def _slack_of(payments: Iterable[Paid]) -> Decimal:
    return sum((slack(one.record) for one in payments if one.known), ZERO)


def _shipping(record: Return, known: Decimal) -> Decimal:
    """What it gave for shipping, which stands in another column of a settlement; of a part its share."""
    sheet = record.breakdown
    if sheet is None or not sheet.total:
        return ZERO
    whole = sum((line.net for line in sheet.lines if line.code == "outbound_shipping"), ZERO)
    return min(whole, rounded(whole * known / sheet.total, record.currency))


def _bounds(record: Return, known: Decimal) -> tuple[Decimal, Decimal]:
    """Without the tax; and with it and the shipping, as far as the order was paid."""
    goods, order = _goods(record), record.order
    without = rounded(known * goods.net / goods.amount, record.currency) if goods.amount else known
    return without, max(known, min(_taxed(record, known) + order.freight.amount, order.paid))


def _taxed(record: Return, known: Decimal) -> Decimal:
    goods = _goods(record)
    return rounded(known * goods.amount / goods.net, record.currency) if goods.net else known


def with_tax(one: Paid) -> Decimal:
    """What went back, with the tax that a platform's word leaves out.

    It does where it says just the price without tax, or where just that with the tax was settled.
    """
    record, near = one.record, slack(one.record)
    taxed = min(_taxed(record, one.known), record.order.paid)
    untaxed = abs(one.known - _goods(record).net) <= near or (one.settled and abs(one.settled - taxed) <= near)
    return taxed if record.external and untaxed else one.known


def _goods(record: Return) -> Money:
    """What was paid for the units that were asked to be returned, else for the order."""
    asked = record.order.price_of({line.line: line.requested for line in record.lines})
    return asked if asked.net else record.order.worth


def is_all(books: Books, payments: list[Paid]) -> bool:
    """Whether what was settled is just what these paid, without the tax or with it."""
    settled = sum((row.paid_back for row in books.refunds), ZERO)
    known = sum((one.known for one in payments), ZERO)
    taxed = sum((_taxed(one.record, one.known) for one in payments), ZERO)
    return min(abs(settled - known), abs(settled - taxed)) <= _slack_of(payments)


def _may_pay(books: Books, record: Return) -> Decimal:
    """What a return that paid nothing yet may still have paid without our knowing."""
    asked = record.order.price_of({line.line: line.requested for line in record.lines}).amount
    return max(unpaid(record), books.terms_of(record).gives or ZERO, asked)


def _with_settled(books: Books, one: Paid, part: Decimal) -> Paid:
    if not part or one.at:
        return one._replace(settled=part)
    least, _ = _bounds(one.record, part)
    return one._replace(settled=part, least=least, at=max(row.settled_at for row in books.refunds))


def _went_at(record: Return) -> datetime:
    """When the last payment went, by ourselves or by the platform, which may tell no more than that it did."""
    times = [refund.at for refund in record.refunds if refund.status == "confirmed"]
    paid = record.external.paid if record.external else None
    times += [paid.refunded_at] if paid and paid.refunded_at else []
    return max(times, default=paid.at if paid else record.updated_at)


def sellers_fault(returns: Iterable[Return]) -> bool:
    return any(record.reason.fault is Fault.SELLER for record in returns)
