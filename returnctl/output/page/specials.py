"""Overrides in words for buyers: for which orders and goods, what holds then, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from returnctl.domain.publication import Promise, Special
from returnctl.domain.states import Fault
from returnctl.domain.terms import Resolved
from returnctl.output.page import phrases
from returnctl.output.page.blocks import Block, Bullets, Heading, Paragraph, Text, plain
from returnctl.output.page.reader import Reader, joined, semicolon
from returnctl.output.page.steps import step
from returnctl.output.words import say

Values = Any


def specials(promise: Promise, to: Reader) -> Iterator[Block]:
    """A heading for each, what it changes, and its reason."""
    for special in promise.specials:
        told = tuple(_changes(special, to))
        if told:
            yield Heading(3, _when(special.override["when"], promise.plain, to).text)
            yield Bullets(told)
            because = special.override.get("because")
            yield from [Paragraph(why(because, to))] if because else []


def why(because: str, to: Reader) -> Text:
    return Text(say("Why: {because}", to.language, because=plain(because)))


# --- when


def _when(when: dict[str, Any], rules: Resolved, to: Reader) -> Text:
    return joined([part for key, tell in _WHEN.items() if key in when for part in tell(when[key], rules, to)], " · ")


def _ordered(spans: Values, _: Resolved, to: Reader) -> Iterator[Text]:
    first, last = (to.day(date.fromisoformat(spans[key])) if key in spans else "" for key in ("from", "until"))
    if first and last:
        yield Text(say("Orders from {first} to {last}", to.language, first=first, last=last))
    elif first:
        yield Text(say("Orders from {first} on", to.language, first=first))
    else:
        yield Text(say("Orders up to {last}", to.language, last=last))


def _total(span: Values, _: Resolved, to: Reader) -> Iterator[Text]:
    least, below = (to.money(span[key], f"total/{key}") if key in span else "" for key in ("from", "below"))
    if least and below:
        yield Text(say("Goods that cost {least} or more, but less than {below}", to.language, least=least, below=below))
    elif least:
        yield Text(say("Goods that cost {least} or more", to.language, least=least))
    else:
        yield Text(say("Goods that cost less than {below}", to.language, below=below))


def _at_most(amounts: Values, _: Resolved, to: Reader) -> Iterator[Text]:
    yield Text(say("Goods that cost {most} or less", to.language, most=to.money(amounts, "max_total")))


def _faults(faults: Values, _: Resolved, to: Reader) -> Iterator[Text]:
    yield Text(to.any_of(phrases.cause(Fault(fault), to) for fault in faults))


def _reasons(codes: Values, rules: Resolved, to: Reader) -> Iterator[Text]:
    catalogue = rules.terms.reasons.catalogue
    found = [phrases.reason(code, catalogue[code], to).text for code in codes if code in catalogue]
    yield Text(say("Reason: {reasons}", to.language, reasons=to.any_of(found or codes)))


def _categories(patterns: Values, _: Resolved, to: Reader) -> Iterator[Text]:
    yield Text(say("Goods in {categories}", to.language, categories=_like(patterns, to)))


def _skus(patterns: Values, _: Resolved, to: Reader) -> Iterator[Text]:
    yield Text(say("Items {skus}", to.language, skus=_like(patterns, to)))


def _accounts(patterns: Values, _: Resolved, to: Reader) -> Iterator[Text]:
    yield Text(say("Orders at {accounts}", to.language, accounts=_like(patterns, to)))


def _like(patterns: list[str], to: Reader) -> str:
    return to.all_of(plain(pattern).replace("*", "…") for pattern in patterns)


_WHEN: dict[str, Callable[[Values, Resolved, Reader], Iterator[Text]]] = {
    "accounts": _accounts,
    "ordered": _ordered,
    "categories": _categories,
    "skus": _skus,
    "total": _total,
    "max_total": _at_most,
    "faults": _faults,
    "reasons": _reasons,
}


# --- what holds then


def _changes(special: Special, to: Reader) -> Iterator[Text]:
    """Of the keys that are for buyers; a reminder is not."""
    for key in special.keys:
        if key in _SET:
            yield from _SET[key](special, to)


def _window(special: Special, to: Reader) -> Iterator[Text]:
    terms, given = special.rules.terms, special.override["set"]["return_window"]
    yield Text(phrases.may_apply(terms.return_window, to))
    if special.override.get("extend_only"):
        yield Text(say("This holds where it is longer than what else holds, and only then.", to.language))
    if isinstance(given, dict):
        yield from map(Text, phrases.how_counted(terms, to, set(given) - {"days"}))


def _conditions(special: Special, to: Reader) -> Iterator[Text]:
    told = phrases.conditions(special.rules.terms, to)
    if told.text:
        yield Text(say("The goods must be: {conditions}.", to.language, conditions=told.text), told.language)
    else:
        yield Text(say("Nothing is asked of the goods.", to.language))


def _waived(special: Special, to: Reader) -> Iterator[Text]:
    told = phrases.not_asked(special.rules.terms, to)
    yield Text(told or say("What the goods must be is asked in every case.", to.language))


def _kinds(special: Special, to: Reader) -> Iterator[Text]:
    yield Text(phrases.may_ask(special.rules.terms.types, to))


def _why_return(special: Special, to: Reader) -> Iterator[Text]:
    terms, given = special.rules.terms.reasons, special.override["set"]["reasons"]
    if "required" in given:
        yield Text(phrases.must_give_reason(terms.required, to))
    for code in given.get("catalogue", {}):
        about = terms.catalogue[code]
        name, shown = phrases.reason(code, about, to), phrases.evidence(about.evidence, to)
        facts = [name, Text(phrases.cause(about.fault, to)), *([Text(shown)] if shown else [])]
        yield joined(facts, " · ")


def _refusals(special: Special, to: Reader) -> Iterator[Text]:
    found = [to.own(each.title) for each in special.rules.terms.reject_reasons.values()]
    yield Text(say("Why we may refuse: {reasons}", to.language, reasons=semicolon(to).join(x.text for x in found if x)))


def _refund(special: Special, to: Reader) -> Iterator[Text]:
    terms, given = special.rules.terms.refund, special.override["set"]["refund"]
    if "methods" in given:
        yield Text(phrases.refunded(terms, to))
    if "outbound_shipping" in given:
        yield Text(phrases.shipping_paid(terms, to))


def _fee(special: Special, to: Reader) -> Iterator[Text]:
    terms = special.rules.terms.restocking_fee
    faults = [] if terms.none else terms.charged_for
    for fault in faults or (Fault.BUYER,):
        told = to.label(say("Restocking fee", to.language), phrases.fee(terms, fault, to))
        yield Text(f"{told} · {phrases.cause(fault, to)}" if len(faults) > 1 else told)


def _way_back(special: Special, to: Reader) -> Iterator[Text]:
    for code in special.override["set"]["return_shipping"]:
        fault = Fault(code)
        told = phrases.way_back(special.rules.terms.return_shipping[fault], fault, to)
        name = f"{say('Return shipping', to.language)} · {phrases.cause(fault, to)}"
        yield Text(to.label(name, told))


def _inspection(special: Special, to: Reader) -> Iterator[Text]:
    terms = special.rules.terms
    for code, grade in terms.inspection.grades.items():
        name = phrases.grade(code, terms, to)
        yield Text(to.label(name.text, phrases.pays(grade.pays, to)), name.language)


def _deadlines(special: Special, to: Reader) -> Iterator[Text]:
    for code in special.override["set"]["deadlines"]:
        yield Text(step(code, special.rules.terms, to))


def _address(special: Special, to: Reader) -> Iterator[Text]:
    lines = ", ".join(address(special.rules, to))
    yield Text(to.label(say("Return address", to.language), lines))


def _zone(special: Special, to: Reader) -> Iterator[Text]:
    yield Text(phrases.time_zone(special.rules.terms, to))


def _holidays(special: Special, to: Reader) -> Iterator[Text]:
    yield Text(phrases.work_calendar(special.rules.terms, to))


def _at_once(special: Special, to: Reader) -> Iterator[Text]:
    terms = special.rules.terms
    for rule in terms.auto_approve:
        yield Text(to.label(say("Approved at once", to.language), phrases.rule(rule, terms, to).text))


def _kept(special: Special, to: Reader) -> Iterator[Text]:
    terms = special.rules.terms
    for rule in terms.returnless:
        name = say("Approved at once, and you keep the goods", to.language)
        yield Text(to.label(name, phrases.rule(rule, terms, to).text))


def _limits(special: Special, to: Reader) -> Iterator[Text]:
    told = phrases.limits(special.rules.terms.limits, to)
    if told:
        yield Text(told)


_SET: dict[str, Callable[[Special, Reader], Iterator[Text]]] = {
    "return_window": _window,
    "types": _kinds,
    "conditions": _conditions,
    "conditions_waived_for": _waived,
    "reasons": _why_return,
    "refund": _refund,
    "restocking_fee": _fee,
    "return_shipping": _way_back,
    "inspection": _inspection,
    "deadlines": _deadlines,
    "auto_approve": _at_once,
    "returnless": _kept,
    "limits": _limits,
    "reject_reasons": _refusals,
    "return_address": _address,
    "timezone": _zone,
    "holidays": _holidays,
}


def address(rules: Resolved, to: Reader) -> tuple[str, ...]:
    """As it stands on a parcel."""
    told = rules.terms.return_address
    if not told:
        return ()
    city = " ".join(str(told[key]) for key in ("city", "region", "postcode") if told.get(key))
    lines = [told.get("name", ""), *told.get("lines", ()), city, told.get("phone", "")]
    shown = [plain(str(line)) for line in lines if line]
    country = [to.country(told["country"])] if told.get("country") else []
    return (*shown[:-1], *country, shown[-1]) if told.get("phone") else (*shown, *country)
