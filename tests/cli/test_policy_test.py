"""`policy test`: what is given, what must come of it, and how it is told when it does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from tests.cli.shops import ROOT, an_order, record, take, typed
from tests.program import Ran, run

FULL = ROOT / "tests/examples/tests/full.yaml"
SCHEMA = json.loads((ROOT / "schemas/policy-test.schema.json").read_text("utf-8"))
NOVEMBER = "2026-11-10T12:00:00-08:00"
CHANGED_MIND = {"at": "2026-11-20", "reason": "wrong_size", "order": {"delivered_at": "2026-11-05"}}


def a_file(
    folder: Path, *cases: dict[str, Any], policy: str = "standard", name: str = "cases.yaml", **more: Any
) -> Path:
    """Cases beside a new shop's policy; YAML takes JSON."""
    if not (folder / "policies").exists():
        assert run("init", folder, "-q", "--timezone", "America/Los_Angeles").code == 0
    path = folder / "policies/tests" / name
    named = [{"name": f"case {at}", **case} for at, case in enumerate(cases)]
    path.write_text(json.dumps({"returnctl": "policy-test/v1", "policy": policy, "cases": named, **more}))
    return path


def outcome(path: Path, *words: object) -> Ran:
    return run("policy", "test", path, *words, cwd=path.parent)


def test_the_starter_passes_its_tests_in_every_market(tmp_path: Path) -> None:
    for market in ("FR", "JP", "KW"):
        assert run("init", tmp_path / market, "-q", "--market", market).code == 0
        done = run("policy", "test", cwd=tmp_path / market)
        assert (done.code, done.out) == (0, "1 files, 6 cases, all as expected.\n")
        assert run("-q", "policy", "test", cwd=tmp_path / market) == (0, "", "")


def test_the_full_example_passes_its_tests_outside_a_shop(tmp_path: Path) -> None:
    done = run("policy", "test", FULL, cwd=tmp_path)
    assert (done.code, done.err) == (0, ""), done.out


@pytest.mark.parametrize("part", ["given", "order", "expect"])
def test_the_example_shows_every_key(part: str) -> None:
    cases = yaml.safe_load(FULL.read_text("utf-8"))["cases"]
    told = {"given": "given", "expect": "expect"}
    found = [case[told[part]] if part in told else case["given"].get("order", {}) for case in cases]
    used = {key for each in found for key in each}
    assert used == set(SCHEMA["definitions"][part]["properties"])


# One key of `expect` that is wrong, and how the case comes out: what, and the policy's line that decided it.
OTHERWISE: list[tuple[str, dict[str, Any], Any, Any, str | None]] = [
    ("eligible", {}, False, True, None),
    ("eligible", {"at": "2027-01-20"}, True, False, "standard.yaml:11"),
    ("failed", {"reason": "no"}, [], ["reason"], "default"),
    ("failed", {"conditions": ["unused"]}, ["window"], ["conditions"], "standard.yaml:14"),
    ("window_ends", {}, "2026-12-04", "2026-12-05", "standard.yaml:11"),
    ("window_ends", {}, "2026-12-06T00:00:00Z", "2026-12-06T08:00:00Z", "standard.yaml:11"),
    ("window_ends", {}, "none", "2026-12-05", "standard.yaml:11"),
    ("window_ends", {"order": {"delivered_at": "never"}}, "2026-12-05", "none", "standard.yaml:11"),
    ("automatic", {}, "approve", "none", "default"),
    ("fault", {}, "seller", "buyer", "default"),
    ("type", {"type": "refund_only"}, "replacement", "refund_only", "default"),
    ("fee", {}, 1, "0.00", "standard.yaml:20"),
    ("refund", {"found": {"1": "worn"}}, 100, "60.00", "default"),
    ("refund", {"at": "2027-01-20"}, 100, "0", "standard.yaml:11"),
]


@pytest.mark.parametrize(("key", "given", "expected", "actual", "at"), OTHERWISE)
def test_what_came_out_otherwise(
    tmp_path: Path, key: str, given: dict[str, Any], expected: Any, actual: Any, at: str | None
) -> None:
    path = a_file(tmp_path, {"given": {**CHANGED_MIND, **given}, "expect": {key: expected}})
    done = outcome(path, "--json")
    (case,) = done.json["cases"]
    (difference,) = case["differences"]
    assert (done.code, case["outcome"], difference["key"]) == (1, "failed", key)
    assert str(difference["actual"]).removesuffix(".00") == str(actual).removesuffix(".00")
    assert difference["at"] == at
    line = path.read_text().splitlines()[difference["line"] - 1]
    assert line[difference["column"] - 1 :].startswith(json.dumps(expected))


