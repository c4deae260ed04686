"""The versions of policies: copied on, kept apart, bound by what was promised, and listed with their commits."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.shops import ROOT, an_order, record, take, typed
from tests.program import Ran, run

NOW = "2026-11-10T09:00:00-08:00"
HEAD = "returnctl: policy/v1\nname: a\nversion: 1\nmarkets: [US]\ntimezone: America/Los_Angeles\n"


def a_shop(root: Path, **files: str) -> Path:
    assert run("init", root, "-q").code == 0
    if files:
        (root / "policies/standard.yaml").unlink()
    for name, text in files.items():
        (root / f"policies/{name}.yaml").write_text(text, "utf-8")
    return root


def git(root: Path, *words: str, on: str = NOW) -> str:
    who = ("-c", "user.name=mei", "-c", "user.email=mei@example.com", "-c", "commit.gpgsign=false")
    done = subprocess.run(
        ["git", "-C", str(root), *who, *words], check=True, capture_output=True, text=True,
        env={"PATH": "/usr/bin:/bin", "HOME": str(root), "GIT_COMMITTER_DATE": on, "GIT_AUTHOR_DATE": on},
    )  # fmt: skip
    return done.stdout.strip()


def commit(root: Path, subject: str, on: str = NOW) -> str:
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", subject, on=on)
    return git(root, "rev-parse", "--short=7", "HEAD")


# --- new-version


def copied(shop: Path, *words: object) -> Ran:
    return run("policy", "new-version", *words, "--json", cwd=shop, now=NOW)


def test_a_new_version_keeps_every_comment(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop")
    before = (shop / "policies/standard.yaml").read_text()
    done = copied(shop)
    assert (done.code, done.result["id"]) == (0, "policies/standard-v2.yaml")
    after = (shop / "policies/standard-v2.yaml").read_text()
    assert "version: 2                              # raise it" in after
    assert after == before.replace("version: 1 ", "version: 2 ").replace(
        "markets: [US]", "effective: {from: 2026-11-11}\nmarkets: [US]"
    )
    third = copied(shop, "standard", "--from", "2026-12-24").result
    assert (third["id"], third["version"], third["from"]) == ("policies/standard-v3.yaml", 3, "2026-12-24")
    assert copied(shop).result["from"] == "2026-12-25"
    assert run("policy", "validate", cwd=shop).code == 0
    assert run("policy", "new-version", cwd=shop, now=NOW).out.splitlines()[1:] == [
        "  returnctl policy validate", "  returnctl policy test",
        "  git add policies/standard-v5.yaml && git commit",
    ]  # fmt: skip


def test_outside_a_shop_what_comes_next_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(HEAD)
    told = run("policy", "new-version", "a.yaml", cwd=tmp_path, now=NOW).out.splitlines()
    assert told[1:] == ["  returnctl policy validate a-v2.yaml", "  git add a-v2.yaml && git commit"]
    assert run("policy", "validate", "a-v2.yaml", cwd=tmp_path).code == 0


REST = "name: a\nmarkets: [US]\ntimezone: UTC\n"
DEEPER = "  name: a\n  markets: [US]\n  timezone: UTC\n"
EDITED = [
    (
        "returnctl: policy/v1\nversion: 1\n" + REST,
        "returnctl: policy/v1\nversion: 2\neffective: {from: 2026-12-01}\n" + REST,
    ),
    (
        REST + "returnctl: policy/v1\nversion: 1",
        REST + "returnctl: policy/v1\nversion: 2\neffective: {from: 2026-12-01}",
    ),
    (
        "returnctl: policy/v1\r\nversion:\r\n  1 # é\r\n" + REST,
        "returnctl: policy/v1\r\nversion:\r\n  2 # é\r\neffective: {from: 2026-12-01}\r\n" + REST,
    ),
    (
        "\ufeffreturnctl: policy/v1\nversion: 1\n" + REST,
        "\ufeffreturnctl: policy/v1\nversion: 2\neffective: {from: 2026-12-01}\n" + REST,
    ),
    (
        "returnctl: policy/v1\nversion: 9\neffective:\n  from: '2026-01-01'  # x\n" + REST,
        "returnctl: policy/v1\nversion: 10\neffective:\n  from: '2026-12-01'  # x\n" + REST,
    ),
    (
        "{returnctl: policy/v1, version: 1, name: a, markets: [US], timezone: UTC}",
        "{returnctl: policy/v1, version: 2, effective: {from: 2026-12-01}, name: a, markets: [US], timezone: UTC}",
    ),
    (
        "  returnctl: policy/v1\n  version: 1\n" + DEEPER,
        "  returnctl: policy/v1\n  version: 2\n  effective: {from: 2026-12-01}\n" + DEEPER,
    ),
]


@pytest.mark.parametrize(("text", "edited"), EDITED)
def test_it_is_edited_as_it_is_written(tmp_path: Path, text: str, edited: str) -> None:
    (tmp_path / "p-v1.yaml").write_bytes(text.encode())
    done = copied(tmp_path, "./p-v1.yaml", "--from", "2026-12-01")
    assert done.code == 0, done.err
    assert (tmp_path / done.result["id"]).read_bytes() == edited.encode()


def test_what_cannot_be_copied(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop", one=HEAD + "effective: {from: 2026-12-01}\n", b=HEAD.replace("name: a", "name: b"))
    odd = HEAD + 'effective: {from: "2026\\x2d01-01"}\n'
    (tmp_path / "odd.yaml").write_text(odd)
    for words, code, error in (
        (("a", "--from", "2026-12-01"), 2, "bad_value"),
        (("c",), 6, "not_found"),
        ((), 6, "not_found"),
        (("policies/none.yaml",), 1, "bad_file"),
        (("../odd.yaml",), 1, "bad_file"),
    ):
        done = copied(shop, *words)
        assert (done.code, done.error["code"]) == (code, error), words
    (shop / "policies/b-v2.yaml").write_text("name: [")
    taken = copied(shop, "b")
    assert (taken.code, taken.error["code"]) == (1, "policy_exists")
    assert (shop / "policies/b-v2.yaml").read_text() == "name: ["
    assert sorted(x.name for x in (shop / "policies").iterdir()) == ["b-v2.yaml", "b.yaml", "one.yaml", "tests"]
    assert copied(shop, "policies/b-v2.yaml").error["code"] == "invalid_policy"


def test_a_number_that_was_pinned_is_taken(tmp_path: Path) -> None:
    shop = a_shop(
        tmp_path / "shop", one=HEAD, two=HEAD.replace("version: 1", "version: 2\neffective: {from: 2026-11-01}")
    )
    take(shop, an_order())
    typed(shop, "apply L-1 --reason damaged", now=NOW)
    (shop / "policies/two.yaml").unlink()
    assert copied(shop).result["version"] == 3


# --- what is wrong between files


def problems(shop: Path, *words: object, now: str = NOW) -> list[tuple[str, int, str]]:
    ran = run("policy", "validate", *words, "--json", cwd=shop, now=now)
    errors = [each for each in ran.json if each["severity"] == "error"]
    assert ran.code == int(bool(errors))
    return [(Path(each["file"]).name, each["line"], each["code"]) for each in errors]


def version(number: int, more: str = "") -> str:
    return HEAD.replace("version: 1", f"version: {number}") + more


FROM = "effective: {from: 2026-12-01}\n"
BETWEEN: list[tuple[str, dict[str, str], list[tuple[str, int, str]]]] = [
    ("versions that follow", {"x": version(1), "y": version(2, FROM)}, []),
    ("the same version", {"x": version(1), "y": version(1, FROM)}, [("y.yaml", 3, "version_twice")]),
    ("one date", {"x": version(1, FROM), "y": version(2, FROM)}, [("y.yaml", 6, "one_date")]),
    ("no dates", {"x": version(2), "y": version(1)}, [("x.yaml", 3, "one_date_always")]),
    ("other names", {"x": version(1), "y": version(1).replace("name: a", "name: b")}, []),
    ("other markets", {"x": version(1), "y": version(2).replace("[US]", "[DE]")}, []),
    (
        "each file once",
        {"w": version(1), "x": version(1), "y": version(1)},
        [("x.yaml", 3, "version_twice"), ("y.yaml", 3, "version_twice")],
    ),
    ("a broken file too", {"x": version(1), "y": version(1), "z": "a: 1"}, [("y.yaml", 3, "version_twice")]),
]


@pytest.mark.parametrize(("files", "wanted"), [x[1:] for x in BETWEEN], ids=[x[0] for x in BETWEEN])
def test_between_files(tmp_path: Path, files: dict[str, str], wanted: list[tuple[str, int, str]]) -> None:
    shop = a_shop(tmp_path / "shop", **files)
    here = [shop / f"policies/{name}.yaml" for name in files]
    assert [each for each in problems(shop) if each[0] != "z.yaml"] == wanted
    assert [each for each in problems(tmp_path, *here) if each[0] != "z.yaml"] == wanted


# An edit of a pinned version, and whether it changes the promise.
EDITS = [
    ("days: 30", "days: 14", True),
    ("restocking_fee: {percent: 10}", "restocking_fee: {percent: 10.0}", False),
    ("restocking_fee: {percent: 10}", "restocking_fee: {percent: 10.5}", True),
    ("markets: [US]", "# words\nmarkets: [US]\ntitle: {en: Ours}", False),
    ("markets: [US]", "markets: [US]\nwording: {notices: {applied: {en: Thanks}}}", False),
    ("markets: [US]", "markets: [US]\ntypes: [return_and_refund, refund_only, replacement]", False),
    ("markets: [US]", "markets: [US, GB]", True),
    ("because: x", "because: y", False),
    ("until: 2027-01-31", "until: 2027-01-30", True),
]
PINNED = HEAD + (
    "return_window: {days: 30}\nrestocking_fee: {percent: 10}\noverrides:\n"
    "  - {name: w, when: {ordered: {from: 2026-11-20}}, set: {return_window: {until: 2027-01-31}}, because: x}\n"
)


@pytest.fixture(scope="module")
def pinned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop in git in which version 1 has decided a return."""
    shop = a_shop(tmp_path_factory.mktemp("once") / "shop", a=PINNED)
    take(shop, an_order())
    typed(shop, "apply L-1 --reason damaged", now=NOW)
    return shop


