"""Events that leave the state: what is said, shown and put off, and what was owed and is booked."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from returnctl.domain.case import Case, Decision, Moment
from returnctl.domain.notices import from_template
from returnctl.domain.owed import booked, called, names_of, open_owed, settled, without_asking
from returnctl.domain.platforms import bytes_of, comment_limit, platform_of
from returnctl.domain.record import Evidence, Feedback, Message, Offer, Return, open_offer, with_files
from returnctl.domain.states import ENDED, Event, Role, State
from returnctl.domain.step import led_here, noted, stay, unchanged, utc, waiting, wrong_state
from returnctl.errors import NotFound, TooLong

_JUDGED = ENDED | {State.REJECTED}


def note(case: Case, moment: Moment, *, text: str) -> Decision:
    return stay(case, Event.NOTE, moment, {"text": text})


def message(case: Case, moment: Moment, *, text: str = "", template: str | None = None, long: bool = False) -> Decision:
    """To the other side, a text or what a template of the policy makes; the seller's is owed as a `tell`.

    Raises NotFound (template); TooLong where the platform takes no comment of that size, unless it may be `long`.
    """
    record = case.stored
    words = text if template is None else from_template(template, record, case.rules())
    if moment.by.role is Role.SELLER and not long:
        _check_size(record, words)
    said = Message(at=case.at(moment), by=moment.by.role, text=words)
    facts = {"template": template} if template is not None else {}
    return stay(case, Event.MESSAGE, moment, facts, messages=(*record.messages, said))


def _check_size(record: Return, words: str) -> None:
    most = comment_limit(record)
    if most is not None and bytes_of(words) > most:
        fits = len(words.encode()[:most].decode(errors="ignore"))
        raise TooLong(
            id=record.id, size=bytes_of(words), most=most, platform=platform_of(record), fits=fits,
            before=words[:fits], after=words[fits:],
        )  # fmt: skip


def set_due(case: Case, moment: Moment, *, at: datetime) -> Decision:
    """The platform's own deadline, or another one for this return, stands instead of the policy's.

    Raises WrongState where nothing is waited for.
    """
    record = case.stored
    if record.due is None:
        raise wrong_state(record, Event.DUE)
    if record.due.at == at:
        return unchanged(case)
    moved = replace(record, due=replace(record.due, at=at, lapsed=False), offers=_until(record, at))
    after_it = waiting(moved, case.rules(), case.at(moment))
    facts = {"due": record.due.action, "was": utc(record.due.at), "ends": utc(at)}
    return stay(
        case,
        Event.DUE,
        moment,
        facts,
        due=after_it.due,
        sweep_at=after_it.sweep_at,
        owed=after_it.owed,
        offers=after_it.offers,
    )


def _until(record: Return, at: datetime) -> tuple[Offer, ...]:
    """An offer that is waited for ends with the due."""
    made = open_offer(record)
    if made is None or record.due is None or record.due.at != made.until:
        return record.offers
    return (*record.offers[:-1], replace(made, until=at))


def attach(case: Case, moment: Moment, *, evidence: tuple[Evidence, ...]) -> Decision:
    """Files that the return has already are not added again."""
    files = with_files(case.stored, evidence)
    new = files[len(case.stored.evidence) :]
    if not new:
        return unchanged(case)
    return stay(case, Event.ATTACH, moment, {"files": [file.sha256 for file in new]}, evidence=files)


def feedback(case: Case, moment: Moment, *, rating: int, comment: str = "") -> Decision:
    """What the buyer says of how it was handled; said again, it stands instead. Raises WrongState before the end."""
    record = case.stored
    if record.state not in _JUDGED:
        raise wrong_state(record, Event.FEEDBACK)
    before = record.feedback
    if before and (before.rating, before.comment) == (rating, comment):
        return unchanged(case)
    facts: dict[str, object] = {"rating": rating} | ({"comment": comment} if comment else {})
    said = Feedback(
        at=case.at(moment), rating=rating, comment=comment, policy=record.policy.name, version=record.policy.version,
        reason=record.reason.code, hours=_hours(record),
    )  # fmt: skip
    return stay(case, Event.FEEDBACK, moment, facts, feedback=said, owed=without_asking(record.owed))


def _hours(record: Return) -> int:
    return round((led_here(record).at - record.applied_at).total_seconds() / 3600)


def done(case: Case, moment: Moment, *, only: str | None = None) -> Decision:
    """What was owed and done by hand is booked: all of it, or `only` what is called so. Raises NotFound."""
    record = case.stored
    if only is not None and not any(only in names_of(each) for each in record.owed):
        raise NotFound(kind="owed", id=only, near=list(dict.fromkeys(called(record, x) for x in open_owed(record))))
    keys = [each.key for each in open_owed(record) if only is None or only in names_of(each)]
    if not keys:
        return unchanged(case)
    return stay(case, Event.DONE, moment, {"owed": keys}, owed=booked(record, keys))


def carried(case: Case, moment: Moment, *, key: str, reference: str | None = None) -> Decision:
    """A hook says that it told or did it."""
    owed = settled(case.stored, key, "done")
    if owed == case.stored.owed:
        return unchanged(case)
    return stay(case, Event.DONE, moment, noted("", owed=[key], reference=reference), owed=owed)


def declined(case: Case, moment: Moment, *, key: str, why: str) -> Decision:
    """A hook says that it never will: from here on it is for people."""
    owed = settled(case.stored, key, "declined")
    if owed == case.stored.owed:
        return unchanged(case)
    return stay(case, Event.NOTE, moment, {"declined": [key], "why": why}, owed=owed)
