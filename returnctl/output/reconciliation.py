"""What a reconciliation found, as people and programs read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from returnctl.domain.found import Finding, Sum
from returnctl.domain.states import Event, State, allowed
from returnctl.output import sheets
from returnctl.output.clean import clean
from returnctl.output.forms import money, when, word
from returnctl.output.next import next_of
from returnctl.output.rows import table
from returnctl.output.words import mark, say
from returnctl.output.xlsx import Page

FINDINGS = (
    mark("order"), mark("return"), mark("finding"), mark("amount"), mark("when"), mark("read in"), mark("type next"),
)  # fmt: skip
SUMS = (mark("account"), mark("month"), mark("findings"), mark("lost"), mark("open"))
_MOST_ROWS = 3
_SHOW, _CONTEST = "returnctl show {id}", "returnctl escalate "
_ESCALATE = _CONTEST + "{id} --as seller --claim {claim}"
_CLAIMS = {
    "refunded_never_received": "not_returned", "refunded_twice": "refund_amount", "refunded_above_breakdown":
    "refund_amount", "charged_against_policy": "other", "compensation_not_paid": "other",
}  # fmt: skip
# By the code, or by the code and what it is about.
SENTENCES = {
    "refunded_never_received": mark("{amount} went back to the buyer, and the goods never came"),
    "refunded_twice": mark("{amount} went back to the buyer twice"),
    "refunded_twice/replaced": mark("{amount} went back to the buyer, who was sent the replacement as well"),
    "refunded_above_breakdown": mark("{amount} more went back than the worksheet gives"),
    "settled_unknown": mark("{amount} was settled as a refund, and there is no return here"),
    "charged_against_policy/freight": mark(
        "{amount} was charged for sending goods back, which by the policy is not yours to pay"
    ),
    "charged_against_policy/fee": mark("a fee of {amount} was charged for a return that was not your fault"),
    "charged_against_policy/kept": mark("{amount} less was settled to the buyer than the worksheet gives"),
    "compensation_not_paid": mark("the platform was to pay you {amount}, and has not"),
    "compensation_not_paid/unknown": mark("the platform was to pay you, and has not"),
    "received_not_refunded": mark("the refund is overdue: {amount}"),
    "platform_disagrees/settled": mark("the platform settled a refund of {amount}, and none is booked here"),
    "platform_disagrees/reported": mark("the platform says it paid {amount} back, and none is booked here"),
    "platform_disagrees/amount": mark("the platform says it paid {reported} back, and {booked} is booked here"),
    "platform_disagrees/state": mark("here it is {state}, on the platform {platform}: {amount}"),
    "refund_not_settled": mark("{amount} was paid back, and no settlement has it"),
    "appeal_open/made": mark("your appeal is not decided yet: {amount} is at stake"),
    "appeal_open": mark("you may appeal until {until}: {amount} is at stake"),
}


def sentence(found: Finding, zone: str) -> str:
    what = found.facts.get("what", "")
    if found.code == "compensation_not_paid" and not found.amount:
        what = "unknown"
    text = SENTENCES[f"{found.code}/{what}" if what else found.code]
    told = {
        name: money_of(value, found.currency) for name, value in found.facts.items() if name in ("booked", "reported")
    }
    stands = {"state": word(found.state), "platform": word(found.facts.get("platform"))}
    return say(text, amount=money(found.amount, found.currency), until=when(found.until, zone), **stands, **told)


def money_of(text: str, currency: str) -> str:
    return f"{text} {currency}"


def next_of_finding(found: Finding) -> str:
    """The command to type next."""
    if found.return_ is None:
        return (
            "returnctl import RETURNS.csv" if found.code == "settled_unknown" else f"returnctl order show {found.order}"
        )
    if found.code == "appeal_open" and "what" not in found.facts:
        return next_of("appeal", found.return_)
    if found.code == "received_not_refunded" and found.action:
        return next_of(found.action, found.return_)
    if found.facts.get("what") == "settled" and found.state == State.REFUND_DUE:
        return f"returnctl refund {found.return_} --paid"
    claim = _CLAIMS.get(found.code)
    if claim and found.state and Event.ESCALATE in allowed(State(found.state)) and found.state != State.DISPUTED:
        return _ESCALATE.format(id=found.return_, claim=claim)
    return _SHOW.format(id=found.return_)


def rows_of(findings: Iterable[Finding], zone: str) -> Iterator[dict[str, Any]]:
    """Each as the contract writes it.

    Once a return is contested no other step fits it: with what else was found of it goes `show`.
    """
    contested = None
    for found in findings:
        row = row_of(found, zone)
        if found.return_ and found.return_ == contested:
            row["next"] = _SHOW.format(id=found.return_)
        elif row["next"].startswith(_CONTEST):
            contested = found.return_
        yield row


def row_of(found: Finding, zone: str) -> dict[str, Any]:
    """A finding as the contract writes it."""
    values: dict[str, Any] = msgspec.to_builtins(found)
    kept = {name: value for name, value in values.items() if name not in ("side", "action")}
    return kept | {"text": sentence(found, zone), "next": next_of_finding(found)}


def flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """The same for a table of a spreadsheet: what is read where in one cell."""
    facts = ", ".join(f"{name}={value}" for name, value in row["facts"].items())
    loses = "true" if row["loses"] else "false"
    return {**row, "loses": loses, "rows": _places(row["rows"], len(row["rows"])), "facts": facts}


def _places(rows: list[Mapping[str, Any]], most: int) -> str:
    """`income.csv:6, income.csv:7`."""
    told = [f"{each['file']}:{each['row']}" for each in rows[:most]]
    more = [say("{count} more", count=len(rows) - most)] if len(rows) > most else []
    return ", ".join(told + more)


def cells_of(row: Mapping[str, Any], zone: str) -> list[str]:
    amount = money(row["amount"], row["currency"])
    if row["within"]:
        amount = say("({amount})", amount=amount)
    at = when(datetime.fromisoformat(row["at"]), zone)
    return [
        row["order"], row["return"] or "", row["text"], amount, at, _places(row["rows"], _MOST_ROWS), row["next"],
    ]  # fmt: skip


def sums_table(sums: Iterable[Sum]) -> Iterator[str]:
    cells = (
        [
            clean(x.account or "-"), x.month, str(x.findings),
            money(x.lost, x.currency), money(x.open, x.currency),
        ]
        for x in sums
    )  # fmt: skip
    return table(cells, [say(name) for name in SUMS])


def envelope(rows: Iterable[Mapping[str, Any]], sums: Mapping[Any, Sum]) -> Iterator[str]:
    """The JSON, in pieces: the sums are known when the last finding was told."""
    yield '{"returnctl":"reconcile/v1","findings":['
    for at, row in enumerate(rows):
        yield ("," if at else "") + msgspec.json.encode(row).decode()
    yield f'],"sums":{msgspec.json.encode(in_order(sums)).decode()}}}\n'


def pages(rows: Iterable[Mapping[str, Any]], sums: Mapping[Any, Sum]) -> Iterator[Page]:
    """The sheets of a workbook: the sums are known when the last finding was written."""
    yield Page("findings", sheets.FINDINGS, map(flat, rows))
    yield Page("sums", sheets.SUMS, map(msgspec.structs.asdict, in_order(sums)))


def in_order(sums: Mapping[Any, Sum]) -> list[Sum]:
    return [sums[key] for key in sorted(sums)]
