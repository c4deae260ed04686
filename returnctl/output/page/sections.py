"""The page for the buyers of one market, section by section."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

from returnctl.domain.example import Example, Step
from returnctl.domain.policy import Terms
from returnctl.domain.publication import Promise
from returnctl.domain.states import Kind
from returnctl.output.page import phrases
from returnctl.output.page.blocks import Address, Block, Bullets, Facts, Heading, Page, Paragraph, Table, Text
from returnctl.output.page.reader import Reader
from returnctl.output.page.specials import address, specials, why
from returnctl.output.page.steps import follow, on_the_way, step
from returnctl.output.words import mark, say

GENERATOR = "returnctl policy publish"
_WINDOW = ("days", "count", "end_on", "if_not_delivered")
_EXAMPLE = {
    "ordered": mark("You order"),
    "delivered": mark("The parcel is delivered"),
    "window": mark("Last day to apply"),
    "apply": mark("You apply"),
    "review": mark("We answer by"),
    "ship": mark("You send the goods by"),
    "receive": mark("They reach us"),
    "inspect": mark("We inspect them by"),
    "refund": mark("We refund by"),
    "replace": mark("We send the replacement by"),
}


class _Asked(NamedTuple):
    promise: Promise
    example: Example | None
    to: Reader

    @property
    def terms(self) -> Terms:
        return self.promise.plain.terms


Blocks = Iterator[Block]


def page_of(promise: Promise, example: Example | None, language: str) -> Page:
    """Raises NoAmountInCurrency where an amount for the market's currency is missing."""
    to = Reader(language, promise.currency)
    asked = _Asked(promise, example, to)
    blocks: list[Block] = []
    for name, id_, tell in _SECTIONS:
        told = list(tell(asked))
        if told:
            blocks += [Heading(2, say(name, language), id_), *told]
    policy = promise.policy
    title = to.own(policy.body.get("title", {})) or Text(say("Returns and refunds", language))
    about = say("Policy {name}, version {version}", language, name=policy.name, version=policy.version)
    generator = f"{GENERATOR}: {policy.name} version {policy.version}"
    return Page(language, title, _lead(promise, to), tuple(blocks), about, generator)


def _lead(promise: Promise, to: Reader) -> str:
    country = to.country(promise.market)
    first = promise.policy.body.get("effective", {}).get("from")
    if first is None:
        return say("For buyers in this country: {country}", to.language, country=country)
    day = to.day(date.fromisoformat(first))
    return say("{country} · for orders placed on {day} or later", to.language, country=country, day=day)


def _paragraph(*sentences: str, to: Reader) -> Blocks:
    text = ""
    for sentence in filter(None, sentences):
        text = follow(text, sentence, to) if text else sentence
    if text:
        yield Paragraph(Text(text))


# --- the sections


def _overview(asked: _Asked) -> Blocks:
    to, terms = asked.to, asked.terms
    pairs = [
        (say("Time to apply", to.language), phrases.until(terms.return_window, to)),
        (say("You may ask for", to.language), phrases.kinds(terms.types, to)),
    ]
    if any(kind is not Kind.REPLACEMENT for kind in terms.types):
        pairs.append((say("The refund comes", to.language), _refund_time(terms, to)))
        pairs.append((say("It is paid", to.language), phrases.ways(terms.refund, to)))
    yield Facts(tuple((name, Text(_capital(told))) for name, told in pairs))
    yield from _by_cause(asked)
    yield from (Paragraph(why(each, to)) for each in asked.promise.whys)


def _refund_time(terms: Terms, to: Reader) -> str:
    span = phrases.span(terms.deadlines["refund"], to)
    if Kind.RETURN_AND_REFUND in terms.types:
        return say("within {span} of the inspection", to.language, span=span)
    return say("within {span} of the approval", to.language, span=span)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _by_cause(asked: _Asked) -> Blocks:
    to = asked.to
    head = (mark("Cause"), mark("Time to apply"), mark("Return shipping"), mark("Restocking fee"))
    rows = []
    for fault, rules in asked.promise.by_fault.items():
        terms = rules.terms
        cells = (
            phrases.cause(fault, to),
            phrases.until(terms.return_window, to),
            phrases.way_back(terms.return_shipping[fault], fault, to),
            phrases.fee(terms.restocking_fee, fault, to),
        )
        rows.append(tuple(Text(_capital(cell)) for cell in cells))
    yield Table(say("By cause", to.language), tuple(say(name, to.language) for name in head), tuple(rows))


def _time(asked: _Asked) -> Blocks:
    to, terms = asked.to, asked.terms
    counted = phrases.how_counted(terms, to, _WINDOW)
    yield from _paragraph(phrases.may_apply(terms.return_window, to), *counted, to=to)
    yield from _paragraph(phrases.time_zone(terms, to), *_working_days(terms, to), to=to)


def _working_days(terms: Terms, to: Reader) -> Iterator[str]:
    """Said only where something is counted in them."""
    window = terms.return_window
    deadlines = any(each.working_days is not None for each in terms.deadlines.values())
    if deadlines or window.count == "working_days" or window.end_on == "working_day":
        yield phrases.work_calendar(terms, to)


