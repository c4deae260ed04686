"""`policy publish`: which policy, market and language, and what it writes where."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shops import ROOT
from tests.program import run

FULL = ROOT / "tests/examples/full.yaml"
SIMPLE = "returnctl: policy/v1\nname: {name}\nversion: {version}\nmarkets: {markets}\ntimezone: UTC\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A shop for the US whose default policy is `standard`, beside which stand others."""
    root = tmp_path / "shop"
    assert run("init", root, "-q").code == 0
    shutil.copy(FULL, root / "policies")
    return root


def a_version(shop: Path, version: int, first: str, days: int) -> None:
    more = f"effective: {{from: {first}}}\nreturn_window: {{days: {days}}}\n"
    text = SIMPLE.format(name="x", version=version, markets="[DE]") + more
    (shop / f"policies/x{version}.yaml").write_text(text)


def heading(text: str) -> str:
    return next(line for line in text.splitlines() if line.startswith("# "))


def test_a_name_a_file_or_the_default(shop: Path, tmp_path: Path) -> None:
    assert heading(run("policy", "publish", cwd=shop).out) == "# Returns and refunds"
    assert heading(run("policy", "publish", "lumi-home", cwd=shop).out) == "# Lumi Home returns"
    assert heading(run("policy", "publish", FULL, cwd=tmp_path).out) == "# Lumi Home returns"
    assert heading(run("policy", "publish", "-", cwd=tmp_path, input=FULL.read_bytes()).out) == "# Lumi Home returns"
    unknown = run("policy", "publish", "lumi", "-o", "jsonld", cwd=shop)
    assert (unknown.code, unknown.out, "lumi-home" in unknown.err) == (6, "", True)
    assert run("policy", "publish", "x.yaml", cwd=shop).code == 1
    assert run("policy", "publish", cwd=tmp_path).code == 10


def test_the_version_is_the_one_in_force(shop: Path) -> None:
    for version, first, days in ((1, "2026-01-01", 11), (2, "2026-11-01", 22), (3, "2027-01-01", 33)):
        a_version(shop, version, first, days)
    told = [run("policy", "publish", "x", cwd=shop, now=f"{day}T12:00Z").out for day in ("2025-01-01", "2026-12-31")]
    told.append(run("policy", "publish", "x", cwd=shop, now="2027-01-01T12:00Z").out)
    assert [[days for days in (11, 22, 33) if f"within {days} days" in text] for text in told] == [[11], [22], [33]]


def test_the_market_is_told_or_the_shop_s(shop: Path) -> None:
    def country(*words: str, cwd: Path = shop) -> str:
        return str(json.loads(run("policy", "publish", *words, "-o", "jsonld", cwd=cwd).out)["applicableCountry"])

    a_version(shop, 1, "2026-01-01", 10)
    assert (country("lumi-home"), country("lumi-home", "--market", "DE"), country("x")) == ("US", "DE", "DE")
    wrong = run("policy", "publish", "lumi-home", "--market", "FR", cwd=shop)
    assert (wrong.code, "US, GB, DE" in wrong.err) == (2, True)


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ((), "# Lumi Home returns"),
        (("--language", "zh"), "# Lumi 家居退货政策"),
        (("--lang", "zh"), "# Lumi 家居退货政策"),
        (("--lang", "zh", "--language", "en"), "# Lumi Home returns"),
    ],
)
def test_the_language_is_told_or_the_reader_s(words: tuple[str, ...], title: str, tmp_path: Path) -> None:
    assert heading(run("policy", "publish", FULL, *words, cwd=tmp_path).out) == title


def test_a_language_that_the_policy_does_not_speak_is_not_chosen(tmp_path: Path) -> None:
    file = tmp_path / "one.yaml"
    file.write_text(SIMPLE.format(name="a", version=1, markets="[US]") + "title: {en: Ours}\n")
    assert "## At a glance" in run("policy", "publish", file, "--lang", "zh", cwd=tmp_path).out


def test_the_forms(tmp_path: Path) -> None:
    told = {
        form: run("policy", "publish", FULL, "-o", form, cwd=tmp_path).out for form in ("html", "markdown", "jsonld")
    }
    assert told["html"].startswith("<!doctype html>\n")
    assert told["markdown"] == run("policy", "publish", FULL, cwd=tmp_path).out
    assert json.loads(told["jsonld"])["@type"] == "MerchantReturnPolicy"
    assert run("policy", "publish", FULL, "--json", cwd=tmp_path).code == 2


