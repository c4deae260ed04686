"""What a platform says that it gave the buyer back, in the books."""

from __future__ import annotations

from msgspec.structs import replace

from returnctl.domain.case import Case
from returnctl.domain.external import PaidBack
from returnctl.domain.record import Refund, Return
from returnctl.domain.refund import tenders


def with_payment(case: Case, new: Return) -> Return:
    """Booked once, under the platform's id of the return; what the platform corrects is corrected.

    Where a payment of ours stands already, or may, none is added.
    """
    external = new.external
    paid = external.paid if external else None
    if external is None or paid is None:
        return new
    booked = next((x for x in new.refunds if x.reference == external.return_id), None)
    if booked is None:
        return new if paid_by_us(new) else replace(new, refunds=(*new.refunds, _payment(case, new, paid)))
    if booked.confirmed == paid.amount:
        return new
    others = tuple(x for x in new.refunds if x is not booked)
    corrected = replace(_payment(case, replace(new, refunds=others), paid), key=booked.key, at=booked.at)
    return replace(new, refunds=tuple(corrected if x is booked else x for x in new.refunds))


def paid_by_us(record: Return) -> bool:
    mine = record.external.return_id if record.external else None
    return any(x.status != "failed" and x.reference != mine for x in record.refunds)


def _payment(case: Case, new: Return, paid: PaidBack) -> Refund:
    whole = case.order.price_of({line.line: line.requested for line in new.lines})
    money = (whole if whole.amount else case.order.worth).carve(paid.amount)
    return Refund(
        key=f"{case.shop_id}/{new.id}/refund/{len(new.refunds) + 1}", at=paid.refunded_at or paid.at,
        amount=paid.amount, net=money.net, tax=money.tax, method="original_payment", status="confirmed",
        reference=new.external.return_id if new.external else None, confirmed=paid.amount,
        tenders=tenders(case.order, (new, *case.others), paid.amount),
    )  # fmt: skip
