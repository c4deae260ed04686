from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnctl.errors import BadFile, BadRow
from returnctl.readers import strict_json
from returnctl.readers.strict_json import read_json, read_json_lines


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b'{"a": 1} x', "not_json"),
        (b'{"a": 1, "a": 1}', "doubled_key"),
        (b'[{"b": {"a": 1, "a": 2}}]', "doubled_key"),
        (b"[NaN]", "huge_number"),
        (b"[-Infinity]", "huge_number"),
        (b"[1e999]", "huge_number"),
        (b"1" * 5000, "huge_number"),
        (b"1" * 33, "huge_number"),
        (b"0." + b"1" * 40, "huge_number"),
        (rb'["\ud800"]', "lone_surrogate"),
        (rb'{"\uDfff": 1}', "lone_surrogate"),
        (b"[" * 33 + b"]" * 33, "too_deep"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "too_deep"),
        (b"[" * 1_000_000, "too_deep"),
        (b'["\0"]', "binary"),
        (b'["\xff"]', "not_utf8"),
        ("[1]".encode("utf-16"), "binary"),
    ],
)
def test_what_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(BadFile) as refused:
        read_json(data, "orders.json")
    assert refused.value.facts["why"] == why
    assert refused.value.facts["file"] == "orders.json"
    json.dumps(refused.value.facts)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"[" * 32 + b"]" * 32, eval("[" * 32 + "]" * 32)),
        (b'["' + b"[" * 100 + b'"]', ["[" * 100]),
        (rb'["\"[\\", "[["]', ['"[\\', "[["]),
        (rb'["\ud83d\ude00"]', ["\U0001f600"]),
        (b'\xef\xbb\xbf{"a": 1.5}', {"a": 1.5}),
    ],
)
def test_what_is_taken(data: bytes, value: object) -> None:
    assert read_json(data, "x") == value


def test_a_line_that_is_bad_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_json, "LONGEST_LINE", 20)
    data = b'{"a": 1}\n\n{"a": 1, "a": 2}\r\n{"a": "' + b"x" * 20 + b'"}\n{"b": 2}'
    rows = list(read_json_lines(data, "x.jsonl"))
    assert [row for row, _ in rows] == [1, 3, 4, 5]
    assert [item.facts["why"] if isinstance(item, BadRow) else item for _, item in rows] == [
        {"a": 1}, "doubled_key", "line_too_long", {"b": 2},
    ]  # fmt: skip
    assert rows[1][1].facts["row"] == 3


def test_the_size_is_judged_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_json, "LARGEST_FILE", 3)
    with pytest.raises(BadFile):
        read_json(b"[12]", "x")
    with pytest.raises(BadFile):
        list(read_json_lines(b"[12]", "x"))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=20,
)


@given(VALUES, st.booleans())
def test_what_json_writes_is_read(value: object, plain: bool) -> None:
    assert read_json(json.dumps(value, ensure_ascii=plain).encode(), "x") == value


@given(st.binary() | st.text('[]{}",:\\u d8n1e.-\n').map(str.encode))
def test_any_bytes_give_a_value_or_our_error(data: bytes) -> None:
    with suppress(BadFile):
        read_json(data, "x")
    list(read_json_lines(data, "x"))
