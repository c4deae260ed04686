"""Where it is measured: the wheel of this checkout in an environment of its own, and shops beside it."""

from __future__ import annotations

import re
import shutil
import sys
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from benchmarks.turns import Ran, Words, run

ROOT = Path(__file__).parent.parent
SMALL = 1000
# The time of the shops: `DUE` returns are due, and as many in each of the `POOL` minutes that follow.
NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
DUE, POOL = 100, 4


class Place:
    """`returns` is how many the large shop holds. What stands in the folder already is used again."""

    def __init__(self, folder: Path, returns: int, rounds: int, many: int) -> None:
        self.folder = folder
        self.returns = returns
        self.rounds = rounds
        self.many = many

    @cached_property
    def bin(self) -> Path:
        """With everything compiled, as users have it."""
        bin_ = self.folder / "venv/bin"
        if not bin_.exists():
            source = self.folder / "source"
            ignored = shutil.ignore_patterns(".*", "build", "*.egg-info", "returnctl-demo")
            shutil.copytree(ROOT, source, ignore=ignored, dirs_exist_ok=True)
            run([sys.executable, "-m", "venv", bin_.parent])
            run([bin_ / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check", source])
        return bin_

    @cached_property
    def small(self) -> Path:
        return self._filled(SMALL)

    @cached_property
    def large(self) -> Path:
        return self._filled(self.returns)

    def python(self, code: str, *words: object) -> Ran:
        return run([self.bin / "python", "-c", code, *words])

    def returnctl(self, shop: Path | None, *words: object) -> Ran:
        where: Words = ["-C", shop] if shop else []
        return run([self.bin / "returnctl", *where, *words])

    def new_shop(self, name: str) -> Path:
        """Empty, and the same for every run."""
        shop = self.folder / name
        shutil.rmtree(shop, ignore_errors=True)
        self.returnctl(None, "init", "-q", shop)
        settings = shop / "returnctl.yaml"
        told = re.sub(r"(?m)^shop_id: .*$", "shop_id: bench-000000", settings.read_text("utf-8"))
        settings.write_text(told, "utf-8")
        return shop

    def _filled(self, returns: int) -> Path:
        shop = self.folder / f"shop-{returns}"
        filled = self.folder / f"{shop.name}.filled"
        if not filled.exists():
            self.new_shop(shop.name)
            run([self.bin / "python", "-m", "benchmarks.fill", shop, returns], folder=ROOT)
            filled.touch()
        return shop


def now(minutes: int = 0) -> str:
    return (NOW + timedelta(minutes=minutes)).isoformat()
