"""The breakdown of a refund, as people read it."""

from __future__ import annotations

from returnctl.domain.record import Breakdown
from returnctl.output.forms import money, word
from returnctl.output.rows import aligned
from returnctl.output.words import say


def worksheet(breakdown: Breakdown, currency: str) -> str:
    rows = [
        [
            word(line.code),
            line.line or "",
            line.grade or "",
            str(line.net),
            str(line.tax),
            money(line.amount, currency),
        ]
        for line in breakdown.lines
    ]
    total = [say("total"), "", "", str(breakdown.net), str(breakdown.tax), money(breakdown.total, currency)]
    headings = [say("what for"), say("line"), say("grade"), say("net"), say("tax"), say("amount")]
    return aligned([*rows, total], headings)
