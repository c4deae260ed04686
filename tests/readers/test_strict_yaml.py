from decimal import Decimal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from returnctl.readers import strict_yaml
from returnctl.readers.strict_yaml import MOST_BYTES, MOST_LEVELS, read_yaml


def problems(data: bytes) -> list[tuple[int, int, str]]:
    return [(problem.line, problem.column, problem.code) for problem in read_yaml(data, "f.yaml").problems]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (b"true", True),
        (b"false", False),
        (b"'true'", "true"),
        (b"True", "True"),
        (b"NO", "NO"),
        (b"on", "on"),
        (b"30", 30),
        (b"-1", -1),
        (b"0", 0),
        (b"007", "007"),
        (b"0x1F", "0x1F"),
        (b"1_000", "1_000"),
        (b"1e3", "1e3"),
        (b"+5", "+5"),
        (b".5", ".5"),
        (b"12:30", "12:30"),
        (b"2027-01-31", "2027-01-31"),
        (b"~", "~"),
        (b"null", "null"),
        (b".nan", ".nan"),
        (b'"5"', "5"),
        (b"|\n  two\n  lines", "two\nlines"),
        ("退货".encode(), "退货"),
        ("٣".encode(), "٣"),
    ],
)
def test_plain_types(written: bytes, meant: object) -> None:
    value = read_yaml(b"key: " + written, "f.yaml").value["key"]
    assert (value, type(value)) == (meant, type(meant))


@pytest.mark.parametrize("written", ["5.10", "0.1", "100.000", "-0.5"])
def test_fractions_are_exact(written: str) -> None:
    value = read_yaml(f"key: {written}".encode(), "f.yaml").value["key"]
    assert isinstance(value, Decimal)
    assert str(value) == written


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", [(1, 1, "empty_file")]),
        (b"# nothing\n", [(1, 1, "empty_file")]),
        (b"---\n", [(2, 1, "empty_value")]),
        (b"a: 1\nb: \xff", [(2, 4, "not_utf8")]),
        ("a: 1".encode("utf-16"), [(1, 1, "not_utf8")]),
        (b"a: 1\nb: x\x00", [(2, 5, "control_character")]),
        ("a: x\u2028b".encode(), [(1, 5, "control_character")]),
        (rb'a: "\0"', [(1, 4, "control_character")]),
        (rb'a: "\x1b[2J"', [(1, 4, "control_character")]),
        (rb'a: "\ud800"', [(1, 7, "syntax")]),
        (b"a: 1\n---\nb: 2", [(2, 1, "several_documents")]),
        (b"a: 1\na: 2\na: 3", [(2, 1, "doubled_key"), (3, 1, "doubled_key")]),
        (b"5: a\ntrue: b", [(1, 1, "key_not_text"), (2, 1, "key_not_text")]),
        (b"? {a: b}\n: c", [(1, 3, "key_not_text")]),
        (b"a: &x 1\nb: *x\nc: !!str 2", [(1, 4, "anchor"), (2, 4, "alias"), (3, 4, "tag")]),
        (b"a:\nb: [1, ]\nc: {d}", [(1, 3, "empty_value"), (3, 6, "empty_value")]),
        (b"a: 1234567890123456789", [(1, 4, "number_too_long")]),
        (b"a: 0." + b"1" * 5000, [(1, 4, "number_too_long")]),
        (b"a: b: c", [(1, 5, "unexpected_colon")]),
        (b"a:\n\t- b", [(2, 1, "tab")]),
        (b"a: @b", [(1, 4, "unexpected_character")]),
        (b"a: [1,\nb: 2", [(1, 4, "unclosed_bracket")]),
        (b"a: 'b\nc: d", [(1, 4, "unclosed_quote")]),
        (b"[" * 500, [(1, MOST_LEVELS + 1, "too_deep")]),
        (b"- " * 100_000, [(1, 2 * MOST_LEVELS + 1, "too_deep")]),
        (b"? " * 100_000, [(1, 2 * MOST_LEVELS + 1, "too_deep")]),
        (b"#" * (MOST_BYTES + 1), [(1, 1, "too_large")]),
    ],
)
def test_refused_with_its_place(data: bytes, expected: object) -> None:
    assert problems(data) == expected


def test_far_too_deep() -> None:
    """Parsers with a limit of their own look so far ahead that they see it first, at a place of theirs."""
    ((line, _, code),) = problems(b"[" * 100_000)
    assert (line, code) == (1, "too_deep")


def test_the_most_levels_are_taken() -> None:
    assert problems(b"[" * MOST_LEVELS + b"x" + b"]" * MOST_LEVELS) == []


def test_reading_goes_on_after_a_problem() -> None:
    read = read_yaml(b"a: *x\nb: [1, &y 2]\nb: 3\nc: 4", "f.yaml")
    assert read.value == {"a": None, "b": [1, 2], "c": 4}
    assert [problem.code for problem in read.problems] == ["alias", "anchor", "doubled_key"]


def test_places_of_keys_and_values() -> None:
    source = read_yaml("\ufeff标题: {en: x}\r\nlist:\r\n  - a\r\n  - b: c\r\n".encode(), "f.yaml").source
    assert source.keys == {"标题": (1, 1), "标题/en": (1, 6), "list": (2, 1), "list/1/b": (4, 5)}
    assert source.values["标题/en"] == (1, 10)
    assert source.line_numbers()["list/1"] == 4
    assert source.lines[0] == "标题: {en: x}"


@pytest.mark.parametrize("loader", ["CLoader", "Loader"])
@given(data=st.binary() | st.text(alphabet="ab:{}[]-?!&*|>'\"\\%@ \t\n#,0", max_size=60).map(str.encode))
def test_no_bytes_raise(loader: str, data: bytes) -> None:
    used = getattr(yaml, loader, yaml.Loader)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strict_yaml, "_LOADER", used)
        read = read_yaml(data, "f.yaml")
    assert read.value is not None or read.problems
