"""The breakdown: the worksheet of a refund, in the seven steps of the refund arithmetic.

Every line has net, tax and amount; the lines sum to the total, always.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from msgspec import Struct

from returnctl.domain.money import ZERO, Money, nothing, rounded, spread
from returnctl.domain.order import Order, OrderLine
from returnctl.domain.policy import Inspection
from returnctl.domain.record import Agreed, Breakdown, Line, Return, Tender, WorksheetLine
from returnctl.domain.states import FIXED, Fault, Kind, State
from returnctl.domain.terms import Resolved, in_currency
from returnctl.domain.units import counted, grades_of, is_approved, is_inspected


class Found(Struct, frozen=True):
    """A part of a worksheet being made: which line of the order, what for, how much.

    `at` is the path of the value of the policy that made it so, `facts` what went into it; a part that comes to
    nothing tells why.
    """

    code: str
    money: Money
    line: str | None = None
    grade: str | None = None
    at: str | None = None
    facts: dict[str, Any] = {}


class Basis(Struct, frozen=True):
    """What a worksheet is made from. `inspections` holds the terms of inspection of each line."""

    order: Order
    record: Return
    others: tuple[Return, ...]
    rules: Resolved
    inspections: dict[str, Inspection]


def breakdown(basis: Basis) -> Breakdown:
    """The worksheet as things stand: an estimate at the `pass` grade until the units are graded."""
    return worksheet(reckoned(basis), basis.order, basis.others)


def reckoned(basis: Basis) -> list[Found]:
    """Steps 1 to 5, each with how it came about."""
    found: list[Found] = []
    for line in basis.record.lines:
        found += _line(basis, line)
    found += _restocking_fee(basis, found)
    found += _outbound_shipping(basis)
    return found + _return_label(basis)


def worksheet(found: Iterable[Found], order: Order, others: tuple[Return, ...]) -> Breakdown:
    """Sum the lines; step 7, `limit`, keeps the total between 0 and what is left of the order.

    What this return was paid before is a part of its total, so only the others take from what is left.
    """
    kept = [item for item in found if item.money.net or item.money.tax or item.code in ("item", "agreed")]
    total = sum((item.money for item in kept), nothing(order.currency))
    bears = max(left(order, others), ZERO)  # below 0 where a platform paid back more than was paid
    limited = min(max(total.amount, ZERO), bears)
    if limited != total.amount:
        kept.append(Found("limit", total.carve(limited - total.amount)))
    return summed([*kept, *_balanced(kept, order.currency)], order.currency)


def _balanced(found: list[Found], currency: str) -> list[Found]:
    """Deductions without tax may leave net or tax below 0: what is short is taken from the other."""
    total = sum((item.money for item in found), nothing(currency))
    short = min(total.net, ZERO) - min(total.tax, ZERO)
    return [Found("limit", Money(currency, -short, short))] if short else []


def summed(found: list[Found], currency: str) -> Breakdown:
    lines = tuple(
        WorksheetLine(code=x.code, line=x.line, grade=x.grade, net=x.money.net, tax=x.money.tax, amount=x.money.amount)
        for x in found
    )
    total = sum((item.money for item in found), nothing(currency))
    return Breakdown(lines, total.net, total.tax, total.amount)


def left(order: Order, returns: Iterable[Return]) -> Decimal:
    """What the order still bears: paid, less confirmed, less pending, over all its returns."""
    return order.refundable - sum((each.refunded().amount for each in returns), ZERO)


# --- 1 and 2: the goods


def _line(basis: Basis, line: Line) -> list[Found]:
    bought = basis.order.line(line.line)
    grades = _paid_grades(basis, line)
    units = sum(quantity for _, quantity, _ in grades)
    if bought is None or not units:
        return []
    share = _share(basis, bought, units)
    facts = {"units": units, "of": bought.quantity, "price": basis.order.price(bought).amount}
    items = [Found("item", share, line.line, facts=facts)]
    return items + _kept_for_grades(share, grades, line.line)


def _paid_grades(basis: Basis, line: Line) -> list[tuple[str, int, Decimal]]:
    """Grade, units and percentage of the units that count."""
    if not line.graded and is_inspected(basis.record):
        return []
    if not line.graded and not _comes_back(basis.record):
        return [("", line.approved if is_approved(basis.record) else line.requested, Decimal(100))]
    inspection = basis.inspections[line.line]
    found = grades_of(line, inspection, _expected(basis.record, line))
    return [(grade, units, inspection.grades[grade].pays) for grade, units in found if inspection.grades[grade].pays]


def _comes_back(record: Return) -> bool:
    """Whether the refund waits for the goods."""
    without = record.returnless or record.type is Kind.REFUND_ONLY or record.state in FIXED
    return not without


def _expected(record: Return, line: Line) -> int:
    if record.state is State.RECEIVED:
        return line.received
    return line.approved if is_approved(record) else line.requested


def _share(basis: Basis, bought: OrderLine, units: int) -> Money:
    """The line's share of `units`; the units that complete the line take what is left of it."""
    price = basis.order.price(bought)
    fixed = [other for other in basis.others if is_fixed(other)]
    rest = (price - sum((_given(other, bought, price) for other in fixed), nothing(price.currency))).or_nothing()
    if units + sum(counted(other, bought.line) for other in fixed) == bought.quantity:
        return rest
    return price.part(units, bought.quantity).at_most(rest)


