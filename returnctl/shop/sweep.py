"""The sweep: what calls for it is found through the index, and decided again under the lock, return by return."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from returnctl.domain.lapse import lapse
from returnctl.domain.states import Event, Role
from returnctl.shop.batches import in_batches
from returnctl.shop.changing import carry
from returnctl.shop.road import Done, Road


def sweep(road: Road, limit: int | None, stopped: Callable[[], bool] = lambda: False) -> Iterator[Done]:
    """A result for each return that changed, or that could not be decided; the others go on.

    What earlier commands still owe outside is carried out after it. Raises UnsafeHook before anything is decided.
    """
    hooks = hooks_of_sweep(road)
    with road.reading() as snapshot:
        called = snapshot.to_sweep(road.request.now, limit)
    jobs = (road.job(each, lapse, Role.SYSTEM, pays="pay" in hooks) for each in called)
    asked = set[str]()
    for done in in_batches(road.patient(), jobs, stopped):
        if done.failure or done.result.events:
            asked.add(done.result.id)
            yield _carried(road, done, hooks)
    if not stopped() and not road.request.dry_run:
        yield from _left_over(road, hooks, asked)


def hooks_of_sweep(road: Road) -> dict[str, Path]:
    """Only shops with hooks pay for it. Raises UnsafeHook."""
    if not road.shop.has_hooks():
        return {}
    from returnctl.shop.carrying import hooks_of

    return hooks_of(road, "pay", "tell", "act")


def _carried(road: Road, done: Done, hooks: dict[str, Path]) -> Done:
    """What this change owes outside: a payment that it began, then what is to be told and done."""
    if Event.REFUND not in done.result.events or done.result.outcome != "done":
        return carry(road, done)
    from returnctl.shop.carrying import pay

    return carry(road, road.told(done.result.id, partial(pay, road, done, hooks["pay"])))


def _left_over(road: Road, hooks: dict[str, Path], asked: set[str]) -> Iterable[Done]:
    if not hooks:
        return ()
    from returnctl.shop.carrying import carry_left_over

    return carry_left_over(road, hooks, asked)
