"""What somebody with a parcel in hand must know: what is in it, what is claimed, what is to be photographed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from returnctl.domain.case import Case, Moment
from returnctl.domain.policy import Inspection, ReasonTerms, Texts
from returnctl.domain.record import Happened, Return
from returnctl.domain.states import Event
from returnctl.domain.step import of_lines
from returnctl.domain.undo import undo
from returnctl.errors import Failure


class Goods(Struct, frozen=True):
    """Units of a line in this parcel, and how many are to come in all."""

    line: str
    sku: str
    title: str
    units: int
    approved: int


class InHand(Struct, frozen=True):
    """A parcel. `title` is the reason in the policy's words, `asked` the kinds of evidence that the reason wants.

    `can_undo`: what was booked last can be taken back.
    """

    record: Return
    goods: tuple[Goods, ...]
    title: Texts
    asked: tuple[str, ...]
    inspections: Mapping[str, Inspection]
    can_undo: bool = False

    def photographed(self) -> dict[str, list[str]]:
        """The grades that want evidence, by its kind."""
        wanted: dict[str, list[str]] = {}
        for inspection in self.inspections.values():
            for name, grade in inspection.grades.items():
                for kind in grade.evidence:
                    wanted.setdefault(kind, [])
                    wanted[kind] += [] if name in wanted[kind] else [name]
        return wanted


def just_arrived(case: Case, moment: Moment) -> InHand:
    """The parcel of the last receipt."""
    last = last_of(case.stored, Event.RECEIVE)
    units: dict[str, Any] = last.facts["items"] if last else {}
    return _in_hand(case, units, can_undo=_can_undo(case, moment))


def to_inspect(case: Case) -> InHand:
    """All that has arrived."""
    return _in_hand(case, {line.line: line.received for line in case.stored.lines})


def last_of(record: Return, event: str) -> Happened | None:
    return next((entry for entry in reversed(record.history) if entry.event == event), None)


def _in_hand(case: Case, units: Mapping[str, int], *, can_undo: bool = False) -> InHand:
    terms = {line: rules.terms for line, rules in of_lines(case, case.stored, case.asked()).items() if units.get(line)}
    reasons = [each.reasons.catalogue.get(case.stored.reason.code or "") for each in terms.values()]
    known = [each for each in reasons if each]
    inspections = {line: each.inspection for line, each in terms.items()}
    title = known[0].title if known else {}
    return InHand(case.stored, tuple(_goods(case, units)), title, _asked(known), inspections, can_undo)


def _goods(case: Case, units: Mapping[str, int]) -> Iterator[Goods]:
    for line in case.stored.lines:
        bought = case.order.line(line.line)
        if units.get(line.line):
            yield Goods(line.line, line.sku, bought.title if bought else "", units[line.line], line.approved)


def _asked(reasons: list[ReasonTerms]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(kind for reason in reasons for kind in reason.evidence))


def _can_undo(case: Case, moment: Moment) -> bool:
    try:
        undo(case, moment)
    except Failure:
        return False
    return True
