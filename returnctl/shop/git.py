"""Asking git about the folder of a shop; only shops in git pay for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from subprocess import CompletedProcess

_SECONDS = 5


def git(root: Path, *words: str) -> CompletedProcess[str] | None:
    """What came of it; None outside a repository, without git, or where it takes too long."""
    done = git_bytes(root, *words)
    if done is None:
        return None
    from subprocess import CompletedProcess

    out, err = (told.decode("utf-8", "replace") for told in (done.stdout, done.stderr))
    return CompletedProcess(done.args, done.returncode, out, err)


def git_bytes(root: Path, *words: str, told: bytes = b"") -> CompletedProcess[bytes] | None:
    """The same, as it was written; `told` goes to its standard input. It only looks, and takes no lock."""
    if not any((folder / ".git").exists() for folder in (root, *root.absolute().parents)):
        return None
    import subprocess

    asked = ["git", "--no-optional-locks", "-C", str(root), *words]
    try:
        return subprocess.run(asked, check=False, capture_output=True, timeout=_SECONDS, input=told)
    except (OSError, subprocess.SubprocessError):
        return None
