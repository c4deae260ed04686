"""Policies that nobody would write: made from the schema, so that nearly all are valid, or broken at any place."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "schemas/policy.schema.json").read_text("utf-8"))
FILES = [
    path.read_bytes()
    for folder in ("tests/examples", "tests/readers/invalid", "tests/readers/under_floors", "policies")
    for path in sorted((ROOT / folder).glob("*.yaml"))
]
MOST = 1024 * 1024
HEAD = b"returnctl: policy/v1\nname: p\nversion: 1\nmarkets: [US]\ntimezone: Europe/Berlin\n"

_amount = st.sampled_from([0, 1, 5, 30, 88, 100, 999999999999])
_words = st.sampled_from(["Send it back.", "{order} by {ship_by}: {amount}", "寄回 {return_address} {{}}", "{reason}"])
# What the letters of a pattern would seldom hit, by the name of its definition.
_KNOWN: dict[str, st.SearchStrategy[Any]] = {
    "name": st.integers(0, 10**9).map("n{}".format),
    "code": st.sampled_from(["damaged", "wrong_size", "lost_in_transit", "odd", "as_sent", "wrong_item", "unused"]),
    "date": st.dates(date(2026, 1, 1), date(2028, 1, 1)).map(str),
    "timezone": st.sampled_from(["America/Los_Angeles", "Asia/Kathmandu", "Europe/London", "Pacific/Apia"]),
    "country": st.sampled_from(["US", "GB", "DE", "SA", "JP"]),
    "market": st.sampled_from(["US", "GB", "DE", "JP"]),
    "amounts": st.fixed_dictionaries(dict.fromkeys(("USD", "GBP", "EUR", "JPY"), _amount)),
    "text": _words,
    "texts": st.dictionaries(st.sampled_from(["en", "zh", "pt-BR"]), _words, min_size=1),
    "patterns": st.lists(st.sampled_from(["*", "LUMI-*", "S-1", "*a*b*", "us"]), min_size=1, unique=True),
}


def made(schema: dict[str, Any] = SCHEMA) -> st.SearchStrategy[Any]:
    """Values that fit a schema, but for what excludes each other."""
    schema, name = _whole(schema)
    if name in _KNOWN:
        return _KNOWN[name]
    kind = schema.get("type", "object")
    if isinstance(kind, list):
        return st.sampled_from(schema["then"]["enum"]) | _mapping(schema)
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum", [schema.get("const")]))
    if kind == "array":
        most = min(4, schema.get("maxItems", 4))
        inner = _deferred(schema["items"])
        return st.lists(
            inner, min_size=schema.get("minItems", 0), max_size=most, unique=schema.get("uniqueItems", False)
        )
    if kind == "integer":
        return st.integers(schema["minimum"], min(schema["maximum"], schema["minimum"] + 400))
    return {"boolean": st.booleans(), "number": st.integers(0, 100), "object": _mapping(schema)}[kind]


def _deferred(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    return st.deferred(lambda: made(schema))


def _mapping(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    keys = schema.get("properties", {})
    inner = {key: _deferred(each) for key, each in keys.items()}
    more = schema.get("additionalProperties")
    if isinstance(more, dict):
        names = made(schema["propertyNames"])
        return st.dictionaries(names, _deferred(more), min_size=1, max_size=4)
    needed = {key: inner.pop(key) for key in schema.get("required", ())}
    whole = st.fixed_dictionaries(needed, optional=inner)
    return whole.filter(lambda value: len(value) >= schema.get("minProperties", 0)).map(_one_of_rivals)


def _one_of_rivals(value: dict[str, Any]) -> dict[str, Any]:
    for rivals in (("days", "until"), ("percent", "flat"), ("hours", "days", "working_days")):
        for key in [rival for rival in rivals if rival in value][1:]:
            del value[key]
    return value


def _whole(schema: dict[str, Any]) -> tuple[dict[str, Any], str | None]:
    """With what it refers to, and the name of that."""
    parts = [schema, *(each for each in schema.get("allOf", ()) if "$ref" in each)]
    name = next((part["$ref"].rpartition("/")[2] for part in parts if "$ref" in part), None)
    found = SCHEMA["definitions"][name] if name else {}
    return _laid_over(found, {key: value for key, value in schema.items() if key not in ("$ref", "allOf")}), name


def _laid_over(below: Any, above: Any) -> Any:
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    return {**below, **{key: _laid_over(below.get(key), value) for key, value in above.items()}}


# --- broken at any place

_TOKEN = re.compile(rb"[\w-]+|[^\w\s]|\n *| +")
_ODD = [
    *(text.encode() for text in "& * ! << - ? : { } [ ] ' | > % @ --- ... # ~ {{ &a *a !!set".split()),
    *(text.encode() for text in ('"', "\t", "\0", "\u2028", "\U0001f4e6", "\ufeff")),
    *(text.encode() for text in "1e999 0x1F -.inf 99999999999999999999 1.0000000000000001 {a!r:>9} 2026-02-30".split()),
    b"\xff", b"*" * 90, b"a*" * 90,
]  # fmt: skip


@st.composite
def changed(draw: st.DrawFn) -> bytes:
    """A file with some of its tokens deleted, doubled, exchanged or replaced by odd ones."""
    tokens = _TOKEN.findall(draw(st.sampled_from(FILES)))
    for _ in range(draw(st.integers(1, 6))):
        at, other = (draw(st.integers(0, len(tokens) - 1)) for _ in range(2))
        deed = draw(st.integers(0, 4))
        if deed == 0 and len(tokens) > 2:
            del tokens[at]
        elif deed == 1:
            tokens[at], tokens[other] = tokens[other], tokens[at]
        elif deed == 2:
            tokens.insert(at, tokens[other])
        else:
            tokens[at] = draw(st.sampled_from(_ODD))
    return b"".join(tokens)


def large(most: int) -> st.SearchStrategy[bytes]:
    """Of one thing again and again, numbered so that no two need be alike, up to so many bytes."""
    return st.builds(repeated, st.sampled_from(_ROWS), st.sampled_from([most // 50, most // 5, most]))


def repeated(row: tuple[bytes, bytes, bytes], size: int) -> bytes:
    opens, each, closes = row
    count = max(1, (size - len(HEAD) - len(opens) - len(closes)) // (len(each) + 5))
    parts = (each.replace(b"%s", str(at).encode()) for at in range(count))
    return (HEAD + opens + b"".join(parts) + closes)[:MOST]


_OVERRIDE = b"  - {name: o%s, when: {WHEN}, set: {SET}}\n"
_WHENS = (
    b"faults: [buyer]", b"skus: ['*%s*a*']", b"reasons: [damagd%s]", b"ordered: {from: 2026-01-01, until: 2026-12-31}",
)  # fmt: skip
_SETS = (b"conditions: [c%s]", b"timezone: Europe/Berln%s", b"return_window: {days: 3}", b"nonsens: %s")
_ROWS = [
    *((b"overrides:\n", _OVERRIDE.replace(b"WHEN", when).replace(b"SET", values), b"")
      for when in _WHENS for values in _SETS),
    (b"", b"key_%s: 1\n", b""), (b"", b"k: &a !!x *b\n", b""), (b"types: [", b"refund_%s,", b"]\n"),
    (b"conditions: [", b"c%s,", b"]\nwording: {conditions: {d1: {en: a}}}\n"),
    (b"reasons: {catalogue: {", b"d%s: {fault: buyer},", b"}}\nauto_approve: [{name: a, reasons: [dx]}]\n"),
    (b"auto_approve:\n", b"  - {name: o%s, reasons: [damagd%s], max_total: {USD: 1.005}}\n", b""),
    (b'wording: {notices: {approved: {en: "', b"{a%s}", b'"}}}\n'), (b"waivers:\n", b"  - {floor: eu-%s}\n", b""),
    (b"title: {en: '", b"a\n{%s", b"'}\n"), (b"title: ", b"[", b"\n"), (b"title: ", b"{a: ", b"\n"), (b"", b"? ", b""),
    (b'title: "', b"\\x41", b'"\n'), (b"version: ", b"9", b"\n"), (b"timezone: ", b"x", b"\n"),
    (b"overrides: [{name: a, when: {skus: [", b"'*%s*',", b"]}, set: {conditions: []}}]\n"),
    (b"inspection: {pass: g, grades: {", b"g%s: {pays: 1},", b"}}\n"),
    (b"return_address: {lines: [", b"a,", b"]}\n"),
]  # fmt: skip
