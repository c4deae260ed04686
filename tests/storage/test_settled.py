"""Rows of settlements: kept like orders, found by their order, known again by what they say."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from returnctl.domain.settlement import Settled
from returnctl.errors import Damaged
from returnctl.storage.rows import content_key
from returnctl.storage.store import Store
from tests.storage.builders import HOUR, NOW, a_change, a_return, a_row, a_store, an_order, commit

FIRST = "data/settlements/000001.jsonl"


def settled(store: Store, order_id: str = "5764001") -> list[tuple[str, int]]:
    with store.reading() as snapshot:
        return [(str(row.total), row.nth) for row in snapshot.settled_of(order_id)]


def test_rows_stand_a_batch_an_import_and_are_found_by_their_order(tmp_path: Path) -> None:
    rows = (a_row(), a_row("5764009"), a_row(nth=2))
    store = a_store(tmp_path, settled=rows)
    commit(store, a_change(settled=(a_row(id="77", order="5764001", total=rows[0].total * 2),)))
    assert settled(store) == [("-29.25", 1), ("-29.25", 2), ("-58.50", 1)]
    assert len((tmp_path / FIRST).read_text().splitlines()) == 3
    assert (tmp_path / "data/settlements/000002.jsonl").exists()


def test_an_index_made_anew_knows_the_same(tmp_path: Path) -> None:
    store = a_store(tmp_path, settled=(a_row(), a_row(nth=2)))
    (tmp_path / "data/index.sqlite").unlink()
    assert settled(store) == [("-29.25", 1), ("-29.25", 2)]
    with store.writing("mei") as writer:
        assert [writer.is_settled(content_key(a_row()), nth) for nth in (1, 2, 3)] == [True, True, False]


@pytest.mark.parametrize(
    ("first", "then", "stands"),
    [(None, "us", "us"), ("us", None, "us"), ("us", "uk", "us"), (None, None, None)],
)
def test_a_row_keeps_the_account_that_it_came_with(
    tmp_path: Path, first: str | None, then: str | None, stands: str | None
) -> None:
    store = a_store(tmp_path, settled=(a_row(account=first),))
    commit(store, a_change(settled=(a_row(account=then),)))
    for _ in ("as it was written", "made anew"):
        with store.reading() as snapshot:
            assert [row.account for row in snapshot.settled_of("5764001")] == [stands]
            assert list(snapshot.settled_until()) == [stands]
        with store.writing("mei") as writer:
            assert writer.lacks_account(content_key(a_row()), 1) is (stands is None)
        (tmp_path / "data/index.sqlite").unlink()


@pytest.mark.parametrize(
    ("again", "known"),
    [
        (a_row(), True),
        (a_row(file="other.csv", row=99, account="us-main", columns={"Total fees": a_row().total}), True),
        (a_row(nth=2), False),
        (a_row(settled_at=NOW + HOUR), False),
        (a_row(total=a_row().total + 1), False),
        (a_row(type="Order"), False),
        (a_row("5764002"), False),
    ],
)  # fmt: skip
def test_what_makes_a_row_another(tmp_path: Path, again: Settled, known: bool) -> None:
    store = a_store(tmp_path, settled=(a_row(),))
    with store.writing("mei") as writer:
        assert writer.is_settled(content_key(again), again.nth) is known


def test_orders_come_in_their_order_portion_by_portion(tmp_path: Path) -> None:
    rows = (a_row("B"), a_row("D"), a_row(id="7", order=None), a_row("A"))
    store = a_store(tmp_path, a_return(order=an_order("C")), a_return("R-000002", an_order("B")), settled=rows)
    with store.reading() as snapshot:
        assert snapshot.orders_with_returns("", 3) == ("A", "B", "C")
        assert snapshot.orders_with_returns("C", 3) == ("D",)


def test_how_far_settlements_reach(tmp_path: Path) -> None:
    later = NOW + timedelta(days=3)
    store = a_store(tmp_path, settled=(a_row(account="us"), a_row("2", account="us", settled_at=later), a_row("3")))
    with store.reading() as snapshot:
        assert snapshot.settled_until() == {"us": later, None: NOW}


def test_a_changed_batch_is_told_by_whoever_reads_it(tmp_path: Path) -> None:
    store = a_store(tmp_path, settled=(a_row(),))
    path = tmp_path / FIRST
    path.write_bytes(path.read_bytes().replace(b"29.25", b"19.25"))
    with pytest.raises(Damaged):
        settled(store)
    (finding,) = store.check([]).findings
    assert (finding.code, finding.path) == ("document", FIRST)
    (tmp_path / "data/index.sqlite").unlink()
    with store.reading() as snapshot, pytest.raises(Damaged):
        snapshot.orders_with_returns("", 9)


def test_a_whole_shop_is_well(tmp_path: Path) -> None:
    report = a_store(tmp_path, settled=(a_row(), a_row(nth=2))).check([])
    assert (report.findings, report.counts["settled"]) == ((), 2)
