"""The case file: as a zip that checks itself, or as what a platform takes."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import stat
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from returnctl.output.bundle import verify
from tests.cli.shops import DEMO_NOW, PHOTO, ROOT, STANDS, an_order, document, kept, record, take, typed
from tests.program import Ran, run

CHINESE = re.compile(r"[\u4e00-\u9fff]")
VOID = {"meta", "img", "br", "link"}
EXAMPLE = ROOT / "examples/dispute"


def bundled(shop: Path, number: int, target: Path, *words: str) -> Ran:
    return run("dispute", "bundle", number, target, *words, cwd=shop, now=DEMO_NOW)


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def problems(path: Path) -> list[tuple[str, str]]:
    return verify.Check(verify.Zip(io.BytesIO(path.read_bytes()), path.name)).problems


class Page(HTMLParser):
    """The elements of a page, their attributes, and its text; every element that is opened is closed in its turn."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text += data

    def all(self, *tags: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.elements if tag in tags]


def page_of(path: Path) -> Page:
    return Page(contents(path)["index.html"].decode())


@pytest.fixture(scope="module")
def contested_once(tmp_path_factory: pytest.TempPathFactory, shop_once: Path) -> Path:
    shop = shutil.copytree(shop_once, tmp_path_factory.mktemp("contested") / "shop")
    (shop / "crack.jpg").write_bytes(PHOTO)
    typed(
        shop,
        "apply L-1 --item 1=2 --reason damaged --evidence crack.jpg --note broken",
        "approve 1",
        "receive 1",
        "inspect 1 --item 1=as_sent:1 --item 1=worn:1",
        "message 1 hello",
        "note 1 secret",
        "escalate 1 --claim refund_amount --amount 58.50 --note unfair",
        "escalate 1 --to platform --case C-77",
    )
    return shop


@pytest.fixture
def contested(contested_once: Path, tmp_path: Path) -> Path:
    """A shop with a return that stands before the platform, after an inspection; the team keeps a note of it."""
    return shutil.copytree(contested_once, tmp_path / "shop")


# --- the zip


