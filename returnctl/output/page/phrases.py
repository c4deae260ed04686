"""Single terms of a policy in words for buyers: `you` buy, `we` sell."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from returnctl.domain.policy import (
    Deadline,
    Fee,
    Freight,
    Limits,
    ReasonTerms,
    RefundTerms,
    Rule,
    Terms,
    Texts,
    Window,
)
from returnctl.domain.states import Fault, Kind
from returnctl.output.page.blocks import Text
from returnctl.output.page.reader import Reader, joined, semicolon
from returnctl.output.words import mark, say

CAUSES = {
    Fault.BUYER: mark("Change of mind"),
    Fault.SELLER: mark("Our mistake"),
    Fault.CARRIER: mark("Lost or damaged on the way"),
}
_IF = {
    Fault.BUYER: mark("you change your mind"),
    Fault.SELLER: mark("the mistake is ours"),
    Fault.CARRIER: mark("the goods were lost or damaged on the way"),
}
_KINDS = {
    Kind.RETURN_AND_REFUND: mark("a return for a refund"),
    Kind.REFUND_ONLY: mark("a refund without a return"),
    Kind.REPLACEMENT: mark("a replacement"),
}
_EVIDENCE = {"photo": mark("a photo"), "video": mark("a video"), "document": mark("a document")}
_WAYS = {"original_payment": mark("to your original payment"), "store_credit": mark("as store credit")}
_FREIGHT = {
    "never": mark("What you paid for shipping to you is not refunded."),
    "fault": mark("What you paid for shipping to you is refunded, unless you change your mind."),
    "whole_order": mark("What you paid for shipping to you is refunded if the whole order comes back."),
    "fault_or_whole_order": mark(
        "What you paid for shipping to you is refunded if the whole order comes back, and always unless you change "
        "your mind."
    ),
    "always": mark("What you paid for shipping to you is refunded."),
}
# What sellers often ask for, and what the default policy finds in parcels.
_CONDITIONS = {
    "unused": mark("Not used"),
    "undamaged": mark("Not damaged"),
    "complete": mark("Complete, with all that came with it"),
    "tags_attached": mark("With its tags still attached"),
    "seal_intact": mark("With its seal unbroken"),
    "unopened": mark("Not opened"),
    "unwashed": mark("Not washed"),
    "original_packaging": mark("In its original packaging"),
}
_GRADES = {
    "as_sent": mark("As it was sent"),
    "opened": mark("Opened, but not used"),
    "worn": mark("Used"),
    "wrong_item": mark("Not the item that we sent"),
    "missing": mark("Not in the parcel"),
}
_OF_START = {
    "delivered": mark("within {span} of delivery"),
    "ordered": mark("within {span} of the order"),
    "shipped": mark("within {span} of dispatch"),
}
_NOT_COUNTED = {
    "delivered": mark("The day of delivery is not counted; the last day counts to its end."),
    "ordered": mark("The day of the order is not counted; the last day counts to its end."),
    "shipped": mark("The day of dispatch is not counted; the last day counts to its end."),
}
_STAND_IN = {
    "ordered": mark("If nobody reports the delivery, the time begins {span} after the order."),
    "shipped": mark("If nobody reports the delivery, the time begins {span} after dispatch."),
}


def days(count: int, to: Reader) -> str:
    return say("1 day", to.language) if count == 1 else say("{n} days", to.language, n=count)


def working_days(count: int, to: Reader) -> str:
    return say("1 working day", to.language) if count == 1 else say("{n} working days", to.language, n=count)


def hours(count: int, to: Reader) -> str:
    return say("1 hour", to.language) if count == 1 else say("{n} hours", to.language, n=count)


def span(deadline: Deadline, to: Reader) -> str:
    if deadline.hours is not None:
        return hours(deadline.hours, to)
    if deadline.working_days is not None:
        return working_days(deadline.working_days, to)
    return days(deadline.days or 0, to)


# --- the window


def until(window: Window, to: Reader) -> str:
    """`within 30 days of delivery`."""
    if window.none:
        return say("not at all", to.language)
    if window.unlimited:
        return say("at any time", to.language)
    if window.until:
        return say("up to and including {day}", to.language, day=to.day(window.until))
    counted = working_days if window.count == "working_days" else days
    return say(_OF_START[window.starts], to.language, span=counted(window.days or 0, to))


def may_apply(window: Window, to: Reader) -> str:
    if window.none:
        return say("You cannot return this.", to.language)
    return say("You may apply for a return {until}.", to.language, until=until(window, to))


def how_counted(terms: Terms, to: Reader, keys: Iterable[str]) -> list[str]:
    """What is to be known of each of these keys of a window."""
    window, known = terms.return_window, set(keys)
    if window.none or window.unlimited:
        return []
    told = [_count(window, to)] if window.days is not None and known & {"count", "days"} else []
    if "end_on" in known and window.end_on == "working_day":
        told.append(say("If the last day is no working day, the next working day is the last.", to.language))
    if "if_not_delivered" in known and window.if_not_delivered and window.starts == "delivered" and not window.until:
        stand_in = window.if_not_delivered
        told.append(say(_STAND_IN[stand_in.starts], to.language, span=days(stand_in.add_days, to)))
    return told


def _count(window: Window, to: Reader) -> str:
    if window.count == "elapsed_days":
        return say("Each day is a full 24 hours, counted to the minute.", to.language)
    return say(_NOT_COUNTED[window.starts], to.language)


def time_zone(terms: Terms, to: Reader) -> str:
    return say("Days begin and end by the clock of {zone}.", to.language, zone=to.zone(terms.timezone))


def work_calendar(terms: Terms, to: Reader) -> str:
    country = to.country(terms.holidays)
    return say("Weekends and public holidays ({country}) are no working days.", to.language, country=country)


# --- causes, reasons, goods


def cause(fault: Fault, to: Reader) -> str:
    return say(CAUSES[fault], to.language)


def if_any(faults: Iterable[Fault], to: Reader) -> str:
    """`the mistake is ours or …`, to follow an `if`."""
    return to.any_of(say(_IF[fault], to.language) for fault in faults)


def kinds(offered: Iterable[Kind], to: Reader) -> str:
    return to.any_of(say(_KINDS[kind], to.language) for kind in offered)


def may_ask(offered: Iterable[Kind], to: Reader) -> str:
    return say("You may ask for {kinds}.", to.language, kinds=kinds(offered, to))


def evidence(wanted: Iterable[str], to: Reader) -> str:
    return to.all_of(say(_EVIDENCE[kind], to.language) for kind in wanted)


def reason(code: str, terms: ReasonTerms, to: Reader) -> Text:
    return to.own(terms.title) or _spelled(code)


def condition(code: str, terms: Terms, to: Reader) -> Text:
    return _named(code, terms.wording.get("conditions", {}).get(code, {}), _CONDITIONS, to)


def grade(code: str, terms: Terms, to: Reader) -> Text:
    return _named(code, terms.inspection.grades[code].title, _GRADES, to)


def _named(code: str, own: Texts, known: dict[str, str], to: Reader) -> Text:
    """In the seller's words, else in ours where they are in the reader's language, else as the code reads."""
    told = to.own(own)
    if code in known and (told is None or told.language):
        return Text(say(known[code], to.language))
    return told or _spelled(code)


def _spelled(code: str) -> Text:
    return Text(code.replace("_", " "))


def conditions(terms: Terms, to: Reader) -> Text:
    return joined([condition(code, terms, to) for code in terms.conditions], semicolon(to))


def not_asked(terms: Terms, to: Reader) -> str:
    faults = if_any(terms.conditions_waived_for, to)
    return say("None of this is asked if {case}.", to.language, case=faults) if faults else ""


def must_give_reason(required: bool, to: Reader) -> str:
    if required:
        return say("Please say why you return the goods.", to.language)
    return say("You need not say why. Without a reason it counts as a change of mind.", to.language)


# --- money


def fee(terms: Fee, fault: Fault, to: Reader) -> str:
    if terms.none or fault not in terms.charged_for:
        return say("none", to.language)
    if terms.flat is not None:
        return say("{amount} for each return", to.language, amount=to.money(terms.flat, "restocking_fee/flat"))
    told = say("{percent} of the price", to.language, percent=to.percent(terms.percent or Decimal(0)))
    if terms.max is None:
        return told
    most = to.money(terms.max, "restocking_fee/max")
    return say("{fee}, at most {most}", to.language, fee=told, most=most)


def way_back(freight: Freight, fault: Fault, to: Reader) -> str:
    if freight.paid_by == "seller":
        return say("We pay.", to.language)
    if freight.deduct is None:
        return say("You pay.", to.language)
    amount = to.money(freight.deduct, f"return_shipping/{fault}/deduct")
    return say("You pay {amount}, taken off the refund, for a label from us.", to.language, amount=amount)


def shipping_paid(terms: RefundTerms, to: Reader) -> str:
    return say(_FREIGHT[terms.outbound_shipping], to.language)


def ways(terms: RefundTerms, to: Reader) -> str:
    return to.any_of(say(_WAYS[way], to.language) for way in terms.methods)


def refunded(terms: RefundTerms, to: Reader) -> str:
    return say("We refund {ways}.", to.language, ways=ways(terms, to))


def pays(share: Decimal, to: Reader) -> str:
    if share == 100:
        return say("the full price", to.language)
    if not share:
        return say("nothing; it is not accepted", to.language)
    return say("{percent} of the price", to.language, percent=to.percent(share))


# --- what is decided without a look


def rule(rule: Rule, terms: Terms, to: Reader) -> Text:
    """What it asks for; where it asks for nothing, every request."""
    asked = [cause(fault, to) for fault in rule.faults]
    found = [Text(to.any_of(asked))] if asked else []
    catalogue = terms.reasons.catalogue
    found += [reason(code, catalogue[code], to) for code in rule.reasons if code in catalogue]
    found += [Text(kinds(rule.types, to))] if rule.types else []
    if rule.max_total is not None:
        amount = to.money(rule.max_total, "max_total")
        found.append(Text(say("for goods that cost {amount} or less", to.language, amount=amount)))
    return joined(found, " · ") if found else Text(say("every request", to.language))


def limits(terms: Limits, to: Reader) -> str:
    if terms.returns_per_buyer is None:
        return ""
    return say(
        "Of a buyer with more than {count} requests in {days}, we look at each ourselves.",
        to.language,
        count=terms.returns_per_buyer.count,
        days=days(terms.returns_per_buyer.days, to),
    )
