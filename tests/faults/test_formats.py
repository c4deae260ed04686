"""Each document names its format, and one of a later returnctl is refused with what to do about it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from returnctl.storage.digests import digest
from tests.faults.inside import Place, calm, typed

__all__ = ["calm"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("formats"))


def committed(path: Path, later: Callable[[bytes], bytes]) -> None:
    """Change a document, and the journal as if it had been committed so."""
    shop = next(folder for folder in path.parents if (folder / "returnctl.yaml").exists())
    content = path.read_bytes()
    path.write_bytes(later(content))
    journal = shop / "data/journal.jsonl"
    lines = journal.read_bytes().replace(digest(content).encode(), digest(later(content)).encode()).splitlines()
    journal.write_bytes(chained(lines))
    (shop / "data/index.sqlite").unlink()


def chained(lines: list[bytes]) -> bytes:
    """Each line with the digest of the one before and its own."""
    text, previous = b"", json.loads(lines[0])["previous"]
    for line in lines:
        entry = json.loads(line) | {"previous": previous}
        del entry["digest"]
        body = json.dumps(entry).encode()
        previous = digest(body)
        text += body[:-1] + b',"digest":"' + previous.encode() + b'"}\n'
    return text


def orders(content: bytes) -> bytes:
    """An order is checked by its own line, so all of them change."""
    return content.replace(b"order/v1", b"order/v2")


def settled(content: bytes) -> bytes:
    return content.replace(b"settlement/v1", b"settlement/v2")


@pytest.mark.parametrize(
    ("folder", "later", "line"),
    [
        ("data/returns/000", lambda x: x.replace(b"return/v1", b"return/v2"), "show 1"),
        ("data/returns/000", lambda x: x.replace(b"return/v1", b"return/v2"), "approve 1"),
        ("data/orders", orders, "order show L-1"),
        ("data/orders", orders, "apply L-3 --reason damaged"),
        ("data/settlements", settled, "reconcile"),
        ("data/settlements", settled, "reconcile --order L-9"),
        ("data/policies", lambda x: x.replace(b"pinned-policy/v1", b"pinned-policy/v2"), "policy show --return 1"),
        (
            "data/policies",
            lambda x: x.replace(b"pinned-policy/v1", b"pinned-policy/v2"),
            "reject 2 --reason not_eligible",
        ),
    ],
)
def test_documents(place: Place, folder: str, later: Callable[[bytes], bytes], line: str) -> None:
    shop = place.restore()
    committed(sorted((shop / folder).iterdir())[0], later)
    refused(shop, line)


def test_the_journal(place: Place) -> None:
    shop = place.restore()
    journal = shop / "data/journal.jsonl"
    lines = journal.read_bytes().splitlines()
    entry = json.loads(lines[-1]) | {"returnctl": "commit/v2", "news": 1}
    journal.write_bytes(chained([*lines[:-1], json.dumps(entry).encode()]))
    (shop / "data/index.sqlite").unlink()
    refused(shop, "list")
    refused(shop, "fsck")


@pytest.mark.parametrize("line", ["seal", "fsck"])
def test_seals(place: Place, line: str) -> None:
    shop = place.restore()
    path = shop / "seals/2026-11.json"
    path.write_bytes(path.read_bytes().replace(b"seal/v1", b"seal/v2"))
    refused(shop, line)


def refused(shop: Path, line: str) -> None:
    ran = typed(shop, *line.split())
    assert ran.code == 12
    assert "was written by a newer returnctl (" in ran.err
    assert "/v2)" in ran.err
    assert "pip install --upgrade returnctl" in ran.err


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("returnctl.yaml", "note 1 x"),
        ("returnctl.yaml", "show 1"),
        ("policies/standard.yaml", "policy list"),
        ("policies/standard.yaml", "policy validate"),
        ("policies/standard.yaml", "apply L-3 --reason damaged"),
    ],
)
def test_files_of_the_seller(place: Place, name: str, line: str) -> None:
    """They may hold keys that nobody knows here: only the format is told."""
    shop = place.restore()
    (shop / name).write_bytes(
        (shop / name).read_bytes().replace(b"s/v1", b"s/v2").replace(b"y/v1", b"y/v2") + b"news: 1\n"
    )
    ran = typed(shop, *line.split())
    assert ran.code == 1
    assert (ran.out + ran.err).count("error: `") == 1
    assert "is for a newer returnctl; upgrade it" in ran.out + ran.err
