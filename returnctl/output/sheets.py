"""The sheets of lists: columns of people's spreadsheets, named as programs read them back, in every language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from returnctl.output.decision_words import offered
from returnctl.output.xlsx import Column

if TYPE_CHECKING:
    from returnctl.domain.record import Line, Return

# Filled in by people, and read back by `--from`.
TO_FILL_IN = (Column("decision", choices=offered), *map(Column, ("reason_code", "items", "reference", "note")))
_DUE = (Column("due.action"), Column("due.by"), Column("due.at", "date"), Column("due.then"))
_MONEY = (Column("total", "amount"), Column("currency"))
_UPDATED = Column("updated", "date")
_RETURN = (*map(Column, ("id", "state", "type", "order", "account", "reason")), *_DUE, *_MONEY, _UPDATED)
RETURNS = (*_RETURN, *TO_FILL_IN)
_TODO = tuple(map(Column, ("owed", "in_seller_center", "next")))
TODO = (Column("group"), *_RETURN, *_TODO, *TO_FILL_IN)
# As CSV, which programs read, too: what was there first stays in its place.
RETURNS_CSV = tuple(column.name for column in RETURNS)
TODO_CSV = (
    *(column.name for column in _RETURN),
    *("owed", "next", "group", "tell", "in_seller_center", "carry_out", "disagrees"),
    *(column.name for column in TO_FILL_IN),
)
ORDERS = (
    *map(Column, ("id", "account", "market")), Column("ordered_at", "date"), *_MONEY, Column("buyer"),
)  # fmt: skip
_ABOUT = (
    *map(Column, ("id", "external", "order", "account", "state", "type", "reason", "reason_note", "fault", "buyer")),
    Column("failed_rules"),
)
_LINE = (*map(Column, ("line", "sku", "title")), *(Column(x, "number") for x in ("requested", "approved", "received")))
_REST = (
    Column("applied", "date"), *_DUE, Column("total", "amount"), Column("refunded", "amount"), Column("currency"),
    Column("tracking"), Column("policy"), Column("policy_version", "number"), _UPDATED, Column("revision", "number"),
)  # fmt: skip
EXPORT = (*_ABOUT, Column("skus"), Column("units", "number"), *_REST, *TO_FILL_IN)
EXPORT_LINES = (*_ABOUT, *_LINE, *_REST)
FINDINGS = (
    *map(Column, ("code", "order", "return", "account")), Column("at", "date"), Column("month"),
    Column("amount", "amount"), Column("currency"), Column("counted", "amount"),
    *map(Column, ("within", "loses")), Column("until", "date"),
    *map(Column, ("state", "rows", "facts", "text", "next")),
)  # fmt: skip
SUMS = (
    *map(Column, ("account", "month", "currency")), Column("findings", "number"), Column("lost", "amount"),
    Column("open", "amount"),
)  # fmt: skip


def sheet_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of `list` or `todo` with its due in columns and what is owed in words."""
    flat = dict(row)
    flat |= {f"due.{name}": value for name, value in (flat.pop("due", None) or {}).items()}
    if flat.get("owed"):
        flat["owed"] = "; ".join(f"{each['kind']} {each['what']}" for each in flat["owed"])
    else:
        flat.pop("owed", None)
    return flat


def export_row(record: Return) -> dict[str, Any]:
    """A return in one row; instants and amounts stay what they are."""
    due = record.due
    return {
        "id": record.id,
        "external": record.external.return_id if record.external else None,
        "order": record.order.id,
        "account": record.order.account,
        "state": str(record.state),
        "type": str(record.type),
        "reason": record.reason.code,
        "reason_note": record.reason.note,
        "fault": record.reason.fault,
        "buyer": record.buyer.id,
        "failed_rules": ", ".join(dict.fromkeys(x.rule for x in record.eligibility if x.outcome == "fail")),
        "skus": ", ".join(dict.fromkeys(line.sku for line in record.lines)),
        "units": sum(line.requested for line in record.lines),
        "applied": record.applied_at,
        "due.action": due.action if due else None,
        "due.by": str(due.by) if due else None,
        "due.at": due.at if due else None,
        "due.then": due.then if due else None,
        "total": record.breakdown.total if record.breakdown else None,
        "refunded": record.refunded("confirmed").amount,
        "currency": record.currency,
        "tracking": ", ".join(parcel.tracking for parcel in record.parcels if parcel.tracking),
        "policy": record.policy.name,
        "policy_version": record.policy.version,
        "updated": record.updated_at,
        "revision": record.revision,
    }


def export_lines(record: Return) -> Iterator[dict[str, Any]]:
    """The same for each of its lines."""
    row, titles = export_row(record), {line.line: line.title for line in record.order.lines}
    for line in record.lines:
        yield row | _of_line(line, titles.get(line.line, ""))


def _of_line(line: Line, title: str) -> dict[str, Any]:
    return {
        "line": line.line, "sku": line.sku, "title": title,
        "requested": line.requested, "approved": line.approved, "received": line.received,
    }  # fmt: skip
