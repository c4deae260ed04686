"""The one transition table. The README's picture and `help workflow` are drawn from it."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    IN_TRANSIT = "in_transit"
    RECEIVED = "received"
    REFUND_DUE = "refund_due"
    REFUNDING = "refunding"
    REFUNDED = "refunded"
    REPLACEMENT_DUE = "replacement_due"
    REPLACED = "replaced"
    REJECTED = "rejected"
    DISPUTED = "disputed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    CLOSED = "closed"


class Event(StrEnum):
    APPLY = "apply"
    APPROVE = "approve"
    REJECT = "reject"
    SHIP = "ship"
    RECEIVE = "receive"
    INSPECT = "inspect"
    REFUND = "refund"
    CONFIRM = "confirm"
    FAIL = "fail"
    REPLACE = "replace"
    CONVERT = "convert"
    OFFER = "offer"
    ACCEPT = "accept"
    DECLINE = "decline"
    CANCEL = "cancel"
    EXPIRE = "expire"
    CLOSE = "close"
    ESCALATE = "escalate"
    RESOLVE = "resolve"
    UNDO = "undo"
    # These leave the state.
    NOTE = "note"
    MESSAGE = "message"
    ATTACH = "attach"
    DONE = "done"
    DUE = "due"
    FEEDBACK = "feedback"
    # What passing time does.
    REMIND = "remind"
    LAPSE = "lapse"
    # What the platform that runs a return reports, from any state to any. What is nothing new but when it was so, the
    # journal has and the history does not.
    OBSERVE = "observe"
    SEEN = "seen"
    # By hand, outside the workflow: a document that was edited, a buyer's data that were removed.
    AMEND = "amend"
    ANONYMIZE = "anonymize"
    # An attempt to carry out what is owed: the journal has it, the history does not.
    TRY = "try"


class Role(StrEnum):
    BUYER = "buyer"
    SELLER = "seller"
    PLATFORM = "platform"
    SYSTEM = "system"


class Kind(StrEnum):
    """The type of a return."""

    RETURN_AND_REFUND = "return_and_refund"
    REFUND_ONLY = "refund_only"
    REPLACEMENT = "replacement"


class Fault(StrEnum):
    BUYER = "buyer"
    SELLER = "seller"
    CARRIER = "carrier"


_S, _E = State, Event

# What an event leads to; of several, `domain.workflow` chooses by the return's facts.
TRANSITIONS: dict[tuple[State, Event], tuple[State, ...]] = {
    (_S.REQUESTED, _E.APPROVE): (_S.APPROVED, _S.REFUND_DUE, _S.REPLACEMENT_DUE),
    (_S.REQUESTED, _E.REJECT): (_S.REJECTED,),
    (_S.REQUESTED, _E.OFFER): (_S.REQUESTED,),
    (_S.REQUESTED, _E.ACCEPT): (_S.REFUND_DUE,),
    (_S.REQUESTED, _E.DECLINE): (_S.REQUESTED,),
    (_S.REQUESTED, _E.CANCEL): (_S.CANCELLED,),
    (_S.REQUESTED, _E.ESCALATE): (_S.DISPUTED,),
    (_S.APPROVED, _E.SHIP): (_S.IN_TRANSIT,),
    (_S.APPROVED, _E.RECEIVE): (_S.RECEIVED,),
    (_S.APPROVED, _E.CANCEL): (_S.CANCELLED,),
    (_S.APPROVED, _E.EXPIRE): (_S.EXPIRED,),
    (_S.APPROVED, _E.ESCALATE): (_S.DISPUTED,),
    (_S.IN_TRANSIT, _E.RECEIVE): (_S.RECEIVED,),
    (_S.IN_TRANSIT, _E.REJECT): (_S.REJECTED,),
    (_S.IN_TRANSIT, _E.ESCALATE): (_S.DISPUTED,),
    (_S.RECEIVED, _E.RECEIVE): (_S.RECEIVED,),
    (_S.RECEIVED, _E.INSPECT): (_S.REFUND_DUE, _S.REPLACEMENT_DUE, _S.REJECTED),
    (_S.RECEIVED, _E.ESCALATE): (_S.DISPUTED,),
    (_S.REFUND_DUE, _E.REFUND): (_S.REFUNDING,),
    (_S.REFUND_DUE, _E.ESCALATE): (_S.DISPUTED,),
    (_S.REFUNDING, _E.CONFIRM): (_S.REFUNDED, _S.REFUND_DUE),
    (_S.REFUNDING, _E.FAIL): (_S.REFUND_DUE,),
    # Money may go back before the goods are here, above all where a platform pays.
    (_S.REFUNDED, _E.RECEIVE): (_S.REFUNDED,),
    (_S.REFUNDED, _E.ESCALATE): (_S.DISPUTED,),
    (_S.REPLACEMENT_DUE, _E.REPLACE): (_S.REPLACED,),
    (_S.REPLACEMENT_DUE, _E.CONVERT): (_S.REFUND_DUE,),
    (_S.REPLACEMENT_DUE, _E.ESCALATE): (_S.DISPUTED,),
    (_S.REPLACED, _E.ESCALATE): (_S.DISPUTED,),
    (_S.REJECTED, _E.OFFER): (_S.REJECTED,),
    (_S.REJECTED, _E.ACCEPT): (_S.REFUND_DUE,),
    (_S.REJECTED, _E.DECLINE): (_S.REJECTED,),
    (_S.REJECTED, _E.CLOSE): (_S.CLOSED,),
    (_S.REJECTED, _E.ESCALATE): (_S.DISPUTED,),
    (_S.DISPUTED, _E.OFFER): (_S.DISPUTED,),
    (_S.DISPUTED, _E.ACCEPT): (_S.REFUND_DUE,),
    (_S.DISPUTED, _E.DECLINE): (_S.DISPUTED,),
    (_S.DISPUTED, _E.ESCALATE): (_S.DISPUTED,),
    # Withdrawn, or resolved with `none` or `compensated`: `requested` and `rejected` end in `closed`, any
    # other state comes back.
    (_S.DISPUTED, _E.CANCEL): (
        _S.CLOSED, _S.APPROVED, _S.IN_TRANSIT, _S.RECEIVED, _S.REFUND_DUE, _S.REFUNDED, _S.REPLACEMENT_DUE,
        _S.REPLACED,
    ),
    (_S.DISPUTED, _E.RESOLVE): (
        _S.CLOSED, _S.APPROVED, _S.IN_TRANSIT, _S.RECEIVED, _S.REFUND_DUE, _S.REFUNDED, _S.REPLACEMENT_DUE,
        _S.REPLACED,
    ),
}  # fmt: skip

# Events that leave the state; `undo` goes back to the state before the last event.
ANYWHERE = (_E.NOTE, _E.MESSAGE, _E.ATTACH, _E.DONE, _E.DUE, _E.FEEDBACK, _E.UNDO)
# What both sides say of an amount, until one accepts or the platform decides.
NEGOTIATION = frozenset({_E.OFFER, _E.ACCEPT, _E.DECLINE})
# Nobody's step: `undo` looks past them to the last event.
PASSING = frozenset({_E.REMIND, _E.LAPSE})
# Events that only the program itself books: nobody types them.
BOOKED = frozenset({_E.CONFIRM, _E.FAIL, _E.EXPIRE, _E.CLOSE})
# States in which a return takes no units of its order.
COUNTS_NONE = frozenset({_S.CANCELLED, _S.EXPIRED, _S.REJECTED, _S.CLOSED, _S.REPLACED})
# States in which the breakdown is fixed, and money may go out or went out by it.
FIXED = frozenset({_S.REFUND_DUE, _S.REFUNDING, _S.REFUNDED})
ENDED = frozenset({_S.REFUNDED, _S.REPLACED, _S.CANCELLED, _S.EXPIRED, _S.CLOSED})


def allowed(state: State) -> tuple[Event, ...]:
    """The events that lead on from a state, in the table's order."""
    return tuple(event for (origin, event) in TRANSITIONS if origin is state)
