"""What the bench reads beside what it books: the parcel in hand, and the returns that a word may mean."""

from __future__ import annotations

from msgspec import convert

from returnctl.domain.bench import InHand, just_arrived, to_inspect
from returnctl.domain.record import Return
from returnctl.domain.states import Event, Role
from returnctl.domain.step import check, stands_after
from returnctl.errors import Failure
from returnctl.shop.draft import Draft
from returnctl.shop.road import Done, Result, Road, failed
from returnctl.shop.shop import the_return

# More than these are not chosen from.
_CHOICES = 12


def arrived(road: Road, record: Return) -> InHand:
    """What must be in the parcel that was just received, as it stands after the hooks. Raises Failure."""
    with road.reading() as snapshot:
        case = Draft(snapshot).load(record.id, road.settings.shop_id)
    if road.request.dry_run:
        case = case.having(record)
    return just_arrived(case, road.moment(Role.SELLER))


def waiting(road: Road, word: str) -> InHand | Done:
    """The parcel to be inspected; a result where it cannot be, or was already."""
    try:
        with road.reading() as snapshot:
            id = the_return(snapshot.find(word), word)  # noqa: A001 - the field's own name
            case = Draft(snapshot).load(id, road.settings.shop_id)
        record = case.stored
        if stands_after(record, Event.INSPECT):
            result = Result(id=id, outcome="unchanged", from_=record.state, to=record.state, due=record.due)
            return Done(result, record)
        check(record, Event.INSPECT)
        return to_inspect(case)
    except Failure as failure:
        return failed(word, failure)


def meant(road: Road, failure: Failure) -> list[Return]:
    """The returns that a failure is about, or the first of them. Raises Failure."""
    ids = convert(failure.facts.get("ids") or [failure.facts["id"]], list[str])
    with road.reading() as snapshot:
        return [snapshot.get_return(each) for each in ids[:_CHOICES]]
