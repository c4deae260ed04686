"""`fsck`: everything that is kept, looked at; and a document that was edited by hand, taken."""

from __future__ import annotations

from returnctl.domain.amend import amend
from returnctl.domain.case import Case
from returnctl.domain.record import Return
from returnctl.domain.states import Role
from returnctl.domain.step import unchanged
from returnctl.errors import BrokenSeal, NotFound
from returnctl.shop.draft import Draft
from returnctl.shop.road import Done, Road
from returnctl.shop.seals import sealed_heads
from returnctl.shop.shop import Shop
from returnctl.storage.findings import Finding
from returnctl.storage.fsck import Report
from returnctl.storage.layout import number_of, return_id
from returnctl.storage.writer import Writer


def fsck(shop: Shop, timeout: float, *, repair: bool) -> Report:
    """Raises Locked, and Damaged where there is no journal to check by."""
    try:
        return shop.store.check(sealed_heads(shop), timeout, repair=repair)
    except BrokenSeal as failure:
        report = shop.store.check([], timeout, repair=repair)
        broken = Finding("seal", str(failure.facts["path"]))
        return Report((broken, *report.findings), report.counts, report.head)


def accept(road: Road, word: str, reason: str) -> Done:
    """Take a return's document as it stands on disk. Raises nothing: a failure becomes a result."""
    return road.told(word, lambda: _accept(road, word, reason))


def _accept(road: Road, word: str, reason: str) -> Done:
    number = number_of(word)
    if number is None:
        raise NotFound(kind="return", id=word, near=[])
    with road.writing() as writer:
        edited = writer.edited(return_id(number))
        key, asked = road.key_of(return_id(number), {"accept": reason})
        answered = road.answered(Draft(writer), key, asked)
        if answered:
            return answered
        moment, case = road.moment(Role.SELLER), _case(road, writer, edited.record)
        decision = unchanged(case)
        if edited.digest != edited.committed:
            events = _events(writer, edited.record.id)
            decision = amend(case, moment, reason=reason, was=edited.committed, committed=events)
        from_ = edited.record.history[-1].to
        return road.commit(writer, road.plan(decision, moment, from_=from_, key=key, asked=asked))


def _case(road: Road, writer: Writer, record: Return) -> Case:
    others = tuple(writer.get_return(id) for id in writer.beside(record))  # noqa: A001 - the field's own name
    policy = writer.get_pinned(record.policy.digest)
    return Case(record.order, policy, record.policy, road.settings.shop_id, others, record=record)


def _events(writer: Writer, return_id: str) -> list[str]:
    """What the journal has of a return, in order."""
    entries = (placed.entry for placed in writer.entries())
    return [event for entry in entries for id, event in entry.events if id == return_id]  # noqa: A001
