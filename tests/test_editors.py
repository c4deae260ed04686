"""Editors complete and explain each key: every schema says what its keys are, and a real language server shows it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lsp import SERVER, Editor
from tests.program import run

SCHEMAS = sorted((Path(__file__).parent.parent / "schemas").glob("*.schema.json"))
# Those that people write by hand; documents are written by the program alone.
WRITTEN = [
    path for path in SCHEMAS if path.name not in ("order.schema.json", "return.schema.json", "settlement.schema.json")
]
POLICY = json.loads((SCHEMAS[0].parent / "policy.schema.json").read_text("utf-8"))
MODELINE = "# yaml-language-server: $schema=../schemas/policy.schema.json\n"
HEAD = f"{MODELINE}returnctl: policy/v1\nname: standard\nversion: 1\nmarkets: [US]\ntimezone: America/Los_Angeles\n"


def keys(schema: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each key where it is defined, with what is said of it; beside `allOf`, and in conditions, it is only narrowed."""
    if isinstance(schema, list):
        for inner in schema:
            yield from keys(inner, path)
    elif isinstance(schema, dict):
        if "allOf" not in schema and isinstance(named := schema.get("properties"), dict):
            yield from ((f"{path}/{key}", said) for key, said in named.items())
        for name, inner in schema.items():
            if name not in ("if", "then", "else", "dependencies"):
                yield from keys(inner, f"{path}/{name}")


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_every_key_says_what_it_is(path: Path) -> None:
    told = list(keys(json.loads(path.read_text("utf-8")), ""))
    assert told
    assert [at for at, said in told if not said.get("description")] == []


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_what_has_a_form_has_an_example(path: Path) -> None:
    def formed(schema: Any) -> Iterator[Any]:
        for inner in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
            yield from formed(inner)
        if isinstance(schema, dict) and isinstance(schema.get("pattern"), str):
            yield schema

    assert [each for each in formed(json.loads(path.read_text("utf-8"))) if not each.get("examples")] == []


def test_init_brings_the_schemas_and_the_line_that_names_them(tmp_path: Path) -> None:
    assert run("init", tmp_path / "shop", "-q").code == 0
    shop = tmp_path / "shop"
    (policy,) = (shop / "policies").glob("*.yaml")
    assert policy.read_text("utf-8").startswith(MODELINE)
    assert json.loads((shop / "schemas/policy.schema.json").read_text("utf-8")) == POLICY
    settings = (shop / "returnctl.yaml").read_text("utf-8").splitlines()
    assert "# yaml-language-server: $schema=schemas/settings.schema.json" in settings
    assert (shop / "schemas/settings.schema.json").is_file()


# --- a real language server


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Editor, Path]]:
    if not SERVER and not os.environ.get("RETURNCTL_TEST_EVERYTHING"):
        pytest.skip("no yaml-language-server; .ci/run installs it")
    root = tmp_path_factory.mktemp("editor")
    (root / "policies").mkdir()
    shutil.copytree(SCHEMAS[0].parent, root / "schemas")
    with Editor(root) as opened:
        yield opened, root / "policies"


def test_what_is_wrong_is_marked(editor: tuple[Editor, Path]) -> None:
    server, folder = editor
    told = server.opened(folder / "wrong.yaml", HEAD + "retun_window: {days: 30}\ntypes: [refund]\n")
    places = [(each["range"]["start"]["line"], each["range"]["start"]["character"]) for each in told]
    assert (6, 0) in places
    assert (7, 8) in places
    assert any("retun_window" in each["message"] for each in told)


def test_a_sound_policy_is_not_marked(editor: tuple[Editor, Path]) -> None:
    server, folder = editor
    assert server.opened(folder / "sound.yaml", HEAD + "return_window: {days: 30}\n") == []


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("retu", "return_window"),
        ("return_window:\n  sta", "starts"),
        ("return_window:\n  starts: ", "delivered"),
        ("deadlines:\n  review:\n    then: ", "approve"),
        ("overrides:\n  - name: a\n    when:\n      fau", "faults"),
    ],
)
def test_keys_and_values_are_completed(editor: tuple[Editor, Path], typed: str, wanted: str) -> None:
    server, folder = editor
    text = HEAD + typed
    server.opened(folder / f"{wanted}.yaml", text)
    line, rest = text.count("\n"), text.rpartition("\n")[2]
    offered = server.at("completion", line, len(rest))
    items = offered["items"] if isinstance(offered, dict) else offered
    assert wanted in [item["label"] for item in items]


@pytest.mark.parametrize(
    ("typed", "column", "words"),
    [
        ("return_window: {days: 30}", 3, POLICY["properties"]["return_window"]["description"]),
        ("return_window: {days: 30}", 17, POLICY["definitions"]["return_window"]["properties"]["days"]["description"]),
    ],
)
def test_a_key_is_explained_where_one_points(
    editor: tuple[Editor, Path], typed: str, column: int, words: str
) -> None:  # fmt: skip
    server, folder = editor
    server.opened(folder / f"hover-{column}.yaml", HEAD + typed + "\n")
    shown = server.at("hover", 6, column)
    assert words.replace("`", "") in shown["contents"]["value"].replace("\\", "").replace("`", "")
