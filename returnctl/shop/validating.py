"""Checking policy files without using them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from returnctl.readers.policies import look_through, review
from returnctl.shop.intake import read_file
from returnctl.shop.policy_versions import Sound, between, changed


def problems_of(names: Iterable[str], now: datetime, *, strict: bool = False) -> list[dict[str, Any]]:
    """Every problem of files, or of standard input for `-`: file by file, each in the order of its lines.

    `strict` takes warnings for errors.
    """
    checked = {name: look_through(read_file(name), name) for name in names}
    sound = [Sound(each.policy, each.source) for each in checked.values() if each.policy]
    found = {name: list(review(each)) for name, each in checked.items()}
    for problem in (*between(sound), *changed(sound, now)):
        found[problem.file].append(problem)
    severity = {"severity": "error"} if strict else {}
    return [
        problem.as_dict() | severity
        for problems in found.values()
        for problem in sorted(problems, key=lambda each: (each.line, each.column, each.code))
    ]
