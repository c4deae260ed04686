"""Whether anything carries out what deadlines ask for, while nobody is here."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from returnctl.errors import SystemFailure
from returnctl.output.schedule import for_cron, for_systemd
from returnctl.shop.health import Finding
from returnctl.shop.reading import read
from returnctl.storage.files import Folder
from returnctl.storage.glance import last_by

_SWEEP = re.compile(r"returnctl\b.*\bsweep\b")
# Of the journal: enough to tell what happened of late, and read at once.
_TAIL = 1 << 20
_SECONDS = 5
_TABLES = ("/etc/crontab", "/etc/cron.d/*")
_UNITS = ("~/.config/systemd/user/*.timer", "/etc/systemd/system/*.timer")
_AGENTS = ("~/Library/LaunchAgents/*.plist",)


class Schedule(NamedTuple):
    """Where something is started by the clock, and each such job as one line."""

    place: str
    lines: tuple[str, ...]


def sweeps(root: Path, data: Folder) -> Iterator[Finding]:
    place = sweeping(schedules(), root)
    facts = {"last": last_by(data, "sweep", _TAIL)}
    if place:
        yield Finding("sweep", "swept", "ok", {"place": place} | facts)
    else:
        yield Finding("sweep", "no_sweep", "note", facts)


def sweeping(found: Iterable[Schedule], root: Path) -> str | None:
    """The place that sweeps this shop: by a path in the line, or by the variable above it."""
    named = _naming(root)
    for place, lines in found:
        told = [line for line in lines if not line.lstrip().startswith("#")]
        by_variable = any("RETURNCTL_SHOP" in line and named.search(line) for line in told)
        if any(_SWEEP.search(line) and (by_variable or named.search(line)) for line in told):
            return place
    return None


def _naming(root: Path) -> re.Pattern[str]:
    """The shop's folder as people write it, in full or from their home on."""
    home, paths = _home(), {root.absolute(), Path(os.path.realpath(root))}
    below = {path.relative_to(home) for path in paths if path.is_relative_to(home)}
    forms = {*map(str, paths), *(f"{start}/{rest}" for rest in below for start in ("~", "$HOME", "${HOME}", "%h"))}
    forms |= {form.replace(" ", r"\ ") for form in forms} | {shlex.quote(str(path)) for path in paths}
    forms |= {form.replace("%", r"\%") for form in forms}
    forms |= {write(str(path)) for path in paths for write in (for_cron, for_systemd)}
    return re.compile(f"(?<![^\\s'\"=:>])({'|'.join(map(re.escape, sorted(forms)))})/?(?![^\\s'\";&|<)])")


def schedules() -> Iterator[Schedule]:
    yield Schedule("crontab", tuple(_crontab().splitlines()))
    for path in _files(*_TABLES):
        yield Schedule(str(path), tuple(_text(path).splitlines()))
    for path in _files(*_UNITS):
        yield Schedule(path.name, (" ".join(_text(path.with_suffix(".service")).split()),))
    for path in _files(*_AGENTS):
        yield Schedule(path.name, (" ".join(re.sub(r"<[^>]*>", " ", _text(path)).split()),))


def _files(*patterns: str) -> Iterator[Path]:
    """By patterns from the root on, or from the user's home."""
    for pattern in patterns:
        start = _home() if pattern.startswith("~/") else Path("/")
        yield from sorted(start.glob(pattern.removeprefix("~").removeprefix("/")))


def _home() -> Path:
    """Somewhere without files where the system knows none."""
    try:
        return Path.home()
    except RuntimeError:
        return Path(os.devnull)


def _text(path: Path) -> str:
    try:
        return read(path).decode("utf-8", "replace")
    except SystemFailure:
        return ""


def _crontab() -> str:
    import subprocess

    told: dict[str, Any] = {"capture_output": True, "text": True, "errors": "replace", "stdin": subprocess.DEVNULL}
    try:
        return str(subprocess.run(["crontab", "-l"], check=False, timeout=_SECONDS, **told).stdout)
    except (OSError, subprocess.SubprocessError):
        return ""
