"""What the verbs of the workflow share: one or more ids, each led along the one road."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from returnctl.cli.answer import answer
from returnctl.cli.options import Wanted

if TYPE_CHECKING:
    from returnctl.domain.states import Role
    from returnctl.shop.road import Road

Ids = tuple[str, ...]

ids = click.argument("ids", metavar="ID...", nargs=-1, required=True)
one_id = click.argument("id", metavar="ID")


def each_id(wanted: Wanted, words: Ids, decide: Callable[..., Any], role: Any = "seller", **facts: Any) -> int:
    """One function of the workflow for each id, by this side: a role, or a function of the case that tells it."""
    from returnctl.domain.states import Role

    road, side = wanted.road(), role if callable(role) else Role(role)
    facts, asked = prepared(road, side, facts)
    if len(words) == 1:
        return answer(wanted, [road.change(words[0], decide, side, asked=asked, **facts)])
    from returnctl.cli.many import change_all

    jobs = (road.job(word, decide, side, asked=asked, **facts) for word in words)
    return change_all(wanted, road, jobs, len(words))


def prepared(road: Road, role: Role, facts: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The facts, and what a request key stands for. `evidence` names files: they are read before anything is locked."""
    if not facts.get("evidence"):
        return facts, dict(facts)
    from returnctl.shop.evidence import Files

    files = Files.read(facts["evidence"], road.settings.evidence, road.moment(role))
    asked = facts | {"evidence": [file.sha256 for file in files.evidence]}
    return facts | {"evidence": files.evidence, "files": files.blobs}, asked
