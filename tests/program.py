"""The real command, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

NOW = "2026-11-07T09:00:00-08:00"
_INHERITED = ("PATH", "HOME", "LANG", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "COVERAGE_PROCESS_START", "TZ", "TMPDIR")


class Ran(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, Any]:
        error: dict[str, Any] = json.loads(self.err)["error"]
        return error

    @property
    def result(self) -> dict[str, Any]:
        """The only result of a writer."""
        (result,) = self.json["results"]
        return dict(result)


def run(
    *words: object,
    cwd: Path | None = None,
    now: str | None = NOW,
    input: str | bytes | None = None,  # noqa: A002 - as subprocess calls it
    **environment: str,
) -> Ran:
    """Type `returnctl WORDS…`; no traceback may come of it, whatever the words are."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    clock = {"RETURNCTL_NOW": now} if now else {}
    data = input.encode() if isinstance(input, str) else input
    done = subprocess.run(
        [sys.executable, "-m", "returnctl", *map(str, words)],
        cwd=cwd,
        env=inherited | {"LANG": "C.UTF-8", "PYTHONUTF8": "1"} | clock | environment,
        input=data,
        stdin=None if data is not None else subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=120,
    )
    ran = Ran(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))
    assert "Traceback" not in ran.err, ran.err
    return ran
