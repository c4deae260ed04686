"""The workflow: one function an event. Each gives the decision, or raises why it may not be taken.

A return that already stands where the event leads, by the same facts, comes back unchanged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from msgspec.structs import replace

from returnctl.domain import paying
from returnctl.domain.automatic import SYSTEM, automatic
from returnctl.domain.case import Case, Decision, Moment
from returnctl.domain.deadlines import after
from returnctl.domain.eligibility import Question, Wish, ask, ends, evaluate, failed
from returnctl.domain.owed import owes
from returnctl.domain.policy import Inspection
from returnctl.domain.record import (
    Evidence,
    ExceptionMade,
    Graded,
    Happened,
    Line,
    Parcel,
    Reason,
    Return,
    RuleOutcome,
    unpaid,
    with_files,
)
from returnctl.domain.refund import breakdown
from returnctl.domain.states import Event, Fault, Kind, State
from returnctl.domain.step import basis, check, led_here, noted, stands_after, step, unchanged, waiting
from returnctl.errors import NotAllGraded, NotEligible, NotFound, NothingGiven, TooManyUnits

# --- the request


def apply(case: Case, moment: Moment, *, id: str, wish: Wish) -> Decision:  # noqa: A002 - the field's own name
    """A wish becomes a return, and is decided at once where the policy says so.

    One that a platform opened exists already: it is kept with its failed rules. Raises NotFound for an unknown
    line, NotEligible with every failed rule unless an exception is made; none makes units that nobody bought, or a
    reason that nobody knows.
    """
    record = weighed(case, moment, id=id, wish=wish)
    refused = failed(record.eligibility)
    if any(_is_strict(x) or not wish.exception for x in refused) and not wish.external:
        raise NotEligible(
            order=case.order.id, lines={line.line: line.requested for line in record.lines}, reason=record.reason.code,
            failed=[{"rule": x.rule, "line": x.line, "at": x.at, "facts": x.facts} for x in refused],
        )  # fmt: skip
    case = case.having(record)
    return automatic(case, written_first(case, moment, wish), moment, approve)


def weighed(case: Case, moment: Moment, *, id: str, wish: Wish) -> Return:  # noqa: A002 - the field's own name
    """The return that a wish would be, with what each rule says of it. Raises NotFound for an unknown line."""
    for number in wish.items or ():
        if case.order.line(number) is None:
            raise NotFound(kind="line", id=number, order=case.order.id, near=[x.line for x in case.order.lines])
    question = ask(case.order, case.policy, wish, case.others, case.recent, moment.now)
    return replace(_opened(case, moment, id, question), eligibility=evaluate(question))


def _is_strict(outcome: RuleOutcome) -> bool:
    """Whether no exception can be made."""
    return outcome.rule == "quantity" or (outcome.rule == "reason" and outcome.facts.get("reason") is not None)


def _opened(case: Case, moment: Moment, id: str, question: Question) -> Return:  # noqa: A002
    wish = question.wish
    made = ExceptionMade(wish.exception, moment.by.name, moment.now) if wish.exception else None
    return Return(
        id=id, state=State.REQUESTED, type=question.kind, order=case.order, currency=case.order.currency,
        policy=case.ref, buyer=case.order.buyer, conditions=wish.conditions, evidence=wish.evidence,
        reason=Reason(question.code, question.fault, wish.note), exception=made, external=wish.external,
        lines=tuple(Line(line.line, line.sku, question.units[line.line]) for line, _ in question.lines),
        window_ends=min((end for _, end in ends(question)), default=None),
    )  # fmt: skip


def written_first(case: Case, moment: Moment, wish: Wish) -> Decision:
    """The first event of what was weighed: with its due and its estimate."""
    record = case.stored
    entry = Happened(
        at=moment.now, by=moment.by.name, role=moment.by.role, event=Event.APPLY, from_=None, to=State.REQUESTED,
        facts={"exception": wish.exception} if wish.exception else {},
    )  # fmt: skip
    rules = case.rules()
    due = after(Event.APPLY, record, rules, moment.now)
    record = replace(record, history=(entry,), due=replace(due, at=wish.due) if due and wish.due else due)
    record = waiting(record, rules, moment.now)
    if record.type is not Kind.REPLACEMENT:
        record = replace(record, breakdown=breakdown(basis(case, record)))
    return Decision(replace(record, owed=tuple(owes(record, entry, case.shop_id))), (Event.APPLY,))


def approve(
    case: Case, moment: Moment, *, items: Mapping[str, int | None] | None = None, returnless: bool = False,
    note: str = "", because: Mapping[str, str] | None = None,
) -> Decision:  # fmt: skip
    """Accept the request, or part of it. `because` is the rule that decided it and its place.

    Raises WrongState, TooManyUnits, NotFound (line).
    """
    record = case.stored
    _known_lines(record, items)
    lines = tuple(replace(line, approved=_approved(record, line, items)) for line in record.lines)
    if stands_after(record, Event.APPROVE) and record.lines == lines and record.returnless >= returnless:
        return unchanged(case)
    check(record, Event.APPROVE)
    if not any(line.approved for line in lines):
        raise NothingGiven(id=record.id, wanted="units")
    facts = {**(because or {}), **noted(note, items=dict(items) if items else None)}
    to = _approved_to(record, returnless=returnless)
    return owing(case, step(case, Event.APPROVE, to, moment, facts, lines=lines, returnless=returnless), moment)


def _approved(record: Return, line: Line, items: Mapping[str, int | None] | None) -> int:
    if items is None:
        return line.requested
    units = items.get(line.line, 0)
    return line.requested if units is None else _at_most(record, line.line, units, line.requested)


def _approved_to(record: Return, *, returnless: bool) -> State:
    if record.type is Kind.REPLACEMENT and (returnless or record.reason.fault is Fault.CARRIER):
        return State.REPLACEMENT_DUE
    if record.type is not Kind.REPLACEMENT and (returnless or record.type is Kind.REFUND_ONLY):
        return State.REFUND_DUE
    return State.APPROVED


def reject(
    case: Case, moment: Moment, *, reason: str | None = None, note: str = "", evidence: tuple[Evidence, ...] = ()
) -> Decision:
    """Refuse the request, or the parcel that never came. Raises WrongState, NotFound (reject_reason)."""
    record = case.stored
    if stands_after(record, Event.REJECT) and led_here(record).facts.get("reason") == reason:
        return unchanged(case)
    check(record, Event.REJECT)
    known = case.rules().terms.reject_reasons
    if reason is not None and reason not in known:
        raise NotFound(kind="reject_reason", id=reason, near=list(known))
    also = list(known[reason].also) if reason and record.external else []
    facts = noted(note, reason=reason, also=also or None)
    return step(case, Event.REJECT, State.REJECTED, moment, facts, evidence=with_files(record, evidence))


def cancel(case: Case, moment: Moment, *, note: str = "") -> Decision:
    """The buyer withdraws. A withdrawn dispute ends as `resolve` with `none`."""
    from returnctl.domain import dispute  # it builds on this module's neighbours

    record = case.stored
    if record.state is not State.APPROVED and stands_after(record, Event.CANCEL):
        return unchanged(case)  # a return that came back to `approved` by a withdrawn dispute can still be cancelled
    check(record, Event.CANCEL)
    if record.state is State.DISPUTED:
        return dispute.withdraw(case, moment, noted(note))
    return step(case, Event.CANCEL, State.CANCELLED, moment, noted(note))


# --- the goods


def ship(case: Case, moment: Moment, *, carrier: str | None = None, tracking: str | None = None) -> Decision:
    """The buyer has sent them. Raises WrongState."""
    record = case.stored
    sent = record.parcels[-1] if record.parcels else Parcel()
    if stands_after(record, Event.SHIP) and tracking in (None, sent.tracking) and carrier in (None, sent.carrier):
        return unchanged(case)
    parcel = Parcel(carrier, tracking, case.at(moment))
    facts = noted("", carrier=carrier, tracking=tracking)
    return step(case, Event.SHIP, State.IN_TRANSIT, moment, facts, parcels=(*record.parcels, parcel))


_COUNTS_PARCELS = frozenset({State.RECEIVED, State.REFUNDED})


def receive(case: Case, moment: Moment, *, items: Mapping[str, int | None] | None = None) -> Decision:
    """A parcel is here, with all that is outstanding or with some of it. What was refunded already stays so.

    Raises WrongState, TooManyUnits.
    """
    record = case.stored
    outstanding = {line.line: line.approved - line.received for line in record.lines}
    if items is None and record.state in _COUNTS_PARCELS and not any(outstanding.values()):
        return unchanged(case)
    check(record, Event.RECEIVE)
    _known_lines(record, items)
    arrived = {
        number: _at_most(record, number, left if units is None else units, left)
        for number, left in outstanding.items()
        for units in [items.get(number, 0) if items is not None else None]
    }
    if not any(arrived.values()):
        raise NothingGiven(id=record.id, wanted="units")
    lines = tuple(replace(line, received=line.received + arrived[line.line]) for line in record.lines)
    facts = {"items": {number: units for number, units in arrived.items() if units}}
    parcels = _arrived(record, case.at(moment))
    to = State.REFUNDED if record.state is State.REFUNDED else State.RECEIVED
    return step(case, Event.RECEIVE, to, moment, facts, lines=lines, parcels=parcels)


def _arrived(record: Return, now: datetime) -> tuple[Parcel, ...]:
    """The first parcel still on its way, or one that nobody announced."""
    for at, parcel in enumerate(record.parcels):
        if parcel.received_at is None:
            return (*record.parcels[:at], replace(parcel, received_at=now), *record.parcels[at + 1 :])
    return (*record.parcels, Parcel(received_at=now))


Grades = Mapping[str, Mapping[str, int | None]]


def inspect(
    case: Case, moment: Moment, *, grades: Grades | None = None, passes: bool = True, note: str = "",
    evidence: tuple[Evidence, ...] = (), because: Mapping[str, str] | None = None,
) -> Decision:  # fmt: skip
    """Grade every received unit: as told by line, or all at the policy's `pass` or `fail` grade.

    Raises WrongState, NotFound (line, grade), NotAllGraded.
    """
    record = case.stored
    _known_lines(record, grades)
    terms = basis(case, record).inspections
    told = {line.line: _told(line, terms[line.line], grades, passes=passes) for line in record.lines}
    lines = tuple(replace(line, graded=_graded(line, terms[line.line], told[line.line])) for line in record.lines)
    if stands_after(record, Event.INSPECT) and record.lines == lines:
        return unchanged(case)
    check(record, Event.INSPECT)
    _all_graded(record, lines)
    found = {x.line: units_by_grade(x) for x in lines if x.graded}
    facts = {**(because or {}), **noted(note, grades=found, goods=_goods(lines, terms))}
    to = _inspected_to(record, lines)
    decision = step(case, Event.INSPECT, to, moment, facts, lines=lines, evidence=with_files(record, evidence))
    if not evidence and any(terms[x.line].grades[g.grade].evidence for x in lines for g in x.graded):
        # A dispute would be lost over it.
        decision = replace(decision, warnings=(*decision.warnings, "grade_without_evidence"))
    return owing(case, decision, moment)


def _goods(lines: tuple[Line, ...], terms: Mapping[str, Inspection]) -> dict[str, int] | None:
    """How many units go where, in the policy's words; None where it says nothing of them."""
    sums: Counter[str] = Counter()
    for line in lines:
        for found in line.graded:
            sums[terms[line.line].grades[found.grade].goods or ""] += found.quantity
    return {where: units for where, units in sums.items() if where} or None


