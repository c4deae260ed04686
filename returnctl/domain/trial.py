"""A made-up application, led through the very steps that decide a real one: what `policy test` compares.

What is told is as `schemas/policy-test.schema.json` has it, checked. A day alone is its noon in the policy's zone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from returnctl.domain import workflow
from returnctl.domain.calendar import DAY
from returnctl.domain.case import Actor, Case, Decision, Moment
from returnctl.domain.eligibility import Wish, ask
from returnctl.domain.markets import MARKETS
from returnctl.domain.money import ZERO, Money, rounded
from returnctl.domain.order import Buyer, OrderLine, Shipping
from returnctl.domain.policy import Pinned
from returnctl.domain.record import Evidence, OrderTaken, PolicyRef, Return
from returnctl.domain.states import Fault, Kind, Role, State
from returnctl.domain.step import basis
from returnctl.domain.terms import Asked, resolve
from returnctl.domain.trial_came import Came, accepted, instant, refused
from returnctl.errors import NotEligible

Told = Mapping[str, Any]

NEVER = "never"
_PRICE = Decimal(100)
# A made-up parcel takes so long, and a buyer thinks so long about it.
_PACKED, _ON_THE_WAY, _THOUGHT = DAY, 3 * DAY, 7 * DAY
_BUYER, _SELLER = Actor("buyer", Role.BUYER), Actor("seller", Role.SELLER)
_MIME = {"photo": "image/jpeg", "video": "video/mp4", "document": "application/pdf"}
# The steps that bring goods back, and when each is told to be taken.
_STEPS: dict[State, tuple[str, Callable[..., Decision]]] = {
    State.REQUESTED: ("approved_at", workflow.approve),
    State.APPROVED: ("sent_at", workflow.ship),
    State.IN_TRANSIT: ("received_at", workflow.receive),
    State.RECEIVED: ("inspected_at", workflow.inspect),
}


class Trial(Struct, frozen=True):
    """What is given, its times read in a zone."""

    order: OrderTaken
    given: Told
    zone: str

    @property
    def at(self) -> datetime:
        return instant(self.given["at"], self.zone)


def trial(given: Told, market: str, zone: str) -> Trial:
    """`market` and `zone` stand in for what is not told."""
    told = given.get("order", {})
    return Trial(_order(told, told.get("market", market), instant(given["at"], zone), zone), given, zone)


def in_its_zone(made: Trial, policy: Pinned) -> Trial:
    """Its times as the policy reads them for such an order, which may be in another zone than the file's."""
    zone = resolve(policy, Asked(made.order, Fault.BUYER, None, ZERO)).terms.timezone
    return made if zone == made.zone else trial(made.given, made.order.market, zone)


def _order(told: Told, market: str, at: datetime, zone: str) -> OrderTaken:
    currency = told.get("currency") or (MARKETS[market].currency if market in MARKETS else "USD")
    times: dict[str, Any] = {key: instant(told[key], zone) for key in _TIMES if told.get(key, NEVER) != NEVER}
    for key in ("ordered_at", "shipped_at", "delivered_at"):
        if key not in told:
            times[key] = _made_up(key, times, at)
    lines = told.get("lines") or [{key: told[key] for key in _OF_LINE if key in told}]
    freight = _money(told.get("shipping", {}), currency)
    return OrderTaken(
        id="T-1", account=told.get("account"), market=market, currency=currency, buyer=Buyer("buyer"), digest="",
        lines=tuple(_line(number, line, currency) for number, line in numbered(lines)),
        shipping=Shipping(freight.net, freight.tax), **times,
    )  # fmt: skip


_TIMES = ("ordered_at", "shipped_at", "delivered_at", "cancelled_at")
_OF_LINE = ("sku", "category", "quantity", "price", "tax")


