"""What is made outside `data/`, also on a disk that knows no links, as sticks have it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from returnctl.errors import TargetExists
from returnctl.storage.outside import make_file


@pytest.fixture(params=[True, False], ids=["links", "no links"])
def target(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    if not request.param:
        monkeypatch.setattr(os, "link", refuse)
    return tmp_path / "case.zip"


def test_a_file_is_made_once_and_never_over_another(target: Path) -> None:
    made = [make_file(target, lambda sink: sink.write(b"case"))[1] for _ in range(2)]
    assert (made, target.read_bytes()) == ([True, False], b"case")
    with pytest.raises(TargetExists):
        make_file(target, lambda sink: sink.write(b"another"))
    assert [*target.parent.iterdir()] == [target]
    assert target.read_bytes() == b"case"
