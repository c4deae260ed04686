"""Fill a new shop with returns and their orders: real documents, committed through the real store.

    python -m benchmarks.fill SHOP RETURNS

Each is a prototype with a number, an order, a buyer, an account and dates of its own. Nine of ten ended within the
year before NOW. `DUE` are due at NOW, and as many in each of the `POOL` minutes after it; the others are due later.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

import msgspec
from msgspec.structs import asdict, replace

from benchmarks.place import DUE, NOW, POOL
from benchmarks.prototypes import BUYER, NUMBER, ORDER, PHOTO, Prototype, an_order, prototypes
from returnctl.domain.order import Order
from returnctl.domain.record import Return
from returnctl.domain.reminders import next_wake
from returnctl.domain.states import ENDED, State
from returnctl.shop.policies import Chosen, Policies
from returnctl.shop.shop import Shop
from returnctl.storage.changes import Change
from returnctl.storage.digests import hexdigest
from returnctl.storage.documents import order_digest
from returnctl.storage.layout import return_id

ACCOUNTS = ("us-main", "us-outlet", "us-spare")
BUYERS_OF_THOUSAND = 700
_YEAR = timedelta(days=325)
_BATCH = 2000
_SECOND, _MINUTE, _HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
# What a policy reminds of where it says nothing.
_HOURS = (24, 4)
_INSTANT = re.compile(rb'"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+)Z"')


class Made(NamedTuple):
    record: Return
    order: Order
    events: tuple[str, ...]
    photo: bytes | None


def fill(root: str, returns: int) -> None:
    shop = Shop(root)
    with shop.store.writing("benchmark") as writer:
        chosen = Policies(shop).choose(writer, an_order(), NOW)
        made = _made(chosen, shop.settings.shop_id, returns)
        while batch := list(islice(made, _BATCH)):
            writer.commit(_change(batch, chosen))
        writer.sync_index()


def _change(batch: list[Made], chosen: Chosen) -> Change:
    photos = tuple((hexdigest(each.photo), each.photo) for each in batch if each.photo)
    return Change(
        at=NOW, by="mei", role="seller", command="benchmark", pinned=(chosen.pinned,), files=photos,
        returns=tuple(each.record for each in batch), orders=tuple(each.order for each in batch),
        events=tuple((each.record.id, event) for each in batch for event in each.events),
    )  # fmt: skip


def _made(chosen: Chosen, shop_id: str, count: int) -> Iterator[Made]:
    """The ended first, by date, as their numbers were given; the same for every run."""
    chance = random.Random(count)
    shares, all_of = zip(*prototypes(chosen.pinned, chosen.ref, shop_id), strict=True)
    drawn = sorted(chance.choices(all_of, shares, k=count), key=lambda each: each.record.state not in ENDED)
    due = _pool(drawn, all_of)
    for number, prototype in enumerate(drawn, 1):
        shift = _shift(prototype, number / count, due.get(number), chance)
        yield _varied(prototype, number, shift, chance, count)


def _pool(drawn: list[Prototype], all_of: tuple[Prototype, ...]) -> dict[int, datetime]:
    """The last of the ended are none: they wait for the buyer to ship, and end when their time has come."""
    waiting = next(each for each in all_of if each.record.state is State.APPROVED and not each.has_photo)
    end = sum(each.record.state in ENDED for each in drawn)
    pool = min(DUE * (POOL + 1), end)
    drawn[end - pool : end] = [waiting] * pool
    return {end - place: NOW + place // DUE * _MINUTE for place in range(pool)}


def _shift(prototype: Prototype, share: float, due: datetime | None, chance: random.Random) -> timedelta:
    record = prototype.record
    if due is not None and record.due:
        return due - record.due.at
    if record.due is None or record.state in ENDED:
        return NOW - 40 * 24 * _HOUR - _YEAR * (1 - share) - record.updated_at
    earliest = NOW + _HOUR - record.due.at
    return earliest + chance.randrange(1 + (NOW - record.updated_at - earliest) // _SECOND) * _SECOND


def _varied(prototype: Prototype, number: int, shift: timedelta, chance: random.Random, count: int) -> Made:
    photo = PHOTO.replace(b"0000000", b"%07d" % number) if prototype.has_photo else None
    buyer = chance.randrange(1 + count * BUYERS_OF_THOUSAND // 1000)
    data = msgspec.json.encode(prototype.record)
    words = {
        ORDER: str(int(ORDER) + number), BUYER: f"u_{buyer:07}", NUMBER: return_id(number),
        "us-main": chance.choices(ACCOUNTS, (80, 19, 1))[0], hexdigest(PHOTO): hexdigest(photo or PHOTO),
    }  # fmt: skip
    for word, own in words.items():
        data = data.replace(word.encode(), own.encode())
    record = msgspec.json.decode(_INSTANT.sub(lambda found: _shifted(found[1], shift), data), type=Return)
    order = Order(**{name: value for name, value in asdict(record.order).items() if name != "digest"})
    taken = replace(record.order, digest=order_digest(order))
    record = replace(record, order=taken, sweep_at=_wakes_at(record))
    return Made(record, order, prototype.events, photo)


def _wakes_at(record: Return) -> datetime | None:
    """Whoever was to be reminded by now has been, and of the next half hour only the pool is left."""
    in_pool = record.due is not None and record.due.at <= NOW + POOL * _MINUTE
    return next_wake(record, _HOURS, NOW - _SECOND if in_pool else NOW + _HOUR / 2)


def _shifted(instant: bytes, shift: timedelta) -> bytes:
    moved = datetime.fromisoformat(instant.decode()) + shift
    return b'"%sZ"' % moved.isoformat(timespec="seconds").encode()


if __name__ == "__main__":
    fill(sys.argv[1], int(sys.argv[2]))
