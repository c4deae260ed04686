"""What a platform that runs a return reported of it, in its own words."""

from datetime import datetime
from decimal import Decimal

from returnctl.domain.order import Document


class Seen(Document, frozen=True):
    """Where a platform's word was read: the file, and the row in it, from 1."""

    file: str
    row: int


class Told(Document, frozen=True, kw_only=True, omit_defaults=True):
    """What one source last said of a return, in the platform's own words.

    `exact`: it stood so at `at`; else all that is known is that it did not before. `sent`: a tracking number was
    told. `keeps`: the buyer keeps the goods. `previous` and `next` are the platform's ids of applications before
    and after this one.
    """

    at: datetime
    exact: bool = False
    status: str = ""
    sub_status: str | None = None
    reason: str | None = None
    dispute: str | None = None
    appeal: str | None = None
    refund: Decimal | None = None
    refunded_at: datetime | None = None
    compensation_status: str | None = None
    compensation: Decimal | None = None
    asks: tuple[str, ...] = ()
    deadline: datetime | None = None
    sent: bool = False
    keeps: bool = False
    previous: str | None = None
    next: str | None = None
    seen: Seen | None = None


class PaidBack(Document, frozen=True):
    """What a platform says it gave the buyer back, by its newest report that says so; `at` is of that report."""

    at: datetime
    amount: Decimal
    refunded_at: datetime | None = None


class Contest(Document, frozen=True):
    """What a platform told of a contest in all; it stays, whatever is reported after it.

    `outcome` is that of the newest report of a decision, by `at`; `decided`: for one side. `lost_at` is the instant of
    the first report of a decision for the buyer.
    """

    at: datetime
    outcome: str
    decided: bool = False
    lost_at: datetime | None = None


class External(Document, frozen=True):
    """A return that a platform runs, as it last reported it; statuses are the platform's own words, kept as they are.

    `refund` is what it gives back for the whole return; `compensation` what it pays the seller,
    which the first report that grants it told at `granted_at`. `asks` are the
    answers it waits for, until `deadline`. `updated_at` is the instant of the report: older ones change nothing.
    `uncertain`: the source cannot tell a refused request from a refused parcel. All that is drawn from `told`: by
    source (`api`, `export`) its newest report; under `unknown` the newest whose status no table knows. `paid` and
    `contest` stay, whatever is reported after them.
    """

    platform: str
    return_id: str
    status: str | None = None
    sub_status: str | None = None
    dispute: str | None = None
    appeal: str | None = None
    refund: Decimal | None = None
    refunded_at: datetime | None = None
    compensation_status: str | None = None
    compensation: Decimal | None = None
    granted_at: datetime | None = None
    asks: tuple[str, ...] = ()
    deadline: datetime | None = None
    updated_at: datetime | None = None
    seen: Seen | None = None
    uncertain: bool = False
    reason: str | None = None
    previous: str | None = None
    next: str | None = None
    paid: PaidBack | None = None
    contest: Contest | None = None
    told: dict[str, Told] = {}
