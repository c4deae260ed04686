"""Many at once: applications against plain files, an export of orders against `csv.DictReader`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.budgets import BULK, IMPORT
from benchmarks.csvs import write_export
from benchmarks.place import Place, now
from benchmarks.turns import Measured, Ran, compared, in_turns

_ORDER = {
    "market": "US", "currency": "USD", "platform": "tiktok",
    "ordered_at": "2027-01-10T17:20:00Z", "delivered_at": "2027-01-20T22:10:00Z",
    "lines": [{"line": "1", "sku": "LAMP", "title": "Desk lamp", "quantity": 3, "net": "81.00", "tax": "6.75"}],
}  # fmt: skip
READ = "import csv, sys; sum(1 for _ in csv.DictReader(open(sys.argv[1], encoding='utf-8-sig', newline='')))"
# The documents that were made, written again: a file each, a thousand a folder, and one sync.
WRITE = """
import os, sys
from pathlib import Path
source, target = map(Path, sys.argv[1:3])
first, count = map(int, sys.argv[3:5])
for number in range(first, first + count):
    name = f"{number // 1000:03d}/R-{number:06d}.json"
    content = (source / name).read_bytes()
    if number % 1000 == 0 or number == first:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
    (target / name).write_bytes(content)
os.sync()
"""


def bulk(place: Place) -> Iterator[Measured | str]:
    """As many as wanted in all, a part of them each round; the first part warms up."""
    rounds = min(place.rounds, 4)
    part = max(1, place.many // (rounds + 1))
    shop = place.new_shop("bulk")
    place.returnctl(shop, "import", "-q", _lines(place.folder / "orders.jsonl", _orders(part * (rounds + 1))))
    asked = [_lines(place.folder / f"asked-{n}.jsonl", _requests(n * part, part)) for n in range(rounds + 1)]
    files = place.folder / "files"
    what, than = f"apply --from of {part}", "the same bytes, a file each, one sync"
    sides: dict[str, Callable[[int], Ran]] = {
        what: lambda n: place.returnctl(shop, "apply", "-q", "--from", asked[n], "--now", now()),
        than: lambda n: place.python(WRITE, shop / "data/returns", files, 1 + n * part, part),
    }
    yield compared(in_turns(sides, rounds), what, than, BULK)


def imports(place: Place) -> Iterator[Measured | str]:
    export = orders_of(place, place.many)
    what, than = f"import of {place.many} orders", "csv.DictReader"

    def into_a_new_shop(_: int) -> Ran:
        return place.returnctl(place.new_shop("import"), "import", export)

    sides: dict[str, Callable[[int], Ran]] = {what: into_a_new_shop, than: lambda _: place.python(READ, export)}
    yield compared(in_turns(sides, min(place.rounds, 4)), what, than, IMPORT)


def orders_of(place: Place, many: int) -> Path:
    """An export of so many orders."""
    export = place.folder / f"export-{many}.csv"
    return export if export.exists() else write_export(export, many)


def _orders(count: int) -> Iterator[object]:
    return (_ORDER | {"id": f"B-{n}", "buyer": {"id": f"u_{n}", "name": "Ana Diaz"}} for n in range(count))


def _requests(first: int, count: int) -> Iterator[object]:
    return ({"order": f"B-{number}", "items": {"1": 1}, "reason": "damaged"} for number in range(first, first + count))


def _lines(path: Path, rows: Iterator[object]) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return path
