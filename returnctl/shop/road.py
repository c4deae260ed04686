"""The one road for changes: load the case under the lock, decide, commit, and say what came of it."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType, field

from returnctl.domain.case import Actor, Case, Decision, Moment
from returnctl.domain.money import parse
from returnctl.domain.record import Breakdown, Due, Return
from returnctl.domain.states import Event, Role, State
from returnctl.errors import Exit, Failure, KeyUsed
from returnctl.shop.shop import Shop, the_return
from returnctl.storage.changes import Answer, Change
from returnctl.storage.digests import digest
from returnctl.storage.snapshot import Snapshot
from returnctl.storage.writer import Writer

Decide = Callable[..., Decision]


class Typed(str):
    """An amount as it was typed; it becomes one of the return's currency once the return is known."""

    __slots__ = ()


def _amounts(facts: dict[str, Any], currency: str) -> dict[str, Any]:
    """Raises BadValue."""
    return {name: parse(str(value), currency) if isinstance(value, Typed) else value for name, value in facts.items()}


class Request(Struct, frozen=True):
    """Who asks for what, when, and how; `by` and `role` are None where nobody said."""

    command: str
    now: datetime
    by: str | None = None
    role: str | None = None
    key: str | None = None
    dry_run: bool = False
    lock_timeout: float = 30


class Told(Struct, frozen=True):
    """A failure as results carry it."""

    code: str
    exit: int
    facts: dict[str, Any]

    @classmethod
    def of(cls, failure: Failure) -> Told:
        return cls(failure.code, int(failure.exit), failure.facts)


class Result(Struct, frozen=True, kw_only=True):
    """What came of one request, as programs read it; what is unset is left out."""

    id: str
    outcome: Literal["done", "unchanged", "planned", "refused", "failed"]
    events: tuple[str, ...] = ()
    from_: State | None = field(name="from", default=None)
    to: State | None = None
    due: Due | None = None
    warnings: tuple[str, ...] = ()
    breakdown: Breakdown | UnsetType = UNSET
    error: Told | UnsetType = UNSET
    row: int | UnsetType = UNSET


class Done(Struct, frozen=True):
    """A result with what only the program itself looks at."""

    result: Result
    record: Return | None = None
    failure: Failure | None = None


