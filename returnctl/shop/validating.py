"""Checking policy files without using them."""

from __future__ import annotations

from typing import Any

from returnctl.readers.policies import check_policy
from returnctl.shop.intake import read_file


def problems_of(name: str) -> list[dict[str, Any]]:
    """Every problem of a file, or of standard input for `-`, in the order of its lines."""
    _, problems = check_policy(read_file(name), name)
    return [problem.as_dict() for problem in problems]
