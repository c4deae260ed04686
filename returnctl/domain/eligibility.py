"""Whether a wish may become a return: a list of small rules, each always evaluated."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from returnctl.domain import windows
from returnctl.domain.calendar import local_day
from returnctl.domain.external import External
from returnctl.domain.order import Order, OrderLine
from returnctl.domain.policy import Pinned
from returnctl.domain.record import Evidence, Outcome, Return, RuleOutcome
from returnctl.domain.states import Fault, Kind
from returnctl.domain.terms import Asked, Resolved, calendar_of, resolve
from returnctl.domain.units import free, held


class Wish(Struct, frozen=True):
    """What the buyer asks for. `items` is units by line; None, there or in it, is all still free.

    `due` is the platform's own deadline for the review.
    """

    items: dict[str, int | None] | None = None
    type: Kind | None = None
    reason: str | None = None
    note: str = ""
    conditions: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    exception: str | None = None
    external: External | None = None
    due: datetime | None = None


class Question(Struct, frozen=True):
    """A wish held against the policy: the terms of the whole return, and its lines, each with its own."""

    order: Order
    wish: Wish
    units: dict[str, int]
    kind: Kind
    code: str | None
    fault: Fault
    rules: Resolved
    lines: tuple[tuple[OrderLine, Resolved], ...]
    others: tuple[Return, ...]
    recent: tuple[datetime, ...]
    now: datetime


Outcomes = Iterator[RuleOutcome]


def ask(
    order: Order,
    policy: Pinned,
    wish: Wish,
    others: tuple[Return, ...],
    recent: tuple[datetime, ...],
    now: datetime,
) -> Question:
    """Resolve what the wish leaves open: units, type, reason and the terms that hold."""
    units = wished(order, wish, others)
    unsaid = Asked(order, Fault.BUYER, None, order.price_of(units).amount)
    code, fault = _reason(policy, wish.reason, unsaid, units) if wish.reason else (None, Fault.BUYER)
    asked = replace(unsaid, fault=fault, reason=code)
    rules, lines = resolve(policy, asked), _by_line(policy, asked, units)
    kind = wish.type or _first_kind(rules, [each for _, each in lines], code)
    return Question(order, wish, units, kind, code, fault, rules, lines, others, recent, now)


def _by_line(policy: Pinned, asked: Asked, units: dict[str, int]) -> tuple[tuple[OrderLine, Resolved], ...]:
    lines = (line for line in asked.order.lines if line.line in units)
    return tuple((line, resolve(policy, replace(asked, line=line))) for line in lines)


def _reason(policy: Pinned, word: str, unsaid: Asked, units: dict[str, int]) -> tuple[str, Fault]:
    """The code of what the buyer said, and its fault: in the catalogue of the whole return, else of a line."""
    for rules in _catalogues(policy, unsaid, units):
        code = rules.terms.reasons.find(word)
        if code:
            return code, rules.terms.reasons.catalogue[code].fault
    return word, Fault.BUYER


def _catalogues(policy: Pinned, unsaid: Asked, units: dict[str, int]) -> Iterator[Resolved]:
    yield resolve(policy, unsaid)
    yield from (rules for _, rules in _by_line(policy, unsaid, units))


def wished(order: Order, wish: Wish, others: tuple[Return, ...]) -> dict[str, int]:
    """Units by line. Without items every line that still has free units; all lines where none has."""
    if not wish.items:
        units = {line.line: free(line, others) for line in order.lines}
        return {number: count for number, count in units.items() if count} or dict.fromkeys(units, 0)
    lines = {line.line: line for line in order.lines}
    return {number: free(lines[number], others) if count is None else count for number, count in wish.items.items()}


def _first_kind(rules: Resolved, of_line: Collection[Resolved], code: str | None) -> Kind:
    """The first type on offer that is offered for every line, and allowed for the reason."""
    offered = rules.terms.types
    return next((kind for kind in offered if all(kind in _kinds(each, code) for each in of_line)), offered[0])


def _kinds(rules: Resolved, code: str | None) -> tuple[Kind, ...]:
    reason = rules.terms.reasons.catalogue.get(code or "")
    return tuple(kind for kind in rules.terms.types if not (reason and reason.types) or kind in reason.types)


# --- the rules


def delivered(question: Question) -> Outcomes:
    """The start event of the window has happened, or its stand-in applies."""
    for line, rules in question.lines:
        window = rules.terms.return_window
        event = windows.event_at(window, question.order)
        facts = {"starts": window.starts, "at": _text(windows.starts_at(window, question.order, rules.terms.timezone))}
        passed = event is not None and event <= question.now
        yield RuleOutcome("delivered", _passed(passed), line.line, rules.place("return_window/starts"), facts)


def window(question: Question) -> Outcomes:
    """Now is before the window's end; skipped where there is no window or its start has not happened."""
    for line, rules in question.lines:
        terms = rules.terms
        start = windows.starts_at(terms.return_window, question.order, terms.timezone)
        place = rules.place(length(rules))
        if start is None or terms.return_window.none:
            yield RuleOutcome("window", "skip", line.line, place)
        else:
            end = window_end(question.order, rules) or windows.FOREVER
            yield RuleOutcome(
                "window", _passed(question.now < end), line.line, place, _span(question, rules, start, end)
            )