def test_expected_and_actual_stand_side_by_side(tmp_path: Path) -> None:
    path = a_file(
        tmp_path, {"name": "late", "given": {**CHANGED_MIND, "at": "2026-12-20"}, "expect": {"eligible": True}}
    )
    done = outcome(path)
    assert done.code == 1
    assert done.out.splitlines() == [
        f"{path}:1:74: late",
        "  what      expected    came out       " + "expected at".ljust(len(f"{path}:1:201")) + "  decided at",
        "  --------  ----------  -------------  " + "-" * len(f"{path}:1:201") + "  ----------------",
        f"  eligible  true        false: window  {path}:1:201  standard.yaml:11",
        "",
        "1 files, 1 cases: 1 came out otherwise.",
    ]
    (line,) = outcome(path, "-o", "github").out.splitlines()
    assert line.startswith(f"::error file={path},line=1,col=201::late: eligible should be true")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"found": {"1": "great"}}, "not_found"),
        ({"order": {"quantity": 2}, "found": {"1": {"worn": 1}}}, "not_all_graded"),
        ({"order": {"market": "DE"}}, "no_policy"),
        ({"returns": [{"items": {"1": 2}}]}, "not_eligible"),
    ],
)
def test_what_cannot_be_decided_is_told(tmp_path: Path, given: dict[str, Any], code: str) -> None:
    done = outcome(a_file(tmp_path, {"given": {**CHANGED_MIND, **given}, "expect": {"eligible": True}}), "--json")
    (case,) = done.json["cases"]
    assert (done.code, case["outcome"], case["error"]["code"]) == (1, "error", code)


SOUND = "{name: a, given: {at: 2026-01-01}, expect: {fee: 0}}"
# What stands above the cases, the cases, and the problems: line, column and what is said.
BROKEN: list[tuple[str, str, list[tuple[int, int, str]]]] = [
    ("policy: standart", SOUND, [(2, 9, "did you mean `standard`?")]),
    ("policy: ../none.yaml", SOUND, [(2, 9, "cannot be read")]),
    ("policy: standard, version: 7", SOUND, [(2, 28, "no version 7")]),
    ("policy: standard, vers: 1", SOUND, [(2, 19, "`version`?")]),
    ("policy: standard", "{name: a, given: {at: 2026-01-01}, expect: {eligable: true}}", [(3, 45, "`eligible`?")]),
    ("policy: standard", "{name: a, given: {}, expect: {}}", [(3, 11, "`at` is missing"), (3, 30, "empty")]),
    ("policy: standard", "{name: a, given: {at: 2026-02-30}, expect: {fee: 0}}", [(3, 23, "no day `2026-02-30`")]),
    ("policy: standard", "{name: a, given: {at: today}, expect: {fee: 0}}", [(3, 23, "2026-11-20")]),
    ("policy: standard", SOUND.replace("at:", "items: {x: 1}, at:"), [(3, 27, "no line `x`")]),
    ("policy: standard", SOUND.replace("at:", "order: {market: UK}, at:"), [(3, 35, "`UK`")]),
    ("policy: standard", SOUND.replace("fee: 0", "automatic: aprove"), [(3, 56, "`approve`?")]),
    ("policy: standard", f"{SOUND}, {SOUND}", [(3, 62, "taken already")]),
    ("policy: standard", "", [(2, 26, "empty")]),
]


@pytest.mark.parametrize(("head", "cases", "wanted"), BROKEN)
def test_a_broken_test_file_is_told_like_a_broken_policy(
    tmp_path: Path, head: str, cases: str, wanted: list[tuple[int, int, str]]
) -> None:
    path = a_file(tmp_path)
    path.write_text(f"{{returnctl: policy-test/v1,\n{head}, cases: [\n{cases}]}}\n")
    done = outcome(path, "--json")
    found = [(x["line"], x["column"]) for x in done.json["problems"]]
    assert (done.code, found) == (1, [(line, column) for line, column, _ in wanted])
    assert all(said in problem["message"] for (_, _, said), problem in zip(wanted, done.json["problems"], strict=True))
    assert "error: " in outcome(path).out


def test_a_broken_policy_is_told_once(tmp_path: Path) -> None:
    first = a_file(tmp_path, {"given": CHANGED_MIND, "expect": {"fee": 0}})
    second = a_file(tmp_path, {"given": CHANGED_MIND, "expect": {"fee": 0}}, name="more.yaml")
    (tmp_path / "policies/standard.yaml").write_text("name: [")
    done = run("policy", "test", first, second, "--json", cwd=tmp_path)
    assert (done.code, done.json["cases"]) == (1, [])
    assert [Path(x["file"]).name for x in done.json["problems"]] == ["standard.yaml"]


