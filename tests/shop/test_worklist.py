"""The work list reads what it shows, and each document when its turn comes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from returnctl.domain.record import Due, Return
from returnctl.domain.states import Role, State
from returnctl.domain.worklist import Day, Group
from returnctl.shop.worklist import Asked, anything_to_do, items, tally
from returnctl.storage import rows
from returnctl.storage.snapshot import Snapshot
from returnctl.storage.store import Store
from tests.storage.builders import HOUR, NOW, a_return, a_store

DAY = Day(NOW, NOW + 10 * HOUR)
LIMIT = 5


def waiting(number: int) -> Return:
    """Every other one is to be reviewed, of which the document is needed; each is due an hour after the one before."""
    state = State.REQUESTED if number % 2 else State.IN_TRANSIT
    return a_return(f"R-{number:06d}", state=state, due=Due("review", Role.SELLER, NOW + number * HOUR, "remind"))


def a_shop(root: Path, count: int) -> Store:
    root.mkdir()
    return a_store(root, *(waiting(number) for number in range(1, count + 1)))


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows by each row of the index, and by each document, that is read."""
    seen: list[str] = []
    row, document = rows.summary, Snapshot.get_return

    def summary(values: Any, shelves: Any) -> Any:
        seen.append("row")
        return row(values, shelves)

    def get_return(snapshot: Snapshot, return_id: str) -> Return:
        seen.append(return_id)
        return document(snapshot, return_id)

    monkeypatch.setattr("returnctl.storage.queries.summary", summary)
    monkeypatch.setattr(Snapshot, "get_return", get_return)
    return seen


@pytest.mark.parametrize("count", [10, 300])
def test_with_a_limit_only_those_are_read(tmp_path: Path, read: list[str], count: int) -> None:
    asked = Asked(DAY, limit=LIMIT)
    with a_shop(tmp_path / "shop", count).reading() as snapshot:
        assert [item.summary.id for item in items(snapshot, asked)] == [f"R-{n:06d}" for n in range(1, LIMIT + 1)]
        assert read.count("row") <= LIMIT
        assert [each for each in read if each != "row"] == ["R-000001", "R-000003", "R-000005"]
        read.clear()
        assert dict(tally(snapshot, asked).counts) == {Group.TODAY: LIMIT}
        assert read == ["row"] * LIMIT


def test_a_document_is_read_when_its_turn_comes(tmp_path: Path, read: list[str]) -> None:
    with a_shop(tmp_path / "shop", 50).reading() as snapshot:
        found = items(snapshot, Asked(DAY))
        for _ in range(3):
            next(found)
    assert [each for each in read if each != "row"] == ["R-000001", "R-000003"]


@pytest.mark.parametrize(("group", "most"), [(Group.OVERDUE, 0), (Group.TODAY, 10), (Group.LATER, 50)])
def test_the_looking_ends_with_the_group(tmp_path: Path, read: list[str], group: Group, most: int) -> None:
    with a_shop(tmp_path / "shop", 50).reading() as snapshot:
        shown = list(items(snapshot, Asked(DAY), group))
    assert {item.group for item in shown} <= {group}
    assert read.count("row") == most


def test_the_exit_code_ends_with_the_first(tmp_path: Path, read: list[str]) -> None:
    with a_shop(tmp_path / "shop", 50).reading() as snapshot:
        assert anything_to_do(snapshot, Asked(DAY, until=NOW + 40 * HOUR))
        assert not anything_to_do(snapshot, Asked(DAY))
    assert read == ["row"]
