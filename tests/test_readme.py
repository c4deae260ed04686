"""The README cannot lie, in either language: its tables, picture and transcripts are what the program does.

README_UPDATE=1 python -m pytest tests/test_readme.py     # after the program has changed: write them anew
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from returnctl.cli.commands import COMMANDS
from returnctl.domain.states import State
from returnctl.output import topics
from returnctl.output.forms import word
from returnctl.output.words import say, use
from tests.transcripts import played

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
READMES = {"en": README, "zh": ROOT / "README.zh-CN.md"}
HEADINGS = {
    "commands": {"en": "| command | does |", "zh": "| 命令 | 用途 |"},
    "exit codes": {"en": "| code | meaning |", "zh": "| 退出码 | 含义 |"},
    "states": {"zh": "| 状态 | 中文 |"},
}
readmes = pytest.mark.parametrize("language", READMES)


def rows(part: str) -> list[str]:
    match part:
        case "commands":
            return [f"| `{name}` | {say(entry.help)} |" for name, entry in COMMANDS.items()]
        case "exit codes":
            return [f"| {int(code)} | {say(meaning)} |" for code, meaning in topics.EXITS.items()]
        case _:
            return [f"| `{state}` | {word(state)} |" for state in State]


def redrawn(language: str, text: str, shape: str, made: str) -> None:
    """The text as it is, or with README_UPDATE as it is written now, has `made` in the place of this shape."""
    drawn = re.sub(shape, lambda found: found[1] + made + found[2], text, count=1, flags=re.DOTALL)
    if os.environ.get("README_UPDATE"):
        READMES[language].write_text(drawn, "utf-8")
    assert re.search(shape, text, re.DOTALL)
    assert drawn == READMES[language].read_text("utf-8")


@pytest.mark.parametrize(
    ("part", "language"), [(part, language) for part, told in HEADINGS.items() for language in told]
)
def test_drawn_tables_are_true(part: str, language: str) -> None:
    use(language)
    try:
        made = "\n".join([HEADINGS[part][language], "| --- | --- |", *rows(part)])
    finally:
        use("en")
    redrawn(language, READMES[language].read_text("utf-8"), rf"(<!-- {part} -->\n\n).*?(\n\n)", made)


@readmes
def test_the_picture_is_true(language: str) -> None:
    text = READMES[language].read_text("utf-8")
    redrawn(language, text, r"(```mermaid\n).*?(```)", topics.diagram() + "\n")


def test_either_language_has_what_the_other_has() -> None:
    """Headings, commands, links to pages, and each names the other."""
    english, chinese = (path.read_text("utf-8") for path in READMES.values())
    for shape in (r"^#+ ", r"```sh\n(.*?)```", r"^- \[[^(]+\(([^)]+)\)"):
        told = [re.findall(shape, text, re.MULTILINE | re.DOTALL) for text in (english, chinese)]
        assert told[0] == [each.replace(".zh-CN.md", ".md") for each in told[1]]
    assert commands(english) == commands(chinese)
    assert "](README.zh-CN.md)" in english
    assert "](README.md)" in chinese


def commands(text: str) -> list[str]:
    """What the transcripts type; what is said in quotes may be in either language."""
    typed = re.findall(r"^\$ (.*)$", text, re.MULTILINE)
    return [re.sub(r'"[^"]*"', "…", line).replace(" --lang zh", "") for line in typed]


def test_more_names_every_page_once() -> None:
    """But those in Chinese, which the English ones name."""
    told = re.findall(r"\((docs/[a-z-]+\.md)\)", README.read_text("utf-8").partition("## More")[2])
    assert sorted(told) == sorted(
        str(page.relative_to(ROOT)) for page in (ROOT / "docs").glob("*.md") if ".zh-" not in page.name
    )


@readmes
def test_the_tour_is_what_happens(language: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "tests/data", tmp_path / "tests/data")
    text = READMES[language].read_text("utf-8")
    new = played(text, tmp_path)
    if os.environ.get("README_UPDATE"):
        READMES[language].write_text(new, "utf-8")
    assert {"en": "error:", "zh": "错误:"}[language] in new, "the tour shows a refusal"
    assert new == READMES[language].read_text("utf-8")


def test_the_first_two_shell_blocks_are_one_line_each() -> None:
    blocks = re.findall(r"```sh\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert [block.count("\n") for block in blocks[:2]] == [1, 1]
    assert blocks[0].rstrip().endswith("returnctl demo")
    assert "pytest" in blocks[1]
