"""Lists from the index: what is asked for, in order, whatever states are mixed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from returnctl.domain.order import Buyer
from returnctl.domain.record import Breakdown, Due, External, Happened, Owed, Return
from returnctl.domain.states import Kind, Role, State
from returnctl.storage.changes import OrderQuery, OrderRow, Query, Summary
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


RETURNS = (
    _return(1, State.REQUESTED, 5, 1),
    _return(2, State.APPROVED, 3, 4, order=1),
    _return(3, State.REQUESTED, 3, 3, external=External("tiktok", "4035")),
    _return(4, State.REFUNDED, None, 2, order=1, owed=(Owed("k/told", "tell"), Owed("k/done", "act", "done"))),
    _return(5, State.CLOSED, None, 5),
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
