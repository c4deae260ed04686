"""Two policies held against each other: what they say differently, and what applications come to under each."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from returnctl.domain import workflow
from returnctl.domain.anonymize import NOBODY
from returnctl.domain.case import Actor, Case, Moment
from returnctl.domain.eligibility import Question, Wish, ask, failed, kind_of
from returnctl.domain.money import ZERO, nothing
from returnctl.domain.policy import Pinned, PolicySource, Terms
from returnctl.domain.record import Breakdown, Evidence, OrderTaken, PolicyRef, Return
from returnctl.domain.refund import Basis, breakdown, is_fixed
from returnctl.domain.states import ENDED, Event, Role, State
from returnctl.domain.step import basis, utc
from returnctl.domain.terms import place_of, resolve, values
from returnctl.errors import Failure, NotEligible, NotFound

# --- what they say


class Change(Struct, frozen=True):
    """A value that is another than before: `before` or `after` is None where it is not given."""

    key: str
    before: Any
    after: Any
    before_at: str | None
    after_at: str | None


def changes(before: PolicySource | None, after: PolicySource | None) -> list[Change]:
    """Key by key, in the order of the keys: what holds, then the overrides by their names."""
    old, new = (_said(each) if each else {} for each in (before, after))
    none = (None, None)
    pairs = ((key, old.get(key, none), new.get(key, none)) for key in dict.fromkeys([*old, *new]))
    return [Change(key, was[0], now[0], was[1], now[1]) for key, was, now in pairs if was[0] != now[0]]


def _said(policy: PolicySource) -> dict[str, tuple[Any, str | None]]:
    """Every value of a policy with its place."""
    said: dict[str, tuple[Any, str | None]] = {}
    for key in ("name", "version", "title", "markets", "effective"):
        said |= {path: (value, place_of(policy, path)) for path, value in values({key: policy.body.get(key)})}
    resolved = resolve(policy)
    said |= {path: (value, resolved.place(path)) for path, value in values(msgspec.to_builtins(resolved.terms))}
    for at, override in enumerate(policy.body.get("overrides", ())):
        said[f"overrides/{override['name']}"] = (at + 1, place_of(policy, f"overrides/{at}"))
        for path, value in values({key: each for key, each in override.items() if key != "name"}):
            said[f"overrides/{override['name']}/{path}"] = (value, place_of(policy, f"overrides/{at}/{path}"))
    return said


# --- what comes of it


class CameOut(Struct, frozen=True, kw_only=True):
    """What an application comes to under one policy.

    `decided` is the rule that approves it without a look, `due` what waits first; `refund` is what would be paid for
    what was found, an estimate before that, and nothing for what ended without payment. `trouble` is the code of
    what stops a decision.
    """

    policy: str = ""
    failed: tuple[str, ...] = ()
    type: str | None = None
    fault: str | None = None
    decided: str | None = None
    due: str | None = None
    window_ends: str | None = None
    refund: Decimal = ZERO
    fee: Decimal = ZERO
    trouble: str | None = None

    @property
    def allowed(self) -> bool:
        return not self.failed and not self.trouble


_OF_TROUBLE = ("trouble", "refund", "fee")
_OF_REFUSALS = ("failed", *_OF_TROUBLE)
_COMPARED = tuple(each for each in CameOut.__struct_fields__ if each != "policy")


def differences(before: CameOut, after: CameOut) -> dict[str, tuple[Any, Any]]:
    """By field, what it was and what it would be; of what is refused under one of them only that, and the money.

    What cannot be decided is neither allowed nor refused.
    """
    fields = _COMPARED if before.allowed and after.allowed else _OF_REFUSALS
    fields = _OF_TROUBLE if before.trouble or after.trouble else fields
    pairs = {name: (getattr(before, name), getattr(after, name)) for name in fields}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


class Application(Struct, frozen=True):
    """An application that was made, as it can be decided again: `record` where it became a return."""

    order: OrderTaken
    wish: Wish
    at: datetime
    others: tuple[Return, ...]
    recent: tuple[datetime, ...]
    record: Return | None = None

    def under(self, policy: Pinned) -> Case:
        return Case(self.order, policy, PolicyRef(policy.name, policy.version, ""), "", self.others, self.recent)

    def asked(self, policy: Pinned) -> Question:
        return ask(self.order, policy, self.wish, self.others, self.recent, self.at)


def wish_of(record: Return) -> Wish:
    """What the buyer asked for, with the evidence that was there then."""
    return Wish(
        items={line.line: line.requested for line in record.lines},
        type=record.type,
        reason=record.reason.code,
        conditions=record.conditions,
        evidence=tuple(file for file in record.evidence if file.at <= record.applied_at),
        exception=record.exception.why if record.exception else None,
        external=record.external,
    )


def others_of(record: Return, others: tuple[Return, ...]) -> tuple[Return, ...]:
    """Those of its order that were applied for before it. Of one second the number tells which came first."""
    return tuple(each for each in others if _place(each) < _place(record))


def _place(record: Return) -> tuple[datetime, int, str]:
    return record.applied_at, len(record.id), record.id


def recent_of(record: Return, applied: tuple[datetime, ...]) -> tuple[datetime, ...]:
    """Of the instants at which a buyer applied those before this one; nobody knows whose an anonymous return was."""
    return () if record.buyer.id == NOBODY.id else tuple(at for at in applied if at < record.applied_at)


class Alike:
    """Whether two policies say the same of an application. Few terms are met again and again."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], tuple[bool, Terms, Terms]] = {}

    def __call__(self, one: Question, other: Question) -> bool:
        if (one.kind, one.code, one.fault) != (other.kind, other.code, other.fault):
            return False
        pairs = ((ours.terms, theirs.terms) for (_, ours), (_, theirs) in zip(one.lines, other.lines, strict=True))
        return self._same(one.rules.terms, other.rules.terms) and all(self._same(*pair) for pair in pairs)

    def _same(self, one: Terms, other: Terms) -> bool:
        """The terms are kept beside the answer, so that no others can come to stand at their address."""
        key = (id(one), id(other))
        if key not in self._known:
            self._known[key] = (one == other, one, other)
        return self._known[key][0]


