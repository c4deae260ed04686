"""The road to its end: what was decided and committed, and then what that owes outside, carried out by hooks."""

from __future__ import annotations

from typing import Any

from returnctl.shop.road import Decide, Done, Road, Side


def change(road: Road, word: str, decide: Decide, role: Side, /, asked: object = None, **facts: Any) -> Done:  # noqa: ANN401
    """Lead one return on by a function of `domain.workflow`, and carry out what that owes outside.

    A failure becomes a result. `asked` is what the request key stands for, where that is not the facts themselves.
    """
    return carry(road, road.book(word, decide, role, asked, **facts))


def carry(road: Road, done: Done) -> Done:
    """Only shops with hooks pay for it."""
    if done.result.outcome != "done" or not road.shop.has_hooks():
        return done
    from returnctl.shop import carrying

    return carrying.carry(road, done)
