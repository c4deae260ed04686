"""Orders from every kind of file: taken in once, bad rows told with their place."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.shops import LAMPS, ROOT, an_order, kept, record, typed
from tests.program import Ran, run

DATA = ROOT / "tests" / "data"
US, TH = (DATA / f"seller-center-orders-{market}.csv" for market in ("us", "th"))
ACCOUNTS = """
accounts:
  th-main: {market: TH, currency: THB, timezone: Asia/Bangkok, dates: dd/MM/yyyy}
"""


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    assert run("init", root, "-q").code == 0
    with (root / "returnctl.yaml").open("a") as settings:
        settings.write(ACCOUNTS)
    return root


def test_an_export_is_taken_in_once(empty: Path) -> None:
    first = run("import", US, "--json", cwd=empty).json
    assert first["summary"] == {"new": len(first["results"]), "changed": 0, "unchanged": 0, "bad": 0}
    assert {result["outcome"] for result in first["results"]} == {"done"}
    before = kept(empty)
    again = run("import", US, "--json", cwd=empty).json
    assert again["summary"] == {"new": 0, "changed": 0, "unchanged": len(first["results"]), "bad": 0}
    assert kept(empty) == before
    assert "next: returnctl order list" in run("import", DATA / "orders.json", cwd=empty).out


def test_accounts_tell_how_files_read(empty: Path) -> None:
    done = run("import", TH, "--account", "th-main", "--json", cwd=empty)
    assert (done.code, done.json["summary"]["bad"]) == (0, 0)
    shown = run("order", "show", done.json["results"][0]["id"], "--json", cwd=empty).json
    assert (shown["account"], shown["market"], shown["currency"]) == ("th-main", "TH", "THB")
    unknown = run("import", TH, "--account", "th-mian", "--json", cwd=empty)
    assert (unknown.code, unknown.error["facts"]["near"]) == (6, ["th-main"])
    assert "they have th-main." in unknown.error["message"]


def test_an_account_that_the_settings_lack_says_how_to_add_it(tmp_path: Path) -> None:
    assert run("init", tmp_path / "shop", "-q").code == 0
    unknown = run("import", TH, "--account", "th-1", "--json", cwd=tmp_path / "shop").error
    assert "they have none." in unknown["message"]
    line = unknown["hint"].partition("returnctl.yaml: ")[2]
    with (tmp_path / "shop/returnctl.yaml").open("a") as settings:
        settings.write(line + "\n")
    assert run("import", TH, "--account", "th-1", cwd=tmp_path / "shop").code == 0


def test_the_file_must_agree_with_the_account(empty: Path) -> None:
    done = run("import", TH, "--json", cwd=empty)
    assert done.code == 1
    assert done.json["summary"]["new"] == 0
    assert kept(empty).keys() == {"data/journal.jsonl"}


def test_documents_come_in_any_form(empty: Path, tmp_path: Path) -> None:
    lines = "".join(json.dumps(an_order(f"O-{n}")) + "\n" for n in (1, 2))
    for text, new in ((json.dumps(an_order("O-0")), 1), (lines, 2), (json.dumps([an_order("O-3")]), 1)):
        assert run("order", "import", "-", "--json", cwd=empty, input=text).json["summary"]["new"] == new
    gb = tmp_path / "gb.csv"
    gb.write_bytes(US.read_text("utf-8-sig").replace("buyer000", "买家一").encode("gb18030"))
    assert run("import", gb, "-q", cwd=empty).code == 0
    assert "买家一" in run("order", "list", "-o", "csv", cwd=empty).out


def test_a_changed_order_stands_for_later_applications(empty: Path) -> None:
    for net in ("81.00", "60.00"):
        lines = [{"line": "1", "sku": "LUMI-LAMP-1", "quantity": 3, "net": net}]
        run("import", "-", "-q", cwd=empty, input=json.dumps(an_order(lines=lines)))
        typed(empty, "apply L-1 --item 1=1 --reason damaged")
    assert [record(empty, n)["order"]["lines"][0]["net"] for n in (1, 2)] == ["81.00", "60.00"]


BAD = [an_order("B-1"), an_order("B-2", currency="usd"), {"id": "B-3"}]


def test_a_bad_row_is_told_and_the_others_are_done(empty: Path) -> None:
    done = run("import", "-", "--json", cwd=empty, input="".join(json.dumps(each) + "\n" for each in BAD))
    assert (done.code, done.json["summary"]) == (3, {"new": 1, "changed": 0, "unchanged": 0, "bad": 2})
    bad = [result for result in done.json["results"] if result["outcome"] == "failed"]
    assert [(result["row"], result["error"]["code"]) for result in bad] == [(2, "bad_row"), (3, "bad_row")]
    assert done.error["facts"]["file"] == "-"


def test_strict_takes_all_or_none(empty: Path) -> None:
    before = kept(empty)
    done = run("import", "-", "--strict", cwd=empty, input="".join(json.dumps(each) + "\n" for each in BAD))
    assert done.code == 1
    assert kept(empty) == before
    dry = run("import", US, "-n", "--json", cwd=empty)
    assert {result["outcome"] for result in dry.json["results"]} == {"planned"}
    assert kept(empty) == before


def test_two_readings_of_a_date_are_refused_unless_told(empty: Path, tmp_path: Path) -> None:
    (first,) = {line.split("\t,")[0] for line in US.read_text("utf-8-sig").splitlines()[2:3]}
    rows = [row for n, row in enumerate(US.read_text("utf-8-sig").splitlines()) if n < 2 or first in row]
    unclear = tmp_path / "orders.csv"
    unclear.write_text("\n".join(rows).replace(" AM", "").replace(" PM", ""))
    refused = run("import", unclear, "--json", cwd=empty)
    if refused.code:
        assert refused.error["facts"]["why"] in ("ambiguous_dates", "contradictory_dates")
    assert run("import", unclear, "--dates", "MM/dd/yyyy", cwd=empty).code == 0


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 a workbook", "broken_workbook"),
        (b"\x00\x01\x02", "binary"),
        (b"a,b\n1,2\n", "unknown_columns"),
        (b"{", "not_json"),
        (b'{"id": "1", "id": "2"}', "doubled_key"),
        (b"[" * 5000, "too_deep"),
    ],
)
def test_a_file_that_is_none(empty: Path, tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "a file"
    path.write_bytes(content)
    done = run("import", path, "--json", cwd=empty)
    assert (done.code, done.error["facts"]["why"]) == (1, why)
    assert done.error["message"].startswith(str(path))


def test_files_that_cannot_be_read(empty: Path, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.csv"):
        assert run("import", path, "--json", cwd=empty).error["code"] == "bad_file"
    returns = shutil.copy(DATA / "seller-center-returns.csv", tmp_path)
    assert run("order", "import", returns, "--json", cwd=empty).error["facts"]["why"] == "returns_file"


def test_looking_at_orders(shop_once: Path) -> None:
    rows = run("order", "list", "--json", cwd=shop_once).json
    assert {row["id"] for row in rows} == {"L-1", "L-2", "L-3"}
    assert run("order", "list", "--limit", "1", "-o", "ids", cwd=shop_once).out.count("\n") == 1
    assert run("order", "list", "--buyer", "nobody", "--json", cwd=shop_once).json == []
    people = run("order", "show", "L-1", cwd=shop_once).out
    assert "93.15 USD" in people
    assert "returnctl apply L-1" in people
    unknown = run("order", "show", "L-9", "--json", cwd=shop_once)
    assert (unknown.code, unknown.error["code"]) == (6, "not_found")


def test_a_repeated_import_never_undoes_a_later_one(shop: Path) -> None:
    def taken(price: str, key: str) -> Ran:
        order = an_order("K-1", lines=[LAMPS | {"net": price}])
        return run("import", "-", "--key", key, "--json", cwd=shop, input=json.dumps([order]))

    assert [taken(price, key).json["summary"]["unchanged"] for price, key in (("1.00", "a"), ("2.00", "b"))] == [0, 0]
    assert taken("1.00", "a").json["results"][0]["outcome"] == "unchanged"
    assert run("order", "show", "K-1", "--json", cwd=shop).json["lines"][0]["net"] == "2.00"
    assert taken("3.00", "a").code == 5


LOOKING = [
    ("list",), ("order", "list"), ("export", "-", "-o", "csv"), ("reconcile",), ("list", "-o", "ids"),
    ("list", "-o", "xlsx"), ("export", "new.csv"),
]  # fmt: skip


@pytest.mark.parametrize("command", LOOKING, ids=" ".join)
def test_an_account_that_neither_the_settings_nor_the_data_know_is_told(empty: Path, command: tuple[str, ...]) -> None:
    """An order knows an account that the settings no longer have."""
    (empty / "orders.json").write_text(json.dumps([an_order("A-1", account="us-old")]))
    assert run("import", "orders.json", cwd=empty).code == 0
    ran = run(*command, "--account", "th-mian", cwd=empty)
    assert (ran.code, ran.out) == (6, "")
    assert "no account is called 'th-mian'; there are th-main, us-old." in ran.err
    assert not (empty / "new.csv").exists()
    for known in ("th-main", "us-old"):
        (empty / "new.csv").unlink(missing_ok=True)
        assert run(*command, "--account", known, cwd=empty).code == 0
