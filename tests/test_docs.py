"""The pages for people cannot lie: their policies are valid, their defaults true, their links lead somewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.budgets import BULK, IMPORT, STARTUP
from returnctl.cli.commands import COMMANDS
from returnctl.domain.defaults import DEFAULTS
from returnctl.domain.merge import spelled_out
from returnctl.output.problems import problem_text
from returnctl.readers.floors import floors
from returnctl.readers.policies import check_policy, reviewed
from returnctl.readers.strict_yaml import read_yaml
from tests.builders import a_return
from tests.domain.test_every_key import keys
from tests.program import run

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "README.zh-CN.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
POLICY = (ROOT / "docs/policy.md").read_text("utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", POLICY, re.DOTALL)
EXAMPLES = [text for text in BLOCKS if text.startswith("returnctl: policy/")]
CASES = [text for text in BLOCKS if text.startswith("returnctl: policy-test/")]
SCHEMA = json.loads((ROOT / "schemas/policy.schema.json").read_text("utf-8"))
TESTS = json.loads((ROOT / "schemas/policy-test.schema.json").read_text("utf-8"))
# What the page leaves to `policy show`.
UNSTATED = ("title", "also")


def value_of(text: str) -> Any:
    return read_yaml(text.encode(), "cell").value


def leaves(value: Any, path: str = "") -> dict[str, Any]:
    """What a default holds, by path; reject reasons are no more than their codes."""
    if path == "reject_reasons":
        value = list(value)
    if not isinstance(value, dict) or not value:
        return {path: value}
    inner = {f"{path}.{key}".lstrip("."): item for key, item in value.items() if key not in UNSTATED}
    return {place: leaf for key, item in inner.items() for place, leaf in leaves(item, key).items()}


def stated_defaults() -> Iterator[tuple[str, Any]]:
    """The key and default of each row of the tables of keys; words without backticks are for people only."""
    for key, default in re.findall(r"^\| `([\w.]+)` \| [^|]+ \| `([^|]+)` \|", POLICY, re.MULTILINE):
        yield key, spelled_out(key, value_of(default))


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 3


@pytest.mark.parametrize("text", EXAMPLES)
def test_examples_are_valid(text: str) -> None:
    _, problems = check_policy(text.encode(), "docs/policy.md")
    assert not problems, "\n".join(problem_text(problem.as_dict()) for problem in problems)


def test_the_waiver_of_the_page_is_needed_and_enough() -> None:
    (text,) = [text for text in EXAMPLES if "waivers:" in text]
    unwaived = text.partition("waivers:")[0]
    assert reviewed(text.encode(), "policies/standard.yaml") == ()
    told = [problem_text(problem.as_dict()) for problem in reviewed(unwaived.encode(), "policies/standard.yaml")]
    assert len(told) == 1
    assert told[0].split(": ", 1)[1] in POLICY


def test_every_floor_has_its_row() -> None:
    table = POLICY.partition("| floor | markets | asks |")[2].partition("\n\n")[0]
    rows = dict(re.findall(r"^\| `([\w-]+)` \| [^|]+ \| ([^|]+) \|$", table, re.MULTILINE))
    assert list(rows) == [floor.name for floor in floors()]
    assert [floor.name for floor in floors() if not rows[floor.name].startswith(floor.says.strip())] == []


@pytest.mark.parametrize("text", CASES)
def test_cases_come_out_as_they_say(text: str, tmp_path: Path) -> None:
    assert run("init", tmp_path / "shop", "-q").code == 0
    (tmp_path / "shop/policies/tests/standard.yaml").write_text(text, "utf-8")
    ran = run("policy", "test", cwd=tmp_path / "shop")
    assert ran.code == 0, ran.out


@pytest.mark.parametrize("part", ["given", "expect"])
def test_every_key_of_a_case_has_its_row(part: str) -> None:
    section = POLICY.partition("## Testing a policy")[2].partition("\n## ")[0]
    table = section.partition(f"| key of `{part}` |")[2].partition("\n\n")[0]
    assert CASES
    assert set(re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)))) == set(
        TESTS["definitions"][part]["properties"]
    )


@pytest.mark.parametrize("key", SCHEMA["properties"])
def test_every_key_has_its_row(key: str) -> None:
    assert re.search(rf"^\| `{key}[`.]", POLICY, re.MULTILINE)


def test_every_key_stands_in_an_example() -> None:
    """Of the page, or of the long one that it names; a deadline's units are the same for all of them."""
    texts = [*EXAMPLES, (ROOT / "tests/examples/full.yaml").read_text("utf-8")]
    shown = {_alike(path) for text in texts for path in _paths(value_of(text), "")}
    wanted = {_alike(key) for key in keys() if not key.startswith("overrides/*/set/")}
    assert wanted - shown == set()


def _paths(value: Any, path: str) -> Iterator[str]:
    """Each key, and each of the seller's own as `*`."""
    yield path
    items = (
        value.items() if isinstance(value, dict) else (("*", item) for item in value) if isinstance(value, list) else ()
    )
    for key, item in items:
        yield from _paths(item, f"{path}/{key}".lstrip("/"))
        yield from _paths(item, f"{path}/*".lstrip("/"))


def _alike(path: str) -> str:
    return re.sub(r"^deadlines/\w+/", "deadlines/*/", path)


def test_every_default_is_stated_as_it_is() -> None:
    stated = {path: leaf for key, value in stated_defaults() for path, leaf in leaves(value, key).items()}
    assert stated == leaves(DEFAULTS)


def test_the_page_for_buyers_reads_as_shown(tmp_path: Path) -> None:
    (tmp_path / "first.yaml").write_text(EXAMPLES[0])
    shown = re.findall(r"```markdown\n(.*?)```", POLICY, re.DOTALL)
    assert len(shown) == 1
    assert shown[0] in run("policy", "publish", "first.yaml", cwd=tmp_path).out


def test_every_rule_has_its_row() -> None:
    asked = list(dict.fromkeys(outcome.rule for outcome in a_return("requested").eligibility))
    table = POLICY.partition("| rule | passes when |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == asked


def test_every_notice_is_named() -> None:
    notices = SCHEMA["definitions"]["wording"]["properties"]["notices"]["propertyNames"]["enum"]
    assert all(f"`{notice}`" in POLICY for notice in notices)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_exist(page: Path) -> None:
    typed = re.findall(r"(?:`|^\$ )returnctl ([a-z]+)", page.read_text("utf-8"), re.MULTILINE)
    assert set(typed) <= set(COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_folder_of_a_machine_is_named(page: Path) -> None:
    assert not re.search(r"(?<![\w.])/(home|root|tmp|work|usr|Users)/", page.read_text("utf-8"))


def test_the_goals_are_those_that_are_measured() -> None:
    text = (ROOT / "docs/performance.md").read_text("utf-8")
    rows = re.findall(r"^\| `([^`]+)` \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$", text, re.M)
    assert {name: float(goal) for name, *_, goal in rows} == STARTUP
    bulk = re.findall(r"^\| (?:`(apply --from)`|(import)) [^|]*\|[^|]*\| ([\d.]+) \| ([\d.]+) \|$", text, re.M)
    assert [float(goal) for *_, goal in bulk] == [BULK, IMPORT]
    figures = [(name, max(float(large), float(small)), goal) for name, large, small, goal in rows]
    figures += [(typed or plain, float(figure), goal) for typed, plain, figure, goal in bulk]
    missed = {name for name, figure, goal in figures if figure > float(goal)}
    assert set(re.findall(r"`([^`]+)`\*{0,2}:? misses its goal", text)) == missed, (
        "what is missed is said, and nothing else"
    )