def test_all_that_a_case_file_holds(contested: Path, tmp_path: Path) -> None:
    before = kept(contested)
    target = tmp_path / "b.zip"
    ran = bundled(contested, 1, target, "--json")
    assert (ran.code, ran.err, kept(contested)) == (0, "", before)
    files, told = contents(target), ran.json
    assert list(files) == [
        "index.html", "evidence/01-crack.jpg", "return.json", "policy.json", "journal.jsonl", "verify.py",
        "manifest.json",
    ]  # fmt: skip
    assert told == {
        "returnctl": "bundle/v1", "return": "R-000001", "target": str(target), "form": "zip", "new": True,
        "sha256": hashlib.sha256(target.read_bytes()).hexdigest(), "size": target.stat().st_size, "notes_left_out": 1,
        "files": [{"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
                  for name, data in files.items()],
    }  # fmt: skip
    assert files["evidence/01-crack.jpg"] == PHOTO
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert problems(target) == []
    lines = [json.loads(line) for line in files["journal.jsonl"].splitlines()]
    assert [event for line in lines for _, event in line["events"]] == [
        entry["event"] for entry in record(contested, 1)["history"]
    ]


def test_the_page_tells_the_case(contested: Path, tmp_path: Path) -> None:
    bundled(contested, 1, tmp_path / "b.zip")
    text = " ".join(page_of(tmp_path / "b.zip").text.split())
    for told in (
        "C-77", "58.50 USD", "the amount of the refund", "broken", "unfair", "hello", "crack.jpg",
        "All times are those of America/New_York", hashlib.sha256(PHOTO).hexdigest(), "return_window.days",
        "standard.yaml:11", "1 × worn", "LUMI-LAMP-1", "took it to the platform",
    ):  # fmt: skip
        assert told in text, told
    stored = record(contested, 1)
    assert f"total {stored['breakdown']['net']}" in text
    assert "secret" not in text
    assert b"secret" not in b"".join(contents(tmp_path / "b.zip").values())


def test_built_twice_it_is_the_same_bytes(contested: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "1.zip", tmp_path / "2.zip"
    bundled(contested, 1, first)
    run("dispute", "bundle", 1, second, cwd=contested, now="2027-03-01T10:00", LOGNAME="kai", TZ="Asia/Bangkok")
    assert first.read_bytes() == second.read_bytes()
    typed(contested, "note 1 more")
    bundled(contested, 1, tmp_path / "3.zip")
    assert first.read_bytes() != (tmp_path / "3.zip").read_bytes()


@pytest.mark.parametrize("state", sorted(STANDS))
def test_every_return_can_be_bundled(state: str, demo_once: Path, tmp_path: Path) -> None:
    target = tmp_path / "b.zip"
    assert bundled(demo_once, STANDS[state], target).code == 0
    assert problems(target) == []
    assert contents(target)["return.json"] == document(demo_once, STANDS[state])


# --- targets


def test_the_same_bytes_may_be_there(contested: Path, tmp_path: Path) -> None:
    target = tmp_path / "b.zip"
    bundled(contested, 1, target)
    before = target.stat().st_mtime_ns
    again = bundled(contested, 1, target)
    assert (again.code, target.stat().st_mtime_ns) == (0, before)
    assert "the very same bytes" in again.out
    typed(contested, "message 1 more")
    refused = bundled(contested, 1, target, "--json")
    assert (refused.code, refused.error["code"]) == (1, "target_exists")
    assert target.stat().st_mtime_ns == before
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []


@pytest.mark.parametrize(
    ("target", "code"),
    [("mine.zip", 1), ("full.zip", 1), ("full", 1), ("mine", 1), ("link.zip", 1), ("data/x.zip", 2), ("data/x", 2),
     ("no/such/x.zip", 1), ("no/such/x", 1), ("x" * 300 + ".zip", 1)],
)  # fmt: skip
def test_where_it_cannot_go(target: str, code: int, contested: Path) -> None:
    for folder in ("full", "full.zip"):
        (contested / folder).mkdir()
        (contested / folder / "file").write_text("mine")
    for name in ("mine", "mine.zip"):
        (contested / name).write_text("mine")
    (contested / "link.zip").symlink_to(contested / "mine.zip")
    before = {path: path.read_bytes() for path in contested.rglob("*") if path.is_file()}
    assert bundled(contested, 1, contested / target).code == code
    assert {path: path.read_bytes() for path in contested.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("target", ["b.zip", "folder"])
@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_of_damaged_evidence_nothing_is_made(damage: str, target: str, contested: Path, tmp_path: Path) -> None:
    (file,) = (path for path in (contested / "data/files").rglob("*") if path.is_file())
    file.unlink() if damage == "missing" else file.write_bytes(b"other")
    before = sorted(tmp_path.iterdir())
    ran = bundled(contested, 1, tmp_path / target, "--json")
    assert (ran.code, ran.error["code"]) == (12, "damaged")
    assert sorted(tmp_path.iterdir()) == before


def test_so_it_is_of_a_journal_whose_line_was_changed(contested: Path, tmp_path: Path) -> None:
    journal = contested / "data/journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b'"escalate"', b'"approved"', 1))
    assert bundled(contested, 1, tmp_path / "b.zip").code == 12
    assert not (tmp_path / "b.zip").exists()


# --- what a platform takes


def images(folder: Path, count: int, begin: bytes, ending: str, size: int = 40) -> str:
    paths = [folder / f"{ending}-{n}.{ending}" for n in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(begin + str(number).encode().ljust(size, b"x"))
    return " ".join(f"--evidence {path}" for path in paths)


def test_photos_and_a_comment(shop: Path, tmp_path: Path) -> None:
    png, pdf = b"\x89PNG\r\n\x1a\n", b"%PDF-1.7 "
    (tmp_path / "big.jpg").write_bytes(PHOTO.ljust(5 * 1024 * 1024 + 1, b"x"))
    typed(
        shop,
        f"apply L-1 --item 1=1 --reason damaged {images(tmp_path, 4, PHOTO, 'jpg')} {images(tmp_path, 1, pdf, 'pdf')}",
        f"reject 1 --reason insufficient_evidence {images(tmp_path, 3, png, 'png')} --evidence {tmp_path / 'big.jpg'}",
        "escalate 1 --claim damage_liability",
        "escalate 1 --to platform --case C-9",
    )
    target = tmp_path / "out"
    ran = bundled(shop, 1, target, "--json")
    told = ran.json
    names = [*(f"0{n + 1}-png-{n}.png" for n in range(3)), *(f"0{n + 4}-jpg-{n}.jpg" for n in range(3))]
    assert sorted(path.name for path in target.iterdir()) == [*names, "comment.txt"]
    assert (target / "01-png-0.png").read_bytes() == (tmp_path / "png-0.png").read_bytes()
    assert [each["name"] for each in told["photos"]] == names
    assert [(each["given"], each["why"]) for each in told["left_out"]] == [
        ("big.jpg", "too_large"), ("jpg-3.jpg", "too_many"), ("pdf-0.pdf", "type"),
    ]  # fmt: skip
    assert (target / "comment.txt").read_text("utf-8") == told["comment"]["text"]
    assert told["comment"]["text"].startswith("Case C-9, order L-1, return R-000001. We refused on 2026-11-22: ")
    assert {stat.S_IMODE(path.stat().st_mode) for path in target.iterdir()} == {0o600}
    assert stat.S_IMODE(target.stat().st_mode) == 0o700
    assert bundled(shop, 1, target).code == 0
    people = bundled(shop, 1, tmp_path / "again").out
    assert "left out: pdf-0.pdf: it is neither JPG nor PNG" in people
    (target / "01-png-0.png").write_bytes(b"mine")
    assert bundled(shop, 1, target).code == 1


def test_what_nobody_said_is_not_in_the_comment(shop: Path, tmp_path: Path) -> None:
    """As where a platform reports a dispute, without a word about what."""
    typed(shop, "apply L-1 --item 1=1 --reason damaged", "reject 1 --reason not_eligible", "escalate 1 --as buyer")
    assert "The buyer contests" not in bundled(shop, 1, tmp_path / "out", "--json").json["comment"]["text"]
    typed(shop, "cancel 1", "apply L-2 --item 1=1 --reason damaged", "reject 2 --reason not_eligible")
    typed(shop, "escalate 2 --as buyer --amount 5.00")
    text = bundled(shop, 2, tmp_path / "asked", "--json").json["comment"]["text"]
    assert text.endswith(" The buyer asks for 5.00 USD.")


def test_what_there_is_not_is_not_in_the_comment(shop: Path, tmp_path: Path) -> None:
    typed(shop, "apply L-1 --item 1=1 --reason damaged", "approve 1", "receive 1 --pass", "refund 1 --paid")
    text = bundled(shop, 1, tmp_path / "out", "--json").json["comment"]["text"]
    assert "We paid back 34.65 USD on 2026-11-22." in text
    assert "reference" not in text
    assert "Evidence" not in text


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "text", ["A sentence of some length for them. " * 30, "一个很长的句子。" * 60, "🧾" * 400, "x" * 5000]
)
def test_a_comment_is_never_longer_than_it_may_be(language: str, text: str, shop: Path, tmp_path: Path) -> None:
    typed(shop, "apply L-1 --item 1=1 --reason damaged")
    run("reject", 1, "--note", text, cwd=shop, now=DEMO_NOW)
    ran = bundled(shop, 1, tmp_path / "out", "--json", "--lang", language).json["comment"]
    data = (tmp_path / "out/comment.txt").read_bytes()
    assert data.decode("utf-8") == ran["text"]
    assert 0 < len(data) == ran["bytes"] <= 500
    sentences = {text.strip(), "A sentence of some length for them.", "一个很长的句子。"}
    assert ran["left_out"] == [] or set(ran["left_out"]) & sentences


# --- hostile text

NASTY = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "javascript:alert(1)", "a\u202egpj.exe",
    "\x1b[31mred",
    "{{ 7*7 }}{% include 'x' %}", "</style><style>*{display:none}", "&lt;b&gt;", "]]>", "'><svg/onload=alert(1)>",
]  # fmt: skip
# What steers a reader; the page has no use for any of it.
STEERS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture
def hostile(shop: Path, tmp_path: Path) -> Path:
    """Every text that somebody else writes is one that should do nothing."""
    text = " ".join(NASTY)
    lines = [{"line": "1", "sku": "<b>sku</b>", "title": NASTY[1], "quantity": 1, "net": "9.00"}]
    take(shop, an_order("N-1", buyer={"id": NASTY[1][:60], "name": NASTY[0]}, lines=lines))
    evil = tmp_path / '"><img onerror=alert(1)> \u202egpj.jpg'
    evil.write_bytes(PHOTO)
    for words in (
        ["apply", "N-1", "--reason", "damaged", "--note", text, "--evidence", str(evil)],
        ["reject", "1", "--note", text],
        ["message", "1", text, "--as", "buyer"],
        ["escalate", "1", "--note", text, "--case", NASTY[1], "--by", NASTY[4]],
        ["escalate", "1", "--to", "platform", "--case", NASTY[0], "--note", text],
    ):
        assert run(*words, cwd=shop, now=DEMO_NOW).code == 0, words
    return shop


@pytest.mark.parametrize("language", ["en", "zh"])
def test_text_from_outside_does_nothing_in_the_page(language: str, hostile: Path, tmp_path: Path) -> None:
    target = tmp_path / "b.zip"
    assert bundled(hostile, 1, target, "--lang", language).code == 0
    page, html = page_of(target), contents(target)["index.html"].decode()
    assert {tag for tag, _ in page.elements} <= {
        "html", "head", "meta", "title", "style", "body", "a", "header", "h1", "p", "bdi", "nav", "ul", "li", "main",
        "section", "h2", "dl", "div", "dt", "dd", "strong", "span", "q", "table", "caption", "thead", "tbody", "tr",
        "th", "td", "code", "mark", "img", "footer", "pre",
    }  # fmt: skip
    assert {name for _, attributes in page.elements for name in attributes if name.startswith("on")} == set()
    links = [x["href"] for x in page.all("a")] + [x["src"] for x in page.all("img")]
    assert all(re.fullmatch(r"#[a-z]+|evidence/[0-9]{2}-[A-Za-z0-9-]+\.[a-z0-9]+", link) for link in links)
    assert len([tag for tag, _ in page.elements if tag == "style"]) == 1
    assert STEERS.findall(html) == []
    for text in NASTY[:3]:
        assert text in page.text
    assert "{{ 7*7 }}" in page.text
    assert problems(target) == []


def test_nor_in_names_or_on_a_terminal(hostile: Path, tmp_path: Path) -> None:
    ran = bundled(hostile, 1, tmp_path / "b.zip")
    assert list(contents(tmp_path / "b.zip"))[1] == "evidence/01-img-onerror-alert-1-gpj.jpg"
    folder = bundled(hostile, 1, tmp_path / "out")
    assert STEERS.findall(ran.out + ran.err + folder.out + folder.err) == []
    assert STEERS.findall((tmp_path / "out/comment.txt").read_text("utf-8")) == []


# --- for every reader


@pytest.mark.parametrize("language", ["en", "zh"])
def test_who_reads_otherwise_finds_the_way(language: str, contested: Path, tmp_path: Path) -> None:
    """One h1, no level left out; names for tables, their columns and rows, photos and sections; no scripts."""
    bundled(contested, 1, tmp_path / "b.zip", "--lang", language)
    page = page_of(tmp_path / "b.zip")
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert set(levels[1:]) == {2}
    assert page.all("html") == [{"lang": {"en": "en", "zh": "zh-Hans"}[language]}]
    assert len(page.all("caption")) == len(page.all("table"))
    assert all(x["scope"] in ("col", "row") for x in page.all("th"))
    assert all(x["alt"].strip() for x in page.all("img"))
    assert page.all("img")
    ids = [x["id"] for _, x in page.elements if "id" in x]
    assert len(ids) == len(set(ids))
    assert {x["aria-labelledby"] for x in page.all("section")} <= set(ids)
    assert {x["href"][1:] for x in page.all("a") if x["href"].startswith("#")} <= set(ids)
    assert page.all("script", "link", "iframe", "object", "form") == []
    assert "http:" not in contents(tmp_path / "b.zip")["index.html"].decode()


def test_in_chinese_all_of_it_is(demo_once: Path, tmp_path: Path) -> None:
    english = re.compile(r"\b[a-z]+ [a-z]+ [a-z]+\b")
    for state, number in STANDS.items():
        target = tmp_path / f"{state}.zip"
        ran = bundled(demo_once, number, target, "--lang", "zh")
        assert CHINESE.search(ran.out)
        words = page_of(target).text.replace("the shade is cracked", "").replace("a new lamp follows", "")
        assert english.findall(words.replace("it arrived broken", "").replace("python verify py", "")) == [], state


def test_in_english_nothing_is_chinese(contested: Path, tmp_path: Path) -> None:
    bundled(contested, 1, tmp_path / "b.zip", "--lang", "en")
    assert CHINESE.findall(contents(tmp_path / "b.zip")["index.html"].decode()) == []


# --- the example


def test_the_example_is_what_is_made_now(tmp_path: Path) -> None:
    """python examples/dispute/build.py     after the program has changed: build it anew, and look at it."""
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("build", EXAMPLE / "build.py")
    assert spec
    assert spec.loader
    story: Any = module_from_spec(spec)
    spec.loader.exec_module(story)
    story.build(tmp_path)
    made = {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    kept_there = [*EXAMPLE.glob("*.zip"), *(EXAMPLE / "platform").iterdir()]
    assert sorted(made) == sorted(str(path.relative_to(EXAMPLE)) for path in kept_there)
    for name in ("R-000001.en.zip", "R-000001.zh.zip"):
        assert contents(tmp_path / name) == contents(EXAMPLE / name)
    assert [name for name, data in made.items() if data != (EXAMPLE / name).read_bytes()] == []


@pytest.mark.parametrize("name", ["R-000001.en.zip", "R-000001.zh.zip"])
def test_the_example_holds(name: str, tmp_path: Path) -> None:
    assert problems(EXAMPLE / name) == []
    shutil.copy(EXAMPLE / name, tmp_path / name)
    assert verify.main([str(tmp_path / name)]) == 0
