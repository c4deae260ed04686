"""What `doctor` finds: one thing each, with how much it matters."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from returnctl.errors import Failure

Severity = Literal["ok", "note", "warning", "problem"]
# What a check that fails in this way means for the shop; all other failures are problems.
_MILD: dict[str, Severity] = {"locked": "note"}


class Finding(Struct, frozen=True):
    """`check` is what was looked at; `code` a key of the sentences, or the code of a failure."""

    check: str
    code: str
    severity: Severity
    facts: dict[str, Any] = {}

    @property
    def is_trouble(self) -> bool:
        return self.severity in ("warning", "problem")


def failed(check: str, failure: Failure) -> Finding:
    """What a command would be refused by."""
    return Finding(check, failure.code, _MILD.get(failure.code, "problem"), failure.facts)