class Road:
    def __init__(self, shop: Shop, request: Request) -> None:
        self.shop = shop
        self.request = request
        self.settings = shop.settings

    def change(self, word: str, decide: Decide, role: Role, /, asked: object = None, **facts: Any) -> Done:  # noqa: ANN401
        """Lead one return on by a function of `domain.workflow`, and carry out what that owes outside.

        A failure becomes a result. `asked` is what the request key stands for, where that is not the facts themselves.
        """
        return self.carry(self.book(word, decide, role, asked, **facts))

    def carry(self, done: Done) -> Done:
        """Only shops with hooks pay for it."""
        if done.result.outcome != "done" or not self.shop.has_hooks():
            return done
        from returnctl.shop.carrying import carry

        return carry(self, done)

    def book(self, word: str, decide: Decide, role: Role, /, asked: object = None, **facts: Any) -> Done:  # noqa: ANN401
        """Load the case under the lock, decide, commit."""
        return self.told(word, lambda: self._change(word, decide, role, asked or dict(facts), facts))

    def told(self, word: str, attempt: Callable[[], Done], row: int | UnsetType = UNSET) -> Done:
        try:
            return attempt()
        except Failure as failure:
            outcome: Literal["refused", "failed"] = "failed" if failure.exit in _FAILED else "refused"
            return Done(Result(id=word, outcome=outcome, error=Told.of(failure), row=row), failure=failure)

    def _change(self, word: str, decide: Decide, role: Role, asked: object, facts: dict[str, Any]) -> Done:
        with self.writing() as writer:
            id = the_return(writer.find(word), word)  # noqa: A001 - the field's own name
            return self.told(id, lambda: self._decided(writer, id, decide, role, asked, facts))

    def _decided(
        self,
        writer: Writer,
        id: str,  # noqa: A002
        decide: Decide,
        role: Role,
        asked: object,
        facts: dict[str, Any],
    ) -> Done:
        moment, files = self.moment(role), facts.pop("files", ())
        key, request = self.key_of(id, asked)
        answered = self.answered(writer, key, request)
        if answered:
            return answered
        case = load(writer, id, self.settings.shop_id)
        decision = decide(case, moment, **_amounts(facts, case.order.currency))
        return self.commit(writer, decision, moment, from_=case.stored.state, key=key, asked=request, files=files)

    def moment(self, role: Role) -> Moment:
        """Now, by whom: the login name, and the side whose step it is, where nobody said."""
        return Moment(self.request.now, Actor(self.request.by or login_name(), Role(self.request.role or role)))

    def writing(self) -> AbstractContextManager[Writer]:
        holder = f"{login_name()}: returnctl {self.request.command}"
        return self.shop.store.writing(holder, self.request.lock_timeout)

    def reading(self) -> AbstractContextManager[Snapshot]:
        return self.shop.store.reading(self.request.lock_timeout)

    def line(self, moment: Moment, **held: Any) -> Change:  # noqa: ANN401
        """A commit of this command: who, when, and what it holds. The journal names no buyer, only who typed."""
        name = login_name() if moment.by.role is Role.BUYER else moment.by.name
        return Change(at=moment.now, by=name, role=moment.by.role, command=self.request.command, **held)

    def key_of(self, id: str, asked: object) -> tuple[str | None, str]:  # noqa: A002
        """The request key of one return, and the digest of what is asked of it."""
        key = self.request.key and f"{self.request.key}/{id}"
        return key, digest(msgspec.json.encode([self.request.command, id, asked], enc_hook=str))

    def answered(self, snapshot: Snapshot, key: str | None, asked: str) -> Done | None:
        """What was answered to this key before. Raises KeyUsed where something else was asked."""
        before = snapshot.answered(key) if key else None
        if before is None:
            return None
        if before.request != asked:
            raise KeyUsed(key=self.request.key)
        result = msgspec.json.decode(before.result, type=Result)
        return Done(msgspec.structs.replace(result, outcome="unchanged"), snapshot.get_return(result.id))

    def commit(
        self, writer: Writer, decision: Decision, moment: Moment, *, from_: State | None, key: str | None = None,
        asked: str = "", **more: Any,  # noqa: ANN401
    ) -> Done:  # fmt: skip
        """Commit a decision with what belongs to it, or with a dry run only say what it would be."""
        record = decision.record
        outcome: Literal["planned", "done", "unchanged"] = (
            "unchanged" if not decision.events else "planned" if self.request.dry_run else "done"
        )
        result = Result(
            id=record.id, outcome=outcome, events=tuple(x for x in decision.events if x != Event.TRY),
            from_=from_, to=record.state, due=record.due,
            breakdown=(record.breakdown or UNSET) if self.request.command in ("refund", "apply") else UNSET,
            warnings=decision.warnings,
        )  # fmt: skip
        keys = {key: Answer(asked, msgspec.json.encode(result))} if key else {}
        if outcome == "unchanged" and keys and not self.request.dry_run:
            writer.commit(self.line(moment, keys=keys))  # the key stands for this from now on
        if outcome != "done":
            return Done(result, record)
        events = tuple((record.id, event) for event in decision.events)
        writer.commit(self.line(moment, returns=(record,), events=events, keys=keys, **more))
        return Done(msgspec.structs.replace(result, warnings=(*result.warnings, *writer.warnings)), record)


# Failures of the machine or the data, as against what a rule refuses.
_FAILED = frozenset({Exit.FAILED, Exit.LOCKED, Exit.DAMAGED, Exit.NOT_KNOWN, Exit.DECLINED, Exit.NO_SHOP})


def load(snapshot: Snapshot, id: str, shop_id: str) -> Case:  # noqa: A002
    """A stored return with all that a decision about it may look at."""
    record = snapshot.get_return(id)
    others = tuple(other for other in snapshot.returns_of(record.order.id) if other.id != id)
    policy = snapshot.get_pinned(record.policy.digest)
    return Case(record.order, policy, record.policy, shop_id, others, record=record)


def exit_of(results: Sequence[Done]) -> Exit:
    """0 where all went well, 3 where some did, else the first failure's own code."""
    failures = [done.failure for done in results if done.failure]
    if not failures:
        return Exit.DONE
    return failures[0].exit if len(failures) == len(results) else Exit.PARTLY


def login_name() -> str:
    """As `getpass.getuser` finds it, whose import takes longer than all of this."""
    named = next((os.environ[name] for name in ("LOGNAME", "USER") if os.environ.get(name)), None)
    try:
        return (named or pwd.getpwuid(os.getuid()).pw_name).encode("utf-8", "replace").decode()
    except KeyError:
        return "unknown"
