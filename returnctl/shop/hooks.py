"""The shop's executables under `hooks/`: JSON on standard input, the exit code is the answer."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from returnctl.errors import SystemFailure

_DECLINED = 10
_SECONDS = 60


class Answer(NamedTuple):
    """`text` is the reference of what was done, or why it was declined."""

    outcome: Literal["done", "declined", "not_known"]
    text: str = ""


def find(root: Path, name: str) -> Path | None:
    """The hook, where the shop has one. Raises SystemFailure where another user owns it."""
    path = root / "hooks" / name
    if not os.access(path, os.X_OK):
        return None
    if path.stat().st_uid not in (os.getuid(), 0):
        raise SystemFailure(path=str(path), why="another user owns it")
    return path


def call(hook: Path, request: object) -> Answer:
    """Exit 0 is done, 10 declined for good; anything else, or no answer in time, is not known."""
    import subprocess  # only shops with hooks pay for it

    try:
        ran = subprocess.run(
            [str(hook.absolute())],
            check=False,
            input=msgspec.json.encode(request),
            capture_output=True,
            timeout=_SECONDS,
            cwd=hook.parent.parent,
        )
    except (OSError, subprocess.SubprocessError):
        return Answer("not_known")
    text = ran.stdout.decode("utf-8", "replace").strip().partition("\n")[0][:200]
    if ran.returncode == 0:
        return Answer("done", text)
    return Answer("declined", text) if ran.returncode == _DECLINED else Answer("not_known")
