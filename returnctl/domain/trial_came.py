"""What came of a made-up application: every value that a case may expect, and the place that decided it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from returnctl.domain.calendar import local_day
from returnctl.domain.case import Case
from returnctl.domain.eligibility import Question, ends, evaluate
from returnctl.domain.money import ZERO
from returnctl.domain.record import Breakdown, Happened, RuleOutcome, WorksheetLine
from returnctl.domain.states import Event, Fault, Role
from returnctl.domain.terms import Resolved

# The last moment before an end, which is half-open.
_MOMENT = timedelta(microseconds=1)


# What is known of an application that is refused.
_WITHOUT_STEPS = frozenset({"eligible", "failed", "window_ends", "fault", "type"})


class Came(Struct, frozen=True):
    """`values` by the paths of `expect`; `places` of the values that some line of the policy decided.

    A path of money, or of a deadline, that has no value here came to nothing; a refusal decides that, at `refused_at`.
    """

    values: dict[str, Any]
    places: dict[str, str]
    zone: str
    refused_at: str | None = None


class Difference(Struct, frozen=True):
    """`at` is where the policy decided it."""

    key: str
    expected: Any
    actual: Any
    at: str | None


def instant(text: str, zone: str) -> datetime:
    """As cases write it: a day alone is its noon, and a time without a zone is this one's."""
    told = datetime.fromisoformat(text if "T" in text else f"{text}T12:00")
    return (told if told.tzinfo else told.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def refused(question: Question) -> Came:
    outcomes = evaluate(question)
    values = {**_of_question(question, outcomes), "eligible": False, "automatic": "none", "rule": "none"}
    places = _places(question, outcomes, ())
    decided = {key: place for key, place in places.items() if key in _WITHOUT_STEPS}
    return Came(values, decided, question.rules.terms.timezone, places.get("failed"))


def accepted(question: Question, cases: list[Case]) -> Came:
    """`cases` are the return as each step left it."""
    record, rules = cases[-1].stored, cases[-1].rules()
    rule = next((x for x in record.history if x.event == Event.APPROVE and x.role is Role.SYSTEM), None)
    dues = {case.stored.due.action: case.stored.due.at for case in cases if case.stored.due}
    values = {
        **_of_question(question, record.eligibility),
        "eligible": True,
        "automatic": ("returnless" if record.returnless else "approve") if rule else "none",
        "rule": rule.facts["rule"] if rule else "none",
        **_money(record.breakdown),
        **{f"deadlines/{action}": at for action, at in dues.items()},
    }
    lines = record.breakdown.lines if record.breakdown else ()
    return Came(values, _places(question, record.eligibility, lines) | _by_rule(rule), rules.terms.timezone)


def _of_question(question: Question, outcomes: Iterable[RuleOutcome]) -> dict[str, Any]:
    return {
        "failed": list(dict.fromkeys(x.rule for x in outcomes if x.outcome == "fail")),
        "window_ends": min((end for _, end in ends(question)), default=None),
        "fault": question.fault.value,
        "type": question.kind.value,
    }


def _money(breakdown: Breakdown | None) -> dict[str, Decimal]:
    """The total and the fee, and the sums by code and by line."""
    sums: dict[str, Decimal] = {}
    for line in breakdown.lines if breakdown else ():
        for key in (f"breakdown/{line.code}", *([f"lines/{line.line}"] if line.line else [])):
            sums[key] = sums.get(key, ZERO) + line.amount
    fee = -sums.get("breakdown/restocking_fee", ZERO)
    return {**sums, "refund": breakdown.total if breakdown else ZERO, "fee": fee}


# --- where it was decided


def _places(
    question: Question, outcomes: tuple[RuleOutcome, ...], worksheet: Iterable[WorksheetLine]
) -> dict[str, str]:
    rules, code = question.rules, question.code
    failing = _joined(x.at for x in outcomes if x.outcome == "fail")
    lasts = sorted((end, number) for number, end in ends(question))
    windows = {x.line: x.at for x in outcomes if x.rule == "window" and x.at}
    window = windows.get(lasts[0][1]) if lasts else next(iter(windows.values()), None)
    places = {
        "eligible": failing,
        "failed": failing,
        "window_ends": window or "",
        "fault": rules.place(f"reasons/catalogue/{code}/fault"),
        "type": rules.place("types"),
        "automatic": rules.place("auto_approve"),
        "rule": rules.place("auto_approve"),
        **{f"deadlines/{name}": rules.place(_of_deadline(rules, name)) for name in rules.terms.deadlines},
        **_of_worksheet(rules, question.fault, list(worksheet)),
    }
    return {key: place for key, place in places.items() if place}


def _by_rule(rule: Happened | None) -> dict[str, str]:
    return dict.fromkeys(("automatic", "rule"), rule.facts["at"]) if rule else {}


def _of_deadline(rules: Resolved, name: str) -> str:
    deadline = rules.terms.deadlines[name]
    length = next(key for key in ("hours", "days", "working_days") if getattr(deadline, key) is not None)
    return f"deadlines/{name}/{length}"


def _of_fee(rules: Resolved) -> str:
    fee = rules.terms.restocking_fee
    return f"restocking_fee/{'none' if fee.none else 'flat' if fee.flat is not None else 'percent'}"


def _of_worksheet(rules: Resolved, fault: Fault, lines: list[WorksheetLine]) -> dict[str, str]:
    """What is given or kept beside the goods themselves has its place, and so has what it adds up to."""
    found = [(line, place) for line in lines if (place := _of_line(rules, fault, line))]
    places = {
        f"breakdown/{code}": _joined(p for x, p in found if x.code == code) for code in {x.code for x, _ in found}
    }
    of_lines = {f"lines/{n}": _joined(p for x, p in found if x.line == n) for n in {x.line for x in lines if x.line}}
    fee = rules.place(_of_fee(rules))
    return {**places, **of_lines, "fee": fee, "refund": _joined(place for _, place in found)}


def _of_line(rules: Resolved, fault: Fault, line: WorksheetLine) -> str | None:
    paths = {
        "grade": f"inspection/grades/{line.grade}/pays",
        "restocking_fee": _of_fee(rules),
        "outbound_shipping": "refund/outbound_shipping",
        "return_label": f"return_shipping/{fault}/deduct",
    }
    return rules.place(paths[line.code]) if line.code in paths else None


def _joined(places: Iterable[str | None]) -> str:
    return ", ".join(dict.fromkeys(place for place in places if place))


# --- compared


def differences(expected: dict[str, Any], came: Came) -> Iterator[Difference]:
    """What came out otherwise, of what is expected by its path; a day is the one that the last moment lies in."""
    for key, wanted in expected.items():
        actual = _as_told(came.values.get(key, _nothing(key)), wanted, came.zone)
        if _same(key, wanted, actual, came.zone):
            continue
        yield Difference(key, wanted, actual, came.places.get(key, came.refused_at))


def _nothing(key: str) -> Decimal | None:
    return ZERO if key.partition("/")[0] in ("fee", "refund", "lines", "breakdown") else None


def _as_told(actual: Any, wanted: Any, zone: str) -> Any:  # noqa: ANN401 - any value of a case
    """An end in the way it is told: as a day, or as an instant."""
    if actual is None:
        return "none"
    if not isinstance(actual, datetime):
        return actual
    by_day = isinstance(wanted, str) and "T" not in wanted
    return local_day(actual - _MOMENT, zone) if by_day else actual


def _same(key: str, wanted: Any, actual: Any, zone: str) -> bool:  # noqa: ANN401
    if isinstance(actual, datetime):
        return bool(wanted != "none" and instant(wanted, zone) == actual)
    if isinstance(actual, date):
        return bool(wanted == actual.isoformat())
    return bool(sorted(wanted) == sorted(actual) if key == "failed" else wanted == actual)
