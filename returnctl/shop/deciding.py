"""Decisions written into a file, one a row: each goes the one road, as if its command had been typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import groupby
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from returnctl.domain import composite, workflow
from returnctl.domain.case import Case, Decision, Moment
from returnctl.domain.record import Return
from returnctl.domain.states import Role
from returnctl.errors import BadRow, BadValue, Failure, MovedOn
from returnctl.shop.applying import Units
from returnctl.shop.batches import in_batches
from returnctl.shop.evidence import Files
from returnctl.shop.refunding import Payment, refund
from returnctl.shop.road import Decide, Done, Job, Planned, Road, failed, refusing
from returnctl.shop.shop import the_return

Verdict = Literal["pass", "fail"]


class Seen(Struct, frozen=True):
    """What a sheet shows of a return: what was decided was decided of that. `zone` is that of a time without one."""

    revision: str = ""
    updated: str = ""
    zone: str = ""

    def is_past(self, record: Return) -> bool:
        if self.revision:
            return self.revision != str(record.revision)
        if not self.updated:
            return False
        if self.zone:
            return self.updated != record.updated_at.astimezone(ZoneInfo(self.zone)).strftime("%Y-%m-%d %H:%M:%S")
        try:
            return datetime.fromisoformat(self.updated) != record.updated_at
        except (ValueError, TypeError):
            return True


class Asked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row, with the names of the options; `reason_code` is `--reason`, and no return's own reason."""

    id: str
    note: str = ""
    items: dict[str, Units | None] | None = None
    grades: dict[str, dict[str, Units | None]] | None = None
    verdict: Verdict | None = None
    returnless: bool = False
    reason_code: str | None = None
    evidence: tuple[str, ...] = ()
    carrier: str | None = None
    tracking: str | None = None
    reference: str | None = None
    paid: bool = False
    amount: str | None = None
    method: str | None = None
    final: bool = False
    retry: bool = False
    failed: str | None = None
    key: str | None = None
    seen: Seen = Seen()


class Command(NamedTuple):
    """What rows may tell it, who decides by it, and how; a payment has a road of its own."""

    takes: tuple[str, ...]
    role: Role = Role.SELLER
    decide: Callable[[Asked], tuple[Decide, dict[str, Any]]] | None = None


def _approved(asked: Asked) -> tuple[Decide, dict[str, Any]]:
    return workflow.approve, {"items": asked.items, "returnless": asked.returnless, "note": asked.note}


def _rejected(asked: Asked) -> tuple[Decide, dict[str, Any]]:
    return workflow.reject, {"reason": asked.reason_code, "note": asked.note, "evidence": asked.evidence}


def _received(asked: Asked) -> tuple[Decide, dict[str, Any]]:
    if asked.verdict:
        return composite.receive_and_inspect, {"items": asked.items, "passes": asked.verdict == "pass"}
    return workflow.receive, {"items": asked.items}


def _inspected(asked: Asked) -> tuple[Decide, dict[str, Any]]:
    if bool(asked.grades) == bool(asked.verdict):
        raise BadValue(what="inspect", value="", wanted="grades")
    facts = {"passes": asked.verdict != "fail", "note": asked.note, "evidence": asked.evidence}
    return workflow.inspect, {"grades": asked.grades, **facts}


def _sent(decide: Decide) -> Callable[[Asked], tuple[Decide, dict[str, Any]]]:
    return lambda asked: (decide, {"carrier": asked.carrier, "tracking": asked.tracking})


def _noted(decide: Decide) -> Callable[[Asked], tuple[Decide, dict[str, Any]]]:
    return lambda asked: (decide, {"note": asked.note})


COMMANDS: dict[str, Command] = {
    "approve": Command(("note", "items", "returnless"), decide=_approved),
    "reject": Command(("note", "reason_code", "evidence"), decide=_rejected),
    "ship": Command(("carrier", "tracking"), Role.BUYER, _sent(workflow.ship)),
    "receive": Command(("items", "verdict"), decide=_received),
    "inspect": Command(("grades", "verdict", "note", "evidence"), decide=_inspected),
    "refund": Command(("reference", "paid", "amount", "method", "final", "retry", "failed", "note")),
    "replace": Command(("carrier", "tracking"), decide=_sent(workflow.replace_goods)),
    "convert": Command(("note",), decide=_noted(workflow.convert)),
    "cancel": Command(("note",), Role.BUYER, _noted(workflow.cancel)),
}


class Row(NamedTuple):
    """A row that asks for something, or what is wrong with it."""

    number: int
    command: str
    asked: Asked | BadRow


def decided(road: Road, rows: Iterator[Row], stopped: Callable[[], bool]) -> Iterator[Done]:
    """Neighbours that the same side decides share commits."""
    for kind, group in groupby(rows, _kind):
        if stopped():
            return
        if kind == "refund":
            for row in group:
                if stopped():
                    return
                yield _numbered(_refunded(road, row), row.number)
        else:
            yield from map(road.carry, in_batches(road, (_job(road, row) for row in group), stopped))


def _kind(row: Row) -> str:
    if isinstance(row.asked, BadRow):
        return Role.SELLER
    return row.command if COMMANDS[row.command].decide is None else COMMANDS[row.command].role


def _job(road: Road, row: Row) -> Job:
    """Its evidence is read here, before anything is locked."""
    asked = row.asked
    if isinstance(asked, BadRow):
        return refusing(str(row.number), asked, row.number)
    command = COMMANDS[row.command]
    try:
        decide, facts = command.decide(asked) if command.decide else (workflow.approve, {})
        road, weight = _of_row(road, asked.key), 0
        told = facts | ({} if road.request.command == row.command else {"decision": row.command})
        if "evidence" in facts:
            files = Files.read(asked.evidence, road.settings.evidence, road.moment(command.role))
            facts |= {"evidence": files.evidence, "files": files.blobs}
            told["evidence"] = [file.sha256 for file in files.evidence]
            weight = sum(len(content) for _, content in files.blobs)
    except Failure as failure:
        return refusing(asked.id, failure, row.number)
    job = road.job(asked.id, _of_seen(decide, asked.seen), command.role, told, **facts)
    return Job(asked.id, lambda draft: _planned(job.plan(draft), row.number), row.number, weight)


def _of_row(road: Road, key: str | None) -> Road:
    return Road(road.shop, replace(road.request, key=key)) if key else road


def _of_seen(decide: Decide, seen: Seen) -> Decide:
    """What stands already is unchanged; anything else needs the return as the file shows it."""

    def guarded(case: Case, moment: Moment, **facts: Any) -> Decision:  # noqa: ANN401
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
    try:
        payment = Payment(
            amount=asked.amount, method=asked.method, reference=asked.reference, paid=asked.paid, final=asked.final,
            retry=asked.retry, failed=asked.failed, note=asked.note,
        )  # fmt: skip
        road = _of_row(road, asked.key)
        with road.reading() as snapshot:
            record = snapshot.get_return(the_return(snapshot.find(asked.id), asked.id))
        if asked.seen.is_past(record) and not _is_paid(record, asked):
            raise _moved(record)
    except Failure as failure:
        return failed(asked.id, failure)
    return refund(road, asked.id, payment)


def _is_paid(record: Return, asked: Asked) -> bool:
    """The payment of the row was booked already, which the refund itself finds to be unchanged."""
    return any(each.reference == asked.reference for each in record.refunds) if asked.reference else False


def _planned(planned: Planned, row: int) -> Planned:
    return replace(planned, done=_numbered(planned.done, row))


def _numbered(done: Done, row: int | UnsetType = UNSET) -> Done:
    return replace(done, result=replace(done.result, row=row))
