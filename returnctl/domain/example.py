"""A worked example of a policy: the latest days of a return that is applied for the day after delivery."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from msgspec import Struct

from returnctl.domain import deadlines
from returnctl.domain.calendar import DAY, end_of, later_local_days, local_day, start_of
from returnctl.domain.eligibility import window_end
from returnctl.domain.money import ZERO
from returnctl.domain.order import Order
from returnctl.domain.policy import PolicySource
from returnctl.domain.publication import an_order, only
from returnctl.domain.states import Fault, Kind
from returnctl.domain.terms import Asked, Resolved, resolve

_NOON = timedelta(hours=12)
_MOMENT = timedelta(seconds=1)
# Days on the way, to the buyer and back.
_ON_THE_WAY = 3


class Step(Struct, frozen=True):
    """`at` is the instant of an event, or the half-open end of a time."""

    code: str
    at: datetime
    is_end: bool = True

    def day(self, zone: str) -> date:
        return local_day(self.at - _MOMENT if self.is_end else self.at, zone)

    def is_day(self, zone: str) -> bool:
        """Whether the day alone tells it: the time runs to the day's very end."""
        return not self.is_end or end_of(self.day(zone), zone) == self.at


class Example(Struct, frozen=True):
    """`rules` hold for goods that no override by total, SKU, category, reason or account touches."""

    rules: Resolved
    steps: tuple[Step, ...]


def example(policy: PolicySource, market: str, now: datetime) -> Example | None:
    """Of an order placed now, or when the policy begins; None where the buyer may not return it at all."""
    order = _order(policy, market, now)
    rules = resolve(only(policy, {"markets", "ordered", "faults"}), Asked(order, Fault.BUYER, None, ZERO))
    if rules.terms.return_window.none:
        return None
    ends = window_end(order, rules)
    arrived = order.delivered_at or order.ordered_at
    applied = min(arrived + DAY, ends - _MOMENT) if ends else arrived + DAY
    steps = [Step("ordered", order.ordered_at, is_end=False), Step("delivered", arrived, is_end=False)]
    steps += [Step("window", ends)] if ends else []
    steps += [Step("apply", applied, is_end=False), *_latest(rules, applied)]
    return Example(rules, tuple(steps))


def _order(policy: PolicySource, market: str, now: datetime) -> Order:
    """Ordered at noon, delivered some days later at noon."""
    zone = policy.body["timezone"]
    first = policy.body.get("effective", {}).get("from")
    day = max(local_day(now, zone), date.fromisoformat(first) if first else date.min)
    ordered = start_of(day, zone) + _NOON
    return an_order(market, ordered, later_local_days(ordered, _ON_THE_WAY, zone))


def _latest(rules: Resolved, applied: datetime) -> list[Step]:
    """Each step at the last moment of its time."""
    steps = [_step("review", rules, applied)]
    kind = rules.terms.types[0]
    if kind is not Kind.REFUND_ONLY:
        steps.append(_step("ship", rules, steps[-1].at - _MOMENT))
        came = later_local_days(steps[-1].at - _MOMENT, _ON_THE_WAY, rules.terms.timezone)
        steps += [Step("receive", came, is_end=False), _step("inspect", rules, came)]
    last = "replace" if kind is Kind.REPLACEMENT else "refund"
    return [*steps, _step(last, rules, steps[-1].at - _MOMENT)]


def _step(code: str, rules: Resolved, opened: datetime) -> Step:
    return Step(code, deadlines.ends_at(rules.terms.deadlines[code], rules, opened))
