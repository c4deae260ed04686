"""What a dry run would have brought: what it decides later is decided by it."""

from __future__ import annotations

import os
from tempfile import TemporaryFile
from typing import Generic, Self, TypeVar

import msgspec

from returnctl.domain.order import Order
from returnctl.domain.record import Return
from returnctl.storage.documents import decode

T = TypeVar("T", Order, Return)


class Aside(Generic[T]):
    """In a file without a name, since they may be many; it is gone once this is closed."""

    def __init__(self, kind: type[T]) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 - closed with this
        self._kind: type[T] = kind
        self._places: dict[str, tuple[int, int]] = {}
        self._end = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __contains__(self, name: str) -> bool:
        return name in self._places

    def __setitem__(self, name: str, document: T) -> None:
        written = msgspec.json.encode(document)
        self._file.write(written)
        self._places[name] = self._end, len(written)
        self._end += len(written)

    def get(self, name: str) -> T | None:
        """As it was put last."""
        if name not in self._places:
            return None
        self._file.flush()
        start, length = self._places[name]
        return decode(os.pread(self._file.fileno(), length, start), "", self._kind)
