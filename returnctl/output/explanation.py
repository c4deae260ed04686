"""`policy explain`: every rule, value and sum of a return, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from returnctl.domain.automatic import by_hand
from returnctl.domain.eligibility import failed
from returnctl.domain.explain import Explained, Tried, WindowReckoned
from returnctl.domain.money import Money
from returnctl.domain.record import WorksheetLine
from returnctl.domain.refund import Found
from returnctl.output.clean import clean
from returnctl.output.failures import told
from returnctl.output.forms import money, when, word
from returnctl.output.policies import cells_of_value, values_of
from returnctl.output.returns import eligibility
from returnctl.output.rows import aligned
from returnctl.output.words import mark, say
from returnctl.output.worksheet import worksheet

_WINDOW = (mark("line"), mark("step"), mark("at"), mark("set in"))
_TRIED = (mark("without a look"), mark("rule"), mark("set in"), mark("what it asks and does not find"))
_SUMS = (mark("what for"), mark("line"), mark("amount"), mark("how"), mark("set in"))
_VALUES = (mark("line"), mark("key"), mark("value"), mark("set in"), mark("override"))
_COUNTED = {
    "calendar_days": mark("{days} calendar days"),
    "elapsed_days": mark("{days} times 24 hours"),
    "working_days": mark("{days} working days"),
}
_EVENTS = {"ordered": mark("ordered"), "shipped": mark("shipped"), "delivered": mark("delivered")}
# How a part of the worksheet came about, by its code; and why it comes to nothing.
_HOW = {
    "item": mark("{units} of {of} units, {price} paid for all"),
    "grade": mark("{grade}: {units} units pay {pays}% of {of}"),
    "outbound_shipping": mark("by the rule: {rule}"),
    "return_label": mark("the way back, for the fault {fault}"),
}
_NOT = {
    "outbound_shipping": mark("not by the rule: {rule}"),
    "return_label": mark("nothing for the fault {fault}"),
}
_MOST_DAYS = 12


def explanation(found: Explained, *, in_full: bool) -> str:
    """As paragraphs and tables; with all values, or with those that the file gives."""
    return "\n\n".join(part for part in _parts(found, in_full=in_full) if part)


def explanation_json(found: Explained, *, of_a_return: bool) -> dict[str, Any]:
    """`explanation/v1`: `return` is null for what is only wished for."""
    record = found.record
    return {
        "returnctl": "explanation/v1",
        "return": record.id if of_a_return else None,
        "order": record.order.id,
        "policy": msgspec.to_builtins(record.policy),
        "rules": msgspec.to_builtins(record.eligibility),
        "verdict": _verdict(found),
        "windows": [msgspec.to_builtins(each) for each in found.windows],
        "automatic": msgspec.to_builtins(found.tried),
        "breakdown": list(_breakdown_json(found)),
        "total": found.breakdown and str(found.breakdown.total),
        "currency": record.currency,
        "lacking": found.lacking and {"code": found.lacking.code, "facts": found.lacking.facts},
        "values": list(_values(found)),
    }


def _parts(found: Explained, *, in_full: bool) -> Iterator[str]:
    record = found.record
    yield aligned(
        [
            [say("order"), clean(record.order.id)],
            [say("policy"), f"{record.policy.name} v{record.policy.version} {record.policy.commit or ''}".strip()],
            [say("reason"), clean(f"{record.reason.code or ''} ({word(record.reason.fault)})".strip())],
            [say("by these rules"), _sentence(found)],
        ]
    )
    yield eligibility(record, next((each.zone for each in found.windows), "UTC"))
    yield aligned([row for each in found.windows for row in _window_rows(each)], _said(_WINDOW))
    yield aligned(list(map(_tried_row, found.tried)), _said(_TRIED)) if found.tried else ""
    yield _money(found)
    yield aligned([_value_row(row) for row in _values(found) if in_full or _decides(row)], _said(_VALUES))
    yield "" if in_full else say("Defaults, titles and words are left out; -v shows them too.")


def _said(headings: tuple[str, ...]) -> list[str]:
    return [say(heading) for heading in headings]


# --- what the rules come to


def _verdict(found: Explained) -> dict[str, Any]:
    """What an application would come to by these rules: refused, requested, or approved by one of them."""
    record = found.record
    refused = [each.rule for each in failed(record.eligibility)]
    rule = automatic_of(found)
    if refused:
        return {"outcome": "refused", "failed": refused}
    return {"outcome": "approved", "rule": rule.rule, "at": rule.place} if rule else {"outcome": "requested"}


def automatic_of(found: Explained) -> Tried | None:
    """The rule that decides without a look."""
    if by_hand(found.record) or found.record.external:
        return None
    return next((each for each in found.tried if not each.misses), None)


def _sentence(found: Explained) -> str:
    verdict = _verdict(found)
    if verdict["outcome"] == "refused":
        return say("not allowed: {rules}", rules=", ".join(word(rule) for rule in dict.fromkeys(verdict["failed"])))
    if verdict["outcome"] == "approved":
        return say("allowed, and approved without a look by `{rule}` ({at})", rule=verdict["rule"], at=verdict["at"])
    return say("allowed; the seller decides")


# --- the window


def _window_rows(each: WindowReckoned) -> Iterator[list[str]]:
    """A row for each step of the counting."""
    places, window = each.places, each.window
    yield [each.line, say(_EVENTS[each.starts]), _instant(each.event_at, each.zone), word(places["starts"])]
    if each.counted_from != each.event_at and window.if_not_delivered:
        step = say("not told as delivered: {days} days on", days=window.if_not_delivered.add_days)
        yield ["", step, _instant(each.counted_from, each.zone), word(places["starts"])]
    yield ["", _length_text(each), _instant(each.plain_end, each.zone), word(places["length"])]
    if each.skipped:
        yield ["", say("without {days}", days=_days(each)), "", word(places["end_on"])]
    if each.ends != each.plain_end:
        yield ["", say("moved to a working day"), _instant(each.ends, each.zone), word(places["end_on"])]


def _instant(instant: datetime | None, zone: str) -> str:
    return when(instant, zone) or say("not yet")


def _length_text(each: WindowReckoned) -> str:
    window = each.window
    if window.none or window.unlimited:
        return say("no return") if window.none else say("without an end")
    if window.until:
        return say("until the end of {day}", day=window.until)
    return say(_COUNTED[window.count], days=window.days)


def _days(each: WindowReckoned) -> str:
    told = " ".join(map(str, each.skipped[:_MOST_DAYS]))
    return told + (" …" if len(each.skipped) > _MOST_DAYS else "")


# --- what is decided without a look


def _tried_row(each: Tried) -> list[str]:
    return [each.kind, clean(each.rule), each.place, " ".join(each.misses) or say("it holds")]


# --- the money


def _money(found: Explained) -> str:
    if found.lacking:
        return told(found.lacking.code, found.lacking.facts).what
    if found.sums is None:
        return worksheet(found.breakdown, found.record.currency) if found.breakdown else ""
    rows = [_sum_row(found, each) for each in found.sums]
    total = found.breakdown.total if found.breakdown else None
    currency = found.record.currency
    rows += [
        [word(x.code), "", money(x.amount, currency), say("no more than the order bears"), ""] for x in _limits(found)
    ]
    return aligned([*rows, [say("total"), "", money(total, currency), "", ""]], _said(_SUMS))


def _sum_row(found: Explained, each: Found) -> list[str]:
    amount = money(each.money.amount, found.record.currency)
    return [word(each.code), each.line or "", amount, _how(each), word(_place(found, each))]


def _breakdown_json(found: Explained) -> Iterator[dict[str, Any]]:
    """It sums to the total: what was agreed stands for itself, and what the order no longer bears comes last."""
    yield from (_sum_json(found, each) for each in found.sums or ())
    for line in _limits(found) if found.sums is not None else _lines(found):
        amount = Money(found.record.currency, line.net, line.tax)
        yield _sum_json(found, Found(line.code, amount, line.line, line.grade))


def _lines(found: Explained) -> tuple[WorksheetLine, ...]:
    return found.breakdown.lines if found.breakdown else ()


def _limits(found: Explained) -> list[WorksheetLine]:
    return [line for line in _lines(found) if line.code == "limit"]


def _sum_json(found: Explained, each: Found) -> dict[str, Any]:
    part = {"code": each.code, "line": each.line, "grade": each.grade, "net": each.money.net, "tax": each.money.tax}
    rest = {"amount": each.money.amount, "at": _place(found, each) or None, "facts": each.facts}
    values: dict[str, Any] = msgspec.to_builtins(part | rest)
    return values


def _place(found: Explained, each: Found) -> str:
    if each.at is None:
        return ""
    rules = found.of_line.get(each.line or "", found.rules) if each.code == "grade" else found.rules
    return rules.place(each.at)


def _how(each: Found) -> str:
    """In words, by what went into it."""
    facts = {name: word(fact) if isinstance(fact, str) else fact for name, fact in each.facts.items()}
    if each.code == "restocking_fee":
        return _how_of_fee(each, facts)
    if facts.get("given"):
        return say("given back with another return")
    text = _HOW.get(each.code, "") if each.money.amount or each.code in ("item", "grade") else _NOT.get(each.code, "")
    return say(text, **{"grade": clean(each.grade or ""), **facts}) if text else ""


def _how_of_fee(each: Found, facts: dict[str, Any]) -> str:
    if "max" in facts:
        return say("{percent}% of {of}, at most {max}", **facts)
    if "percent" in facts:
        return say("{percent}% of {of}", **facts)
    return say("not for the fault {fault}", **facts) if "fault" in facts else say("flat") if each.line else say("none")


# --- the values


def _values(found: Explained) -> Iterator[dict[str, Any]]:
    """Those of the whole return, then those of its lines that are others."""
    whole = list(values_of(found.rules))
    yield from ({"line": None, **row} for row in whole)
    for number, rules in found.of_line.items():
        yield from ({"line": number, **row} for row in values_of(rules) if row not in whole)


def _decides(row: Mapping[str, Any]) -> bool:
    """Whether the file gives it, and it is no text for people."""
    key: str = row["id"]
    return row["from"] != "default" and not key.startswith("wording/") and "/title/" not in key


def _value_row(row: Mapping[str, Any]) -> list[str]:
    return [row["line"] or "", *cells_of_value(row), clean(row["override"] or "")]
