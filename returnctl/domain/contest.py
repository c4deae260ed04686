"""The contest of a return that a platform runs: its own, or one that was opened here and that it takes up."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from returnctl.domain.case import Case, Moment
from returnctl.domain.deadlines import ends_at
from returnctl.domain.record import Dispute, Return, standing
from returnctl.domain.reported import Picture
from returnctl.domain.states import Event, Role, State
from returnctl.domain.step import stands_after


def contested(case: Case, new: Return, seen: Picture | None, moment: Moment) -> Dispute | None:
    """The platform's own contest; one that was open here ends with the state that it held."""
    held = new.dispute
    if seen is None:
        return held
    if not _contested_here(case.stored):
        return _theirs(case, new, seen, moment)
    if new.state is State.DISPUTED and seen.state is State.DISPUTED:
        first = held if held and case.stored.state is State.DISPUTED else None
        if first and first.stage == "platform":
            return replace(first, escalated_from=seen.below) if stands_after(case.stored, Event.OBSERVE) else first
        return replace(first or _contest(case, seen, moment), stage="platform")
    if case.stored.state is State.DISPUTED and new.state is not State.DISPUTED and held:
        since = new.external.updated_at if new.external else None
        return _ended(case, replace(held, outcome=seen.outcome or "none"), new, since)
    return held


def _contested_here(record: Return) -> bool:
    """Whether anybody here led into a contest, or out of one."""
    led = (each for each in standing(record.history) if each.from_ != each.to and each.event != Event.OBSERVE)
    return any(State.DISPUTED in (each.from_, each.to) for each in led)


def _theirs(case: Case, new: Return, seen: Picture, moment: Moment) -> Dispute | None:
    """By all that was reported, in whatever order: it may have been opened and decided between two imports."""
    told = new.external.contest if new.external else None
    if told is None or (seen.state is State.DISPUTED and new.state is not State.DISPUTED):
        return new.dispute
    held = replace(new.dispute or _contest(case, seen, moment), stage="platform", escalated_from=seen.below)
    if new.state is State.DISPUTED:
        return replace(held, outcome=None, appeal_until=None)
    return _ended(case, replace(held, outcome=told.outcome), new, told.lost_at)


def _contest(case: Case, seen: Picture, moment: Moment) -> Dispute:
    return Dispute(stage="platform", claim="other", by=Role.BUYER, at=case.at(moment), escalated_from=seen.below)


def _ended(case: Case, dispute: Dispute, new: Return, since: datetime | None) -> Dispute:
    """Against what the platform decided for the buyer, the seller may appeal for a while, and once."""
    appealed = dispute.appeal or (new.external and new.external.appeal)
    if dispute.outcome != "refund" or appealed or since is None:
        return replace(dispute, appeal_until=None)
    rules = case.rules()
    return replace(dispute, appeal_until=ends_at(rules.terms.deadlines["appeal"], rules, since))
