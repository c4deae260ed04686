"""The shop's executables under `hooks/`: JSON on standard input, the exit code is the answer."""

from __future__ import annotations

import os
import signal
import stat
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple

import msgspec

from returnctl.errors import UnsafeHook

_DECLINED = 10
_SECONDS = 60
# Of what a hook says, a line is kept; it may say as much as the disk bears.
_READ = 1 << 16
_LINE = 200
_ROOT_USER = 0


class Answer(NamedTuple):
    """`text` is the reference of what was done, or why it was declined or is not known."""

    outcome: Literal["done", "declined", "not_known", "not_started"]
    text: str = ""


def find(root: Path, name: str) -> Path | None:
    """The hook, where the shop has one. Raises UnsafeHook where somebody else may have written it."""
    path = root / "hooks" / name
    if not os.access(path, os.X_OK) or path.is_dir():
        return None
    for each in (path.parent, path):
        told = each.stat()
        if told.st_uid not in (os.geteuid(), _ROOT_USER):
            raise UnsafeHook(path=f"hooks/{name}", why="another user owns it")
        if told.st_mode & stat.S_IWOTH:
            raise UnsafeHook(path=f"hooks/{name}", why="everybody may write it")
    return path


def call(hook: Path, request: object) -> Answer:
    """Exit 0 is done, 10 declined for good; anything else, or no answer in time, is not known.

    It reads and writes files, not pipes: one that does not read, never ends its output or leaves a child
    behind cannot hold us.
    """
    import tempfile  # only shops with hooks pay for it

    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complained:
        asked.write(msgspec.json.encode(request))
        asked.seek(0)
        return _answer(hook, asked, said, complained)


def _answer(hook: Path, asked: IO[bytes], said: IO[bytes], complained: IO[bytes]) -> Answer:
    import subprocess

    try:
        running = subprocess.Popen(
            [str(hook.absolute())], stdin=asked, stdout=said, stderr=complained, cwd=hook.absolute().parent.parent,
            start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        return Answer("not_started", error.strerror or str(error))
    try:
        code = running.wait(_SECONDS)
    except subprocess.TimeoutExpired:
        return Answer("not_known", "timeout")
    finally:
        _end(running)
    return _of(code, _line(said), _line(complained, last=True))


def _end(running: Any) -> None:  # noqa: ANN401 - subprocess is loaded lazily
    """The hook with all that it started; what ended is gone already."""
    if running.poll() is None:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()


def _of(code: int, said: str, complained: str) -> Answer:
    if code == 0:
        return Answer("done", said)
    if code == _DECLINED:
        return Answer("declined", said or complained)
    return Answer("not_known", f"exit {code}" + (f": {complained}" if complained else ""))


def _line(file: IO[bytes], *, last: bool = False) -> str:
    size = os.fstat(file.fileno()).st_size
    file.seek(max(0, size - _READ) if last else 0)
    lines = file.read(_READ).decode("utf-8", "replace").strip().splitlines() or [""]
    return lines[-1 if last else 0].strip()[:_LINE]
