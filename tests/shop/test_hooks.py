"""The answer of a hook: only a clear yes is done, and only a clear no is declined."""

from __future__ import annotations

from pathlib import Path

import pytest

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
        ("#!/bin/sh\necho TXN-1; exit 1", ("not_known", "")),
        ("#!/bin/sh\nkill -9 $$", ("not_known", "")),
        ("#!/nowhere\n", ("not_known", "")),
        ("#!/bin/sh\nexec sleep 9", ("not_known", "")),
        ("#!/bin/sh\npwd", ("done", "{root}")),
    ],
)
def test_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, answer: tuple[str, str]) -> None:
    monkeypatch.setattr(hooks, "_SECONDS", 1 if "sleep" in script else 60)
    outcome, text = hooks.call(a_hook(tmp_path, script), {"amount": "1.00"})
    assert (outcome, text) == (answer[0], answer[1].replace("{root}", str(tmp_path)))


def test_only_what_can_be_run_is_a_hook(tmp_path: Path) -> None:
    assert hooks.find(tmp_path, "refund") is None
    path = a_hook(tmp_path, "#!/bin/sh\n")
    assert hooks.find(tmp_path, "refund") == path
    path.chmod(0o644)
    assert hooks.find(tmp_path, "refund") is None
