"""What a buyer is told, in their language: the policy's own words, else these, short enough for a comment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from returnctl.domain import notices
from returnctl.domain.notices import Words, visible
from returnctl.domain.record import Happened, Owed, Return, WorksheetLine
from returnctl.domain.states import Event, Kind, State
from returnctl.domain.terms import Resolved
from returnctl.output import forms
from returnctl.output.words import LANGUAGES, mark, say

_LONGEST_TITLE = 24


class About(NamedTuple):
    """What is told of, and to whom it is said."""

    record: Return
    entry: Happened
    rules: Resolved
    language: str

    def say(self, text: str, **facts: object) -> str:
        return say(text, self.language, **facts)

    def of_order(self, text: str, **facts: object) -> str:
        return self.say(text, order=visible(self.record.order.id), **facts)

    def until(self, end: datetime | None) -> str:
        return notices.until(end, self.rules.terms.timezone)

    def money(self, amount: Decimal | None) -> str:
        return forms.money(amount, self.record.currency)

    def due(self, *actions: str) -> str:
        """Until when one of these is waited for; empty where something else is."""
        due = self.record.due
        return self.until(due.at) if due and due.action in actions else ""

    def fact(self, name: str) -> str:
        return visible(str(self.entry.facts.get(name) or ""))


def notice(record: Return, owed: Owed, rules: Resolved) -> Words:
    """What is owed, in words. It is plain text: who puts it into HTML escapes it."""
    entry = record.history[owed.entry - 1]
    own = notices.worded(record, entry, owed.what, rules)
    language = _spoken(record.buyer.language)
    if owed.what == "message":
        text = notices.said(record, owed.entry)
        spoken = notices.language_of(entry, record, rules) or record.buyer.language or language
        return Words(f"{own.text}\n{text}", own.language) if own else Words(text, spoken)
    if own and notices.is_complete(record, entry, owed.what, rules):
        return own
    lines = _TOLD.get(owed.what, _news)(About(record, entry, rules, language))
    return Words("\n".join(line for line in lines if line), language)


def _spoken(language: str | None) -> str:
    """The family of the buyer's language where we speak it, else English."""
    family = (language or "").partition("-")[0]
    return family if family in LANGUAGES else "en"


# --- the request


_APPLIED = {
    Kind.RETURN_AND_REFUND: mark("Hello, thank you, we have received your request to return goods of order {order}."),
    Kind.REFUND_ONLY: mark("Hello, thank you, we have received your request for a refund of order {order}."),
    Kind.REPLACEMENT: mark("Hello, thank you, we have received your request for a replacement of order {order}."),
}


def _applied(about: About) -> Iterator[str]:
    yield about.of_order(_APPLIED[about.record.type])
    end = about.due("review")
    yield about.say(mark("We will answer by {until}."), until=end) if end else ""
    yield about.say(mark("The number of your return is {id}."), id=about.record.id)


def _approved(about: About) -> Iterator[str]:
    yield about.of_order(mark("Hello, your request about order {order} is approved."))
    lines = about.record.lines
    asked, given = sum(line.requested for line in lines), sum(line.approved for line in lines)
    yield about.say(mark("Approved: {given} of {asked} units."), given=given, asked=asked) if given < asked else ""
    if about.entry.to is State.APPROVED:
        yield from _send_back(about)
    elif about.entry.to is State.REPLACEMENT_DUE:
        yield about.say(mark("You need not send anything back. We will send you a replacement."))
    else:
        amount = about.money(notices.amount(about.record, about.entry))
        yield about.say(mark("You need not send anything back. We will refund {amount}."), amount=amount)
    yield about.fact("note")


def _send_back(about: About) -> Iterator[str]:
    end, address = about.due("ship"), notices.address(about.rules.terms.return_address or {})
    if end and address:
        yield about.say(mark("Please send the goods by {until} to:"), until=end)
    elif address:
        yield about.say(mark("Please send the goods to:"))
    elif end:
        yield about.say(mark("Please send the goods back by {until}."), until=end)
    if address:
        yield visible(address)
        yield about.say(mark("Please write {id} on the parcel."), id=about.record.id)


