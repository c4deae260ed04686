"""What a platform's files cost: returns against plain files, settlements against `csv.DictReader`, the books."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.budgets import BULK, MEMORY
from benchmarks.bulk import READ, WRITE, orders_of
from benchmarks.export_csvs import write_returns, write_settlement
from benchmarks.place import Place
from benchmarks.turns import Measured, Ran, compared, in_turns

# Later than all that the files tell.
LATER = "2027-12-01T12:00:00Z"
_NOW = ("--now", LATER)
_SPARE = 5


def platform(place: Place) -> Iterator[Measured | str]:
    """Each round in a shop of its own, which holds the orders already."""
    orders = orders_of(place, place.many * _SPARE // 4)
    returns = write_returns(place.folder / "returns.csv", orders, place.many)
    settled = write_settlement(place.folder / "settled.csv", orders, place.many)
    rounds = min(place.rounds, 2)
    shops = [_with_orders(place, number, orders) for number in range(rounds + 1)]
    yield from _returns(place, shops, returns)
    yield from _settlements(place, shops, settled)
    yield from _books(place, shops[0])


def _returns(place: Place, shops: list[Path], returns: Path) -> Iterator[Measured]:
    what, again, read = f"import of {place.many} returns", "the same again, unchanged", "csv.DictReader"
    than, files = "the same bytes, a file each, one sync", place.folder / "files"
    sides: dict[str, Callable[[int], Ran]] = {
        what: lambda n: place.returnctl(shops[n], "import", "-q", returns, *_NOW),
        than: lambda n: place.python(WRITE, shops[n] / "data/returns", files / str(n), 1, place.many),
        again: lambda n: place.returnctl(shops[n], "import", "-q", returns, *_NOW),
        read: lambda _: place.python(READ, returns),
    }
    runs = in_turns(sides, len(shops) - 1)
    yield compared(runs, what, than, BULK)
    yield compared(runs, what, read)
    yield compared(runs, again, read)


def _settlements(place: Place, shops: list[Path], settled: Path) -> Iterator[Measured]:
    what, read = f"import of {place.many} rows of settlements", "csv.DictReader"
    sides: dict[str, Callable[[int], Ran]] = {
        what: lambda n: place.returnctl(shops[n], "import", "-q", settled, *_NOW),
        read: lambda _: place.python(READ, settled),
    }
    yield compared(in_turns(sides, len(shops) - 1), what, read)


def _books(place: Place, shop: Path) -> Iterator[str]:
    files = [place.folder / f"all.{kind}" for kind in ("csv", "xlsx")]
    for words in (("export", files[0]), ("export", files[1]), ("reconcile", "--json")):
        for file in files:
            file.unlink(missing_ok=True)
        ran = place.returnctl(shop, *words, *_NOW)
        over = "" if ran.peak <= MEMORY else f", over the {MEMORY} allowed"
        yield f"`{words[0]} {Path(words[1]).suffix or words[1]}`: {ran.peak:.0f} MiB{over} ({ran.seconds:.1f} s)"


def _with_orders(place: Place, number: int, orders: Path) -> Path:
    shop = place.new_shop(f"platform-{number}")
    place.returnctl(shop, "import", "-q", orders, *_NOW)
    return shop
