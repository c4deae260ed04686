"""What both sides may read of a return, and what of it a platform takes."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from returnctl.domain import dispute, remarks, workflow
from returnctl.domain.casefile import (
    claims,
    file_names,
    fitted,
    notes,
    photos_for,
    safe_name,
    shareable,
    standing,
    timeline,
)
from returnctl.domain.platforms import LIMITS, Limits, bytes_of, limits_of
from returnctl.domain.record import Evidence
from returnctl.domain.replay import faults
from returnctl.domain.states import Event, Role
from returnctl.domain.undo import undo
from tests.builders import NOW, a_case_in, a_photo, after, applied, buyer, later, platform, seller
from tests.builders import a_case as a_bare_case

TIKTOK = LIMITS["tiktok"]


def a_story() -> Any:
    case = after(applied(a_bare_case(), note="broken", evidence=(a_photo(),)), workflow.reject, note="it was whole")
    case = after(case, remarks.note, text="a secret")
    case = after(case, remarks.message, text="hello")
    case = after(case, dispute.escalate, buyer(later(case)), claim="refund_amount", note="all of it")
    case = after(case, dispute.escalate, to_platform=True, number="C-1", note="please decide")
    return after(case, dispute.resolve, platform(later(case)), outcome="none", note="the seller is right")


def test_notes_of_the_team_are_in_no_timeline() -> None:
    record = a_story().stored
    assert [entry.happened.event for entry in timeline(record)] == [
        "apply", "reject", "message", "escalate", "escalate", "resolve",
    ]  # fmt: skip
    assert "secret" not in repr(timeline(record))


def test_a_note_that_was_undone_is_not_there_either() -> None:
    case = after(after(a_case_in("requested"), remarks.note, text="a secret"), undo)
    assert [entry.happened.event for entry in timeline(case.stored)] == ["apply"]
    assert notes(case.stored) == 1


def test_what_is_shared_keeps_the_places_of_notes_but_not_their_words() -> None:
    record = a_story().stored
    shared = shareable(record)
    assert "secret" in repr(record)
    assert "secret" not in repr(shared)
    assert replace(shared, history=()) == replace(record, history=())
    assert list(faults(shared, [entry.event for entry in record.history])) == []


def test_messages_and_files_stand_at_their_events() -> None:
    entries = {entry.happened.event: entry for entry in timeline(a_story().stored)}
    assert entries["message"].message == "hello"
    assert [file.name for file in entries["apply"].files] == ["crack.jpg"]


def test_two_messages_of_one_instant_stay_apart() -> None:
    case = a_case_in("requested")
    moment = seller(later(case))
    case = after(after(case, remarks.message, moment, text="one"), remarks.message, moment, text="two")
    assert [entry.message for entry in timeline(case.stored)] == ["", "one", "two"]


def test_claims_of_all_sides() -> None:
    told = [(x.role, x.event, x.code, x.text) for x in claims(a_story().stored)]
    assert told == [
        (Role.BUYER, "apply", None, "broken"),
        (Role.SELLER, "reject", None, "it was whole"),
        (Role.BUYER, "escalate", "refund_amount", "all of it"),
        (Role.SELLER, "escalate", "platform", "please decide"),
        (Role.PLATFORM, "resolve", "none", "the seller is right"),
    ]


def test_what_was_undone_is_no_claim() -> None:
    case = after(after(a_case_in("requested"), workflow.reject, note="no"), undo)
    assert [claim.event for claim in claims(case.stored)] == ["apply"]
    assert [entry.event for entry in standing(case.stored)] == ["apply"]


HOSTILE = [
    ("crack.jpg", "01-crack.jpg"),
    ("../../etc/passwd", "01-etc-passwd.jpg"),
    ("..", "01-file.jpg"),
    ("", "01-file.jpg"),
    (".htaccess", "01-htaccess.jpg"),
    ("a.b.c", "01-a-b.jpg"),
    ("C:\\con.txt", "01-C-con.jpg"),
    ("con", "01-con.jpg"),
    ("a\x1b[31m\nb\x00.png", "01-a-31m-b.jpg"),
    ("\u202egpj.exe", "01-gpj.jpg"),
    ("退货.jpg", "01-file.jpg"),
    ("é" * 300, "01-file.jpg"),
    ("x" * 300 + ".jpg", f"01-{'x' * 60}.jpg"),
    ("<img src=x onerror=alert(1)>.jpg", "01-img-src-x-onerror-alert-1.jpg"),
    ("javascript:alert(1)", "01-javascript-alert-1.jpg"),
    ("trailing. ", "01-trailing.jpg"),
    ("2026.11.12 at 9.30", "01-2026-11-12-at-9.jpg"),
    ("jpg", "01-jpg.jpg"),
    (".jpg", "01-file.jpg"),
]


@pytest.mark.parametrize(("given", "safe"), HOSTILE)
def test_names_that_no_system_minds(given: str, safe: str) -> None:
    assert safe_name(1, 2, replace(a_photo(), name=given)) == safe


def test_the_same_name_twice_makes_two() -> None:
    record = a_case_in("requested").stored
    files = tuple(replace(a_photo(), sha256=f"{n:064x}") for n in range(120))
    names = list(file_names(replace(record, evidence=files)).values())
    assert len(set(names)) == 120
    assert (names[0], names[-1]) == ("001-crack.jpg", "120-crack.jpg")


def a_file(name: str, *, type: str = "image/jpeg", size: int = 9, by: Role = Role.BUYER) -> Evidence:  # noqa: A002
    return Evidence(name.encode().hex().ljust(64, "0"), name, type, size, by, NOW)


def test_a_platform_takes_the_sellers_photos_first_and_so_many() -> None:
    files = [a_file(f"b{n}") for n in range(5)] + [a_file(f"s{n}", by=Role.SELLER) for n in range(2)]
    files += [
        a_file("v", type="video/mp4"), a_file("w", type="image/webp"), a_file("big", size=TIKTOK.photo_bytes + 1),
        a_file("edge", type="image/png", size=TIKTOK.photo_bytes, by=Role.SELLER),
    ]  # fmt: skip
    record = replace(a_case_in("requested").stored, evidence=tuple(files))
    taken, left = photos_for(record, TIKTOK)
    assert [file.name for file in taken] == ["s0", "s1", "edge", "b0", "b1", "b2"]
    assert [(each.file.name, each.why) for each in left] == [
        ("b3", "too_many"), ("b4", "too_many"), ("v", "type"), ("w", "type"), ("big", "too_large"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sentences", "most", "text", "left"),
    [
        ([], 10, "", ()),
        (["abc.", "def."], 9, "abc. def.", ()),
        (["abc.", "def."], 8, "abc.", ("def.",)),
        (["too long by far.", "ok."], 5, "ok.", ("too long by far.",)),
        (["退货。", "已付。"], 9, "退货。", ("已付。",)),
        (["退货。"], 8, "", ("退货。",)),
        (["🧾🧾.", "a."], 9, "🧾🧾.", ("a.",)),
    ],
)
def test_sentences_fit_whole_or_not_at_all(sentences: list[str], most: int, text: str, left: tuple[str, ...]) -> None:
    found = fitted(sentences, most)
    assert found == (text, left)
    assert bytes_of(found.text) <= most


def test_limits_are_those_of_the_platform_or_the_strictest() -> None:
    assert limits_of("tiktok") == limits_of(None) == limits_of("elsewhere") == TIKTOK
    assert Limits(500, 6, 5 * 1024 * 1024, ("image/jpeg", "image/png")) == TIKTOK


def test_every_event_may_be_told() -> None:
    from returnctl.output.bundle.phrases import EVENTS

    assert {event.value for event in Event} - {"note", "try", "seen"} <= set(EVENTS)
