"""What a row of decisions may say, and the function of the workflow that each command leads to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from msgspec import Struct

from returnctl.domain import composite, dispute, negotiation, remarks, workflow
from returnctl.domain.record import Return
from returnctl.domain.states import Role
from returnctl.domain.undo import undo
from returnctl.errors import BadValue
from returnctl.shop.applying import Units
from returnctl.shop.road import Decide, Side, Typed

T = TypeVar("T")
Verdict = Literal["pass", "fail"]


class Seen(Struct, frozen=True):
    """What a sheet shows of a return: what was decided was decided of that. `zone` is that of a time without one."""

    revision: str = ""
    updated: str = ""
    zone: str = ""
    currency: str = ""

    def check_currency(self, record: Return) -> None:
        """An amount beside another currency was meant for another return. Raises BadValue."""
        if self.currency not in ("", record.currency):
            raise BadValue(what="currency", value=self.currency, wanted="one_of", choices=record.currency)

    def is_past(self, record: Return) -> bool:
        if self.revision:
            return self.revision != str(record.revision)
        if not self.updated:
            return False
        if self.zone:
            return self.updated != record.updated_at.astimezone(ZoneInfo(self.zone)).strftime("%Y-%m-%d %H:%M:%S")
        try:
            return datetime.fromisoformat(self.updated) != record.updated_at
        except (ValueError, TypeError):
            return True


class Asked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row, with the names of the options; `reason_code` is `--reason`, and no return's own reason."""

    id: str
    note: str = ""
    items: dict[str, Units | None] | None = None
    grades: dict[str, dict[str, Units | None]] | None = None
    verdict: Verdict | None = None
    returnless: bool = False
    reason_code: str | None = None
    evidence: tuple[str, ...] = ()
    carrier: str | None = None
    tracking: str | None = None
    reference: str | None = None
    paid: bool = False
    amount: str | None = None
    method: str | None = None
    final: bool = False
    retry: bool = False
    failed: str | None = None
    claim: str | None = None
    to: Literal["platform"] | None = None
    case: str | None = None
    until: datetime | None = None
    outcome: Literal["refund", "return", "none", "compensated"] | None = None
    text: str | None = None
    template: str | None = None
    long: bool = False
    only: str | None = None
    rating: int | None = None
    comment: str = ""
    set: datetime | None = None
    key: str | None = None
    seen: Seen = Seen()


class Command(NamedTuple):
    """What rows may tell it, who decides by it, and how; a payment has a road of its own."""

    takes: tuple[str, ...]
    side: Side = Role.SELLER
    decide: Callable[[Asked], tuple[Decide, dict[str, Any]]] | None = None


def _approved(asked: Asked) -> tuple[Decide, dict[str, Any]]:
    return workflow.approve, {"items": asked.items, "returnless": asked.returnless, "note": asked.note}


def _rejected(asked: Asked) -> tuple[Decide, dict[str, Any]]:
    return workflow.reject, {"reason": asked.reason_code, "note": asked.note, "evidence": asked.evidence}


def _received(asked: Asked) -> tuple[Decide, dict[str, Any]]:
    if asked.verdict:
        return composite.receive_and_inspect, {"items": asked.items, "passes": asked.verdict == "pass"}
    return workflow.receive, {"items": asked.items}


def _inspected(asked: Asked) -> tuple[Decide, dict[str, Any]]:
    if bool(asked.grades) == bool(asked.verdict):
        raise BadValue(what="inspect", value="", wanted="grades")
    facts = {"passes": asked.verdict != "fail", "note": asked.note, "evidence": asked.evidence}
    return workflow.inspect, {"grades": asked.grades, **facts}


def _escalated(asked: Asked) -> tuple[Decide, dict[str, Any]]:
    facts = {"claim": asked.claim or "other", "amount": _typed(asked), "note": asked.note, "evidence": asked.evidence}
    if facts["claim"] not in dispute.CLAIMS:
        raise BadValue(what="claim", value=asked.claim, wanted="one_of", choices=list(dispute.CLAIMS))
    return dispute.escalate, {**facts, "to_platform": asked.to == "platform", "number": asked.case}


