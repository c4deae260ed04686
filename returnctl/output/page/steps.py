"""The deadlines of both sides in words for buyers, in the order in which a return meets them."""

from __future__ import annotations

from returnctl.domain.policy import Terms
from returnctl.domain.states import Kind
from returnctl.output.page.phrases import span
from returnctl.output.page.reader import Reader
from returnctl.output.words import mark, say

_TIMES = {
    "review": mark("We answer within {span}."),
    "ship": mark("Once we have approved it, send the goods within {span}."),
    "receive": mark("The parcel should reach us within {span} of being sent."),
    "inspect": mark("We inspect the goods within {span} of their arrival."),
    "refund": mark("We refund within {span} of the inspection, or of the approval where nothing comes back."),
    "replace": mark("We send a replacement within {span} of the inspection."),
    "dispute": mark("If we refuse a request or a parcel, you may contest it within {span}."),
    "negotiate": mark("We then look for an agreement with you for {span}."),
    "platform": mark("It has {span} to decide, on what both sides show."),
    "appeal": mark("We may appeal against its decision within {span}."),
}
# What follows when nobody acted; for buyers a reminder is nothing.
_THEN = {
    ("review", "approve"): mark("If you hear nothing by then, your request is approved."),
    ("review", "reject"): mark("If you hear nothing by then, your request is refused."),
    ("ship", "expire"): mark("After that the return ends, without a refund."),
    ("inspect", "pass"): mark("If we have not done so by then, they count as accepted."),
    ("negotiate", "escalate"): mark("Without one, the platform where you bought decides."),
}


def step(code: str, terms: Terms, to: Reader) -> str:
    deadline = terms.deadlines[code]
    told = say(_TIMES[code], to.language, span=span(deadline, to))
    then = say(_THEN.get((code, deadline.then), ""), to.language)
    return follow(told, then, to)


def follow(first: str, second: str, to: Reader) -> str:
    """One sentence behind the other; Chinese puts no space between them."""
    return f"{first}{'' if to.language == 'zh' else ' '}{second}" if second else first


def on_the_way(terms: Terms) -> tuple[str, ...]:
    """The deadlines from the answer to the money."""
    back = any(kind is not Kind.REFUND_ONLY for kind in terms.types)
    money = any(kind is not Kind.REPLACEMENT for kind in terms.types)
    replaced = Kind.REPLACEMENT in terms.types
    there = {"ship": back, "receive": back, "inspect": back, "refund": money, "replace": replaced}
    return ("review", *(code for code, is_there in there.items() if is_there))
