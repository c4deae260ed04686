"""At the bench: what is scanned or typed at a terminal, line by line, each a commit of its own and answered at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from returnctl.cli.bench_lines import Typed
from returnctl.cli.bench_talk import Talk
from returnctl.cli.options import Wanted
from returnctl.cli.progress import stopping
from returnctl.cli.values import finding
from returnctl.cli.verbs import Ids, prepared
from returnctl.domain.states import Role
from returnctl.errors import BadValue, Exit, Failure, NotAllGraded, NotFound
from returnctl.output.words import say
from returnctl.shop import bench, changing
from returnctl.shop.road import Done, exit_of, failed

# Nobody answers so fast: an empty line then is what scanners send behind a number.
_TOO_FAST = 0.1

Change = Callable[..., Done]


def at_the_bench(wanted: Wanted, ids: Ids, decide: Callable[..., Any], *, asks: bool = False, **facts: Any) -> int:
    """One function of the workflow for each parcel; `asks` for what was found in it."""
    facts, key = prepared(wanted.road(), Role.SELLER, facts)

    def change(word: str, **found: Any) -> Done:
        return changing.change(wanted.road_now(), word, decide, Role.SELLER, asked=key | found, **facts | found)

    with stopping() as stopped:
        typed, talk = Typed(stopped), Talk(wanted)
        came = (done for word in typed.words(ids, talk) if (done := _led(talk, typed, word, change, asks=asks)))
        talk.tell(came)
        talk.close(interrupted=typed.interrupted)
    return int(Exit.INTERRUPTED if typed.interrupted else exit_of(talk.results))


def _led(talk: Talk, typed: Typed, word: str, change: Change, *, asks: bool) -> Done | None:
    """What came of one parcel; None where nobody said what was found."""
    if not asks:
        return change(word)
    found = bench.waiting(talk.wanted.road_now(), word)
    if isinstance(found, Done):
        return found
    talk.show(found)
    while (answer := _answer(typed, talk)) is not None and answer.lower() not in ("s", "skip"):
        done = _graded(found.record.id, answer, change)
        if not _is_mistyped(done.failure):
            return done
        talk.complain(done.failure)
    talk.skip()
    return None


def _answer(typed: Typed, talk: Talk) -> str | None:
    while True:
        asked_at = time.monotonic()
        answer = typed.line(say("found"), talk)
        if answer != "" or time.monotonic() - asked_at > _TOO_FAST:
            return answer


def _graded(id: str, answer: str, change: Change) -> Done:  # noqa: A002 - the field's own name
    try:
        return change(id, **finding(answer))
    except BadValue as failure:
        return failed(id, failure)


def _is_mistyped(failure: Failure | None) -> bool:
    """As against what is wrong with the return."""
    if isinstance(failure, NotFound):
        return failure.facts.get("kind") in ("line", "grade")
    return isinstance(failure, BadValue | NotAllGraded)
