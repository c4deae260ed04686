"""The shop's executables under `hooks/`: JSON on standard input, the exit code is the answer."""

from __future__ import annotations

import os
import pwd
import signal
import stat
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, NamedTuple, Self

import msgspec

from returnctl.errors import UnsafeHook

if TYPE_CHECKING:
    from subprocess import Popen

# By the kind of the task.
NAMES = {"pay": "refund", "tell": "notify", "act": "act"}
_DECLINED = 10
_SECONDS = 60
# Of what a hook says, a line is kept; it may say as much as the disk bears.
_READ = 1 << 16
_LINE = 200
_ROOT_USER = 0
BY_GROUP = "its group may write it"


class Answer(NamedTuple):
    """`text` is the reference of what was done, or why it was declined or is not known."""

    outcome: Literal["done", "declined", "not_known", "not_started"]
    text: str = ""


def find(root: Path, name: str) -> Path | None:
    """The hook, where the shop has one. Raises UnsafeHook where somebody else may have written it."""
    path = root / "hooks" / name
    if not os.access(path, os.X_OK) or path.is_dir():
        return None
    real = path.resolve()
    for each in (path.parent, real.parent, real):
        why = not_ours(each.stat())
        if why:
            raise UnsafeHook(path=f"hooks/{name}", why=why)
    return path


def not_ours(told: os.stat_result) -> str | None:
    """Why it is not ours alone; a group that only its owner is in is the owner. In a sticky folder all keep theirs."""
    if told.st_uid not in (os.geteuid(), _ROOT_USER):
        return "another user owns it"
    if stat.S_ISDIR(told.st_mode) and told.st_mode & stat.S_ISVTX:
        return None
    if told.st_mode & stat.S_IWOTH:
        return "everybody may write it"
    return BY_GROUP if told.st_mode & stat.S_IWGRP and not _own_group(told) else None


def _own_group(told: os.stat_result) -> bool:
    try:
        return pwd.getpwuid(told.st_uid).pw_gid == told.st_gid
    except KeyError:
        return False


def call(hook: Path, request: object) -> Answer:
    """Exit 0 is done, 10 declined for good; anything else, or no answer in time, is not known.

    It reads and writes files, not pipes: one that does not read, never ends its output or leaves a child
    behind cannot hold us.
    """
    import tempfile  # only shops with hooks pay for it

    with ExitStack() as held:
        try:
            asked, said, complained = (held.enter_context(tempfile.TemporaryFile(buffering=0)) for _ in range(3))
            _fill(asked, msgspec.json.encode(request))
            interrupts = held.enter_context(_Interrupts())
            running = _started(hook, asked, said, complained)
        except OSError as error:
            return Answer("not_started", error.strerror or str(error))
        return _answer(running, said, complained, interrupts)


class _Interrupts:
    """Ctrl-C waits while a hook is started, when nobody knows yet whom to end. To block it would block it there too."""

    def __init__(self) -> None:
        self._came = False
        self._before = signal.getsignal(signal.SIGINT)

    def __enter__(self) -> Self:
        self._set(self._note)
        return self

    def __exit__(self, *_: object) -> None:
        self._set(self._before)

    def let_in(self) -> None:
        self._set(self._before)
        if self._came:
            raise KeyboardInterrupt

    def _note(self, *_: object) -> None:
        self._came = True

    def _set(self, handler: Any) -> None:  # noqa: ANN401 - as signal has it
        """Where it is ignored it stays so; beside the main thread nobody is interrupted."""
        if callable(self._before) and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, handler)


def _fill(file: IO[bytes], data: bytes) -> None:
    while data:
        data = data[file.write(data) :]
    file.seek(0)


def _started(hook: Path, asked: IO[bytes], said: IO[bytes], complained: IO[bytes]) -> Popen[bytes]:
    """A session of its own: a Ctrl-C that stops us leaves it to us to end the hook, with all that it started."""
    import subprocess

    hook = hook.absolute()
    return subprocess.Popen(
        [str(hook)], stdin=asked, stdout=said, stderr=complained, cwd=hook.parent.parent, start_new_session=True
    )


def _answer(running: Popen[bytes], said: IO[bytes], complained: IO[bytes], interrupts: _Interrupts) -> Answer:
    import subprocess

    try:
        interrupts.let_in()
        code = running.wait(_SECONDS)
    except subprocess.TimeoutExpired:
        return Answer("not_known", "timeout")
    finally:
        _end(running)
    return _of(code, _line(said), _line(complained, last=True))


def _end(running: Popen[bytes]) -> None:
    """Where it did not end itself; what it left behind may go on."""
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
    try:
        told = os.pread(file.fileno(), _READ, max(0, size - _READ) if last else 0)
    except OSError:
        return ""
    lines = told.decode("utf-8", "replace").strip().splitlines() or [""]
    return lines[-1 if last else 0].strip()[:_LINE]
