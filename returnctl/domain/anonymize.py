"""Removing a buyer from a return that ended: who it was, what was said, what was shown. Money and units stay."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from returnctl.domain.case import Case, Decision, Moment
from returnctl.domain.order import Buyer, Order
from returnctl.domain.record import Happened, Return
from returnctl.domain.states import ENDED, Event, Role
from returnctl.domain.step import stay, unchanged

NOBODY = Buyer(id="anonymized")
# Codes, numbers and amounts of the history. What is not named here may be free text, and goes.
_KEPT = frozenset(
    "again also amount appeal asked at because carrier case claim contest declined due ends grades items key lapse"
    " method outcome owed rating reason reference row stage status sub_status template undone was".split()
)


def anonymize(case: Case, moment: Moment, *, before: datetime) -> Decision:
    """Unchanged where the return has not ended by then, or where it was done already."""
    record = case.stored
    if record.state not in ENDED or record.updated_at >= before or record.buyer == NOBODY:
        return unchanged(case)
    return stay(case.having(_without_buyer(record)), Event.ANONYMIZE, moment, {})


def order_without_buyer(order: Order) -> Order:
    return replace(order, buyer=NOBODY)


def _without_buyer(record: Return) -> Return:
    made, dispute, said = record.exception, record.dispute, record.feedback
    return replace(
        record,
        buyer=NOBODY,
        order=replace(record.order, buyer=NOBODY),
        reason=replace(record.reason, note=""),
        exception=made and replace(made, why=""),
        parcels=tuple(replace(parcel, tracking=None) for parcel in record.parcels),
        evidence=(),
        messages=(),
        refunds=tuple(replace(refund, why=None) for refund in record.refunds),
        owed=tuple(x if x.status == "done" else replace(x, status="withdrawn") for x in record.owed),
        dispute=dispute and replace(dispute, note=""),
        offers=tuple(replace(offer, note="") for offer in record.offers),
        feedback=said and replace(said, comment=""),
        history=tuple(map(_without_words, record.history)),
    )


def _without_words(entry: Happened) -> Happened:
    by = NOBODY.id if entry.role is Role.BUYER else entry.by
    return replace(entry, by=by, facts={key: value for key, value in entry.facts.items() if key in _KEPT})
