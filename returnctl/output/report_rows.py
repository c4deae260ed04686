"""The report for spreadsheets: a group a row, with the same columns whatever happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from returnctl.domain.dispute import OUTCOMES
from returnctl.domain.measures import MEASURES, SIDES, SUMS
from returnctl.domain.states import Fault, State
from returnctl.output.report_words import WHO

_KEYS: dict[str, tuple[str, ...]] = {
    "faults": tuple(Fault),
    "states": tuple(State),
    "answered_by": tuple(WHO),
}
_SPAN = ("count", "median_minutes", "p90_minutes")


def flat(row: Mapping[str, Any], by: str, currencies: Iterable[str]) -> dict[str, Any]:
    """`faults.seller`, `money.USD.refunded`: what a group has no figure of stays empty."""
    found: dict[str, Any] = {by: row["key"]}
    for name, measure in MEASURES.items():
        value = row[name]
        if name in _KEYS:
            found |= {f"{name}.{key}": value.get(key, 0) for key in _KEYS[name]}
        elif measure.unit == "minutes":
            found |= {f"{name}.{key}": value and value[key] for key in _SPAN}
        elif name in ("missed", "near"):
            found |= {f"{name}.{side}": sum(value.get(side, {}).values()) for side in SIDES}
        elif name == "money":
            found |= {f"{name}.{x}.{key}": value.get(x, {}).get(key) for x in currencies for key in SUMS}
        elif name == "disputes":
            found |= dict(_disputes(value))
        elif name == "feedback":
            found |= {"feedback.count": value["count"], "feedback.mean": value["mean"]}
            found |= {f"feedback.{stars}": many for stars, many in value["ratings"].items()}
        else:
            found[name] = value
    return found


def _disputes(value: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    yield "disputes.count", value["count"]
    yield "disputes.at_platform", value["at_platform"]
    for outcome in ("open", "accepted", *OUTCOMES):
        yield f"disputes.{outcome}", value["ended"].get(outcome, 0)


def long(told: Mapping[str, Any], currencies: Iterable[str]) -> Iterator[dict[str, Any]]:
    """An overview, a figure a row."""
    whole = flat({**told["total"], "key": None}, "key", currencies)
    whole.pop("key")
    yield from ({"figure": name, "of": "", "value": value} for name, value in whole.items())
    yield {"figure": "overdue", "of": "", "value": told["overdue"]}
    for reason in told["reasons"]:
        yield {"figure": "reason", "of": reason["reason"] or "", "value": reason["returns"]}
    for name, value in told["estimates"].items():
        if name != "handling":  # it stands above
            yield {"figure": f"estimate.{name}", "of": "", "value": value}
    for kind, found in told["stand_out"].items():
        for each in found:
            yield {"figure": f"stand_out.{kind}.rate", "of": each["key"], "value": each["rate"]}
            yield {"figure": f"stand_out.{kind}.usual", "of": each["key"], "value": each["usual"]}
