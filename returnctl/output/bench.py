"""What people read at the bench: each parcel at one glance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from unicodedata import combining, east_asian_width

from returnctl.domain.bench import Goods, InHand, last_of
from returnctl.domain.notices import in_language
from returnctl.domain.policy import Grade, Inspection
from returnctl.domain.record import Return
from returnctl.errors import Failure
from returnctl.output.clean import clean
from returnctl.output.failures import told
from returnctl.output.forms import labelled, listed, when, word
from returnctl.output.rows import aligned
from returnctl.output.words import chosen, mark, say

_ALREADY = {
    "receive": mark("received already, {at} by {by}; nothing was changed"),
    "inspect": mark("inspected already, {at} by {by}; nothing was changed"),
}
_COUNTS = {
    ("receive", "done"): mark("{n} received"),
    ("receive", "planned"): mark("{n} would be received"),
    ("inspect", "done"): mark("{n} inspected"),
    ("inspect", "planned"): mark("{n} would be inspected"),
}
_LABELS = (
    mark("must be in it"),
    mark("claimed"),
    mark("buyer's note"),
    mark("photograph"),
    mark("incomplete?"),
    mark("grades"),
    mark("answer"),
)
_IN_IT, _CLAIMED, _NOTE, _PHOTOGRAPH, _INCOMPLETE, _GRADES, _ANSWER = _LABELS
# Of a note, so that a long one does not push the parcel off the screen.
_NOTE_LINES = 3
_GAP = 2

Faint = Callable[[str], str]


def heading(found: InHand) -> str:
    return f"{found.record.id}  {word(found.record.state)}"


def received(found: InHand, columns: int, faint: Faint, *, hint: bool) -> str:
    """What must be in the parcel; `hint`: and what to do where it is not."""
    rows = [*_contents(found, _room(columns)), *_photographs(found)]
    return _table([*rows, *_under(_INCOMPLETE, _way_out(found))] if hint else rows, faint)


def to_inspect(found: InHand, columns: int, faint: Faint) -> str:
    """The worksheet of an inspection: what there is, the grades, and how to answer."""
    rows = [*_contents(found, _room(columns)), *_photographs(found), *_grades(found), *_under(_ANSWER, _answers(found))]
    return _table(rows, faint)


def choices(records: Sequence[Return], columns: int) -> str:
    """Several returns that one word may mean."""
    rows = [[x.id, word(x.state), x.order.id, _cut(_skus(x), columns - 40)] for x in records]
    return _indented(aligned([[clean(cell) for cell in row] for row in rows])) + "\n  " + say("Type the id of the one.")


def already(record: Return, command: str, zone: str) -> str:
    """Scanned twice, or by two people."""
    before = came_before(record, command, zone).strip()
    return (
        labelled(record.id, before)
        if before
        else say("{id}: unchanged, {state}", id=record.id, state=word(record.state))
    )


def came_before(record: Return, command: str, zone: str) -> str:
    """When this was done to it, and by whom; empty where it never was."""
    entry = last_of(record, command)
    return "  " + say(_ALREADY[command], at=when(entry.at, zone), by=clean(entry.by)) if entry else ""


def what(failure: Failure) -> str:
    """The failure without a hint: what to type next stands there."""
    return told(failure.code, failure.facts).what


def count(command: str, outcomes: Iterable[str], skipped: int) -> str:
    """`12 received, 1 refused`."""
    counts = Counter("refused" if each in ("refused", "failed") else each for each in outcomes)
    first = "planned" if counts["planned"] else "done"
    parts = [say(_COUNTS[command, first], n=counts[first])]
    rest = {"unchanged": mark("{n} already"), "refused": mark("{n} refused")}
    parts += [say(text, n=counts[each]) for each, text in rest.items() if counts[each]]
    return listed([*parts, *([say("{n} left", n=skipped)] if skipped else [])])


# --- rows: a label, and what stands behind it

_Row = tuple[str, str]


def _room(columns: int) -> int:
    """What is left beside the labels."""
    return columns - _GAP - max(_width(say(label)) for label in _LABELS) - _GAP


def _contents(found: InHand, room: int) -> Iterator[_Row]:
    yield from _under(_IN_IT, _goods(found.goods, room))
    reason = found.record.reason
    code = in_language(found.title, chosen()) or reason.code or say("no reason given")
    yield _CLAIMED, clean(f"{code} ({word(reason.fault)}), {word(found.record.type)}")
    if reason.note:
        yield _NOTE, _cut(clean(reason.note), room * _NOTE_LINES)


def _under(label: str, lines: Sequence[str]) -> list[_Row]:
    """Lines below one another behind one label."""
    return list(zip([label, *[""] * (len(lines) - 1)], lines, strict=True))


def _goods(goods: Sequence[Goods], room: int) -> list[str]:
    """A line each; the title gets the room that is left."""
    cells = [[f"{clean(x.line)}:", f"{x.units} × {clean(x.sku)}{_of(x)}"] for x in goods]
    taken = sum(max(map(_width, column), default=0) + _GAP for column in zip(*cells, strict=True))
    titles = [_cut(clean(x.title), room - taken) for x in goods]
    return aligned([[*row, title] for row, title in zip(cells, titles, strict=True)]).splitlines()


def _of(goods: Goods) -> str:
    """Where others came before, or are still to come."""
    return " " + say("(of {n})", n=goods.approved) if goods.units != goods.approved else ""


def _photographs(found: InHand) -> Iterator[_Row]:
    """By the grades that want it, and of what is claimed."""
    parts = [
        say("{kind} if {grades}", kind=word(kind), grades=", ".join(map(clean, grades)))
        for kind, grades in found.photographed().items()
    ]
    if found.asked:
        parts.append(say("{kinds} of what is claimed", kinds=", ".join(map(word, found.asked))))
    if parts:
        yield _PHOTOGRAPH, "; ".join(parts)


def _way_out(found: InHand) -> list[str]:
    id = found.record.id  # noqa: A001 - the field's own name
    if found.can_undo:
        return [f"returnctl undo {id}", f"returnctl receive {id} --item LINE=QTY"]
    return [f"returnctl inspect {id} --item LINE=GRADE:QTY"]


def _grades(found: InHand) -> Iterator[_Row]:
    """Once for lines that have the same."""
    by_terms: dict[tuple[str, ...], list[str]] = {}
    for line, inspection in found.inspections.items():
        by_terms.setdefault(tuple(_grade(*each) for each in inspection.grades.items()), []).append(line)
    for grades, lines in by_terms.items():
        of = say("line {line}: ", line=", ".join(map(clean, lines))) if len(by_terms) > 1 else ""
        yield _GRADES, of + ", ".join(grades)


def _grade(name: str, grade: Grade) -> str:
    title = in_language(grade.title, chosen())
    return clean(f"{name} {grade.pays}%" + (f" ({title})" if title else ""))


def _answers(found: InHand) -> list[str]:
    inspections = list(found.inspections.values())
    passed, failed = _alike(inspections, "pass_"), _alike(inspections, "fail")
    short = say("Enter: {passed}; f: {failed}; s: leave it", passed=clean(passed), failed=clean(failed))
    return [short, say("or unit by unit: {example}", example=_example(found))] if found.goods else [short]


def _example(found: InHand) -> str:
    """An answer that would be taken: of the first line one unit is bad."""
    first, *rest = found.goods
    terms = found.inspections
    good = [f"{first.line}={terms[first.line].pass_}:{first.units - 1}"] if first.units > 1 else []
    bad = f"{first.line}={terms[first.line].fail}:1"
    return clean(" ".join([*good, bad, *(f"{x.line}={terms[x.line].pass_}" for x in rest)]))


def _alike(inspections: list[Inspection], name: str) -> str:
    return " / ".join(dict.fromkeys(getattr(each, name) for each in inspections))


# --- how it stands on the screen


def _table(rows: Iterable[_Row], faint: Faint) -> str:
    return _indented(aligned([[faint(say(label)) if label else "", text] for label, text in rows]))


def _indented(table: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in table.splitlines())


def _skus(record: Return) -> str:
    return ", ".join(f"{x.approved or x.requested} × {x.sku}" for x in record.lines)


def _cut(text: str, columns: int) -> str:
    """As much as fits, and a few characters where hardly anything does."""
    columns = max(columns, 12)
    if _width(text) <= columns:
        return text
    fits = accumulate(map(_width, text))
    return text[: sum(width < columns for width in fits)] + "…"


def _width(text: str) -> int:
    """Some characters take two columns, some none."""
    return sum(0 if combining(char) else 1 + (east_asian_width(char) in "WF") for char in text)
