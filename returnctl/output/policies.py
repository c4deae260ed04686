"""Policies, as people read them: which there are, and each value with where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from returnctl.domain.policy import PolicySource
from returnctl.domain.terms import Resolved, place_of, values
from returnctl.output.forms import word
from returnctl.output.words import chosen, mark, say

POLICIES = (mark("policy"), mark("version"), mark("file"), mark("markets"), mark("in force from"), mark("title"))
VALUES = (mark("key"), mark("value"), mark("set in"))


def policy_row(source: PolicySource) -> dict[str, Any]:
    body = source.body
    return {
        "id": source.name,
        "version": source.version,
        "file": source.source,
        "markets": body["markets"],
        "from": body.get("effective", {}).get("from"),
        "title": body.get("title", {}),
    }


def cells_of_policy(row: Mapping[str, Any]) -> list[str]:
    title = row["title"].get(chosen()) or next(iter(row["title"].values()), "")
    return [
        row["id"],
        str(row["version"]),
        row["file"],
        " ".join(row["markets"]),
        row["from"] or say("always"),
        title,
    ]


def values_of(resolved: Resolved) -> Iterator[dict[str, Any]]:
    """What the policy is, then every value of the terms by its path, with `file:line`, or `default`.

    `override` names the one that won.
    """
    for key in ("name", "version"):
        value, at = getattr(resolved.policy, key), place_of(resolved.policy, key)
        yield {"id": key, "value": value, "from": at, "override": None}
    for path, value in values(msgspec.to_builtins(resolved.terms)):
        winner = resolved.winner(path)
        yield {"id": path, "value": value, "from": resolved.place(path), "override": winner and winner["name"]}


def cells_of_value(row: Mapping[str, Any]) -> list[str]:
    return [row["id"].replace("/", "."), text_of(row["value"]), word(row["from"])]


def text_of(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ", ".join(text_of(inner) for inner in value)
    if isinstance(value, dict):
        return " ".join(f"{key}={text_of(inner)}" for key, inner in value.items())
    return str(value)
