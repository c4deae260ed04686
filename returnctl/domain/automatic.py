"""What the policy decides without a look, at `apply` and when a deadline has passed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from returnctl.domain.case import Actor, Case, Decision, Moment
from returnctl.domain.policy import Rule
from returnctl.domain.record import Return
from returnctl.domain.states import Role
from returnctl.domain.terms import Resolved, in_currency

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
    for path, at, rule in without_a_look(rules):
        if fits(rule, case):
            because = {"rule": rule.name, "at": rules.place(f"{path}/{at}")}
            return decision.then(
                case, approve, Moment(moment.now, SYSTEM), returnless=path == "returnless", because=because
            )
    return decision


def without_a_look(rules: Resolved) -> Iterator[tuple[str, int, Rule]]:
    """The rules in the order in which they are tried: the key they stand under, and where in its list."""
    for path, listed in (("returnless", rules.terms.returnless), ("auto_approve", rules.terms.auto_approve)):
        yield from ((path, at, rule) for at, rule in enumerate(listed))


def by_hand(record: Return) -> bool:
    """Nothing is given without a look after an exception, after a failed rule, or beyond the buyer's limits."""
    return record.exception is not None or any(rule.outcome == "fail" for rule in record.eligibility)


def fits(rule: Rule, case: Case) -> bool:
    return next(misses(rule, case), None) is None


def misses(rule: Rule, case: Case) -> Iterator[str]:
    """What the rule asks and does not find. Raises NoAmountInCurrency."""
    asked, record = case.asked(), case.stored
    if rule.faults and asked.fault not in rule.faults:
        yield "faults"
    if rule.reasons and asked.reason not in rule.reasons:
        yield "reasons"
    if rule.types and record.type not in rule.types:
        yield "types"
    if rule.max_total is not None and asked.total > in_currency(rule.max_total, case.order.currency, "max_total"):
        yield "max_total"
