"""What a platform's reports come to: of each source the newest, and out of these one picture of the return.

Which report is newer is a total order, so files may come in any order, overlap and repeat: the picture is the same.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple, TypeVar

import msgspec
from msgspec.structs import replace

from returnctl.domain import tiktok
from returnctl.domain.compensation import granted_in
from returnctl.domain.external import Contest, External, PaidBack, Told
from returnctl.domain.report import Report
from returnctl.domain.states import Kind, State

T = TypeVar("T")

UNKNOWN = "unknown"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
# What no later report of an export, whose rows do not tell when they were so, is likely to take back.
_FINAL = frozenset({State.CANCELLED, State.REPLACED, State.REFUNDED})


class Picture(NamedTuple):
    """Where a return stands by its platform: `below` a contest the state that is contested.

    `parcel`: what was refused is a parcel. `outcome` is how a contest ended.
    """

    state: State
    below: State
    uncertain: bool = False
    parcel: bool = False
    outcome: str | None = None


def picture(told: Told, kind: Kind) -> Picture | None:
    """None where no table knows the status. Of a refusal that the platform overruled the refund is waited for."""
    means = tiktok.status(told.status)
    if means is None:
        return None
    state = means.kinds.get(kind) or (means.sent if means.sent and told.sent else means.state)
    contest = tiktok.contest(told.dispute)
    contested = contest == "open" and state not in _FINAL
    parcel = state is State.REJECTED and ("package" in tiktok.plain(told.status) or (means.uncertain and told.sent))
    if state is State.REJECTED and contest == "refund":
        state = State.REFUND_DUE
    return Picture(
        State.DISPUTED if contested else state, state, means.uncertain, parcel, None if contest == "open" else contest
    )


def seen_by(external: External, kind: Kind) -> Picture | None:
    """By all that was reported; None where nothing was that a table knows."""
    told = _newest(external.told, kind)
    return picture(told, kind) if told else None


def heard(external: External, report: Report, kind: Kind) -> External:
    """With a report, where it is news."""
    told = dict(external.told)
    source = report.source if tiktok.status(report.told.status) else UNKNOWN
    if source not in told or _place(told[source], kind) < _place(report.told, kind):
        told[source] = report.told
    paid = max(filter(None, (external.paid, _paid(report.told, kind))), key=_place_of_payment, default=None)
    drawn = _drawn(external, {name: told[name] for name in sorted(told)}, paid, kind)
    grants = [external.granted_at, report.told.at if granted_in(report.told) else None]
    contest = _contest(external.contest, report.told, kind)
    return replace(drawn, granted_at=min(filter(None, grants), default=None), contest=contest)


def says_the_same(one: External, other: External) -> bool:
    """But for when, and where it was read."""
    return _timeless(one) == _timeless(other)


def _timeless(external: External) -> External:
    told = {name: replace(each, at=_NEVER, seen=None) for name, each in external.told.items()}
    paid = external.paid and replace(external.paid, at=_NEVER)
    contest = external.contest and replace(external.contest, at=_NEVER, lost_at=None)
    return replace(external, updated_at=None, granted_at=None, seen=None, told=told, paid=paid, contest=contest)


def _place(told: Told, kind: Kind) -> tuple[datetime, int, bytes]:
    """In the order of reports: by time, at one instant by how far the return is, then by what is said."""
    seen = picture(told, kind)
    return told.at, tiktok.how_far(seen.state) if seen else 0, msgspec.json.encode(replace(told, seen=None))


def _paid(told: Told, kind: Kind) -> PaidBack | None:
    seen = picture(told, kind)
    if seen is None or seen.below is not State.REFUNDED or not told.refund:
        return None
    return PaidBack(told.at, told.refund, told.refunded_at)


def _place_of_payment(paid: PaidBack) -> tuple[datetime, Decimal, datetime]:
    return paid.at, paid.amount, paid.refunded_at or _NEVER


def _contest(known: Contest | None, told: Told, kind: Kind) -> Contest | None:
    """A decision for one side stands against a word that the contest is closed, whichever is newer."""
    seen = picture(told, kind)
    if seen is None or not (seen.outcome or seen.state is State.DISPUTED):
        return known
    lost = told.at if seen.outcome == "refund" else None
    heard = Contest(told.at, seen.outcome or "none", tiktok.is_decided(told.dispute))
    newest = max(filter(None, (known, heard)), key=_place_of_contest)
    first = [known.lost_at if known else None, lost]
    return replace(newest, lost_at=min(filter(None, first), default=None))


def _place_of_contest(contest: Contest) -> tuple[bool, datetime, bool]:
    return contest.decided, contest.at, contest.outcome == "refund"


def _newest(told: dict[str, Told], kind: Kind) -> Told | None:
    """Of what tables know. A row of an export that does not tell when it was so yields to the API until it is final."""
    export, api = told.get("export"), told.get("api")
    if export is None or api is None:
        return export or api
    if export.exact or export.at > api.at:
        return export if export.at > api.at else api
    ours, theirs = (picture(each, kind) for each in (export, api))
    ends = ours and theirs and ours.state in _FINAL and theirs.state not in _FINAL
    return export if ends else api


def _drawn(external: External, told: dict[str, Told], paid: PaidBack | None, kind: Kind) -> External:
    """The picture in the platform's words: each word from the newest of those that can know it."""
    nothing = Told(at=_NEVER)
    newest = _newest(told, kind) or nothing
    api, export, unknown = (told.get(name, nothing) for name in ("api", "export", UNKNOWN))
    shown = unknown if UNKNOWN in told and unknown.at >= newest.at else newest
    asked = api if _still_asked(newest, api, kind) else nothing
    known = picture(newest, kind)
    return External(
        platform=external.platform,
        return_id=external.return_id,
        status=shown.status or None,
        dispute=newest.dispute,
        sub_status=(export if export is not nothing else shown).sub_status,
        appeal=(export if export is not nothing else shown).appeal,
        refund=_first(newest.refund, api.refund, export.refund, unknown.refund),
        refunded_at=export.refunded_at,
        compensation_status=export.compensation_status,
        compensation=export.compensation,
        asks=asked.asks,
        deadline=asked.deadline,
        updated_at=shown.at,
        seen=shown.seen,
        uncertain=bool(known and known.uncertain),
        reason=_first(api.reason, export.reason, unknown.reason),
        previous=api.previous or unknown.previous,
        next=api.next or unknown.next,
        paid=paid,
        told=told,
    )


def _still_asked(newest: Told, api: Told, kind: Kind) -> bool:
    """What the API said that the platform waits for, while the return stands as it did then."""
    return newest is api or picture(newest, kind) == picture(api, kind)


def _first(*values: T | None) -> T | None:
    return next((value for value in values if value is not None), None)
