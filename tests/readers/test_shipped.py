from pathlib import Path

import pytest

from returnctl.errors import Damaged
from returnctl.readers import shipped


@pytest.mark.parametrize(("name", "file"), [("schemas", "policy.schema.json"), ("policies", "standard.yaml")])
def test_in_a_checkout_they_stand_beside_the_package(name: str, file: str) -> None:
    assert (shipped.folder(name) / file).is_file()


def test_in_a_wheel_they_stand_inside_and_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("returnctl/schemas", "schemas"):
        (tmp_path / place).mkdir(parents=True)
    monkeypatch.setattr(shipped, "PACKAGE", tmp_path / "returnctl")
    assert shipped.folder("schemas") == tmp_path / "returnctl" / "schemas"


def test_a_program_that_is_not_whole_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipped, "PACKAGE", tmp_path / "returnctl")
    with pytest.raises(Damaged):
        shipped.folder("schemas")