def _told(line: Line, terms: Inspection, grades: Grades | None, *, passes: bool) -> Mapping[str, int | None]:
    """Units by grade of one line; None is all that were received."""
    told = {terms.pass_ if passes else terms.fail: None} if grades is None else grades.get(line.line, {})
    unknown = next((grade for grade in told if grade not in terms.grades), None)
    if unknown is not None:
        raise NotFound(kind="grade", id=unknown, near=list(terms.grades))
    return told


def _graded(line: Line, terms: Inspection, told: Mapping[str, int | None]) -> tuple[Graded, ...]:
    """In the policy's order of grades."""
    counts = {grade: line.received if units is None else units for grade, units in told.items()}
    return tuple(Graded(name, counts[name], grade.pays) for name, grade in terms.grades.items() if counts.get(name))


def units_by_grade(line: Line) -> dict[str, int]:
    return {found.grade: found.quantity for found in line.graded}


def _all_graded(record: Return, lines: tuple[Line, ...]) -> None:
    for line in lines:
        units = units_by_grade(line).values()
        if sum(units) != line.received or any(count < 0 for count in units):
            raise NotAllGraded(id=record.id, line=line.line, received=line.received, graded=sum(units))


def _inspected_to(record: Return, lines: tuple[Line, ...]) -> State:
    if not any(found.pays for line in lines for found in line.graded):
        return State.REJECTED
    return State.REPLACEMENT_DUE if record.type is Kind.REPLACEMENT else State.REFUND_DUE


