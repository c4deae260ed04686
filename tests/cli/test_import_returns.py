"""Returns of a platform: taken in, followed, decided here, carried out there."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli.shops import ROOT, kept, record, typed
from tests.program import Ran, run

DATA = ROOT / "tests" / "data"
ORDERS, RETURNS, API = (
    DATA / name for name in ("seller-center-orders-us.csv", "seller-center-returns.csv", "partner-api-returns.json")
)
NOW = "2026-11-20T09:00:00-08:00"
WHOLE: dict[str, Any] = json.loads(API.read_text())
FIRST: dict[str, Any] = WHOLE["data"]["return_orders"][0]
ORDER_OF_FIRST = FIRST["order_id"]
STATES = {
    "4035000000000000000": "requested", "4035000000000031337": "refund_due", "4035000000000062674": "refunded",
    "4035000000000094011": "rejected", "4035000000000125348": "cancelled", "4035000000000156685": "refunded",
}  # fmt: skip
FIRST_ORDERS = (
    "576461413038785752", "576461420957809509", "576461428876833266", "576461436795857023", "576461444714880780",
)  # fmt: skip
ACT_HOOK = """#!/bin/sh
cat >> "$(dirname "$0")/asked.jsonl"; echo >> "$(dirname "$0")/asked.jsonl"; echo T-1
"""


def imported(shop: Path, *words: object, now: str = NOW, **more: Any) -> Ran:
    return run("import", *words, "--json", cwd=shop, now=now, **more)


def answer(status: str, update: int = 1794500000, **said: Any) -> str:
    return json.dumps({"return_orders": [FIRST | {"return_status": status, "update_time": update} | said]})


@pytest.fixture(scope="module")
def orders_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("once") / "shop"
    assert run("init", root, "-q").code == 0
    assert run("import", ORDERS, "-q", cwd=root).code == 0
    return root


@pytest.fixture
def stocked(orders_once: Path, tmp_path: Path) -> Path:
    """A shop with orders and no return."""
    return shutil.copytree(orders_once, tmp_path / "shop")


def states(shop: Path) -> dict[str, str]:
    listed = run("list", "--json", cwd=shop).json
    return {record(shop, int(x["id"][2:]))["external"]["return_id"]: x["state"] for x in listed}


def test_an_export_of_returns_is_taken_in_once(stocked: Path) -> None:
    done = imported(stocked, RETURNS)
    assert (done.code, done.json["summary"]) == (0, {"new": 6, "changed": 0, "unchanged": 0, "bad": 0})
    assert done.json["results"][0]["events"] == ["apply", "observe"]
    assert states(stocked) == STATES
    before = kept(stocked)
    assert imported(stocked, RETURNS).json["summary"] == {"new": 0, "changed": 0, "unchanged": 6, "bad": 0}
    assert kept(stocked) == before
    assert run("fsck", cwd=stocked).code == 0
    assert typed(stocked, "show 4035000000000062674", now=NOW).json["refunds"][0]["reference"] == "4035000000000062674"


def test_orders_come_before_the_returns_that_they_are_of(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    assert run("init", root, "-q").code == 0
    done = imported(root, API, RETURNS, ORDERS)
    assert (done.code, done.json["summary"]["bad"]) == (0, 0)
    assert len(states(root)) == 6


def test_a_dry_run_sees_the_orders_that_come_with_the_returns(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    assert run("init", root, "-q").code == 0
    before = kept(root)
    planned = imported(root, ORDERS, RETURNS, "-n")
    assert kept(root) == before
    done = imported(root, ORDERS, RETURNS)
    assert (planned.code, planned.json["kinds"]) == (0, done.json["kinds"])
    whole = [done.json["results"], planned.json["results"]]
    assert [*whole[0]] == [result | {"outcome": "done"} for result in whole[1]]


def test_a_dry_run_decides_by_the_order_as_it_would_stand(stocked: Path, tmp_path: Path) -> None:
    """It was taken in before, and has other goods in the file."""
    changed = tmp_path / "orders.csv"
    changed.write_text(ORDERS.read_text("utf-8-sig").replace("LUMI-BULB-4", "LUMI-BULB-9"))
    planned = imported(stocked, changed, RETURNS, "-n")
    done = imported(stocked, changed, RETURNS)
    assert (planned.json["summary"], planned.error) == (done.json["summary"], done.error)
    assert done.error["facts"]["why"] == "unknown_sku"


def test_a_pipe_of_returns_may_stand_before_its_orders(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    assert run("init", root, "-q").code == 0
    done = imported(root, "-", ORDERS, "--strict", input=RETURNS.read_text("utf-8-sig"))
    assert (done.code, done.json["summary"]["new"]) == (0, 18)


def test_returns_without_their_orders_say_which_export_is_wanted(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    assert run("init", root, "-q").code == 0
    told = run("import", RETURNS, cwd=root, now=NOW)
    assert (told.code, len(told.err.splitlines())) == (1, 9)
    assert told.err.splitlines()[0].startswith(f"error: {RETURNS}, row 2, Order ID: the order 576461413038785752 is")
    assert told.err.splitlines()[6:] == [
        f"6 returns wait for their orders: {', '.join(FIRST_ORDERS)} …",
        "  in Seller Center export the orders since well before 2026-11-03, when the first of these was asked for, "
        "and type:",
        f"  returnctl import ORDERS.csv {RETURNS}",
    ]
    piped = run("import", "-", cwd=root, now=NOW, input=json.dumps([FIRST]))
    assert piped.err.splitlines()[-3] == "1 return waits for its order: 576461413038785752"
    assert piped.err.splitlines()[-1] == "  returnctl import ORDERS.csv FILE"
    assert imported(root, "-", input=json.dumps([FIRST])).error["facts"]["applied_at"] == "2026-11-03T16:10:00Z"


def test_each_kind_is_counted(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    assert run("init", root, "-q").code == 0
    imported(root, ORDERS)
    files = (RETURNS, ORDERS, DATA / "seller-center-settlement-us.csv")
    done = imported(root, *files, "-n")
    assert set(done.json) == {"returnctl", "command", "results", "summary", "kinds"}
    assert done.json["kinds"] == {
        "orders": {"new": 0, "changed": 0, "unchanged": 12},
        "returns": {"new": 6, "changed": 0, "unchanged": 0},
        "settlements": {"new": 11, "changed": 0, "unchanged": 0},
    }
    assert run("import", *files, cwd=root, now=NOW).out.splitlines()[:4] == [
        "17 new, 0 changed, 12 unchanged, 0 bad",
        "  orders: 0 new, 0 changed, 12 unchanged",
        "  returns: 6 new, 0 changed, 0 unchanged",
        "  rows of settlements: 11 new, 0 changed, 0 unchanged",
    ]
    assert len(run("import", ORDERS, cwd=root, now=NOW).out.splitlines()) == 2


def as_workbook(export: Path, folder: Path) -> Path:
    """The same cells, as the other form in which Seller Center gives them."""
    target = folder / f"{export.stem}.xlsx"
    with xlsxwriter.Workbook(target) as book, export.open(encoding="utf-8-sig", newline="") as file:
        sheet = book.add_worksheet()
        for row, cells in enumerate(csv.reader(file)):
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, cell)
    return target


def test_so_they_do_in_workbooks(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    assert run("init", root, "-q").code == 0
    done = imported(root, as_workbook(RETURNS, tmp_path), as_workbook(ORDERS, tmp_path))
    assert (done.code, done.json["summary"]) == (0, {"new": 18, "changed": 0, "unchanged": 0, "bad": 0})
    assert states(root) == STATES


def test_both_sources_are_one_return_and_the_later_one_holds(stocked: Path) -> None:
    assert imported(stocked, RETURNS, API).json["summary"]["bad"] == 0
    stands = states(stocked)
    assert stands == STATES | {"4035000000000094011": "disputed"}
    shown = typed(stocked, "show 4035000000000000000", now=NOW).json
    assert (shown["due"]["action"], shown["due"]["at"]) == ("review", "2026-11-25T16:00:00Z")
    assert (shown["reason"]["code"], shown["external"]["told"].keys()) == ("damaged", {"api", "export"})
    parcel = typed(stocked, "show 4035000000000094011", now=NOW).json
    assert (parcel["external"]["uncertain"], parcel["dispute"]["stage"]) == (False, "platform")
    assert parcel["external"]["previous"] == "4034999999999999999"


def test_an_order_that_is_not_known_is_told_and_the_others_go_on(stocked: Path) -> None:
    document = [FIRST | {"order_id": "999", "return_id": "1"}, FIRST]
    done = imported(stocked, "-", input=json.dumps(document))
    assert (done.code, done.json["summary"]) == (3, {"new": 1, "changed": 0, "unchanged": 0, "bad": 1})
    assert (done.error["facts"]["why"], done.error["facts"]["row"]) == ("unknown_order", 1)
    assert "import the orders first" in done.error["message"]
    before = kept(stocked)
    document[1] = FIRST | {"return_id": "2"}
    assert imported(stocked, "-", "--strict", input=json.dumps(document)).code == 1
    assert kept(stocked) == before


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"order_id": "576461420957809509"}, "other_order"),
        ({"return_id": "2", "return_line_items": [{"seller_sku": "NONE"}]}, "unknown_sku"),
        ({"return_id": "3", "refund_amount": {"currency": "GBP", "refund_total": "1.00"}}, "order_in_other_currency"),
    ],
)
def test_what_cannot_be(stocked: Path, change: dict[str, Any], why: str) -> None:
    imported(stocked, "-", input=json.dumps(FIRST))
    refused = imported(stocked, "-", input=json.dumps(FIRST | change))
    assert (refused.code, refused.error["facts"]["why"]) == (1, why)


def test_a_dry_run_changes_nothing(stocked: Path) -> None:
    before = kept(stocked)
    done = imported(stocked, RETURNS, RETURNS, "-n")
    assert {x["outcome"] for x in done.json["results"]} == {"planned", "unchanged"}
    assert kept(stocked) == before


def test_a_dry_run_goes_on_with_what_it_decided_before(stocked: Path) -> None:
    """However many other returns stand between: a file is taken in piece by piece."""
    again = FIRST | {"return_status": "AWAITING_BUYER_SHIP", "update_time": 1794500000}
    other = FIRST | {"return_id": "4036", "pre_return_id": FIRST["return_id"]}
    document = json.dumps([FIRST, *["none"] * 5000, again, other])
    planned, done = (imported(stocked, "-", *dry, input=document) for dry in (["-n"], []))
    fine = [[x for x in ran.json["results"] if x["outcome"] != "failed"] for ran in (planned, done)]
    assert [x["id"] for x in fine[1]] == ["R-000001", "R-000001", "R-000002"]
    assert fine[1] == [x | {"outcome": "done"} for x in fine[0]]
    assert planned.json["kinds"] == done.json["kinds"]


def test_nobody_is_paid_by_a_report(stocked: Path) -> None:
    hook = stocked / "hooks" / "refund"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\ntouch "$(dirname "$0")/paid"\n')
    hook.chmod(0o700)
    imported(stocked, RETURNS, API)
    run("sweep", cwd=stocked, now="2027-02-01T09:00:00-08:00")
    assert not (hook.parent / "paid").exists()


def test_words_of_tomorrow_are_kept_and_warned_of(stocked: Path) -> None:
    done = run("import", "-", cwd=stocked, now=NOW, input=answer("STATUS_OF_TOMORROW"))
    assert (done.code, done.out.splitlines()[0]) == (0, "1 new, 0 changed, 0 unchanged, 0 bad")
    assert "not known here" in done.err
    assert "(R-000001)" in done.err
    assert typed(stocked, "show 1").json["external"]["status"] == "STATUS_OF_TOMORROW"


def test_when_a_file_was_made_tells_which_is_newer(stocked: Path, tmp_path: Path) -> None:
    imported(stocked, RETURNS, "--as-of", "2026-11-10")
    reopened = tmp_path / "later.csv"
    reopened.write_text(RETURNS.read_text("utf-8-sig").replace("Canceled", "In process"))
    assert imported(stocked, reopened, "--as-of", "2026-11-09").json["summary"]["changed"] == 0
    assert imported(stocked, reopened, "--as-of", "2026-11-11").json["summary"]["changed"] == 1
    assert imported(stocked, RETURNS, "--as-of", "2026-11-10").json["summary"]["changed"] == 0
    assert states(stocked)["4035000000000125348"] == "refund_due"
    assert run("fsck", cwd=stocked).code == 0


def test_no_file_was_made_in_the_future(stocked: Path) -> None:
    """It would stand against all that comes until then."""
    refused = imported(stocked, RETURNS, "--as-of", "2027-11-10")
    assert (refused.code, refused.error["facts"]["what"], refused.out) == (2, "--as-of", "")
    assert refused.error["message"] == "--as-of: '2027-11-10' is not in the past."


def test_no_report_is_of_the_future(stocked: Path) -> None:
    """It would stand against all that comes until then."""
    refused = imported(stocked, "-", input=answer("COMPLETE", update=1900000000))
    assert (refused.code, refused.error["facts"]["why"]) == (1, "future_seconds")
    assert imported(stocked, "-", input=answer("COMPLETE", update=1900000000), now="2030-03-17T18:00:00Z").code == 0


def test_nobody_applied_in_the_future(stocked: Path) -> None:
    refused = imported(stocked, RETURNS, now="2026-11-01T09:00:00-08:00")
    assert (refused.code, refused.error["facts"]["why"], refused.json["summary"]["bad"]) == (1, "future_date", 6)


def test_a_clock_that_is_some_hours_behind_refuses_nothing(stocked: Path) -> None:
    assert imported(stocked, RETURNS, now="2026-11-07T20:00:00-08:00").json["summary"]["bad"] == 0


# --- decisions, out


def todo(shop: Path, number: str = "R-000001") -> dict[str, Any]:
    return next(dict(row) for row in run("todo", "--json", cwd=shop, now=NOW).json if row["id"] == number)


def test_a_decision_is_carried_out_there_and_closed_by_the_next_import(stocked: Path) -> None:
    imported(stocked, "-", input=json.dumps(FIRST))
    typed(stocked, "reject 1 --reason not_eligible", now=NOW)
    row = todo(stocked)
    assert (row["carry_out"][0]["decision"], row["carry_out"][0]["reject_reason"]) == (
        "REJECT_RETURN", "reverse_reject_request_reason_2",
    )  # fmt: skip
    assert (row["disagrees"], row["next"]) == ({"platform": "requested", "ours": "rejected"}, "returnctl done R-000001")
    for words in (("todo",), ("show", "1")):
        told = run(*words, cwd=stocked, now=NOW).out
        assert "carry out in Seller Center: reject the return (REJECT_RETURN); reason: not eligible" in told
    chosen = "reject the return (REJECT_RETURN); reason: not eligible for a return (reverse_reject_request_reason_2)"
    assert row["in_seller_center"] == chosen
    assert in_sheets(stocked) == {"R-000001": chosen}
    imported(stocked, "-", input=answer("REFUND_OR_RETURN_REQUEST_REJECT"))
    assert "carry_out" not in todo(stocked)
    assert (todo(stocked)["in_seller_center"], in_sheets(stocked)) == (None, {"R-000001": ""})
    assert [x["status"] for x in record(stocked, 1)["owed"] if x["kind"] == "act"] == ["done"]


def in_sheets(shop: Path) -> dict[str, str]:
    """What is to be chosen there, as CSV tells it and as a workbook does."""
    command = [sys.executable, "-m", "returnctl", "todo", "-o", "xlsx"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "RETURNCTL_NOW": NOW}
    made = subprocess.run(command, cwd=shop, env=environment, capture_output=True, timeout=60, check=True).stdout
    rows = list(openpyxl.load_workbook(io.BytesIO(made)).worksheets[0].iter_rows(values_only=True))
    places = {name: rows[0].index(name) for name in ("id", "in_seller_center")}
    told = {str(row[places["id"]]): str(row[places["in_seller_center"]] or "") for row in rows[1:]}
    read = csv.DictReader(io.StringIO(run("todo", "-o", "csv", cwd=shop, now=NOW).out))
    assert {row["id"]: row["in_seller_center"] for row in read} == told
    return told


def test_what_the_platform_does_not_show_is_told_with_the_command(stocked: Path) -> None:
    imported(stocked, "-", input=json.dumps(FIRST))
    typed(stocked, "approve 1", "done 1", now=NOW)
    row = todo(stocked)
    assert (row["disagrees"], row["next"]) == ({"platform": "requested", "ours": "approved"}, "returnctl import FILE")
    assert "here approved, on the platform requested" in run("todo", cwd=stocked, now=NOW).out
    imported(stocked, "-", input=answer("AWAITING_BUYER_SHIP"))
    assert "disagrees" not in todo(stocked)


def test_each_step_says_what_to_choose_there_and_what_comes_next(stocked: Path) -> None:
    imported(stocked, "-", input=json.dumps(FIRST))
    done = run("reject", 1, "--reason", "not_eligible", cwd=stocked, now=NOW).out.splitlines()
    assert "  carry out in Seller Center: reject the return (REJECT_RETURN); reason: not eligible" in done[2]
    assert done[3:] == ["  next: returnctl done R-000001"]
    assert run("done", 1, cwd=stocked, now=NOW).out.splitlines()[2:] == ["  next: returnctl import FILE"]
    imported(stocked, "-", input=answer("REFUND_OR_RETURN_REQUEST_REJECT"))
    assert next_of(stocked) == {"returnctl import FILE"}
    imported(
        stocked, "-", input=answer("REFUND_OR_RETURN_REQUEST_REJECT", 1794600000, arbitration_status="IN_PROGRESS")
    )
    assert next_of(stocked) == {"returnctl dispute bundle R-000001 FOLDER"}


def next_of(shop: Path) -> set[str]:
    """As `show` and `todo` tell it."""
    shown = run("show", 1, cwd=shop, now=NOW).out.rstrip().rpartition("next: ")[2]
    return {shown, todo(shop)["next"]}


def test_the_hook_reads_the_platforms_terms(stocked: Path) -> None:
    hook = stocked / "hooks" / "act"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(ACT_HOOK)
    hook.chmod(0o700)
    imported(stocked, "-", input=json.dumps(FIRST))
    done = run("reject", 1, "--reason", "insufficient_evidence", cwd=stocked, now=NOW)
    assert done.out.splitlines()[2:] == ["  next: returnctl import FILE"]  # it is not to be carried out again by hand
    asked = json.loads((hook.parent / "asked.jsonl").read_text())
    assert asked["returnctl"] == "act/v1"
    told = {name: asked[name] for name in ("decision", "reject_reason", "return_id", "return_type", "partial_refund")}
    assert told == {
        "decision": "REJECT_RETURN", "reject_reason": "reverse_reject_request_reason_1",
        "return_id": FIRST["return_id"], "return_type": "RETURN_AND_REFUND", "partial_refund": None,
    }  # fmt: skip
    assert asked["idempotency_key"] == asked["key"]
    assert "carry_out" not in todo(stocked)


def test_what_was_assumed_is_confirmed(stocked: Path) -> None:
    imported(stocked, "-", input=json.dumps(FIRST))
    assert "lapse" in run("sweep", "--json", cwd=stocked, now="2026-11-26T09:00:00-08:00").out
    assert record(stocked, 1)["due"]["lapsed"]
    imported(stocked, "-", input=answer("AWAITING_BUYER_SHIP"), now="2026-11-27T09:00:00-08:00")
    shown = record(stocked, 1)
    assert (shown["state"], shown["history"][-1]["facts"]["lapse"]) == ("approved", "settled")
    assert run("undo", "1", "--json", cwd=stocked, now=NOW).error["facts"]["why"] == "reported"


# --- any order

_PIECES = [RETURNS.read_text("utf-8-sig")]
_PIECES += [_PIECES[0].replace(old, new) for old, new in (("To process", "In process"), ("In process", "Completed"))]
_PIECES += [API.read_text(), answer("AWAITING_BUYER_SHIP"), answer("RETURN_OR_REFUND_REQUEST_COMPLETE", 1794600000)]
_CONTESTED = {"return_id": "4036", "return_status": "REJECT_RECEIVE_PACKAGE"}
_PIECES += [answer("", at, **_CONTESTED | said) for at, said in (
    (1794500000, {"arbitration_status": "IN_PROGRESS"}),
    (1794550000, {"arbitration_status": "SUPPORT_BUYER"}),
    (1794560000, {"arbitration_status": "CLOSED", "return_status": "RETURN_OR_REFUND_REQUEST_SUCCESS"}),
)]  # fmt: skip


def _end(shop: Path) -> dict[str, Any]:
    """All but history and revision, where a report was read, and when a contest was first heard of here.

    Returns of one order are left out of what a breakdown was fixed at, which is by what the others had been given then.
    """
    ends = {}
    for row in run("list", "--json", cwd=shop).json:
        stored = record(shop, int(row["id"][2:]))
        external = stored["external"] | {"seen": None}
        external["told"] = {name: each | {"seen": None} for name, each in external["told"].items()}
        paid = [(x["amount"], x["status"], x["reference"]) for x in stored["refunds"]]
        contest = (stored["dispute"] or {}) | {"at": None}
        rest = (stored["due"], stored["sweep_at"], contest, stored["breakdown"] is None)
        ends[external["return_id"]] = (stored["state"], paid, external, *rest)
    return ends


@pytest.fixture(scope="module")
def straight(orders_once: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    shop = shutil.copytree(orders_once, tmp_path_factory.mktemp("straight") / "shop")
    for piece in _PIECES:
        assert imported(shop, "-", input=piece).code == 0
    return _end(shop)


@pytest.mark.parametrize("seed", range(3))
def test_the_end_is_the_same_whatever_the_order(stocked: Path, straight: dict[str, Any], seed: int) -> None:
    chance = random.Random(seed)
    pieces = [*_PIECES, *chance.choices(_PIECES, k=2)]
    chance.shuffle(pieces)
    for piece in pieces:
        assert imported(stocked, "-", input=piece).code == 0
    assert _end(stocked) == straight
    assert run("fsck", cwd=stocked).code == 0


@given(st.integers(0, 1500), st.binary(max_size=3), st.integers(0, 60))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_file_leaves_nothing_half_imported(stocked: Path, at: int, new: bytes, old: int) -> None:
    data = RETURNS.read_bytes()
    ran = imported(stocked, "-", input=data[:at] + new + data[at + old :])
    assert ran.code in (0, 1, 3, 4)
    assert run("fsck", "-q", cwd=stocked).code == 0