@pytest.mark.parametrize(("before", "after", "told"), EDITS)
def test_a_promise_binds_once_a_return_was_decided(pinned: Path, before: str, after: str, told: bool) -> None:
    assert before in PINNED
    (pinned / "policies/a.yaml").write_text(PINNED.replace(before, after))
    wanted = [("a.yaml", 3, "promise_pinned")] if told else []
    assert problems(pinned) == wanted
    assert problems(pinned.parent, pinned / "policies/a.yaml") == wanted
    (pinned / "policies/a.yaml").write_text(PINNED)
    assert problems(pinned) == []


def test_a_draft_may_change(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop", a=HEAD, b=version(2, FROM))
    commit(shop, "one")
    for name in "ab":
        file = shop / f"policies/{name}.yaml"
        file.write_text(file.read_text() + "return_window: {days: 9}\n")
    assert problems(shop) == []


@pytest.mark.parametrize("kept", ["committed", "not committed"])
def test_git_binds_a_version_from_its_first_day_on(tmp_path: Path, kept: str) -> None:
    """Also in a clone, where there are no data."""
    shop = a_shop(tmp_path / "shop", b=version(2, FROM + "return_window: {days: 10}\n"))
    commit(shop, "draft", on="2026-11-10T09:00:00Z")
    file = shop / "policies/b.yaml"
    file.write_text(file.read_text().replace("days: 10", "days: 20"))
    meant = commit(shop, "as it is meant", on="2026-11-30T09:00:00Z")
    assert problems(shop, now="2026-12-05T00:00:00Z") == []
    file.write_text(file.read_text().replace("days: 20", "days: 15"))
    if kept == "committed":
        commit(shop, "changed", on="2026-12-05T00:00:00Z")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "shop", "clone")
    (clone / "policies/b.yaml").write_text(file.read_text())
    for root in (shop, clone):
        assert problems(root, now="2026-11-30T23:00:00-08:00") == []
        assert problems(root, now="2026-12-05T00:00:00Z") == [("b.yaml", 3, "promise_committed")]
    assert meant in run("policy", "validate", cwd=clone, now="2026-12-05T00:00:00Z").out