# Why the policy refused, for who asked.
_RULES = {
    "delivered": mark("The order has not arrived yet."),
    "window": mark("The time to return it is over."),
    "returnable": mark("These goods cannot be returned."),
    "type": mark("This kind of return is not offered for these goods."),
    "reason": mark("A reason is needed."),
    "conditions": mark("The goods do not meet the conditions of our return policy."),
    "evidence": mark("The photos or videos that we ask for are missing."),
    "quantity": mark("More was asked for than can be returned."),
}


def _rejected(about: About) -> Iterator[str]:
    parcel = about.entry.event == Event.INSPECT
    yield about.of_order(
        mark("Hello, we have looked at the goods of order {order}, and are sorry that we cannot refund them.")
        if parcel
        else mark("Hello, we are sorry that we cannot accept your request about order {order}.")
    )
    code = about.entry.facts.get("reason")
    if code:
        reason = visible(notices.reason(about.record, about.entry, about.rules))
        yield about.say(mark("Reason: {reason}"), reason=reason)
    if code in (None, "not_eligible") and not parcel:
        yield from _failed(about)
    yield about.fact("note")
    end = about.due("dispute")
    yield about.say(mark("If you do not agree, please tell us by {until}."), until=end) if end else ""


def _failed(about: About) -> Iterator[str]:
    """Each rule that failed, once."""
    failed = dict.fromkeys(x.rule for x in about.record.eligibility if x.outcome == "fail")
    yield from (about.say(_RULES[rule]) for rule in failed if rule in _RULES)
    if "window" in failed and about.record.window_ends:
        yield about.say(mark("It ended {until}."), until=about.until(about.record.window_ends))


# --- the goods and the money


def _received(about: About) -> Iterator[str]:
    yield about.of_order(mark("Hello, your parcel of order {order} has arrived, thank you."))
    end = about.due("inspect")
    yield about.say(mark("We will look at the goods by {until}."), until=end) if end else ""


_METHODS = {
    "original_payment": mark("The money goes back the way you paid."),
    "store_credit": mark("The money is yours to spend in our shop."),
}


def _refunded(about: About) -> Iterator[str]:
    """With the worksheet in words."""
    record = about.record
    paid = record.refunded("confirmed").amount
    if not paid:
        yield about.of_order(mark("Hello, your return of order {order} is complete. Nothing is left to be refunded."))
        return
    yield about.of_order(mark("Hello, we have refunded {amount} for order {order}."), amount=about.money(paid))
    for line in record.breakdown.lines if record.breakdown else ():
        yield forms.labelled(_for_what(line, about), about.money(line.amount), about.language)
    total = record.breakdown.total if record.breakdown else paid
    yield forms.labelled(about.say(mark("total")), about.money(total), about.language)
    yield from (about.say(_METHODS[method]) for method in _methods(record) if method in _METHODS)
    yield from (about.say(mark("Your code: {code}"), code=visible(code)) for code in _codes(record))


def _for_what(line: WorksheetLine, about: About) -> str:
    """`goods (Desk lamp)`."""
    bought = about.record.order.line(line.line) if line.line else None
    name = forms.word(line.code, about.language)
    if bought is None:
        return name
    title = visible(bought.title or bought.sku)
    short = title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1].rstrip() + "…"
    return about.say(mark("{what} ({goods})"), what=name, goods=short)


def _methods(record: Return) -> dict[str, None]:
    return dict.fromkeys(each.method for each in record.refunds if each.status == "confirmed")


def _codes(record: Return) -> list[str]:
    """Of store credit, which the buyer shows to spend it."""
    credit = (x for x in record.refunds if x.status == "confirmed" and x.method == "store_credit")
    return [each.reference for each in credit if each.reference]


def _replaced(about: About) -> Iterator[str]:
    yield about.of_order(mark("Hello, the replacement of your order {order} is on its way."))
    parcel = " ".join(filter(None, (about.fact("carrier"), about.fact("tracking"))))
    yield about.say(mark("Parcel: {parcel}"), parcel=parcel) if parcel else ""


