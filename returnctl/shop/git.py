"""Asking git about the folder of a shop; only shops in git pay for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from subprocess import CompletedProcess

_SECONDS = 5


def git(root: Path, *words: str) -> CompletedProcess[str] | None:
    """What came of it; None outside a repository, without git, or where it takes too long."""
    if not any((folder / ".git").exists() for folder in (root, *root.absolute().parents)):
        return None
    import subprocess

    asked = ["git", "-C", str(root), *words]
    try:
        return subprocess.run(asked, check=False, capture_output=True, text=True, errors="replace", timeout=_SECONDS)
    except (OSError, subprocess.SubprocessError):
        return None
