"""Peers: programs that do the nearest thing: from PyPI, each in an environment of its own, or where they are there."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.place import SMALL, Place, now
from benchmarks.turns import Measured, Ran, compared, in_turns, run

_TODO = (
    "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:{n}\r\nSUMMARY:Return {n}\r\nDUE:20270301T120000Z\r\n"
    "END:VTODO\r\nEND:VCALENDAR\r\n"
)


def peers(place: Place) -> Iterator[Measured | str]:
    for name, sides in (("todoman", _listing), ("sqlite-utils", _inserting)):
        try:
            bin_ = _installed(place, name)
        except subprocess.CalledProcessError:
            yield f"{name}: does not install here"
            continue
        ours, theirs = sides(place, bin_)
        yield compared(in_turns({ours[0]: ours[1], theirs[0]: theirs[1]}, place.rounds), ours[0], theirs[0])
    yield _adding(place) if shutil.which("task") else "taskwarrior: is not installed here"


def _adding(place: Place) -> Measured:
    """A word that is kept: a note with its history and journal, brought to the disk, against one more task."""
    folder = place.folder / "taskwarrior"
    folder.mkdir(exist_ok=True)
    (folder / "taskrc").write_text(f"data.location={folder}\nconfirmation=off\n", "utf-8")
    rules, data = f"{folder}/taskrc", str(folder)
    sides: dict[str, Callable[[int], Ran]] = {
        "note": lambda number: place.returnctl(place.small, "note", 1, f"note {number}", "--now", now()),
        "taskwarrior's add": lambda number: run(["task", "add", f"note {number}"], TASKRC=rules, TASKDATA=data),
    }
    return compared(in_turns(sides, place.rounds), "note", "taskwarrior's add")


Side = tuple[str, Callable[[int], Ran]]


def _installed(place: Place, name: str) -> Path:
    folder = place.folder / f"peer-{name}"
    if not folder.exists():
        run([sys.executable, "-m", "venv", folder])
        run([folder / "bin/python", "-m", "pip", "install", "-q", "--disable-pip-version-check", name])
    return folder / "bin"


def _listing(place: Place, bin_: Path) -> tuple[Side, Side]:
    """As many tasks as the small shop has returns, all listed."""
    tasks = place.folder / "tasks/returns"
    tasks.mkdir(parents=True, exist_ok=True)
    for number in range(SMALL):
        (tasks / f"{number}.ics").write_text(_TODO.format(n=number), "utf-8")
    config = place.folder / "todoman.py"
    cache = place.folder / "todoman.sqlite"
    config.write_text(f'path = "{tasks.parent}/*"\ncache_path = "{cache}"\n', "utf-8")
    return (
        (f"list of {SMALL}", lambda _: place.returnctl(place.small, "list", "--now", now())),
        (f"todoman's list of {SMALL}", lambda _: run([bin_ / "todo", "--config", config, "list"])),
    )


def _inserting(place: Place, bin_: Path) -> tuple[Side, Side]:
    """The orders of an import as plain rows, in a new file each."""
    count = min(place.many, 20_000)
    rows = place.folder / "rows.jsonl"
    order = {"market": "US", "currency": "USD", "buyer": {"id": "u_1"}, "ordered_at": "2027-01-10T17:20:00Z"}
    line = {"line": "1", "sku": "LAMP", "quantity": 3, "net": "81.00", "tax": "6.75"}
    with rows.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps({"id": f"S-{n}", **order, "lines": [line]}) + "\n" for n in range(count))
    base = place.folder / "rows.sqlite"

    def inserted(_: int) -> Ran:
        base.unlink(missing_ok=True)
        return run([bin_ / "sqlite-utils", "insert", base, "orders", rows, "--nl", "--pk", "id"])

    return (
        (f"import of {count} JSON lines", lambda _: place.returnctl(place.new_shop("peer"), "import", rows)),
        ("sqlite-utils insert", inserted),
    )
