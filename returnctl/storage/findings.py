"""What a check found."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

# Found, but nothing that was kept is lost or changed by it; what was not named anywhere is not ours to judge.
NOTES = frozenset({"torn", "made_sure"})
LOOSE = frozenset({"mode", "owner", "unknown", "conflict_copy", "no_folder", "index", "not_removed", "strange"})


class Finding(Struct, frozen=True, omit_defaults=True):
    """`code` is a key of the sentences; `line` of the journal or of a batch; `repaired` by this very check."""

    code: str
    path: str
    line: int = 0
    facts: dict[str, Any] = {}
    repaired: bool = False

    @property
    def is_damage(self) -> bool:
        return not self.repaired and self.code not in NOTES | LOOSE

    @property
    def is_loose(self) -> bool:
        return not self.repaired and self.code in LOOSE
