from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.shops import PHOTO, an_order, take
from tests.program import run


@pytest.fixture(scope="session")
def demo_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo shop, to be looked at only."""
    root = tmp_path_factory.mktemp("once") / "demo"
    assert run("demo", root, "-q").code == 0
    return root


@pytest.fixture
def demo(demo_once: Path, tmp_path: Path) -> Path:
    """A copy of the demo shop, without the hook that never answers."""
    return shutil.copytree(demo_once, tmp_path / "demo", ignore=shutil.ignore_patterns("hooks"))


@pytest.fixture(scope="session")
def shop_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("once") / "shop"
    assert run("init", root, "-q").code == 0
    take(root, an_order("L-1"), an_order("L-2"), an_order("L-3"))
    return root


@pytest.fixture
def shop(shop_once: Path, tmp_path: Path) -> Path:
    """A copy of a new shop with three orders of three lamps."""
    return shutil.copytree(shop_once, tmp_path / "shop")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "crack.jpg"
    path.write_bytes(PHOTO)
    return path
