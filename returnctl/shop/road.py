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
from returnctl.shop.draft import Draft
from returnctl.shop.shop import Shop, the_return
from returnctl.storage.changes import Answer, Change
from returnctl.storage.digests import digest
from returnctl.storage.snapshot import Snapshot
from returnctl.storage.writer import Writer

Decide = Callable[..., Decision]
# Whose step it is where nobody said: fixed, or as the case tells.
Side = Role | Callable[[Case], Role]
_PATIENCE = 30


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
    """What came of one request, as programs read it; what is unset is left out.

    `at` is when a forecast sees it, `words` what a message would say.
    """

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
    at: datetime | UnsetType = UNSET
    words: str | UnsetType = UNSET


class Done(Struct, frozen=True):
    """A result with what only the program itself looks at."""

    result: Result
    record: Return | None = None
    failure: Failure | None = None


class Planned(Struct, frozen=True):
    """What is to come of one request, and what its commit holds; None where nothing is to be written."""

    done: Done
    change: Change | None = None


class Job(Struct, frozen=True):
    """One request of many: how results name it, the function that decides it, and the bytes that it holds."""

    name: str
    plan: Callable[[Draft], Planned]
    row: int | UnsetType = UNSET
    weight: int = 0


class Road:
    def __init__(self, shop: Shop, request: Request) -> None:
        self.shop = shop
        self.request = request
        self.settings = shop.settings
        self._login = login_name()

    def book(self, word: str, decide: Decide, role: Side, /, asked: object = None, **facts: Any) -> Done:  # noqa: ANN401
        """Load the case under the lock, decide, commit."""
        return self.alone(self.job(word, decide, role, asked, **facts))

    def alone(self, job: Job) -> Done:
        """One request in a commit of its own."""
        return self.told(job.name, lambda: self._alone(job), job.row)

    def _alone(self, job: Job) -> Done:
        with self.writing() as writer:
            return self.commit(writer, self.planned(Draft(writer), job))

    def job(self, word: str, decide: Decide, role: Side, /, asked: object = None, **facts: Any) -> Job:  # noqa: ANN401
        """The request to lead one return on; `files` among the facts are the contents of its evidence."""
        asked = asked or dict(facts)
        return Job(word, lambda draft: self._found(draft, word, decide, role, asked, facts))

    def _found(
        self, draft: Draft, word: str, decide: Decide, role: Side, asked: object, facts: dict[str, Any]
    ) -> Planned:
        id = the_return(draft.snapshot.find(word), word)  # noqa: A001 - the field's own name
        return self.planned(draft, Job(id, lambda draft: self._decided(draft, id, decide, role, asked, dict(facts))))

    def _decided(
        self,
        draft: Draft,
        id: str,  # noqa: A002
        decide: Decide,
        role: Side,
        asked: object,
        facts: dict[str, Any],
    ) -> Planned:
        files = facts.pop("files", ())
        key, request = self.key_of(id, asked)
        answered = self.answered(draft, key, request)
        if answered:
            return Planned(answered)
        case = draft.load(id, self.settings.shop_id)
        moment = self.moment(role if isinstance(role, Role) else role(case))
        decision = decide(case, moment, **_amounts(facts, case.order.currency))
        return self.plan(decision, moment, from_=case.stored.state, key=key, asked=request, files=files)

    def planned(self, draft: Draft, job: Job) -> Planned:
        """What comes of it; a failure is a result too."""
        try:
            return job.plan(draft)
        except Failure as failure:
            return Planned(failed(job.name, failure, job.row))

    def told(self, word: str, attempt: Callable[[], Done], row: int | UnsetType = UNSET) -> Done:
        try:
            return attempt()
        except Failure as failure:
            return failed(word, failure, row)

    def moment(self, role: Role) -> Moment:
        """Now, by whom: the login name, and the side whose step it is, where nobody said."""
        return Moment(self.request.now, Actor(self.request.by or self._login, Role(self.request.role or role)))

    def writing(self) -> AbstractContextManager[Writer]:
        holder = f"{self._login}: returnctl {self.request.command}"
        return self.shop.store.writing(holder, self.request.lock_timeout)

    def reading(self) -> AbstractContextManager[Snapshot]:
        return self.shop.store.reading(self.request.lock_timeout)

    def patient(self) -> Road:
        """For work that has begun, also by a sweep that else waits for no lock."""
        timeout = max(self.request.lock_timeout, _PATIENCE)
        return Road(self.shop, msgspec.structs.replace(self.request, lock_timeout=timeout))

    def line(self, moment: Moment, **held: Any) -> Change:  # noqa: ANN401
        """A commit of this command: who, when, and what it holds. The journal names no buyer, only who typed."""
        name = self._login if moment.by.role is Role.BUYER else moment.by.name
        return Change(at=moment.now, by=name, role=moment.by.role, command=self.request.command, **held)

    def key_of(self, id: str, asked: object) -> tuple[str | None, str]:  # noqa: A002
        """The request key of one return, and the digest of what is asked of it."""
        key = self.request.key and f"{self.request.key}/{id}"
        return key, digest(msgspec.json.encode([self.request.command, id, asked], enc_hook=str))

    def answered(self, draft: Draft, key: str | None, asked: str) -> Done | None:
        """What was answered to this key before. Raises KeyUsed where something else was asked."""
        before = draft.answered(key) if key else None
        if before is None:
            return None
        if before.request != asked:
            raise KeyUsed(key=self.request.key)
        result = msgspec.json.decode(before.result, type=Result)
        return Done(msgspec.structs.replace(result, outcome="unchanged"), draft.get_return(result.id))

    def plan(
        self, decision: Decision, moment: Moment, *, from_: State | None, key: str | None = None, asked: str = "",
        **more: Any,  # noqa: ANN401
    ) -> Planned:  # fmt: skip
        """A decision with what belongs to it, ready to be committed."""
        record = decision.record
        outcome: Literal["planned", "done", "unchanged"] = (
            "unchanged" if not decision.events else "planned" if self.request.dry_run else "done"
        )
        result = Result(
            id=record.id, outcome=outcome, events=tuple(x for x in decision.events if x not in _SILENT),
            from_=from_, to=record.state, due=record.due,
            breakdown=(record.breakdown or UNSET) if self.request.command in ("refund", "apply") else UNSET,
            warnings=decision.warnings,
        )  # fmt: skip
        keys = {key: Answer(asked, msgspec.json.encode(result))} if key else {}
        if decision.events:
            events = tuple((record.id, event) for event in decision.events)
            change = self.line(moment, returns=(record,), events=events, keys=keys, **more)
            return Planned(Done(result, record), change)
        # The key stands for this from now on.
        return Planned(Done(result, record), self.line(moment, keys=keys) if keys else None)

    def commit(self, writer: Writer, planned: Planned) -> Done:
        """Nothing of a dry run."""
        if planned.change is None or self.request.dry_run:
            return planned.done
        writer.commit(planned.change)
        return warned(planned.done, *writer.warnings)


# In the journal alone.
_SILENT = frozenset({Event.TRY, Event.SEEN})
# Failures of the machine or the data, as against what a rule refuses.
_FAILED = frozenset({Exit.FAILED, Exit.LOCKED, Exit.DAMAGED, Exit.NOT_KNOWN, Exit.DECLINED, Exit.NO_SHOP})


def failed(name: str, failure: Failure, row: int | UnsetType = UNSET) -> Done:
    outcome: Literal["refused", "failed"] = "failed" if failure.exit in _FAILED else "refused"
    return Done(Result(id=name, outcome=outcome, error=Told.of(failure), row=row), failure=failure)


def refusing(name: str, failure: Failure, row: int | UnsetType = UNSET) -> Job:
    """A request that failed before it could be decided."""
    return Job(name, lambda _: Planned(failed(name, failure, row)), row)


def warned(done: Done, *codes: str) -> Done:
    """With warnings beside those that it has."""
    if not codes:
        return done
    warnings = tuple(dict.fromkeys((*done.result.warnings, *codes)))
    return msgspec.structs.replace(done, result=msgspec.structs.replace(done.result, warnings=warnings))


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
