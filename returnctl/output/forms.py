"""How single values look to people: money, instants, time left, words of the field."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from returnctl.domain.record import Due
from returnctl.output.words import mark, say

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)


def money(amount: Decimal | None, currency: str) -> str:
    return "" if amount is None else f"{amount} {currency}"


def when(instant: datetime | None, zone: str) -> str:
    """`2026-11-22 14:05 PST`, in the shop's zone."""
    return instant.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M %Z") if instant else ""


def left(instant: datetime, now: datetime) -> str:
    """`in 5h`, `2h overdue`."""
    span = _span(abs(instant - now))
    return say("in {span}", span=span) if instant > now else say("{span} overdue", span=span)


def _span(length: timedelta) -> str:
    if length >= 2 * _DAY:
        return say("{n}d", n=length // _DAY)
    if length >= _HOUR:
        return say("{n}h", n=length // _HOUR)
    return say("{n}min", n=length // _MINUTE)


def due(waits: Due | None, now: datetime) -> str:
    """`seller: review in 5h`."""
    if waits is None:
        return ""
    text = say("{who}: {action} {left}", who=word(waits.by), action=_action(waits), left=left(waits.at, now))
    return say("{text} ({then} assumed)", text=text, then=word(waits.then)) if waits.lapsed else text


def due_without_time(waits: Due) -> str:
    """`seller: review`."""
    return labelled(word(waits.by), _action(waits))


def _action(waits: Due) -> str:
    """`platform` names a side as well; what is waited for is its decision."""
    return word("decide" if waits.action == "platform" else waits.action)


_PLATFORMS = {"tiktok": "TikTok Shop"}


def platform(name: str) -> str:
    """By the name that it has for itself."""
    return _PLATFORMS.get(name, name)


def labelled(name: str, value: str, language: str | None = None) -> str:
    return say("{name}: {value}", language, name=name, value=value)


def listed(parts: Iterable[str]) -> str:
    """One after the other, parted as the reader's language parts them."""
    return say(", ").join(parts)


# The words of documents, as people read them.
_WORDS = {
    "buyer": mark("buyer"),
    "seller": mark("seller"),
    "carrier": mark("carrier"),
    "platform": mark("platform"),
    "system": mark("system"),
    "requested": mark("requested"),
    "approved": mark("approved"),
    "in_transit": mark("in transit"),
    "received": mark("received"),
    "refund_due": mark("refund due"),
    "refunding": mark("refunding"),
    "refunded": mark("refunded"),
    "replacement_due": mark("replacement due"),
    "replaced": mark("replaced"),
    "rejected": mark("rejected"),
    "disputed": mark("disputed"),
    "cancelled": mark("cancelled"),
    "expired": mark("expired"),
    "closed": mark("closed"),
    "return_and_refund": mark("return and refund"),
    "refund_only": mark("refund only"),
    "replacement": mark("replacement"),
    "review": mark("review"),
    "ship": mark("ship"),
    "receive": mark("receive"),
    "inspect": mark("inspect"),
    "refund": mark("refund"),
    "confirm": mark("confirm"),
    "replace": mark("replace"),
    "dispute": mark("contest"),
    "negotiate": mark("negotiate"),
    "decide": mark("decide"),
    "apply": mark("apply"),
    "approve": mark("approve"),
    "reject": mark("reject"),
    "fail": mark("fail"),
    "convert": mark("convert"),
    "offer": mark("offer"),
    "accept": mark("accept"),
    "decline": mark("decline"),
    "declined": mark("declined"),
    "cancel": mark("cancel"),
    "expire": mark("expire"),
    "close": mark("close"),
    "escalate": mark("escalate"),
    "resolve": mark("resolve"),
    "undo": mark("undo"),
    "note": mark("note"),
    "message": mark("message"),
    "attach": mark("attach"),
    "done": mark("done"),
    "feedback": mark("feedback"),
    "rating": mark("rating"),
    "template": mark("template"),
    "comment": mark("comment"),
    "amend": mark("amend"),
    "anonymize": mark("anonymize"),
    "pass": mark("pass"),
    "skip": mark("skip"),
    "remind": mark("remind"),
    "remind_buyer": mark("reminder"),
    "remind_seller": mark("reminder"),
    "lapse": mark("lapse"),
    "pay": mark("pay"),
    "appeal": mark("appeal"),
    "unchanged": mark("unchanged"),
    "planned": mark("planned"),
    "refused": mark("refused"),
    "failed": mark("failed"),
    "original_payment": mark("original payment"),
    "store_credit": mark("store credit"),
    "pending": mark("pending"),
    "confirmed": mark("confirmed"),
    "negotiation": mark("negotiation"),
    "tell": mark("tell the buyer"),
    "act": mark("carry out on the platform"),
    "applied": mark("the request arrived"),
    "decided": mark("the decision"),
    "item": mark("goods"),
    "grade": mark("deducted for the grade"),
    "restocking_fee": mark("restocking fee"),
    "outbound_shipping": mark("shipping paid"),
    "return_label": mark("return label"),
    "paid": mark("paid before"),
    "agreed": mark("agreed"),
    "goods": mark("goods"),
    "limit": mark("limited to what is left"),
    "delivered": mark("delivered"),
    "window": mark("window"),
    "returnable": mark("returnable"),
    "type": mark("type"),
    "reason": mark("reason"),
    "conditions": mark("conditions"),
    "evidence": mark("evidence"),
    "quantity": mark("quantity"),
    "limits": mark("limits"),
    "photo": mark("photo"),
    "video": mark("video"),
    "document": mark("document"),
    "ordered": mark("ordered"),
    "shipped": mark("shipped"),
    "default": mark("default"),
    # Facts of rules and events.
    "amount": mark("amount"),
    "asked": mark("asked for"),
    "already": mark("in other returns"),
    "at": mark("set in"),
    "bought": mark("bought"),
    "count": mark("times"),
    "day": mark("day"),
    "days": mark("days"),
    "ends": mark("ends"),
    "known": mark("known"),
    "missing": mark("missing"),
    "of": mark("of"),
    "offered": mark("offered"),
    "starts": mark("counted from"),
    "starts_at": mark("on"),
    "because": mark("because"),
    "case": mark("case"),
    "claim": mark("claim"),
    "restock": mark("restock"),
    "scrap": mark("scrap"),
    "deadline": mark("the deadline passed"),
    "due": mark("due"),
    "exception": mark("exception"),
    "grades": mark("grades"),
    "items": mark("units"),
    "method": mark("method"),
    "outcome": mark("outcome"),
    "owed": mark("owed"),
    "moot": mark("no longer owed"),
    "reference": mark("reference"),
    "rule": mark("rule"),
    "stage": mark("stage"),
    "text": mark("text"),
    "then": mark("assumed"),
    "by": mark("by"),
    "tracking": mark("tracking"),
    "undone": mark("undone"),
    "was": mark("was"),
    "why": mark("why"),
    "observe": mark("reported"),
    "status": mark("status"),
    "sub_status": mark("sub-status"),
    "role": mark("asked for by"),
    "partial_refund": mark("partial refund"),
    "refund_parts": mark("made of"),
    "contest": mark("dispute status"),
    "compensation": mark("compensation"),
    "compensation_status": mark("compensation status"),
    "file": mark("file"),
    "row": mark("row"),
    "again": mark("applied for again after"),
    "settled": mark("settled"),
    "corrected": mark("corrected"),
    "damage_liability": mark("who caused the damage"),
    "refund_amount": mark("the amount of the refund"),
    "never_arrived": mark("the goods never arrived"),
    "not_returned": mark("the goods were not sent back"),
    "wrong_item": mark("another item was sent"),
    "other": mark("something else"),
    "return": mark("the goods are to come back"),
    "none": mark("nothing comes of it"),
    "compensated": mark("the platform pays the seller"),
}


def word(code: str | None, language: str | None = None) -> str:
    """A code of the documents in the reader's words; codes of a policy's own stay as they are."""
    if not code:
        return ""
    return say(_WORDS[code], language) if code in _WORDS else code
