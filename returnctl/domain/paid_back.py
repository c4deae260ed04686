"""What a platform says that it gave the buyer back, in the books."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from returnctl.domain.case import Case
from returnctl.domain.external import PaidBack
from returnctl.domain.money import ZERO, rounded
from returnctl.domain.record import Refund, Return
from returnctl.domain.refund import tenders


def with_payment(case: Case, new: Return) -> Return:
    """Booked once, under the platform's id of the return; what the platform corrects is corrected.

    What it says is taken for all that the buyer got back, so of it is booked what goes beyond payments of ours that
    stand already; beside one whose outcome is not known, nothing yet.
    """
    paid = new.external.paid if new.external else None
    booked = next((x for x in new.refunds if x.reference == _theirs(new)), None)
    if paid is None or (booked is None and new.refunded("pending").amount):
        return new
    if booked is None:
        rest = paid.amount - new.refunded().amount
        return replace(new, refunds=(*new.refunds, _payment(case, new, paid, rest))) if rest > 0 else new
    before = case.stored.external.paid if case.stored.external else None
    if before is None or before.amount == paid.amount:
        return new
    return _corrected(case, new, booked, paid)


def _corrected(case: Case, new: Return, booked: Refund, paid: PaidBack) -> Return:
    """Beyond the payments of ours that stood when it was booked; later ones were made knowing of it."""
    others = replace(new, refunds=tuple(x for x in new.refunds if x is not booked))
    stood = replace(new, refunds=new.refunds[: new.refunds.index(booked)]).refunded().amount
    payment = _payment(case, others, paid, rounded(max(paid.amount - stood, ZERO), new.currency))
    corrected = replace(payment, key=booked.key, at=booked.at)
    return replace(new, refunds=tuple(corrected if x is booked else x for x in new.refunds))


def _theirs(record: Return) -> str | None:
    return record.external.return_id if record.external else None


def paid_by_us(record: Return) -> bool:
    return any(x.status != "failed" for x in ours(record))


def ours(record: Return) -> list[Refund]:
    """Without what the platform says that it paid."""
    return [x for x in record.refunds if x.reference is None or x.reference != _theirs(record)]


def _payment(case: Case, new: Return, paid: PaidBack, amount: Decimal) -> Refund:
    whole = case.order.price_of({line.line: line.requested for line in new.lines})
    money = (whole if whole.amount else case.order.worth).carve(amount)
    return Refund(
        key=f"{case.shop_id}/{new.id}/refund/{len(new.refunds) + 1}", at=paid.refunded_at or paid.at,
        amount=amount, net=money.net, tax=money.tax, method="original_payment", status="confirmed",
        reference=_theirs(new), confirmed=amount, tenders=tenders(case.order, (new, *case.others), amount),
    )  # fmt: skip
