"""Policies typed into a shop: looked at, checked, chosen, and deciding as they read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shops import ROOT, an_order, record, take, typed
from tests.program import run

FULL = (ROOT / "tests/examples/full.yaml").read_text("utf-8")
NOVEMBER = "2026-11-10T09:00:00-08:00"


def a_shop(root: Path, **policies: str) -> Path:
    """A shop with these policy files and no other."""
    assert run("init", root, "-q").code == 0
    (root / "policies/standard.yaml").unlink()
    for name, text in policies.items():
        (root / f"policies/{name}.yaml").write_text(text, "utf-8")
    return root


def an_item(line: str, sku: str, net: str, category: str = "home/lamp") -> dict[str, Any]:
    return {"line": line, "sku": sku, "category": category, "quantity": 1, "net": net}


@pytest.fixture(scope="module")
def full_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = a_shop(tmp_path_factory.mktemp("once") / "shop", full=FULL)
    lines = [
        an_item("1", "LUMI-BULB-4", "8.00"),
        an_item("2", "LUMI-LAMP-1", "20.00"),
        an_item("3", "LUMI-LAMP-2", "20.01"),
        an_item("4", "GLOW-LIP-05", "9.00", "beauty/lipstick"),
        an_item("5", "LUMI-CUSTOM-7", "50.00"),
        an_item("6", "LUMI-SOFA", "100.00"),
    ]
    take(
        root,
        an_order("U-1", lines=lines, ordered_at="2026-11-02T00:00:00Z"),
        an_order("DE-1", lines=lines, market="DE", currency="EUR", ordered_at="2026-11-02T00:00:00Z"),
        an_order("W-1", lines=lines, ordered_at="2026-11-30T00:00:00Z", delivered_at="2026-12-05T00:00:00Z"),
    )
    return root


@pytest.fixture
def full(full_once: Path, tmp_path: Path) -> Path:
    return shutil.copytree(full_once, tmp_path / "shop")


STATED = "--condition unused,undamaged,tags_attached,complete"
DAMAGED = "--reason damaged --evidence {photo}"
# What is typed, when, and what comes of it: events and state, or the rules that failed.
DECIDES: list[tuple[str, str, tuple[Any, ...]]] = [
    (f"apply U-1 --item 1 {DAMAGED}", "2026-11-10", (["apply", "approve"], "refund_due")),
    (f"apply U-1 --item 2 {DAMAGED}", "2026-11-10", (["apply", "approve"], "approved")),
    (f"apply U-1 --item 3 {DAMAGED}", "2026-11-10", (["apply"], "requested")),
    ("apply U-1 --item 2 --reason damaged", "2026-11-10", ("evidence",)),
    (f"apply U-1 --item 2 {STATED}", "2026-11-10", ("reason",)),
    (f"apply U-1 --item 2 {STATED} --reason wrong_size", "2026-11-10", (["apply"], "requested")),
    (f"apply U-1 --item 2 {STATED} --reason wrong_size", "2026-12-06", ("window",)),
    (f"apply U-1 --item 2 {DAMAGED}", "2027-02-03", (["apply", "approve"], "approved")),
    (f"apply U-1 --item 2 {DAMAGED}", "2027-02-04", ("window",)),
    (f"apply U-1 --item 4 {STATED} --reason wrong_size", "2026-11-10", ("conditions",)),
    ("apply U-1 --item 4 --condition seal_intact,complete --reason wrong_size", "2026-11-10", (["apply"], "requested")),
    (f"apply U-1 --item 5 {STATED} --reason wrong_size", "2026-11-10", ("returnable",)),
    (f"apply U-1 --item 5 --item 2 {STATED} --reason wrong_size", "2026-11-10", ("returnable",)),
    (f"apply DE-1 --item 2 {STATED}", "2026-11-10", (["apply"], "requested")),
    (f"apply W-1 --item 2 {STATED} --reason wrong_size", "2027-01-31", (["apply"], "requested")),
    (f"apply W-1 --item 2 {STATED} --reason wrong_size", "2027-02-01", ("window",)),
    (f"apply W-1 --item 2 {DAMAGED}", "2027-02-20", (["apply", "approve"], "approved")),
    (f"apply W-1 --item 5 {STATED} --reason wrong_size", "2026-12-10", ("returnable",)),
]


@pytest.mark.parametrize(("line", "day", "comes"), DECIDES, ids=[f"{x[0]} {x[1]}" for x in DECIDES])
def test_the_full_example_decides_as_it_reads(
    full_once: Path, photo: Path, line: str, day: str, comes: tuple[Any, ...]
) -> None:
    words = [*line.format(photo=photo).split(), "-n", "--json"]
    done = run(*words, cwd=full_once, now=f"{day}T09:00:00-08:00")
    if done.code:
        assert done.code == 4
        assert tuple(rule["rule"] for rule in done.error["facts"]["failed"]) == comes
        assert all(rule["at"].startswith("full.yaml:") for rule in done.error["facts"]["failed"])
    else:
        assert (done.result["events"], done.result["to"]) == comes


def test_it_says_which_rule_and_why(full: Path, photo: Path) -> None:
    typed(full, f"apply U-1 --item 1 {DAMAGED}".format(photo=photo), now=NOVEMBER)
    stored = record(full, 1)
    line = FULL.splitlines().index(next(x for x in FULL.splitlines() if "name: not-worth-the-freight" in x)) + 1
    facts = stored["history"][-1]["facts"]
    assert facts == {"rule": "not-worth-the-freight", "at": f"full.yaml:{line}"}
    assert (stored["returnless"], stored["history"][-1]["role"]) == (True, "system")
    made = run("apply", "U-1", "--item", "5", "--reason", "wrong_size", cwd=full, now=NOVEMBER)
    assert "made to the buyer's specification" in made.err


def test_a_large_order_has_longer_for_its_review(full: Path) -> None:
    ends: list[str] = []
    for item in (3, 6):
        typed(full, f"apply U-1 --item {item} --reason wrong_size {STATED}", now=NOVEMBER)
        ends.append(record(full, len(ends) + 1)["due"]["at"])
    # Veterans Day is the Wednesday after; two and four working days.
    assert ends == ["2026-11-14T08:00:00Z", "2026-11-18T08:00:00Z"]


def test_the_fee_and_the_label_are_kept_for_a_change_of_mind(full: Path) -> None:
    amounts = [
        {line["code"]: line["amount"] for line in typed(full, line_, now=NOVEMBER).result["breakdown"]["lines"]}
        for line_ in (f"apply {order} --item 3 --reason wrong_size {STATED}" for order in ("U-1", "DE-1"))
    ]
    assert amounts == [
        {"item": "20.01", "restocking_fee": "-2.00", "return_label": "-4.99"},
        {"item": "20.01", "return_label": "-4.99"},
    ]


def test_the_simple_example(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop", simple=(ROOT / "tests/examples/simple.yaml").read_text())
    take(shop, an_order())
    assert run("apply", "L-1", cwd=shop, now=NOVEMBER).code == 4
    assert typed(shop, "apply L-1 --reason wrong_size", now=NOVEMBER).result["to"] == "requested"
    values = {row["id"]: (row["value"], row["from"]) for row in run("policy", "show", "--json", cwd=shop).json}
    assert values["return_window/days"] == (30, "simple.yaml:7")
    assert values["deadlines/ship/days"] == (14, "default")


SIMPLE = "returnctl: policy/v1\nname: {name}\nversion: {version}\nmarkets: {markets}\ntimezone: UTC\n"


def simple(name: str = "a", version: int = 1, markets: str = "[US]", more: str = "") -> str:
    return SIMPLE.format(name=name, version=version, markets=markets) + more


def test_the_market_and_the_order_date_choose(tmp_path: Path) -> None:
    second = simple(version=2, more="effective: {from: 2026-11-03}\n")
    shop = a_shop(tmp_path / "shop", one=simple(), two=second, german=simple("de", 1, "[DE]"))
    days = {"A-1": "2026-11-02T23:59:59Z", "A-2": "2026-11-03T00:00:00Z"}
    take(shop, *(an_order(id_, ordered_at=day) for id_, day in days.items()))
    take(shop, an_order("A-3", market="DE", currency="EUR"), an_order("A-4", market="JP", currency="USD"))
    for number, (order, chosen) in enumerate({"A-1": ("a", 1), "A-2": ("a", 2), "A-3": ("de", 1)}.items(), 1):
        typed(shop, f"apply {order} --reason damaged", now=NOVEMBER)
        policy = record(shop, number)["policy"]
        assert (policy["name"], policy["version"]) == chosen
    none = run("apply", "A-4", "--json", cwd=shop, now=NOVEMBER)
    assert (none.code, none.error["code"]) == (4, "no_policy")
    assert "returnctl init DIR --market JP" in none.error["hint"]


def test_several_that_fit_want_a_default(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop", one=simple("a"), two=simple("b"))
    take(shop, an_order())
    several = run("apply", "L-1", "--json", cwd=shop, now=NOVEMBER)
    assert (several.code, several.error["facts"]["names"]) == (4, ["a", "b"])
    settings = shop / "returnctl.yaml"
    settings.write_text(settings.read_text().replace("policy: standard", "policy: b"))
    typed(shop, "apply L-1", now=NOVEMBER)
    assert record(shop, 1)["policy"]["name"] == "b"


@pytest.mark.parametrize("fate", ["changed", "vanished", "broken"])
def test_the_pinned_copy_keeps_deciding(tmp_path: Path, fate: str) -> None:
    shop = a_shop(tmp_path / "shop", one=simple(more="deadlines: {ship: {days: 5}}\n"))
    take(shop, an_order(), an_order("L-2"))
    typed(shop, "apply L-1 --reason damaged", now=NOVEMBER)
    file = shop / "policies/one.yaml"
    match fate:
        case "changed":
            file.write_text(simple(more="deadlines: {ship: {days: 9}}\n"))
        case "vanished":
            file.unlink()
        case "broken":
            file.write_text("name: [")
    typed(shop, "approve 1", now=NOVEMBER)
    assert record(shop, 1)["due"]["at"] == "2026-11-16T00:00:00Z"
    # A broken file stops only what needs it; what was pinned stays choosable when its file is gone.
    code = {"changed": 0, "vanished": 0, "broken": 1}[fate]
    again = run("apply", "L-2", "--reason", "damaged", "--json", cwd=shop, now=NOVEMBER)
    assert again.code == code
    if code:
        assert (again.error["code"], len(again.error["facts"]["problems"])) == ("invalid_policy", 1)


def test_policies_are_listed(full_once: Path) -> None:
    (row,) = run("policy", "list", "--json", cwd=full_once).json
    assert (row["id"], row["version"], row["markets"], row["from"]) == (
        "lumi-home", 4, ["US", "GB", "DE"], "2026-11-01",
    )  # fmt: skip
    assert "Lumi Home returns" in run("policy", "list", cwd=full_once).out
    unknown = run("policy", "show", "lumi", "--json", cwd=full_once)
    assert (unknown.code, unknown.error["facts"]["near"]) == (6, ["lumi-home"])


def test_a_policy_is_shown_as_it_holds_for_a_return(full: Path) -> None:
    typed(full, f"apply DE-1 --item 3 {STATED}", now=NOVEMBER)
    values = {row["id"]: row for row in run("policy", "show", "--return", "1", "--json", cwd=full).json}
    line = FULL.splitlines().index("      timezone: Europe/Berlin") + 1
    assert (values["timezone"]["value"], values["timezone"]["from"]) == ("Europe/Berlin", f"full.yaml:{line}")
    assert values["restocking_fee/none"]["value"] is True


FAULTY = simple(markets="[US, XX]", more="return_windw: {days: 30}\nrestocking_fee: {percent: 101}\n")


def test_every_fault_is_told_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(FAULTY)
    told = run("policy", "validate", file, cwd=tmp_path)
    assert told.code == 1
    assert f"{file}:6:1: " in told.out
    assert "return_window" in told.out
    assert "^" in told.out
    problems = run("policy", "validate", file, "--json", cwd=tmp_path)
    assert problems.code == 1
    assert [(problem["line"], problem["file"]) for problem in problems.json] == [(n, str(file)) for n in (4, 6, 7)]
    lines = run("policy", "validate", file, "-o", "github", cwd=tmp_path).out.splitlines()
    assert [line.split(",")[0] for line in lines] == [f"::error file={file}"] * 3
    assert told.out.count("error:") == 3


def test_sound_policies_are_sound(full_once: Path, tmp_path: Path) -> None:
    assert run("policy", "validate", cwd=full_once).code == 0
    assert run("policy", "validate", "--json", cwd=full_once).json == []
    assert run("policy", "validate", "-q", cwd=full_once) == (0, "", "")
    examples = (ROOT / "tests/examples").glob("*.yaml")
    assert run("policy", "validate", *examples, cwd=tmp_path).code == 0
    assert run("policy", "validate", "none.yaml", "--json", cwd=tmp_path).error["code"] == "bad_file"
    assert run("policy", "validate", "-", cwd=tmp_path, input=FAULTY).code == 1


def test_files_of_the_shop_are_named_as_seen_from_here(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop", one=FAULTY)
    for cwd, named in ((shop, "policies/one.yaml"), (tmp_path, "shop/policies/one.yaml")):
        assert run("policy", "validate", "-C", shop, cwd=cwd).out.startswith(f"{named}:4:")
    beside = run("policy", "validate", "-C", shop, cwd=shop / "data").out
    assert beside.startswith(f"{shop}/policies/one.yaml:4:")
    chinese = run("policy", "validate", "--lang", "zh", cwd=shop).out.splitlines()
    assert chinese[0].startswith("policies/one.yaml:4:")
    assert " 错误：" in chinese[0]
    assert not any("; " in line for line in chinese if "错误" in line)


# A file of another kind, and the command that it is for: all else that is wrong with it would only mislead.
OTHERS = [
    ("validate", "policies/tests/standard.yaml", "cases_not_here", "returnctl policy test"),
    ("validate", "returnctl.yaml", "settings_not_here", "returnctl.yaml"),
    ("test", "policies/standard.yaml", "policy_not_here", "returnctl policy validate"),
]


@pytest.mark.parametrize(("verb", "file", "code", "word"), OTHERS, ids=[row[2] for row in OTHERS])
def test_a_file_of_another_kind_is_told_as_that(shop_once: Path, verb: str, file: str, code: str, word: str) -> None:
    ran = run("policy", verb, file, "--json", cwd=shop_once)
    (problem,) = ran.json["problems"] if verb == "test" else ran.json
    assert (ran.code, problem["code"]) == (1, code)
    assert word in problem["message"]


UNDER = simple(markets="[US]", more="restocking_fee: {percent: 10}\n")
WAIVED = UNDER + "waivers: [{floor: us-ny-posting, by: Mei, on: 2026-11-02, because: on each product page}]\n"


@pytest.mark.parametrize(
    ("text", "words", "code", "severities"),
    [
        (UNDER, [], 0, ["warning"]),
        (UNDER, ["--strict"], 1, ["error"]),
        (WAIVED, ["--strict"], 0, []),
        (UNDER + "x: 1\n", [], 1, ["error"]),
    ],
)
def test_under_a_floor_it_warns(tmp_path: Path, text: str, words: list[str], code: int, severities: list[str]) -> None:
    told = run("policy", "validate", "-", *words, cwd=tmp_path, input=text)
    assert told.code == code
    found = run("policy", "validate", "-", *words, "--json", cwd=tmp_path, input=text)
    assert (found.code, [problem["severity"] for problem in found.json]) == (code, severities)
    lines = run("policy", "validate", "-", *words, "-o", "github", cwd=tmp_path, input=text).out.splitlines()
    assert [line.split(" ")[0] for line in lines if line.startswith("::")] == [f"::{each}" for each in severities]
    assert [told.out.count(f": {severity}: ") for severity in severities] == [1] * len(severities)
    quiet = run("policy", "validate", "-", *words, "-q", cwd=tmp_path, input=text)
    assert (quiet.code, bool(quiet.out)) == (code, "error" in severities)


def test_a_policy_under_a_floor_decides_as_it_reads(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop", one=UNDER)
    take(shop, an_order())
    done = typed(shop, "apply L-1 --item 1 --reason wrong_size", now=NOVEMBER)
    assert "restocking_fee" in {line["code"] for line in done.result["breakdown"]["lines"]}


def test_an_amount_that_lacks_the_currency_stops_the_step_that_needs_it(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop", one=simple(markets="[US]", more="restocking_fee: {flat: {USD: 5.00}}\n"))
    take(shop, an_order(currency="EUR", shipping={"net": "0"}))
    done = run("apply", "L-1", "--reason", "wrong_size", "--json", cwd=shop, now=NOVEMBER)
    assert (done.code, done.error["code"], done.error["facts"]["currency"]) == (4, "no_amount_in_currency", "EUR")
    assert typed(shop, "apply L-1 --reason damaged", now=NOVEMBER).result["outcome"] == "done"
    assert json.dumps(record(shop, 1)["breakdown"]).count("restocking") == 0


def test_a_return_is_explained(shop: Path) -> None:
    """Rules, window, sums and values, each with the line of the policy that made it."""
    typed(shop, "apply L-1 --item 1=1 --reason damaged")
    ran = run("policy", "explain", 1, "--json", cwd=shop)
    told, kept = ran.json, record(shop, 1)
    assert (told["returnctl"], told["return"], told["rules"]) == ("explanation/v1", "R-000001", kept["eligibility"])
    assert told["total"] == kept["breakdown"]["total"] == "34.65"
    assert [(x["ends"], x["places"]["length"]) for x in told["windows"]] == [(kept["window_ends"], "standard.yaml:11")]
    text = run("policy", "explain", 1, cwd=shop).out
    assert "1 of 3 units, 87.75 paid for all" in text
    assert "30 calendar days" in text
    assert "deadlines.review" not in text
    assert "on: 2026-11-05 17:10 EST" in text
    assert "ends: 2026-12-06 00:00 EST" in text
    assert "reason: -, known: " in run("policy", "explain", "--order", "L-1", "--item", "1=1", cwd=shop).out
    assert "deadlines.review" in run("policy", "explain", 1, "-v", cwd=shop).out


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("--item 1=1 --reason damaged", {"outcome": "approved", "rule": "not-worth-the-freight", "at": "full.yaml:88"}),
        ("--item 1=1 --reason wrong_size --condition unused", {"outcome": "refused", "failed": ["conditions"]}),
        ("--item 1=1 --reason wrong_size", {"outcome": "requested"}),
        ("--item 5", {"outcome": "refused", "failed": ["returnable", "reason"]}),
    ],
)
def test_a_wish_is_explained_before_it_is_one(full: Path, words: str, verdict: dict[str, Any], photo: Path) -> None:
    words = words.replace("damaged", f"damaged --evidence {photo}")
    before = sorted(path for path in (full / "data").rglob("*") if "cache" not in str(path))
    ran = run("policy", "explain", "--order", "U-1", *words.split(), "--json", cwd=full, now=NOVEMBER)
    assert (ran.json["return"], ran.json["verdict"]) == (None, verdict)
    done = run("apply", "U-1", *words.split(), "-n", "--json", cwd=full, now=NOVEMBER)
    assert (done.code == 4) == (verdict["outcome"] == "refused")
    assert sorted(path for path in (full / "data").rglob("*") if "cache" not in str(path)) == before
    overrides = {row["override"] for row in ran.json["values"]} - {None}
    assert ("made-to-order" in overrides) == ("5" in words.split())


@pytest.mark.parametrize("words", [(), ("1", "--order", "L-1"), ("1", "--reason", "damaged")])
def test_a_return_or_a_wish_is_explained_not_both(shop: Path, words: tuple[str, ...]) -> None:
    assert run("policy", "explain", *words, cwd=shop).code == 2