def length(rules: Resolved) -> str:
    """The path of the key that says how long the window is."""
    terms = rules.terms.return_window
    named = {"none": terms.none, "unlimited": terms.unlimited, "until": terms.until}
    return "return_window/" + next((key for key, given in named.items() if given), "days")


def _span(question: Question, rules: Resolved, start: datetime, end: datetime) -> dict[str, object]:
    terms = rules.terms
    day = (local_day(question.now, terms.timezone) - local_day(start, terms.timezone)).days
    facts: dict[str, object] = {"day": day, "ends": None if end == windows.FOREVER else _text(end)}
    return facts | ({"of": terms.return_window.days} if terms.return_window.days is not None else {})


def window_end(order: Order, rules: Resolved) -> datetime | None:
    """The stored end of a line's window; None where it has none, or does not run yet."""
    terms = rules.terms
    start = windows.starts_at(terms.return_window, order, terms.timezone)
    if start is None or terms.return_window.none or terms.return_window.unlimited:
        return None
    return windows.ends_at(terms.return_window, start, terms.timezone, calendar_of(rules.policy, terms.holidays))


def ends(question: Question) -> list[tuple[str, datetime]]:
    """The lines whose window has an end, with it."""
    found = ((line.line, window_end(question.order, rules)) for line, rules in question.lines)
    return [(number, end) for number, end in found if end]


def returnable(question: Question) -> Outcomes:
    """The window is not `none` for this line."""
    for line, rules in question.lines:
        because = rules.because("return_window/none")
        facts = {"because": because} if because and rules.terms.return_window.none else {}
        outcome = _passed(not rules.terms.return_window.none)
        yield RuleOutcome("returnable", outcome, line.line, rules.place(length(rules)), facts)


def kind(question: Question) -> Outcomes:
    """The type is offered, and allowed for the reason."""
    for line, rules in question.lines:
        fitting = _kinds(rules, question.code)
        by_reason = question.kind in rules.terms.types and question.kind not in fitting
        place = rules.place(f"reasons/catalogue/{question.code}/types" if by_reason else "types")
        facts = {"type": question.kind, "offered": list(fitting)}
        yield RuleOutcome("type", _passed(question.kind in fitting), line.line, place, facts)


def reason(question: Question) -> Outcomes:
    """A reason is given where it is required, and is in the catalogue."""
    for line, rules in question.lines:
        reasons = rules.terms.reasons
        given = question.wish.reason
        known = question.code in reasons.catalogue
        path = f"reasons/catalogue/{question.code}" if known else "reasons/catalogue" if given else "reasons/required"
        passed = known if given else not reasons.required
        facts: dict[str, object] = {"reason": question.code} | ({} if passed else {"known": list(reasons.catalogue)})
        yield RuleOutcome("reason", _passed(passed), line.line, rules.place(path), facts)


