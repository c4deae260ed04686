"""What the policy decides without a look, at `apply` and when a deadline has passed."""

from __future__ import annotations

from collections.abc import Callable

from returnctl.domain.case import Actor, Case, Decision, Moment
from returnctl.domain.policy import Rule
from returnctl.domain.record import Return
from returnctl.domain.states import Role
from returnctl.domain.terms import in_currency

SYSTEM = Actor("returnctl", Role.SYSTEM)


def automatic(
    case: Case,
    decision: Decision,
    moment: Moment,
    approve: Callable[..., Decision],
) -> Decision:
    """After a passed application: a matching `returnless` rule, else a matching `auto_approve` rule."""
    if by_hand(decision.record):
        return decision
    case = case.having(decision.record)
    rules = case.rules()
    for path, matching in (("returnless", rules.terms.returnless), ("auto_approve", rules.terms.auto_approve)):
        for at, rule in enumerate(matching):
            if fits(rule, case):
                because = {"rule": rule.name, "at": rules.place(f"{path}/{at}")}
                return decision.then(
                    case, approve, Moment(moment.now, SYSTEM), returnless=path == "returnless", because=because
                )
    return decision


def by_hand(record: Return) -> bool:
    """Nothing is given without a look after an exception, after a failed rule, or beyond the buyer's limits."""
    return record.exception is not None or any(rule.outcome == "fail" for rule in record.eligibility)


def fits(rule: Rule, case: Case) -> bool:
    asked, record = case.asked(), case.stored
    return (
        (not rule.faults or asked.fault in rule.faults)
        and (not rule.reasons or asked.reason in rule.reasons)
        and (not rule.types or record.type in rule.types)
        and (rule.max_total is None or asked.total <= in_currency(rule.max_total, case.order.currency, "max_total"))
    )
