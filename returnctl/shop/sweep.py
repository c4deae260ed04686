"""The sweep: what is due is found through the index, and decided again under the lock, return by return."""

from __future__ import annotations

from collections.abc import Iterator

from returnctl.domain.case import Case, Decision, Moment
from returnctl.domain.lapse import lapse
from returnctl.domain.states import Role
from returnctl.shop.road import Done, Road


def sweep(road: Road) -> Iterator[Done]:
    """A result for each return that changed, or that could not be decided; the others go on.

    What earlier commands still owe outside is carried out after it.
    """
    with road.reading() as snapshot:
        due = snapshot.due_before(road.request.now)
    for id in due:  # noqa: A001 - the field's own name
        done = road.change(id, _lapse, Role.SYSTEM)
        if done.failure or done.result.events:
            yield done
    if not road.request.dry_run and road.shop.has_hooks():
        from returnctl.shop.carrying import carry_left_over

        yield from carry_left_over(road)


def _lapse(case: Case, moment: Moment) -> Decision:
    return lapse(case, moment)
