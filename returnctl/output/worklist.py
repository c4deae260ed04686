"""The work list as people read it: what presses in one line, then a table for each group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from returnctl.domain.worklist import Group, Tally
from returnctl.output.forms import listed, money
from returnctl.output.lists import TODO, cells_of_todo
from returnctl.output.rows import written
from returnctl.output.words import mark, say

HEADINGS = {
    Group.OVERDUE: mark("Overdue"),
    Group.TODAY: mark("Due today"),
    Group.LATER: mark("Later"),
    Group.WAITING: mark("Waiting for the buyer"),
    Group.OWED: mark("Owed outside"),
}
COUNTS = {
    Group.OVERDUE: mark("{n} overdue"),
    Group.TODAY: mark("{n} due today"),
    Group.LATER: mark("{n} later"),
    Group.WAITING: mark("{n} waiting for the buyer"),
    Group.OWED: mark("{n} owed outside"),
}


def in_short(tally: Tally, limit: int | None) -> str:
    """`2 overdue, 5 later; …`; where a limit may have left some out, it says of how many it tells."""
    text = listed(say(COUNTS[group], n=tally.counts[group]) for group in tally.groups())
    if tally.at_stake:
        sums = ", ".join(money(amount, currency) for currency, amount in sorted(tally.at_stake.items()))
        text = say("{counts}; {money} at stake in what is overdue or due today", counts=text, money=sums)
    if limit and sum(tally.counts.values()) == limit:
        return say("of the first {n}: {text}", n=limit, text=text)
    return text


def table(group: Group, rows: Iterable[Mapping[str, Any]], now: datetime) -> Iterator[str]:
    """What is only owed has no due."""
    shown = [at for at, name in enumerate(TODO) if group is not Group.OWED or name != "due"]

    def cells(row: Mapping[str, Any]) -> list[str]:
        whole = cells_of_todo(row, now)
        return [whole[at] for at in shown]

    return written(rows, "table", [TODO[at] for at in shown], cells)
