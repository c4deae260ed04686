"""Events, clauses and facts of a case file, as both sides and the platform read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from returnctl.domain.casefile import Claim
from returnctl.domain.clauses import Why
from returnctl.domain.notices import in_language
from returnctl.domain.record import Happened, Offer
from returnctl.domain.terms import Resolved
from returnctl.output.bundle.parts import joined, line
from returnctl.output.forms import labelled, word
from returnctl.output.returns import facts_text
from returnctl.output.words import chosen, mark, say

EVENTS = {
    "apply": mark("asked for a return"),
    "approve": mark("accepted the request"),
    "reject": mark("refused"),
    "ship": mark("sent the goods"),
    "receive": mark("received the goods"),
    "inspect": mark("inspected the goods"),
    "refund": mark("began the payment"),
    "confirm": mark("the payment was made"),
    "fail": mark("the payment failed"),
    "replace": mark("sent the replacement"),
    "convert": mark("no replacement is to be had: refund instead"),
    "offer": mark("offered to settle"),
    "accept": mark("accepted the offer"),
    "decline": mark("declined the offer"),
    "cancel": mark("withdrew"),
    "expire": mark("the goods were not sent in time"),
    "close": mark("ended without payment"),
    "escalate": mark("contested the return"),
    "appeal": mark("appealed against the decision"),
    "resolve": mark("decided"),
    "undo": mark("took the step before back"),
    "message": mark("wrote to the other side"),
    "attach": mark("gave evidence"),
    "done": mark("what was owed outside was carried out"),
    "due": mark("another deadline was set"),
    "remind": mark("a reminder was due"),
    "lapse": mark("a deadline of the platform passed"),
    "amend": mark("the document was put right by hand"),
    "anonymize": mark("the buyer's data were removed"),
    "observe": mark("the platform reported"),
    "feedback": mark("gave feedback"),
}
_STATUSES = {
    "open": mark("open"),
    "accepted": mark("accepted"),
    "declined": mark("declined"),
    "lapsed": mark("lapsed"),
    "replaced": mark("replaced by a further one"),
    "withdrawn": mark("withdrawn"),
}
_TO_PLATFORM = mark("took it to the platform")
_WHY = {
    "rule": mark("the rule “{code}”: {told}"),
    "sum": mark("part of the refund, {code}: {told}"),
    "deadline": mark("the time for: {code}"),
    "event": mark("it decided: {code}"),
    "reason": mark("the reason for: {code}"),
}
# Told elsewhere in the same row.
_ELSEWHERE = frozenset({"files", "note", "text", "because", "stage"})
_AMOUNTS = frozenset({"amount", "asked"})


def event(entry: Happened) -> str:
    """`contested the return`; events that are not known here by their own name."""
    if entry.event == "escalate" and entry.facts.get("stage") == "platform":
        return say(_TO_PLATFORM)
    return named(entry.event)


def claimed(claim: Claim) -> str:
    return say(_TO_PLATFORM) if (claim.event, claim.code) == ("escalate", "platform") else named(claim.event)


def named(event: str) -> str:
    return say(EVENTS[event]) if event in EVENTS else word(event)


def status(offer: Offer) -> str:
    return say(_STATUSES[offer.status])


def facts(entry: Happened, rules: Resolved, currency: str, zone: str) -> str:
    """What is told of it, in words: amounts with their currency, reasons by their titles."""
    told = {key: value for key, value in entry.facts.items() if key not in _ELSEWHERE}
    made = [_fact(key, told.pop(key), rules, currency) for key in tuple(told) if _is_ours(key)]
    return joined(part for part in (*made, line(facts_text(told, zone))) if part)


def _is_ours(key: str) -> bool:
    return key in _AMOUNTS or key in ("reason", "grades", "items", "exception")


def _fact(key: str, value: Any, rules: Resolved, currency: str) -> str:  # noqa: ANN401 - facts are untyped
    if key in _AMOUNTS:
        return labelled(word(key), f"{value} {currency}")
    if key == "reason":
        return labelled(word(key), reason(str(value), rules))
    if key in ("grades", "items") and isinstance(value, Mapping):
        return labelled(word(key), line(joined(_units(value, rules))))
    return labelled(word(key), line(str(value)))


def _units(found: Mapping[str, Any], rules: Resolved) -> Iterator[str]:
    """`line 1: 2 × worn`."""
    for number, units in found.items():
        many = isinstance(units, Mapping)
        told = ", ".join(f"{count} × {grade(code, rules)}" for code, count in units.items()) if many else say("all")
        yield labelled(say("line {n}", n=number), told if many or units is None else str(units))


def reason(code: str, rules: Resolved) -> str:
    """The policy's own title in the reader's language, else the code."""
    terms = rules.terms
    titles = {name: each.title for name, each in terms.reasons.catalogue.items()}
    titles |= {name: each.title for name, each in terms.reject_reasons.items()}
    return line(in_language(titles.get(code, {}), chosen()) or code)


def grade(code: str, rules: Resolved) -> str:
    """The policy's own title of what was found, else its code."""
    known = rules.terms.inspection.grades.get(code)
    return line(in_language(known.title if known else {}, chosen()) or code)


def why(told: Why, currency: str) -> str:
    code = named(told.code) if told.kind in ("event", "reason") else word(told.code)
    amount = f"{told.told} {currency}" if told.kind == "sum" else ""
    return say(_WHY[told.kind], code=code, told=amount or _came(told.told))


def _came(outcome: str) -> str:
    return say("kept") if outcome == "pass" else say("not kept") if outcome == "fail" else word(outcome)
