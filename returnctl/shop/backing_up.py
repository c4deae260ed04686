"""`backup`: the whole shop, in a folder of its own."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

from returnctl.errors import ShopExists, SystemFailure
from returnctl.shop.shop import SETTINGS, Shop
from returnctl.storage.backup import Copied, bring_to_disk, copy
from returnctl.storage.files import Folder, fsync, make_folder

# What stands beside `data/`; the settings come last, since a folder without them is no shop.
_BESIDE = ("policies", "hooks", "seals", "schemas", ".gitignore", SETTINGS)


def backup(shop: Shop, target: Path, timeout: float) -> Copied:
    """Whole or not at all: it gets its name when it is on the disk. Raises ShopExists, BadValue, SystemFailure."""
    if os.path.lexists(target) and not _is_empty(target):
        raise ShopExists(path=str(target))
    shop.refuse_inside(target)
    new = target.with_name(f"{target.name}.{os.getpid()}.partial")
    try:
        return _made(shop, target, new, timeout)
    except OSError as error:
        raise SystemFailure(path=str(error.filename or target), why=error.strerror or str(error)) from None
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _is_empty(target: Path) -> bool:
    return target.is_dir() and not target.is_symlink() and not any(target.iterdir())


def _made(shop: Shop, target: Path, new: Path, timeout: float) -> Copied:
    make_folder(str(new), shared=False)
    make_folder(str(new / "data"), shared=False)
    for name in _BESIDE:
        _copy_beside(shop.root / name, new / name)
    with Folder.open(str(new / "data")) as data:
        copied = copy(shop.store, data, timeout)
    with Folder.open(str(new)) as folder:
        bring_to_disk(folder)
    new.replace(target)
    with Folder.open(str(target.absolute().parent)) as above:
        fsync(above.fd)
    return copied


def _copy_beside(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, ignore=_no_files)
    elif source.is_file():
        shutil.copy2(source, target)


def _no_files(folder: str, names: list[str]) -> set[str]:
    """Pipes, sockets and devices: they hold nothing to copy, or have no end."""
    modes = ((name, (Path(folder) / name).lstat().st_mode) for name in names)
    return {name for name, mode in modes if stat.S_IFMT(mode) not in (stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK)}
