"""Excel both ways: lists as workbooks, decisions filled in, and what came of each row."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from returnctl.output.decision_words import CHINESE
from returnctl.output.words import say
from returnctl.shop.decision_commands import COMMANDS
from tests.cli.shops import DEMO_NOW, ROOT, an_order, document, kept, record, take, typed
from tests.program import Ran, run
from tests.readers.sheets import book, number, sheet, texts

FORMULAS = ["=1+1", "+cmd|' /C calc'!A0", "@SUM(1)", "-2+3", "\t=1", '=HYPERLINK("http://x")']
NEW_YORK = ZoneInfo("America/New_York")
ID = "576461413038780001"


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    assert run("init", root, "-q").code == 0
    return root


def does(shop: Path, *words: object, now: str = DEMO_NOW, **how: Any) -> Ran:
    return run(*words, cwd=shop, now=now, **how)


def opened(path: Path) -> Worksheet:
    found = openpyxl.load_workbook(path).worksheets[0]
    assert isinstance(found, Worksheet)
    return found


def header(found: Worksheet) -> list[str]:
    return [str(cell.value) for cell in found[1]]


def filled(path: Path, target: Path, decisions: dict[str, dict[str, str]]) -> Path:
    """The workbook as a person saves it who has decided."""
    workbook = openpyxl.load_workbook(path)
    found = workbook.worksheets[0]
    assert isinstance(found, Worksheet)
    names = header(found)
    for row in found.iter_rows(min_row=2):
        for name, value in decisions.get(str(row[names.index("id")].value), {}).items():
            found.cell(row[0].row or 0, names.index(name) + 1, value)
    workbook.save(target)
    return target


def to_file(shop: Path, path: Path, *words: object) -> Path:
    """A list as a workbook, by way of standard output."""
    command = [sys.executable, "-m", "returnctl", *map(str, words), "-o", "xlsx"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "RETURNCTL_NOW": DEMO_NOW}
    done = subprocess.run(command, cwd=shop, env=environment, capture_output=True, timeout=60, check=True)
    path.write_bytes(done.stdout)
    return path


@pytest.mark.parametrize("line", ["list", "todo", "order list", "export -"])
def test_a_list_as_a_workbook_tells_the_same_as_in_csv(demo_once: Path, tmp_path: Path, line: str) -> None:
    found = opened(to_file(demo_once, tmp_path / "x.xlsx", *line.split()))
    rows = list(csv.DictReader(io.StringIO(does(demo_once, *line.split(), "-o", "csv").out)))
    ids = [found.cell(row, header(found).index("id") + 1) for row in range(2, found.max_row + 1)]
    assert [cell.value for cell in ids] == [row["id"] for row in rows]
    assert {cell.data_type for cell in ids} == {"s"}
    names = {name.partition(" (")[0] for name in header(found)}
    assert names - {"decision", "reason_code", "items", "reference", "note"} <= set(rows[0])


def test_a_workbook_is_not_for_terminals(demo_once: Path) -> None:
    ours, theirs = pty.openpty()
    environment = os.environ | {"PYTHONPATH": str(ROOT), "RETURNCTL_NOW": DEMO_NOW}
    for line in ("list -o xlsx", "export - -o xlsx"):
        command = [sys.executable, "-m", "returnctl", *line.split()]
        done = subprocess.run(
            command, cwd=demo_once, env=environment, stdout=theirs, stderr=subprocess.PIPE, text=True, timeout=60,
            check=False,
        )  # fmt: skip
        assert (done.returncode, "> returns.xlsx" in done.stderr) == (2, True)
    os.close(ours)
    os.close(theirs)


def test_ids_dates_and_amounts_are_what_they_are(empty: Path, tmp_path: Path) -> None:
    take(empty, an_order(ID, buyer={"id": "=1+1", "name": "x"}))
    typed(empty, f"apply {ID} --item 1=1 --reason damaged --external {ID}")
    does(empty, "export", tmp_path / "x.xlsx")
    found = opened(tmp_path / "x.xlsx")
    row = dict(zip((name.partition(" (")[0] for name in header(found)), found[2], strict=True))
    kinds = {name: (cell.data_type, cell.value) for name, cell in row.items()}
    assert [kinds[name] for name in ("external", "order", "buyer")] == [("s", ID), ("s", ID), ("s", "=1+1")]
    assert kinds["units"] == ("n", 1)
    assert kinds["updated"] == ("d", datetime.fromisoformat(DEMO_NOW).astimezone(NEW_YORK).replace(tzinfo=None))
    assert row["total"].number_format == "0.00"
    assert "updated (America/New_York)" in header(found)


def test_what_is_filled_in_stays_text(demo_once: Path, tmp_path: Path) -> None:
    """A reference of twenty digits, typed into a column of numbers, would lose five."""
    does(demo_once, "export", tmp_path / "x.xlsx")
    found = opened(tmp_path / "x.xlsx")
    places = [cell.column_letter for cell in found[1] if cell.value in ("decision", "items", "reference", "note")]
    assert [found.column_dimensions[place].number_format for place in places] == ["@"] * 4


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_of_a_buyer_is_a_formula(empty: Path, tmp_path: Path, text: str) -> None:
    take(empty, an_order())
    does(empty, "apply", "L-1", "--reason", "damaged", f"--note={text}")
    for name in ("x.xlsx", "x.csv"):
        assert does(empty, "export", tmp_path / name).code == 0
    found = opened(tmp_path / "x.xlsx")
    cell = found.cell(2, header(found).index("reason_note") + 1)
    assert (cell.data_type, cell.hyperlink) == ("s", None)
    assert str(cell.value).strip() == text.strip()
    [row] = csv.DictReader(io.StringIO((tmp_path / "x.csv").read_text(encoding="utf-8-sig"), newline=""))
    assert row["reason_note"][0] == "'"


def test_a_file_for_excel_has_a_mark_and_a_pipe_has_none(demo_once: Path, tmp_path: Path) -> None:
    does(demo_once, "export", tmp_path / "x.csv")
    data, piped = (tmp_path / "x.csv").read_bytes(), does(demo_once, "export", "-", "-o", "csv").out
    assert data.startswith(b"\xef\xbb\xbfid,")
    assert data.decode("utf-8-sig") == piped
    assert (tmp_path / "x.csv").stat().st_mode & 0o777 == 0o600


def test_documents_are_whole(demo_once: Path, tmp_path: Path) -> None:
    for name in ("x.jsonl", "x.json"):
        assert does(demo_once, "export", tmp_path / name, "--state", "refunded", "--state", "approved").code == 0
    lines = [json.loads(line) for line in (tmp_path / "x.jsonl").read_text().splitlines()]
    assert lines == [json.loads(document(demo_once, number)) for number in (1, 7)]
    assert json.loads((tmp_path / "x.json").read_text()) == lines
    assert does(demo_once, "export", "-", "-o", "json", "--buyer", "nobody").json == []


def test_a_row_a_line(empty: Path) -> None:
    lines = [{"line": str(n), "sku": f"S-{n}", "quantity": 1, "net": "5.00"} for n in (1, 2)]
    take(empty, an_order(lines=lines, shipping={"net": "0"}))
    typed(empty, "apply L-1 --reason damaged")
    rows = list(csv.DictReader(io.StringIO(does(empty, "export", "-", "-o", "csv", "--lines").out)))
    assert [(row["id"], row["sku"], row["requested"]) for row in rows] == [("R-000001", f"S-{n}", "1") for n in (1, 2)]


def test_nothing_is_written_over_and_nothing_is_left_behind(demo_once: Path, tmp_path: Path) -> None:
    target = tmp_path / "x.csv"
    target.write_text("mine")
    refused = does(demo_once, "export", target, "--json")
    assert refused.code == 2  # -o names the form of the file, which must be one of them
    refused = does(demo_once, "export", target)
    assert (refused.code, target.read_text()) == (1, "mine")
    assert "--force" in refused.err
    assert does(demo_once, "export", target, "--force").code == 0
    assert target.read_text(encoding="utf-8-sig").startswith("id,")
    assert does(demo_once, "export", tmp_path / "none" / "x.csv").code == 1
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]


@pytest.mark.parametrize("line", ["export {} -o csv --force", "report --html {} --force"])
def test_neither_data_nor_devices_are_written_over(demo: Path, tmp_path: Path, line: str) -> None:
    before = kept(demo)
    (tmp_path / "link").symlink_to(demo / "data")
    os.mkfifo(tmp_path / "fifo")
    codes = {"data/lock": 2, "data/new": 2, tmp_path / "link" / "lock": 2, tmp_path / "fifo": 1, tmp_path: 1}
    for target, code in codes.items():
        refused = does(demo, *line.format(target).split())
        assert (refused.code, "with --force" in refused.err) == (code, False), refused
    assert (kept(demo), (tmp_path / "fifo").is_fifo()) == (before, True)
    assert does(demo, "fsck", "-q").code == 0


@pytest.mark.parametrize("line", ["export x", "export -", "export x.jsonl --lines", "export x.csv -o table"])
def test_what_export_refuses(demo_once: Path, line: str) -> None:
    assert does(demo_once, *line.split()).code == 2


DECISIONS = {
    "R-000003": {"decision": "receive"}, "R-000004": {"decision": "Pass", "note": "as new"},
    "R-000005": {"decision": "refund", "reference": "TX-1"}, "R-000009": {"decision": "replace"},
    "R-000014": {"note": "not decided"}, "R-000015": {"decision": " approve "},
}  # fmt: skip


@pytest.mark.parametrize("line", ["list", "todo", "export -", "list --state closed", "list --buyer nobody"])
def test_a_list_in_csv_has_the_columns_to_fill_in(demo_once: Path, line: str) -> None:
    """Whatever its rows say, or where it has none."""
    names = does(demo_once, *line.split(), "-o", "csv").out.splitlines()[0].split(",")
    assert names[-5:] == ["decision", "reason_code", "items", "reference", "note"]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
@pytest.mark.parametrize("line", ["list", "todo"])
def test_what_programs_read_comes_back_with_its_decisions(demo: Path, line: str, form: str) -> None:
    text = does(demo, line, "-o", form).out
    if form == "csv":
        rows: list[dict[str, Any]] = list(csv.DictReader(io.StringIO(text)))
        written = io.StringIO()
        writer = csv.DictWriter(written, list(rows[0]))
        writer.writeheader()
        writer.writerows(row | DECISIONS.get(row["id"], {}) for row in rows)
        text = written.getvalue()
    else:
        rows = [json.loads(line) for line in text.splitlines()]
        text = "".join(json.dumps(row | DECISIONS.get(row["id"], {})) + "\n" for row in rows)
    summary = does(demo, "decide", "--from", "-", "--json", input=text).json["summary"]
    assert (summary["done"], summary["left"], summary["failed"]) == (5, len(rows) - 5, 0)


@pytest.mark.parametrize("line", ["list", "todo", "export -"])
def test_a_sheet_comes_back_with_its_decisions(demo: Path, tmp_path: Path, line: str) -> None:
    path = filled(to_file(demo, tmp_path / "a.xlsx", *line.split()), tmp_path / "b.xlsx", DECISIONS)
    before = kept(demo)
    planned = does(demo, "decide", "--from", path, "-n", "--json")
    assert (planned.code, kept(demo)) == (0, before)
    assert {each["outcome"] for each in planned.json["results"]} == {"planned"}
    done = does(demo, "decide", "--from", path, "--json")
    rows = [str(cell.value) for cell in next(opened(path).iter_cols(min_col=header(opened(path)).index("id") + 1))]
    assert (done.code, {each["outcome"] for each in done.json["results"]}) == (0, {"done"})
    assert [rows[each["row"] - 1] for each in done.json["results"]] == [each["id"] for each in done.json["results"]]
    stands = [record(demo, number)["state"] for number in (3, 4, 5, 9, 15)]
    assert stands == ["received", "refund_due", "refunded", "replaced", "approved"]
    assert record(demo, 5)["refunds"][0]["reference"] == "TX-1"
    assert done.json["summary"]["left"] == len(rows) - 1 - 5
    after = kept(demo)
    again = does(demo, "decide", "--from", path, "--json")
    assert (again.code, {each["outcome"] for each in again.json["results"]}) == (0, {"unchanged"})
    assert kept(demo) == after


def test_a_command_takes_the_rows_that_name_it(demo: Path, tmp_path: Path) -> None:
    does(demo, "export", tmp_path / "a.xlsx")
    path = filled(tmp_path / "a.xlsx", tmp_path / "b.xlsx", DECISIONS)
    done = does(demo, "approve", "--from", path)
    assert done.out.startswith("row 16: R-000015: approve → approved\n")
    assert done.err == "1 went well, 0 stood already, 0 did not, 14 rows were left alone\n"
    assert [record(demo, number)["state"] for number in (3, 15)] == ["in_transit", "approved"]


def test_csv_does_the_same(demo: Path, tmp_path: Path) -> None:
    does(demo, "export", tmp_path / "a.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text(encoding="utf-8-sig"))))
    rows = [row | DECISIONS.get(row["id"], {}) for row in rows]
    with (tmp_path / "b.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    done = does(demo, "decide", "--from", tmp_path / "b.csv", "--json")
    assert (done.code, len(done.json["results"])) == (0, 5)


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("line", ["list", "export -"])
def test_a_return_that_has_moved_on_is_not_touched(demo: Path, tmp_path: Path, line: str, form: str) -> None:
    """Unless it moved where the decision leads."""
    path = tmp_path / f"a.{form}"
    if form == "xlsx":
        to_file(demo, path, *line.split())
    else:
        path.write_text(does(demo, *line.split(), "-o", "csv").out)
    typed(demo, "note 15 seen", "inspect 4 --pass", now="2026-11-22T10:00:00-08:00")
    if form == "xlsx":
        filled(path, path, {"R-000015": {"decision": "approve"}, "R-000004": {"decision": "pass"}})
    else:
        rows = list(csv.reader(io.StringIO(path.read_text())))
        told = {"R-000015": "approve", "R-000004": "pass"}
        place = rows[0].index("decision") if "decision" in rows[0] else len(rows[0])
        for row in rows:
            row[place : place + 1] = ["decision" if row is rows[0] else told.get(row[0], "")]
        path.write_text("".join(",".join(row) + "\n" for row in rows))
    done = does(demo, "decide", "--from", path, "--json", now="2026-11-22T11:00:00-08:00")
    assert [each["outcome"] for each in done.json["results"]] == ["unchanged", "refused"]
    assert done.error["code"] == "moved_on"
    assert record(demo, 15)["state"] == "requested"
    people = does(demo, "decide", "--from", path, now="2026-11-22T11:00:00-08:00")
    assert (people.code, "row 16: R-000015 has moved on" in people.err) == (3, True)


BAD = [
    ({"decision": "frob"}, "unknown_decision", "decision"),
    ({"decision": "approve", "reference": "x"}, "unknown_field", "reference"),
    ({"decision": "approve", "note": "#N/A"}, "error_cell", "note"),
    ({"decision": "approve", "items": "1=x"}, "bad_items", "items"),
    ({"decision": "receive", "items": "1=0"}, "bad_items", "items"),
]


@pytest.mark.parametrize(("cells", "why", "column"), BAD)
def test_bad_rows_are_told_and_the_others_done(
    demo: Path, tmp_path: Path, cells: dict[str, str], why: str, column: str
) -> None:
    does(demo, "export", tmp_path / "a.xlsx")
    path = filled(tmp_path / "a.xlsx", tmp_path / "b.xlsx", {"R-000015": cells, "R-000003": {"decision": "receive"}})
    done = does(demo, "decide", "--from", path, "--json")
    facts = done.error["facts"]
    assert (done.code, facts["why"], facts["row"], facts["column"]) == (3, why, 16, column)
    assert [each["outcome"] for each in done.json["results"]] == ["done", "failed"]
    assert record(demo, 3)["state"] == "received"


@pytest.mark.parametrize(
    ("line", "text", "state"),
    [
        ("approve", '{"id": "15", "items": {"2": 1}}\n', "approved"),
        ("reject --note sorry", "id,reason\n15,not_eligible\n", "rejected"),
        ("ship", "id,carrier,tracking\n1,UPS,1Z9\n", "in_transit"),
        ("receive --pass", "id\n3\n", "refund_due"),
        ("receive", "id,verdict,items\n3,fail,1=1\n", "rejected"),
        ("inspect", "id,grades\n4,1=as_sent:1\n", "refund_due"),
        ("inspect --fail", "id\n4\n", "rejected"),
        ("refund", "id,paid\n5,TRUE\n", "refunded"),
        ("refund --paid", "id\n5\n", "refunded"),
        ("replace", "id,tracking\n9,1Z9\n", "replaced"),
        ("convert", "id\n9\n", "refund_due"),
        ("cancel", "id,note\n1,never mind\n", "cancelled"),
        ("escalate", "id,claim,amount,note\n5,refund_amount,9.50,broken\n", "disputed"),
        ("escalate --to platform", "id,case\n14,C-1\n", None),
        ("offer", "id,amount,note\n14,5,sorry\n", "rejected"),
        ("offer --amount 5 --until 2d", "id\n14\n", "rejected"),
        ("resolve", "id,outcome,amount\n11,refund,5.00\n", "refund_due"),
        ("resolve --outcome none", "id,reference\n11,D-1\n", "closed"),
        ("message", "id,text\n15,hello there\n", "requested"),
        ("note", "id,text\n15,call her\n", "requested"),
        ("feedback", "id,rating,comment\n7,5,quick\n", "refunded"),
        ("due", "id,set\n15,2026-12-24T08:00:00Z\n", "requested"),
        ("due --set 9d", "id\n15\n", "requested"),
        ("done", "id,only\n15,applied\n", "requested"),
        ("undo", "id\n3\n", "approved"),
        ("decide", '{"id": "14", "decision": "offer", "amount": "5"}\n', "rejected"),
        ("decide", '{"id": "15", "decision": "approve"}\n{"id": "4"}\n', "approved"),
    ],
)
def test_plain_requests_need_no_decision(demo: Path, line: str, text: str, state: str | None) -> None:
    done = does(demo, *line.split(), "--from", "-", "--json", input=text)
    first = done.json["results"][0]
    if state is None:
        assert (first["outcome"], first["error"]["code"]) == ("refused", "wrong_state")
        return
    assert (first["outcome"], first["to"], first["row"]) == ("done", state, 1 if text.startswith("{") else 2), done


@pytest.mark.parametrize(
    "told", ["2026-12-24T08:00:00Z", "2026-12-24", "2026-12-24 00:00:00", "2026-12-24T11:00:00+03:00", "32d", "768h"]
)
@pytest.mark.parametrize("line", ["due --from -", "offer --from -", "apply --from -"])
def test_times_in_rows_are_those_of_the_options(demo: Path, line: str, told: str) -> None:
    """A date of a spreadsheet has no zone: it is one of the shop."""
    column = {"due": "set", "offer": "until", "apply": "due"}[line.split(maxsplit=1)[0]]
    rest: dict[str, dict[str, Any]]
    rest = {"due": {"id": 15}, "offer": {"id": 14, "amount": "5"}, "apply": {"order": "D-02", "reason": "damaged"}}
    row = {**rest[line.split(maxsplit=1)[0]], column: told}
    done = does(demo, *line.split(), "--json", input=json.dumps(row) + "\n", now="2026-11-22T00:00:00-08:00")
    assert done.code == 0, done
    due = record(demo, {"due": 15, "offer": 14, "apply": 16}[line.split(maxsplit=1)[0]])["due"]["at"]
    assert due == "2026-12-24T08:00:00Z"


UNFIT: list[tuple[dict[str, Any], str, str]] = [
    ({"decision": "due", "set": "45972"}, "bad_when", "set"),
    ({"decision": "due", "set": 45972}, "bad_when", "set"),
    ({"decision": "due", "set": "24/12/2026"}, "bad_when", "set"),
    ({"decision": "offer", "amount": "5", "until": "tomorrow"}, "bad_when", "until"),
    ({"decision": "refund", "amount": 5}, "amount_not_text", "amount"),
    ({"decision": "refund", "paid": "yes"}, "bad_flag", "paid"),
    ({"decision": "approve", "returnless": 2}, "bad_flag", "returnless"),
    ({"decision": "approve", "note": 5}, "not_text", "note"),
    ({"decision": "approve", "items": {"1": "x"}}, "bad_items", "items"),
    ({"decision": "inspect", "grades": "1=as_sent:0"}, "bad_grades", "grades"),
    ({"decision": "inspect", "grades": "worn"}, "bad_grades", "grades"),
    ({"decision": "inspect maybe"}, "bad_choice", "verdict"),
    ({"decision": "resolve", "outcome": "win"}, "bad_choice", "outcome"),
    ({"decision": "escalate", "to": "buyer"}, "bad_choice", "to"),
    ({"decision": "feedback", "rating": "5.5"}, "bad_choice", "rating"),
    ({"decision": "attach", "evidence": "x.jpg"}, "not_a_list", "evidence"),
    ({"decision": "#VALUE!"}, "error_cell", "decision"),
    ({"decision": "=A1"}, "unknown_decision", "decision"),
    ({"id": "4.035E+18", "decision": "approve"}, "rounded_cell", "id"),
    ({"decision": "refund", "reference": "2.02611021234568E+19"}, "rounded_cell", "reference"),
    ({"decision": "ship", "tracking": "9.4E+21"}, "rounded_cell", "tracking"),
]


@pytest.mark.parametrize(("told", "why", "column"), UNFIT)
def test_a_cell_that_does_not_fit_is_told_in_words(
    demo_once: Path, told: dict[str, Any], why: str, column: str
) -> None:
    done = does(demo_once, "decide", "--from", "-", "--json", input=json.dumps({"id": 15, **told}))
    facts = done.error["facts"]
    assert (done.code, facts["why"], facts["row"], facts["column"]) == (1, why, 1, column)
    assert "`" not in done.error["message"]


@pytest.mark.parametrize(
    ("told", "why", "column"),
    [
        ({"items": [1]}, "bad_items", "items"), ({"order": 5}, "not_text", "order"),
        ({"conditions": "unused"}, "not_a_list", "conditions"), ({"type": "gift"}, "bad_choice", "type"),
        ({"due": "soon"}, "bad_when", "due"), ({"order": None}, "missing", "order"),
        ({"order": "5.76E+17"}, "rounded_cell", "order"), ({"external": "4.035E+18"}, "rounded_cell", "external"),
    ],
)  # fmt: skip
def test_so_is_one_of_an_application(demo_once: Path, told: dict[str, Any], why: str, column: str) -> None:
    done = does(demo_once, "apply", "--from", "-", "--json", input=json.dumps({"order": "D-02", **told}))
    facts = done.error["facts"]
    assert (done.code, facts["why"], facts["row"], facts["column"]) == (1, why, 1, column)


# --- the words of a decision


@pytest.mark.parametrize(("language", "offers"), [("en", "approve,reject,receive"), ("zh", "同意,拒绝,收货")])
@pytest.mark.parametrize("form", [("list", "-o", "xlsx"), ("todo", "-o", "xlsx"), ("export", "-", "-o", "xlsx")])
def test_a_sheet_offers_the_decisions_in_the_language_of_its_reader(
    demo_once: Path, tmp_path: Path, language: str, offers: str, form: tuple[str, ...]
) -> None:
    path = tmp_path / "sheet.xlsx"
    with path.open("wb") as target:
        words = [sys.executable, "-m", "returnctl", *form, "--lang", language, "--now", DEMO_NOW]
        subprocess.run(words, cwd=demo_once, stdout=target, check=True)
    found = opened(path)
    (offered,) = found.data_validations.dataValidation
    place = found.cell(1, header(found).index("decision") + 1).column_letter
    assert str(offered.sqref) == f"{place}2:{place}{found.max_row}"
    assert (str(offered.formula1).startswith(f'"{offers},'), bool(offered.showErrorMessage)) == (True, False)
    assert header(found)[0] in ("id", "group")


@pytest.mark.parametrize("code", CHINESE)
def test_every_decision_may_be_written_in_chinese(demo_once: Path, code: str) -> None:
    """A row is read the same, whichever word it has: here of a return that there is not, or by what it lacks."""
    told = {
        word: does(demo_once, "decide", "--from", "-", "-n", "--json", input=f"id,decision\n999,{word}\n").error
        for word in (code, *CHINESE[code])
    }
    assert len({json.dumps(each, sort_keys=True) for each in told.values()}) == 1
    assert told[code]["facts"].get("why") != "unknown_decision"


def test_the_words_of_decisions_are_those_of_the_program() -> None:
    verdicts = {"pass", "fail", "receive pass", "receive fail"}
    assert set(CHINESE) == {*COMMANDS} | verdicts
    words = [word for each in CHINESE.values() for word in each]
    assert len(words) == len(set(words))
    assert [code for code in set(CHINESE) - verdicts if say(code, "zh") not in CHINESE[code]] == []


def test_a_word_that_is_no_decision_is_told_with_those_there_are(demo_once: Path) -> None:
    rows = "id,decision\n15,也许\n"
    ran = does(demo_once, "decide", "--from", "-", "--lang", "zh", input=rows)
    assert ran.code == 1
    assert "同意" in ran.err
    as_json = does(demo_once, "decide", "--from", "-", "--lang", "zh", "--json", input=rows)
    assert "approve" in as_json.error["facts"]["known"]


@pytest.mark.parametrize("command", [("apply", "--from"), ("decide", "--from"), ("import",)], ids=" ".join)
@pytest.mark.parametrize("title", ["Returns of Monday\n", "Returns of Monday,,\n"])
def test_a_title_above_the_header_is_told_as_such(demo_once: Path, command: tuple[str, ...], title: str) -> None:
    told = f"{title}id,order,decision\n15,D-02,approve\n"
    done = does(demo_once, *command, "-", "--json", input=told)
    assert done.code == 1
    assert done.error["facts"]["why"] == "no_header"
    assert "its first row must hold the names of the columns" in done.error["message"]
    assert "Returns of Monday" in done.error["message"]


def test_a_table_without_orders_is_no_list_of_applications(demo_once: Path) -> None:
    done = does(demo_once, "apply", "--from", "-", "--json", input="oder,reason\nD-02,damaged\n")
    assert (done.code, done.error["facts"]["why"], done.error["facts"]["columns"]) == (1, "missing_columns", ["order"])


def test_what_a_row_leaves_empty_is_not_said(demo: Path) -> None:
    told = {"id": 15, "decision": "approve", "note": None, "items": "", "amount": None, "reason_code": ""}
    rows = [told, {"id": 3, "decision": None}, {"id": 4, "decision": ""}]
    done = does(demo, "decide", "--from", "-", "--json", input="".join(json.dumps(row) + "\n" for row in rows))
    assert (done.code, done.json["summary"]["done"], done.json["summary"]["left"]) == (0, 1, 2)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b'[{"id": 15}]', "it is an array: write one object a line"), (b"id\0", "this is not a text file: save it"),
        (b"", "0 went well"), (b"\xef\xbb\xbf", "0 went well"), (b"\xef\xbb\xbf\n \n", "0 went well"),
        (b'\xef\xbb\xbf{"id": 15, "decision": "approve"}', "1 went well"),
        (b"\xef\xbb\xbfid,decision\r\n15,approve\r\n", "1 went well"),
        ("id,decision,note\n15,approve,\u8fd8\u597d\n".encode("gb18030"), "1 went well"),
        (b"id,decision,text\n15,note," + b"x" * 140_000, "a cell in line 2 holds more than 131072 characters"),
        (b"id,decision\n15,Aprove\n", "'Aprove' is no decision; it may be approve, "),
    ],
)  # fmt: skip
def test_what_a_file_is_told_to_be(demo_once: Path, tmp_path: Path, data: bytes, told: str) -> None:
    (tmp_path / "x").write_bytes(data)
    assert told in does(demo_once, "decide", "--from", tmp_path / "x", "-n").err


def test_what_is_wrong_with_a_whole_row_names_no_column(demo_once: Path) -> None:
    told = does(demo_once, "decide", "--from", "-", input="id,decision\n15\n").err
    assert told.splitlines()[0] == "error: -, row 2: it has fewer cells than the header"


@pytest.mark.parametrize(("currency", "code"), [("THB", 2), ("USD", 0), ("", 0)])
def test_an_amount_in_another_currency_is_not_paid(demo: Path, currency: str, code: int) -> None:
    row = {"id": 5, "decision": "refund", "amount": "5.00", "currency": currency, "reference": "T-1"}
    done = does(demo, "decide", "--from", "-", "--json", input=json.dumps(row))
    assert (done.code, len(record(demo, 5)["refunds"])) == (code, 0 if code else 1)
    shown = {"id": 4, "decision": "pass", "currency": currency}
    assert does(demo, "decide", "--from", "-", "--json", input=json.dumps(shown)).code == 0


WAYS = [
    ["15,approve", "15,ship", "15,receive pass", "15,refund,T-1"],
    ["4,pass", "4,refund,T-1", "4,refund,T-1"],
    ["4,pass", "4,refund"],
    ["14,note", "14,offer", "14,accept", "14,accept", "14,refund,T-1"],
    ["5,refund,T-1", "5,refund,T-2", "1,refund,T-3"],
]


@pytest.mark.parametrize("way", WAYS)
def test_a_dry_run_says_what_the_run_does(demo: Path, tmp_path: Path, way: list[str]) -> None:
    """Also where sides take turns, and where money is paid: what a row does, the next one meets."""
    (tmp_path / "x.csv").write_text("id,decision,reference,amount,text\n" + "".join(f"{_wide(each)}\n" for each in way))
    before = kept(demo)
    planned = does(demo, "decide", "--from", tmp_path / "x.csv", "--json", "-n")
    assert kept(demo) == before
    done = does(demo, "decide", "--from", tmp_path / "x.csv", "--json")
    assert planned.code == done.code
    assert [told(each) for each in planned.json["results"]] == [told(each) for each in done.json["results"]]


def _wide(row: str) -> str:
    id_, decision, reference = (*row.split(","), "")[:3]
    return f"{id_},{decision},{reference},{'5' if decision == 'offer' else ''},{'seen' if decision == 'note' else ''}"


def told(result: dict[str, Any]) -> tuple[Any, ...]:
    error = result.get("error", {})
    return (
        result["row"], result["id"], result["outcome"].replace("planned", "done"), result["from"], result["to"],
        result["events"], result["due"], error.get("code"), error.get("facts"),
    )  # fmt: skip


@pytest.mark.parametrize("proof", [{"reference": "T-1"}, {"paid": True}])
def test_a_payment_handed_in_twice_is_paid_once(demo: Path, proof: dict[str, Any]) -> None:
    """By a sheet that knows the return as it was before it was paid."""
    row = {"id": 5, "decision": "refund", "revision": str(record(demo, 5)["revision"]), **proof}
    text = json.dumps(row) + "\n"
    outcomes = [does(demo, "decide", "--from", "-", "--json", input=text).json["results"][0]["outcome"] for _ in "12"]
    assert (outcomes, len(record(demo, 5)["refunds"])) == (["done", "unchanged"], 1)
    other = text.replace("T-1", "T-2").replace("true", 'true, "amount": "5"')
    assert does(demo, "decide", "--from", "-", "--json", input=other).error["code"] == "moved_on"


def test_a_hook_is_not_asked_to_pay_by_a_sheet_that_is_past(demo: Path) -> None:
    (demo / "hooks").mkdir(exist_ok=True)
    (demo / "hooks/refund").write_text("#!/bin/sh\ntouch ../asked asked\n")
    (demo / "hooks/refund").chmod(0o755)
    row = json.dumps({"id": 5, "decision": "refund", "revision": str(record(demo, 5)["revision"])})
    typed(demo, "note 5 seen")
    assert does(demo, "decide", "--from", "-", "--json", input=row).error["code"] == "moved_on"
    assert (record(demo, 5)["refunds"], list(demo.rglob("asked"))) == ([], [])


def test_offers_are_answered_by_the_other_side_of_each(demo: Path) -> None:
    typed(demo, "offer 14 --amount 5", "offer 15 --amount 5 --as buyer", "escalate 5", "offer 5 --amount 3 --as buyer")
    done = does(demo, "decide", "--from", "-", "--json", input="id,decision\n14,accept\n15,accept\n5,decline\n")
    assert [x["outcome"] for x in done.json["results"]] == ["done"] * 3
    assert [record(demo, number)["history"][-1]["role"] for number in (14, 15, 5)] == ["buyer", "seller", "seller"]


@pytest.mark.parametrize(
    ("line", "text", "code"),
    [
        ("offer --from -", "id\n14\n", 2),
        ("resolve --from -", "id\n11\n", 2),
        ("message --from -", "id,text,template\n15,a,b\n", 2),
        ("feedback --from -", "id,rating\n7,9\n", 2),
        ("escalate --from -", "id,claim\n5,bad\n", 2),
        ("due --from -", "id\n15\n", 2),
        ("attach --from -", "id\n15\n", 2),
        ("approve 15 --from -", "id\n15\n", 2),
        ("ship 1 --from -", "id\n15\n", 2),
        ("decide", "", 2),
        ("ship", "", 2),
        ("inspect --item 1=as_sent --from -", "id\n4\n", 2),
        ("inspect --from -", "id\n4\n", 2),
        ("approve --from -", "order\n15\n", 1),
        ("decide --from -", "id\n15\n", 1),
        ("approve --from -", "id,state\n15,requested\n", 1),
        ("decide --from -", '{"id": "15"}\n', 1),
        ("decide --from -", "[]\n", 1),
        ("decide --from nowhere.xlsx", "", 1),
    ],
)
def test_what_is_refused(demo_once: Path, line: str, text: str, code: int) -> None:
    refused = does(demo_once, *line.split(), input=text)
    assert (refused.code, refused.out) == (code, "")
    assert "Traceback" not in refused.err


def test_orders_in_a_workbook_are_those_in_csv(empty: Path, tmp_path: Path) -> None:
    data = (ROOT / "tests/data/seller-center-orders-us.csv").read_text("utf-8-sig")
    rows = list(csv.reader(io.StringIO(data, newline="")))
    (tmp_path / "x.xlsx").write_bytes(book({"OrderSKUList": sheet(texts(rows), split=True)}))
    taken = does(empty, "import", tmp_path / "x.xlsx", "--json").json["summary"]
    assert (taken["new"] > 0, taken["bad"]) == (True, 0)
    again = does(empty, "import", ROOT / "tests/data/seller-center-orders-us.csv", "--json").json["summary"]
    assert again == {"new": 0, "changed": 0, "unchanged": taken["new"], "bad": 0}


def test_a_workbook_of_applications(empty: Path, tmp_path: Path) -> None:
    take(empty, an_order(ID))
    rows = texts([["order", "items", "reason", "external"], [ID, "1=2", "damaged", "x"]])
    rows[1][3] = number("42")
    (tmp_path / "x.xlsx").write_bytes(book({"a": sheet(rows)}))
    assert does(empty, "apply", "--from", tmp_path / "x.xlsx").code == 0
    assert record(empty, 1)["external"]["return_id"] == "42"


def test_damaged_workbooks_are_told(demo_once: Path, tmp_path: Path) -> None:
    does(demo_once, "export", tmp_path / "x.xlsx")
    whole = (tmp_path / "x.xlsx").read_bytes()
    for data in (whole[:-40], whole[:200], b"\xd0\xcf\x11\xe0", b"PK\x03\x04"):
        (tmp_path / "y.xlsx").write_bytes(data)
        done = does(demo_once, "decide", "--from", tmp_path / "y.xlsx", "--json")
        assert (done.code, done.error["code"]) == (1, "bad_file")
