"""What a return owes outside the house, carried out by the shop's hooks: pay, tell, act.

The attempt is committed, the hook is asked outside the lock, its outcome is committed. Whatever stops us
between, the next sweep asks again under the same key. A hook reads one JSON object:

`returnctl` (refund/v1, notice/v1 or act/v1), `key`, `kind` (pay, tell or act), `attempt`, `shop_id`, `return`,
`order`, `what` (such as `approved`), `state`, `currency`, `language` and `buyer`; a payment with `amount`, `method`
and `tenders`; else the `event` with its `facts`, the `reason` code, the `total` of the breakdown, the `due` and the
`external` ids; what is to be told says `to` whom (buyer or seller), a message its `text`, and to the buyer the `words`
for it, ready to be sent as plain text, the `words_language` they are in, and the `return_address`, where there is one.
What is to be done on TikTok Shop says it in the Partner API's terms: `decision`, `reject_reason` (null where the
nearest is to be chosen), `return_id`, `return_type`, `partial_refund` (amount and currency, or null) and
`idempotency_key`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import UNSET, UnsetType, to_builtins
from msgspec.structs import replace

from returnctl.domain import paying, remarks
from returnctl.domain.carry_out import instruction
from returnctl.domain.notices import said
from returnctl.domain.owed import Task, attempt, is_to_seller, tasks
from returnctl.domain.record import Owed, Return
from returnctl.domain.states import Event, Role, State
from returnctl.errors import Failure, HookDeclined, NotKnown, SystemFailure, UnsafeHook, WrongState
from returnctl.shop import hooks
from returnctl.shop.road import Decide, Done, Road, warned
from returnctl.storage.changes import Query

_FORMATS = {"pay": "refund/v1", "tell": "notice/v1", "act": "act/v1"}
_DONE: dict[str, Decide] = {"pay": paying.paid_by_hook, "tell": remarks.carried, "act": remarks.carried}
_DECLINED: dict[str, Decide] = {"pay": paying.failed_by_hook, "tell": remarks.declined, "act": remarks.declined}
_TROUBLE = {"tell": "not_told", "act": "not_acted"}


class Carried(NamedTuple):
    """What came of one task: the answer of its hook, and the commit of its outcome where there was one."""

    task: Task
    answer: hooks.Answer
    done: Done | None


def hooks_of(road: Road, *kinds: str) -> dict[str, Path]:
    """The hooks that the shop has for these kinds of tasks. Raises UnsafeHook."""
    found = {kind: hooks.find(road.shop.root, hooks.NAMES[kind]) for kind in kinds}
    return {kind: hook for kind, hook in found.items() if hook}


def carry(road: Road, done: Done) -> Done:
    """Tell and act what this change owes. Trouble with it is a warning: the change itself was made."""
    record = done.record
    if record is None or done.result.outcome != "done":
        return done
    before = len(record.history) - len(done.result.events)
    try:
        found = hooks_of(road, *_TROUBLE) if tasks(record, _TROUBLE, before) else {}
    except UnsafeHook as failure:
        return warned(done, failure.code)
    if not tasks(record, found, before):
        return done
    tried = _own(road).book(record.id, attempt, Role.SYSTEM, kinds=found, after=before)
    came = [] if tried.failure else _asked(road, tried, found, before)
    troubled = tasks(record, found, before) if tried.failure else _untold(came)
    return warned(_with_outcome(done, record, came), *(_TROUBLE[task.kind] for task in troubled))


def _with_outcome(done: Done, record: Return, came: Iterable[Carried]) -> Done:
    """What hooks carried out is owed no more."""
    booked = [x.done.record for x in came if x.done and x.done.record]
    return replace(done, record=replace(record, owed=booked[-1].owed)) if booked else done


def _asked(road: Road, tried: Done, found: Mapping[str, Path], after: int = 0) -> list[Carried]:
    """Ask the hooks, once the attempt is committed; what was settled meanwhile is left out."""
    record = tried.record
    return [ask(road, record, task, found[task.kind]) for task in tasks(record, found, after)] if record else []


def _untold(came: Iterable[Carried]) -> list[Task]:
    return [x.task for x in came if x.answer.outcome != "done" or x.done is None or x.done.failure]


def _own(road: Road) -> Road:
    """What a hook says is nobody's word and comes under no key of theirs; it waits for the lock, since it was said."""
    asked = replace(road.request, key=None, by=None, role=None, lock_timeout=road.patient().request.lock_timeout)
    return Road(road.shop, asked)


def ask(road: Road, record: Return, task: Task, hook: Path) -> Carried:
    """One task, whose attempt is committed."""
    answer = hooks.call(hook, asked_of(record, task, road.settings.shop_id) | _in_words(road, record, task))
    if answer.outcome == "done":
        decide, facts = _DONE[task.kind], {"reference": answer.text or None}
    elif answer.outcome == "declined":
        decide, facts = _DECLINED[task.kind], {"why": answer.text or "declined"}
    else:
        return Carried(task, answer, None)
    return Carried(task, answer, _own(road).book(record.id, decide, Role.SYSTEM, key=task.key, **facts))


def pay(road: Road, begun: Done, hook: Path) -> Done:
    """Ask for the payment that was begun.

    Raises HookDeclined; NotKnown where the hook said nothing, or what it said cannot be booked now;
    SystemFailure where it could not even be started, and nothing was asked before.
    """
    record = begun.record
    if begun.failure or record is None or record.state is not State.REFUNDING:
        return begun
    (task,) = tasks(record, ("pay",))
    carried = ask(road, record, task, hook)
    if carried.answer.outcome == "not_started" and Event.REFUND in begun.result.events:
        why = carried.answer.text
        failed = _own(road).book(record.id, paying.never_asked, Role.SYSTEM, key=task.key, why=why)
        if failed.result.events:
            raise SystemFailure(path="hooks/refund", why=why)
    return _paid(begun, record, carried)


