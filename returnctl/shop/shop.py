"""A shop: the folder, its settings, its data."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from returnctl.errors import Ambiguous, NoShop, NotFound, SystemFailure
from returnctl.storage.digests import digest
from returnctl.storage.store import Store

if TYPE_CHECKING:
    from returnctl.domain.settings import Settings

SETTINGS = "returnctl.yaml"


def roots(start: Path) -> Iterator[Path]:
    """The folders upwards that hold a shop."""
    return (folder for folder in (start, *start.parents) if (folder / SETTINGS).is_file())


class Shop:
    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def find(cls, told: str | None) -> Shop:
        """The folder told, or `RETURNCTL_SHOP`, or the nearest upwards from here. Raises NoShop."""
        folder = told or os.environ.get("RETURNCTL_SHOP")
        if folder:
            root = Path(folder).expanduser()
            if not (root / SETTINGS).is_file():
                raise NoShop(path=str(root))
            return cls(root)
        here = _here()
        root = next(roots(here), here)
        if not (root / SETTINGS).is_file():
            raise NoShop(path=str(here))
        return cls(root)

    @cached_property
    def store(self) -> Store:
        return Store(self.root)

    @cached_property
    def settings(self) -> Settings:
        """Read anew only where the file has changed since. Raises InvalidSettings."""
        import msgspec

        from returnctl.domain.settings import Settings

        data = read(self.root / SETTINGS)
        with self.store.reading() as snapshot:
            known = snapshot.recall("settings", digest(data))
            if known is not None:
                return msgspec.json.decode(known, type=Settings)
            settings = _read_settings(data)
            snapshot.remember("settings", digest(data), msgspec.json.encode(settings))
            return settings


def _read_settings(data: bytes) -> Settings:
    from returnctl.readers.settings import read_settings

    return read_settings(data, SETTINGS)


def the_return(ids: tuple[str, ...], word: str) -> str:
    """The one return that a word names. Raises NotFound, Ambiguous."""
    if not ids:
        raise NotFound(kind="return", id=word, near=[])
    if len(ids) > 1:
        raise Ambiguous(id=word, ids=list(ids))
    return ids[0]


def _here() -> Path:
    try:
        return Path.cwd()
    except OSError as error:
        raise SystemFailure(path=".", why=error.strerror or str(error)) from None


def read(path: Path) -> bytes:
    """A file's bytes. Raises SystemFailure."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise SystemFailure(path=str(path), why=error.strerror or str(error)) from None
