"""The schemas of stored documents say what the types say, and stored documents follow them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests import schemas
from tests.program import run


@pytest.mark.parametrize("name", schemas.DOCUMENTS)
def test_the_schema_is_made_from_the_type(name: str) -> None:
    assert schemas.kept(name).read_text("utf-8") == schemas.made(name), "python -m tests.schemas"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("schemas") / "demo"
    assert run("-q", "demo", folder, now=None).code == 0
    return folder


def test_documents_of_every_state_follow_it(shop: Path) -> None:
    validator = Draft202012Validator(json.loads(schemas.kept("return").read_text("utf-8")))
    documents = [json.loads(path.read_text("utf-8")) for path in sorted((shop / "data" / "returns").rglob("R-*.json"))]
    assert len({document["state"] for document in documents}) == 14
    assert [error.message for document in documents for error in validator.iter_errors(document)] == []


def test_orders_follow_it(shop: Path) -> None:
    validator = Draft202012Validator(json.loads(schemas.kept("order").read_text("utf-8")))
    order = run("order", "show", "D-01", "--json", cwd=shop).json
    assert [error.message for error in validator.iter_errors(order)] == []


def test_a_wrong_document_does_not(shop: Path) -> None:
    validator = Draft202012Validator(json.loads(schemas.kept("order").read_text("utf-8")))
    order = run("order", "show", "D-01", "--json", cwd=shop).json
    assert list(validator.iter_errors(order | {"colour": "red"}))