def _made_up(key: str, known: Mapping[str, datetime], at: datetime) -> datetime:
    """A time that nobody told, from those that were, or that were made up before it."""
    if key == "ordered_at":
        if "shipped_at" in known:
            return known["shipped_at"] - _PACKED
        return known.get("delivered_at", at - _THOUGHT) - _ON_THE_WAY - _PACKED
    return known["ordered_at"] + _PACKED + (_ON_THE_WAY if key == "delivered_at" else timedelta())


def numbered(lines: Iterable[Told]) -> Iterator[tuple[str, Told]]:
    """Lines with their numbers, which by default are their places."""
    return ((line.get("line", str(place)), line) for place, line in enumerate(lines, 1))


def _line(number: str, told: Told, currency: str) -> OrderLine:
    units = told.get("quantity", 1)
    paid = _money({"net": told.get("price", _PRICE) * units, "tax": told.get("tax", ZERO) * units}, currency)
    return OrderLine(
        line=number, sku=told.get("sku", f"SKU-{number}"), category=told.get("category", ""), quantity=units,
        net=paid.net, tax=paid.tax,
    )  # fmt: skip


def _money(told: Mapping[str, Decimal | int], currency: str) -> Money:
    return Money(currency, *(rounded(Decimal(told.get(key, ZERO)), currency) for key in ("net", "tax")))


# --- what comes of it


def tried(made: Trial, policy: Pinned) -> Came:
    """What comes of it under this policy. Raises what a real application and its steps raise, but no NotEligible."""
    case = _beside(made, policy)
    wish = _wish(made.given, made.at)
    question = ask(case.order, case.policy, wish, case.others, case.recent, made.at)
    try:
        decision = workflow.apply(case, Moment(made.at, _BUYER), id="R-000000", wish=wish)
    except NotEligible:
        return refused(question)
    return accepted(question, list(_led(case.having(decision.record), made.given, made.zone)))


def _beside(made: Trial, policy: Pinned) -> Case:
    """The order with the returns that there were before."""
    told = made.given.get("returns", ())
    recent = tuple(instant(text, made.zone) for text in made.given.get("recent", ()))
    ref = PolicyRef(policy.name, policy.version, "")
    case = Case(made.order, policy, ref, "", (), tuple(sorted((*recent, *(made.at for _ in told)))))
    for number, before in enumerate(told, 1):
        case = replace(case, others=(*case.others, _came_back(case, before, made, number)))
    return case


def _came_back(case: Case, told: Told, made: Trial, number: int) -> Return:
    """Another return, whatever the policy says of it."""
    wish = replace(_wish(told, made.at), exception="given")
    applied = workflow.apply(case, Moment(made.at, _BUYER), id=f"R-{number:06}", wish=wish)
    *_, last = _led(case.having(applied.record), {"at": made.given["at"], **told}, made.zone)
    return last.stored


def _wish(told: Told, at: datetime) -> Wish:
    evidence = tuple(Evidence(kind, kind, _MIME[kind], 1, Role.BUYER, at) for kind in told.get("evidence", ()))
    return Wish(
        told.get("items"), Kind(told["type"]) if "type" in told else None, told.get("reason"),
        conditions=tuple(told.get("conditions", ())), evidence=evidence,
    )  # fmt: skip


def _led(case: Case, told: Told, zone: str) -> Iterator[Case]:
    """The case as each step leaves it, until the goods are back and graded or nothing comes back."""
    yield case
    while case.stored.state in _STEPS:
        key, step = _STEPS[case.stored.state]
        now = instant(told[key], zone) if key in told else case.stored.updated_at
        facts = {"grades": _grades(case, told["found"])} if step is workflow.inspect and "found" in told else {}
        case = case.having(step(case, Moment(now, _SELLER), **facts).record)
        yield case


def _grades(case: Case, found: Told) -> dict[str, dict[str, int | None]]:
    """A line of which nothing is told passes."""
    passing = {number: terms.pass_ for number, terms in basis(case, case.stored).inspections.items()}
    told = {**passing, **found}
    return {number: dict(told) if isinstance(told, Mapping) else {told: None} for number, told in told.items()}
