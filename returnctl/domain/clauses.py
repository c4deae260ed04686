"""The clauses of a policy that matter for one return: which they are, what they say, where, and why they count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from returnctl.domain.case import Case
from returnctl.domain.casefile import standing
from returnctl.domain.eligibility import length
from returnctl.domain.explain import Explained, explain
from returnctl.domain.policy import Pinned
from returnctl.domain.record import Return, RuleOutcome
from returnctl.domain.refund import Found
from returnctl.domain.states import Event, State
from returnctl.domain.terms import Resolved

# What a code is called, by the seller and by platforms.
_FOR_READERS = frozenset({"title", "also"})
# Clauses without a line of the file come last.
_LAST = 10**9


class Why(NamedTuple):
    """`kind` is `rule`, `sum`, `deadline`, `event` or `reason`; `told` what came of it."""

    kind: str
    code: str
    told: str = ""


class Clause(NamedTuple):
    """`key` is the path of the value in the terms, empty where only the place is known."""

    key: str
    value: Any
    place: str
    why: tuple[Why, ...] = ()


class _At(NamedTuple):
    rules: Resolved
    path: str
    why: Why


def clauses(case: Case) -> tuple[Clause, ...]:
    """In the order of the file, each once with all that it decided."""
    found: dict[tuple[str, str], tuple[Any, dict[Why, None]]] = {}
    for rules, path, why in _all(explain(case)):
        key = (path, _placed(rules, path))
        found.setdefault(key, (value_at(rules, path), {}))[1][why] = None
    for place, why in _elsewhere(case):
        if not any(place == known for _, known in found):
            found.setdefault((_key_at(case.policy, place), place), (None, {}))[1][why] = None
    made = (Clause(key, value, place, tuple(why)) for (key, place), (value, why) in found.items())
    return tuple(sorted(made, key=lambda clause: (_line(clause.place), clause.key)))


def _all(found: Explained) -> Iterator[_At]:
    yield from _by_rules(found)
    yield from _by_events(found)
    yield from _by_sums(found)
    yield from _by_deadlines(found)


def _by_rules(found: Explained) -> Iterator[_At]:
    """The place that the outcome names is that of the very key."""
    first = next(iter(found.of_line.values()), found.rules)
    for outcome in found.record.eligibility:
        rules = found.of_line.get(outcome.line or "", first) if outcome.rule != "limits" else found.rules
        paths = _paths(outcome, rules, found.record)
        here = [path for path in paths if rules.place(path) == outcome.at]
        path = next((path for path in here if value_at(rules, path) is not None), next(iter(here), None))
        if path and outcome.outcome != "skip":
            yield _At(rules, path, Why("rule", outcome.rule, outcome.outcome))


def _paths(outcome: RuleOutcome, rules: Resolved, record: Return) -> tuple[str, ...]:
    code = f"reasons/catalogue/{record.reason.code}"
    known: dict[str, tuple[str, ...]] = {
        "delivered": ("return_window/starts",),
        "window": (length(rules),),
        "returnable": (length(rules),),
        "type": (f"{code}/types", "types") if "type" in outcome.facts else ("types",),
        "reason": (code, "reasons/catalogue", "reasons/required"),
        "conditions": ("conditions",),
        "evidence": (f"{code}/evidence",),
        "limits": ("limits/returns_per_buyer",),
    }
    return known.get(outcome.rule, ())


def _by_events(found: Explained) -> Iterator[_At]:
    rules = found.rules
    for entry in standing(found.record):
        facts = entry.facts
        if facts.get("because") == "deadline" or entry.event in (Event.LAPSE, Event.REMIND):
            yield _At(rules, f"deadlines/{facts.get('due')}", Why("event", entry.event))
        if entry.event == Event.REJECT and facts.get("reason") in rules.terms.reject_reasons:
            yield _At(rules, f"reject_reasons/{facts['reason']}", Why("reason", entry.event))
        for listed in ("returnless", "auto_approve"):
            for at, rule in enumerate(getattr(rules.terms, listed)):
                if "at" in facts and facts.get("rule") == rule.name and facts["at"] == rules.place(f"{listed}/{at}"):
                    yield _At(rules, f"{listed}/{at}", Why("event", entry.event))


def _by_sums(found: Explained) -> Iterator[_At]:
    for each in found.sums or ():
        if each.at and each.money.amount:
            yield _At(_rules_of(found, each), each.at, Why("sum", each.code, str(each.money.amount)))


def _rules_of(found: Explained, each: Found) -> Resolved:
    return found.of_line.get(each.line or "", found.rules) if each.code == "grade" else found.rules


def _by_deadlines(found: Explained) -> Iterator[_At]:
    record, known = found.record, found.rules.terms.deadlines
    actions = [record.due.action] if record.due else []
    if record.dispute:
        actions += ["negotiate", *(["platform"] if record.dispute.stage == "platform" else [])]
        actions += ["appeal"] if record.dispute.appeal_until else []
    if any(entry.to is State.REJECTED for entry in standing(record)):
        actions.append("dispute")
    for action in dict.fromkeys(actions):
        if action in known:
            yield _At(found.rules, f"deadlines/{action}", Why("deadline", action))


def _elsewhere(case: Case) -> Iterator[tuple[str, Why]]:
    """Places that events name beside these."""
    for entry in standing(case.stored):
        at = entry.facts.get("at")
        if isinstance(at, str) and "starts" not in entry.facts and at != "default":
            yield at, Why("event", entry.event)


def _key_at(policy: Pinned, place: str) -> str:
    """The key that stands at a place: of several on one line the outermost."""
    line = place.rpartition(":")[2]
    keys = (path for path, at in policy.places.items() if str(at) == line and path and "\n" not in path)
    return min(keys, key=len, default="")


def _placed(rules: Resolved, path: str) -> str:
    """Of a value, or of what the file gives below it."""
    below = (key for key, origin in rules.origins.items() if origin and key.startswith(f"{path}/"))
    return rules.place(path if rules.origin(path) else next(below, path))


def value_at(rules: Resolved, path: str) -> Any:  # noqa: ANN401 - any value of a policy
    """As plain values, without titles; None where nothing stands there."""
    value: Any = msgspec.to_builtins(rules.terms)
    for key in path.split("/"):
        try:
            value = value[int(key)] if isinstance(value, list | tuple) else value[key]
        except (KeyError, IndexError, ValueError, TypeError):
            return None
    if isinstance(value, dict):
        return {name: x for name, x in value.items() if name not in _FOR_READERS and x not in (None, [], (), {}, False)}
    return value


def _line(place: str) -> int:
    number = place.rpartition(":")[2]
    return int(number) if number.isdecimal() else _LAST
