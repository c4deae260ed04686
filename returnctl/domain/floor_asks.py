"""What floors ask, in the words of a policy, and whether terms give it. In doubt they do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

from returnctl.domain.markets import MARKETS
from returnctl.domain.order import Document
from returnctl.domain.policy import Deadline, Terms, Window
from returnctl.domain.states import Fault

UNLIMITED = 1_000_000
# An end that moves off holidays and a weekend moves by less than this.
_LONGEST_REST = 7
_STARTS = ("ordered", "shipped", "delivered")
_SPANS = ("hours", "days", "working_days")


class LeastWindow(Document, frozen=True):
    """With `end_on: working_day` only that is asked, of windows about as long as `days`."""

    days: int
    starts: Literal["delivered", "ordered", "shipped"] = "delivered"
    end_on: Literal["any_day", "working_day"] = "any_day"


class Days(Document, frozen=True):
    days: int


class AskedReasons(Document, frozen=True):
    required: Literal[False] = False


class AskedRefund(Document, frozen=True):
    methods: tuple[str, ...]


class AskedDeadlines(Document, frozen=True):
    """`refund` is the most from the goods' return to the payment, `ship` the least that the buyer has."""

    refund: Days | None = None
    ship: Days | None = None


class Asks(Document, frozen=True):
    """`conditions` are all that may be asked of the goods; `conditions_not` are those that may not."""

    return_window: LeastWindow | None = None
    conditions: tuple[str, ...] | None = None
    conditions_not: tuple[str, ...] = ()
    reasons: AskedReasons | None = None
    refund: AskedRefund | None = None
    restocking_fee: Literal["none"] | None = None
    deadlines: AskedDeadlines = AskedDeadlines()


class Lack(NamedTuple):
    """`paths` in the terms, that which most likely gives too little first."""

    code: str
    paths: tuple[str, ...]
    facts: dict[str, Any]


def lacks(asks: Asks, terms: Terms, market: str, fault: Fault) -> Iterator[Lack]:
    for check in _CHECKS:
        yield from check(asks, terms, market, fault)


def _window(asks: Asks, terms: Terms, market: str, _: Fault) -> Iterator[Lack]:
    least, window = asks.return_window, terms.return_window
    if not least:
        return
    given, length = least_days(window, least.starts), _length(window)
    if least.end_on == "working_day":
        yield from _moved(terms, market, length) if 0 < given < least.days + _LONGEST_REST else ()
    elif given < least.days:
        # Long enough, were it not for how it is counted.
        order = ("starts", length) if least_days(window, window.starts) >= least.days else (length, "starts")
        paths = tuple(f"return_window/{key}" for key in (*order, "count"))
        yield Lack("under_window", paths, {"days": least.days, "starts": least.starts, "given": _spelled(window)})


def _moved(terms: Terms, market: str, length: str) -> Iterator[Lack]:
    country = MARKETS[market].country
    if terms.return_window.end_on != "working_day":
        yield Lack("under_end_on", ("return_window/end_on", f"return_window/{length}"), {})
    elif terms.holidays != country:
        yield Lack("under_holidays", ("holidays",), {"given": terms.holidays, "country": country})


def _conditions(asks: Asks, terms: Terms, _: str, fault: Fault) -> Iterator[Lack]:
    allowed = terms.conditions if asks.conditions is None else asks.conditions
    over = [code for code in terms.conditions if code not in allowed or code in asks.conditions_not]
    if over and fault not in terms.conditions_waived_for:
        yield Lack("under_conditions", ("conditions",), {"given": over})


def _reasons(asks: Asks, terms: Terms, _: str, __: Fault) -> Iterator[Lack]:
    if asks.reasons and terms.reasons.required:
        yield Lack("under_reasons", ("reasons/required",), {})


def _methods(asks: Asks, terms: Terms, _: str, __: Fault) -> Iterator[Lack]:
    missing = [method for method in (asks.refund.methods if asks.refund else ()) if method not in terms.refund.methods]
    if missing:
        yield Lack("under_methods", ("refund/methods",), {"methods": missing})


def _fee(asks: Asks, terms: Terms, _: str, fault: Fault) -> Iterator[Lack]:
    fee = terms.restocking_fee
    takes = fee.percent or any((fee.flat or {}).values())
    if asks.restocking_fee and takes and fault in fee.charged_for:
        key = "percent" if fee.percent else "flat"
        yield Lack("under_fee", (f"restocking_fee/{key}",), {})


def _refund(asks: Asks, terms: Terms, _: str, __: Fault) -> Iterator[Lack]:
    """The seller's own time counts as a whole: what is paid first has been inspected."""
    steps = ("refund", "inspect")
    given = sum(_most_days(terms.deadlines[step]) for step in steps)
    if asks.deadlines.refund and given > asks.deadlines.refund.days:
        paths = tuple(f"deadlines/{step}/{_span(terms.deadlines[step])}" for step in steps)
        yield Lack("under_refund", paths, {"days": asks.deadlines.refund.days, "given": given})


def _ship(asks: Asks, terms: Terms, _: str, __: Fault) -> Iterator[Lack]:
    """Where the sweep only reminds, the buyer's time does not end."""
    ship = terms.deadlines["ship"]
    if asks.deadlines.ship and ship.then == "expire" and _least_span(ship) < asks.deadlines.ship.days:
        span = _span(ship)
        facts = {"days": asks.deadlines.ship.days, "given": f"{span}: {getattr(ship, span)}"}
        yield Lack("under_ship", (f"deadlines/ship/{span}",), facts)


_CHECKS: tuple[Callable[[Asks, Terms, str, Fault], Iterator[Lack]], ...] = (
    _window,
    _conditions,
    _reasons,
    _methods,
    _fee,
    _refund,
    _ship,
)


def least_days(window: Window, starts: str = "delivered") -> int:
    """The whole days of the calendar after that event that a window is sure to give.

    A window that an earlier event opened, or that ends on a fixed day, gives none: the parcel may come later.
    """
    if window.unlimited:
        return UNLIMITED
    if window.none or window.until or _STARTS.index(window.starts) < _STARTS.index(starts):
        return 0
    return _least(window.days or 0, window.count)


def _least(count: int, of: str) -> int:
    """Days of 24 hours end within their last day; five working days need no weekend between them."""
    if of == "elapsed_days":
        return count - 1
    return count + 2 * ((count - 1) // 5) if of == "working_days" else count


def _least_span(deadline: Deadline) -> int:
    if deadline.hours is not None:
        return deadline.hours // 24 - 1
    if deadline.working_days is not None:
        return _least(deadline.working_days, "working_days")
    return deadline.days or 0


def _most_days(deadline: Deadline) -> int:
    """With every weekend in the way; public holidays are not counted."""
    if deadline.hours is not None:
        return -(-deadline.hours // 24)
    if deadline.working_days is not None:
        return deadline.working_days + 2 * -(-deadline.working_days // 5)
    return deadline.days or 0


def _length(window: Window) -> str:
    return next(key for key in ("none", "unlimited", "until", "days") if getattr(window, key))


def _span(deadline: Deadline) -> str:
    return next(key for key in _SPANS if getattr(deadline, key) is not None)


def _spelled(window: Window) -> str:
    """As the file writes it, with what counts."""
    length = _length(window)
    if length == "none":
        return length
    extra = {"starts": (window.starts, "delivered"), "count": (window.count, "calendar_days")}
    said = [f"{key}: {value}" for key, (value, usual) in extra.items() if value != usual]
    return ", ".join([f"{length}: {getattr(window, length)}", *said])
