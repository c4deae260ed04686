"""Our own end at every call that changes the disk around a hook: what is owed is carried out once all the same."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from returnctl.errors import Exit
from tests.cli.shops import record
from tests.faults.interrupts import interrupting
from tests.faults.shops import a_shop, booked, ended, forked, type_apart, type_in
from tests.storage.faults import KILLED, Fault, die, die_after, fault

Words = tuple[object, ...]
Cut = Callable[[int], AbstractContextManager[list[int]]]
_POINTS = 5


class Story(NamedTuple):
    """What is typed, and what people and cron type when they find that it was cut off."""

    typed: Words
    then: tuple[Words, ...]


def killing(at: int, happens: Fault = die) -> AbstractContextManager[list[int]]:
    return fault(at, happens)


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
        cut = partial(killing, happens=chance.choice((die, die_after)))
        assert cut_off(ready, tmp_path, story, at, cut) == KILLED


@pytest.mark.parametrize("name", STORIES)
def test_interrupted_at_some_steps(ready: Path, tmp_path: Path, name: str) -> None:
    story = STORIES[name]
    steps = calls(ready, tmp_path, story, interrupting)
    for at in random.Random(name).sample(range(1, steps + 1), 3):
        assert cut_off(ready, tmp_path, story, at, interrupting) in (0, Exit.INTERRUPTED)


def long_run_hooks(folder: Path) -> dict[str, int]:
    """At every call, before and after it, and Ctrl-C at every step; how often it was cut off."""
    shop = a_shop(folder / "shop", 1, "refund", "notify")
    assert type_apart(shop, "done", 1) == 0
    ways = {"kills": (killing, partial(killing, happens=die_after)), "interrupts": (interrupting,)}
    return {
        f"{what} in {name}": sum(
            cut_off(shop, folder, story, at, cut) in (KILLED, Exit.INTERRUPTED)
            for cut in cuts
            for at in range(1, calls(shop, folder, story, cut) + 1)
        )
        for name, story in STORIES.items()
        for what, cuts in ways.items()
    }


def calls(ready: Path, folder: Path, story: Story, cut: Cut = killing) -> int:
    """How many calls change the disk, or steps are taken, where nothing is cut off."""
    shop = shutil.copytree(ready, folder / "counted")

    def counted() -> int:
        with cut(0) as count:
            type_in(shop, *story.typed)
        (folder / "count").write_text(str(count[0]))
        return 0

    assert ended(forked(counted)) == 0
    shutil.rmtree(shop)
    return int((folder / "count").read_text())


def cut_off(ready: Path, folder: Path, story: Story, at: int, cut: Cut) -> int:
    """Cut the command off there, go on as people do, and see what the hooks did; how the command ended."""
    shop = shutil.copytree(ready, folder / f"{at}")

    def typed() -> int:
        with cut(at):
            return type_in(shop, *story.typed)

    code = ended(forked(typed))
    for words in story.then:
        if words != ("refund", 1) or record(shop, 1)["state"] == "refund_due":
            assert type_apart(shop, *words) in (0, 5), (at, words)
    type_apart(shop, "sweep")
    _all_done_once(shop, paying=story.typed[0] == "refund")
    assert type_apart(shop, "fsck") == 0
    shutil.rmtree(shop)
    return code


def _all_done_once(shop: Path, *, paying: bool) -> None:
    stored = record(shop, 1)
    new = [x["key"] for x in stored["owed"] if x["key"].endswith(("message", "refunded", "feedback"))]
    assert dict(booked(shop, "notify")) == dict.fromkeys(new, 1)
    assert (len(new), {x["status"] for x in stored["owed"]}) == (2 if paying else 1, {"done"})
    paid = [x["key"] for x in stored["refunds"] if x["status"] == "confirmed"]
    assert dict(booked(shop, "refund")) == dict.fromkeys(paid, 1)
    assert (len(paid), stored["state"]) == ((1, "refunded") if paying else (0, "refund_due"))
