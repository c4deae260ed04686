"""The contested part of a return: claims, stages and decisions. Refunds are frozen until the outcome."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from returnctl.domain.case import Case, Decision, Moment
from returnctl.domain.deadlines import ends_at
from returnctl.domain.money import ZERO
from returnctl.domain.record import Dispute, Evidence, Line, Return, with_files
from returnctl.domain.refund import left, settled
from returnctl.domain.states import Event, Role, State
from returnctl.domain.step import basis, check, noted, stands_after, step, unchanged, wrong_state
from returnctl.domain.units import counted, counts, free, is_approved
from returnctl.errors import NothingGiven, TooManyUnits, TooMuchMoney, WrongSide

CLAIMS = ("damage_liability", "refund_amount", "never_arrived", "not_returned", "wrong_item", "other")
OUTCOMES = ("refund", "return", "none", "compensated")
# States from which an unsuccessful dispute ends the return; any other comes back.
_ENDS = frozenset({State.REQUESTED, State.REJECTED})
# States after which the goods cannot be asked for any more: the case was carried out.
_CARRIED_OUT = frozenset({State.REFUNDED, State.REPLACED})


def escalate(
    case: Case, moment: Moment, *, claim: str = "other", amount: Decimal | None = None, note: str = "",
    evidence: tuple[Evidence, ...] = (), to_platform: bool = False, number: str | None = None,
) -> Decision:  # fmt: skip
    """Contest it; from negotiation, `to_platform`, where `number` is the platform's case.

    After a decision of the platform against the seller, `to_platform` is the appeal. Raises WrongState, WrongSide.
    """
    record = case.stored
    if record.dispute and record.state is State.DISPUTED:
        if to_platform:
            return _to_platform(case, record.dispute, moment, note, evidence, number)
        if claim == record.dispute.claim:
            return unchanged(case)
    if to_platform and record.dispute and record.dispute.appeal_until:
        return _appeal(case, record.dispute, moment, amount, note, evidence, number)
    if to_platform or record.state is State.DISPUTED:
        event = "escalate --to platform" if to_platform else Event.ESCALATE
        raise wrong_state(record, event)
    check(record, Event.ESCALATE)
    dispute = Dispute(
        stage="negotiation", claim=claim, by=moment.by.role, at=case.at(moment), escalated_from=record.state,
        asked=amount, note=note, case=number,
    )  # fmt: skip
    facts = {"claim": claim, "stage": "negotiation"} | ({"asked": str(amount)} if amount is not None else {})
    files = with_files(record, evidence)
    return step(case, Event.ESCALATE, State.DISPUTED, moment, facts, dispute=dispute, evidence=files)


def _to_platform(
    case: Case, dispute: Dispute, moment: Moment, note: str, evidence: tuple[Evidence, ...], number: str | None
) -> Decision:
    record = case.stored
    if dispute.stage == "platform":
        if number in (None, dispute.case):
            return unchanged(case)
        raise wrong_state(record, "escalate --to platform")
    facts = {"stage": "platform"} | ({"case": number} if number else {}) | ({"note": note} if note else {})
    dispute = replace(dispute, stage="platform", case=number or dispute.case)
    files = with_files(record, evidence)
    return step(case, Event.ESCALATE, State.DISPUTED, moment, facts, dispute=dispute, evidence=files)


def _appeal(
    case: Case, decided: Dispute, moment: Moment, amount: Decimal | None, note: str,
    evidence: tuple[Evidence, ...], number: str | None,
) -> Decision:  # fmt: skip
    """Against the decision of the platform, which looks at it again: there is no negotiation any more."""
    record = case.stored
    check(record, Event.ESCALATE)
    if moment.by.role is not Role.SELLER:
        raise WrongSide(id=record.id, event="escalate", role=moment.by.role, sides=[Role.SELLER], why="appeal")
    dispute = Dispute(
        stage="platform", claim=decided.claim, by=Role.SELLER, at=case.at(moment), escalated_from=record.state,
        asked=amount, note=note, case=number or decided.case, appeal=True,
    )  # fmt: skip
    facts = noted(note, stage="platform", appeal=True, case=number, asked=None if amount is None else str(amount))
    files = with_files(record, evidence)
    return step(case, Event.ESCALATE, State.DISPUTED, moment, facts, dispute=dispute, evidence=files)


def resolve(
    case: Case, moment: Moment, *, outcome: str, amount: Decimal | None = None, reference: str | None = None,
    note: str = "",
) -> Decision:  # fmt: skip
    """The decision, carried out: `refund`, `return`, `none` or `compensated` (the platform pays the seller).

    Raises WrongState, NothingGiven (amount), TooMuchMoney, TooManyUnits.
    """
    record = case.stored
    if _decided(record, outcome, amount):
        return unchanged(case)
    check(record, Event.RESOLVE)
    dispute = replace(_open(record), outcome=outcome, amount=amount, reference=reference)
    dispute = replace(dispute, appeal_until=_appeal_until(case, dispute, moment))
    facts = {"outcome": outcome} | ({"note": note} if note else {}) | ({"reference": reference} if reference else {})
    if outcome == "refund":
        return _refunded(case, dispute, moment, facts)
    if outcome == "return":
        return _sent_back(case, dispute, moment, facts)
    facts |= {"amount": str(amount)} if amount is not None else {}
    return _as_it_was(case, Event.RESOLVE, moment, facts, dispute)


def _appeal_until(case: Case, dispute: Dispute, moment: Moment) -> datetime | None:
    """Against what the platform decided for the buyer, the seller may appeal for a while, and once."""
    if dispute.stage != "platform" or dispute.outcome not in ("refund", "return") or dispute.appeal:
        return None
    rules = case.rules()
    return ends_at(rules.terms.deadlines["appeal"], rules, case.at(moment))


def _open(record: Return) -> Dispute:
    if record.dispute is None:
        raise TypeError("a disputed return has a dispute")
    return record.dispute


def _decided(record: Return, outcome: str, amount: Decimal | None) -> bool:
    dispute = record.dispute
    same = dispute is not None and dispute.outcome == outcome and amount in (None, dispute.amount)
    return same and stands_after(record, Event.RESOLVE)


def _refunded(case: Case, dispute: Dispute, moment: Moment, facts: Mapping[str, object]) -> Decision:
    record = case.stored
    asked = dispute.asked if dispute.amount is None else dispute.amount
    if asked is None:
        raise NothingGiven(id=record.id, wanted="amount")
    told = {**facts, "amount": str(asked)}
    return settle(case, Event.RESOLVE, asked, moment, told, dispute=replace(dispute, amount=asked))


def settle(
    case: Case, event: Event, amount: Decimal, moment: Moment, facts: Mapping[str, object], **changes: Any,  # noqa: ANN401
) -> Decision:  # fmt: skip
    """What was agreed or decided is still to be paid from now. Raises TooMuchMoney."""
    check_borne(case, amount)
    agreed, breakdown = settled(basis(case, case.stored), amount, _held(case), case.at(moment))
    return step(case, event, State.REFUND_DUE, moment, facts, agreed=agreed, breakdown=breakdown, **changes)


def check_borne(case: Case, amount: Decimal) -> None:
    """Raises TooMuchMoney unless it lies above 0 and within what the order still bears."""
    record, most = case.stored, left(case.order, (case.stored, *case.others))
    if not ZERO < amount <= most:
        raise TooMuchMoney(id=record.id, asked=str(amount), most=str(most), currency=record.currency)


def _held(case: Case) -> dict[str, int]:
    """The units that a settlement is about: those held, or after a rejection those asked for, as far as free."""
    record = case.stored
    if counts(record):
        return {line.line: counted(record, line.line) for line in record.lines}
    return {line.line: line.approved for line in _held_again(case)}


def _held_again(case: Case) -> tuple[Line, ...]:
    """The units that it holds from now: those approved, else those asked for, as far as they are free."""
    record = case.stored
    return tuple(
        replace(line, approved=min(line.approved if is_approved(record) else line.requested, free(bought, case.others)))
        for line in record.lines
        for bought in [case.order.line(line.line)]
        if bought
    )


def _sent_back(case: Case, dispute: Dispute, moment: Moment, facts: Mapping[str, object]) -> Decision:
    """Only while nothing was paid: a return that gave money back must not end without counting its units."""
    record = case.stored
    paid = record.refunded().amount
    if paid or dispute.escalated_from in _CARRIED_OUT or any(line.received for line in record.lines):
        raise wrong_state(record, "resolve --outcome return")
    lines = _held_again(case)
    if not any(line.approved for line in lines):
        first = record.lines[0]
        raise TooManyUnits(id=record.id, line=first.line, asked=first.requested, most=0)
    return step(
        case, Event.RESOLVE, State.APPROVED, moment, facts, lines=lines, returnless=False, agreed=None,
        dispute=dispute,
    )  # fmt: skip


def withdraw(case: Case, moment: Moment, facts: Mapping[str, object]) -> Decision:
    """The buyer withdraws the dispute."""
    return _as_it_was(case, Event.CANCEL, moment, facts, replace(_open(case.stored), outcome="none"))


def _as_it_was(case: Case, event: Event, moment: Moment, facts: Mapping[str, object], dispute: Dispute) -> Decision:
    """Nothing came of it: what was not accepted before ends, anything else comes back with a fresh due."""
    to = State.CLOSED if dispute.escalated_from in _ENDS else dispute.escalated_from
    return step(case, event, to, moment, facts, dispute=dispute)
