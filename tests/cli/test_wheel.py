"""The program as it is installed: a wheel, an editable install and a bare checkout, each run from another folder.

Nothing is fetched: a wheel is built with the setuptools that is here and installed without its dependencies.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.cli.shops import ROOT

COPIED = ("returnctl", "policies", "schemas", "setup.cfg", "pyproject.toml", "README.md", "LICENSE")


def call(*words: object, cwd: Path, **environment: str) -> str:
    clean = {"PATH": os.environ["PATH"], "HOME": str(cwd), "LANG": "C.UTF-8", "PIP_NO_INDEX": "1"}
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, env=clean | environment, capture_output=True, text=True, check=False,
        timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def a_venv(root: Path) -> Path:
    """With the packages of this one behind its own; gives its python."""
    venv.create(root, symlinks=True)
    here = root / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    (here / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return root / "bin" / "python"


def works(*program: object, cwd: Path, **environment: str) -> None:
    """A new shop, the demo, and its policies, in a folder of their own."""
    assert call(*program, "--version", cwd=cwd, **environment).startswith("returnctl ")
    call(*program, "init", "shop", "-q", cwd=cwd, **environment)
    call(*program, "demo", "demo", "-q", cwd=cwd, **environment)
    assert "1 " in call(*program, "-C", "shop", "policy", "validate", cwd=cwd, **environment)
    page = call(*program, "-C", "shop", "policy", "publish", "-o", "html", cwd=cwd, **environment)
    assert page.startswith("<!doctype html>")
    assert "6 cases, all as expected" in call(*program, "-C", "shop", "policy", "test", cwd=cwd, **environment)
    assert (cwd / "shop/policies/standard.yaml").is_file()
    assert (cwd / "shop/schemas/policy.schema.json").is_file()
    assert (cwd / "shop/schemas/policy-test.schema.json").is_file()


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what a build reads, since it leaves things behind."""
    root = tmp_path_factory.mktemp("source")
    for name in COPIED:
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif path.exists():
            shutil.copy(path, root)
    return root


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


def test_an_installed_wheel(source: Path, tmp_path: Path, elsewhere: Path) -> None:
    python = a_venv(tmp_path / "venv")
    pip = (python, "-m", "pip", "--disable-pip-version-check", "-q")
    call(*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", tmp_path, source, cwd=tmp_path)
    (wheel,) = tmp_path.glob("returnctl-*.whl")
    call(*pip, "install", "--no-deps", wheel, cwd=tmp_path)
    works(python.parent / "returnctl", cwd=elsewhere)
    home = call(python, "-c", "import returnctl; print(returnctl.__file__)", cwd=elsewhere).strip()
    assert Path(home).is_relative_to(tmp_path)
    inside = {path.name for path in Path(home).parent.iterdir()}
    assert {"py.typed", "policies", "schemas", "locale"} <= inside
    for folder in ("policies/floors", "policies/tests"):
        shipped = {path.name for path in (ROOT / folder).iterdir()}
        assert {path.name for path in (Path(home).parent / folder).iterdir()} == shipped


def test_an_editable_install(source: Path, tmp_path: Path, elsewhere: Path) -> None:
    python = a_venv(tmp_path / "venv")
    pip = (python, "-m", "pip", "--disable-pip-version-check", "-q")
    call(*pip, "install", "--no-deps", "--no-build-isolation", "-e", source, cwd=tmp_path)
    works(python.parent / "returnctl", cwd=elsewhere)


def test_a_bare_checkout(source: Path, elsewhere: Path) -> None:
    works(sys.executable, "-m", "returnctl", cwd=elsewhere, PYTHONPATH=str(source))
