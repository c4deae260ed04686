"""What has the sweep run by the clock: a line of a crontab, or two units of systemd.

Language and time zone stand in the shop's settings, so nothing is needed in the environment.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import NamedTuple

from returnctl.output.words import mark, say

SWEEP = ("sweep", "--if-locked", "wait")
FOLDER = "~/.config/systemd/user"
_EXPLAINED = mark("{shop}: carry out what passed deadlines ask for")


class Unit(NamedTuple):
    """A file of systemd; `text` is what stands in it."""

    name: str
    text: str

    @property
    def path(self) -> str:
        return f"{FOLDER}/{self.name}"


def comment(shop: str) -> str:
    return f"# {say(_EXPLAINED, shop=shop)}"


def cron_line(words: Sequence[str]) -> str:
    return f"*/15 * * * * {' '.join(map(for_cron, words))}"


def for_cron(word: str) -> str:
    r"""A word for /bin/sh, whatever the cron at hand makes of it before.

    All but a few take `\%` for `%`, some take `\\` for `\`, others take neither. So a percent sign stands outside of
    quotes, where the shell takes `\%` for `%` as well, and no backslash of the word stands before either of them.
    """
    return r"\%".join(shlex.quote(part).replace("\\", "\\''") if part else "" for part in word.split("%"))


def units(words: Sequence[str], shop_id: str) -> tuple[Unit, Unit]:
    """The service and the timer that starts it, also after the machine was off."""
    name = f"returnctl-sweep-{shop_id}"
    about = f"[Unit]\nDescription=returnctl: {say(_EXPLAINED, shop=shop_id)}\n"
    command = " ".join(for_systemd(word, is_program=at == 0) for at, word in enumerate(words))
    service = f"{about}\n[Service]\nType=oneshot\nExecStart={command}\n"
    times = "[Timer]\nOnCalendar=*:0/15\nRandomizedDelaySec=60\nPersistent=true\n"
    timer = f"{about}\n{times}\n[Install]\nWantedBy=timers.target\n"
    return Unit(f"{name}.service", service), Unit(f"{name}.timer", timer)


def for_systemd(word: str, *, is_program: bool = False) -> str:
    """The path of the program is no place for variables, so there a dollar sign stands for itself."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    escaped = escaped if is_program else escaped.replace("$", "$$")
    return word if shlex.quote(word) == escaped else f'"{escaped}"'


def enabling(shop_id: str) -> tuple[str, ...]:
    """The commands to type once both units are saved; the last has it run while nobody is logged in."""
    timer = f"returnctl-sweep-{shop_id}.timer"
    return "systemctl --user daemon-reload", f"systemctl --user enable --now {timer}", "loginctl enable-linger"


def saved(units: Sequence[Unit], shop_id: str) -> str:
    """Both units, each under the path to save it to, then how to start them."""
    parts = [f"# {say('save as {path}', path=unit.path)}\n{unit.text}" for unit in units]
    steps = "".join(f"#   {command}\n" for command in enabling(shop_id))
    return "\n".join([*parts, f"# {say('then type:')}\n{steps}"])
