"""Many read or one writes, and who waits is told for whom."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from returnctl.errors import Locked, NotKnown
from returnctl.storage.store import Store
from tests.storage.builders import a_change, a_return, commit


def test_who_waits_in_vain_is_told_who_holds_it(store: Store) -> None:
    with store.writing("mei:\nreturnctl approve"), pytest.raises(Locked) as failure, store.reading(0):
        pass
    assert failure.value.facts["holder"] == "mei: returnctl approve"
    assert str(failure.value.facts["since"]).endswith("Z")


def test_readers_share_it_and_keep_a_writer_waiting(store: Store) -> None:
    with store.reading(), store.reading(0), pytest.raises(Locked) as failure, store.writing("mei", 0.1):
        pass
    assert failure.value.facts == {"holder": None, "since": None, "why": "looked_at"}


def test_it_is_free_again_after_a_failure(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.writing("mei"):
        _ = 1 / 0
    with pytest.raises(ZeroDivisionError), store.reading():
        _ = 1 / 0
    with store.writing("mei", 0):
        pass


def test_a_writer_waits_for_the_reader_to_end(store: Store) -> None:
    child = os.fork()
    if not child:
        with store.reading() as snapshot:
            time.sleep(0.3)
            os._exit(0 if snapshot.get_return("R-000001").revision == 1 else 1)
    time.sleep(0.1)
    commit(store, a_change(a_return(revision=2)))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


NUMBERS = """
import sys
from pathlib import Path
from tests.storage.builders import Store, a_change, a_return
for _ in range(10):
    with Store(Path(sys.argv[1])).writing("racer") as writer:
        writer.commit(a_change(a_return(writer.new_id(1))))
"""


def test_two_at_once_never_take_the_same_number(store: Store, tmp_path: Path) -> None:
    here = Path(__file__).parents[2]
    racers = [subprocess.Popen([sys.executable, "-c", NUMBERS, tmp_path], cwd=here) for _ in range(3)]
    assert [racer.wait() for racer in racers] == [0, 0, 0]
    with store.reading() as snapshot:
        assert snapshot.find("5764001") == tuple(f"R-{number:06d}" for number in range(1, 32))


def test_a_mark_of_doubt_refuses_writers_and_lets_readers_read(store: Store, data: Path) -> None:
    (data / "lock").write_text("unsure: run returnctl fsck\n")
    with pytest.raises(NotKnown) as failure, store.writing("mei"):
        pass
    assert failure.value.facts == {"path": "data/journal.jsonl", "cure": "fsck"}
    with store.reading() as snapshot:
        assert snapshot.get_return("R-000001") == a_return()
    assert "unsure" in (data / "lock").read_text()
