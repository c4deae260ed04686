"""TikTok Shop's words and what they mean here. They drift: what stands in no table is kept, and means nothing.

Words are looked up without regard to case, and with spaces for underscores: the API's constants and the export's
labels stand in the same tables.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from returnctl.domain.states import Kind, State

NAME = "tiktok"


class Status(NamedTuple):
    """`kinds` are exceptions by the type of the return; `sent` is meant where a tracking number was told.

    `uncertain`: the word does not tell a refused request from a refused parcel.
    """

    state: State
    kinds: dict[Kind, State] = {}
    sent: State | None = None
    uncertain: bool = False


_IN_PROCESS = Status(State.APPROVED, {Kind.REFUND_ONLY: State.REFUND_DUE}, State.IN_TRANSIT)
_STATUSES: dict[str, Status] = {
    "return or refund request pending": Status(State.REQUESTED),
    "refund or return request reject": Status(State.REJECTED),
    "awaiting buyer ship": Status(State.APPROVED),
    "buyer shipped item": Status(State.IN_TRANSIT),
    "reject receive package": Status(State.REJECTED),
    "return or refund request success": Status(State.REFUND_DUE),
    "return or refund request cancel": Status(State.CANCELLED),
    "return or refund request complete": Status(State.REFUNDED),
    "awaiting buyer response": Status(State.REQUESTED),
    "replacement request pending": Status(State.REQUESTED),
    "replacement request reject": Status(State.REJECTED),
    "replacement request refund success": Status(State.REFUNDED),
    "replacement request cancel": Status(State.CANCELLED),
    "replacement request complete": Status(State.REPLACED),
    # What exports say.
    "to process": Status(State.REQUESTED),
    "in process": _IN_PROCESS,
    "completed": Status(State.REFUNDED, {Kind.REPLACEMENT: State.REPLACED}),
    "refund rejected": Status(State.REJECTED, uncertain=True),
    "canceled": Status(State.CANCELLED),
    "cancelled": Status(State.CANCELLED),
}
# How a contest stands: `open`, or the outcome of a dispute.
_DISPUTES = {
    "in progress": "open", "in process": "open", "to process": "open", "processing": "open", "under review": "open",
    "support buyer": "refund", "support seller": "none",
    "closed": "none", "completed": "none", "canceled": "none", "cancelled": "none",
}  # fmt: skip
# Words of a compensation or an appeal that are in no table.
_REFUSED = re.compile(r"reject|denied|declin|fail|cancel|ineligible|not |拒|取消", re.IGNORECASE)
_UNDECIDED = re.compile(r"in.?progress|in.?process|to.?process|processing|review|pending|处理中|审核", re.IGNORECASE)
# How far a return is, where two reports are of the same instant.
_FAR = (
    State.REQUESTED, State.APPROVED, State.IN_TRANSIT, State.REJECTED, State.DISPUTED, State.REPLACEMENT_DUE,
    State.REFUND_DUE, State.CANCELLED, State.REPLACED, State.REFUNDED,
)  # fmt: skip
KINDS = {
    "refund": Kind.REFUND_ONLY, "refund only": Kind.REFUND_ONLY,
    "return and refund": Kind.RETURN_AND_REFUND,
    "replacement": Kind.REPLACEMENT, "exchange": Kind.REPLACEMENT,
}  # fmt: skip
# What the API's reasons end in, with the code that policies usually have for it.
_REASONS = {
    "no_need": "no_longer_needed", "not_match_description": "not_as_described", "missing_product": "missing_product",
    "damaged": "damaged", "defective": "defective", "wrong_product": "wrong_item",
}  # fmt: skip


@lru_cache(1024)
def plain(word: str) -> str:
    return " ".join(word.replace("_", " ").split()).casefold()


def status(word: str) -> Status | None:
    return _STATUSES.get(plain(word))


def contest(word: str | None) -> str | None:
    """`open`, the outcome, or None of a word that no table has."""
    return _DISPUTES.get(plain(word or ""))


def is_decided(word: str | None) -> bool:
    """Whether a contest was decided for one side, not only closed."""
    return plain(word or "").startswith("support ")


def is_undecided(word: str) -> bool:
    """Of an appeal or a compensation, in whatever words."""
    return bool(_UNDECIDED.search(word))


def is_granted(word: str) -> bool:
    """Whether a compensation comes; without a word it does."""
    return not (_REFUSED.search(word) or is_undecided(word))


def kind(word: str) -> Kind | None:
    return KINDS.get(plain(word))


def how_far(state: State) -> int:
    return _FAR.index(state)


def usual_reason(code: str) -> str | None:
    """The code that policies usually have for one of the API's reasons; those of the UK have an ending of their own."""
    bare = code.casefold().removesuffix("_uk")
    return next((ours for ending, ours in _REASONS.items() if bare.endswith(ending)), None)


# --- decisions, in the API's terms


REJECTS_REQUEST = {
    "insufficient_evidence": "reverse_reject_request_reason_1",
    "not_eligible": "reverse_reject_request_reason_2",
    "used_or_damaged": "reverse_reject_request_reason_3",
}
REJECTS_PARCEL = {
    "not_our_item": "reverse_reject_return_parcel_reason_1",
    "not_eligible": "reverse_reject_return_parcel_reason_2",
    "missing": "reverse_reject_return_parcel_reason_3",
    "never_came_back": "reverse_reject_return_parcel_reason_4",
    "used_or_damaged": "reverse_reject_return_parcel_reason_5",
    # What an inspection found, by the usual names of grades.
    "wrong_item": "reverse_reject_return_parcel_reason_1",
    "worn": "reverse_reject_return_parcel_reason_5",
}
