"""Ctrl-C while a hook is started or runs: it is never left behind."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from returnctl.shop import hooks
from tests.faults.interrupts import interrupting
from tests.faults.shops import ended, forked

_ENDED, _INTERRUPTED, _LEFT = 0, 1, 2
_SLEEPS = "#!/bin/sh\necho $$ > pid.new && mv pid.new pid\nexec sleep 30\n"


@pytest.fixture
def hook(tmp_path: Path) -> Path:
    (tmp_path / "hooks").mkdir()
    path = tmp_path / "hooks" / "refund"
    path.write_text(_SLEEPS)
    path.chmod(0o700)
    return path


def called(hook: Path, at: int) -> int:
    """In a process of its own; what became of it and of the hook."""

    def call() -> int:
        try:
            with interrupting(at):
                hooks.call(hook, {})
        except KeyboardInterrupt:
            return _LEFT if _goes_on(hook.parent.parent / "pid") else _INTERRUPTED
        return _ENDED

    return ended(forked(call))


def _goes_on(told: Path) -> bool:
    """Whether the hook runs; one that has just been started needs a moment to say so."""
    time.sleep(0.05)
    if not told.exists():
        return False
    try:
        os.kill(int(told.read_text()), 0)
    except ProcessLookupError:
        return False
    return True


def test_interrupted_while_it_is_started(hook: Path) -> None:
    steps = started(hook)
    ends = [called(hook, at) for at in range(steps, 0, -4)]
    assert set(ends) == {_INTERRUPTED}, ends


def started(hook: Path) -> int:
    """How many lines are run until its end is waited for, which is here at once."""

    def count() -> int:
        with interrupting(0) as lines, pytest.MonkeyPatch.context() as patch:
            patch.setattr(subprocess.Popen, "wait", lambda *_: os._exit(lines[0]))
            hooks.call(hook.with_name("ends"), {})
        return 0

    hook.with_name("ends").write_text("#!/bin/sh\n")
    hook.with_name("ends").chmod(0o700)
    return ended(forked(count))
