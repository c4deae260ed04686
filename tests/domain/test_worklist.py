"""Which group a return is looked at in, by its due."""

from __future__ import annotations

from datetime import timedelta

import pytest

from returnctl.domain.record import Due
from returnctl.domain.states import Role
from returnctl.domain.worklist import Day, Group, Tally, group_of, is_for_the_seller
from tests.builders import HOUR, NOW

SECOND = timedelta(seconds=1)
DAY = Day(NOW, NOW + 14 * HOUR)


@pytest.mark.parametrize(
    ("by", "left", "then", "group", "seller_acts"),
    [
        ("seller", -HOUR, "remind", "overdue", True),
        ("seller", -HOUR, "approve", "overdue", True),
        ("seller", 0 * HOUR, "remind", "overdue", True),
        ("seller", SECOND, "remind", "today", True),
        # A last day counts to its end, which is the start of the next.
        ("seller", 14 * HOUR, "remind", "today", True),
        ("seller", 14 * HOUR + SECOND, "remind", "later", True),
        ("platform", -HOUR, "remind", "overdue", True),
        ("platform", HOUR, "remind", "today", False),
        ("platform", 15 * HOUR, "remind", "later", False),
        ("buyer", HOUR, "expire", "waiting", False),
        ("buyer", 15 * HOUR, "remind", "waiting", False),
        # The next sweep does it.
        ("buyer", -HOUR, "expire", "waiting", False),
        ("buyer", -HOUR, "close", "waiting", False),
        # Nothing follows unless the seller sees to it.
        ("buyer", -HOUR, "remind", "overdue", True),
    ],
)
def test_the_group_of_a_due(by: str, left: timedelta, then: str, group: str, *, seller_acts: bool) -> None:
    waits = Due("act", Role(by), NOW + left, then)
    assert group_of(waits, DAY) == group
    assert is_for_the_seller(waits, DAY) == seller_acts


def test_what_has_ended_waits_for_nobody() -> None:
    assert group_of(None, DAY) is Group.OWED
    assert not is_for_the_seller(None, DAY)


def test_groups_stand_in_their_order() -> None:
    counts = {Group.OWED: 1, Group.OVERDUE: 2, Group.LATER: 0}
    assert Tally(counts, {}).groups() == (Group.OVERDUE, Group.OWED)
