"""What a platform pays the seller for a return."""

from __future__ import annotations

from decimal import Decimal

from returnctl.domain.external import External, Told
from returnctl.domain.money import ZERO
from returnctl.domain.record import Return


def granted(record: Return) -> Decimal | None:
    """What it is to pay, 0 where nobody told how much; None where it is to pay nothing."""
    dispute, told = record.dispute, granted_in(record.external) if record.external else None
    decided = dispute if dispute and dispute.outcome == "compensated" else None
    amounts = [x for x in (decided.amount if decided else None, told) if x]
    return max(amounts, default=ZERO if decided else None)


def granted_in(told: External | Told) -> Decimal | None:
    """By the platform's words: an amount alone may have been refused, or be looked into still."""
    if not told.compensation:
        return None
    from returnctl.domain import tiktok  # the platform's words are loaded where it said some

    return told.compensation if tiktok.is_granted(told.compensation_status or "") else None
