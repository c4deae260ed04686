"""What a dry run would have brought: what it decides later is decided by it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from tempfile import TemporaryFile, gettempdir
from typing import Generic, Self, TypeVar

import msgspec

from returnctl.domain.order import Order
from returnctl.domain.record import Return
from returnctl.errors import SystemFailure
from returnctl.storage.documents import decode

T = TypeVar("T", Order, Return)


class Aside(Generic[T]):
    """In a file without a name, since they may be many; it is gone once this is closed. Raises SystemFailure."""

    def __init__(self, kind: type[T]) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 - closed with this
        self._kind: type[T] = kind
        self._places: dict[str, tuple[int, int]] = {}
        self._end = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # what a full disk did not take is not wanted any more
            self._file.close()

    def __setitem__(self, name: str, document: T) -> None:
        written = msgspec.json.encode(document)
        with _refusals():
            self._file.write(written)
        self._places[name] = self._end, len(written)
        self._end += len(written)

    def get(self, name: str) -> T | None:
        """As it was put last."""
        if name not in self._places:
            return None
        start, length = self._places[name]
        with _refusals():
            self._file.flush()
            written = os.pread(self._file.fileno(), length, start)
        return decode(written, "", self._kind)


@contextmanager
def _refusals() -> Iterator[None]:
    """A file without a name is told by its folder."""
    try:
        yield
    except OSError as error:
        raise SystemFailure(path=gettempdir(), why=error.strerror or str(error)) from None
