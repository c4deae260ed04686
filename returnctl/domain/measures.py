"""What returns come to together: counts of what each had, and the measures that are made of them.

A return counts in the period in which it was applied for, an order in that in which it was placed. Money is counted
by currency and never added across them. What each of `MEASURES` is, `output.report.DEFINITIONS` says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import sqrt
from typing import Any, Literal, NamedTuple

from msgspec import Struct, field

from returnctl.domain.figures import MONEY, Traits, major

Unit = Literal["count", "share", "minutes", "money", "stars"]
By = Literal["reason", "sku", "policy", "buyer", "account", "month"]

# A SKU or buyer stands out from so many on, where even the least that is likely is so many times what is usual.
LEAST, TIMES = 5, 2
# The lower bound of a rate, by how many standard errors: by chance one of some seven hundred lies under it.
_ERRORS = 3
# What a SKU sold before the period must be so many, for its own rate to be the usual one.
KNOWN = 20


class Measure(NamedTuple):
    """A share is of another measure; `at` is the instant by which what is counted belongs to a period."""

    unit: Unit
    of: str = ""
    at: Literal["applied", "ordered"] = "applied"


MEASURES: dict[str, Measure] = {
    "returns": Measure("count"),
    "orders": Measure("count", at="ordered"),
    "returns_per_order": Measure("share", "orders"),
    "units": Measure("count"),
    "sold": Measure("count", at="ordered"),
    "unit_rate": Measure("share", "sold"),
    "faults": Measure("count"),
    "states": Measure("count"),
    "answered": Measure("count"),
    "approved": Measure("count"),
    "rejected": Measure("count"),
    "approval_rate": Measure("share", "answered"),
    "rejection_rate": Measure("share", "answered"),
    "answered_by": Measure("count"),
    "parcels_refused": Measure("count"),
    "first_answer": Measure("minutes"),
    "inspection": Measure("minutes"),
    "refund": Measure("minutes"),
    "handling": Measure("minutes"),
    "missed": Measure("count"),
    "near": Measure("count"),
    "disputes": Measure("count"),
    "money": Measure("money"),
    "questions": Measure("count"),
    "replied": Measure("count"),
    "reply_rate": Measure("share", "questions"),
    "feedback": Measure("stars"),
}
# By their names in the index.
SPANS = {"first_answer": "answered", "inspection": "inspected", "refund": "refunded", "handling": "ended"}
# As reports name what the index has as `MONEY`.
SUMS = ("refunded", "restocking_fees", "wear", "return_labels", "outbound_shipping", "compensated")
SIDES = ("seller", "buyer")


class Span(Struct, frozen=True):
    """Of so many: the half took no longer than `median` minutes, nine of ten no longer than `p90`."""

    count: int
    median: int = field(name="median_minutes")
    p90: int = field(name="p90_minutes")


class Group(Struct, frozen=True, kw_only=True):
    """Returns that are counted together; `orders` and `sold` are None where nothing is sold by this key."""

    key: str | None
    counts: Mapping[str, int]
    spans: Mapping[str, Span] = {}
    orders: int | None = None
    units: int | None = None
    sold: int | None = None


class Outlier(Struct, frozen=True):
    """Far above what is usual: `least` is the lowest rate that is still likely."""

    key: str
    returned: int
    of: int
    rate: float
    least: float
    usual: float


# --- counting


def features(traits: Traits) -> Iterator[tuple[str, int]]:
    """What a return with these traits adds to the counts of its group."""
    yield f"state/{traits.state}", 1
    yield f"fault/{traits.fault}", 1
    if traits.answer:
        yield f"answer/{traits.answer}", 1
        yield f"by/{traits.answered_by}", 1
    if traits.refused:
        yield "refused", 1
    if traits.dispute:
        yield f"dispute/{traits.dispute}", 1
        yield "at_platform", int(traits.at_platform)
    yield from ((f"late/{late}", 1) for late in traits.late)
    yield "asked", traits.asked
    yield "replied", traits.replied
    if traits.rating:
        yield f"rating/{traits.rating}", 1


def money_keys(currency: str) -> tuple[str, ...]:
    return tuple(f"money/{currency}/{name}" for name in MONEY)


def span_of(lengths: Sequence[tuple[int, int]]) -> Span | None:
    """`lengths` are minutes and how many took them, the shortest first."""
    count = sum(many for _, many in lengths)
    return Span(count, _at(lengths, count, 0.5), _at(lengths, count, 0.9)) if count else None


def _at(lengths: Sequence[tuple[int, int]], count: int, share: float) -> int:
    """The shortest that so large a share did not pass."""
    passed = 0
    for minutes, many in lengths:
        passed += many
        if passed >= share * count:
            return minutes
    return lengths[-1][0]


def together(groups: Iterable[Mapping[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for counts in groups:
        total.update(counts)
    return total


# --- measures


def measures(group: Group) -> dict[str, Any]:
    """By the names of `MEASURES`, as the contract writes them; a share of nothing is null."""
    counts = group.counts
    below = _below(counts)
    answers = below["answer"]
    answered, rejected = sum(answers.values()), answers.get("reject", 0)
    return {
        "returns": counts.get("returns", 0),
        "orders": group.orders,
        "returns_per_order": share(counts.get("returns", 0), group.orders),
        "units": group.units,
        "sold": group.sold,
        "unit_rate": share(group.units or 0, group.sold),
        "faults": below["fault"],
        "states": below["state"],
        "answered": answered,
        "approved": answered - rejected,
        "rejected": rejected,
        "approval_rate": share(answered - rejected, answered),
        "rejection_rate": share(rejected, answered),
        "answered_by": below["by"],
        "parcels_refused": counts.get("refused", 0),
        **{name: group.spans.get(name) for name in SPANS},
        "missed": _late(below["late"], "missed"),
        "near": _late(below["late"], "near"),
        "disputes": _disputes(below["dispute"], counts),
        "money": _money(below["money"]),
        "questions": counts.get("asked", 0),
        "replied": counts.get("replied", 0),
        "reply_rate": share(counts.get("replied", 0), counts.get("asked", 0)),
        "feedback": _feedback(below["rating"]),
    }


def _below(counts: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """The counts with a slash by what stands before it."""
    found: dict[str, dict[str, int]] = {
        name: {} for name in ("answer", "by", "fault", "state", "late", "dispute", "money", "rating")
    }
    for key, count in sorted(counts.items()):
        name, slash, rest = key.partition("/")
        if slash and count:
            found[name][rest] = count
    return found


def rate(some: int, of: int | None) -> float | None:
    return some / of if of else None


def share(some: int, of: int | None) -> float | None:
    """As it is told; a rate that others are held against is not rounded."""
    exact = rate(some, of)
    return None if exact is None else round(exact, 4)


def _late(late: Mapping[str, int], which: str) -> dict[str, dict[str, int]]:
    """By side, then by step."""
    found: dict[str, dict[str, int]] = {side: {} for side in SIDES}
    for key, count in late.items():
        side, kind, step = key.split(":")
        if kind == which:
            found.setdefault(side, {})[step] = count
    return found


def _disputes(ended: Mapping[str, int], counts: Mapping[str, int]) -> dict[str, Any]:
    return {"count": sum(ended.values()), "at_platform": counts.get("at_platform", 0), "ended": dict(ended)}


def _money(sums: Mapping[str, int]) -> dict[str, dict[str, str]]:
    """By currency."""
    currencies = sorted({key.partition("/")[0] for key in sums})
    named = tuple(zip(SUMS, MONEY, strict=True))
    return {x: {name: str(major(sums.get(f"{x}/{each}", 0), x)) for name, each in named} for x in currencies}


def _feedback(ratings: Mapping[str, int]) -> dict[str, Any]:
    count = sum(ratings.values())
    stars = sum(int(rating) * many for rating, many in ratings.items())
    every = {str(rating): ratings.get(str(rating), 0) for rating in range(1, 6)}
    return {"count": count, "mean": round(stars / count, 2) if count else None, "ratings": every}


def estimates(whole: Mapping[str, Any]) -> dict[str, Any]:
    """What a platform judges a shop by, as near as our data allow; it counts otherwise, and more.

    Its rate of negative reviews cannot be known here.
    """
    seller = whole["faults"].get("seller", 0)
    return {
        "seller_fault_return_rate": share(seller, whole["orders"]),
        "other_return_rate": share(whole["returns"] - seller, whole["orders"]),
        "handling": whole["handling"],
        "replies_within_24h": whole["reply_rate"],
    }


# --- what stands out


def lower_bound(some: int, of: int) -> float:
    """The lower end of Wilson's interval: what the rate is at least, unless chance was unlikely kind or unkind."""
    if not of:
        return 0.0
    rate, z = min(some, of) / of, _ERRORS
    middle = rate + z * z / (2 * of)
    return max(0.0, (middle - z * sqrt(rate * (1 - rate) / of + z * z / (4 * of * of))) / (1 + z * z / of))


def outlier(key: str, some: int, of: int, usual: float | None) -> Outlier | None:
    """None where it does not stand out, or where nobody knows what is usual."""
    if some < LEAST or not of or not usual:
        return None
    least = lower_bound(some, of)
    return (
        Outlier(key, some, of, round(some / of, 4), round(least, 4), round(usual, 4)) if least > TIMES * usual else None
    )
