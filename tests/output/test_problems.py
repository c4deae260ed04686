import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from returnctl.output.problems import SENTENCES, github_line, problem_text, problems_as, sentence
from returnctl.readers.policies import check_policy

INVALID = sorted((Path(__file__).parent.parent / "readers" / "invalid").glob("*.yaml"))
PACKAGE = Path(__file__).parent.parent.parent / "returnctl"
TELLERS = {"at_key", "at_value", "at", "tell", "_Refused", "_problem"}
# Whose codes are told by these sentences.
TELLING = (
    *(f"readers/{name}" for name in ("strict_yaml", "schema", "policy_checks", "policy_amounts", "policy_overrides")),
    "readers/settings", "readers/floors", "domain/floor_asks", "readers/policy_tests", "shop/policy_testing",
    "shop/policy_versions", "output/policy_tests",
)  # fmt: skip


def a_problem(
    text: str = "retun_window: 30", column: int = 1, code: str = "unknown_key", **facts: Any
) -> dict[str, Any]:
    facts = facts or {"key": "retun_window", "allowed": ["return_window"], "near": "return_window"}
    place = {"file": "p.yaml", "line": 7, "column": column}
    return {**place, "code": code, "facts": facts, "path": "x", "text": text, "severity": "error"}


def test_what_where_and_what_to_write_instead() -> None:
    assert problem_text(a_problem()).splitlines() == [
        "p.yaml:7:1: error: unknown key `retun_window`; did you mean `return_window`?",
        "  retun_window: 30",
        "  ^",
    ]


@pytest.mark.parametrize(
    ("text", "column", "line", "caret"),
    [
        ("ab: c", 5, "ab: c", 4),
        ("标题: c", 5, "标题: c", 6),
        ("e\u0301: c", 5, "e\u0301: c", 3),
        ("a\t: c", 5, "a\\t: c", 5),
        ("\x1b[2J: c", 7, "\\x1b[2J: c", 9),
        ("a\u202eb: c", 6, "a\\u202eb: c", 10),
    ],
)
def test_the_caret_stands_under_the_word(text: str, column: int, line: str, caret: int) -> None:
    _, shown, mark = problem_text(a_problem(text, column)).splitlines()
    assert shown == "  " + line
    assert mark == "  " + " " * caret + "^"


def test_without_a_line_there_is_no_caret() -> None:
    assert "\n" not in problem_text(a_problem(text=""))


def test_facts_cannot_move_the_cursor() -> None:
    assert "\x1b" not in problem_text({**a_problem(code="wrong_value", value="\x1b[2J"), "file": "\x1b.yaml"})


@pytest.mark.parametrize(
    ("code", "facts", "expected"),
    [
        ("wrong_type", {"wanted": ["string"], "found": "integer"},
         "text is wanted here, not a whole number; put text in quotes"),
        ("wrong_type", {"wanted": ["object", "string"], "found": "array"},
         "a mapping or text is wanted here, not a list"),
        ("wrong_value", {"value": "x", "allowed": ["a", "b"]}, "`x` cannot stand here; allowed: a, b"),
        ("wrong_value", {"value": "x", "allowed": ["a"] * 60},
         "`x` cannot stand here; `returnctl policy schema` lists what is allowed"),
        ("currency_missing", {"currencies": ["EUR", "GBP"], "markets": ["DE", "GB"]},
         "an amount in EUR, GBP is missing, for DE, GB; add it"),
    ],
)  # fmt: skip
def test_sentences(code: str, facts: dict[str, Any], expected: str) -> None:
    assert sentence(a_problem(code=code, **facts)) == expected


def test_github_shows_it_at_its_line() -> None:
    problem = {**a_problem(code="wrong_value", value="100%"), "file": "a,b:c.yaml"}
    assert github_line(problem) == "::error file=a%2Cb%3Ac.yaml,line=7,col=1::`100%25` cannot stand here"


def test_a_warning_says_so() -> None:
    problem = {**a_problem(code="idle_waiver", value="x"), "severity": "warning"}
    assert problem_text(problem).startswith("p.yaml:7:1: warning: ")
    assert github_line(problem).startswith("::warning file=p.yaml,line=7,")


def test_as_json_they_are_an_array_with_sentences() -> None:
    assert json.loads("".join(problems_as([], "json"))) == []
    (told,) = json.loads("".join(problems_as([a_problem()], "json")))
    assert told == {**a_problem(), "message": "unknown key `retun_window`; did you mean `return_window`?"}


@pytest.mark.parametrize(("form", "begins"), [("text", "p.yaml:7:1: "), ("github", "::error file=p.yaml,line=7,")])
def test_one_after_another(form: str, begins: str) -> None:
    assert [told.startswith(begins) for told in problems_as([a_problem(), a_problem()], form)] == [True, True]


@pytest.mark.parametrize("file", INVALID, ids=lambda path: path.stem)
def test_every_problem_of_a_file_can_be_told(file: Path) -> None:
    for problem in check_policy(file.read_bytes(), file.name)[1]:
        assert problem_text(problem.as_dict()).startswith(f"{file.name}:{problem.line}:{problem.column}: error: ")


def codes_in(tree: ast.AST) -> Iterator[str]:
    """What is told: the code stands beside the place, or behind it."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] in TELLERS:
            yield from (str(word.value) for word in call.args[1:3] if isinstance(word, ast.Constant))


def test_every_code_has_its_sentence_and_no_sentence_is_left_over() -> None:
    sources = [(PACKAGE / f"{name}.py").read_text("utf-8") for name in TELLING]
    told = {code for source in sources for code in codes_in(ast.parse(source))} - {""}
    assert told <= set(SENTENCES)
    assert set(SENTENCES) <= set(re.findall(r'"([a-z_0-9]+)"', "".join(sources)))


def test_sentences_have_plain_placeholders() -> None:
    for text in SENTENCES.values():
        assert all(not form and not conversion for _, _, form, conversion in Formatter().parse(text))
