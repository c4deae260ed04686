"""The versions of policies, as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from returnctl.output.words import mark, say

VERSIONS = (
    mark("policy"), mark("version"), mark("file"), mark("in force from"), mark("until"), mark("commits"),
    mark("decided returns"),
)  # fmt: skip
# Of a version in many commits the newest are shown.
_SHOWN = 3


def cells_of_version(row: Mapping[str, Any]) -> list[str]:
    file = row["file"] if row["where"] == "file" else say(_GONE[row["where"]], file=row["file"])
    since = row["from"] or say("always")
    return [row["id"], str(row["version"]), file, since, row["until"] or "", _commits(row), _returns(row)]


_GONE = {"pinned": mark("{file} (only a pinned copy)"), "git": mark("{file} (only in git)")}


def _commits(row: Mapping[str, Any]) -> str:
    """`3f2c1ab 2026-11-05`, the newest first; `-` outside git."""
    told = [f"{each['commit']} {each['at'][:10]}" for each in row["commits"][:_SHOWN]]
    more = ["…"] if len(row["commits"]) > _SHOWN else []
    first = [say("not committed")] if row["uncommitted"] else []
    return ", ".join([*first, *told, *more]) or "-"


def _returns(row: Mapping[str, Any]) -> str:
    if row["returns"] is not None:
        return str(row["returns"])
    return say("some") if row["pinned"] else say("none")
