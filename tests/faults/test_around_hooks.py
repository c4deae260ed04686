"""Our own end at every call that changes the disk around a hook: what is owed is carried out once all the same."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.shops import record
from tests.faults.shops import a_shop, booked, ended, forked, type_apart, type_in
from tests.storage.faults import KILLED, Fault, die, die_after, fault

Words = tuple[object, ...]
_POINTS = 5


class Story(NamedTuple):
    """What is typed, and what people and cron type when they find that it was cut off."""

    typed: Words
    then: tuple[Words, ...]


SENT = ("message", 1, "it is on its way", "--key", "K")
STORIES = {
    "retry": Story(("refund", 1), (("refund", 1, "--retry"), ("refund", 1))),
    "sweep": Story(("refund", 1), (("sweep",), ("refund", 1))),
    "message": Story(SENT, (SENT, ("sweep",))),
}


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop with a return whose money is due, and of which nothing else is owed."""
    shop = a_shop(tmp_path_factory.mktemp("ready") / "shop", 1, "refund", "notify")
    assert type_apart(shop, "done", 1) == 0
    return shop


@pytest.mark.parametrize("name", STORIES)
def test_killed_at_some_calls(ready: Path, tmp_path: Path, name: str) -> None:
    chance, story = random.Random(name), STORIES[name]
    points = list(range(1, calls(ready, tmp_path, story) + 1))
    assert len(points) > 20
    for at in chance.sample(points, _POINTS):
        assert kill(ready, tmp_path, story, at, chance.choice((die, die_after)))


def long_run_kills(folder: Path) -> dict[str, int]:
    """At every call, before and after it; how often it was killed."""
    shop = a_shop(folder / "shop", 1, "refund", "notify")
    assert type_apart(shop, "done", 1) == 0
    return {
        name: sum(
            kill(shop, folder, story, at, happens)
            for at in range(1, calls(shop, folder, story) + 1)
            for happens in (die, die_after)
        )
        for name, story in STORIES.items()
    }


def calls(ready: Path, folder: Path, story: Story) -> int:
    """How many calls change the disk where nobody is killed."""
    shop = shutil.copytree(ready, folder / "counted")

    def counted() -> int:
        with fault(0, die) as count:
            type_in(shop, *story.typed)
        (folder / "count").write_text(str(count[0]))
        return 0

    assert ended(forked(counted)) == 0
    shutil.rmtree(shop)
    return int((folder / "count").read_text())


def kill(ready: Path, folder: Path, story: Story, at: int, happens: Fault) -> bool:
    """Cut the command off there, go on as people do, and see what the hooks did; whether it was killed."""
    shop = shutil.copytree(ready, folder / f"{at}")

    def cut_off() -> int:
        with fault(at, happens):
            return type_in(shop, *story.typed)

    code = ended(forked(cut_off))
    for words in story.then:
        if words != ("refund", 1) or record(shop, 1)["state"] == "refund_due":
            assert type_apart(shop, *words) in (0, 5), (at, words)
    type_apart(shop, "sweep")
    _all_done_once(shop, paying=story.typed[0] == "refund")
    assert type_apart(shop, "fsck") == 0
    shutil.rmtree(shop)
    return code == KILLED


def _all_done_once(shop: Path, *, paying: bool) -> None:
    stored = record(shop, 1)
    new = [x["key"] for x in stored["owed"] if x["key"].endswith(("message", "refunded"))]
    assert dict(booked(shop, "notify")) == dict.fromkeys(new, 1)
    assert (len(new), {x["status"] for x in stored["owed"]}) == (1, {"done"})
    paid = [x["key"] for x in stored["refunds"] if x["status"] == "confirmed"]
    assert dict(booked(shop, "refund")) == dict.fromkeys(paid, 1)
    assert (len(paid), stored["state"]) == ((1, "refunded") if paying else (0, "refund_due"))