def test_a_folder_gets_every_market_and_language(tmp_path: Path) -> None:
    written = run("policy", "publish", FULL, "--to", "pages/returns", cwd=tmp_path)
    names = sorted(path.name for path in (tmp_path / "pages/returns").iterdir())
    languages, forms = ("en", "zh"), ("html", "md")
    wanted = [f"lumi-home.{m}.{x}.{form}" for m in ("DE", "GB", "US") for x in languages for form in forms]
    assert names == wanted
    assert sorted(written.out.split()) == [f"pages/returns/{name}" for name in names]
    page = (tmp_path / "pages/returns/lumi-home.US.en.md").read_text("utf-8")
    assert page == run("policy", "publish", FULL, "--market", "US", cwd=tmp_path).out
    assert run("policy", "publish", FULL, "--to", "pages/returns", "-q", cwd=tmp_path) == (0, "", "")
    one = run("policy", "publish", FULL, "--to", "one", "--market", "GB", "--language", "zh", cwd=tmp_path).out
    assert one.split() == ["one/lumi-home.GB.zh.html", "one/lumi-home.GB.zh.md"]


def test_a_file_that_is_no_page_is_left_and_nothing_is_written(tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    mine = pages / "lumi-home.US.zh.md"
    for make in (lambda: mine.write_text("mine"), lambda: mine.symlink_to(tmp_path / "x"), mine.mkdir):
        make()
        refused = run("policy", "publish", FULL, "--to", pages, cwd=tmp_path)
        assert (refused.code, refused.out, "lumi-home.US.zh.md" in refused.err) == (1, "", True)
        assert list(pages.iterdir()) == [mine]
        mine.rmdir() if mine.is_dir() else mine.unlink()


@pytest.mark.parametrize("folder", ["data/pub", "data", "link/pub"])
def test_nothing_is_written_among_the_data(tmp_path: Path, folder: str) -> None:
    assert run("init", tmp_path, "-q").code == 0
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "link").symlink_to("data")
    refused = run("policy", "publish", "--to", folder, cwd=tmp_path)
    assert (refused.code, refused.out) == (2, "")
    assert "a place outside data/" in refused.err
    assert not (tmp_path / "data/pub").exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [(("--to", "pages", "-o", "html"), 2), (("--to", "a-file"), 1), (("--language", "de"), 2), (("-n",), 2)],
)
def test_what_cannot_be_is_refused(words: tuple[str, ...], code: int, tmp_path: Path) -> None:
    (tmp_path / "a-file").touch()
    refused = run("policy", "publish", FULL, *words, cwd=tmp_path)
    assert (refused.code, refused.out) == (code, "")


def test_an_invalid_policy_is_told_with_its_places(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(SIMPLE.format(name="a", version=0, markets="[US]"))
    told = run("policy", "publish", "bad.yaml", cwd=tmp_path)
    assert (told.code, "bad.yaml:3:10" in told.err) == (1, True)


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# Tells in its own title how far the page in it can be scrolled sideways.
PROBE = """<!doctype html><iframe src="{page}" style="width:{width}px;height:800px;border:0" onload="
const root = this.contentDocument.documentElement; document.title = root.scrollWidth - root.clientWidth"></iframe>"""


@pytest.mark.skipif(CHROMIUM is None, reason="needs a browser")
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_is_wider_than_its_screen(width: int, tmp_path: Path) -> None:
    long = FULL.read_text("utf-8").replace("LUMI-CUSTOM-*", "LUMI" * 40).replace("Arrived damaged", "Damaged" * 20)
    (tmp_path / "long.yaml").write_text(long)
    assert run("policy", "publish", "long.yaml", "--market", "US", "--to", ".", cwd=tmp_path).code == 0
    for language in ("en", "zh"):
        (tmp_path / "probe.html").write_text(PROBE.format(page=f"lumi-home.US.{language}.html", width=width))
        browser: list[Any] = [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files", "--dump-dom",
            f"--user-data-dir={tmp_path / 'profile'}", f"file://{tmp_path}/probe.html",
        ]  # fmt: skip
        done = subprocess.run(browser, capture_output=True, text=True, timeout=60, check=True)
        assert "<title>0</title>" in done.stdout
