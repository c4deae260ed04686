"""Checking policy files without using them."""

from __future__ import annotations

from typing import Any

from returnctl.readers.policies import reviewed
from returnctl.shop.intake import read_file


def problems_of(name: str, *, strict: bool = False) -> list[dict[str, Any]]:
    """Every problem of a file, or of standard input for `-`, in the order of its lines.

    `strict` takes warnings for errors.
    """
    found = [problem.as_dict() for problem in reviewed(read_file(name), name)]
    return [{**problem, "severity": "error"} for problem in found] if strict else found
