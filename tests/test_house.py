"""The house: imports go down only, and the rooms of one floor do not see each other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "returnctl"
FLOORS = {"cli": 4, "shop": 3, "readers": 2, "storage": 2, "output": 2, "domain": 1, "errors": 0}
MODULES = sorted(PACKAGE.rglob("*.py"))
PURE = {"os", "sys", "time", "pathlib", "subprocess", "sqlite3", "click", "yaml", "holidays", "random", "logging"}


def room(module: str) -> str | None:
    """The part of the package that a dotted name lies in; None outside it."""
    parts = module.split(".")
    return parts[1] if parts[0] == "returnctl" and len(parts) > 1 else None


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides its floor"
            yield node.module or ""


def own_room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down(path: Path) -> None:
    here = own_room(path)
    for module in imported(path):
        there = room(module)
        if here in FLOORS and there in FLOORS and there != here:
            assert FLOORS[there] < FLOORS[here], f"{here} imports {module}"


@pytest.mark.parametrize("path", [p for p in MODULES if own_room(p) == "domain"], ids=lambda p: p.name)
def test_the_domain_is_pure(path: Path) -> None:
    assert not PURE & {module.partition(".")[0] for module in imported(path)}
    calls = [node.attr for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Attribute)]
    assert not {"utcnow", "today"} & set(calls)
    assert "datetime.now(" not in path.read_text("utf-8")


def test_every_room_stands_on_a_floor() -> None:
    rooms = {own_room(path) for path in MODULES} - {"__init__", "__main__", "locale"}
    assert rooms == set(FLOORS)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_stay_small(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 400
