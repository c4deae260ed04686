"""The words of the report: what each figure is called, what it is, and how its values look."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from returnctl.domain.measures import MEASURES
from returnctl.output.forms import when
from returnctl.output.words import mark, say

_HOUR, _DAY = 60, 60 * 24

NAMES = {
    "returns": mark("returns"),
    "orders": mark("orders"),
    "returns_per_order": mark("returns per order"),
    "units": mark("units returned"),
    "sold": mark("units sold"),
    "unit_rate": mark("units returned of those sold"),
    "faults": mark("fault"),
    "states": mark("state"),
    "answered": mark("answered"),
    "approved": mark("approved"),
    "rejected": mark("rejected"),
    "approval_rate": mark("approval rate"),
    "rejection_rate": mark("rejection rate"),
    "answered_by": mark("answered by"),
    "parcels_refused": mark("parcels refused"),
    "first_answer": mark("to the first answer"),
    "inspection": mark("from arrival to inspection"),
    "refund": mark("to the refund"),
    "handling": mark("to the end"),
    "missed": mark("deadlines missed"),
    "near": mark("deadlines nearly missed"),
    "disputes": mark("disputes"),
    "money": mark("money"),
    "questions": mark("questions of buyers"),
    "replied": mark("replied to within 24 hours"),
    "reply_rate": mark("replies within 24 hours"),
    "feedback": mark("feedback"),
}
# One line each; `docs/report.md` has the same ones.
DEFINITIONS = {
    "returns": mark("Returns that were applied for in the period, whatever became of them."),
    "orders": mark("Orders that were placed in the period and not cancelled."),
    "returns_per_order": mark("Returns divided by orders; by reason and policy by all orders of the shop."),
    "units": mark("Units of goods that these returns asked to give back."),
    "sold": mark("Units of goods in the orders of the period."),
    "unit_rate": mark("Units returned divided by units sold."),
    "faults": mark("Whose fault the reason of the return says it was."),
    "states": mark("Where the returns stand now."),
    "answered": mark("Requests that were approved or rejected; those that the buyer withdrew first are none."),
    "approved": mark("Requests approved by hand, by a rule, by silence or with an offer."),
    "rejected": mark("Requests rejected, whatever a dispute made of them later."),
    "approval_rate": mark("Approved requests divided by answered ones."),
    "rejection_rate": mark("Rejected requests divided by answered ones."),
    "answered_by": mark("What gave the answer: a person, a rule of the policy, a deadline that passed, the platform."),
    "parcels_refused": mark("Returns whose goods were refused when they came, or never came."),
    "first_answer": mark("From the application until it was approved or rejected."),
    "inspection": mark("From the arrival of the first parcel to its inspection."),
    "refund": mark("From the application until all that was due was paid."),
    "handling": mark("From the application until the return ended or was refused."),
    "missed": mark("Deadlines that ended before the step that they asked for, by side and step."),
    "near": mark("Deadlines kept in the last tenth of their time, by side and step."),
    "disputes": mark("Returns that were contested, by how the last dispute ended."),
    "money": mark("What was paid back, kept of it, given back for shipping, and compensated by platforms."),
    "questions": mark("Times that a buyer wrote and waited for a word; several messages in a row are one."),
    "replied": mark("Questions that a message or step of the seller followed within 24 hours."),
    "reply_rate": mark("Questions replied to within 24 hours divided by all of them."),
    "feedback": mark("What buyers said of returns that ended, from 1 to 5."),
}
SUMS = {
    "refunded": mark("refunded to buyers"),
    "restocking_fees": mark("kept as restocking fees"),
    "wear": mark("kept for worn or damaged goods"),
    "return_labels": mark("kept for return labels"),
    "outbound_shipping": mark("shipping given back, within the refunds"),
    "compensated": mark("compensated by platforms"),
}
ESTIMATES = {
    "seller_fault_return_rate": mark("returns that are the seller's fault, per order"),
    "other_return_rate": mark("other returns, per order"),
    "handling": mark("after-sales handling time"),
    "replies_within_24h": mark("replies within 24 hours"),
}
WHO = {
    "hand": mark("by hand"),
    "rule": mark("by a rule of the policy"),
    "silence": mark("by a deadline that passed"),
    "platform": mark("by the platform"),
}
ENDED = {
    "open": mark("not decided yet"),
    "accepted": mark("settled by an offer"),
    "refund": mark("the buyer gets a refund"),
    "return": mark("the goods come back"),
    "none": mark("nothing came of it"),
    "compensated": mark("the seller is compensated"),
}


def text(name: str, value: Any) -> str:  # noqa: ANN401 - as JSON has it
    """A measure as people read it."""
    if value is None:
        return "-"
    unit = MEASURES[name].unit
    if unit == "share":
        return percent(value)
    if unit == "minutes":
        return say(
            "half within {median}, nine of ten within {p90} ({count})",
            median=span(value["median_minutes"]), p90=span(value["p90_minutes"]), count=number(value["count"]),
        )  # fmt: skip
    if unit == "stars":
        return say("{mean} of 5 ({count})", mean=value["mean"], count=value["count"]) if value["count"] else "-"
    return number(value)


def number(value: int) -> str:
    """With thin spaces, which every language reads alike."""
    return f"{value:,}".replace(",", "\u202f") if value >= 10_000 else str(value)


def percent(value: float | None) -> str:
    return "-" if value is None else f"{value * 100:.1f}%"


def part(count: int, of: float | None) -> str:
    return f"{number(count)} ({percent(of)})" if of is not None else number(count)


def span(minutes: int) -> str:
    if minutes >= 2 * _DAY:
        return say("{n}d", n=minutes // _DAY)
    if minutes >= _HOUR:
        return say("{n}h", n=minutes // _HOUR)
    return say("{n}min", n=minutes or "<1")


def definitions() -> list[tuple[str, str]]:
    return [(say(NAMES[name]), say(DEFINITIONS[name])) for name in MEASURES]


def named(key: str | None, by: str) -> str:
    """A group as people read it."""
    if key is None:
        return say("no reason") if by == "reason" else "-"
    return key


def period(since: datetime | None, until: datetime | None, zone: str) -> str:
    if since and until:
        return say("from {since} to {until}", since=when(since, zone), until=when(until, zone))
    if since:
        return say("since {since}", since=when(since, zone))
    return say("until {until}", until=when(until, zone)) if until else say("of all time")
