"""Applications: an order and a wish become a return, or a refusal that is counted."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import asdict, replace

from returnctl.domain import workflow
from returnctl.domain.case import Case
from returnctl.domain.eligibility import Wish
from returnctl.domain.external import External
from returnctl.domain.order import Order
from returnctl.domain.record import OrderTaken
from returnctl.domain.states import Kind, Role
from returnctl.errors import BadValue, Failure, NoAmountInCurrency, NotEligible
from returnctl.readers.fields import MOST_UNITS
from returnctl.shop.changing import carry
from returnctl.shop.draft import Draft
from returnctl.shop.evidence import Files
from returnctl.shop.policies import Policies
from returnctl.shop.road import Done, Job, Planned, Road, failed, refusing

Units = Annotated[int, Meta(ge=1, le=MOST_UNITS)]
Instant = Annotated[datetime, Meta(tz=True)]


class Application(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One request, with the names of the options; `evidence` names files, `external` the platform's own number.

    `due` is the platform's own deadline for the review.
    """

    order: str
    items: dict[str, Units | None] | None = None
    type: Kind | None = None
    reason: str | None = None
    note: str = ""
    conditions: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    exception: str | None = None
    external: str | None = None
    due: Instant | None = None
    key: str | None = None


class Applications:
    """Those of one command, which reads the policies once."""

    def __init__(self, road: Road) -> None:
        self._road = road
        self._moment = road.moment(Role.BUYER)
        self._policies = Policies(road.shop)

    def apply(self, asked: Application) -> Done:
        return carry(self._road, self._road.alone(self.job(asked)))

    def job(self, asked: Application, row: int | UnsetType = UNSET) -> Job:
        """Its evidence is read here, before anything is locked."""
        try:
            if asked.items == {}:
                raise BadValue(what="items", value="{}", wanted="item")
            files = Files.read(asked.evidence, self._road.settings.evidence, self._moment)
        except Failure as failure:
            return refusing(asked.order, failure, row)
        weight = sum(len(content) for _, content in files.blobs)
        return Job(asked.order, lambda draft: self._planned(draft, asked, files, row), row, weight)

    def would_be(self, asked: Application) -> Case:
        """The return that an application would make, whatever the rules say of it: nothing is decided or kept."""
        files = Files.read(asked.evidence, self._road.settings.evidence, self._moment)
        with self._road.reading() as snapshot:
            draft = Draft(snapshot)
            order = draft.get_order(asked.order)
            case, wish = self._case(draft, order), _wish(asked, order, files)
            weighed = case.having(workflow.weighed(case, self._moment, id=draft.new_id(), wish=wish))
        with suppress(NoAmountInCurrency):
            return weighed.having(workflow.written_first(weighed, self._moment, wish).record)
        return weighed

    def _planned(self, draft: Draft, asked: Application, files: Files, row: int | UnsetType) -> Planned:
        road = self._road
        if asked.key:
            road = Road(road.shop, replace(road.request, key=asked.key))
        key, digest = road.key_of(asked.order, {"asked": asked})
        answered = road.answered(draft, key, digest)
        if answered:
            return Planned(_of_row(answered, row))
        order = draft.get_order(asked.order)
        case = self._case(draft, order)
        try:
            decision = workflow.apply(case, self._moment, id=draft.new_id(), wish=_wish(asked, order, files))
        except NotEligible as refusal:
            # It leaves one line in the journal, without a document or a name.
            counted = road.line(self._moment, refused=(refusal.facts,))
            return Planned(failed(asked.order, refusal, row), counted)
        planned = road.plan(
            decision, self._moment, from_=None, key=key, asked=digest, pinned=(case.policy,), files=files.blobs
        )
        return Planned(_of_row(planned.done, row), planned.change)

    def _case(self, draft: Draft, order: Order) -> Case:
        chosen = self._policies.choose(draft.snapshot, order, self._moment.now)
        taken = OrderTaken(**asdict(order), digest=draft.snapshot.order_digest(order))
        recent, others = draft.applied_by(order.buyer.id), draft.returns_of(order.id)
        return Case(taken, chosen.pinned, chosen.ref, self._road.settings.shop_id, others, recent)


def _of_row(done: Done, row: int | UnsetType) -> Done:
    return replace(done, result=replace(done.result, row=row))


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
        asked.due and asked.due.astimezone(UTC),
    )
