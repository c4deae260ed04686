"""`fsck`: a healthy shop is well and stays as it is; whatever is spoilt is told, with what to do."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shops import DEMO_NOW, kept, record
from tests.program import Ran, run

R1 = "data/returns/000/R-000001.json"
Spoil = Callable[[Path], Any]


def fsck(shop: Path, *words: str) -> Ran:
    return run("fsck", *words, "--json", cwd=shop, now=DEMO_NOW)


def codes(ran: Ran) -> list[str]:
    return [finding["code"] for finding in ran.json["findings"]]


def times(shop: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in (shop / "data").rglob("*") if path.name != "lock"}


@pytest.mark.parametrize("words", [(), ("--repair",)])
def test_a_healthy_shop_is_well_and_stays_as_it_is(demo: Path, words: tuple[str, ...]) -> None:
    assert run("seal", cwd=demo, now=DEMO_NOW).code == 0
    before = times(demo)
    ran = fsck(demo, *words)
    assert (ran.code, ran.json["findings"]) == (0, [])
    assert ran.json["counts"]["returns"] == 15
    assert times(demo) == before


def replaced(path: str, old: bytes, new: bytes) -> Spoil:
    def spoil(shop: Path) -> None:
        content = (shop / path).read_bytes()
        assert old in content
        (shop / path).write_bytes(content.replace(old, new, 1))

    return spoil


def removed(path: str) -> Spoil:
    def spoil(shop: Path) -> None:
        (found,) = shop.glob(path)
        shutil.rmtree(found) if found.is_dir() else found.unlink()

    return spoil


def added(path: str) -> Spoil:
    def spoil(shop: Path) -> None:
        (shop / path).write_bytes(b"{}")
        (shop / path).chmod(0o600)

    return spoil


def lines(change: Callable[[list[bytes]], list[bytes]]) -> Spoil:
    def spoil(shop: Path) -> None:
        path = shop / "data/journal.jsonl"
        path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))

    return spoil


def swapped(shop: Path) -> None:
    one, other = shop / R1, shop / R1.replace("1.json", "2.json")
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)


def linked(shop: Path) -> None:
    (shop / R1).unlink()
    (shop / R1).symlink_to("R-000002.json")


def index_told(sql: str) -> Spoil:
    def spoil(shop: Path) -> None:
        import sqlite3

        with sqlite3.connect(shop / "data/index.sqlite") as db:
            db.execute(sql)
        db.close()

    return spoil


DAMAGE: dict[str, tuple[Spoil, str]] = {
    "a changed return": (replaced(R1, b"Ana Diaz", b"Eva Diaz"), "document"),
    "a lost return": (removed(R1), "document"),
    "two returns swapped": (swapped, "document"),
    "a link in its place": (linked, "document"),
    "a changed order": (replaced("data/orders/000001.jsonl", b"Desk lamp", b"Desk bulb"), "document"),
    "a lost policy": (removed("data/policies/*.json"), "document"),
    "a changed line": (lines(lambda x: [x[0].replace(b"commit/v1", b"commit/v0"), *x[1:]]), "journal_line"),
    "a lost line": (lines(lambda x: [*x[:3], *x[4:]]), "journal_chain"),
    "a doubled line": (lines(lambda x: [*x[:3], *x[2:]]), "journal_chain"),
    "two lines swapped": (lines(lambda x: [x[0], x[2], x[1], *x[3:]]), "journal_chain"),
    "a journal cut short": (lines(lambda x: x[:-3]), "rolled_back"),
    "a journal of another shop": (lines(lambda x: x[:1] * 1), "rolled_back"),
    "a seal of another history": (
        lambda shop: [
            path.write_text(re.sub("sha256:[0-9a-f]{64}", f"sha256:{'0' * 64}", path.read_text()))
            for path in (shop / "seals").iterdir()
        ],
        "rewritten",
    ),
    "a seal that is none": (added("seals/2026-01.json"), "seal"),
}  # fmt: skip
LOOSE: dict[str, tuple[Spoil, str, bool]] = {
    "a copy of a sync tool": (added("data/returns/000/R-000001 (conflicted copy 2026).json"), "conflict_copy", False),
    "a file of nobody": (added("data/returns/000/R-000099.json"), "unknown", False),
    "a pipe": (lambda shop: os.mkfifo(shop / "data/pipe"), "strange", False),
    "a folder that is gone": (removed("data/files"), "no_folder", True),
    "a loosened document": (lambda shop: (shop / R1).chmod(0o644), "mode", True),
    "a loosened folder": (lambda shop: (shop / "data/returns").chmod(0o755), "mode", True),
    "an index that lies": (index_told("UPDATE returns SET shelf = 1 + shelf WHERE number = 1"), "index", True),
    "an index that forgot": (index_told("DELETE FROM orders WHERE id = 'D-01'"), "index", True),
    "an index with another digest": (index_told("UPDATE documents SET digest = 'sha256:0'"), "index", True),
    "an index that forgot a key": (index_told("INSERT INTO keys VALUES ('a', 'b', 'c')"), "index", True),
}  # fmt: skip


@pytest.fixture
def sealed(demo: Path) -> Path:
    assert run("seal", cwd=demo, now=DEMO_NOW).code == 0
    return demo


@pytest.mark.parametrize(("spoil", "code"), DAMAGE.values(), ids=DAMAGE)
def test_damage_is_told_and_nothing_is_invented(sealed: Path, spoil: Spoil, code: str) -> None:
    spoil(sealed)
    before = kept(sealed)
    for words in ((), ("--repair",)):
        ran = fsck(sealed, *words)
        assert (ran.code, code in codes(ran)) == (12, True), ran.out
    assert kept(sealed) == before
    told = run("fsck", cwd=sealed, now=DEMO_NOW).out
    assert "data/" in told or "seals/" in told


@pytest.mark.parametrize(("spoil", "code", "mends"), LOOSE.values(), ids=LOOSE)
def test_what_is_loose_is_told_and_mended_where_it_follows_from_the_rest(
    sealed: Path, spoil: Spoil, code: str, mends: bool
) -> None:
    spoil(sealed)
    ran = fsck(sealed)
    assert (ran.code, code in codes(ran)) == (1, True), ran.out
    ran = fsck(sealed, "--repair")
    assert (ran.code, [x.get("repaired", False) for x in ran.json["findings"]]) == (0 if mends else 1, [mends])
    assert fsck(sealed).code == (0 if mends else 1)


def test_a_lost_lock_is_made_again(sealed: Path) -> None:
    (sealed / "data/lock").unlink()
    for command in ("list", "fsck"):
        assert run(command, cwd=sealed, now=DEMO_NOW).code == 12
    assert fsck(sealed, "--repair").code == 0
    assert run("list", cwd=sealed, now=DEMO_NOW).code == 0


def test_an_unsure_shop_takes_changes_again(sealed: Path) -> None:
    (sealed / "data/lock").write_text("unsure: run returnctl fsck\n")
    refused = run("note", "1", "x", "--json", cwd=sealed, now=DEMO_NOW)
    assert (refused.code, refused.error["hint"]) == (13, "returnctl fsck")
    ran = fsck(sealed)
    assert (ran.code, codes(ran)) == (0, ["made_sure"])
    assert run("note", "1", "x", cwd=sealed, now=DEMO_NOW).code == 0


def test_an_unsure_shop_with_a_damaged_journal_stays_closed(sealed: Path) -> None:
    (sealed / "data/lock").write_text("unsure: run returnctl fsck\n")
    lines(lambda x: [x[0].replace(b"commit", b"common"), *x[1:]])(sealed)
    ran = fsck(sealed)
    assert (ran.code, {"unsure", "journal_line"} <= set(codes(ran))) == (12, True)


def test_all_is_told_at_once(sealed: Path) -> None:
    removed("data/policies/*.json")(sealed)
    removed(R1)(sealed)
    (sealed / "data/returns/000/R-000002.json").chmod(0o644)
    assert codes(fsck(sealed)) == ["document", "document", "mode"]


# --- a document edited by hand


def edited(shop: Path, **changes: Any) -> None:
    path = shop / R1
    path.write_text(json.dumps(record(shop, 1) | changes, indent=2) + "\n")


def test_an_edited_document_is_taken(sealed: Path) -> None:
    was = record(sealed, 1)
    edited(sealed, buyer={"id": "u_1", "name": "Ana Díaz", "language": None})
    assert run("note", "1", "x", cwd=sealed, now=DEMO_NOW).code == 12
    words = ("fsck", "--accept", "R-000001", "--reason", "the name was misspelt", "--key", "k", "--json")
    ran = run(*words, cwd=sealed, now=DEMO_NOW)
    assert (ran.code, ran.result["outcome"], ran.result["events"]) == (0, "done", ["amend"])
    now = record(sealed, 1)
    assert now["buyer"]["name"] == "Ana Díaz"
    assert now["history"][:-1] == was["history"]
    assert now["history"][-1]["facts"]["reason"] == "the name was misspelt"
    assert (fsck(sealed).code, run("approve", "1", cwd=sealed, now=DEMO_NOW).code) == (0, 0)
    assert run(*words, cwd=sealed, now=DEMO_NOW).result["outcome"] == "unchanged"


def test_so_it_is_without_an_index(sealed: Path) -> None:
    edited(sealed, buyer={"id": "u_1", "name": "Ana Díaz", "language": None})
    (sealed / "data/index.sqlite").unlink()
    assert run("fsck", "--accept", "1", "--reason", "x", cwd=sealed, now=DEMO_NOW).code == 0
    assert fsck(sealed).code == 0


@pytest.mark.parametrize(
    ("changes", "code", "why"),
    [
        ({"history": []}, 12, None),
        ({"id": "R-000002"}, 12, None),
        ({"state": "nonsense"}, 12, None),
        ({"returnctl": "return/v2"}, 12, None),
        ({"refunds": "x"}, 12, None),
        ({"breakdown": None, "lines": [{"line": "9", "sku": "X", "requested": 1}]}, 4, "units"),
        ({"lines": [{"line": "1", "sku": "LUMI-LAMP-1", "requested": 99}]}, 4, "units"),
    ],
)
def test_an_edited_document_that_does_not_hold_is_refused(
    sealed: Path, changes: dict[str, Any], code: int, why: str | None
) -> None:
    edited(sealed, **changes)
    before = kept(sealed)
    ran = run("fsck", "--accept", "1", "--reason", "x", "--json", cwd=sealed, now=DEMO_NOW)
    assert (ran.code, ran.error["facts"].get("why") if why else None, kept(sealed)) == (code, why, before)


def test_an_edited_history_is_refused(sealed: Path) -> None:
    edited(sealed, history=[*record(sealed, 1)["history"], record(sealed, 1)["history"][-1]])
    ran = run("fsck", "--accept", "1", "--reason", "x", "--json", cwd=sealed, now=DEMO_NOW)
    assert (ran.code, ran.error["facts"]["why"]) == (4, "other_events")


def test_nothing_edited_is_unchanged_and_a_reason_is_wanted(sealed: Path) -> None:
    ran = run("fsck", "--accept", "1", "--reason", "x", "--json", cwd=sealed, now=DEMO_NOW)
    assert (ran.code, ran.result["outcome"]) == (0, "unchanged")
    assert run("fsck", "--accept", "1", cwd=sealed, now=DEMO_NOW).code == 2
    assert run("fsck", "--accept", "R-999999", "--reason", "x", cwd=sealed, now=DEMO_NOW).code == 6
