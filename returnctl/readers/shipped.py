"""Where the files are that come with the program."""

from __future__ import annotations

from pathlib import Path

from returnctl.errors import Damaged

PACKAGE = Path(__file__).parent.parent


def folder(name: str) -> Path:
    """`schemas` or `policies`: inside the installed package, in a checkout beside it.

    Raises Damaged where the program was not installed whole.
    """
    for parent in (PACKAGE, PACKAGE.parent):
        if (parent / name).is_dir():
            return parent / name
    raise Damaged(path=str(PACKAGE / name), why="not_installed")
