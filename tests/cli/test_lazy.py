"""What frequent commands must not load: imports are most of what they cost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.shops import ROOT

HEAVY = {"yaml", "jsonschema", "tabulate", "holidays", "importlib.metadata", "csv", "openpyxl"}
LISTED = "import json, sys; from returnctl.cli.main import run; code = run(sys.argv[1:]); sys.stdout.flush()\n"
LISTED += "print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)"


def loaded(*words: object, cwd: Path) -> set[str]:
    command = [sys.executable, "-c", LISTED, *map(str, words)]
    environment = {"PYTHONPATH": str(ROOT), "RETURNCTL_NOW": "2026-11-22T09:00:00-08:00", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=60, check=True
    )  # fmt: skip
    code, modules = json.loads(done.stderr.splitlines()[-1])
    assert code == 0
    return set(modules)


@pytest.mark.parametrize(
    ("line", "more"),
    [
        ("--version", {"msgspec", "zoneinfo", "decimal", "difflib", "subprocess"}),
        ("--help", {"msgspec", "zoneinfo", "decimal", "difflib", "subprocess"}),
        ("show 5 --json", {"msgspec", "zoneinfo", "decimal", "difflib", "subprocess"}),
        ("approve 15", {"subprocess"}),
        ("refund 5 --paid --json", {"subprocess"}),
        ("message 15 hello", {"subprocess"}),
        ("feedback 10 --rating 4", {"subprocess", "returnctl.domain.tiktok"}),
        ("list --json", {"difflib", "subprocess", "xlsxwriter"}),
        ("decide --from none.jsonl", {"difflib", "subprocess", "xlsxwriter", "xml", "zipfile"}),
        ("reconcile --json", {"difflib", "subprocess"}),
        ("sweep --json", {"subprocess"}),
        ("dispute bundle 11 out", {"subprocess", "jinja2", "babel"}),
        ("report --json", {"subprocess", "pygal", "jinja2", "babel"}),
    ],
)
def test_what_is_not_loaded(demo: Path, line: str, more: set[str]) -> None:
    (demo / "none.jsonl").touch()
    assert not loaded(*line.split(), cwd=demo) & (HEAVY | more)
