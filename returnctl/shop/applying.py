"""Applications: an order and a wish become a return, or a refusal that is counted."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import asdict, replace

from returnctl.domain import workflow
from returnctl.domain.case import Case, Moment
from returnctl.domain.eligibility import Wish
from returnctl.domain.order import Order
from returnctl.domain.record import External, OrderTaken
from returnctl.domain.states import Kind, Role
from returnctl.errors import BadValue, NotEligible
from returnctl.readers.fields import MOST_UNITS
from returnctl.shop.evidence import Files
from returnctl.shop.policies import choose
from returnctl.shop.road import Done, Road
from returnctl.storage.writer import Writer

Units = Annotated[int, Meta(ge=1, le=MOST_UNITS)]


class Application(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One request, with the names of the options; `evidence` names files, `external` the platform's own number."""

    order: str
    items: dict[str, Units | None] | None = None
    type: Kind | None = None
    reason: str | None = None
    note: str = ""
    conditions: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    exception: str | None = None
    external: str | None = None
    key: str | None = None


def apply(road: Road, asked: Application, row: int | UnsetType = UNSET) -> Done:
    return road.carry(road.told(asked.order, lambda: _apply(road, asked, row), row))


def _apply(road: Road, asked: Application, row: int | UnsetType) -> Done:
    moment = road.moment(Role.BUYER)
    if asked.items == {}:
        raise BadValue(what="items", value="{}", wanted="item")
    files = Files.read(asked.evidence, road.settings.evidence, moment)
    with road.writing() as writer:
        if asked.key:
            road = Road(road.shop, replace(road.request, key=asked.key))
        key, digest = road.key_of(asked.order, {"asked": asked})
        answered = road.answered(writer, key, digest)
        if answered:
            return answered
        order = writer.get_order(asked.order)
        case = _case(road, writer, order)
        try:
            decision = workflow.apply(case, moment, id=writer.next_id(), wish=_wish(asked, order, files))
        except NotEligible as refusal:
            _count(road, writer, refusal, moment)
            raise
        done = road.commit(
            writer, decision, moment, from_=None, key=key, asked=digest, pinned=(case.policy,), files=files.blobs
        )
        return Done(replace(done.result, row=row), done.record)


def _case(road: Road, writer: Writer, order: Order) -> Case:
    chosen = choose(road.shop, writer, order, road.request.now)
    taken = OrderTaken(**asdict(order), digest=writer.order_digest(order))
    recent = writer.applied_by(order.buyer.id, None)
    others = writer.returns_of(order.id)
    return Case(taken, chosen.pinned, chosen.ref, road.settings.shop_id, others, recent)


def _wish(asked: Application, order: Order, files: Files) -> Wish:
    external = External(order.platform or "platform", asked.external) if asked.external else None
    return Wish(
        asked.items,
        asked.type,
        asked.reason,
        asked.note,
        asked.conditions,
        files.evidence,
        asked.exception,
        external,
    )


def _count(road: Road, writer: Writer, refusal: NotEligible, moment: Moment) -> None:
    """A refused application leaves one line in the journal, without a document or a name."""
    if road.request.dry_run:
        return
    writer.commit(road.line(moment, refused=(refusal.facts,)))