def test_the_way_out_that_is_told_leads_out(pinned: Path) -> None:
    (pinned / "policies/a.yaml").write_text(PINNED.replace("days: 30", "days: 14"))
    assert copied(pinned, "a").result["id"] == "policies/a-v2.yaml"
    (pinned / "policies/a.yaml").write_text(PINNED)
    assert problems(pinned) == []
    (pinned / "policies/a-v2.yaml").unlink()


# --- log


def logged(shop: Path, *words: object) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = run("policy", "log", *words, "--json", cwd=shop).json
    return rows


def test_the_log_without_git(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop", a=HEAD, b=version(2, "effective: {from: 2026-11-03}\n"))
    take(shop, *(an_order(f"L-{n}", ordered_at=f"2026-11-0{n}T20:00:00Z") for n in (1, 2, 4)))
    typed(shop, *(f"apply L-{n} --reason damaged" for n in (1, 2, 4)), now=NOW)
    (shop / "policies/a.yaml").unlink()
    first, second = logged(shop)
    assert (first["where"], first["from"], first["until"], first["returns"]) == ("pinned", None, "2026-11-02", None)
    assert (second["where"], second["from"], second["until"], second["commits"]) == ("file", "2026-11-03", None, [])
    assert [row["returns"] for row in logged(shop, "a", "--count")] == [2, 1]
    assert [row["pinned"] for row in (first, second)] == [True, True]
    assert (record(shop, 1)["policy"]["commit"], record(shop, 3)["policy"]["version"]) == (None, 2)
    table = run("policy", "log", cwd=shop).out
    assert "a.yaml (only a pinned copy)" in table
    assert run("policy", "log", "b", "--json", cwd=shop).error["facts"]["near"] == ["a"]


def test_the_log_knows_the_commits(tmp_path: Path) -> None:
    root = tmp_path / "repository"
    shop = a_shop(root / "shop", a=HEAD)
    file = shop / "policies/a.yaml"
    first = commit(root, "one")
    file.write_text(HEAD + "return_window: {days: 20}\n")
    second = commit(root, "two")
    file.write_text(version(2, FROM))
    third = commit(root, "three")
    one, two = logged(shop)
    assert [each["commit"] for each in one["commits"]] == [second, first]
    assert (one["where"], one["until"], two["where"], two["uncommitted"]) == ("git", None, "file", False)
    assert [each["subject"] for each in two["commits"]] == ["three"]
    file.write_text(version(2, FROM) + "# x\n")
    assert logged(shop)[1]["uncommitted"]
    assert f"not committed, {third} 2026-11-10" in run("policy", "log", cwd=shop).out


def test_a_return_names_the_commit_of_its_policy(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop", a=HEAD)
    take(shop, *(an_order(f"L-{n}") for n in (1, 2)))
    head = commit(shop, "one")
    (shop / "note.txt").write_text("beside")
    typed(shop, "apply L-1 --reason damaged", now=NOW)
    (shop / "policies/a.yaml").write_text(HEAD + "# changed\n")
    typed(shop, "apply L-2 --reason damaged", now=NOW)
    assert [record(shop, n)["policy"]["commit"] for n in (1, 2)] == [head, f"{head}-dirty"]


# --- hooks of pre-commit


@pytest.mark.parametrize(
    "hook", yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text()), ids=lambda x: str(x["id"])
)
def test_the_hooks_of_pre_commit_run(tmp_path: Path, hook: dict[str, Any]) -> None:
    shop = a_shop(tmp_path / "shop")
    program, *words = shlex.split(hook["entry"])
    assert (program, hook["language"], hook["types"], hook["pass_filenames"]) == (
        "returnctl",
        "python",
        ["yaml"],
        False,
    )
    assert hook["id"] in ("returnctl-policy-validate", "returnctl-policy-test")
    assert run(*words, cwd=shop).code == 0
    assert run(*words, "-C", "shop", cwd=tmp_path).code == 0
    file = shop / "policies/standard.yaml"
    file.write_text(file.read_text().replace("days: 30", "dys: 30"))
    assert run(*words, cwd=shop).code == 1
