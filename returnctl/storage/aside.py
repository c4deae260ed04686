"""Orders that a dry run would have brought: returns of the same import are decided by them."""

from __future__ import annotations

import os
from tempfile import TemporaryFile

from returnctl.domain.order import Order
from returnctl.storage.documents import decode, encode_order


class Aside:
    """In a file without a name, since they may be many; it is gone with this process."""

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 - as long as this
        self._places: dict[str, tuple[int, int]] = {}
        self._end = 0

    def __contains__(self, order_id: str) -> bool:
        return order_id in self._places

    def put(self, order: Order) -> None:
        line = encode_order(order)
        self._file.write(line)
        self._places[order.id] = self._end, len(line)
        self._end += len(line)

    def get(self, order_id: str) -> Order | None:
        """As it was put last."""
        if order_id not in self._places:
            return None
        self._file.flush()
        start, length = self._places[order_id]
        return decode(os.pread(self._file.fileno(), length, start), "", Order)
