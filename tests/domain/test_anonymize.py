"""Nothing of the buyer stays in a return that ended; money, units and events do."""

from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace

from returnctl.domain import remarks
from returnctl.domain.anonymize import NOBODY, anonymize
from returnctl.domain.case import Case
from returnctl.domain.order import Buyer
from returnctl.domain.record import Dispute, ExceptionMade, Message, Parcel, Return
from returnctl.domain.states import ENDED, Role, State
from returnctl.domain.undo import undo
from returnctl.errors import NothingToUndo
from tests.builders import DAY, HOUR, NOW, STATES, a_case_in, a_photo, after, buyer, later, seller

SECRET = "Ana Diaz"


def told_everywhere(case: Case) -> Case:
    """With the buyer's name in every text that a return holds."""
    record = case.stored
    dispute = Dispute(
        stage="platform", claim="other", by=Role.BUYER, at=NOW, escalated_from=State.REFUNDED, note=SECRET
    )
    named = replace(
        record,
        buyer=Buyer(SECRET, SECRET),
        order=replace(record.order, buyer=Buyer(SECRET, SECRET)),
        reason=replace(record.reason, note=SECRET),
        exception=ExceptionMade(why=SECRET, by="mei", at=NOW),
        parcels=(Parcel("UPS", SECRET),),
        evidence=(a_photo(SECRET),),
        messages=(Message(NOW, Role.BUYER, SECRET),),
        refunds=tuple(replace(each, why=SECRET) for each in record.refunds),
        dispute=dispute,
        feedback=record.feedback and replace(record.feedback, comment=SECRET),
        history=tuple(
            replace(x, by=SECRET if x.role is Role.BUYER else x.by, facts={**x.facts, "note": SECRET, "new": SECRET})
            for x in record.history
        ),
        before={"reason": {"note": SECRET}},
    )
    return case.having(named)


def text(record: Return) -> str:
    return msgspec.json.encode(record).decode()


def anonymized(case: Case) -> Return:
    now = later(case, 400 * DAY)
    return anonymize(case, seller(now), before=now - DAY).record


@pytest.mark.parametrize("state", sorted(ENDED))
def test_no_text_of_the_buyer_stays(state: str) -> None:
    case = told_everywhere(after(a_case_in(state), remarks.feedback, rating=2, comment=SECRET))
    record = anonymized(case)
    assert record.feedback is not None
    assert (record.feedback.rating, record.history[-2].facts["rating"]) == (2, 2)
    assert SECRET in text(case.stored)
    assert SECRET not in text(record)
    assert record.buyer == record.order.buyer == NOBODY


@pytest.mark.parametrize("state", sorted(ENDED))
def test_money_units_and_events_stay(state: str) -> None:
    old = a_case_in(state)
    record = anonymized(old)
    kept = ("state", "lines", "breakdown", "agreed", "eligibility", "external", "due")
    assert [getattr(record, name) for name in kept] == [getattr(old.stored, name) for name in kept]
    assert [x.event for x in record.history] == [*(x.event for x in old.stored.history), "anonymize"]
    assert record.order.digest == old.stored.order.digest
    assert record.refunded() == old.stored.refunded()


@pytest.mark.parametrize("state", sorted(set(STATES) - ENDED))
def test_what_has_not_ended_keeps_its_buyer(state: str) -> None:
    case = a_case_in(state)
    assert anonymize(case, seller(later(case, 400 * DAY)), before=later(case, 399 * DAY)).events == ()


def test_the_instant_itself_is_not_before() -> None:
    case = a_case_in("cancelled")
    ended = case.stored.updated_at
    assert anonymize(case, seller(later(case)), before=ended).events == ()
    assert anonymize(case, seller(later(case)), before=ended + HOUR).events == ("anonymize",)


def test_once_is_enough_and_there_is_no_way_back() -> None:
    case = a_case_in("cancelled")
    case = case.having(anonymized(case))
    assert anonymize(case, seller(later(case, DAY)), before=later(case, DAY)).events == ()
    with pytest.raises(NothingToUndo):
        undo(case, seller(later(case)))


def test_a_later_note_is_cleared_with_the_rest() -> None:
    case = after(a_case_in("cancelled"), remarks.note, buyer(NOW + 5 * DAY), text=SECRET)
    assert SECRET not in text(anonymized(case))
