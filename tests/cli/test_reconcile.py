"""Settlements taken in, and the shop's books against them."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli.shops import ROOT, kept, typed
from tests.faults.inside import calm
from tests.faults.inside import typed as line
from tests.program import Ran, run
from tests.readers import sheets
from tests.readers.exports import written

__all__ = ["calm"]
DATA = ROOT / "tests" / "data"
ORDERS, SETTLED = DATA / "seller-center-orders-us.csv", DATA / "seller-center-settlement-us.csv"
NEW_YEAR = "2027-01-15T09:00:00-08:00"
FULL, TWICE, STRANGER = "576461428876833266", "576461452633904537", "576461460552928294"


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The orders of the export; of one all came back and was paid, of another a part."""
    root = tmp_path_factory.mktemp("once") / "shop"
    assert run("init", root, "-q", "--market", "US").code == 0
    assert run("import", ORDERS, "-q", cwd=root).code == 0
    typed(
        root, f"apply {FULL} --item 1=3 --reason wrong_item", "approve 1", "receive 1 --pass", "refund 1 --paid",
        f"apply {TWICE} --item 1=1 --reason no_longer_needed", "approve 2", "receive 2 --pass", "refund 2 --paid",
        now="2026-11-07T09:00:00-08:00",
    )  # fmt: skip
    return root


@pytest.fixture
def shop(once: Path, tmp_path: Path) -> Path:
    return shutil.copytree(once, tmp_path / "shop")


def reconciled(shop: Path, *words: str, now: str = NEW_YEAR) -> Ran:
    return run("reconcile", *words, cwd=shop, now=now)


def codes(ran: Ran) -> list[tuple[str, str, str]]:
    return [(each["order"][-4:], each["code"], each["amount"]) for each in ran.json["findings"]]


def test_a_settlement_is_taken_in_once(shop: Path) -> None:
    assert run("import", SETTLED, "-n", "--json", cwd=shop).json["summary"]["new"] == 11
    first = run("import", SETTLED, "--json", cwd=shop).json
    assert first["summary"] == {"new": 11, "changed": 0, "unchanged": 0, "bad": 0}
    before = kept(shop)
    assert "data/settlements/" in " ".join(before)
    again = run("import", SETTLED, SETTLED, "--json", cwd=shop).json
    assert again["summary"] == {"new": 0, "changed": 0, "unchanged": 22, "bad": 0}
    assert kept(shop) == before
    assert run("fsck", cwd=shop).code == 0


def test_the_account_that_was_forgotten_at_first_makes_no_second_row(shop: Path) -> None:
    """Its clock is another, so every row would stand at another instant."""
    accounts = "accounts:\n  west: {market: US, currency: USD, timezone: America/Los_Angeles}\n"
    with (shop / "returnctl.yaml").open("a") as settings:
        settings.write(accounts)
    local, west = shop / "local.csv", ("--account", "west")
    local.write_text(SETTLED.read_text("utf-8-sig").replace("(UTC)", ""))
    for words, new, changed, unchanged in [
        ((), 11, 0, 0), ((*west, "-n"), 0, 11, 0), (west, 0, 11, 0), (west, 0, 0, 11), ((), 0, 0, 11),
    ]:  # fmt: skip
        done = run("import", local, *words, "--json", cwd=shop).json["summary"]
        assert done == {"new": new, "changed": changed, "unchanged": unchanged, "bad": 0}
    assert {each["account"] for each in reconciled(shop, "--json").json["findings"]} == {"west"}
    (shop / "data/index.sqlite").unlink()
    assert {each["account"] for each in reconciled(shop, "--json").json["findings"]} == {"west"}
    assert run("fsck", cwd=shop).code == 0


def test_days_that_were_read_as_utc_before_make_no_second_row(shop: Path) -> None:
    """As earlier versions read a day of a column `(UTC)`: its midnight there."""
    at_utc = shop / "utc.csv"
    day = re.compile(r"(?<=,)(2026/[0-9]{2}/[0-9]{2})(?=,)")
    at_utc.write_text(day.sub(r"\1 00:00:00", SETTLED.read_text("utf-8-sig")))
    assert run("import", at_utc, "--json", cwd=shop).json["summary"]["new"] == 11
    assert run("import", SETTLED, "--json", cwd=shop).json["summary"]["unchanged"] == 11


def test_what_comes_after_an_import(shop: Path) -> None:
    assert run("import", SETTLED, cwd=shop).out.endswith("next: returnctl reconcile\n")