def _offered(asked: Asked) -> tuple[Decide, dict[str, Any]]:
    amount = _needed(_typed(asked), "amount")
    return negotiation.offer, {"amount": amount, "until": asked.until, "note": asked.note}


def _resolved(asked: Asked) -> tuple[Decide, dict[str, Any]]:
    told = {"amount": _typed(asked), "reference": asked.reference, "note": asked.note}
    return dispute.resolve, {"outcome": _needed(asked.outcome, "outcome"), **told}


def _said(asked: Asked) -> tuple[Decide, dict[str, Any]]:
    if bool(asked.text) == bool(asked.template):
        raise BadValue(what="text", value="", wanted="text_or_template")
    told = {"text": asked.text} if asked.text else {"template": asked.template}
    return remarks.message, {**told, "long": asked.long}


def _judged(asked: Asked) -> tuple[Decide, dict[str, Any]]:
    rating = _needed(asked.rating, "rating")
    if rating not in range(1, 6):
        raise BadValue(what="rating", value=str(rating), wanted="one_of", choices=[1, 2, 3, 4, 5])
    return remarks.feedback, {"rating": rating, "comment": asked.comment.strip()}


def _typed(asked: Asked) -> Typed | None:
    return None if asked.amount is None else Typed(asked.amount)


def _needed(value: T | None, name: str) -> T:
    """Raises BadValue."""
    if value is None or value in ("", ()):
        raise BadValue(what=name, value="", wanted="text")
    return value


def _only(name: str, decide: Decide) -> Callable[[Asked], tuple[Decide, dict[str, Any]]]:
    """What asks for just one thing, and needs it."""
    facts = {"set": "at"}
    return lambda asked: (decide, {facts.get(name, name): _needed(getattr(asked, name), name)})


def _sent(decide: Decide) -> Callable[[Asked], tuple[Decide, dict[str, Any]]]:
    return lambda asked: (decide, {"carrier": asked.carrier, "tracking": asked.tracking})


def _noted(decide: Decide) -> Callable[[Asked], tuple[Decide, dict[str, Any]]]:
    return lambda asked: (decide, {"note": asked.note})


COMMANDS: dict[str, Command] = {
    "approve": Command(("note", "items", "returnless"), decide=_approved),
    "reject": Command(("note", "reason_code", "evidence"), decide=_rejected),
    "ship": Command(("carrier", "tracking"), Role.BUYER, _sent(workflow.ship)),
    "receive": Command(("items", "verdict"), decide=_received),
    "inspect": Command(("grades", "verdict", "note", "evidence"), decide=_inspected),
    "refund": Command(("reference", "paid", "amount", "method", "final", "retry", "failed", "note")),
    "replace": Command(("carrier", "tracking"), decide=_sent(workflow.replace_goods)),
    "convert": Command(("note",), decide=_noted(workflow.convert)),
    "cancel": Command(("note",), Role.BUYER, _noted(workflow.cancel)),
    "escalate": Command(("claim", "amount", "note", "evidence", "to", "case"), Role.BUYER, _escalated),
    "offer": Command(("amount", "until", "note"), decide=_offered),
    "accept": Command(("note",), negotiation.answers, _noted(negotiation.accept)),
    "decline": Command(("note",), negotiation.answers, _noted(negotiation.decline)),
    "resolve": Command(("outcome", "amount", "reference", "note"), Role.PLATFORM, _resolved),
    "message": Command(("text", "template", "long"), decide=_said),
    "note": Command(("text",), decide=_only("text", remarks.note)),
    "attach": Command(("evidence",), decide=_only("evidence", remarks.attach)),
    "feedback": Command(("rating", "comment"), Role.BUYER, _judged),
    "due": Command(("set",), decide=_only("set", remarks.set_due)),
    "done": Command(("only",), decide=lambda asked: (remarks.done, {"only": asked.only} if asked.only else {})),
    "undo": Command((), decide=lambda _: (undo, {})),
}