def replace_goods(case: Case, moment: Moment, *, carrier: str | None = None, tracking: str | None = None) -> Decision:
    """The replacement was sent. Raises WrongState."""
    record = case.stored
    facts = noted("", carrier=carrier, tracking=tracking)
    if stands_after(record, Event.REPLACE) and facts.items() <= led_here(record).facts.items():
        return unchanged(case)
    return step(case, Event.REPLACE, State.REPLACED, moment, facts)


def convert(case: Case, moment: Moment, *, note: str = "") -> Decision:
    """No replacement is to be had: the money goes back instead. Raises WrongState."""
    if stands_after(case.stored, Event.CONVERT):
        return unchanged(case)
    return owing(case, step(case, Event.CONVERT, State.REFUND_DUE, moment, noted(note)), moment)


def owing(case: Case, decision: Decision, moment: Moment) -> Decision:
    """Where nothing is to be paid, it is refunded at once."""
    if decision.record.state is not State.REFUND_DUE or unpaid(decision.record) > 0:
        return decision
    return decision.then(case, paying.nothing_to_pay, Moment(moment.now, SYSTEM))


# --- helpers


def _at_most(record: Return, number: str, asked: int, most: int) -> int:
    if not 0 <= asked <= most:
        raise TooManyUnits(id=record.id, line=number, asked=asked, most=most)
    return asked


def _known_lines(record: Return, named: Mapping[str, object] | None) -> None:
    for number in named or ():
        if record.line(number) is None:
            raise NotFound(kind="line", id=number, near=[line.line for line in record.lines])