def _goods(asked: _Asked) -> Blocks:
    to, terms = asked.to, asked.terms
    if terms.conditions:
        yield from _paragraph(say("Goods that you send back must be:", to.language), to=to)
        yield Bullets(tuple(phrases.condition(code, terms, to) for code in terms.conditions))
        yield from _paragraph(phrases.not_asked(terms, to), to=to)


def _reasons(asked: _Asked) -> Blocks:
    to, terms = asked.to, asked.terms
    yield from _paragraph(phrases.must_give_reason(terms.reasons.required, to), to=to)
    catalogue = terms.reasons.catalogue
    head = [mark("Reason"), mark("Counts as"), mark("Please show")]
    limited = any(each.types for each in catalogue.values())
    head += [mark("You may ask for")] if limited else []
    rows = []
    for code, each in catalogue.items():
        offered = [kind for kind in terms.types if not each.types or kind in each.types]
        shown = phrases.evidence(each.evidence, to) or say("no evidence", to.language)
        asked_for = phrases.kinds(offered, to) if each.types else say("anything on offer", to.language)
        row = [phrases.reason(code, each, to), Text(phrases.cause(each.fault, to)), Text(_capital(shown))]
        rows.append((*row, *([Text(_capital(asked_for))] if limited else ())))
    yield Table(say("The reasons there are", to.language), tuple(say(name, to.language) for name in head), tuple(rows))


def _steps(asked: _Asked) -> Blocks:
    to, terms = asked.to, asked.terms
    told = [phrases.may_apply(terms.return_window, to), *(step(code, terms, to) for code in on_the_way(terms))]
    yield Bullets(tuple(map(Text, told)), numbered=True)
    for text, rules in (
        (mark("Approved at once"), terms.auto_approve),
        (mark("Approved at once, and you keep the goods"), terms.returnless),
    ):
        if rules:
            yield Heading(3, say(text, to.language))
            yield Bullets(tuple(phrases.rule(rule, terms, to) for rule in rules))
    yield from _paragraph(phrases.limits(terms.limits, to), to=to)


def _money(asked: _Asked) -> Blocks:
    to, terms = asked.to, asked.terms
    if all(kind is Kind.REPLACEMENT for kind in terms.types):
        return
    yield from _paragraph(phrases.refunded(terms.refund, to), phrases.shipping_paid(terms.refund, to), to=to)
    if Kind.RETURN_AND_REFUND in terms.types:
        rows = tuple(
            (phrases.grade(code, terms, to), Text(_capital(phrases.pays(each.pays, to))))
            for code, each in terms.inspection.grades.items()
        )
        head = (say("What we find", to.language), say("What we refund of it", to.language))
        yield Table(say("After the inspection", to.language), head, rows)
        if not terms.restocking_fee.none or any(each.deduct for each in terms.return_shipping.values()):
            yield from _paragraph(say("Fees and labels named above are taken off the refund.", to.language), to=to)


def _specials(asked: _Asked) -> Blocks:
    told = list(specials(asked.promise, asked.to))
    if told:
        to = asked.to
        text = say("For these, something else holds. Where several fit, the later one counts.", to.language)
        each = say("Several items go into one return only if each of them may be returned.", to.language)
        lines = any({"categories", "skus"} & set(special.override["when"]) for special in asked.promise.specials)
        yield from _paragraph(text, each if lines else "", to=to)
        yield from told


def _disputes(asked: _Asked) -> Blocks:
    to, terms = asked.to, asked.terms
    titles = tuple(to.own(each.title) or Text(code.replace("_", " ")) for code, each in terms.reject_reasons.items())
    if titles:
        yield from _paragraph(say("We may refuse a request or a parcel for these reasons:", to.language), to=to)
        yield Bullets(titles)
    told = (step(code, terms, to) for code in ("dispute", "negotiate", "platform", "appeal"))
    yield from _paragraph(*told, to=to)


def _worked(asked: _Asked) -> Blocks:
    to, example = asked.to, asked.example
    if example is None:
        return
    text = mark("If you change your mind about ordinary goods, and every step takes as long as it may:")
    yield from _paragraph(say(text, to.language), to=to)
    zone = example.rules.terms.timezone
    rows = tuple((Text(say(_EXAMPLE[each.code], to.language)), Text(_day(each, zone, to))) for each in example.steps)
    head = (say("Step", to.language), say("Day", to.language))
    yield Table(say("An example with dates", to.language), head, rows)


def _day(step: Step, zone: str, to: Reader) -> str:
    """With the time where the day does not tell it all."""
    day = to.weekday(step.day(zone))
    if step.is_day(zone):
        return day
    return say("{day}, {time}", to.language, day=day, time=to.time(step.at, zone))


def _address(asked: _Asked) -> Blocks:
    lines = address(asked.promise.plain, asked.to)
    if lines:
        yield Address(lines)


_SECTIONS: tuple[tuple[str, str, Callable[[_Asked], Blocks]], ...] = (
    (mark("At a glance"), "glance", _overview),
    (mark("Until when"), "time", _time),
    (mark("What the goods must be"), "goods", _goods),
    (mark("Reasons and evidence"), "reasons", _reasons),
    (mark("Step by step"), "steps", _steps),
    (mark("What you get back"), "money", _money),
    (mark("Exceptions"), "exceptions", _specials),
    (mark("If we refuse"), "disputes", _disputes),
    (mark("An example"), "example", _worked),
    (mark("Return address"), "address", _address),
)
