"""The tests are alive."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from returnctl import storage
from tests.faults.mutants import MUTANTS, broken

# A call that waits for the disk, or makes a file that does.
_SYNCS = re.compile(r"(?:\bos\.)?(?:f|\b)sync\([\w.]+\)|bring_to_disk\(folder\)|\b[a-z]+\.create\(.*\)")


@pytest.mark.parametrize("name", MUTANTS)
def test_what_is_broken_is_found(tmp_path: Path, name: str) -> None:
    mutant = MUTANTS[name]
    with broken(*mutant.edits):
        assert mutant.is_found(tmp_path)


def test_every_fsync_is_broken_once() -> None:
    places = {
        (edit.place.partition(":")[0], edit.place, edit.old.strip()) for x in MUTANTS.values() for edit in x.edits
    }
    broken_ones = Counter((module, old) for module, _, old in places)
    assert Counter(syncs()) - broken_ones == Counter()


def syncs() -> Iterator[tuple[str, str]]:
    """All of them, by module, but where a comment says why one may go."""
    package = Path(storage.__file__).parents[1]
    for path in sorted([*package.glob("storage/*.py"), *package.glob("shop/*.py")]):
        lines = path.read_text("utf-8").splitlines()
        for before, line in zip(["", *lines], lines, strict=False):
            if "# Redundant" not in before and not line.lstrip().startswith("def ") and "durable=False" not in line:
                yield from ((f"{path.parent.name}.{path.stem}", found) for found in _SYNCS.findall(line))
