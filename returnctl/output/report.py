"""The report in words: sections of facts and bars, made once for the terminal and the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from returnctl.domain.measures import LEAST, MEASURES, SIDES, TIMES, Outlier, estimates, measures, share
from returnctl.output.forms import money, word
from returnctl.output.report_words import ENDED, ESTIMATES, NAMES, SUMS, WHO, number, part, percent, text
from returnctl.output.words import mark, say

_SKU = mark("SKU {key}: {returned} of {of} units sold came back ({rate}; at least {least}, usual {usual})")
_BUYER = mark("buyer {key}: {returned} returns, {of} orders ({rate}; at least {least}, usual {usual})")
_SPANS = tuple(name for name, measure in MEASURES.items() if measure.unit == "minutes")


class Bar(NamedTuple):
    label: str
    value: float
    text: str


class Section(NamedTuple):
    """`facts` are names and values; `name` says what the bars show."""

    id: str
    title: str
    facts: tuple[tuple[str, str], ...] = ()
    bars: tuple[Bar, ...] = ()
    name: str = ""
    notes: tuple[str, ...] = ()


def plain(value: object) -> Any:  # noqa: ANN401 - JSON
    return msgspec.to_builtins(value)


def overview(found: Any) -> dict[str, Any]:  # noqa: ANN401 - a tuple of the floor above
    """As the contract writes it."""
    whole = plain(measures(found.whole))
    reasons = [
        {"reason": key, "returns": count, "share": share(count, whole["returns"])} for key, count in found.reasons
    ]
    outliers = {"skus": plain(found.skus), "buyers": plain(found.buyers)}
    return {
        "total": whole, "overdue": found.overdue, "reasons": reasons, "estimates": estimates(whole),
        "stand_out": outliers,
    }  # fmt: skip


def sections(told: Mapping[str, Any]) -> Iterator[Section]:
    """Of an overview, as `overview` gives it. What nobody did has no section."""
    whole = told["total"]
    yield _returns(whole)
    yield _reasons(told["reasons"])
    yield _bars("fault", say("Whose fault"), whole["faults"], whole["returns"], word)
    if whole["answered"]:
        yield _answers(whole)
    if any(whole[name] for name in _SPANS):
        yield _times(whole)
    yield _deadlines(whole, told["overdue"])
    if whole["disputes"]["count"]:
        yield _disputes(whole["disputes"])
    if whole["money"]:
        yield _money(whole["money"])
    if whole["questions"] or whole["feedback"]["count"]:
        yield _feedback(whole)
    yield _estimates(told["estimates"])
    if any(told["stand_out"].values()):
        yield _stand_out(told["stand_out"])


def _returns(whole: Mapping[str, Any]) -> Section:
    names = ("returns", "orders", "returns_per_order", "units", "sold", "unit_rate")
    return Section("returns", say("Returns and orders"), tuple((say(NAMES[x]), text(x, whole[x])) for x in names))


def _reasons(reasons: Sequence[Mapping[str, Any]]) -> Section:
    shown = (Bar(x["reason"] or say("no reason"), x["returns"], part(x["returns"], x["share"])) for x in reasons)
    return Section("reasons", say("Reasons"), bars=tuple(shown), name=say(NAMES["returns"]))


def _bars(id: str, title: str, counts: Mapping[str, int], of: int, name: Any) -> Section:  # noqa: A002, ANN401
    ordered = sorted(counts.items(), key=lambda each: -each[1])
    bars = tuple(Bar(name(key), count, part(count, share(count, of))) for key, count in ordered)
    return Section(id, title, bars=bars, name=say(NAMES["returns"]))


def _answers(whole: Mapping[str, Any]) -> Section:
    answered = whole["answered"]
    facts = [(say(NAMES["answered"]), number(answered))]
    for name, rate in (("approved", "approval_rate"), ("rejected", "rejection_rate")):
        facts.append((say(NAMES[name]), part(whole[name], whole[rate])))
    facts.append((say(NAMES["parcels_refused"]), number(whole["parcels_refused"])))
    by = _bars("answers", say("Answers"), whole["answered_by"], answered, lambda key: say(WHO[key]))
    return by._replace(facts=tuple(facts), name=say(NAMES["answered"]))


def _times(whole: Mapping[str, Any]) -> Section:
    facts = tuple((say(NAMES[name]), text(name, whole[name])) for name in _SPANS if whole[name])
    return Section("times", say("How long it took"), facts)


def _deadlines(whole: Mapping[str, Any], overdue: int) -> Section:
    facts = [
        (say("{what}, by the {side}", what=say(NAMES[which]), side=word(side)), _steps(whole[which][side]))
        for which in ("missed", "near")
        for side in SIDES
        if whole[which].get(side) or side == "seller"
    ]
    facts.append((say("overdue now, for the seller"), number(overdue)))
    return Section("deadlines", say("Deadlines"), tuple(facts))


def _steps(counts: Mapping[str, int]) -> str:
    """`3 (review 2, inspect 1)`."""
    whole = number(sum(counts.values()))
    parts = ", ".join(f"{word(step)} {count}" for step, count in counts.items())
    return f"{whole} ({parts})" if parts else whole


def _disputes(disputes: Mapping[str, Any]) -> Section:
    shown = _bars("disputes", say("Disputes"), disputes["ended"], disputes["count"], lambda key: say(ENDED[key]))
    facts = (
        (say(NAMES["disputes"]), number(disputes["count"])),
        (say("that went to the platform"), number(disputes["at_platform"])),
    )
    return shown._replace(facts=facts, name=say(NAMES["disputes"]))


def _money(sums: Mapping[str, Mapping[str, str]]) -> Section:
    facts = tuple(
        (say(label), "; ".join(money(sums[x][name], x) for x in sums))  # type: ignore[arg-type] # as JSON has it
        for name, label in SUMS.items()
    )
    return Section("money", say("Money"), facts)


def _feedback(whole: Mapping[str, Any]) -> Section:
    feedback = whole["feedback"]
    facts = [
        (say(NAMES["questions"]), number(whole["questions"])),
        (say(NAMES["replied"]), part(whole["replied"], whole["reply_rate"])),
        (say(NAMES["feedback"]), text("feedback", feedback)),
    ]
    count, ratings = feedback["count"], reversed(feedback["ratings"].items())
    bars = tuple(Bar("★" * int(key), many, part(many, share(many, count))) for key, many in ratings) if count else ()
    return Section("feedback", say("What buyers say"), tuple(facts), bars, say("ratings"))


def _estimates(found: Mapping[str, Any]) -> Section:
    facts = [
        (say(label), text("handling" if name == "handling" else "reply_rate", found[name]))
        for name, label in ESTIMATES.items()
    ]
    facts.append((say("negative reviews"), say("not known here")))
    note = say("Estimates from this shop's own data: platforms count otherwise, and only their figure counts.")
    return Section("platform", say("As a platform would judge (estimates)"), tuple(facts), notes=(note,))


def _stand_out(found: Mapping[str, Any]) -> Section:
    notes = [*(_outlier(_SKU, x) for x in found["skus"]), *(_outlier(_BUYER, x) for x in found["buyers"])]
    notes.append(
        say(
            "Facts, no verdicts: named from {least} returns on, where even the lowest rate that is likely is more than "
            "{times} times the usual one.",
            least=LEAST,
            times=TIMES,
        )
    )
    return Section("stand-out", say("What stands out"), notes=tuple(notes))


def _outlier(sentence: str, found: Outlier | Mapping[str, Any]) -> str:
    told = plain(found)
    rates = {name: percent(told[name]) for name in ("rate", "least", "usual")}
    return say(sentence, **(told | rates))
