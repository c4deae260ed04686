"""What the program stands on, in a shop or outside."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from returnctl import __version__
from returnctl.shop.health import Finding

PACKAGES = ("click", "PyYAML", "jsonschema", "tabulate", "msgspec", "holidays", "tzdata")
_UTF8 = frozenset({"utf8", "utf8sig", "utf8mb4"})


def versions() -> Iterator[Finding]:
    import sqlite3

    system = os.uname()
    known = {name: _version(name) for name in PACKAGES}
    told = {"returnctl": __version__, "python": ".".join(map(str, sys.version_info[:3]))} | known
    told |= {"sqlite3": sqlite3.sqlite_version, "system": f"{system.sysname} {system.release}"}
    missing = [name for name, version in known.items() if version is None]
    if missing:
        yield Finding("versions", "no_package", "problem", {"names": missing})
    yield Finding("versions", "versions", "ok", {"versions": {name: each for name, each in told.items() if each}})


def _version(name: str) -> str | None:
    from importlib import metadata

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def terminal(encoding: str, language: str) -> Iterator[Finding]:
    """What the encoding of the output lacks is shown escaped, and Chinese is all that."""
    plain = encoding.lower().replace("-", "").replace("_", "")
    facts = {"encoding": encoding, "language": language}
    good = plain in _UTF8
    yield Finding("terminal", "terminal" if good else "not_utf8", "ok" if good else "warning", facts)


def told_clock() -> Iterator[Finding]:
    """Left behind by a test, it decides everything by a day that never ends."""
    told = os.environ.get("RETURNCTL_NOW")
    if told:
        yield Finding("clock", "clock_told", "note", {"now": told})
