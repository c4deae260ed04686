"""The README cannot lie: its commands, exit codes, picture and transcript are what the program does.

README_UPDATE=1 python -m pytest tests/test_readme.py     # after the program has changed: write them anew
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from returnctl.cli.commands import COMMANDS
from returnctl.output import topics
from tests.program import run

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"


def commands_table() -> str:
    rows = [f"| `{name}` | {entry.help} |" for name, entry in COMMANDS.items()]
    return "\n".join(["| command | does |", "| --- | --- |", *rows])


def exits_table() -> str:
    rows = [f"| {int(code)} | {meaning} |" for code, meaning in topics.EXITS.items()]
    return "\n".join(["| code | meaning |", "| --- | --- |", *rows])


PARTS = [
    (r"(<!-- commands -->\n\n).*?(\n\nOptions stand)", commands_table),
    (r"(<!-- exit codes -->\n\n).*?(\n\n## More)", exits_table),
    (r"(```mermaid\n).*?(```)", lambda: topics.diagram() + "\n"),
]


@pytest.mark.parametrize(("shape", "made"), PARTS, ids=["commands", "exit codes", "diagram"])
def test_drawn_parts_are_true(shape: str, made: Callable[[], str]) -> None:
    text = README.read_text("utf-8")
    drawn = re.sub(shape, lambda found: found[1] + made() + found[2], text, count=1, flags=re.DOTALL)
    if os.environ.get("README_UPDATE"):
        README.write_text(drawn, "utf-8")
    assert re.search(shape, text, re.DOTALL)
    assert drawn == README.read_text("utf-8")


def played(text: str, folder: Path) -> str:
    """The README with every transcript as it comes out when its commands are typed one after the other."""
    here, now = folder, ""

    def typed(block: re.Match[str]) -> str:
        nonlocal here, now
        lines = []
        for command in re.findall(r"^\$ (.*)$", block[1], re.MULTILINE):
            lines.append(f"$ {command}")
            words = shlex.split(command)
            if words[0] == "export":
                now = words[1].partition("=")[2]
            elif words[0] == "cd":
                here /= words[1]
            else:
                done = run(*words[1:], cwd=here, now=now, LOGNAME="mei")
                lines += (done.out + done.err).rstrip("\n").split("\n")
        return "```console\n" + "\n".join(line.rstrip() for line in lines) + "\n```"

    return re.sub(r"```console\n(.*?)```", typed, text, flags=re.DOTALL)


def test_the_tour_is_what_happens(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "tests/data", tmp_path / "tests/data")
    text = README.read_text("utf-8")
    new = played(text, tmp_path)
    if os.environ.get("README_UPDATE"):
        README.write_text(new, "utf-8")
    assert "error:" in new, "the tour shows a refusal"
    assert new == README.read_text("utf-8")


def test_the_first_two_shell_blocks_are_one_line_each() -> None:
    blocks = re.findall(r"```sh\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert [block.count("\n") for block in blocks[:2]] == [1, 1]
    assert blocks[0].rstrip().endswith("returnctl demo")
    assert "pytest" in blocks[1]
