"""What `doctor` found, for people: a line each, and below what is wrong what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from returnctl.output.causes import cause
from returnctl.output.clean import clean
from returnctl.output.failures import told, unsafe
from returnctl.output.forms import when
from returnctl.output.problems import problem_text
from returnctl.output.rows import aligned
from returnctl.output.words import mark, say

Finding = Mapping[str, Any]

SEVERITIES = {
    "ok": mark("ok"),
    "note": mark("notice"),
    "warning": mark("warning"),
    "problem": mark("problem"),
}
CHECKS = {
    "versions": mark("versions"),
    "terminal": mark("terminal"),
    "shop": mark("shop"),
    "settings": mark("settings"),
    "policies": mark("policies"),
    "time zone": mark("time zone"),
    "owner": mark("owner"),
    "permissions": mark("permissions"),
    "git": "git",
    "file system": mark("file system"),
    "space": mark("space"),
    "hooks": mark("hooks"),
    "data": mark("data"),
    "lock": mark("lock"),
    "journal": mark("journal"),
    "clock": mark("clock"),
    "seals": mark("seals"),
    "sweep": mark("sweep"),
}
_INSTALL = "pip install --upgrade returnctl"
_LOCAL = mark("move the shop to a disk of this machine, and let the others come here over ssh")
_REPAIR = "returnctl fsck --repair"

# By code: what it is. A code that is not here is that of a failure, which has its own sentences.
WHAT: dict[str, str] = {
    "versions": "{versions}",
    "no_package": mark("not installed: {names}"),
    "terminal": mark("{language}, in {encoding}"),
    "not_utf8": mark("written in {encoding}, which lacks most characters"),
    "clock_told": mark("RETURNCTL_NOW says {now}: every command decides by that"),
    "no_shop": mark("there is none here"),
    "settings": mark("market {market}, {currency}"),
    "policies": mark("{count} files, no problems"),
    "bad_policies": mark("cannot be used: {files}"),
    "no_policies": mark("none under policies/: no return can be applied for"),
    "unknown_policy": mark("the settings name '{name}', and there is none of that name; there are: {names}"),
    "time_zone": mark("{timezone}, as on this machine"),
    "other_zone": mark("{timezone} in the shop, {machine} on this machine"),
    "owner": mark("you"),
    "permissions": mark("as the settings say"),
    "writable": mark("{path}: {why}, and with it what happens to your money"),
    "open": mark("others may read or write: {paths}"),
    "closed": mark("the group that shares the shop may not: {paths}"),
    "strangers": mark("another user owns: {paths}"),
    "git": mark("data/ stays out of it"),
    "tracked": mark("{count} files of data/ are in git, buyers' data with them"),
    "not_ignored": mark("data/ is not ignored: the next 'git add' takes it in"),
    "file_system": "{type}",
    "network": mark("data/ is on {type}, shared by machines: locks cannot be trusted there"),
    "volatile": mark("data/ is on {type}: it is gone when the machine restarts"),
    "no_modes": mark("data/ is on {type}, which keeps no permissions: others may read it"),
    "sync_tool": mark("data/ is in a folder of {tool}, which writes to it and copies it elsewhere"),
    "space": mark("{mib} MiB free"),
    "low_space": mark("only {mib} MiB are left"),
    "low_files": mark("only {files} more files can be made"),
    "read_only": mark("the disk can only be read: nothing can be changed"),
    "hook": mark("{path} is there and would be run"),
    "not_executable": mark("{path} is there and cannot be run"),
    "hook_missed": mark("no {path}, and {waiting} tasks wait for it or for your hand"),
    "hook_missed_often": mark("no {path}, and more than {waiting} tasks wait for it or for your hand"),
    "no_hooks": mark("none; what is owed is done by hand"),
    "lock": mark("free, and it keeps others out"),
    "no_locks": mark("two can hold it at once: nothing keeps two commands apart"),
    "locked": mark("held by {holder} since {since}"),
    "locked_long": mark("held by {holder} since {since}"),
    "unsure": mark("a change may or may not have reached the disk; no other is taken until that is looked at"),
    "unfinished_change": mark("the last command was stopped in the middle"),
    "torn_lines": mark("lines that were cut off once are kept aside: {paths}"),
    "commits": mark("commits: {sequence}, the last at {last}"),
    "no_commits": mark("no commits yet"),
    "clock": "{now}",
    "clock_back": mark("it is {now}, and the last commit was made at {last}: the clock goes back"),
    "seal": mark("days since it was sealed: {days}, commits since: {commits}"),
    "no_seal": mark("none: an older copy of data/ in its place would not be noticed"),
    "older_than_seal": mark("commit {sealed} was sealed, and the journal ends at {sequence}"),
    "swept": mark("by {place}; the last that changed anything: {last}"),
    "no_sweep": mark("no job that sweeps this shop was found; the last that changed anything: {last}"),
}
# What to do about it.
CURES: dict[str, str] = {
    "no_package": _INSTALL,
    "not_utf8": mark("export LANG=C.UTF-8, or another locale in UTF-8"),
    "clock_told": mark("unset RETURNCTL_NOW, unless it is meant"),
    "no_shop": "returnctl init",
    "bad_policies": "returnctl policy validate",
    "no_policies": mark("bring them back from git, or copy them from a shop that 'returnctl init DIR' makes"),
    "unknown_policy": mark("write 'policy: NAME' into returnctl.yaml"),
    "other_zone": mark("nothing needs to be done; cron goes by the machine's time"),
    "writable": "chmod go-w {path}",
    "open": _REPAIR,
    "closed": _REPAIR,
    "strangers": mark("give it to the owner of data/"),
    "tracked": mark("git rm -r -q --cached data, commit, and remove them from the history before it is pushed"),
    "not_ignored": "echo data/ >> .gitignore",
    "network": _LOCAL,
    "volatile": mark("move the shop to a disk"),
    "no_modes": mark("move the shop to a disk with a file system of this system"),
    "sync_tool": mark("move the shop out of that folder; returnctl backup makes copies"),
    "low_space": mark("make room, or move the shop to a larger disk"),
    "low_files": mark("make room, or move the shop to a larger disk"),
    "read_only": mark("mount it for writing"),
    "not_executable": "chmod u+x {path}",
    "hook_missed": "returnctl todo",
    "hook_missed_often": "returnctl todo",
    "no_locks": _LOCAL,
    "locked": mark("nothing needs to be done; other commands wait"),
    "locked_long": mark("no command works as long as that: see whether it hangs, and end it"),
    "unsure": "returnctl fsck",
    "unfinished_change": mark("type any command, such as returnctl todo: it finishes or drops what was left"),
    "torn_lines": mark("nothing needs to be done"),
    "clock_back": mark("set the machine's clock"),
    "no_seal": mark("returnctl seal, then commit and push seals/"),
    "older_than_seal": "returnctl fsck",
    "no_sweep": "returnctl cron",
}


def lines(findings: Sequence[Finding]) -> Iterator[str]:
    """Aligned; what is wrong is followed by what to type, and settings by their faults."""
    zone = next((str(x["facts"]["timezone"]) for x in findings if "timezone" in x["facts"]), "UTC")
    texts = [_text(finding, zone) for finding in findings]
    cells = [[_severity(x), say(CHECKS[x["check"]]), what] for x, (what, _) in zip(findings, texts, strict=True)]
    for line, finding, (_, cure) in zip(aligned(cells).splitlines(), findings, texts, strict=True):
        yield line.rstrip()
        for problem in finding["facts"].get("problems", ()):
            yield from (f"  {each}" for each in problem_text(problem).splitlines())
        if cure:
            yield f"  {cure}"


def _severity(finding: Finding) -> str:
    return say(SEVERITIES[finding["severity"]])


def _text(finding: Finding, zone: str) -> tuple[str, str]:
    """What it is, in one line, and what to do."""
    code, facts = finding["code"], finding["facts"]
    if code == "unsafe_hook":
        return unsafe(facts), told(code, facts).hint
    if code not in WHAT:
        return told(code, facts)
    shown = {name: _shown(name, value, zone) for name, value in facts.items()}
    return clean(say(WHAT[code]).format_map(shown)), clean(say(CURES.get(code, "")).format_map(shown))


def _shown(name: str, value: object, zone: str) -> str:
    if value is None:
        return say("not known")
    if isinstance(value, datetime):
        return when(value, zone)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {each}" for key, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return cause(str(value)) if name == "why" else str(value)
