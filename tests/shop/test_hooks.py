"""The answer of a hook: only a clear yes is done, and only a clear no is declined."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from returnctl.errors import UnsafeHook
from returnctl.shop import hooks


def a_hook(root: Path, script: str) -> Path:
    path = root / "hooks" / "refund"
    path.parent.mkdir()
    path.write_text(script)
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("script", "answer"),
    [
        ("#!/bin/sh\necho TXN-1; echo more", ("done", "TXN-1")),
        ("#!/bin/sh\ncat", ("done", '{"amount":"1.00"}')),
        ("#!/bin/sh\nexit 10", ("declined", "")),
        ("#!/bin/sh\necho no; exit 10", ("declined", "no")),
        ("#!/bin/sh\necho busy >&2; exit 10", ("declined", "busy")),
        ("#!/bin/sh\necho TXN-1; exit 1", ("not_known", "exit 1")),
        ("#!/bin/sh\necho more >&2; echo why >&2; exit 75", ("not_known", "exit 75: why")),
        ("#!/bin/sh\nkill -9 $$", ("not_known", "exit -9")),
        ("#!/nowhere\n", ("not_started", "No such file or directory")),
        ("#!/bin/sh\nexec sleep 9", ("not_known", "timeout")),
        ("#!/bin/sh\nsleep 9 & echo TXN-1", ("done", "TXN-1")),
        ("#!/bin/sh\nsleep 9 & sleep 9", ("not_known", "timeout")),
        ("#!/bin/sh\nhead -c 9000000 /dev/zero | tr '\\0' x; exit 0", ("done", "x" * 200)),
        ("#!/bin/sh\npwd", ("done", "{root}")),
    ],
)
def test_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, answer: tuple[str, str]) -> None:
    monkeypatch.setattr(hooks, "_SECONDS", 1 if "sleep 9" in script else 60)
    outcome, text = hooks.call(a_hook(tmp_path, script), {"amount": "1.00"})
    assert (outcome, text) == (answer[0], answer[1].replace("{root}", str(tmp_path)))


def test_only_what_can_be_run_is_a_hook(tmp_path: Path) -> None:
    assert hooks.find(tmp_path, "refund") is None
    path = a_hook(tmp_path, "#!/bin/sh\n")
    assert hooks.find(tmp_path, "refund") == path
    path.chmod(0o644)
    assert hooks.find(tmp_path, "refund") is None


@pytest.mark.parametrize("loose", ["hooks", "hooks/refund"])
def test_one_that_everybody_may_write_is_refused(tmp_path: Path, loose: str) -> None:
    a_hook(tmp_path, "#!/bin/sh\n")
    (tmp_path / loose).chmod(0o757)
    with pytest.raises(UnsafeHook, match="unsafe_hook"):
        hooks.find(tmp_path, "refund")


def test_one_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_hook(tmp_path, "#!/bin/sh\n")
    monkeypatch.setattr(hooks, "_ROOT_USER", -1)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(UnsafeHook):
        hooks.find(tmp_path, "refund")


def test_a_big_request_is_read_whole_and_one_that_is_not_read_does_not_hold(tmp_path: Path) -> None:
    big = {"text": "x" * 2_000_000}
    assert hooks.call(a_hook(tmp_path, "#!/bin/sh\nwc -c"), big) == ("done", "2000011")
    (tmp_path / "hooks/refund").write_text("#!/bin/sh\nexec true")
    assert hooks.call(tmp_path / "hooks/refund", big) == ("done", "")
