"""The work list as a calendar to subscribe to, read back by the library and by the letter of RFC 5545."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from tests.cli.shops import DEMO_NOW, PHOTO, an_order, take, typed
from tests.cli.test_lazy import loaded
from tests.program import NOW, run


def read(shop: Path, *words: object, now: str = DEMO_NOW, **more: str) -> Any:
    ran = run("todo", "-o", "ics", *words, cwd=shop, now=now, **more)
    assert (ran.code, ran.err) == (0, "")
    return Calendar.from_ical(ran.out)


def events(shop: Path, *words: object, now: str = DEMO_NOW, **more: str) -> dict[str, Any]:
    """By the id of the return."""
    return {
        str(each["summary"]).split(":")[0].split("：")[0]: each
        for each in read(shop, *words, now=now, **more).walk("VEVENT")
    }


def test_an_event_for_each_due(demo_once: Path) -> None:
    rows = {row["id"]: row for row in run("todo", "--json", cwd=demo_once, now=DEMO_NOW).json if row["due"]}
    found = events(demo_once)
    assert list(found) == list(rows)
    headings = {"overdue": "Overdue", "later": "Later", "waiting": "Waiting for the buyer"}
    for id, row in rows.items():  # noqa: A001
        event = found[id]
        assert event["dtstart"].dt == datetime.fromisoformat(row["due"]["at"])
        assert event["dtstart"].dt.tzinfo is not None
        assert event["duration"].dt == timedelta(minutes=15)
        assert event["dtstamp"].dt == datetime.fromisoformat(row["updated"])
        assert event["description"].endswith(f"next: {row['next']}")
        assert [str(each) for each in event["categories"].cats] == [headings[row["group"]]]


def test_its_head(demo_once: Path) -> None:
    head = read(demo_once)
    assert (head["version"], head["x-wr-calname"]) == ("2.0", "Lumi Home")
    text = run("todo", "-o", "ics", cwd=demo_once, now=DEMO_NOW).out
    assert "\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in text


def test_the_uid_is_that_of_the_return_and_its_step(demo: Path) -> None:
    before = {id: str(event["uid"]) for id, event in events(demo).items()}  # noqa: A001
    assert len(set(before.values())) == len(before)
    assert before == {id: str(x["uid"]) for id, x in events(demo, now="2026-12-22T09:00:00-08:00").items()}  # noqa: A001
    typed(demo, "note 15 seen")
    assert str(events(demo)["R-000015"]["uid"]) == before["R-000015"]
    typed(demo, "approve 15")
    assert str(events(demo)["R-000015"]["uid"]) not in before.values()


def test_what_is_unchanged_is_the_same_text(demo: Path) -> None:
    first, later = (run("todo", "-o", "ics", cwd=demo, now=f"2026-11-22T0{n}:00:00-08:00").out for n in (8, 9))
    assert first == later


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (15, "If nobody acts, the request is approved by itself at 2026-11-25 00:00 PST."),
        (1, "If nobody acts, the return expires by itself at 2026-12-06 00:00 PST."),
        (4, "If nobody acts, the goods pass the inspection by themselves at 2026-11-28 00:00 PST."),
        (14, "If nobody acts, the return is closed by itself at 2026-12-01 00:00 PST."),
        (3, "Until 2026-12-09 00:00 PST. Nothing follows by itself."),
    ],
)
def test_what_follows_by_itself(demo_once: Path, number: int, told: str) -> None:
    assert str(events(demo_once)[f"R-{number:06}"]["description"]).splitlines()[0] == told


def test_what_the_sweep_leaves_to_others_does_not_follow_by_itself(shop: Path) -> None:
    """Also where nothing else would want the document."""
    now = "2026-11-10T00:00:00Z"
    typed(
        shop, "apply L-1 --item 1=1 --reason damaged --external 4035", "approve 1",
        "apply L-2 --item 1=1 --reason damaged --exception ok", "approve 2", "receive 2", "done 1 2", now=now,
    )  # fmt: skip
    told = {id: str(event["description"]) for id, event in events(shop, now=now).items()}  # noqa: A001
    assert "A platform runs this return and decides what follows." in told["R-000001"]
    assert "Nothing follows by itself." in told["R-000002"]


NAMES = ["Lumi, Home; \\n Co", "光 Home " * 24, "x" * 200, "\U0001f4a1" * 60]


@pytest.mark.parametrize("name", NAMES)
def test_lines_are_folded_and_escaped(shop: Path, name: str) -> None:
    settings = shop / "returnctl.yaml"
    settings.write_text(
        re.sub("(?m)^shop: .*", lambda _: "shop: " + json.dumps(name, ensure_ascii=False), settings.read_text())
    )
    typed(shop, "apply L-1 --item 1=1 --reason damaged", now=NOW)
    text = run("todo", "-o", "ics", cwd=shop, now=NOW, RETURNCTL_LANG="zh").out
    assert text.endswith("\r\n")
    lines = text.removesuffix("\r\n").split("\r\n")
    assert [line for line in lines if len(line.encode()) > 75 or "\n" in line or "\r" in line] == []
    escaped = re.sub(r"([\\;,])", r"\\\1", name)
    assert f"\r\nX-WR-CALNAME:{escaped}\r\n" in text.replace("\r\n ", "")
    assert len(Calendar.from_ical(text).walk("VEVENT")) == 1


def test_it_speaks_the_sellers_language_and_names_no_buyer(shop: Path) -> None:
    take(shop, an_order("Z-1", buyer={"id": "u_77", "name": "Zoë Quill"}))
    (shop / "zoe.jpg").write_bytes(PHOTO)
    typed(shop, "apply Z-1 --item 1=1 --reason damaged --note Quill --evidence zoe.jpg", "message 1 Quill", now=NOW)
    shown = run("todo", "-o", "ics", cwd=shop, now=NOW, RETURNCTL_LANG="zh").out
    (event,) = events(shop, now=NOW, RETURNCTL_LANG="zh").values()
    assert str(event["summary"]) == "R-000001：卖家：审核"
    for secret in ("Quill", "Zoë", "u_77", "zoe"):
        assert secret not in shown.replace("\r\n ", "")


@pytest.mark.parametrize("locale", ["C", "POSIX", "zh_CN.GB18030", "en_US.ISO-8859-1"])
def test_it_is_utf_8_whatever_the_terminal_is(demo_once: Path, locale: str) -> None:
    told = {"LC_ALL": locale, "LANG": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "RETURNCTL_LANG": "zh"}
    assert str(events(demo_once, **told)["R-000015"]["summary"]) == "R-000015：卖家：审核"


def test_the_options_of_the_list_hold(demo_once: Path, tmp_path: Path) -> None:
    assert list(events(demo_once, "--overdue")) == ["R-000009", "R-000006", "R-000005"]
    assert list(events(demo_once, "--limit", 1)) == ["R-000009"]
    assert list(events(demo_once, "--due", "-90d")) == []
    assert run("-o", "ics", "todo", "--exit-code", cwd=demo_once, now=DEMO_NOW).code == 1
    for other in ("list", "show 1", "sweep", "policy list"):
        assert run("-o", "ics", *other.split(), cwd=demo_once, now=DEMO_NOW).code == 2


def test_a_damaged_document_hides_no_event(demo: Path) -> None:
    path = demo / "data/returns/000/R-000003.json"
    path.write_bytes(path.read_bytes().replace(b"LUMI", b"LIMU"))
    ran = run("todo", "-o", "ics", cwd=demo, now=DEMO_NOW)
    assert ran.code == 12
    assert "R-000003.json" in ran.err
    assert len(Calendar.from_ical(ran.out).walk("VEVENT")) == 9


def test_the_library_is_loaded_for_a_calendar_only(demo_once: Path) -> None:
    assert "icalendar" not in loaded("todo", "--json", cwd=demo_once)
    assert "icalendar" not in loaded("todo", cwd=demo_once)
    assert "icalendar" in loaded("todo", "-o", "ics", cwd=demo_once)
