"""`doctor`: all that stands around the data and makes the shop work, looked at without changing anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import NamedTuple, TypeVar

from returnctl.domain.settings import Settings
from returnctl.errors import Failure, SystemFailure
from returnctl.shop import doctor_access as access
from returnctl.shop import doctor_data as inside
from returnctl.shop import doctor_disk as disks
from returnctl.shop import doctor_hooks as hooks
from returnctl.shop import doctor_machine as machine
from returnctl.shop import doctor_settings as told
from returnctl.shop import doctor_sweeps as sweeps
from returnctl.shop.health import Finding, failed
from returnctl.shop.reading import read
from returnctl.shop.shop import SETTINGS, Shop, is_shared
from returnctl.storage import glance, journal, store
from returnctl.storage.changes import Entry
from returnctl.storage.files import Folder
from returnctl.storage.glance import Probe

T = TypeVar("T")
Check = Callable[[], Iterable[Finding]]
# The instant to decide by, read in the zone of the shop where that is known.
Clock = Callable[[str | None], datetime]


class Seen(NamedTuple):
    """The shop as far as it could be read."""

    shop: Shop
    settings: Settings | Failure
    shared: bool
    now: datetime


def of_machine(encoding: str, language: str) -> list[Finding]:
    checks: dict[str, Check] = {
        "versions": machine.versions,
        "terminal": lambda: machine.terminal(encoding, language),
        "clock": machine.told_clock,
    }
    return list(_found(checks))


def of_shop(root: str, clock: Clock) -> list[Finding]:
    """Whatever is broken, the rest is looked at. Raises what `clock` raises."""
    seen = _seen(root, clock)
    found = [*_found(_around(seen)), *_of_data(seen)]
    checks = list(dict.fromkeys(each.check for each in found))
    new = (each for at, each in enumerate(found) if not any(_same(each, other) for other in found[:at]))
    return sorted(new, key=lambda each: checks.index(each.check))


def _same(one: Finding, other: Finding) -> bool:
    """Several checks may be stopped by the same thing."""
    return (one.code, one.facts) == (other.code, other.facts)


def _seen(root: str, clock: Clock) -> Seen:
    shop = Shop(root)
    try:
        data = read(shop.root / SETTINGS)
    except SystemFailure as failure:
        return Seen(shop, failure, shared=False, now=clock(None))
    settings = told.read_settings(data)
    zone = settings.timezone if isinstance(settings, Settings) else None
    return Seen(shop, settings, is_shared(data), clock(zone))


def _around(seen: Seen) -> dict[str, Check]:
    shop, settings = seen.shop, seen.settings
    known = settings if isinstance(settings, Settings) else None
    return {
        "settings": lambda: told.settings(settings),
        "policies": lambda: told.policies(shop, known.policy if known else None),
        "time zone": lambda: told.time_zone(known.timezone, seen.now) if known else (),
        "owner": lambda: access.owners(shop, shared=seen.shared),
        "permissions": lambda: access.writable(shop.root, shared=seen.shared),
        "git": lambda: access.in_git(shop.root),
        "file system": lambda: disks.disk(shop.root),
        "hooks": lambda: hooks.present(shop.root),
    }


def _of_data(seen: Seen) -> Iterator[Finding]:
    try:
        with store.opened(seen.shop.folder, shared=seen.shared) as data:
            yield from _inside(seen, data)
    except Failure as failure:
        yield failed("data", failure)


def _inside(seen: Seen, data: Folder) -> Iterator[Finding]:
    probe, last = _tried("lock", lambda: glance.probe(data)), _tried("journal", lambda: journal.last(data))
    yield from [probe] if isinstance(probe, Finding) else inside.lock(probe)
    yield from [last] if isinstance(last, Finding) else _found(_of_journal(seen, last))
    quiet = isinstance(probe, Probe) and not probe.held
    yield from _found({
        "journal": lambda: inside.left_over(data) if quiet else (),
        "permissions": lambda: access.modes(data),
        "hooks": lambda: hooks.missing(seen.shop.root, data),
        "sweep": lambda: sweeps.sweeps(seen.shop.root, data),
    })  # fmt: skip


def _of_journal(seen: Seen, last: Entry | None) -> dict[str, Check]:
    return {
        "journal": lambda: inside.commits(last),
        "clock": lambda: inside.clock(last, seen.now),
        "seals": lambda: inside.seals(seen.shop, last, seen.now),
    }


def _tried(name: str, look: Callable[[], T]) -> T | Finding:
    try:
        return look()
    except Failure as failure:
        return failed(name, failure)


def _found(checks: dict[str, Check]) -> Iterator[Finding]:
    """What each check found; one that cannot be made is a finding itself."""
    for name, check in checks.items():
        try:
            yield from check()
        except Failure as failure:
            yield failed(name, failure)
        except OSError as error:
            yield failed(name, SystemFailure(path=error.filename or name, why=error.strerror or str(error)))
