"""Both languages in full: every sentence is translated, and nothing is said that the catalogue does not have."""

from __future__ import annotations

import gettext
import io
import re
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path
from string import Formatter

import click
import pytest
from babel.messages.mofile import read_mo
from wcwidth import wcswidth, wcwidth

from returnctl.cli import main
from returnctl.cli.commands import COMMANDS
from returnctl.output import (
    bundled,
    causes,
    doctor,
    failure_words,
    forms,
    intake_words,
    problems,
    reconciliation,
    report_text,
    report_words,
    results,
    topics,
    words,
)
from returnctl.output.bundle import phrases
from tests import catalogue
from tests.program import run

ZH = catalogue.load("zh")
MESSAGES = [message for message in ZH if message.id]
SENTENCES = catalogue.sentences()
# Three plain words after one another: a sentence that was left in English, unless it is a command.
ENGLISH = re.compile(r"\b(?!returnctl )[a-z]+ [a-z]+ [a-z]+\b")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


# --- the catalogue


def names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name} | set(re.findall(r"%\(\w+\)s", text))


def forms_of(text: str | Iterable[str] | None) -> tuple[str, ...]:
    """One for each grammatical number."""
    return (text,) if isinstance(text, str) else tuple(text or ())


def test_every_sentence_is_translated_and_none_is_left_over() -> None:
    assert {message.id for message in MESSAGES if catalogue.CLICKS not in message.auto_comments} == SENTENCES
    assert not {forms_of(text)[0] for text in catalogue.clicks()} - {forms_of(message.id)[0] for message in MESSAGES}
    assert [x.id for x in MESSAGES if not all(forms_of(x.string)) or not x.string] == []
    assert not ZH.obsolete


def test_translations_have_the_placeholders_of_their_sentences() -> None:
    wrong = []
    for message in MESSAGES:
        wanted, given = (set().union(*map(names, forms_of(text))) for text in (message.id, message.string))
        # A language need not say the number where another does.
        if given - wanted or (isinstance(message.id, str) and wanted - given):
            wrong.append(message.id)
    assert wrong == []


def test_the_compiled_catalogue_is_the_written_one() -> None:
    with catalogue.po("zh").with_suffix(".mo").open("rb") as file:
        compiled = [(forms_of(x.id), forms_of(x.string)) for x in read_mo(file) if x.id]
    assert sorted(compiled) == sorted((forms_of(x.id), forms_of(x.string)) for x in MESSAGES)


TABLES = {
    "failures": [text for each in failure_words.SENTENCES.values() for text in each],
    "doctor": [*doctor.SEVERITIES.values(), *doctor.CHECKS.values(), *doctor.WHAT.values(), *doctor.CURES.values()],
    "wanted": failure_words.WANTED.values(),
    "rules": failure_words.RULES.values(),
    "causes": causes.CAUSES.values(),
    "words": forms._WORDS.values(),
    "bundle": [*phrases.EVENTS.values(), *phrases._WHY.values(), *phrases._STATUSES.values(), *bundled._WHY.values()],
    "intake": intake_words.WHY.values(),
    "problems": [*problems.SENTENCES.values(), *problems._KINDS.values(), *problems._SEVERITIES.values()],
    "reconciliation": reconciliation.SENTENCES.values(),
    "warnings": results.WARNINGS.values(),
    "report": [
        text
        for each in (
            report_words.NAMES,
            report_words.DEFINITIONS,
            report_words.SUMS,
            report_words.ESTIMATES,
            report_words.WHO,
            report_words.ENDED,
            report_text.BY,
            report_text._HEADINGS,
        )
        for text in each.values()
    ],
    "topics": [*topics.EXITS.values(), *topics._ENVIRONMENT.values()],
    "commands": [text for entry in COMMANDS.values() for text in (entry.section, entry.help)],
}


def is_typed(text: str) -> bool:
    """A command to type, or a fact alone: the same in every language."""
    return (
        text in ("", "git")
        or text.startswith(("returnctl ", "pip ", "chmod ", "echo "))
        or bool(re.fullmatch(r"\{\w+\}", text))
    )


@pytest.mark.parametrize("table", TABLES)
def test_every_sentence_of_the_tables_is_marked(table: str) -> None:
    assert [text for text in TABLES[table] if not is_typed(text) and text not in SENTENCES] == []


# --- what is really said


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's shop, whose settings say `language: zh`."""
    folder = tmp_path_factory.mktemp("languages") / "shop"
    assert run("demo", "-q", folder, "--lang", "zh", now=None).code == 0
    (folder / "decisions.csv").write_text("id,decision\n7,\n")
    return folder


