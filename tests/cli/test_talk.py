"""Talking to buyers: messages, templates, what is too long, what is to be told, and what they think of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.shops import an_order, document, record, take, typed
from tests.program import NOW, Ran, run

HOOK = "#!/bin/sh\n(cat; echo) >> ../notify.jsonl\n"
TEMPLATES = {
    "ask-photo": {"en": "Please send us a photo for {return}, {tracking}.", "zh": "请为 {return} 提供照片。"},
    "long": {"en": "a" * 501},
}
HOSTILE = "{return} {0} %s \x1b[31m\u202e<b>x</b>"


def say(shop: Path, *words: object, code: int = 0, form: str = "--json", **environment: str) -> Ran:
    ran = run(*words, *([form] if form else []), cwd=shop, now=NOW, **environment)
    assert ran.code == code, ran
    return ran


@pytest.fixture
def talking(shop: Path) -> Path:
    """A request of a Chinese buyer at TikTok Shop, by a policy with templates, and one of no platform."""
    with (shop / "policies/standard.yaml").open("a") as policy:
        policy.write(f"wording: {json.dumps({'templates': TEMPLATES})}\n")
    buyer = {"id": "u_2", "name": HOSTILE, "language": "zh"}
    take(shop, an_order("T-1", platform="tiktok", buyer=buyer), an_order("T-2"))
    typed(shop, "apply T-1 --item 1=1 --reason damaged", "apply T-2 --item 1=1 --reason damaged", now=NOW)
    return shop


# --- messages


def test_a_template_speaks_the_buyers_language_and_the_record_keeps_what_was_said(talking: Path) -> None:
    ran = say(talking, "message", 1, "--template", "ask-photo", "-n")
    assert (ran.result["outcome"], ran.result["words"]) == ("planned", "请为 R-000001 提供照片。")
    assert record(talking, 1)["messages"] == []
    say(talking, "message", 1, "--template", "ask-photo")
    say(talking, "message", 2, "--template", "ask-photo")
    assert [record(talking, n)["messages"][0]["text"] for n in (1, 2)] == [
        "请为 R-000001 提供照片。", "Please send us a photo for R-000002, .",
    ]  # fmt: skip
    assert record(talking, 1)["history"][-1]["facts"] == {"template": "ask-photo"}


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        ((), 2, "bad_value"),
        (("",), 2, "bad_value"),
        (("hi", "--template", "ask-photo"), 2, "bad_value"),
        (("--template", "ask-foto"), 6, "not_found"),
        (("--template", "long"), 2, "too_long"),
        (("a" * 501,), 2, "too_long"),
        (("é" * 251,), 2, "too_long"),
    ],
)
def test_what_cannot_be_said(talking: Path, words: tuple[str, ...], code: int, error: str) -> None:
    before = document(talking, 1)
    assert say(talking, "message", 1, *words, code=code).error["code"] == error
    assert document(talking, 1) == before


def test_the_names_of_templates_that_may_be_meant_come_first(talking: Path) -> None:
    ran = say(talking, "message", 1, "--template", "log", form="", code=6)
    assert "it has long, ask-photo." in ran.err
    ran = run("message", 2, "--template", "x", cwd=talking, now=NOW)
    assert "it has ask-photo, long." in ran.err


@pytest.mark.parametrize("words", [("a" * 500,), ("é" * 250,), ("照" * 166,), ("a" * 501, "--long")])
def test_what_fits_or_is_wanted_long_is_said(talking: Path, words: tuple[str, ...]) -> None:
    say(talking, "message", 1, *words)
    assert record(talking, 1)["messages"][0]["text"] == words[0]


def test_who_has_no_known_limit_and_what_the_buyer_said_is_taken_whole(talking: Path) -> None:
    say(talking, "message", 2, "a" * 5000)
    say(talking, "message", 1, "b" * 5000, "--as", "buyer")
    assert record(talking, 1)["messages"][0]["by"] == "buyer"
    assert [x["key"].rpartition("/")[2] for x in record(talking, 1)["owed"]] == ["applied"]


def test_where_it_would_be_cut_is_told_between_whole_characters(talking: Path) -> None:
    text = "照片" * 100
    ran = say(talking, "message", 1, text, code=2)
    facts = ran.error["facts"]
    assert (facts["size"], facts["most"], facts["fits"], facts["platform"]) == (600, 500, 166, "tiktok")
    assert facts["before"] + facts["after"] == text
    told = say(talking, "message", 1, "word " * 120, form="", code=2).err
    assert "600 bytes, and TikTok Shop takes about 500 in a message; it would be cut here: …" in told


def test_of_several_messages_each_is_booked_alone(talking: Path) -> None:
    """Who told one has not told the others."""
    for text in ("on its way", "it is here"):
        say(talking, "message", 1, text)
    shown = say(talking, "todo", "--tell", form="").out
    first, second = re.findall(r"  returnctl done R-000001 --only (\d+/message)\n", shown)
    assert say(talking, "done", 1, "--only", first).result["outcome"] == "done"
    left = say(talking, "todo", "--tell", form="").out
    assert "on its way" not in left
    assert "it is here\n  returnctl done R-000001 --only message\n" in left
    assert say(talking, "done", 1, "--only", first).result["outcome"] == "unchanged"
    assert say(talking, "done", 1, "--only", second).result["outcome"] == "done"


def test_nothing_named_is_not_everything(talking: Path) -> None:
    """As where a variable of the shell is empty."""
    assert say(talking, "done", 1, "--only", "", code=6).error["code"] == "not_found"


def test_only_the_same_key_makes_a_message_the_same(talking: Path) -> None:
    for _ in range(2):
        say(talking, "message", 1, "hi")
        say(talking, "message", 1, "--template", "ask-photo", "--key", "K")
    assert [x["text"] for x in record(talking, 1)["messages"]] == ["hi", "请为 R-000001 提供照片。", "hi"]
    assert say(talking, "message", 1, "hi", "--key", "K", code=5).error["code"] == "key_used"


def test_a_preview_shows_the_words_and_their_size(talking: Path) -> None:
    out = say(talking, "message", 1, "on its way", "-n", form="").out
    assert out.splitlines()[:2] == ["on its way", "(10 bytes)"]
    long = say(talking, "message", 1, "a" * 501, "-n", "--long", form="").out
    assert "(501 bytes; TikTok Shop takes about 500)" in long
    assert record(talking, 1)["messages"] == []


# --- hostile text


def test_a_buyers_text_is_never_a_form_to_fill_and_steers_no_terminal(talking: Path) -> None:
    say(talking, "message", 1, HOSTILE, "--as", "buyer")
    say(talking, "message", 1, HOSTILE)
    assert [x["text"] for x in record(talking, 1)["messages"]] == [HOSTILE, HOSTILE]
    for line in ("todo", "todo --tell", "show 1", "history 1"):
        out = say(talking, *line.split(), form="").out
        assert not set("\x1b\u202e") & set(out)
    assert "{return} {0} %s" in say(talking, "todo", "--tell", form="").out
    (row,) = [x for x in say(talking, "todo").json if x["id"] == "R-000001"]
    assert [x["words"] for x in row["tell"]][-1] == HOSTILE
    hooked(talking)
    say(talking, "message", 1, HOSTILE)
    assert json.loads((talking.parent / "notify.jsonl").read_text())["words"] == HOSTILE


# --- what is to be told


def hooked(shop: Path, script: str = HOOK) -> None:
    (shop / "hooks").mkdir()
    (shop / "hooks/notify").write_text(script)
    (shop / "hooks/notify").chmod(0o755)


def tells(shop: Path) -> dict[str, list[str]]:
    return {row["id"]: [x["what"] for x in row["tell"]] for row in say(shop, "todo").json}


def test_the_list_has_the_words_for_programs(talking: Path) -> None:
    say(talking, "approve", 1)
    (row,) = [x for x in say(talking, "todo").json if x["id"] == "R-000001"]
    assert [(x["what"], x["language"], x["limit"]) for x in row["tell"]] == [
        ("applied", "zh", 500), ("approved", "zh", 500),
    ]  # fmt: skip
    for told in row["tell"]:
        assert set(told) == {"key", "what", "language", "words", "bytes", "limit"}
        assert told["words"].startswith("您好，")
        assert told["bytes"] == len(told["words"].encode())


def test_one_of_several_is_pasted_and_booked(talking: Path) -> None:
    say(talking, "approve", 1)
    shown = say(talking, "todo", "--tell", form="").out
    assert shown.count("  returnctl done R-000001 --only approved\n") == 1
    assert say(talking, "done", 1, "--only", "approved").result["outcome"] == "done"
    assert tells(talking)["R-000001"] == ["applied"]
    assert say(talking, "done", 1, "--only", "approved").result["outcome"] == "unchanged"
    assert say(talking, "done", 1, "--only", "nope", code=6).error["facts"]["near"] == ["applied"]
    say(talking, "done", 1)
    assert tells(talking)["R-000001"] == []


@pytest.mark.parametrize(
    ("script", "told"),
    [("#!/bin/sh\nexit 75\n", []), ("#!/bin/sh\nexit 10\n", ["message"]), ("#!/bin/sh\nexit 0\n", [])],
)
def test_what_a_hook_delivers_nobody_pastes(talking: Path, script: str, told: list[str]) -> None:
    hooked(talking, script)
    say(talking, "message", 1, "hi")
    assert tells(talking)["R-000001"] == told


def test_the_first_few_stand_beneath_the_tables_and_all_with_tell(talking: Path) -> None:
    for n in range(6):
        say(talking, "message", 2, f"message {n}")
    out = say(talking, "todo", form="").out
    assert out.count("  returnctl done ") == 5
    assert out.endswith("3 more to tell: returnctl todo --tell\n")
    assert say(talking, "todo", "--tell", form="").out.count("  returnctl done ") == 8
    typed(talking, "done 1", now=NOW)
    assert [x["id"] for x in say(talking, "todo", "--tell").json] == ["R-000002"]
    typed(talking, "done 2", now=NOW)
    assert say(talking, "todo", "--tell", form="").err == "nothing to tell.\n"
    assert "done" not in say(talking, "todo", form="").out


def test_what_is_too_long_for_the_platform_is_marked(talking: Path) -> None:
    say(talking, "message", 1, "a" * 501, "--long")
    assert "501 bytes; TikTok Shop takes about 500" in say(talking, "todo", form="").out
    assert "501 bytes; TikTok Shop takes about 500" in say(talking, "show", 1, form="").out


def test_a_policy_that_is_damaged_keeps_no_list_back(talking: Path) -> None:
    (pinned,) = (talking / "data/policies").rglob("*.json")
    pinned.write_text("{}")
    ran = say(talking, "todo", form="")
    assert "R-000001" in ran.out


# --- what buyers think of it


def test_feedback_is_kept_shown_and_repeated(talking: Path) -> None:
    assert say(talking, "feedback", 1, "--rating", 5, code=5).error["code"] == "wrong_state"
    typed(talking, "reject 1", now=NOW)
    said = say(talking, "feedback", 1, "--rating", 2, "--comment", HOSTILE).result
    assert (said["events"], said["from"], said["to"]) == (["feedback"], "rejected", "rejected")
    assert say(talking, "feedback", 1, "--rating", 2, "--comment", HOSTILE).result["outcome"] == "unchanged"
    stored = record(talking, 1)
    assert stored["feedback"] == {
        "at": "2026-11-07T17:00:00Z", "rating": 2, "comment": HOSTILE, "policy": "standard", "version": 1,
        "reason": "damaged", "hours": 0,
    }  # fmt: skip
    assert stored["history"][-1]["role"] == "buyer"
    assert "2 of 5: {return} {0} %s" in say(talking, "show", 1, form="").out
    say(talking, "feedback", 1, "--rating", 4)
    assert record(talking, 1)["feedback"]["rating"] == 4
    say(talking, "undo", 1)
    assert record(talking, 1)["feedback"]["rating"] == 2


@pytest.mark.parametrize("rating", ["0", "6", "x", ""])
def test_a_rating_is_one_to_five(talking: Path, rating: str) -> None:
    say(talking, "feedback", 1, f"--rating={rating}", code=2)