def conditions(question: Question) -> Outcomes:
    """Skipped when the buyer states nothing or the fault waives them; else what is not stated fails."""
    for line, rules in question.lines:
        terms = rules.terms
        missing = [condition for condition in terms.conditions if condition not in question.wish.conditions]
        waived = question.fault in terms.conditions_waived_for
        if waived or not question.wish.conditions:
            place = rules.place("conditions_waived_for" if waived else "conditions")
            yield RuleOutcome("conditions", "skip", line.line, place)
        else:
            facts = {"missing": missing} if missing else {}
            yield RuleOutcome("conditions", _passed(not missing), line.line, rules.place("conditions"), facts)


def evidence(question: Question) -> Outcomes:
    """The kinds of evidence that the reason asks for are attached."""
    given = {kind_of(file.type) for file in question.wish.evidence}
    for line, rules in question.lines:
        asked = rules.terms.reasons.catalogue.get(question.code or "")
        wanted = asked.evidence if asked else ()
        missing = [kind for kind in wanted if kind not in given]
        place = rules.place(f"reasons/catalogue/{question.code}/evidence")
        outcome: Outcome = _passed(not missing) if wanted else "skip"
        yield RuleOutcome("evidence", outcome, line.line, place, {"missing": missing} if missing else {})


def kind_of(mime: str) -> str:
    """`photo`, `video` or `document` of a file's type."""
    return {"image": "photo", "video": "video"}.get(mime.partition("/")[0], "document")


def quantity(question: Question) -> Outcomes:
    """With all other returns of the line no more than bought, and bought at all."""
    for line, _ in question.lines:
        asked = question.units[line.line]
        already = held(question.others, line.line)
        bought = 0 if question.order.cancelled_at else line.quantity
        facts = {"asked": asked, "bought": bought, "already": already}
        yield RuleOutcome("quantity", _passed(0 < asked <= bought - already), line.line, None, facts)


def limits(question: Question) -> Outcomes:
    """How often this buyer returned: never refuses, only stops what is automatic."""
    limit = question.rules.terms.limits.returns_per_buyer
    place = question.rules.place("limits/returns_per_buyer")
    if limit is None:
        yield RuleOutcome("limits", "skip", None, place)
        return
    since = question.now - timedelta(days=limit.days)
    count = sum(since < at for at in question.recent) + 1
    facts = {"count": count, "of": limit.count, "days": limit.days}
    yield RuleOutcome("limits", _passed(count <= limit.count), None, place, facts)


RULES: tuple[Callable[[Question], Outcomes], ...] = (
    delivered, window, returnable, kind, reason, conditions, evidence, quantity, limits,
)  # fmt: skip


def evaluate(question: Question) -> tuple[RuleOutcome, ...]:
    """Every rule, for each line; a rule that comes out the same for all lines stands once."""
    return tuple(outcome for rule in RULES for outcome in _once(list(rule(question))))


def _once(outcomes: list[RuleOutcome]) -> list[RuleOutcome]:
    first, *others = outcomes
    differ = any((x.outcome, x.at, x.facts) != (first.outcome, first.at, first.facts) for x in others)
    if differ or first.rule in ("delivered", "window", "returnable", "quantity"):
        return outcomes
    return [RuleOutcome(first.rule, first.outcome, None, first.at, first.facts)]


def failed(outcomes: tuple[RuleOutcome, ...]) -> tuple[RuleOutcome, ...]:
    """What refuses the application: `limits` never does."""
    return tuple(x for x in outcomes if x.outcome == "fail" and x.rule != "limits")


def _passed(holds: bool) -> Outcome:
    return "pass" if holds else "fail"


def _text(instant: datetime | None) -> str | None:
    return instant.replace(tzinfo=None).isoformat(timespec="seconds") + "Z" if instant else None
