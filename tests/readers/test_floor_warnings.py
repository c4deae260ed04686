"""A file in `under_floors` is a test: its first lines say where it goes under which floor."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from returnctl.domain.floors import Floor
from returnctl.output.problems import problem_text
from returnctl.readers.floors import floors
from returnctl.readers.policies import check_policy, reviewed
from returnctl.readers.schema import read_checked
from returnctl.readers.shipped import folder

HERE = Path(__file__).parent
UNDER = sorted((HERE / "under_floors").glob("*.yaml"))
SHIPPED = sorted((folder("policies") / "floors").glob("*.yaml"))
EXPECT = "# expect: "


@pytest.mark.parametrize("file", UNDER, ids=lambda path: path.stem)
def test_warnings_stand_at_their_places(file: Path) -> None:
    lines = file.read_text("utf-8").splitlines()
    found = reviewed(file.read_bytes(), file.name)
    told = [f"{x.line}:{x.column} {x.code} {x.facts.get('floor', x.facts.get('value'))}" for x in found]
    assert told == [line.removeprefix(EXPECT) for line in lines if line.startswith(EXPECT)]
    assert {x.severity for x in found} == {"warning"}
    assert all(": warning: " in problem_text(x.as_dict()) for x in found)
    assert check_policy(file.read_bytes(), file.name)[1] == (), "a warning stops nobody"


@pytest.mark.parametrize("file", SHIPPED, ids=lambda path: path.stem)
def test_what_ships_is_as_its_schema_has_it(file: Path) -> None:
    assert [problem_text(x.as_dict()) for x in read_checked(file.read_bytes(), file.name, "floors").problems] == []


def test_a_warning_names_floor_clause_and_source() -> None:
    text = b"returnctl: policy/v1\nname: p\nversion: 1\nmarkets: [CN]\ntimezone: Asia/Shanghai\n"
    (found,) = reviewed(text, "p.yaml")
    assert problem_text(found.as_dict()).splitlines() == [
        "p.yaml:4:11: warning: under the floor `cn-seven-days` (Consumer Protection Law art. 25) for CN: at most 7 "
        "days from the parcel to the payment; `inspect` and `refund` together take up to 11",
        "  markets: [CN]",
        "            ^",
    ]
    assert (found.facts["mark"], found.facts["verified"]) == ("R", False)


def keys_of(schema: dict[str, Any], at: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in schema.items():
        if name == "properties":
            yield from ((f"{at}/{key}", each) for key, each in value.items())
        if isinstance(value, dict):
            yield from keys_of(value, f"{at}/{name}")


def test_every_key_of_the_schema_is_described() -> None:
    keys = dict(keys_of(json.loads((folder("schemas") / "floors.schema.json").read_text("utf-8"))))
    assert [path for path, schema in keys.items() if not schema.get("description")] == []
    assert {path.rpartition("/")[2] for path in keys} >= set(Floor.__struct_fields__)


def test_they_are_read_once() -> None:
    assert floors() is floors()