def is_fixed(record: Return) -> bool:
    """Whether its breakdown is fixed, and it still counts."""
    if record.state is State.DISPUTED and record.dispute:
        return record.dispute.escalated_from in FIXED
    return record.state in FIXED


def _given(other: Return, bought: OrderLine, price: Money) -> Money:
    """What another return's fixed breakdown gives of a line; after an agreement the share of its units."""
    if other.agreed:
        return price.part(counted(other, bought.line), bought.quantity)
    lines = other.breakdown.lines if other.breakdown else ()
    mine = (Money(price.currency, x.net, x.tax) for x in lines if x.code == "item" and x.line == bought.line)
    return sum(mine, nothing(price.currency))


def _kept_for_grades(share: Money, grades: list[tuple[str, int, Decimal]], number: str) -> list[Found]:
    """A grade that pays `p`% keeps `100 - p`% of its part, rounded, net and tax each."""
    if all(pays == 100 for _, _, pays in grades):
        return []
    weights = [units for _, units, _ in grades]
    nets, taxes = (spread(whole, weights, share.currency) for whole in (share.net, share.tax))
    return [
        Found(
            "grade", -Money(share.currency, net, tax).part(100 - pays, 100), number, grade,
            f"inspection/grades/{grade}/pays", {"units": units, "pays": pays, "of": net + tax},
        )
        for (grade, units, pays), net, tax in zip(grades, nets, taxes, strict=True)
        if pays != 100
    ]  # fmt: skip


# --- 3: the restocking fee


def _restocking_fee(basis: Basis, found: list[Found]) -> list[Found]:
    fee, fault, currency = basis.rules.terms.restocking_fee, basis.record.reason.fault, basis.order.currency
    if fee.none or fault not in fee.charged_for:
        at = "restocking_fee/none" if fee.none else "restocking_fee/charged_for"
        return [Found("restocking_fee", nothing(currency), at=at, facts={} if fee.none else {"fault": fault})]
    lines = _by_line(found, currency)
    charged = _fee(basis, sum((money.amount for money in lines.values()), ZERO))
    pieces = spread(charged.amount, [money.amount for money in lines.values()], currency)
    return [
        Found("restocking_fee", -money.carve(piece), number, at=charged.at, facts=charged.facts)
        for (number, money), piece in zip(lines.items(), pieces, strict=True)
    ]


class Charged(NamedTuple):
    """The fee of a whole return: how much, by which value of the policy, from what."""

    amount: Decimal
    at: str
    facts: dict[str, Any]


def _fee(basis: Basis, base: Decimal) -> Charged:
    """Rounded once, over the whole return."""
    fee, currency = basis.rules.terms.restocking_fee, basis.order.currency
    if fee.flat is not None:
        return Charged(in_currency(fee.flat, currency, "restocking_fee/flat"), f"restocking_fee/flat/{currency}", {})
    facts = {"percent": fee.percent, "of": base}
    charged = rounded(base * (fee.percent or ZERO) / 100, currency)
    most = charged if fee.max is None else in_currency(fee.max, currency, "restocking_fee/max")
    if most < charged:
        return Charged(most, f"restocking_fee/max/{currency}", facts | {"max": most})
    return Charged(charged, "restocking_fee/percent", facts)


