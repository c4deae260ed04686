"""A shop: the folder, its settings, its data.

Every command passes here, so what takes time to load (pathlib, msgspec) is loaded where it is needed.
"""

from __future__ import annotations

import os
import re
from functools import cached_property
from typing import TYPE_CHECKING

from returnctl.errors import Ambiguous, BadValue, NoShop, NotFound, NotYours, SystemFailure
from returnctl.shop.reading import read
from returnctl.storage.digests import digest
from returnctl.storage.files import is_foreign
from returnctl.storage.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from returnctl.domain.settings import Settings
    from returnctl.storage.rebuild import Progress

SETTINGS = "returnctl.yaml"
# Looked for as a line, since every command must know it; what is not told in so plain a way stays private.
_SHARED = re.compile(rb"^private:[ \t]*false\b", re.MULTILINE)


def find_root(told: str | None) -> str:
    """The folder told, or `RETURNCTL_SHOP`, or the nearest upwards from here. Raises NoShop, SystemFailure."""
    folder = told or os.environ.get("RETURNCTL_SHOP")
    if folder:
        root = os.path.expanduser(folder)
        return root if _is_shop(root) else _refuse(root)
    here = root = _here()
    while not _is_shop(root):
        above = os.path.dirname(root)
        root = above if above != root else _refuse(here)
    return root


def _is_shop(folder: str) -> bool:
    return os.path.isfile(os.path.join(folder, SETTINGS))


def _refuse(folder: str) -> str:
    raise NoShop(path=folder)


class Shop:
    """`folder` as it was told or found; `root` is the same as a path.

    `progress` is told how far long work on the index is.
    """

    progress: Progress | None = None

    def __init__(self, folder: str) -> None:
        self.folder = folder

    @classmethod
    def find(cls, told: str | None) -> Shop:
        return cls(find_root(told))

    @cached_property
    def root(self) -> Path:
        from pathlib import Path

        return Path(self.folder)

    @cached_property
    def store(self) -> Store:
        shared = is_shared(self._told)
        refuse_foreign(self.folder, shared=shared)
        return Store(self.folder, self.progress, private=not shared)

    @cached_property
    def _told(self) -> bytes:
        return read(os.path.join(self.folder, SETTINGS))

    def refuse_inside(self, target: str | Path, what: str = "TARGET") -> None:
        """What is made for others never stands among the data, wherever links lead. Raises BadValue."""
        data = os.path.realpath(os.path.join(self.folder, "data"))
        if os.path.commonpath((data, os.path.realpath(target))) == data:
            raise BadValue(what=what, value=str(target), wanted="outside")

    def refuse_unknown(self, account: str) -> None:
        """Looking at an account that nobody knows would show nothing, as if all were well. Raises NotFound."""
        if account in self.settings.accounts:
            return
        with self.store.reading() as snapshot:
            if not snapshot.knows_account(account):
                known = {*self.settings.accounts, *snapshot.accounts()}
                raise NotFound(kind="any_account", id=account, near=sorted(known))

    def has_hooks(self) -> bool:
        return os.path.isdir(os.path.join(self.folder, "hooks"))

    @cached_property
    def settings(self) -> Settings:
        """Read anew only where the file has changed since. Raises InvalidSettings."""
        import msgspec

        from returnctl.domain.settings import Settings

        data = self._told
        known = self.store.recall("settings", digest(data))
        if known is not None:
            return msgspec.json.decode(known, type=Settings)
        settings = _read_settings(data)
        self.store.remember("settings", digest(data), msgspec.json.encode(settings))
        return settings


def is_shared(settings: bytes) -> bool:
    return bool(_SHARED.search(settings))


def refuse_foreign(folder: str, *, shared: bool) -> None:
    """Whoever owns the folder or the settings says what runs here. Raises NotYours."""
    above, settings = os.stat(folder), os.stat(os.path.join(folder, SETTINGS))
    by_group = shared and not is_foreign(above, shared=True)
    for path, told in ((folder, above), (SETTINGS, settings)):
        if is_foreign(told, shared=False) and not by_group:
            raise NotYours(path=path)


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


def _here() -> str:
    try:
        return os.getcwd()
    except OSError as error:
        raise SystemFailure(path=".", why=error.strerror or str(error)) from None
