"""What goes into the store and comes out of it, beside the documents themselves."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from msgspec import Raw, Struct

from returnctl.domain.order import Order
from returnctl.domain.policy import Pinned
from returnctl.domain.record import Due, Return
from returnctl.domain.settlement import Settled
from returnctl.domain.states import Kind, State

OrderState = Literal["new", "changed", "unchanged"]


class Answer(Struct, frozen=True):
    """What a request key stands for: the digest of what was asked, and the result that was given (JSON)."""

    request: str
    result: bytes


class Change(Struct, frozen=True, kw_only=True):
    """All that one commit holds. `by`, `keys` and `refused` stand in the journal: no buyer's name or text in them.

    `events` are the new ones, (id of the return, event); `files` evidence as (SHA-256 in hex, content);
    `refused` applications that made no return: what was asked and the rules that failed; `batches` imports of
    before, by their number, with all orders as they stand from now on; `removed` evidence that goes for good;
    `settled` rows of settlements that are new, or have their account now.
    """

    at: datetime
    by: str
    role: str
    command: str
    events: tuple[tuple[str, str], ...] = ()
    returns: tuple[Return, ...] = ()
    orders: tuple[Order, ...] = ()
    pinned: tuple[Pinned, ...] = ()
    files: tuple[tuple[str, bytes], ...] = ()
    keys: dict[str, Answer] = {}
    refused: tuple[dict[str, Any], ...] = ()
    batches: dict[int, tuple[Order, ...]] = {}
    removed: tuple[str, ...] = ()
    settled: tuple[Settled, ...] = ()


class Entry(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True,
    tag_field="returnctl", tag="commit/v1",
):  # fmt: skip
    """A line of the journal: a commit.

    `keys` holds for each request key the digest of what was asked and the result; `documents` for each path
    under `data/` its digest; `removed` the paths of documents that went.
    """

    sequence: int
    previous: str
    at: datetime
    by: str
    role: str
    command: str
    counter: int
    events: tuple[tuple[str, str], ...] = ()
    keys: dict[str, tuple[str, Raw]] = {}
    refused: tuple[dict[str, Any], ...] = ()
    documents: dict[str, str] = {}
    removed: tuple[str, ...] = ()
    digest: str = ""


class Query(Struct, frozen=True, kw_only=True):
    """Which returns: every condition that is given holds.

    `due_before` takes the instant itself in, `since` is the first instant of the last change; `external`
    wants (True) or leaves out (False) returns that a platform runs. `appeal_after` gives those whose seller may
    appeal for longer than that, soonest first and with this as their due, whatever else is asked. "due" sorts
    soonest first and those without a due last, "updated" newest first.
    """

    states: tuple[State, ...] = ()
    open_only: bool = False
    due_before: datetime | None = None
    since: datetime | None = None
    buyer: str | None = None
    order: str | None = None
    account: str | None = None
    external: bool | None = None
    with_owed: bool = False
    appeal_after: datetime | None = None
    sort: Literal["id", "due", "updated"] = "id"
    limit: int | None = None


class Summary(Struct, frozen=True, kw_only=True):
    """One return. `external` (the platform's id of it) and `owed` (how much is open) serve the program."""

    id: str
    state: State
    type: Kind
    order: str
    account: str | None
    reason: str | None
    due: Due | None
    total: Decimal | None
    currency: str
    updated: datetime
    external: str | None = None
    owed: int = 0


class OrderQuery(Struct, frozen=True, kw_only=True):
    """Which orders: `since` is the first instant of ordering. Newest first, always."""

    account: str | None = None
    market: str | None = None
    buyer: str | None = None
    since: datetime | None = None
    limit: int | None = None


class OrderRow(Struct, frozen=True, kw_only=True):
    """One order of a list; `total` is what the goods and the shipping cost."""

    id: str
    account: str | None
    market: str
    ordered_at: datetime
    total: Decimal
    currency: str
    buyer: str