def test_orders_and_settlements_come_together_and_under_a_key(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    assert run("init", root, "-q", "--market", "US").code == 0
    for unchanged in (0, 23):
        done = run("import", SETTLED, ORDERS, "--key", "k", "--json", cwd=root).json
        assert done["summary"]["unchanged"] == unchanged
        assert done["summary"]["bad"] == 0


def test_order_import_takes_no_settlement(shop: Path) -> None:
    assert run("order", "import", SETTLED, "--json", cwd=shop).error["facts"]["why"] == "settlement_file"


def test_a_bad_row_is_told_and_strict_takes_none(shop: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_bytes(SETTLED.read_bytes().replace(b"$35.54", b"35,5,4"))
    before = kept(shop)
    strict = run("import", bad, "--strict", cwd=shop)
    assert (strict.code, kept(shop)) == (1, before)
    some = run("import", bad, "--json", cwd=shop)
    assert (some.code, some.json["summary"]["new"], some.json["summary"]["bad"]) == (3, 10, 1)


def test_what_does_not_agree(shop: Path) -> None:
    assert run("import", SETTLED, "-q", cwd=shop).code == 0
    found = reconciled(shop, "--json")
    assert found.code == 0
    assert codes(found) == [
        ("4537", "refunded_twice", "14.51"),
        ("8294", "settled_unknown", "15.32"),
    ]
    twice = next(each for each in found.json["findings"] if each["code"] == "refunded_twice")
    assert twice["rows"] == [{"file": SETTLED.name, "row": 7}, {"file": SETTLED.name, "row": 8}]
    assert twice["next"] == "returnctl escalate R-000002 --as seller --claim refund_amount"
    sums = found.json["sums"]
    assert [(x["account"], x["month"], x["currency"], x["open"]) for x in sums] == [(None, "2026-11", "USD", "0.00")]


def test_the_command_that_is_named_can_be_typed(shop: Path) -> None:
    run("import", SETTLED, "-q", cwd=shop)
    for each in reconciled(shop, "--json").json["findings"]:
        if each["next"].startswith("returnctl escalate"):
            assert run(*each["next"].split()[1:], cwd=shop, now=NEW_YEAR).code == 0


def test_each_command_of_several_findings_of_a_return_can_be_typed_in_turn(shop: Path, tmp_path: Path) -> None:
    """What contests the return is told once, since a return is contested once."""
    rows = list(csv.DictReader(io.StringIO(SETTLED.read_text("utf-8-sig"), newline="")))
    rows[5]["Actual return shipping fee"] = "-$6.20"
    freight = tmp_path / "freight.csv"
    freight.write_bytes(written(rows))
    assert run("import", freight, "-q", cwd=shop).code == 0
    found = [each for each in reconciled(shop, "--json").json["findings"] if each["return"]]
    assert [(each["code"], each["next"]) for each in found] == [
        ("refunded_twice", "returnctl escalate R-000002 --as seller --claim refund_amount"),
        ("charged_against_policy", "returnctl show R-000002"),
    ]
    for each in found:
        assert run(*each["next"].split()[1:], cwd=shop, now=NEW_YEAR).code == 0


def test_where_the_platform_pays_nobody_is_told_to_pay_beside_it(shop: Path) -> None:
    returns = (DATA / "seller-center-returns.csv").read_bytes().replace(b"To process", b"In process")
    (shop / "returns.csv").write_bytes(returns)
    assert run("import", "returns.csv", "-q", cwd=shop).code == 0
    late = [x for x in reconciled(shop, "--json").json["findings"] if x["code"] == "received_not_refunded"]
    assert [each["next"].split()[:2] for each in late] == [["returnctl", "show"]]


def test_the_exit_code_tells_of_money_that_is_lost(shop: Path) -> None:
    assert reconciled(shop, "--exit-code", "-q", now="2026-11-08").code == 0
    run("import", SETTLED, "-q", cwd=shop)
    silent = reconciled(shop, "--exit-code", "-q")
    assert (silent.code, silent.out, silent.err) == (1, "", "")
    assert reconciled(shop, "--exit-code", "--order", FULL.replace("3266", "0000")).code == 6


def test_refunds_are_waited_for(shop: Path) -> None:
    """Settlements of the week after a refund accuse nobody; those of a month later do."""
    head, *rows = SETTLED.read_text("utf-8-sig").splitlines()
    early = [row for row in rows if "2026/11/2" not in row]
    for name, more, wanted in (("early", [], []), ("late", ["2026/12/20"], ["refund_not_settled"] * 2)):
        late = [rows[0].replace("2026/11/02", day) for day in more]
        (shop / f"{name}.csv").write_text("\r\n".join([head, *early, *late]))
        assert run("import", f"{name}.csv", "-q", cwd=shop).code == 0
        assert [code for _, code, _ in codes(reconciled(shop, "--json"))] == wanted


def test_what_is_asked_for(shop: Path) -> None:
    run("import", SETTLED, "-q", cwd=shop)
    assert {order for order, _, _ in codes(reconciled(shop, "--json", "--order", TWICE))} == {"4537"}
    assert codes(reconciled(shop, "--json", "--since", "2026-12-01")) == []
    assert codes(reconciled(shop, "--json", "--until", "2026-11-01")) == []
    with (shop / "returnctl.yaml").open("a") as settings:
        settings.write("accounts:\n  other: {market: US, currency: USD, timezone: America/Los_Angeles}\n")
    assert codes(reconciled(shop, "--json", "--account", "other")) == []


def test_a_period_that_ends_before_it_begins_is_refused(shop: Path) -> None:
    ran = reconciled(shop, "--since", "2026-12-01", "--until", "2026-11-01", "--json")
    assert (ran.code, ran.error["facts"]["what"]) == (2, "--until")


def test_every_form_tells_the_same(shop: Path) -> None:
    run("import", SETTLED, "-q", cwd=shop)
    findings = reconciled(shop, "--json").json["findings"]
    lines = [json.loads(row) for row in reconciled(shop, "-o", "jsonl").out.splitlines()]
    table = list(csv.DictReader(io.StringIO(reconciled(shop, "-o", "csv").out)))
    people = reconciled(shop).out
    assert lines == findings
    assert [(row["code"], row["order"], row["amount"]) for row in table] == [
        (each["code"], "'" + each["order"], each["amount"]) for each in findings
    ]  # fmt: skip
    assert all(each["text"] in people and each["next"] in people for each in findings)


def test_a_workbook_has_the_findings_and_the_sums(shop: Path) -> None:
    run("import", SETTLED, "-q", cwd=shop)
    rows = opened(shop)
    findings = reconciled(shop, "--json").json["findings"]
    assert [row["order"] for row in rows["findings"]] == [each["order"] for each in findings]
    assert [row["amount"] for row in rows["findings"]] == [float(each["amount"]) for each in findings]
    assert [(row["month"], row["findings"]) for row in rows["sums"]] == [("2026-11", 2)]


def opened(shop: Path) -> dict[str, list[dict[object, object]]]:
    book = openpyxl.load_workbook(io.BytesIO(run_bytes("reconcile", "-o", "xlsx", cwd=shop)))
    tables = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}
    return {name: [dict(zip(head, row, strict=True)) for row in rows] for name, (head, *rows) in tables.items()}


def run_bytes(*words: str, cwd: Path) -> bytes:
    environment = {"PATH": os.environ["PATH"], "RETURNCTL_NOW": NEW_YEAR, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "returnctl", *words]
    return subprocess.run(command, cwd=cwd, capture_output=True, check=True, env=environment).stdout


def test_a_settlement_in_a_workbook_is_the_same(shop: Path, tmp_path: Path) -> None:
    book = tmp_path / "income.xlsx"
    cells = [row.split(",") for row in SETTLED.read_text("utf-8-sig").splitlines()]
    book.write_bytes(sheets.book({"Order details": sheets.sheet(sheets.texts(cells), split=True)}))
    assert run("import", SETTLED, "-q", cwd=shop).code == 0
    again = run("import", book, "--json", cwd=shop).json
    assert again["summary"] == {"new": 0, "changed": 0, "unchanged": 11, "bad": 0}


def test_nothing_is_missing(shop: Path) -> None:
    ran = reconciled(shop, now="2026-11-08")
    assert (ran.code, ran.out) == (0, "")
    assert "nothing is missing" in ran.err


HEAD, *ROWS = SETTLED.read_text("utf-8-sig").splitlines()


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    parts=st.lists(st.lists(st.integers(0, len(ROWS) - 1), unique=True, max_size=8), max_size=3),
    chance=st.randoms(use_true_random=False),
)
def test_in_whatever_order_files_come_and_overlap_the_end_is_the_same(
    once: Path, tmp_path_factory: pytest.TempPathFactory, parts: list[list[int]], chance: random.Random
) -> None:
    shop = shutil.copytree(once, tmp_path_factory.mktemp("any") / "shop")
    files = [*parts, list(range(len(ROWS)))]
    chance.shuffle(files)
    for number, part in enumerate(files):
        (shop / f"{number}.csv").write_text("\n".join([HEAD, *(ROWS[at] for at in part)]))
        line(shop, "import", f"{number}.csv", "-q")
    stored = [
        json.loads(row) for path in (shop / "data/settlements").iterdir() for row in path.read_text().splitlines()
    ]
    assert sorted((row["id"], row["nth"]) for row in stored) == sorted(
        (row.split("\t")[0], 1 + (row == ROWS[at - 1])) for at, row in enumerate(ROWS)
    )
