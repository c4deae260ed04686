import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import jsonschema
import pytest

from returnctl.domain.deadlines import _WAITS
from returnctl.domain.markets import CURRENCIES, MARKETS
from returnctl.domain.owed import _TELLS
from returnctl.domain.policy import Terms
from returnctl.domain.settings import Settings
from returnctl.domain.states import Fault, Kind
from returnctl.readers.shipped import folder
from tests.builders import a_return

Schema = dict[str, Any]
SCHEMAS: dict[str, Schema] = {
    name: json.loads((folder("schemas") / f"{name}.schema.json").read_text("utf-8"))
    for name in ("policy", "policy-test", "settings")
}
POLICY, SETTINGS, CASES = SCHEMAS["policy"], SCHEMAS["settings"], SCHEMAS["policy-test"]["definitions"]
SHAPES = POLICY["definitions"]
# The rules of eligibility, as outcomes name them.
RULES = [outcome.rule for outcome in a_return("requested").eligibility]


def parts(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema inside a schema, with its path."""
    if isinstance(schema, dict):
        yield path, schema
        schema = list(schema.items())
    elif isinstance(schema, list):
        schema = list(enumerate(schema))
    for key, part in schema if isinstance(schema, list) else ():
        yield from parts(part, f"{path}/{key}")


@pytest.fixture(params=SCHEMAS)
def schema(request: pytest.FixtureRequest) -> Schema:
    return SCHEMAS[str(request.param)]


def test_it_is_draft_7(schema: Schema) -> None:
    assert schema["$schema"].startswith("http://json-schema.org/draft-07")
    jsonschema.Draft7Validator.check_schema(schema)


def test_every_key_is_described(schema: Schema) -> None:
    """Keys of a mapping that is described elsewhere are only narrowed, and stand beside a `$ref`."""
    missing = [
        f"{path}/{key}"
        for path, shape in parts(schema)
        if shape.get("additionalProperties") is False
        for key, wanted in shape.get("properties", {}).items()
        if not wanted.get("description")
    ]
    assert missing == []


def test_no_mapping_takes_unknown_keys(schema: Schema) -> None:
    open_to_all = [
        path for path, shape in parts(schema) if shape.get("type") == "object" and "additionalProperties" not in shape
    ]
    assert [path for path in open_to_all if "/if/" not in path] == []


def test_every_form_has_an_example_that_fits(schema: Schema) -> None:
    for path, shape in parts(schema):
        if isinstance(shape.get("pattern"), str):
            assert re.fullmatch(shape["pattern"], shape["examples"][0]), path


def test_every_range_has_both_ends(schema: Schema) -> None:
    assert all("maximum" in shape for _, shape in parts(schema) if "minimum" in shape)


def test_if_and_then_rather_than_any_of(schema: Schema) -> None:
    assert not [path for path, _ in parts(schema) if re.search(r"/(anyOf|oneOf)$", path)]


@pytest.mark.parametrize(
    ("listed", "known"),
    [
        (SHAPES["market"]["enum"], MARKETS),
        (SETTINGS["definitions"]["market"]["enum"], MARKETS),
        (SHAPES["amounts"]["propertyNames"]["enum"], CURRENCIES),
        (SETTINGS["definitions"]["currency"]["enum"], CURRENCIES),
        (SHAPES["fault"]["enum"], list(Fault)),
        (SHAPES["types"]["items"]["enum"], list(Kind)),
        (SHAPES["override"]["properties"]["set"]["properties"], Terms.__struct_fields__),
        (CASES["type"]["enum"], list(Kind)),
        (CASES["expect"]["properties"]["fault"]["enum"], list(Fault)),
        (CASES["expect"]["properties"]["failed"]["items"]["enum"], RULES),
        (CASES["expect"]["properties"]["deadlines"]["properties"], {action for action, _ in _WAITS.values()}),
        (SETTINGS["properties"], Settings.__struct_fields__),
    ],
)
def test_lists_agree_with_the_program(listed: Iterable[str], known: Iterable[str]) -> None:
    assert sorted(listed) == sorted(known)


def test_every_notice_can_be_worded() -> None:
    assert set(_TELLS.values()) <= set(SHAPES["wording"]["properties"]["notices"]["propertyNames"]["enum"])


def test_holidays_are_known_for_every_market() -> None:
    import holidays

    assert {market.country for market in MARKETS.values()} <= set(holidays.list_supported_countries())
