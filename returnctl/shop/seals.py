"""Seals: heads of the journal, kept in git where others can vouch for their date. No personal data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from returnctl.domain.money import ZERO
from returnctl.domain.record import Return, unpaid
from returnctl.domain.states import State
from returnctl.errors import BadFile, BrokenSeal, NewerFormat, SystemFailure
from returnctl.readers.strict_json import read_json
from returnctl.shop.reading import read
from returnctl.shop.road import Road
from returnctl.shop.shop import Shop
from returnctl.storage.files import Folder, fsync, write_in_place
from returnctl.storage.snapshot import Snapshot

FORMAT = "seal/v1"
_FOLDER = "seals"


class Seal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`counts` of returns, in all and by state, and of orders; `sums` by currency: refunded, pending, due."""

    at: datetime
    sequence: int
    digest: str
    counter: int
    counts: dict[str, int]
    sums: dict[str, dict[str, Decimal]]


class Seals(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The seals of one month."""

    returnctl: str = FORMAT
    shop_id: str
    seals: tuple[Seal, ...] = ()


def seal(road: Road) -> tuple[Path, Seal, bool]:
    """Add a seal to the month's file; gives it with False where the journal has not grown since the last one.

    Raises BrokenSeal where an earlier seal does not stand in the journal.
    """
    shop, now = road.shop, road.request.now
    path = shop.root / _FOLDER / f"{now.astimezone(ZoneInfo(shop.settings.timezone)):%Y-%m}.json"
    before = {name: _read(shop.root / _FOLDER / name) for name in _names(shop)}
    with road.reading() as snapshot:
        _refuse_broken(before, snapshot)
        new = _made(snapshot, now)
    known = [each for seals in before.values() for each in seals.seals if each.sequence == new.sequence]
    if known or road.request.dry_run:
        return path, known[-1] if known else new, not known
    seals = before.get(path.name) or Seals(shop_id=shop.settings.shop_id)
    _write(path, msgspec.structs.replace(seals, seals=(*seals.seals, new)))
    return path, new, True


def sealed_heads(shop: Shop) -> list[tuple[str, int, str]]:
    """File, sequence and digest of every seal. Raises BrokenSeal, NewerFormat, SystemFailure."""
    files = ((name, _read(shop.root / _FOLDER / name)) for name in _names(shop))
    return [(f"{_FOLDER}/{name}", each.sequence, each.digest) for name, seals in files for each in seals.seals]


def newest(shop: Shop) -> Seal | None:
    """The seal of the latest commit. Raises as `sealed_heads` does."""
    found = (each for name in _names(shop) for each in _read(shop.root / _FOLDER / name).seals)
    return max(found, key=lambda each: each.sequence, default=None)


def _names(shop: Shop) -> list[str]:
    try:
        return sorted(path.name for path in (shop.root / _FOLDER).iterdir() if path.suffix == ".json")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise SystemFailure(path=_FOLDER, why=error.strerror or str(error)) from None


def _read(path: Path) -> Seals:
    name = f"{_FOLDER}/{path.name}"
    try:
        value = read_json(read(path), name)
        told = value.get("returnctl") if isinstance(value, dict) else None
        if isinstance(told, str) and told != FORMAT and told.startswith("seal/"):
            raise NewerFormat(path=name, format=told)
        return msgspec.convert(value, Seals)
    except (msgspec.ValidationError, BadFile):
        raise BrokenSeal(path=name, why="not_readable") from None


def _refuse_broken(seals: dict[str, Seals], snapshot: Snapshot) -> None:
    heads = {each.sequence: (name, each.digest) for name, month in seals.items() for each in month.seals}
    for _, _, entry in snapshot.entries() if heads else ():
        name, digest = heads.pop(entry.sequence, ("", entry.digest))
        if digest != entry.digest:
            raise BrokenSeal(path=f"{_FOLDER}/{name}", why="rewritten")
    for name, _ in heads.values():
        raise BrokenSeal(path=f"{_FOLDER}/{name}", why="rolled_back")


def _made(snapshot: Snapshot, now: datetime) -> Seal:
    counts: dict[str, int] = defaultdict(int)
    sums: dict[str, dict[str, Decimal]] = {}
    for return_id in snapshot.all_ids():
        record = snapshot.get_return(return_id)
        counts["returns"] += 1
        counts[record.state] += 1
        of_currency = sums.setdefault(record.currency, dict.fromkeys(("refunded", "pending", "due"), ZERO))
        for name, amount in _amounts(record):
            of_currency[name] += amount
    counts["orders"] = snapshot.count_orders()
    head = snapshot.head()
    return Seal(
        at=now, sequence=head.sequence, digest=head.digest, counter=head.counter, counts=dict(counts), sums=sums
    )


def _amounts(record: Return) -> Iterator[tuple[str, Decimal]]:
    yield "refunded", record.refunded("confirmed").amount
    yield "pending", record.refunded("pending").amount
    if record.state is State.REFUND_DUE:
        yield "due", unpaid(record)


def _write(path: Path, seals: Seals) -> None:
    try:
        _make(path.parent)
        write_in_place(path, msgspec.json.format(msgspec.json.encode(seals), indent=2) + b"\n")
    except OSError as error:
        raise SystemFailure(path=f"{_FOLDER}/{path.name}", why=error.strerror or str(error)) from None


def _make(folder: Path) -> None:
    """It is on the disk before a seal in it is."""
    folder.mkdir(exist_ok=True)
    with Folder.open(str(folder.parent)) as above:
        fsync(above.fd)
