"""The answer of a hook: only a clear yes is done, and only a clear no is declined."""

from __future__ import annotations

import os
import pwd
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


@pytest.mark.parametrize(
    ("loose", "mode", "group", "why"),
    [
        ("hooks", 0o757, None, "everybody may write it"),
        ("hooks/refund", 0o757, None, "everybody may write it"),
        ("hooks", 0o775, 54321, "its group may write it"),
        ("hooks/refund", 0o775, 54321, "its group may write it"),
        ("hooks/refund", 0o775, None, None),
        ("hooks/refund", 0o755, 54321, None),
    ],
)
def test_one_that_others_may_write_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loose: str, mode: int, group: int | None, why: str | None
) -> None:
    a_hook(tmp_path, "#!/bin/sh\n")
    (tmp_path / loose).chmod(mode)
    own = (tmp_path / loose).stat().st_gid
    monkeypatch.setattr(hooks, "_own_group", lambda told: group is None and told.st_gid == own)
    assert refused(tmp_path) == why


def refused(root: Path) -> str | None:
    try:
        hooks.find(root, "refund")
    except UnsafeHook as failure:
        return str(failure.facts["why"])
    return None


def test_a_group_of_ones_own_is_no_stranger(tmp_path: Path) -> None:
    told = a_hook(tmp_path, "#!/bin/sh\n").stat()
    mine = pwd.getpwuid(told.st_uid).pw_gid
    assert hooks._own_group(os.stat_result((*told[:5], mine, *told[6:])))
    assert not hooks._own_group(os.stat_result((*told[:5], mine + 1, *told[6:])))
    assert not hooks._own_group(os.stat_result((*told[:4], 999_999, mine, *told[6:])))


@pytest.mark.parametrize(
    ("target", "folder", "why"),
    [(0o755, 0o755, None), (0o757, 0o755, "everybody may write it"), (0o755, 0o757, "everybody may write it"),
     (0o755, 0o1757, None)],
)  # fmt: skip
def test_a_link_is_what_it_leads_to(tmp_path: Path, target: int, folder: int, why: str | None) -> None:
    path = a_hook(tmp_path, "#!/bin/sh\n")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    path.rename(elsewhere / "pay")
    path.symlink_to(elsewhere / "pay")
    (elsewhere / "pay").chmod(target)
    elsewhere.chmod(folder)
    assert refused(tmp_path) == why


def test_one_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_hook(tmp_path, "#!/bin/sh\n")
    monkeypatch.setattr(hooks, "_ROOT_USER", -1)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert refused(tmp_path) == "another user owns it"


@pytest.mark.parametrize("call", ["tempfile.TemporaryFile", "returnctl.shop.hooks._fill"])
def test_where_the_machine_refuses_nothing_was_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(call, refuse)
    answer = hooks.call(a_hook(tmp_path, "#!/bin/sh\ntouch ran\n"), {})
    assert (answer, (tmp_path / "ran").exists()) == (("not_started", "No space left on device"), False)


def test_a_big_request_is_read_whole_and_one_that_is_not_read_does_not_hold(tmp_path: Path) -> None:
    big = {"text": "x" * 2_000_000}
    assert hooks.call(a_hook(tmp_path, "#!/bin/sh\nwc -c"), big) == ("done", "2000011")
    (tmp_path / "hooks/refund").write_text("#!/bin/sh\nexec true")
    assert hooks.call(tmp_path / "hooks/refund", big) == ("done", "")