class Missed(gettext.NullTranslations):
    """What the catalogue is asked for and does not have."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: set[str] = set()

    def gettext(self, message: str) -> str:
        self.texts |= set() if is_typed(message) else {message}
        return message


@pytest.fixture
def missed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Missed]:
    with catalogue.po("zh").with_suffix(".mo").open("rb") as file:
        known, fallback = gettext.GNUTranslations(file), Missed()
    known.add_fallback(fallback)
    monkeypatch.setitem(words._catalogues, "zh", known)
    monkeypatch.setenv("LANGUAGE", "")
    monkeypatch.setenv("RETURNCTL_NOW", "2026-11-21T10:00")
    yield fallback
    words.use("en")
    gettext.textdomain("messages")


def pages() -> Iterator[list[str]]:
    """The help of the program, of every command, and of every command of a group."""
    yield []
    context = click.Context(main.program)
    for name in COMMANDS:
        command = main.program.get_command(context, name)
        yield [name]
        if isinstance(command, click.Group):
            yield from ([name, verb] for verb in command.commands)


@pytest.mark.parametrize("page", list(pages()), ids=" ".join)
def test_help_is_chinese(page: list[str], missed: Missed, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run([*page, "--lang", "zh", "--help"]) == 0
    out = capsys.readouterr().out
    assert missed.texts == set()
    assert ENGLISH.findall(out) == []
    assert [line for line in out.splitlines() if CHINESE.search(line) and wcswidth(line) > 80] == []


LOOKS = [
    "todo", "todo --tell", "feedback 7 --rating 4 -n",
    "list", "list --buyer nobody", "show 4", "show 7", "show 11", "history 7", "order list", "order show D-01",
    "policy list", "policy show", "policy show --return 7", "policy publish", "policy publish -o html",
    "policy validate SHOP/policies/standard.yaml", "policy log", "policy log --count",
    "policy explain 7", "dispute bundle 11 SHOP/../b.zip", "dispute bundle 11 SHOP/../out",
    "policy diff SHOP SHOP --impact",
    "policy test SHOP/policies/tests/standard.yaml",
    "apply D-02 --item 2 -n --reason damaged", "refund 5 -n --reference X", "message 3 hello", "message 3 hello -n",
    "offer 14 --amount 5 --note x", "offer 14 --amount 5 -n --as buyer",
    "decide --from SHOP/decisions.csv", "approve -n --from SHOP/decisions.csv",
    "help exit-codes", "help environment", "help workflow", "sweep", "reconcile", "reconcile --now 2027-03-01",
    "report -v", "report --by reason", "report --by buyer --since -90d", "report --by month --since 2027-01-01",
    "report", "report --by sku", "done 14 --only rejected -n",
]  # fmt: skip
REFUSALS = [
    "frob", "aprove 1", "approve", "approve 99", "approve 7", "approve --frob 1", "resolve 11", "list --limit x",
    "offer 11 --amount 5", "offer 14 --amount 500", "offer 14 --amount 5 --until -2d", "accept 15", "decline 15",
    "offer 14 --amount 5 --as platform", "offer 7 --amount 1",
    "resolve 11 --outcome foo", "list --limit 0", "list --state foo", "list --since 11/12/2026", "list --since foo",
    "apply D-14 --item 9", "apply D-04 --item 2=5 --reason nope --condition unused", "apply D-02 --item 1=x",
    "apply", "apply nowhere", "apply D-02 --now 2028-01-01", "inspect 4", "inspect 4 --item 1=great",
    "refund 5", "refund 6", "refund 11 --reference x", "refund 5 --reference X --amount 1,5", "undo 7",
    "message 1 ''", "message 1", "message 1 hi --template x", "message 1 --template x", "done 1 --only x",
    "feedback 1 --rating 4", "feedback 7 --rating 9", "feedback 7",
    "note 1", "show 1 2", "attach 1 SHOP/nofile", "attach 1 SHOP", "import SHOP/nofile",
    "import SHOP/returnctl.yaml", "policy show x", "policy publish x", "policy publish --market FR",
    "policy publish --to SHOP -o html", "policy log x", "policy new-version x", "policy diff nowhere",
    "dispute bundle 99 b.zip", "dispute bundle 11 SHOP", "dispute bundle 11 SHOP/data/b.zip", "dispute bundle 11",
    "policy new-version --from 0001-01-01", "init SHOP", "completion foo", "reject 15 --reason foo", "show -o",
    "export x", "export -", "export SHOP/orders.jsonl", "decide", "decide --from SHOP/orders.jsonl", "ship",
    "decide --from SHOP/returnctl.yaml", "approve 1 --from x", "inspect --item 1=x --from x",
    "report --since 2026-11-02 --until 2026-11-01",
    "todo --overdue=1", "policy validate SHOP/orders.jsonl", "import --account x SHOP/orders.jsonl",
    "reconcile --order nowhere", "reconcile --since foo",
    "report --by colour", "report --html SHOP", "report --html SHOP/orders.jsonl", "report --since foo",
]  # fmt: skip


def typed(line: str, shop: Path) -> list[str]:
    return ["-C", str(shop), *(word.replace("SHOP", str(shop)) for word in shlex.split(line))]


@pytest.mark.parametrize("line", LOOKS)
def test_what_is_shown_is_chinese(line: str, shop: Path, missed: Missed, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(typed(line, shop)) == 0
    told = capsys.readouterr()
    assert missed.texts == set()
    assert CHINESE.search(told.out + told.err) or line == "sweep"


def test_so_is_what_a_doctor_says(shop: Path, missed: Missed, capsys: pytest.CaptureFixture[str]) -> None:
    """Of this machine as it is, so the exit code is its own."""
    assert main.run(typed("doctor", shop)) in (0, 1)
    told = capsys.readouterr()
    assert (missed.texts, told.err) == (set(), "")
    assert all(CHINESE.match(line) for line in told.out.splitlines() if not line.startswith("  "))


class Scanner(io.BytesIO):
    """What is typed at a terminal, as standard input gives it."""

    buffer = property(lambda self: self)

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("line", "scans"), [("receive - -n", "1 3 nothing 15"), ("inspect - -n", "4 1=x s 4 p 5 15")])
def test_so_is_the_bench(
    line: str,
    scans: str,
    shop: Path,
    missed: Missed,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", Scanner(scans.replace(" ", "\n").encode()))
    assert main.run(typed(line, shop)) == 3
    told = capsys.readouterr()
    said = [said for said in (told.out + told.err).splitlines() if not re.search("returnctl |买家留言", said)]
    assert missed.texts == set()
    assert ENGLISH.findall("\n".join(said)) == []
    assert len([text for text in said if CHINESE.search(text)]) > 8


@pytest.mark.parametrize("line", REFUSALS)
def test_errors_are_chinese(line: str, shop: Path, missed: Missed, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(typed(line, shop)) > 0
    told = capsys.readouterr()
    said = (told.err or told.out).splitlines()[0]
    assert missed.texts == set()
    assert CHINESE.search(said.removeprefix("错误:"))
    assert ENGLISH.findall(said) == []


# --- which language


def language_of(text: str) -> str:
    return "zh" if CHINESE.search(text) else "en"


@pytest.mark.parametrize(
    ("line", "environment", "expected"),
    [
        ("help environment", {}, "en"),
        ("--lang zh help environment", {}, "zh"),
        ("help --lang zh environment", {}, "zh"),
        ("help environment --lang=zh", {}, "zh"),
        ("help environment", {"RETURNCTL_LANG": "zh"}, "zh"),
        ("help environment", {"RETURNCTL_LANG": "zh_CN"}, "zh"),
        ("help environment", {"LANG": "zh_CN.UTF-8"}, "zh"),
        ("help environment", {"LANG": "de_DE.UTF-8"}, "en"),
        ("help environment", {"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ("-C SHOP help environment", {}, "zh"),
        ("help environment", {"RETURNCTL_SHOP": "SHOP"}, "zh"),
        ("-C SHOP help environment", {"RETURNCTL_LANG": "en"}, "en"),
        ("-C SHOP help environment --lang en", {"RETURNCTL_LANG": "zh"}, "en"),
        ("-C SHOP help environment --lang en", {"LANG": "zh_CN.UTF-8"}, "en"),
        ("--lang en --help", {"LANG": "zh_CN.UTF-8"}, "en"),
        ("--lang en frob", {"LANG": "zh_CN.UTF-8"}, "en"),
        ("frob", {"LANG": "zh_CN.UTF-8"}, "zh"),
    ],
)
def test_who_says_the_language(line: str, environment: dict[str, str], expected: str, shop: Path) -> None:
    told = {name: value.replace("SHOP", str(shop)) for name, value in environment.items()}
    ran = run(*(word.replace("SHOP", str(shop)) for word in line.split()), cwd=Path("/"), **told)
    assert language_of(ran.out + ran.err) == expected


@pytest.mark.parametrize("line", ["todo", "list", "show 7", "order show D-01", "help exit-codes"])
def test_english_stays_english(line: str, shop: Path) -> None:
    assert language_of(run("-C", shop, "--lang", "en", *line.split()).out) == "en"


def test_codes_are_never_translated(shop: Path) -> None:
    assert run("-C", shop, "list", "--json").out == run("-C", shop, "--lang", "en", "list", "--json").out
    assert run("-C", shop, "list", "-o", "csv").out == run("-C", shop, "--lang", "en", "list", "-o", "csv").out


# --- tables


def columns_of(line: str) -> str:
    """One letter for each column of the screen."""
    return "".join(char + "\0" * (wcwidth(char) - 1) for char in line)


@pytest.mark.parametrize(
    "line", ["todo", "list", "order list", "policy list", "policy log", "help exit-codes", "report --by reason"]
)
def test_columns_stand_under_one_another(line: str, shop: Path) -> None:
    shown = run("-C", shop, *line.split()).out
    blocks = [[columns_of(row) for row in block.splitlines()] for block in shown.split("\n\n")]
    tables = [block for block in blocks if any(is_ruler(row) for row in block)]
    assert tables
    for table in tables:
        at = next(at for at, row in enumerate(table) if is_ruler(row))
        gaps = [place for place, char in enumerate(table[at]) if char == " "]
        # A line above the headings names the table.
        rows = table[at - 1 :]
        assert len(rows) > 2
        assert [row for row in rows if any(row[gap : gap + 1].strip() for gap in gaps)] == []


def is_ruler(row: str) -> bool:
    return set(row) == {"-", " "}
