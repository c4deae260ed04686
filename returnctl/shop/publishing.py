"""Policies for buyers: which one is meant, with the public holidays it needs, and files that are its pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from returnctl.domain.calendar import local_day
from returnctl.domain.policy import Pinned, PolicySource
from returnctl.errors import BadFile, NotFound, SystemFailure
from returnctl.readers.policies import read_policy
from returnctl.shop.intake import read_file
from returnctl.shop.policies import YEARS_AHEAD, first_day, pinned_for, rank
from returnctl.storage.files import write_in_place

# The mark of a page stands in so much of its beginning.
_BEGINNING = 1024


def from_file(name: str) -> PolicySource:
    """Raises BadFile, InvalidPolicy."""
    return read_policy(read_file(name), name)


def in_force(found: Iterable[PolicySource], name: str | None, default: str | None, now: datetime) -> PolicySource:
    """The version of a policy that orders fall under now, else the first that is to come. Raises NotFound."""
    known = list(found)
    names = sorted({source.name for source in known})
    wanted = name or (default if default in names else names[0] if len(names) == 1 else None)
    versions = [source for source in known if source.name == wanted]
    if not versions:
        raise NotFound(kind="policy" if name else "any_policy", id=name or "", near=names)
    begun = [source for source in versions if first_day(source) <= local_day(now, source.body["timezone"])]
    return max(begun, key=rank) if begun else min(versions, key=rank)


def with_holidays(source: PolicySource, now: datetime) -> Pinned:
    """The holidays of this year and the next ones."""
    years = range(now.year, max(now.year, first_day(source).year) + YEARS_AHEAD + 1)
    return pinned_for(source, years)


def write_pages(folder: Path, pages: dict[str, str], generator: str) -> None:
    """Each file whole or not at all. A file that is there and is no such page is left, and nothing is written.

    Raises BadFile, SystemFailure.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in pages:
            _refuse_other(folder / name, generator)
        for name, text in pages.items():
            write_in_place(folder / name, text.encode())
    except OSError as error:
        raise SystemFailure(path=str(folder), why=error.strerror or str(error)) from None


def write_page(path: Path, text: str, generator: str, *, force: bool) -> None:
    """One page, whole or not at all; over another file only by `force`. Raises BadFile, SystemFailure."""
    try:
        if path.exists() and not path.is_file():
            raise BadFile(file=str(path), why="no_regular_file")
        if not force:
            _refuse_other(path, generator, "not_a_report")
        write_in_place(path, text.encode())
    except OSError as error:
        raise SystemFailure(path=str(path), why=error.strerror or str(error)) from None


def _refuse_other(path: Path, generator: str, why: str = "not_a_page") -> None:
    if path.is_symlink() or path.exists():
        beginning = path.read_bytes()[:_BEGINNING] if path.is_file() and not path.is_symlink() else b""
        if generator.encode() not in beginning:
            raise BadFile(file=str(path), why=why)
