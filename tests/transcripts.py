"""Transcripts of pages, typed again: what a page shows is what happens."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
_BLOCKS = re.compile(r"```console\n(.*?)```", re.DOTALL)


def played(text: str, folder: Path, between: Callable[[str, Path], None] | None = None) -> str:
    """A page with every transcript as it comes out when its commands are typed one after the other in `folder`.

    Pipes and redirections are a shell's; `cd` and `export` hold for what follows. `between` gets the text above each
    transcript, and the folder in which it is typed, to do by hand what the page says there.
    """
    typist, parts, end = _Typist(folder), [], 0
    for block in _BLOCKS.finditer(text):
        above = text[end : block.start()]
        if between:
            between(above, typist.here)
        lines = [line for command in re.findall(r"^\$ (.*)$", block[1], re.MULTILINE) for line in typist.types(command)]
        parts += [above, "```console\n", *(line.rstrip() + "\n" for line in lines), "```"]
        end = block.end()
    return "".join([*parts, text[end:]])


class _Typist:
    def __init__(self, folder: Path) -> None:
        bin_ = folder / ".bin"
        bin_.mkdir()
        command = bin_ / "returnctl"
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m returnctl "$@"\n')
        command.chmod(0o700)
        self.here = folder
        self.environment = {
            "PATH": f"{bin_}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "LANG": "C.UTF-8",
            "LOGNAME": "mei", "HOME": str(folder),
        }  # fmt: skip

    def types(self, command: str) -> list[str]:
        word, _, rest = command.partition(" ")
        if word == "cd":
            self.here /= rest
        elif word == "export":
            name, _, value = rest.partition("=")
            self.environment[name] = value
        else:
            return [f"$ {command}", *self._said(command)]
        return [f"$ {command}"]

    def _said(self, command: str) -> list[str]:
        done = subprocess.run(
            ["/bin/sh", "-c", command], cwd=self.here, env=self.environment, stdin=subprocess.DEVNULL,
            capture_output=True, check=False, timeout=120,
        )  # fmt: skip
        said = (done.stdout + done.stderr).decode("utf-8")
        assert "Traceback" not in said, said
        return said.rstrip("\n").split("\n") if said else []
