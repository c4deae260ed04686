"""What stands at the platform that runs a return: what is to be chosen there, and where it says otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import to_builtins

from returnctl.domain.record import Return
from returnctl.domain.states import State
from returnctl.output.forms import word
from returnctl.output.words import mark, say

if TYPE_CHECKING:
    from returnctl.domain.observe import Disagrees

_DECISIONS = {
    "APPROVE_REFUND": mark("approve the refund"),
    "APPROVE_RETURN": mark("approve the return"),
    "APPROVE_RECEIVED_PACKAGE": mark("accept the parcel, and refund"),
    "APPROVE_REPLACEMENT": mark("approve the replacement"),
    "ISSUE_REPLACEMENT_REFUND": mark("refund instead of a replacement"),
    "OFFER_PARTIAL_REFUND": mark("offer a partial refund of {amount}"),
    "REJECT_REFUND": mark("reject the refund"),
    "REJECT_RETURN": mark("reject the return"),
    "REJECT_RECEIVED_PACKAGE": mark("reject the parcel"),
    "REJECT_REPLACEMENT": mark("reject the replacement"),
}
_REASONS = {
    "reverse_reject_request_reason_1": mark("the buyer's reason is not valid"),
    "reverse_reject_request_reason_2": mark("not eligible for a return"),
    "reverse_reject_request_reason_3": mark("already used, damaged, or unpacked"),
    "reverse_reject_return_parcel_reason_1": mark("not the item that was sent"),
    "reverse_reject_return_parcel_reason_2": mark("not eligible for a return"),
    "reverse_reject_return_parcel_reason_3": mark("parts are missing"),
    "reverse_reject_return_parcel_reason_4": mark("not received"),
    "reverse_reject_return_parcel_reason_5": mark("damaged or used"),
}


def of_platform(record: Return | None) -> dict[str, Any]:
    """For the rows of `todo`, where there is anything: `carry_out` and `disagrees`, and the command that settles it.

    `in_seller_center` stands in every row: what to choose there, in the reader's words.
    """
    if record is None or record.external is None:
        return {"in_seller_center": None}
    from returnctl.domain.carry_out import instructions  # only returns of platforms pay for it
    from returnctl.domain.observe import disagrees

    carry_out, apart = instructions(record), disagrees(record)
    told: dict[str, Any] = {"carry_out": to_builtins(carry_out)} if carry_out else {}
    told["in_seller_center"] = say("; ").join(map(_chosen, told.get("carry_out", ()))) or None
    if apart:
        told["disagrees"] = {"platform": apart.platform, "ours": apart.ours}
    if carry_out or apart:
        told["next"] = _settles(record.id, apart) if apart else f"returnctl done {record.id}"
    return told


def _settles(id: str, apart: Disagrees) -> str:  # noqa: A002 - the field's own name
    """A decision is carried out and booked; else a newer report tells who is right."""
    if apart.awaits:
        return f"returnctl done {id}"
    return f"returnctl resolve {id} --outcome none" if apart.ours is State.DISPUTED else "returnctl import FILE"


def in_seller_center(row: Mapping[str, Any]) -> Iterator[str]:
    for each in row.get("carry_out", ()):
        yield say("carry out in Seller Center: {what}", what=_chosen(each))


def of_platform_in_words(row: Mapping[str, Any]) -> Iterator[str]:
    yield from in_seller_center(row)
    apart = row.get("disagrees")
    if apart and not row.get("carry_out"):
        ours, theirs = word(apart["ours"]), word(apart["platform"])
        yield say("here {ours}, on the platform {theirs}", ours=ours, theirs=theirs)


def _chosen(told: Mapping[str, Any]) -> str:
    """`reject the return (REJECT_RETURN); reason: not received (reverse_…_4)`."""
    amount = told["partial_refund"]
    named = f"{amount['amount']} {amount['currency']}" if amount else ""
    decision = f"{say(_DECISIONS[told['decision']], amount=named)} ({told['decision']})"
    if not told["decision"].startswith("REJECT_"):
        return decision
    code = told["reject_reason"]
    if code is None:
        nearest = say("choose the nearest reason to {reason}", reason=told["reason"] or "-")
        return f"{decision}; {nearest}"
    reason = f"{say(_REASONS[code])} ({code})" if code in _REASONS else code
    return f"{decision}; " + say("reason: {reason}", reason=reason)
