"""What a return comes to in figures: one row of the index, from which the report is counted.

`Traits` are what returns have in common: few differ, so each is kept once. Spans are whole minutes begun; money is in
the smallest unit of its currency. What a platform reports has no span: its report does not say when things were done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache

import msgspec
from msgspec import Struct

from returnctl.domain.compensation import granted
from returnctl.domain.money import ZERO, digits
from returnctl.domain.order import Order
from returnctl.domain.record import Happened, Return, slack, standing
from returnctl.domain.states import ENDED, Event, Role, State

REPLY = timedelta(hours=24)
_MINUTE = timedelta(minutes=1)
# Of a request that is left by these nobody has answered it.
_NO_ANSWER = frozenset({State.REQUESTED, State.CANCELLED, State.DISPUTED})
_UNDERWAY = frozenset({State.IN_TRANSIT, State.RECEIVED})


class Traits(Struct, frozen=True, array_like=True):
    """`answer` is `approve`, `accept` or `reject`, and `answered_by` a `rule`, `silence`, `platform` or `hand`.

    `refused`: the parcel was. `dispute` is how the last one ended, or `open`; `accepted` by an offer. `late` holds
    `seller:missed:review`. `asked` counts what the buyer said and waited with, `replied` what was replied to in time.
    """

    currency: str
    state: str
    fault: str
    policy: str
    version: int
    answer: str = ""
    answered_by: str = ""
    refused: bool = False
    dispute: str = ""
    at_platform: bool = False
    late: tuple[str, ...] = ()
    asked: int = 0
    replied: int = 0
    rating: int = 0


class Figures(Struct, frozen=True, kw_only=True):
    """`answered`, `refunded` and `ended` count from the application, `inspected` from the first parcel.

    `paid` is what was refunded; `fee`, `wear` and `label` are what was kept of it, `freight` the shipping given back
    in it; `compensated` is what the platform pays the seller.
    """

    traits: Traits
    basket: str
    answered: int | None = None
    inspected: int | None = None
    refunded: int | None = None
    ended: int | None = None
    paid: int | None = None
    fee: int | None = None
    wear: int | None = None
    label: int | None = None
    freight: int | None = None
    compensated: int | None = None


SPANS = ("answered", "inspected", "refunded", "ended")
MONEY = ("paid", "fee", "wear", "label", "freight", "compensated")
_KEPT = {"fee": "restocking_fee", "wear": "grade", "label": "return_label"}


def figures_of(record: Return) -> Figures:
    stood = standing(record.history)
    answer = next((x for x in stood if x.from_ is State.REQUESTED and x.to not in _NO_ANSWER), None)
    return Figures(
        traits=_traits(record, stood, answer),
        basket=basket(tuple([(line.sku, line.requested) for line in record.lines])),
        answered=_span(record.applied_at, answer),
        inspected=_inspected(stood),
        refunded=_refunded(record, stood),
        ended=_span(record.applied_at, _first(stood, ENDED | {State.REJECTED})),
        **_money(record),
    )


@lru_cache(8192)
def basket(lines: tuple[tuple[str, int], ...]) -> str:
    """Units by SKU, as one text that is the same for the same goods: many returns and orders are of the same."""
    units: dict[str, int] = {}
    for sku, quantity in lines:
        units[sku] = units.get(sku, 0) + quantity
    return msgspec.json.encode(sorted(units.items())).decode()


def sold(order: Order) -> str | None:
    """The units of an order, unless it was cancelled."""
    return None if order.cancelled_at else basket(tuple([(line.sku, line.quantity) for line in order.lines]))


def minor(amount: Decimal, currency: str) -> int:
    return int(amount.scaleb(digits(currency)))


def major(amount: int, currency: str) -> Decimal:
    return Decimal(amount).scaleb(-digits(currency))


# --- what returns have in common


def _traits(record: Return, stood: Sequence[Happened], answer: Happened | None) -> Traits:
    asked, replied = _replies(stood)
    return Traits(
        currency=record.currency, state=record.state, fault=record.reason.fault, policy=record.policy.name,
        version=record.policy.version, answer=_answer(answer), answered_by=_answered_by(answer),
        refused=any(x.from_ in _UNDERWAY and x.to is State.REJECTED for x in stood), dispute=_dispute(record),
        at_platform=bool(record.dispute and record.dispute.stage == "platform"), asked=asked, replied=replied,
        late=tuple(f"{x.by}:{'near' if x.near else 'missed'}:{x.action}" for x in record.late),
        rating=record.feedback.rating if record.feedback else 0,
    )  # fmt: skip


def _answer(answer: Happened | None) -> str:
    if answer is None:
        return ""
    if answer.to is State.REJECTED:
        return "reject"
    return "accept" if answer.event == Event.ACCEPT else "approve"


def _answered_by(answer: Happened | None) -> str:
    if answer is None:
        return ""
    if answer.role is Role.SYSTEM:
        return "silence" if answer.facts.get("because") == "deadline" else "rule"
    return "platform" if answer.role is Role.PLATFORM else "hand"


def _dispute(record: Return) -> str:
    if record.dispute is None:
        return ""
    return "open" if record.state is State.DISPUTED else record.dispute.outcome or "accepted"


def _replies(stood: Iterable[Happened]) -> tuple[int, int]:
    """How often the buyer began to wait for a word, and how often a word or a step of the seller came in time."""
    asked, replied, since = 0, 0, None
    for entry in stood:
        if entry.event == Event.MESSAGE and entry.role is Role.BUYER:
            asked, since = asked + (since is None), since or entry.at
        elif since and _is_a_word(entry):
            replied, since = replied + (entry.at - since <= REPLY), None
    return asked, replied


def _is_a_word(entry: Happened) -> bool:
    return entry.role is Role.SELLER and (entry.event == Event.MESSAGE or entry.from_ is not entry.to)


# --- spans


def _first(stood: Iterable[Happened], states: Iterable[State]) -> Happened | None:
    return next((entry for entry in stood if entry.to in states), None)


def _span(since: datetime, entry: Happened | None) -> int | None:
    return None if entry is None or entry.role is Role.PLATFORM else _minutes(since, entry.at)


def _minutes(since: datetime, until: datetime) -> int:
    return max(0, (until - since) // _MINUTE)


def _inspected(stood: Sequence[Happened]) -> int | None:
    came = next((entry for entry in stood if entry.event == Event.RECEIVE), None)
    looked = next((entry for entry in stood if entry.event == Event.INSPECT), None)
    return _span(came.at, looked) if came else None


def _refunded(record: Return, stood: Sequence[Happened]) -> int | None:
    paid = _first(stood, {State.REFUNDED})
    if paid and paid.role is Role.PLATFORM and record.external and record.external.refunded_at:
        return _minutes(record.applied_at, record.external.refunded_at)
    return _span(record.applied_at, paid)


# --- money


def _money(record: Return) -> dict[str, int | None]:
    """Of what was paid; an amount of nothing takes no room."""
    paid = _paid(record)
    settled = record.state is State.REFUNDED or paid
    found = dict(_kept(record, paid)) if settled else {}
    found |= {"paid": paid, "compensated": granted(record) or ZERO}
    return {name: minor(amount, record.currency) or None for name, amount in found.items()}


def _paid(record: Return) -> Decimal:
    """What providers confirmed; where the platform paid, what it says."""
    confirmed = sum((x.net + x.tax for x in record.refunds if x.status == "confirmed"), ZERO)
    if confirmed or record.external is None or record.state is not State.REFUNDED:
        return confirmed
    return record.external.refund or ZERO


def _kept(record: Return, paid: Decimal) -> Iterator[tuple[str, Decimal]]:
    """By the worksheet; where a platform paid more than that gives, nothing was kept."""
    sheet = record.breakdown
    lines = sheet.lines if sheet else ()
    followed = sheet is not None and paid <= sheet.total + slack(record)
    for name, code in _KEPT.items():
        yield name, -sum((line.amount for line in lines if followed and line.code == code), ZERO)
    yield "freight", sum((line.amount for line in lines if line.code == "outbound_shipping"), ZERO)