def test_the_version_in_force_decides_unless_one_is_told(tmp_path: Path) -> None:
    def days_of(**told: Any) -> str:
        case = {"given": CHANGED_MIND, "expect": {"window_ends": "none"}}
        (ran,) = outcome(a_file(tmp_path, case, **told), "--json").json["cases"]
        return f"v{ran['version']} {ran['differences'][0]['actual']}"

    a_file(tmp_path)
    first = (tmp_path / "policies/standard.yaml").read_text()
    later = first.replace("version: 1", "version: 2\neffective: {from: 2026-12-01}").replace("days: 30", "days: 60")
    (tmp_path / "policies/later.yaml").write_text(later)
    assert days_of() == "v1 2026-12-05"
    assert days_of(version=2) == "v2 2027-01-04"
    assert days_of(policy="../later.yaml") == "v2 2027-01-04"


def test_it_decides_as_a_real_application_does(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    path = a_file(shop, {"given": {}, "expect": {}})
    take(shop, an_order())
    typed(shop, "apply L-1 --item 1=2 --reason wrong_size --condition unused,undamaged", now=NOVEMBER)
    (review,) = [record(shop, 1)["due"]["at"]]
    typed(shop, "approve 1", "receive 1", "inspect 1 --item 1=worn:1 --item 1=as_sent:1", now=NOVEMBER)
    real = record(shop, 1)
    order = {
        "ordered_at": "2026-11-01T17:20:00Z", "delivered_at": "2026-11-05T22:10:00Z", "quantity": 3, "price": 27,
        "tax": 2.25, "shipping": {"net": 5, "tax": 0.4},
    }  # fmt: skip
    given = {
        "order": order, "at": NOVEMBER, "items": {"1": 2}, "reason": "wrong_size",
        "conditions": ["unused", "undamaged"], "found": {"1": {"worn": 1, "as_sent": 1}},
    }  # fmt: skip
    expect = {
        "eligible": True, "window_ends": real["window_ends"], "refund": float(real["breakdown"]["total"]),
        "deadlines": {"review": review, "refund": real["due"]["at"]},
    }  # fmt: skip
    done = outcome(a_file(shop, {"given": given, "expect": expect}))
    assert done.code == 0, (path, done.out)


HOSTILE = 'a <b> & "c" \u00e9 ]]> ::error'


def test_ci_systems_read_what_came_out(tmp_path: Path) -> None:
    late = {"given": {**CHANGED_MIND, "at": "2026-12-20"}, "expect": {"eligible": True}}
    good = {"given": CHANGED_MIND, "expect": {"eligible": True}}
    odd = {"given": {**CHANGED_MIND, "found": {"1": "x\u2028y"}}, "expect": {"eligible": True}}
    path = a_file(tmp_path, {"name": HOSTILE, **late}, good, odd)
    broken = a_file(tmp_path, name="broken\x01.yaml")
    report = tmp_path / "report.xml"
    done = run("policy", "test", path, broken, "--junit", report, "-q", cwd=tmp_path)
    whole = ET.parse(report).getroot()
    counted = [{key: each.get(key) for key in ("tests", "failures", "errors", "time")} for each in (whole, *whole)]
    assert done.code == 1
    assert counted == [
        {"tests": "4", "failures": "1", "errors": "2", "time": "0"},
        {"tests": "3", "failures": "1", "errors": "1", "time": "0"},
        {"tests": "1", "failures": "0", "errors": "1", "time": "0"},
    ]
    cases = list(whole.iter("testcase"))
    assert [case.get("name") for case in cases[:2]] == [HOSTILE, "case 1"]
    assert [[inner.tag for inner in case] for case in cases] == [["failure"], [], ["error"], ["error"]]
    assert "false: window" in (cases[0][0].text or "")


def test_a_report_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = a_file(tmp_path, {"given": CHANGED_MIND, "expect": {"eligible": True}})
    (tmp_path / "taken").mkdir()
    for target in ("taken", "nowhere/report.xml"):
        done = run("policy", "test", path, "--junit", tmp_path / target, "--json", cwd=tmp_path)
        assert (done.code, done.error["code"]) == (1, "system")
    assert not [x for x in tmp_path.iterdir() if x.name.endswith(".new")]


def test_where_nothing_is_tested(tmp_path: Path) -> None:
    assert run("policy", "test", cwd=tmp_path).code == 10
    assert run("policy", "test", "none.yaml", "--json", cwd=tmp_path).error["code"] == "bad_file"
    a_file(tmp_path)
    for file in (tmp_path / "policies/tests").iterdir():
        file.unlink()
    assert run("policy", "test", cwd=tmp_path).out == "0 files, 0 cases, all as expected.\n"
