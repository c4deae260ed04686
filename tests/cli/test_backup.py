"""`backup`: a copy that stands at one commit, whoever works meanwhile."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.shops import DEMO_NOW, kept
from tests.program import run

WRITER = """
import sys
from returnctl.cli import main
for number in range(10_000):
    main.run(["-C", sys.argv[1], "note", str(number % 15 + 1), "x", "-q"])
"""


def test_the_copy_is_the_shop(demo: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy"
    ran = run("backup", target, "--json", cwd=demo, now=DEMO_NOW)
    assert ran.code == 0
    assert kept(target) == kept(demo)
    for name in ("returnctl.yaml", "policies/standard.yaml", ".gitignore"):
        assert (target / name).read_bytes() == (demo / name).read_bytes()
    checked = run("-C", target, "fsck", "--json", now=DEMO_NOW).json
    assert (checked["findings"], checked["sequence"]) == ([], ran.json["sequence"])
    assert run("-C", target, "approve", 15, now=DEMO_NOW).code == 0
    modes = {(x.is_dir(), stat.S_IMODE(x.stat().st_mode)) for x in (target / "data").rglob("*")}
    assert modes == {(True, 0o700), (False, 0o600)}


def test_a_copy_while_others_write_stands_at_one_commit(demo: Path, tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER, demo], env={"LOGNAME": "mei"}) as writer:
        try:
            heads = []
            for number in range(8):
                target = tmp_path / f"copy-{number}"
                assert run("backup", target, "-q", cwd=demo, now=DEMO_NOW).code == 0
                checked = run("-C", target, "fsck", "--json", now=DEMO_NOW)
                assert (checked.code, checked.json["findings"]) == (0, [])
                heads.append(checked.json["sequence"])
        finally:
            writer.kill()
    assert heads == sorted(set(heads)), "it wrote all the time"


def test_a_damaged_document_is_copied_and_told(demo: Path, tmp_path: Path) -> None:
    path = demo / "data/returns/000/R-000001.json"
    path.write_bytes(path.read_bytes() + b" ")
    ran = run("backup", tmp_path / "copy", "--json", cwd=demo, now=DEMO_NOW)
    assert (ran.code, ran.json["damaged"]) == (12, ["returns/000/R-000001.json"])
    assert kept(tmp_path / "copy") == kept(demo)


@pytest.mark.parametrize(("target", "code"), [("full", 1), ("data/copy", 2), ("no/such/copy", 1)])
def test_where_it_cannot_go(demo: Path, target: str, code: int) -> None:
    (demo / "full").mkdir()
    (demo / "full/file").write_text("mine")
    before = kept(demo)
    assert run("backup", target, cwd=demo, now=DEMO_NOW).code == code
    assert (kept(demo), (demo / "full/file").read_text()) == (before, "mine")
    assert not list(demo.rglob("*.partial"))
