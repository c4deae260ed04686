"""Random damage to what a shop keeps: none of it may pass in silence."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

from returnctl.errors import Failure
from returnctl.shop.checking import fsck
from returnctl.shop.shop import Shop
from tests.cli.shops import DEMO_NOW
from tests.program import run

Spoil = Callable[[random.Random, list[Path]], str]


def sealed_shop(root: Path) -> Path:
    """The demo shop with evidence, a key and a seal; its index is left out, since it is made from the rest."""
    shop = root / "demo"
    assert run("demo", shop, "-q").code == 0
    shutil.rmtree(shop / "hooks")
    (root / "photo.jpg").write_bytes(b"\xff\xd8\xff a photo")
    for line in (f"attach 1 {root}/photo.jpg", "note 1 hello --key k", "seal", "backup ../old", "note 2 x", "seal"):
        assert run(*line.split(), cwd=shop, now=DEMO_NOW).code == 0
    return shop


def kept_files(shop: Path) -> list[Path]:
    aside = ("lock", "index.sqlite")
    files = (path for path in sorted((shop / "data").rglob("*")) if path.is_file() and "cache" not in path.parts)
    return [path for path in files if path.name not in aside]


def flip(chance: random.Random, files: list[Path]) -> str:
    path = chance.choice(files)
    content = bytearray(path.read_bytes())
    at = chance.randrange(len(content))
    content[at] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    return f"byte {at} of {path}"


def cut(chance: random.Random, files: list[Path]) -> str:
    path = chance.choice(files)
    content = path.read_bytes()
    at = chance.randrange(len(content))
    path.write_bytes(content[:at])
    return f"{path} after {at}"


def remove(chance: random.Random, files: list[Path]) -> str:
    path = chance.choice(files)
    path.unlink()
    return str(path)


def swap(chance: random.Random, files: list[Path]) -> str:
    one, other = chance.sample(files, 2)
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)
    return f"{one} and {other}"


def reorder(chance: random.Random, files: list[Path]) -> str:
    """Lines of the journal doubled, exchanged or left out."""
    path = next(path for path in files if path.name == "journal.jsonl")
    lines = path.read_bytes().splitlines(keepends=True)
    one, other = chance.sample(range(len(lines)), 2)
    how = chance.choice(["double", "exchange", "leave out"])
    if how == "double":
        lines.insert(other, lines[one])
    elif how == "exchange":
        lines[one], lines[other] = lines[other], lines[one]
    else:
        del lines[one]
    path.write_bytes(b"".join(lines))
    return f"{how} {one} {other}"


def roll_back(chance: random.Random, files: list[Path]) -> str:
    """An older copy of all data, or of one file of it."""
    data = next(path for path in files if path.name == "journal.jsonl").parent
    old = data.parent.parent / "old" / "data"
    changed = [x for x in kept_files(old.parent) if (data / x.relative_to(old)).read_bytes() != x.read_bytes()]
    for path in changed if chance.random() < 0.3 else [chance.choice(changed)]:
        (data / path.relative_to(old)).write_bytes(path.read_bytes())
    return f"rolled back {len(changed)}"


SPOILS: tuple[Spoil, ...] = (flip, flip, flip, cut, remove, swap, reorder, roll_back)


def silent(shop: Path, count: int, seed: int) -> list[str]:
    """Damage it again and again, each time from whole; what `fsck` did not tell."""
    chance, whole = random.Random(seed), {path: path.read_bytes() for path in kept_files(shop)}
    missed = []
    for number in range(count):
        spoil = SPOILS[number % len(SPOILS)]
        before = {path: path.stat().st_mtime_ns for path in whole}
        what = spoil(chance, list(whole))
        if not _told(shop) and any(not x.exists() or x.read_bytes() != content for x, content in whole.items()):
            missed.append(f"{spoil.__name__}: {what}")
        _mended(shop, whole, before)
    return missed


def _told(shop: Path) -> bool:
    try:
        return any(
            x.is_damage or x.is_loose or x.code == "torn" for x in fsck(Shop(str(shop)), 5, repair=False).findings
        )
    except Failure:
        return True


def _mended(shop: Path, whole: dict[Path, bytes], before: dict[Path, int]) -> None:
    for path in kept_files(shop):
        if path not in whole:
            path.unlink()
    for path, content in whole.items():
        if not path.exists() or path.stat().st_mtime_ns != before[path]:
            path.write_bytes(content)
            path.chmod(0o600)
