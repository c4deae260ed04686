"""The sweep: what is due is found through the index, and decided again under the lock, return by return."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from returnctl.domain.case import Case, Decision, Moment
from returnctl.domain.lapse import lapse
from returnctl.domain.states import Role
from returnctl.shop.road import Done, Road


def sweep(road: Road) -> Iterator[Done]:
    """A result for each return that changed, or that could not be decided; the others go on.

    What earlier commands still owe outside is carried out after it. Raises UnsafeHook before anything is decided.
    """
    carrying = _carrying(road)
    with road.reading() as snapshot:
        due = snapshot.to_sweep(road.request.now)
    for id in due:  # noqa: A001 - the field's own name
        done = road.change(id, _lapse, Role.SYSTEM)
        if done.failure or done.result.events:
            yield done
    yield from carrying()


def _carrying(road: Road) -> Callable[[], Iterable[Done]]:
    """Only shops with hooks pay for it."""
    if road.request.dry_run or not road.shop.has_hooks():
        return tuple
    from returnctl.shop.carrying import carry_left_over, hooks_of

    return partial(carry_left_over, road, hooks_of(road, "pay", "tell", "act"))


def _lapse(case: Case, moment: Moment) -> Decision:
    return lapse(case, moment)
