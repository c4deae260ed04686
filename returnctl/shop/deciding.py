"""Decisions written into a file, one a row: each goes the one road, as if its command had been typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from returnctl.domain.case import Case, Decision, Moment
from returnctl.domain.record import Return
from returnctl.domain.states import Role
from returnctl.errors import BadRow, Failure, MovedOn
from returnctl.shop.batches import Foreseen, in_batches
from returnctl.shop.changing import carry
from returnctl.shop.decision_commands import COMMANDS, Asked, Seen
from returnctl.shop.evidence import Files
from returnctl.shop.hooks import find
from returnctl.shop.refunding import Payment, by_hand, is_proven, refund
from returnctl.shop.road import Decide, Done, Job, Planned, Road, failed, refusing


class Row(NamedTuple):
    """A row that asks for something, or what is wrong with it."""

    number: int
    command: str
    asked: Asked | BadRow


def decided(road: Road, rows: Iterator[Row], stopped: Callable[[], bool]) -> Iterator[Done]:
    """Neighbours that the same side decides share commits."""
    foreseen = Foreseen()
    for kind, group in groupby(rows, _kind):
        if stopped():
            return
        if kind in COMMANDS:
            for row in group:
                if stopped():
                    return
                yield _numbered(_alone(road, row, foreseen), row.number)
        else:
            jobs = (_job(road, row) for row in group)
            yield from map(partial(carry, road), in_batches(road, jobs, stopped, foreseen=foreseen))


def _kind(row: Row) -> str:
    """The side of a commit; the command itself where each row needs a commit of its own."""
    if isinstance(row.asked, BadRow):
        return Role.SELLER
    command = COMMANDS[row.command]
    return command.side if command.decide and isinstance(command.side, Role) else row.command


def _alone(road: Road, row: Row, foreseen: Foreseen) -> Done:
    if COMMANDS[row.command].decide is None and not road.request.dry_run:
        return _refunded(road, row)
    (done,) = in_batches(road, [_job(road, row)], foreseen=foreseen)
    return carry(road, done)


def _job(road: Road, row: Row) -> Job:
    """Its evidence is read here, before anything is locked."""
    asked = row.asked
    if isinstance(asked, BadRow):
        return refusing(str(row.number), asked, row.number)
    command = COMMANDS[row.command]
    try:
        road, weight = _of_row(road, asked.key), 0
        decide, facts, told = _step(road, row.command, asked)
        if "evidence" in facts:
            side = command.side if isinstance(command.side, Role) else Role.SELLER
            files = Files.read(asked.evidence, road.settings.evidence, road.moment(side))
            facts |= {"evidence": files.evidence, "files": files.blobs}
            told["evidence"] = [file.sha256 for file in files.evidence]
            weight = sum(len(content) for _, content in files.blobs)
    except Failure as failure:
        return refusing(asked.id, failure, row.number)
    job = road.job(asked.id, _of_seen(decide, asked.seen), command.side, told, **facts)
    return Job(asked.id, lambda draft: _planned(job.plan(draft), row.number), row.number, weight)


def _step(road: Road, name: str, asked: Asked) -> tuple[Decide, dict[str, Any], dict[str, Any]]:
    """Who decides the row, by what, and what its key stands for. Raises Failure."""
    made = COMMANDS[name].decide
    if made is None:
        payment = _payment(asked)
        return by_hand(payment, proven=is_proven(payment) or bool(find(road.shop.root, "refund")))
    decide, facts = made(asked)
    return decide, facts, facts | ({} if road.request.command == name else {"decision": name})


def _of_row(road: Road, key: str | None) -> Road:
    return Road(road.shop, replace(road.request, key=key)) if key else road


def _of_seen(decide: Decide, seen: Seen) -> Decide:
    """What stands already is unchanged; anything else needs the return as the file shows it."""

    def guarded(case: Case, moment: Moment, **facts: Any) -> Decision:  # noqa: ANN401
        if facts.get("amount") is not None:
            seen.check_currency(case.stored)
        if not seen.is_past(case.stored):
            return decide(case, moment, **facts)
        try:
            decision = decide(case, moment, **facts)
        except Failure:
            raise _moved(case.stored) from None
        if decision.events:
            raise _moved(case.stored)
        return decision

    return guarded


def _moved(record: Return) -> MovedOn:
    return MovedOn(id=record.id, state=str(record.state))


def _refunded(road: Road, row: Row) -> Done:
    asked = row.asked
    if isinstance(asked, BadRow):
        return failed(str(row.number), asked)
    guard = partial(_of_seen, seen=asked.seen)
    return road.told(asked.id, lambda: refund(_of_row(road, asked.key), asked.id, _payment(asked), guard))


def _payment(asked: Asked) -> Payment:
    return Payment(
        amount=asked.amount, method=asked.method, reference=asked.reference, paid=asked.paid, final=asked.final,
        retry=asked.retry, failed=asked.failed, note=asked.note,
    )  # fmt: skip


def _planned(planned: Planned, row: int) -> Planned:
    return replace(planned, done=_numbered(planned.done, row))


def _numbered(done: Done, row: int | UnsetType = UNSET) -> Done:
    return replace(done, result=replace(done.result, row=row))
