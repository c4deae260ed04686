"""Parts, parcels, grades, replacements, and what stands on a return beside its state."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.shops import DEMO_NOW, PHOTO, an_order, kept, record, take, typed
from tests.program import run

DAMAGED = "apply L-1 --reason damaged"


def units(shop: Path, number: int = 1) -> tuple[int, int, int]:
    """Of the first line: requested, approved, received."""
    (line, *_) = record(shop, number)["lines"]
    return line["requested"], line["approved"], line["received"]


def test_a_part_is_approved_and_the_rest_is_free_again(shop: Path) -> None:
    typed(shop, DAMAGED, "approve 1 --item 1=2")
    assert units(shop) == (3, 2, 0)
    typed(shop, "apply L-1 --item 1 --reason damaged")
    assert units(shop, 2) == (1, 0, 0)
    full = run("apply", "L-1", "--reason", "damaged", "--json", cwd=shop, now=DEMO_NOW)
    assert (full.code, [rule["rule"] for rule in full.error["facts"]["failed"]]) == (4, ["quantity"])


def test_parcels_come_one_after_the_other(shop: Path) -> None:
    typed(shop, DAMAGED, "approve 1", "ship 1 --carrier UPS --tracking A", "receive 1 --item 1=1")
    typed(shop, "receive 1 --item 1=1")
    assert units(shop) == (3, 3, 2)
    assert run("receive", 1, "--item", "1=2", cwd=shop, now=DEMO_NOW).code == 4
    assert typed(shop, "receive 1").result["outcome"] == "done"
    assert typed(shop, "receive 1").result["outcome"] == "unchanged"
    assert [parcel["tracking"] for parcel in record(shop, 1)["parcels"]] == ["A", None, None]


def test_what_never_arrived_is_not_paid_and_free_again(shop: Path) -> None:
    typed(shop, DAMAGED, "approve 1", "receive 1 --item 1=2 --pass")
    stored = record(shop, 1)
    assert stored["breakdown"]["total"] == "63.90", "two lamps and the shipping"
    assert typed(shop, "apply L-1 --reason damaged").result["breakdown"]["total"] == "29.25"


def test_units_are_graded_apart(shop: Path) -> None:
    typed(shop, "apply L-1 --reason wrong_size --condition unused,undamaged", "approve 1", "receive 1")
    typed(shop, "inspect 1 --item 1=as_sent:1 --item 1=worn:1 --item 1=missing:1")
    codes = {line["code"]: line["amount"] for line in record(shop, 1)["breakdown"]["lines"]}
    assert codes == {"item": "58.50", "grade": "-11.70"}


def test_a_grade_without_its_evidence_warns(shop: Path, photo: Path) -> None:
    typed(shop, DAMAGED, "approve 1", "receive 1")
    assert typed(shop, "inspect 1 --item 1=worn -n").result["warnings"] == ["grade_without_evidence"]
    assert typed(shop, f"inspect 1 --item 1=worn --evidence {photo}").result["warnings"] == []


def test_a_replacement_and_the_refund_instead(shop: Path) -> None:
    typed(shop, f"{DAMAGED} --type replacement", "approve 1", "receive 1 --pass")
    assert (record(shop, 1)["state"], record(shop, 1)["breakdown"]) == ("replacement_due", None)
    typed(shop, "convert 1")
    assert record(shop, 1)["breakdown"]["total"] == "93.15"
    assert typed(shop, "refund 1 --reference T").result["to"] == "refunded"


def test_returnless_and_refund_only_need_no_goods(shop: Path) -> None:
    typed(shop, DAMAGED, "apply L-2 --reason lost_in_transit --item 1=1", "approve 1 --returnless", "approve 2")
    assert [record(shop, n)["state"] for n in (1, 2)] == ["refund_due", "refund_due"]
    assert (record(shop, 1)["returnless"], record(shop, 2)["type"]) == (True, "refund_only")


def test_an_exception_is_kept_and_nothing_automatic_follows(shop: Path) -> None:
    apply = "apply L-1 --reason wrong_size --condition unused --exception old_customer --by mei"
    typed(shop, apply, now="2027-06-01T00:00:00Z")
    stored = record(shop, 1)
    assert (stored["exception"]["why"], stored["exception"]["by"]) == ("old_customer", "mei")
    assert {rule["rule"] for rule in stored["eligibility"] if rule["outcome"] == "fail"} == {"window", "conditions"}
    (swept,) = typed(shop, "sweep", now="2027-09-01T00:00:00Z").json["results"]
    assert (swept["events"], swept["to"]) == (["remind"], "requested")
    more = run("apply", "L-1", "--item", "1=4", "--exception", "so", "--json", cwd=shop, now=DEMO_NOW)
    assert more.code == 4, "no exception makes units that nobody bought"


def test_a_refusal_leaves_no_return_and_one_line_in_the_journal(shop: Path) -> None:
    before = kept(shop)
    refused = run("apply", "L-1", cwd=shop, now=DEMO_NOW)
    after = kept(shop)
    assert (refused.code, {name for name in after if after[name] != before.get(name)}) == (4, {"data/journal.jsonl"})
    (line,) = after["data/journal.jsonl"].decode().removeprefix(before["data/journal.jsonl"].decode()).splitlines()
    assert '"refused"' in line
    assert "Ana" not in line
    run("apply", "L-1", "-n", cwd=shop, now=DEMO_NOW)
    assert kept(shop) == after


def test_a_cancelled_order_has_nothing_to_return(shop: Path) -> None:
    take(shop, an_order("C-1", cancelled_at="2026-11-02T00:00:00Z"), an_order("N-1", delivered_at=None))
    rules = []
    for order in ("C-1", "N-1"):
        refused = run("apply", order, "--reason", "damaged", "--json", cwd=shop, now=DEMO_NOW)
        rules += [rule["rule"] for rule in refused.error["facts"]["failed"]]
    assert rules == ["quantity", "delivered"]


def test_evidence_is_kept_by_its_content(shop: Path, photo: Path) -> None:
    typed(shop, f"{DAMAGED} --evidence {photo}")
    (kept_,) = record(shop, 1)["evidence"]
    assert (kept_["name"], kept_["type"], kept_["size"], kept_["by"]) == ("crack.jpg", "image/jpeg", 12, "buyer")
    assert (shop / "data/files" / kept_["sha256"][:2] / kept_["sha256"]).read_bytes() == PHOTO
    assert typed(shop, f"attach 1 {photo}").result["outcome"] == "unchanged"


@pytest.fixture
def bad_file(request: pytest.FixtureRequest, tmp_path: Path, photo: Path) -> Path:
    path = tmp_path / str(request.param)
    match request.param:
        case "a link.jpg":
            path.symlink_to(photo)
        case "a folder":
            path.mkdir()
        case "a fifo":
            os.mkfifo(path)
        case "large.jpg":
            path.write_bytes(PHOTO)
            os.truncate(path, 21 * 1024 * 1024)
        case "a script.jpg":
            path.write_bytes(b"#!/bin/sh")
        case "empty.jpg":
            path.touch()
    return path


BAD_FILES = ["a link.jpg", "a folder", "a fifo", "large.jpg", "a script.jpg", "empty.jpg", "missing.jpg"]


@pytest.mark.parametrize("bad_file", BAD_FILES, indirect=True)
def test_what_is_no_evidence_is_refused(shop: Path, bad_file: Path) -> None:
    typed(shop, DAMAGED)
    before = kept(shop)
    refused = run("attach", 1, bad_file, "--json", cwd=shop, now=DEMO_NOW)
    assert (refused.code, refused.error["code"]) == (1, "bad_file")
    assert kept(shop) == before


def test_messages_are_told_and_notes_are_not(shop: Path) -> None:
    typed(shop, DAMAGED, "note 1 careful", "message 1 hello", "message 1 thanks --as buyer")
    stored = record(shop, 1)
    assert [(x["by"], x["text"]) for x in stored["messages"]] == [("seller", "hello"), ("buyer", "thanks")]
    assert [owed["key"].rpartition("/")[2] for owed in stored["owed"]] == ["applied", "message"]
    assert run("message", 1, " ", cwd=shop, now=DEMO_NOW).code == 2


def test_what_is_owed_stands_in_todo_until_it_is_done(shop: Path) -> None:
    typed(shop, "apply L-1 --reason damaged --external 4035 --by tiktok", "approve 1")
    owed = [(x["kind"], x["what"]) for x in typed(shop, "todo").json[0]["owed"]]
    assert owed == [("tell", "applied"), ("tell", "approved"), ("act", "approve")]
    assert typed(shop, "done 1").result["events"] == ["done"]
    assert typed(shop, "todo").json[0]["owed"] == []
    assert typed(shop, "show 4035").json["external"]["return_id"] == "4035"
