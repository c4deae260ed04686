"""What a policy promises, apart from how it is written: whether an edit needs a new version."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import msgspec

from returnctl.domain.policy import PolicySource
from returnctl.domain.terms import resolve

# Words for people; and what is no promise but says which one it is.
_WORDS = frozenset({"title", "wording", "because"})
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


def promise_of(policy: PolicySource) -> Any:  # noqa: ANN401 - plain values, to be compared
    """Equal for two texts that promise the same: comments, order of keys, digits, words and stated defaults aside."""
    terms = msgspec.to_builtins(resolve(policy).terms)
    held = {key: policy.body.get(key) for key in ("markets", "effective", "overrides")}
    return _plain({"terms": terms, **held})


def _plain(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items() if key not in _WORDS}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Decimal(value)
    return value