def _by_line(found: list[Found], currency: str) -> dict[str, Money]:
    lines: dict[str, Money] = {}
    for item in found:
        if item.line:
            lines[item.line] = lines.get(item.line, nothing(currency)) + item.money
    return lines


# --- 4 and 5: the freight


def _outbound_shipping(basis: Basis) -> list[Found]:
    """In full, and at most once an order."""
    given = any(gives_shipping(other) for other in basis.others if is_fixed(other))
    back = _shipping_goes_back(basis) and not given
    facts = {"rule": basis.rules.terms.refund.outbound_shipping, "given": given}
    money = basis.order.freight if back else nothing(basis.order.currency)
    return [Found("outbound_shipping", money, at="refund/outbound_shipping", facts=facts)]


def gives_shipping(record: Return) -> bool:
    """Whether a fixed breakdown gave the shipping back, or stood for one that did."""
    lines = record.breakdown.lines if record.breakdown and is_fixed(record) else ()
    return any(line.code == "outbound_shipping" for line in lines) or bool(record.agreed and record.agreed.shipping)


def _shipping_goes_back(basis: Basis) -> bool:
    rule = basis.rules.terms.refund.outbound_shipping
    fault = basis.record.reason.fault is not Fault.BUYER
    return (
        rule == "always"
        or (fault and rule in ("fault", "fault_or_whole_order"))
        or (rule in ("whole_order", "fault_or_whole_order") and _whole_order(basis))
    )


def _whole_order(basis: Basis) -> bool:
    """With this return every unit of the order has come back and was accepted."""
    here = {line.line: sum(units for _, units, _ in _paid_grades(basis, line)) for line in basis.record.lines}
    fixed = [other for other in basis.others if is_fixed(other)]
    return all(
        here.get(bought.line, 0) + sum(counted(other, bought.line) for other in fixed) == bought.quantity
        for bought in basis.order.lines
    )


def _return_label(basis: Basis) -> list[Found]:
    fault = basis.record.reason.fault
    terms = basis.rules.terms.return_shipping.get(fault)
    back = basis.record.type is Kind.RETURN_AND_REFUND and (_comes_back(basis.record) or is_inspected(basis.record))
    none, key = nothing(basis.order.currency), f"return_shipping/{fault}/deduct"
    if not back or terms is None or terms.paid_by != "buyer" or terms.deduct is None:
        return [Found("return_label", none, at=f"return_shipping/{fault}", facts={"fault": fault})]
    amount = in_currency(terms.deduct, basis.order.currency, key)
    return [Found("return_label", none - Money(basis.order.currency, amount), at=key, facts={"fault": fault})]


# --- 6: what was agreed or decided


def settled(basis: Basis, amount: Decimal, units: dict[str, int], now: datetime) -> tuple[Agreed, Breakdown]:
    """One line for what was confirmed already and one for what is still to be paid from now replace all others.

    `units` of each line are settled by it.
    `amount` lies above 0 and is no more than the order still bears.
    """
    before = basis.record.refunded("confirmed")
    lines = [Found("paid", before)] if before.amount else []
    lines.append(Found("agreed", _stands_for(basis).carve(amount)))
    agreed = Agreed(amount, before.amount, now, units, gives_shipping(basis.record))
    return agreed, summed(lines, basis.order.currency)


def _stands_for(basis: Basis) -> Money:
    """The share of the units asked for: its tax tells how much of an agreed amount is tax."""
    whole = basis.order.price_of({line.line: line.requested for line in basis.record.lines})
    return whole if whole.amount else basis.order.worth


# --- what carries the money back


def tenders(order: Order, returns: Iterable[Return], amount: Decimal) -> tuple[Tender, ...]:
    """The payments that take `amount` back, in their order, none above what it carried less what went back."""
    back = [
        tender for each in returns for refund in each.refunds if refund.status != "failed" for tender in refund.tenders
    ]
    pieces = []
    for payment in order.tenders:
        free = payment.amount - sum((x.amount for x in back if x.payment == payment.id), ZERO)
        piece = min(max(free, ZERO), amount)
        amount -= piece
        if piece:
            pieces.append(Tender(payment.id, piece))
    return tuple(pieces)
