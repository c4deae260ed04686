"""Merge patch, key by key, with memory: where each value of the result comes from.

Rivals displace each other: giving `until` takes `days` away, and so do the words `none` and `unlimited`.
"""

from __future__ import annotations

import copy
import re
from typing import Any

from msgspec import Struct

_LENGTHS = frozenset({"days", "until", "none", "unlimited"})
_SPANS = frozenset({"hours", "days", "working_days"})
_FEES = frozenset({"none", "percent", "flat"})
_RIVALS = (
    (re.compile("return_window"), _LENGTHS),
    (re.compile("deadlines/[a-z]+"), _SPANS),
    (re.compile("restocking_fee"), _FEES),
)
# Given in a file, these replace the default whole; an override merges into what the file gave.
WHOLE = frozenset({"reasons/catalogue", "inspection/grades", "reject_reasons"})


class Merged(Struct):
    """A tree of plain values, and for each path in it the path in the file that gave it; None is a default."""

    tree: dict[str, Any]
    origins: dict[str, str | None]


def spelled_out(path: str, value: Any) -> Any:  # noqa: ANN401 - any value of a policy file
    """The words of a window and of a fee as the keys that they stand for."""
    if path in ("return_window", "restocking_fee") and isinstance(value, str):
        return {value: True}
    return value


def patch(into: Merged, values: dict[str, Any], at: str | None, whole: frozenset[str] = frozenset()) -> None:
    """Put `values` over the tree; `at` is the path of `values` in the file, None for the defaults."""
    _patch(into, into.tree, values, "", at, whole)


def _patch(
    into: Merged, tree: dict[str, Any], values: dict[str, Any], path: str, at: str | None, whole: frozenset[str]
) -> None:
    rivals = next((group for shape, group in _RIVALS if shape.fullmatch(path)), frozenset[str]())
    for key, given in values.items():
        here = f"{path}/{key}" if path else key
        value = spelled_out(here, given)
        for rival in rivals - {key} if key in rivals else ():
            tree.pop(rival, None)
        if isinstance(value, dict) and isinstance(tree.get(key), dict) and here not in whole:
            _patch(into, tree[key], value, here, at, whole)
        else:
            tree[key] = copy.deepcopy(value)
            into.origins[here] = None if at is None else f"{at}/{here}".lstrip("/")
