"""What the whole-program tests share: orders to import, files to attach, and what stands in a shop."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.program import Ran, run

ROOT = Path(__file__).parent.parent.parent
# The day after the last event of the demo shop, whose returns stand in these states.
DEMO_NOW = "2026-11-22T09:00:00-08:00"
STANDS = {
    "approved": 1, "expired": 2, "in_transit": 3, "received": 4, "refund_due": 5, "refunding": 6, "refunded": 7,
    "replaced": 8, "replacement_due": 9, "closed": 10, "disputed": 11, "cancelled": 12, "rejected": 14, "requested": 15,
}  # fmt: skip
PHOTO = b"\xff\xd8\xff\xe0 a photo"
LAMPS = {"line": "1", "sku": "LUMI-LAMP-1", "title": "Desk lamp", "quantity": 3, "net": "81.00", "tax": "6.75"}


def an_order(id: str = "L-1", **changes: Any) -> dict[str, Any]:  # noqa: A002
    """Three lamps for 87.75 and shipping for 5.40, delivered two days before `program.NOW`."""
    return {
        "id": id, "market": "US", "currency": "USD", "buyer": {"id": "u_1", "name": "Ana Diaz"}, "lines": [LAMPS],
        "ordered_at": "2026-11-01T17:20:00Z", "delivered_at": "2026-11-05T22:10:00Z",
        "shipping": {"net": "5.00", "tax": "0.40"}, **changes,
    }  # fmt: skip


def take(shop: Path, *orders: dict[str, Any]) -> None:
    assert run("import", "-q", "-", cwd=shop, input=json.dumps(orders)).code == 0


def typed(shop: Path, *lines: str, now: str = DEMO_NOW) -> Ran:
    """Type one line after the other, each of which goes well; what the last one said, as JSON."""
    for line in lines:
        ran = run(*line.split(), "--json", cwd=shop, now=now)
        assert ran.code == 0, (line, ran)
    return ran


def document(shop: Path, number: int) -> bytes:
    return (shop / f"data/returns/000/R-{number:06}.json").read_bytes()


def record(shop: Path, number: int) -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(document(shop, number))
    return stored


def kept(shop: Path) -> dict[str, bytes]:
    """Everything under `data/` that is no cache."""
    files = (path for path in (shop / "data").rglob("*") if path.is_file())
    names = {str(path.relative_to(shop)): path for path in files}
    aside = ("data/index.sqlite", "data/lock", "data/cache/")
    return {name: path.read_bytes() for name, path in names.items() if not name.startswith(aside)}