# --- the ends, and what is waited for


def _expired(about: About) -> Iterator[str]:
    yield about.of_order(
        mark("Hello, your return of order {order} has ended, since we did not hear in time that it was sent.")
    )
    yield about.say(mark("If you did send the goods, please tell us the number of the parcel."))


def _closed(about: About) -> Iterator[str]:
    yield about.of_order(mark("Hello, your return of order {order} is closed, without a refund."))


_WAITED_FOR = {
    "ship": mark("Hello, a reminder of your return of order {order}."),
    "negotiate": mark("Hello, a reminder: we wait for your answer about order {order} until {until}."),
}


def _reminder(about: About) -> Iterator[str]:
    action = about.entry.facts.get("due")
    end = about.until(notices.ends(about.record, about.entry))
    plain = mark("Hello, a reminder of your return of order {order}: we wait for you until {until}.")
    yield about.of_order(_WAITED_FOR.get(str(action), plain), until=end)
    if action == "ship":
        yield from _send_back(about)


# --- offers and decisions


def _offer(about: About) -> Iterator[str]:
    amount = about.money(notices.amount(about.record, about.entry))
    end = about.until(notices.ends(about.record, about.entry))
    yield about.of_order(
        mark("Hello, we offer you {amount} to settle your request about order {order}."), amount=amount
    )
    yield about.say(mark("You would keep the goods.")) if about.entry.to is State.REQUESTED else ""
    yield about.fact("note")
    yield about.say(mark("Please answer by {until}: yes, you take it, or no, you do not."), until=end)


def _agreed(about: About) -> Iterator[str]:
    amount = about.money(notices.amount(about.record, about.entry))
    yield about.of_order(mark("Hello, thank you, we have agreed on {amount} for order {order}."), amount=amount)
    end = about.due("refund")
    yield about.say(mark("We will pay it by {until}."), until=end) if end else ""
    yield about.fact("note")


def _declined(about: About) -> Iterator[str]:
    amount = about.money(notices.amount(about.record, about.entry))
    yield about.of_order(
        mark("Hello, we are sorry that we cannot take your offer of {amount} for order {order}."), amount=amount
    )
    yield about.fact("note")


def _decided(about: About) -> Iterator[str]:
    dispute = about.record.dispute
    by_platform = dispute is not None and dispute.stage == "platform"
    yield about.of_order(
        mark("Hello, the platform has decided about order {order}.")
        if by_platform
        else mark("Hello, the dispute about order {order} has ended.")
    )
    yield from _outcome(about)
    reasons = about.fact("note")
    yield about.say(mark("The reasons: {reasons}"), reasons=reasons) if reasons else ""


def _outcome(about: About) -> Iterator[str]:
    outcome = about.entry.facts.get("outcome")
    if outcome == "refund":
        yield about.say(mark("You get {amount}."), amount=about.money(notices.amount(about.record, about.entry)))
    elif outcome == "return":
        yield about.say(mark("The goods are to come back."))
        yield from _send_back(about)
    elif about.entry.to is State.CLOSED:
        yield about.say(mark("There is no refund."))
    else:
        yield about.say(mark("Everything stays as it was before."))


def _feedback(about: About) -> Iterator[str]:
    yield about.of_order(
        mark("Hello, your return of order {order} has ended. How content are you with how we handled it?")
    )
    yield about.say(
        mark("Please answer with a number from 1 (not at all) to 5 (very much), and a word of why, if you like.")
    )


def _news(about: About) -> Iterator[str]:
    yield about.of_order(mark("Hello, there is news of your return of order {order}."))


_TOLD: dict[str, Callable[[About], Iterator[str]]] = {
    "applied": _applied,
    "approved": _approved,
    "rejected": _rejected,
    "received": _received,
    "refunded": _refunded,
    "replaced": _replaced,
    "expired": _expired,
    "closed": _closed,
    "remind_buyer": _reminder,
    "offer": _offer,
    "agreed": _agreed,
    "declined": _declined,
    "decided": _decided,
    "feedback": _feedback,
}
