"""The report in a terminal: sections with bars as wide as there is room for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from returnctl.output.clean import clean
from returnctl.output.forms import money
from returnctl.output.report import Bar, Section
from returnctl.output.report_words import definitions, named, number, percent, span
from returnctl.output.rows import aligned
from returnctl.output.words import mark, say

_BLOCKS = "▏▎▍▌▋▊▉█"
_WIDEST, _LEAST, _LABEL = 40, 8, 32
# What stands around a bar: gaps, and the text behind it.
_AROUND = 24

# Of a group: what stands in its row, by what it is grouped.
_COLUMNS = ("returns", "returns_per_order", "approval_rate", "first_answer", "refund", "missed", "disputes", "money")
_OF = {
    "sku": ("returns", "units", "sold", "unit_rate", "faults", "disputes"),
    "buyer": ("returns", "orders", "returns_per_order", "rejected", "disputes", "money"),
}
_HEADINGS = {
    "returns": mark("returns"),
    "orders": mark("orders"),
    "returns_per_order": mark("per order"),
    "units": mark("units back"),
    "sold": mark("units sold"),
    "unit_rate": mark("of those sold"),
    "approval_rate": mark("approved of answered"),
    "rejected": mark("rejected"),
    "first_answer": mark("median to answer"),
    "refund": mark("median to refund"),
    "missed": mark("missed"),
    "disputes": mark("disputes"),
    "faults": mark("seller's fault"),
    "money": mark("refunded"),
}
BY = {
    "reason": mark("reason"),
    "sku": mark("SKU"),
    "policy": mark("policy"),
    "buyer": mark("buyer"),
    "account": mark("account"),
    "month": mark("month"),
}


def bar(value: float, most: float, width: int, *, plain: bool = False) -> str:
    """Of so many columns where it is the most; `plain` where blocks cannot be written."""
    eighths = round(value / most * width * 8) if most else 0
    if value and not eighths:
        eighths = 1
    whole, rest = divmod(eighths, 8)
    if plain:
        return "#" * (whole + (rest >= 4 or (not whole and rest > 0)))
    return _BLOCKS[-1] * whole + (_BLOCKS[rest - 1] if rest else "")


def shown(sections: Sequence[Section], width: int, heading: Callable[[str], str], *, plain: bool) -> Iterator[str]:
    for at, section in enumerate(sections):
        yield ("\n" if at else "") + heading(section.title) + "\n"
        if section.facts:
            yield _indented(aligned([(clean(name), clean(value)) for name, value in section.facts]))
        if section.bars:
            yield _indented(_barred(section.bars, width, plain=plain))
        yield from (f"  {clean(note)}\n" for note in section.notes)


def _barred(bars: Sequence[Bar], width: int, *, plain: bool) -> str:
    room = max(_LEAST, min(_WIDEST, width - _LABEL - _AROUND))
    most = max(each.value for each in bars)
    return aligned([(_short(clean(x.label)), bar(x.value, most, room, plain=plain), x.text) for x in bars])


def _short(text: str) -> str:
    return text if len(text) <= _LABEL else text[: _LABEL - 1] + "…"


def _indented(text: str) -> str:
    return "".join(f"  {line.rstrip()}\n" for line in text.splitlines())


def explained() -> Iterator[str]:
    yield from (f"  {name}: {definition}\n" for name, definition in definitions())


# --- groups


def columns(by: str) -> list[str]:
    return [BY[by], "", *(_HEADINGS[name] for name in names_of(by))]


def told(name: str) -> str:
    """The heading of a figure."""
    return say(_HEADINGS[name])


def names_of(by: str) -> tuple[str, ...]:
    return _OF.get(by, _COLUMNS)


def cells(row: Mapping[str, Any], by: str, most: int, *, plain: bool) -> list[str]:
    """One group: its key, a bar, and its figures."""
    values = (value_of(name, row[name]) for name in names_of(by))
    return [_short(named(row["key"], by)), bar(row["returns"], most, _LEAST, plain=plain), *values]


def value_of(name: str, value: Any) -> str:  # noqa: ANN401 - as JSON has it
    if value is None:
        return "-"
    if name in ("first_answer", "refund"):
        return span(value["median_minutes"])
    if name in ("returns_per_order", "unit_rate", "approval_rate"):
        return percent(value)
    if name == "money":
        return "; ".join(money(sums["refunded"], currency) for currency, sums in value.items())
    nested = {"missed": lambda: sum(value["seller"].values()), "disputes": lambda: value["count"],
              "faults": lambda: value.get("seller", 0)}  # fmt: skip
    return number(nested[name]() if name in nested else value)


def in_short(told: Mapping[str, Any], period: str) -> str:
    return say("{returns} returns of {orders} orders, {period}", **_counted(told), period=period)


def _counted(told: Mapping[str, Any]) -> dict[str, str]:
    return {name: number(told[name]) for name in ("returns", "orders")}
