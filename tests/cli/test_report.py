"""`report` as it is typed."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
import pytest

from returnctl.domain.measures import MEASURES
from tests.cli.shops import DEMO_NOW, ROOT, an_order, take, typed
from tests.program import Ran, run

BY = ("reason", "sku", "policy", "buyer", "account", "month")
HEAD = {"returnctl", "since", "until", "at", "timezone", "by"}


def report(shop: Path, *words: object, **environment: str) -> Ran:
    return run("report", *words, cwd=shop, now=DEMO_NOW, **environment)


def test_the_overview_for_programs(demo_once: Path) -> None:
    told = report(demo_once, "--json").json
    assert set(told) == HEAD | {"total", "overdue", "reasons", "estimates", "stand_out"}
    assert {name: told[name] for name in HEAD} == {
        "returnctl": "report/v1", "since": None, "until": None, "at": "2026-11-22T17:00:00Z",
        "timezone": "America/Los_Angeles", "by": None,
    }  # fmt: skip
    total = told["total"]
    assert set(total) == set(MEASURES)
    assert (total["returns"], total["orders"], total["answered"], total["rejected"]) == (15, 14, 13, 2)
    assert total["refund"] == {"count": 1, "median_minutes": 8670, "p90_minutes": 8670}
    assert total["money"]["USD"]["refunded"] == "34.65"
    assert told["reasons"][0] == {"reason": "damaged", "returns": 9, "share": 0.6}
    assert told["stand_out"] == {"skus": [], "buyers": []}


@pytest.mark.parametrize("by", BY)
def test_groups_for_programs(demo_once: Path, by: str) -> None:
    told = report(demo_once, "--by", by, "--json").json
    assert set(told) == HEAD | {"groups"}
    assert told["by"] == by
    assert told["groups"]
    assert all(set(group) == {"key", *MEASURES} for group in told["groups"])
    rows = list(csv.DictReader(io.StringIO(report(demo_once, "--by", by, "-o", "csv").out)))
    assert [row[by] for row in rows] == [group["key"] or "" for group in told["groups"]]
    assert [int(row["returns"]) for row in rows] == [group["returns"] for group in told["groups"]]
    assert sum(int(row["returns"]) for row in rows) == 15 or by == "sku"


def test_an_overview_as_csv_has_a_figure_a_row(demo_once: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(report(demo_once, "-o", "csv").out)))
    told = {(row["figure"], row["of"]): row["value"] for row in rows}
    assert len(told) == len(rows)
    assert (told["returns", ""], told["reason", "damaged"], told["money.USD.refunded", ""]) == ("15", "9", "34.65")
    assert told["missed.seller", ""] == "3"


PERIODS = [
    (("--since", "2026-11-22"), 0),
    (("--until", "2026-11-01"), 0),
    (("--since", "2026-01-01", "--until", "2027-01-01"), 15),
    (("--since", "-90d"), 15),
]


@pytest.mark.parametrize(("words", "returns"), PERIODS)
def test_a_period(demo_once: Path, words: tuple[str, ...], returns: int) -> None:
    assert report(demo_once, *words, "--json").json["total"]["returns"] == returns


def test_months_are_those_of_the_shops_zone(shop: Path) -> None:
    """The last hour of October in New York is the first of November elsewhere."""
    take(shop, an_order("M-1", delivered_at="2026-10-30T12:00:00Z", ordered_at="2026-10-28T12:00:00Z"))
    typed(shop, "apply M-1 --reason damaged --item 1=1", now="2026-11-01T03:59:00Z")
    typed(shop, "apply M-1 --reason damaged --item 1=1", now="2026-11-01T04:00:00Z")
    told = run("report", "--by", "month", "--json", cwd=shop).json
    assert [(group["key"], group["returns"]) for group in told["groups"]] == [("2026-10", 1), ("2026-11", 1)]


def test_for_people(demo_once: Path) -> None:
    told = report(demo_once).out
    assert told.startswith("15 returns of 14 orders, of all time\n")
    assert re.search(r"\n  damaged +█+ +9 \(60\.0%\)\n", told)
    assert "\x1b" not in told
    assert max(map(len, told.splitlines())) <= 100
    assert "Whose fault the reason" in report(demo_once, "-v").out
    assert re.search(r"\ndamaged +█+ +9 ", report(demo_once, "--by", "reason").out)


@pytest.mark.parametrize("words", [(), ("--by", "reason")])
def test_bars_that_cannot_be_written_are_plain(demo_once: Path, words: tuple[str, ...]) -> None:
    told = report(demo_once, *words, PYTHONIOENCODING="ascii:backslashreplace", PYTHONUTF8="0").out
    assert "#" in told
    assert "█" not in told
    assert "\\u2588" not in told


def test_where_nothing_came_back(shop: Path) -> None:
    told = run("report", cwd=shop)
    assert (told.code, told.err) == (0, "no returns here.\n")
    assert told.out.startswith("0 returns of 3 orders, of all time\n")
    assert run("report", "--by", "month", "--json", cwd=shop).json["groups"] == []
    assert run("report", "--by", "month", cwd=shop).err == "no returns here.\n"
    assert run("report", "--html", "r.html", cwd=shop).code == 0


def test_the_first_ones_are_for_people(shop: Path) -> None:
    take(shop, *(an_order(f"B-{at}", buyer={"id": f"b_{at:02}"}) for at in range(25)))
    for at in range(25):
        typed(shop, f"apply B-{at} --reason damaged --item 1=1", now="2026-11-08T10:00:00Z")
    told = run("report", "--by", "buyer", cwd=shop)
    assert (len(told.out.splitlines()), "the first 20" in told.err) == (22, True)
    assert len(run("report", "--by", "buyer", "--limit", "22", cwd=shop).out.splitlines()) == 24
    assert len(run("report", "--by", "buyer", "--json", cwd=shop).json["groups"]) == 25
    assert len(run("report", "--by", "buyer", "--json", "--limit", "3", cwd=shop).json["groups"]) == 3


REFUSED = [
    ("--by colour", 2), ("--since 11/12/2026", 2), ("--since foo", 2), ("--limit 0", 2),
    ("--since 2026-11-02 --until 2026-11-02", 2), ("-o ids", 2), ("--html nowhere/r.html", 1), ("--html data", 2),
    ("--html data --force", 2), ("--html returnctl.yaml", 1), ("--html r.html --json", 2), ("--html - -o csv", 2),
    ("--html r.html -o xlsx", 2),
]  # fmt: skip


@pytest.mark.parametrize(("words", "code"), REFUSED)
def test_what_is_refused_changes_nothing(demo_once: Path, words: str, code: int) -> None:
    before = (demo_once / "returnctl.yaml").read_bytes()
    told = report(demo_once, *words.split())
    assert (told.code, told.out) == (code, "")
    assert told.err.startswith(("error:", "Usage:", '{"error"'))
    assert (demo_once / "returnctl.yaml").read_bytes() == before
    assert not (demo_once / "r.html").exists()


def test_what_was_removed_is_named_and_counted_no_more(demo: Path) -> None:
    (demo / "data/returns/000/R-000005.json").write_text("{}")
    (demo / "data/index.sqlite").unlink()
    told = report(demo, "--json")
    assert told.code == 12
    assert json.loads(told.err)["error"]["facts"]["path"] == "data/returns/000/R-000005.json"
    assert json.loads(told.out)["total"]["returns"] == 14


def test_who_was_removed_counts_still(demo: Path) -> None:
    before = report(demo, "--json").json
    assert run("anonymize", "--before", "2026-11-22", cwd=demo, now=DEMO_NOW).code == 0
    assert report(demo, "--json").json == before
    groups = report(demo, "--by", "buyer", "--json").json["groups"]
    assert [(x["orders"], x["returns"]) for x in groups if x["key"] == "anonymized"] == [(None, 6)]


# --- sheets


def sheets(shop: Path, *words: str) -> dict[str, list[dict[str, Any]]]:
    told = subprocess.run(
        [sys.executable, "-m", "returnctl", "-C", shop, "report", "-o", "xlsx", *words], cwd=ROOT, capture_output=True,
        check=True, env=os.environ | {"RETURNCTL_NOW": DEMO_NOW},
    )  # fmt: skip
    found = {}
    for sheet in openpyxl.load_workbook(io.BytesIO(told.stdout)).worksheets:
        head, *rows = sheet.iter_rows(values_only=True)
        found[sheet.title] = [dict(zip(map(str, head), row, strict=True)) for row in rows]
    return found


def test_sheets_hold_numbers(demo_once: Path) -> None:
    (rows,) = sheets(demo_once, "--by", "reason").values()
    assert (rows[0]["reason"], rows[0]["returns"]) == ("damaged", 9)
    assert (rows[0]["money.USD.refunded"], rows[0]["missed.seller"], rows[1]["refund.count"]) == (34.65, 3, None)
    found = sheets(demo_once)
    assert list(found) == ["figures", "by month"]
    told = {(row["figure"], row["of"]): row["value"] for row in found["figures"]}
    assert (told["returns", None], told["money.USD.refunded", None], told["reason", "damaged"]) == (15, 34.65, 9)


# --- the page


def page(shop: Path, *words: object) -> str:
    told = report(shop, "--html", "report.html", "--force", *words)
    assert (told.code, told.err, told.out) == (0, "", "report.html\n")
    return (shop / "report.html").read_text("utf-8")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("by", [None, *BY])
def test_a_page_needs_nothing_from_elsewhere(demo: Path, language: str, by: str | None) -> None:
    text = page(demo, "--lang", language, *(["--by", by] if by else []))
    assert f'<html lang="{"zh-Hans" if language == "zh" else "en"}">' in text
    for word in ("<script", "javascript:", "@import", "url(", "<link", "<img", "http-equiv", "onload"):
        assert word not in text
    assert set(re.findall(r"https?://[^\"' <]+", text)) == {"http://www.w3.org/2000/svg"}


def charts(text: str) -> list[ET.Element]:
    return [ET.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", text, re.DOTALL)]


def test_its_charts_say_what_they_show(demo: Path) -> None:
    found = charts(page(demo, "--by", "reason"))
    assert len(found) == 6
    ids = [each.attrib["id"] for chart in found for each in chart.iter() if "id" in each.attrib]
    assert len(ids) == len(set(ids))
    for chart in found:
        assert chart.attrib["role"] == "img"
        told = {each.attrib["id"]: each.text for each in chart if "id" in each.attrib}
        assert list(told) == chart.attrib["aria-labelledby"].split()
        assert all(told.values())
    first = next(each.text for each in found[0] if each.attrib.get("id") == "reasons-chart-desc")
    assert first == "damaged: 9 (60.0%); no_longer_needed: 3 (20.0%); lost_in_transit: 2 (13.3%); wrong_size: 1 (6.7%)"


def test_every_element_is_closed_and_every_link_leads_somewhere(demo: Path) -> None:
    text = page(demo, "--by", "sku")
    ids = re.findall(r' id="([^"]+)"', text)
    assert set(re.findall(r'href="#([^"]+)"', text)) <= {*ids, "top"}
    assert len(ids) == len(set(ids))
    opened: list[str] = []
    for tag in re.findall(r"</?[a-z][a-z0-9]*[^<>]*>", text):
        name = re.match(r"</?([a-z0-9]+)", tag)
        assert name
        if tag.startswith("</"):
            assert opened.pop() == name[1]
        elif not tag.endswith("/>") and name[1] not in ("meta", "br"):
            opened.append(name[1])
    assert opened == []


def test_a_report_is_written_anew_but_nothing_else(demo: Path) -> None:
    first = page(demo)
    assert report(demo, "--html", "report.html").code == 0
    assert (demo / "report.html").read_text("utf-8") == first
    other = demo / "other.html"
    other.write_text("mine")
    (demo / "link.html").symlink_to(other)
    for name in ("other.html", "link.html"):
        told = report(demo, "--html", name)
        assert (told.code, "--force" in told.err, other.read_text()) == (1, True, "mine")
    assert report(demo, "--html", "link.html", "--force").code == 0
    assert (other.read_text(), (demo / "link.html").is_symlink()) == ("mine", False)
    assert report(demo, "--html", "other.html", "--force", "-q").out == ""
    for here in (demo, demo / "data"):
        assert report(here, "--html", "-", "-q").out == first
        assert not (here / "-").exists()
    assert "<svg" in other.read_text("utf-8")
    assert [path for path in demo.iterdir() if path.name.endswith(".new")] == []


# What an import takes: it refuses what cannot be seen.
HOSTILE = "=1+1<script>alert(1)</script>\"'&{{x}}"


@pytest.fixture
def hostile(shop: Path) -> Path:
    line: dict[str, Any] = {"line": "1", "sku": HOSTILE, "quantity": 9, "net": "81.00"}
    take(shop, an_order("H-1", lines=[line], buyer={"id": "</svg>" + HOSTILE}, account="@" + HOSTILE))
    typed(shop, *("apply H-1 --reason damaged --item 1=1",) * 6, now="2026-11-08T10:00:00Z")
    return shop


@pytest.mark.parametrize("by", BY)
def test_names_from_outside_do_nothing(hostile: Path, by: str) -> None:
    table = run("report", "--by", by, "-o", "csv", cwd=hostile).out
    assert run("report", "--by", by, "--html", "r.html", cwd=hostile).code == 0
    text = (hostile / "r.html").read_text("utf-8")
    assert "<script" not in text
    for cell in (cell for row in csv.reader(io.StringIO(table)) for cell in row):
        assert not cell.startswith(("=", "+", "-", "@"))
    assert all(chart.tag.endswith("svg") for chart in charts(text))
    ((row, *_),) = sheets(hostile, "--by", by).values()
    assert row["returns"] == 6


def test_who_stands_out_is_named_as_it_is(hostile: Path) -> None:
    told = run("report", cwd=hostile).out
    assert "Facts, no verdicts" not in told  # it is all that the shop has, so nothing is usual
    take(hostile, *(an_order(f"U-{at}") for at in range(60)))
    told = run("report", cwd=hostile).out
    assert "  SKU =1+1<script>" in told
    assert "6 of 9 units sold came back" in told
    assert "Facts, no verdicts" in told
