"""What a return owes outside the house, carried out by the shop's hooks: pay, tell, act.

The attempt is committed, the hook is asked outside the lock, its outcome is committed. Whatever stops us
between, the next sweep asks again under the same key. A hook reads one JSON object:

`returnctl` (refund/v1, notice/v1 or act/v1), `key`, `attempt`, `shop_id`, `return`, `order`, `what` (such as
`approved`), `state`, `currency`, `language` and `buyer`; a payment with `amount`, `method` and `tenders`; else the
`event` with its `facts`, the reason's `code`, the `total` of the breakdown, the `due` and the `external` ids;
for a message its `text`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import UNSET, to_builtins
from msgspec.structs import replace

from returnctl.domain import paying, workflow
from returnctl.domain.owed import Task, attempt, tasks
from returnctl.domain.record import Return
from returnctl.domain.states import Event, Role, State
from returnctl.errors import HookDeclined, NotKnown, SystemFailure, UnsafeHook
from returnctl.shop import hooks
from returnctl.shop.road import Decide, Done, Road
from returnctl.storage.changes import Query

_HOOKS = {"pay": "refund", "tell": "notify", "act": "act"}
_FORMATS = {"pay": "refund/v1", "tell": "notice/v1", "act": "act/v1"}
_DONE: dict[str, Decide] = {"pay": paying.paid_by_hook, "tell": workflow.carried, "act": workflow.carried}
_DECLINED: dict[str, Decide] = {"pay": paying.failed_by_hook, "tell": workflow.declined, "act": workflow.declined}
_TROUBLE = {"tell": "not_told", "act": "not_acted"}


class Carried(NamedTuple):
    """What came of one task: the answer of its hook, and the commit of its outcome where there was one."""

    task: Task
    answer: hooks.Answer
    done: Done | None


def carry(road: Road, done: Done) -> Done:
    """Tell and act what this change owes. Trouble with it is a warning: the change itself was made."""
    record = done.record
    if record is None or done.result.outcome != "done":
        return done
    try:
        came = list(_carried(road, record))
    except UnsafeHook as failure:
        return _warned(done, failure.code)
    troubled = [_TROUBLE[each.task.kind] for each in came if not _is_booked(each)]
    return _warned(done, *troubled)


def _carried(road: Road, record: Return) -> Iterator[Carried]:
    """Each task that has a hook, but no payment: those are asked for."""
    found = {kind: hooks.find(road.shop.root, _HOOKS[kind]) for kind in _TROUBLE}
    owed = [task for task in tasks(record) if found.get(task.kind)]
    if not owed:
        return
    tried = road.book(record.id, attempt, Role.SYSTEM, keys=[task.key for task in owed])
    still = {task.key: task for task in tasks(tried.record)} if tried.record and not tried.failure else {}
    for task in owed:
        hook = found[task.kind]
        if hook and tried.record and task.key in still:
            yield ask(road, tried.record, still[task.key], hook)


def ask(road: Road, record: Return, task: Task, hook: Path) -> Carried:
    """One task, whose attempt is committed."""
    answer = hooks.call(hook, asked_of(record, task, road.settings.shop_id))
    if answer.outcome == "done":
        decide, facts = _DONE[task.kind], {"reference": answer.text or None}
    elif answer.outcome == "declined":
        decide, facts = _DECLINED[task.kind], {"why": answer.text or "declined"}
    else:
        return Carried(task, answer, None)
    return Carried(task, answer, road.book(record.id, decide, Role.SYSTEM, key=task.key, **facts))


def _is_booked(carried: Carried) -> bool:
    return carried.answer.outcome == "done" and carried.done is not None and carried.done.failure is None


def _warned(done: Done, *codes: str) -> Done:
    warnings = tuple(dict.fromkeys((*done.result.warnings, *codes)))
    return replace(done, result=replace(done.result, warnings=warnings)) if codes else done


def pay(road: Road, begun: Done) -> Done:
    """The payment that was begun, through its hook.

    Raises HookDeclined; NotKnown where the hook said nothing, or what it said cannot be booked now;
    SystemFailure where it could not even be started, and nothing was asked before.
    """
    record, hook = begun.record, hooks.find(road.shop.root, _HOOKS["pay"])
    if begun.failure or record is None or record.state is not State.REFUNDING or hook is None:
        return begun
    task = next(task for task in tasks(record) if task.kind == "pay")
    carried = ask(road, record, task, hook)
    if carried.answer.outcome == "not_started" and task.attempts == 1:
        why = carried.answer.text
        road.book(record.id, paying.failed_by_hook, Role.SYSTEM, key=task.key, why=why)
        raise SystemFailure(path="hooks/refund", why=why)
    return _paid(begun, record, carried)


def _paid(begun: Done, record: Return, carried: Carried) -> Done:
    answer, done = carried.answer, carried.done
    if answer.outcome == "declined" and done:
        raise done.failure or HookDeclined(id=record.id, hook="refund", why=answer.text or "declined")
    if done is None or done.failure:
        raise NotKnown(id=record.id, cure="refund --retry", key=carried.task.key, said=answer.text)
    # The clock was read before the hook ran; that others acted meanwhile is no news.
    warnings = tuple(code for code in done.result.warnings if code != "clock_went_back")
    events = begun.result.events + done.result.events
    return replace(done, result=replace(done.result, from_=begun.result.from_, events=events, warnings=warnings))


def carry_left_over(road: Road) -> Iterator[Done]:
    """What earlier commands could not carry out, or did not live to: a result for each return that changed."""
    for hook, query in (("refund", _PAYING), ("notify", _OWING), ("act", _OWING)):
        if hooks.find(road.shop.root, hook) is None or (hook == "act" and hooks.find(road.shop.root, "notify")):
            continue
        with road.reading() as snapshot:
            waiting = [each.id for each in snapshot.summaries(query)]
        for return_id in waiting:
            yield from _left_over(road, return_id, paying_only=hook == "refund")


_PAYING = Query(states=(State.REFUNDING,))
_OWING = Query(with_owed=True)


def _left_over(road: Road, return_id: str, *, paying_only: bool) -> Iterator[Done]:
    if paying_only:
        begun = road.book(return_id, paying.begin, Role.SYSTEM, retry=True)
        paid = begun if begun.failure else road.told(return_id, lambda: pay(road, begun))
        if not isinstance(paid.failure, NotKnown):  # as it was before: `todo` shows it, and this is no news
            yield paid
        return
    with road.reading() as snapshot:
        record = snapshot.get_return(return_id)
    changed = [each.done for each in _carried(road, record) if each.done]
    yield from (done for done in changed if done.failure or done.result.events)


def asked_of(record: Return, task: Task, shop_id: str) -> dict[str, Any]:
    """What the hook reads."""
    what: dict[str, Any] = _payment(record, task) if task.kind == "pay" else _news(record, task)
    body = {
        "returnctl": _FORMATS[task.kind], "key": task.key, "attempt": task.attempts, "shop_id": shop_id,
        "return": record.id, "order": record.order.id, "state": record.state, "currency": record.currency,
        "language": record.buyer.language, "buyer": to_builtins(record.buyer), **what,
    }  # fmt: skip
    return {name: value for name, value in body.items() if value is not UNSET}


def _payment(record: Return, task: Task) -> dict[str, Any]:
    payment: dict[str, Any] = to_builtins(next(each for each in record.refunds if each.key == task.key))
    return {"what": "refund"} | {name: payment[name] for name in ("amount", "net", "tax", "method", "tenders", "at")}


def _news(record: Return, task: Task) -> dict[str, Any]:
    owed = next(each for each in record.owed if each.key == task.key)
    entry = record.history[owed.entry - 1]
    return {
        "what": owed.what, "event": entry.event, "facts": to_builtins(entry.facts), "at": to_builtins(entry.at),
        "code": record.reason.code, "total": str(record.breakdown.total) if record.breakdown else None,
        "due": to_builtins(record.due), "external": to_builtins(record.external),
        "text": _text(record, owed.entry) if owed.what == "message" else UNSET,
    }  # fmt: skip


def _text(record: Return, number: int) -> str:
    """What was said in an event of the history, by its number from 1; two may have been said in one second."""
    at = record.history[number - 1].at
    before = sum(entry.event == Event.MESSAGE and entry.at == at for entry in record.history[: number - 1])
    said = [message.text for message in record.messages if message.at == at]
    return said[min(before, len(said) - 1)] if said else ""
