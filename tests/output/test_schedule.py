"""What stands in a crontab or a unit comes out again as the words it was made from, whoever reads it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from returnctl.output.schedule import cron_line, units

WORDS = [
    "plain", "two words", "it's", '"quoted"', "100%", "%%", "a\\b", "a\\\\b", "\\%", "%\\", "\\", "$HOME", "${HOME}",
    "`id`", "光之家 %d", "a;b&c|d>e", "#x", "~", "*", "%n", "'%'", "\\'", "$$", "@-+!:x",
]  # fmt: skip
TIMES = "*/15 * * * * "


def vixie(command: str, removes: str) -> str:
    """What cron hands to the shell, by its source: a percent sign ends the command, a backslash before it goes."""
    made, escaped = "", False
    for char in command:
        if escaped and char in removes:
            made = made[:-1]
        elif char == "%" and not escaped:
            break
        made += char
        escaped = char == "\\" and not escaped
    return made


# Debian's and ISC's; one that keeps doubled backslashes; busybox, which keeps everything.
CRONS: dict[str, Callable[[str], str]] = {
    "isc": lambda command: vixie(command, "%\\"),
    "fcron": lambda command: vixie(command, "%"),
    "busybox": lambda command: command,
}


def in_shell(command: str) -> list[str]:
    """The words that /bin/sh makes of it."""
    done = subprocess.run(["/bin/sh", "-c", f"printf '%s\\0' {command}"], capture_output=True, check=True, env={})
    return done.stdout.decode().split("\0")[:-1]


@pytest.mark.parametrize("cron", CRONS)
def test_every_cron_runs_the_words(cron: str) -> None:
    line = cron_line(WORDS)
    assert line.startswith(TIMES)
    assert in_shell(CRONS[cron](line.removeprefix(TIMES))) == WORDS


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@example(["\\%\\\\%'\"%", "%"])
@given(st.lists(st.text("a %\\'\"$`\u5149", min_size=1), min_size=1, max_size=3))
def test_whatever_they_are(words: list[str]) -> None:
    command = cron_line(words).removeprefix(TIMES)
    assert [in_shell(read(command)) for read in CRONS.values()] == [words] * len(CRONS)
    assert exec_start(words[0], *words[1:]) == words


def by_systemd(line: str) -> list[str]:
    """The words of ExecStart by systemd.service(5): quotes and escapes, specifiers, then variables but in the first."""
    words, word, quote, rest = list[str](), None, "", iter(line)
    for char in rest:
        if char == "\\":
            word = (word or "") + next(rest)
        elif char == quote or (not quote and char in "\"'"):
            quote, word = ("" if quote else char), word or ""
        elif char == " " and not quote:
            words, word = words + ([word] if word is not None else []), None
        else:
            word = (word or "") + char
    assert not quote
    words += [word] if word is not None else []
    plain = [word.replace("%%", "\0") for word in words]
    assert not [word for word in plain if "%" in word], "a specifier"
    plain = [word.replace("\0", "%") for word in plain]
    arguments = [word.replace("$$", "\0") for word in plain[1:]]
    assert not [word for word in arguments if "$" in word], "a variable"
    return [plain[0], *(word.replace("\0", "$") for word in arguments)]


def exec_start(*words: str) -> list[str]:
    service, _ = units(words, "lumi-7k3f")
    (line,) = [line for line in service.text.splitlines() if line.startswith("ExecStart=")]
    return by_systemd(line.removeprefix("ExecStart="))


def test_systemd_runs_the_words() -> None:
    assert exec_start(*WORDS) == WORDS
    assert exec_start("/opt/$x/%d/returnctl", "a") == ["/opt/$x/%d/returnctl", "a"]
