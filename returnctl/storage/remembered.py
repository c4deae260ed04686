"""What was worked out before and is known again by a digest: parsed settings, parsed policies.

Plain files under `cache/`, since they are read before there is a lock, and often. Nothing here is ever
needed: what cannot be kept is worked out anew.
"""

from __future__ import annotations

import os
from contextlib import suppress

from returnctl import __version__
from returnctl.errors import Failure
from returnctl.storage.digests import PREFIX, digest
from returnctl.storage.files import Folder

_FOLDER = "cache"
# Beyond so many all are forgotten: most of them are of files that have changed since.
_MOST = 200


def recall(data: Folder, kind: str, key: str) -> bytes | None:
    """What was remembered under a digest, if it is whole and this very version kept it: another has other types."""
    with suppress(Failure):
        told, _, value = data.read(f"{_FOLDER}/{_name(kind, key)}").partition(b"\n")
        return value if told == _own_digest(value) else None
    return None


def remember(data: Folder, kind: str, key: str, value: bytes) -> None:
    with suppress(Failure, OSError):
        data.make(_FOLDER)
        with data.folder(_FOLDER) as folder:
            _forget_many(folder)
            new = f"{os.getpid()}.new"
            folder.create(new, _own_digest(value) + b"\n" + value, durable=False)
            os.replace(new, _name(kind, key), src_dir_fd=folder.fd, dst_dir_fd=folder.fd)


def _forget_many(folder: Folder) -> None:
    names = folder.names(".")
    for name in names if len(names) > _MOST else ():
        os.unlink(name, dir_fd=folder.fd)


def _own_digest(value: bytes) -> bytes:
    return digest(__version__.encode() + value).encode()


def _name(kind: str, key: str) -> str:
    return f"{kind}-{key.removeprefix(PREFIX)}"
