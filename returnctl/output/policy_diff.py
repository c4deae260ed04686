"""`policy diff`: what two policies say differently, and what would have come of it, for people and for programs."""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from returnctl.domain.compare import CameOut, Change, differences
from returnctl.output.clean import clean
from returnctl.output.forms import labelled, money, word
from returnctl.output.policies import text_of
from returnctl.output.rows import aligned
from returnctl.output.words import mark, say

_CHANGES = (mark("key"), mark("before"), mark("after"), mark("set in"))
IMPACT = (mark("return"), mark("order"), mark("what changes"), mark("before"), mark("after"))
_NAMES = {
    "failed": mark("rules that fail"),
    "type": mark("type"),
    "fault": mark("who is at fault"),
    "decided": mark("approved by"),
    "due": mark("due"),
    "window_ends": mark("window ends"),
    "refund": mark("refund"),
    "fee": mark("restocking fee"),
    "trouble": mark("cannot be decided"),
}
# What is counted, and by what the applications are told apart.
_COUNTED = {
    "newly_allowed": mark("newly allowed"),
    "newly_refused": mark("newly refused"),
    "newly_without_a_look": mark("newly approved without a look"),
    "no_longer_without_a_look": mark("no longer approved without a look"),
    "other_deadline": mark("another deadline"),
    "other_window": mark("another end of the window"),
    "other_refund": mark("another refund"),
    "not_decided": mark("cannot be decided"),
}


# --- what they say


def diff_json(
    before: str,
    after: str,
    changes: Iterable[tuple[str, Change]],
    impact: Iterable[tuple[str | None, str, str, CameOut, CameOut]],
    summary: Callable[[], dict[str, Any]] | None,
) -> Iterator[str]:
    """`diff/v1`, in pieces; `impact` is null where it was not asked for, and its summary is known at its end."""
    told = [{"policy": name, **msgspec.to_builtins(each)} for name, each in changes]
    yield _json({"returnctl": "diff/v1", "before": before, "after": after, "changes": told})[:-1] + ',"impact":'
    if summary is None:
        yield "null}\n"
        return
    yield '{"differing":['
    for at, row in enumerate(impact):
        yield ("," if at else "") + _json(impact_row(*row))
    yield f'],"summary":{_json(summary())}}}}}\n'


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def changes_table(changes: Iterable[Change]) -> str:
    rows = [
        [clean(each.key.replace("/", ".")), _text(each.before), _text(each.after), _places(each)] for each in changes
    ]
    return aligned(rows, [say(heading) for heading in _CHANGES]) if rows else say("nothing else is said.")


def _text(value: Any) -> str:  # noqa: ANN401 - any value of a policy
    return "-" if value is None else clean(text_of(value))


def _places(change: Change) -> str:
    told = [word(place) for place in (change.before_at, change.after_at) if place]
    return clean(" → ".join(dict.fromkeys(told)))


def told_otherwise(before: str, after: str) -> Iterator[str]:
    """Of two pages for buyers the sentences that go and those that come."""
    for line in difflib.ndiff(before.splitlines(), after.splitlines()):
        if line[:2] in ("- ", "+ ") and line[2:].strip():
            yield line


# --- what would have come of it


def impact_row(id_: str | None, order: str, currency: str, before: CameOut, after: CameOut) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(differences(before, after))
    return {
        "id": id_,
        "order": order,
        "currency": currency,
        "policies": [before.policy, after.policy],
        "changes": found,
    }


def cells_of_impact(row: Mapping[str, Any]) -> Iterator[list[str]]:
    """A line for each thing that changes."""
    head = [row["id"] or say("refused"), clean(row["order"])]
    for name, (before, after) in row["changes"].items():
        cells = [_cell(name, each, row["currency"]) for each in (before, after)]
        yield [*head, say(_NAMES[name]), *cells]
        head = ["", ""]


def _cell(name: str, value: Any, currency: str) -> str:  # noqa: ANN401 - a field of a CameOut
    if name in ("refund", "fee"):
        return money(Decimal(value), currency)
    if name == "failed":
        return " ".join(map(word, value)) or say("allowed")
    return clean(" ".join(map(word, str(value).split(" ")))) if value else "-"


class Sums:
    """Counted as the rows go by, so that none must be held."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._money: dict[str, dict[str, list[Decimal]]] = defaultdict(dict)

    def add(self, currency: str, before: CameOut, after: CameOut) -> None:
        self.counts.update(_kinds(before, after))
        if before.trouble or after.trouble:
            return  # nobody knows what would be paid: it is not saved
        for name, old, new in (("refund", before.refund, after.refund), ("fee", before.fee, after.fee)):
            sums = self._money[name].setdefault(currency, [Decimal(0), Decimal(0)])
            sums[0] += old
            sums[1] += new

    def as_json(self, returns: int, refusals: int) -> dict[str, Any]:
        """`refund` and `fee` are sums, before and after, by currency.

        They are over the applications that differ and that both sides decide.
        """
        told = {name: self.counts[name] for name in _COUNTED}
        summed: dict[str, Any] = msgspec.to_builtins({name: self._money.get(name, {}) for name in ("refund", "fee")})
        return {"returns": returns, "refusals": refusals, **told, **summed}

    def lines(self, returns: int, refusals: int) -> Iterator[str]:
        yield say(
            "decided again: {returns} returns, {refusals} refused applications", returns=returns, refusals=refusals
        )
        for name, heading in _COUNTED.items():
            if self.counts[name]:
                yield "  " + labelled(say(heading), str(self.counts[name]))
        for name, sums in self._money.items():
            for currency, (before, after) in sums.items():
                if before != after:
                    yield "  " + labelled(say(_NAMES[name]), _moved(before, after, currency))


def _moved(before: Decimal, after: Decimal, currency: str) -> str:
    return f"{money(before, currency)} → {money(after, currency)} ({after - before:+f})"


def _kinds(before: CameOut, after: CameOut) -> Iterator[str]:
    if before.trouble or after.trouble:
        yield "not_decided"
    elif before.allowed != after.allowed:
        yield "newly_allowed" if after.allowed else "newly_refused"
    if bool(before.decided) != bool(after.decided):
        yield "newly_without_a_look" if after.decided else "no_longer_without_a_look"
    pairs = (("other_deadline", before.due, after.due), ("other_window", before.window_ends, after.window_ends))
    for name, old, new in (*pairs, ("other_refund", before.refund, after.refund)):
        if old != new and before.allowed and after.allowed:
            yield name


def headings() -> Sequence[str]:
    return [say(heading) for heading in IMPACT]