def _paid(begun: Done, record: Return, carried: Carried) -> Done:
    answer, done = carried.answer, carried.done
    if answer.outcome == "declined" and done:
        raise done.failure or HookDeclined(id=record.id, hook="refund", why=answer.text or "declined")
    if done is None or done.failure:
        why = done.failure.code if done and done.failure else answer.text
        raise NotKnown(id=record.id, cure="refund --retry", key=carried.task.key, why=why)
    # The clock was read before the hook ran; that others acted meanwhile is no news.
    warnings = tuple(code for code in done.result.warnings if code != "clock_went_back")
    events = begun.result.events + done.result.events
    return replace(done, result=replace(done.result, from_=begun.result.from_, events=events, warnings=warnings))


def carry_left_over(road: Road, found: Mapping[str, Path], asked: Collection[str]) -> Iterator[Done]:
    """What earlier commands could not carry out, or did not live to: a result for each change.

    `asked` are the returns whose hooks were asked just now.
    """
    for id in _ids(road, _PAYING, asked) if "pay" in found else ():  # noqa: A001 - the field's own name
        yield from _changes(_pay_left_over(road, id, found["pay"]))
    others = {kind: hook for kind, hook in found.items() if kind in _TROUBLE}
    for id in _ids(road, _OWING, asked) if others else ():  # noqa: A001
        yield from _changes(*_tell_left_over(road, id, others))


_PAYING = Query(states=(State.REFUNDING,))
_OWING = Query(with_owed=True)


def _ids(road: Road, query: Query, but: Collection[str]) -> list[str]:
    with _own(road).reading() as snapshot:
        return [each.id for each in snapshot.summaries(query) if each.id not in but]


def _changes(*came: Done) -> Iterator[Done]:
    """What is still open, or was settled by somebody faster, is no news."""
    for done in came:
        if done.result.events or (done.failure and not _is_no_news(done.failure)):
            yield done


def _is_no_news(failure: Failure) -> bool:
    return isinstance(failure, WrongState) or (isinstance(failure, NotKnown) and "key" in failure.facts)


def _pay_left_over(road: Road, id: str, hook: Path) -> Done:  # noqa: A002
    begun = _own(road).book(id, paying.begin, Role.SYSTEM, retry=True)
    return begun if begun.failure else road.told(id, lambda: pay(road, begun, hook))


def _tell_left_over(road: Road, id: str, found: Mapping[str, Path]) -> list[Done]:  # noqa: A002
    tried = _own(road).book(id, attempt, Role.SYSTEM, kinds=found)
    return [tried] if tried.failure else [each.done for each in _asked(road, tried, found) if each.done]


def asked_of(record: Return, task: Task, shop_id: str) -> dict[str, Any]:
    """What the hook reads."""
    what: dict[str, Any] = _payment(record, task) if task.kind == "pay" else _news(record, task)
    body = {
        "returnctl": _FORMATS[task.kind], "key": task.key, "kind": task.kind, "attempt": task.attempts,
        "shop_id": shop_id, "return": record.id, "order": record.order.id, "state": record.state,
        "currency": record.currency, "language": record.buyer.language, "buyer": to_builtins(record.buyer), **what,
    }  # fmt: skip
    return {name: value for name, value in body.items() if value is not UNSET}


def _payment(record: Return, task: Task) -> dict[str, Any]:
    payment: dict[str, Any] = to_builtins(next(each for each in record.refunds if each.key == task.key))
    return {"what": "refund"} | {name: payment[name] for name in ("amount", "net", "tax", "method", "tenders", "at")}


def _news(record: Return, task: Task) -> dict[str, Any]:
    owed = next(each for each in record.owed if each.key == task.key)
    entry = record.history[owed.entry - 1]
    return {
        "what": owed.what, "to": _to(owed), "event": entry.event, "at": to_builtins(entry.at),
        "facts": to_builtins(entry.facts),
        "reason": record.reason.code, "total": str(record.breakdown.total) if record.breakdown else None,
        "due": to_builtins(record.due), "external": to_builtins(record.external),
        "text": said(record, owed.entry) if owed.what == "message" else UNSET,
        **_there(record, owed),
    }  # fmt: skip


def _there(record: Return, owed: Owed) -> dict[str, Any]:
    """In the platform's own terms, as far as its decisions are known."""
    told = instruction(record, owed) if owed.kind == "act" else None
    return {name: value for name, value in to_builtins(told).items() if name != "reason"} if told else {}


def _in_words(road: Road, record: Return, task: Task) -> dict[str, Any]:
    """By the policy that decides the return; nothing for the seller, or for a platform."""
    from returnctl.shop.telling import Teller

    owed = next((each for each in record.owed if each.key == task.key), None)
    if owed is None or _to(owed) != "buyer":
        return {}
    with _own(road).reading() as snapshot:
        teller = Teller(snapshot)
        words, terms = teller.words(record, owed), teller.case(record).rules().terms
    told = {"words": words.text, "words_language": words.language, "return_address": terms.return_address}
    return {name: value for name, value in told.items() if value}


def _to(owed: Owed) -> str | UnsetType:
    if owed.kind == "act":
        return UNSET
    return "seller" if is_to_seller(owed) else "buyer"