def came_out(application: Application, policy: Pinned) -> CameOut:
    """Decided as it would have been at its instant."""
    case, name = application.under(policy), f"{policy.name} v{policy.version}"
    none = nothing(case.order.currency).amount
    moment = Moment(application.at, Actor("", Role.BUYER))
    try:
        made = workflow.apply(case, moment, id="", wish=application.wish).record
        worth = _worth(replace(case.having(made), others=_paid_under(case)), application.record)
    except NotEligible as refusal:
        rules: Any = refusal.facts["failed"]
        return CameOut(policy=name, failed=tuple(dict.fromkeys(x["rule"] for x in rules)), refund=none, fee=none)
    except Failure as failure:
        return CameOut(policy=name, trouble=_trouble(failure), refund=none, fee=none)
    refused = () if made.exception else tuple(dict.fromkeys(each.rule for each in failed(made.eligibility)))
    return CameOut(
        policy=name, failed=refused, type=made.type, fault=made.reason.fault, decided=_decided(made),
        due=f"{made.due.action} {utc(made.due.at)}" if made.due else None,
        window_ends=utc(made.window_ends) if made.window_ends else None,
        refund=worth.total if worth else none, fee=_fee(worth, none),
    )  # fmt: skip


def _trouble(failure: Failure) -> str:
    """What is not found is named by its kind, such as `no_grade`."""
    return f"no_{failure.facts['kind']}" if isinstance(failure, NotFound) else failure.code


def _decided(made: Return) -> str | None:
    return next((entry.facts["rule"] for entry in made.history if entry.event == Event.APPROVE), None)


def _paid_under(case: Case) -> tuple[Return, ...]:
    """The others as this policy would have paid them: shipping goes back once an order, whichever return gives it."""
    done: tuple[Return, ...] = ()
    for other in sorted(case.others, key=_place):
        done = (*done, _paid_as(replace(case, others=done), other))
    return done


def _paid_as(case: Case, other: Return) -> Return:
    if not is_fixed(other) or other.agreed or other.breakdown is None:
        return other
    return replace(other, breakdown=_reckoned(basis(case, other)))


def _worth(case: Case, stored: Return | None) -> Breakdown | None:
    """What would be paid: for what was found where it was, else the estimate. Raises Failure."""
    made = case.stored
    if stored is None or stored.state is State.REQUESTED:
        return made.breakdown
    if stored.agreed or _ended_unpaid(stored):
        return stored.breakdown
    found = replace(made, state=stored.state, lines=stored.lines, returnless=stored.returnless)
    return _reckoned(basis(case, found)) if made.breakdown or stored.breakdown else None


def _reckoned(basis: Basis) -> Breakdown:
    """Units may stand at grades that only the policy of the return knows. Raises NotFound."""
    for line in basis.record.lines:
        known = basis.inspections[line.line].grades
        for graded in line.graded:
            if graded.grade not in known:
                raise NotFound(kind="grade", id=graded.grade, near=list(known))
    return breakdown(basis)


def _ended_unpaid(stored: Return) -> bool:
    return stored.state in ENDED and stored.state is not State.REFUNDED


def _fee(worth: Breakdown | None, none: Decimal) -> Decimal:
    lines = worth.lines if worth else ()
    return sum((-line.amount for line in lines if line.code == "restocking_fee"), none)


# --- refusals, of which the journal holds a line

_KINDS = ("image/x", "video/x", "application/x")


def wish_refused(facts: dict[str, Any], at: datetime) -> Wish:
    """What was asked for. What did not fail then is taken as given: neither statements nor files of it are kept."""
    lacked = {each["rule"]: each["facts"].get("missing", []) for each in facts["failed"]}
    files = (Evidence("", "", kind, 0, Role.BUYER, at) for kind in _KINDS)
    return Wish(
        items=dict(facts["lines"]),
        reason=facts["reason"],
        # One word that no policy asks for: what it asks for beside was not stated.
        conditions=("",) if "conditions" in lacked else (),
        evidence=tuple(file for file in files if kind_of(file.type) not in lacked.get("evidence", ())),
    )
