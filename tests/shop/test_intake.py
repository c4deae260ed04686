"""How orders stand while they are taken in."""

from __future__ import annotations

from pathlib import Path

from returnctl.domain.order import Order
from returnctl.shop.intake import _states
from returnctl.storage.aside import Aside
from tests.builders import NOW
from tests.storage.builders import a_policy, a_return, a_store, an_order


def test_a_dry_run_knows_what_earlier_batches_brought(tmp_path: Path) -> None:
    store = a_store(tmp_path, a_return(), orders=(an_order(),), pinned=(a_policy(),))
    old, other = an_order(), an_order(cancelled_at=NOW)
    batches = [
        ([an_order("1"), other], ["new", "changed"]),
        ([an_order("1"), other], ["unchanged", "unchanged"]),
        ([an_order("1", cancelled_at=NOW), old], ["changed", "changed"]),
    ]
    with store.writing("mei") as writer, Aside(Order) as planned:
        for orders, states in batches:
            assert _states(writer, orders, planned) == states
        assert _states(writer, [an_order("1"), old], None) == ["new", "unchanged"]
