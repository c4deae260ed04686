"""Lists from the index: what is asked for, in order, whatever states are mixed."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from returnctl.domain.external import External
from returnctl.domain.order import Buyer
from returnctl.domain.record import Breakdown, Dispute, Due, Happened, Owed, Return
from returnctl.domain.states import Kind, Role, State
from returnctl.storage.changes import OrderQuery, OrderRow, Query, Summary
from returnctl.storage.index import Index
from returnctl.storage.snapshot import Snapshot
from returnctl.storage.store import Store
from tests.storage.builders import HOUR, NOW, a_change, a_return, a_store, an_order, commit

ORDERS = (
    an_order("A", account="us-main", market="US"),
    an_order("B", account="sg", market="SG", ordered_at=NOW - HOUR, buyer=Buyer("u_2")),
)


def _return(number: int, state: State, due: int | None, updated: int, order: int = 0, **more: Any) -> Return:
    last = Happened(at=NOW + updated * HOUR, by="mei", role=Role.SELLER, event="note", from_=state, to=state)
    by_then = Due("review", Role.SELLER, NOW + due * HOUR, "remind") if due is not None else None
    return a_return(f"R-{number:06d}", ORDERS[order], state=state, due=by_then, history=(last,), **more)


def _appealable(hours: int) -> Dispute:
    return Dispute(
        stage="platform", claim="other", by=Role.BUYER, at=NOW, escalated_from=State.REJECTED, outcome="refund",
        appeal_until=NOW + hours * HOUR,
    )  # fmt: skip


RETURNS = (
    _return(1, State.REQUESTED, 5, 1),
    _return(2, State.APPROVED, 3, 4, order=1, dispute=_appealable(24)),
    _return(3, State.REQUESTED, 3, 3, external=External("tiktok", "4035")),
    _return(4, State.REFUNDED, None, 2, order=1, owed=(Owed("k/told", "tell"), Owed("k/done", "act", "done"))),
    _return(5, State.CLOSED, None, 5, dispute=_appealable(48)),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return a_store(tmp_path_factory.mktemp("shop"), *RETURNS, orders=ORDERS)


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"sort": "due"}, [2, 3, 1, 4, 5]),
        ({"sort": "updated"}, [5, 2, 3, 4, 1]),
        ({"sort": "updated", "limit": 2}, [5, 2]),
        ({"limit": 0}, []),
        ({"appeal_after": NOW}, [2, 5]),
        ({"appeal_after": NOW + 24 * HOUR}, [5]),
        ({"appeal_after": NOW, "limit": 1}, [2]),
        ({"states": (State.REQUESTED,)}, [1, 3]),
        ({"states": (State.CLOSED, State.APPROVED, State.REQUESTED), "sort": "updated"}, [5, 2, 3, 1]),
        ({"open_only": True}, [1, 2, 3]),
        ({"open_only": True, "sort": "due", "limit": 2}, [2, 3]),
        ({"open_only": True, "states": (State.CLOSED, State.APPROVED)}, [2]),
        ({"open_only": True, "states": (State.CLOSED,)}, []),
        ({"due_before": NOW + 3 * HOUR}, [2, 3]),
        ({"due_before": NOW + 2 * HOUR}, []),
        ({"since": NOW + 4 * HOUR}, [2, 5]),
        ({"buyer": "u_2"}, [2, 4]),
        ({"order": "B"}, [2, 4]),
        ({"account": "sg", "states": (State.REFUNDED,)}, [4]),
        ({"external": True}, [3]),
        ({"external": False}, [1, 2, 4, 5]),
        ({"with_owed": True}, [4]),
    ],
)
def test_returns(store: Store, query: dict[str, Any], numbers: list[int]) -> None:
    with store.reading() as snapshot:
        assert [int(x.id[2:]) for x in snapshot.summaries(Query(**query))] == numbers


def test_a_list_that_nobody_reads_to_its_end_is_let_go(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """As by `| head`: the index is closed before the list is."""
    complaints: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    with store.reading() as snapshot:
        found = snapshot.summaries(Query(states=(State.REQUESTED,), sort="due"))
        assert [each.id for each in islice(found, 2)] == ["R-000003", "R-000001"]
    del found
    gc.collect()
    assert complaints == []


def test_a_summary_says_what_the_return_says(tmp_path: Path) -> None:
    due = Due("refund", Role.SELLER, NOW.replace(microsecond=1), "remind")
    total = Breakdown((), Decimal("52.00"), Decimal(0), Decimal("52.00"))
    record = a_return(state=State.REFUND_DUE, due=due, breakdown=total, order=an_order(account="us"))
    with a_store(tmp_path, record).reading() as snapshot:
        (found,) = snapshot.summaries(Query())
    assert found == Summary(
        id="R-000001",
        state=State.REFUND_DUE,
        type=Kind.RETURN_AND_REFUND,
        order="5764001",
        account="us",
        reason="damaged",
        due=due,
        total=Decimal("52.00"),
        currency="USD",
        updated=NOW,
    )


@pytest.mark.parametrize(
    ("hours", "limit", "numbers"),
    [(5, None, [2, 3, 1]), (4, None, [2, 3]), (5, 1, [2]), (0, None, [])],
)
def test_what_calls_for_the_sweep(store: Store, hours: int, limit: int | None, numbers: list[int]) -> None:
    with store.reading() as snapshot:
        assert [int(x[2:]) for x in snapshot.to_sweep(NOW + hours * HOUR, limit)] == numbers


def test_what_calls_earlier_than_it_is_due_and_what_calls_no_more(store: Store) -> None:
    due = Due("review", Role.SELLER, NOW, "approve", lapsed=True)
    commit(store, a_change(a_return("R-000001", sweep_at=NOW + HOUR, revision=2), a_return("R-000002", due=due)))
    with store.reading() as snapshot:
        assert snapshot.to_sweep(NOW + HOUR) == ("R-000001",)
        lapsed = [x.due and x.due.lapsed for x in snapshot.summaries(Query(states=(State.REQUESTED,)))]
        assert True in lapsed


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, "BA"),
        ({"limit": 1}, "B"),
        ({"market": "US"}, "A"),
        ({"account": "sg"}, "B"),
        ({"buyer": "u_1"}, "A"),
        ({"since": NOW - HOUR}, "B"),
    ],
)
def test_orders(store: Store, query: dict[str, Any], found: str) -> None:
    with store.reading() as snapshot:
        assert "".join(x.id for x in snapshot.order_rows(OrderQuery(**query))) == found


def test_an_order_in_a_list(store: Store) -> None:
    with store.reading() as snapshot:
        (found,) = snapshot.order_rows(OrderQuery(market="US"))
    assert found == OrderRow(
        id="A",
        account="us-main",
        market="US",
        ordered_at=NOW - 48 * HOUR,
        total=Decimal("87.75"),
        currency="USD",
        buyer="u_1",
    )


# --- how SQLite answers them, whatever the size of the shop


@pytest.fixture
def plans(store: Store, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Snapshot], object]], str]:
    """What SQLite says of the steps that a question takes."""
    steps: list[str] = []
    plain = Index.rows

    def explained(index: Index, sql: str, values: Iterable[object] = ()) -> Any:
        values = tuple(values)
        steps.extend(row[3] for row in plain(index, f"EXPLAIN QUERY PLAN {sql}", values))
        return plain(index, sql, values)

    def asked(question: Callable[[Snapshot], object]) -> str:
        with store.reading() as snapshot, monkeypatch.context() as patch:
            patch.setattr(Index, "rows", explained)
            question(snapshot)
        return "\n".join(steps)

    return asked


FILTERS: dict[str, dict[str, Any]] = {
    "all": {},
    "state": {"states": (State.REQUESTED, State.CLOSED)},
    "open": {"open_only": True},
    "account": {"account": "sg"},
    "account and state": {"account": "sg", "states": (State.APPROVED,)},
    "due": {"due_before": NOW + HOUR},
    "since": {"since": NOW},
    "owed": {"with_owed": True},
    "buyer": {"buyer": "u_1"},
    "order": {"order": "A"},
}
# Few are found, and those alone are sorted, where the order asked for is not that of what found them.
SORTED = {("due", "id"), ("due", "updated"), ("since", "id"), ("owed", "id"), ("owed", "due")}
SORTED |= {(word, sort) for word in ("buyer", "order") for sort in ("due", "updated")}


@pytest.mark.parametrize("sort", ["id", "due", "updated"])
@pytest.mark.parametrize("word", FILTERS)
def test_a_list_of_returns_looks_at_what_it_shows(plans: Callable[..., str], word: str, sort: Any) -> None:
    plan = plans(lambda x: list(x.summaries(Query(**FILTERS[word], sort=sort, limit=2))))
    assert ("SCAN returns" in plan) == (word == "all" and sort == "id")  # in the order of its key, so it ends in time
    assert ("TEMP B-TREE" in plan) == ((word, sort) in SORTED)
    assert "SCAN returns USING" not in plan


@pytest.mark.parametrize(
    ("query", "by"),
    [
        ({}, "date"),
        ({"since": NOW}, "date (ordered>?)"),
        ({"account": "sg"}, "account (account=?)"),
        ({"account": "sg", "since": NOW}, "account (account=? AND ordered>?)"),
    ],
)
def test_a_list_of_orders_looks_at_what_it_shows(plans: Callable[..., str], query: dict[str, Any], by: str) -> None:
    assert plans(lambda x: list(x.order_rows(OrderQuery(**query, limit=1)))).endswith(f"USING INDEX orders_by_{by}")


LOOK_UPS: dict[str, Callable[[Snapshot], object]] = {
    "id, platform's id, tracking, order": lambda x: x.find("4035"),
    "an order's returns": lambda x: x.returns_of("A"),
    "a buyer's applications": lambda x: x.applied_by("u_1"),
    "a buyer's orders": lambda x: list(x.order_rows(OrderQuery(buyer="u_1"))),
    "what is due": lambda x: x.to_sweep(NOW),
    "a request key": lambda x: x.answered("k"),
    "a document": lambda x: x.raw_return("R-000001"),
    "an order": lambda x: x.get_order("A"),
    "documents": lambda x: x.documents("", 2),
    "all returns": lambda x: x.ids_after(0, 2),
    "whose orders": lambda x: x.is_of_only("u_1", "A"),
}


@pytest.mark.parametrize("ask", LOOK_UPS.values(), ids=LOOK_UPS)
def test_a_look_up_goes_through_an_index(plans: Callable[..., str], ask: Callable[[Snapshot], object]) -> None:
    plan = plans(ask)
    assert plan
    scans = [step for step in plan.splitlines() if step.startswith("SCAN")]
    assert all(" USING INDEX unread_" in step or step in ("SCAN head", "SCAN CONSTANT ROW") for step in scans)


def test_what_a_return_weighs_in_the_index(tmp_path: Path) -> None:
    """Of 4 KiB that its document takes on most disks."""
    orders = [an_order(f"57646141303878{x:04}", account="us-main") for x in range(2000)]
    returns = (a_return(f"R-{number:06d}", order) for number, order in enumerate(orders, 1))
    a_store(tmp_path, *returns, orders=tuple(orders))
    assert (tmp_path / "data/index.sqlite").stat().st_size / len(orders) < 570


def test_an_appeal_is_the_due_of_its_row(store: Store) -> None:
    with store.reading() as snapshot:
        last = list(snapshot.summaries(Query(appeal_after=NOW)))[-1]
    assert (last.id, last.state) == ("R-000005", "closed")
    assert last.due == Due("appeal", Role.SELLER, NOW + 48 * HOUR, "remind")
