"""What is written about a report that was followed: the facts of its event, and what people are warned of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from returnctl.domain import tiktok
from returnctl.domain.case import Case
from returnctl.domain.owed import is_open_act
from returnctl.domain.paid_back import paid_by_us
from returnctl.domain.record import Return
from returnctl.domain.report import Report
from returnctl.domain.states import State


def facts_of(case: Case, old: Return, new: Return, report: Report) -> dict[str, Any]:
    """The platform's words and where they were read; what was carried out, and what a correction corrects."""
    told = report.told
    acts = [x.key for x, was in zip(new.owed, old.owed, strict=False) if x.status == "done" != was.status]
    found: Mapping[str, Any] = {
        "status": told.status, "sub_status": told.sub_status, "contest": told.dispute, "appeal": told.appeal,
        "amount": told.refund and str(told.refund), "owed": acts, "was": _was_paid(old, new),
        "compensation": told.compensation and str(told.compensation), "compensation_status": told.compensation_status,
        **report.beside,
        "again": _again(case, old, report), "lapse": _assumed(old, new),
        "file": told.seen and told.seen.file, "row": told.seen and told.seen.row,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value not in (None, "", [])}


def _was_paid(old: Return, new: Return) -> str | None:
    """The amount booked before, where it is corrected."""
    amounts = ((x.confirmed, y.confirmed) for x, y in zip(old.refunds, new.refunds, strict=False))
    return next((str(was) for was, now in amounts if was != now), None)


def _assumed(old: Return, new: Return) -> str | None:
    """Whether what was assumed when a deadline passed came true."""
    if old.due is None or not old.due.lapsed or (new.due and new.due.lapsed):
        return None
    return "corrected" if new.state is old.state else "settled"


def _again(case: Case, old: Return, report: Report) -> list[str]:
    """Earlier returns of ours that this one takes up again: named by the platform, or refused on the same lines."""
    if old.external and old.external.told:
        return []
    mine = {line.line for line in old.lines}
    return [x.id for x in case.others if _is_before(x, report) or _is_refused_on(x, mine)]


def _is_before(other: Return, report: Report) -> bool:
    return bool(other.external and report.told.previous == other.external.return_id)


def _is_refused_on(other: Return, lines: set[str]) -> bool:
    refused = other.external is not None and other.state in (State.REJECTED, State.CLOSED)
    return refused and any(line.line in lines for line in other.lines)


def warnings_of(old: Return, new: Return, report: Report) -> tuple[str, ...]:
    before, now = old.external, new.external
    found = {
        "unknown_status": _is_unknown(report),
        "paid_beside": bool(now and now.paid and (before is None or before.paid != now.paid) and paid_by_us(new)),
        "payment_open": new.state is State.REFUNDING,
        "refund_corrected": _was_paid(old, new) is not None,
        "overruled": any(
            x.status == "withdrawn" and is_open_act(was) for x, was in zip(new.owed, old.owed, strict=False)
        ),
    }
    return tuple(code for code, holds in found.items() if holds)


def _is_unknown(report: Report) -> bool:
    told = report.told
    return tiktok.status(told.status) is None or bool(told.dispute and tiktok.contest(told.dispute) is None)
