"""A shop to look around in, built by the very commands that a seller types, each shown."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from returnctl.cli.answer import put
from returnctl.cli.group import Command
from returnctl.cli.options import Wanted, pass_wanted, writes
from returnctl.cli.shops import made_json
from returnctl.errors import Failure, ShopExists
from returnctl.output.clean import clean
from returnctl.output.words import say

# A hook that never gives an answer, so that one payment stays unknown until somebody tells.
_SILENT_BANK = "#!/bin/sh\nexit 75\n"
_ORDER = """\
{{"id": "D-{n:02}", "market": "US", "currency": "USD", "buyer": {{"id": "u_{n}", "name": "{name}"}}, \
"ordered_at": "2026-11-01T17:20:00Z", "shipped_at": "2026-11-02T09:00:00Z", \
"delivered_at": "2026-11-05T22:10:00Z", "lines": [{{"line": "1", "sku": "LUMI-LAMP-1", "title": "Desk lamp", \
"quantity": 3, "net": "81.00", "tax": "6.75"}}, {{"line": "2", "sku": "LUMI-BULB-4", "title": "LED bulb", \
"quantity": 1, "net": "12.50", "tax": "1.03"}}], "shipping": {{"net": "5.00", "tax": "0.40"}}}}
"""
_NAMES = (
    "Ana Diaz", "Ben Cho", "Chloé Roy", "Dao Linh", "Eva Stone", "Femi Ade", "Gao Yi", "Hana Sato", "Ivo Kral",
    "Jun Park", "Kim Lee", "Lea Wolf", "Mia Rossi", "Noor Ali",
)  # fmt: skip
_LAMP = "--item 1=1 --reason damaged"

# When (in November 2026, in the shop's zone) and what: one return for each state of the table.
_STORY: tuple[tuple[str, str], ...] = (
    ("06T09:00", f"apply D-01 {_LAMP} --note 'the shade is cracked'"),
    ("06T09:05", f"apply D-02 {_LAMP}"),
    ("06T09:10", f"apply D-03 {_LAMP}"),
    ("06T09:15", f"apply D-04 {_LAMP}"),
    ("06T09:20", f"apply D-05 {_LAMP}"),
    ("06T09:25", "apply D-06 --item 2 --reason lost_in_transit --type refund_only"),
    ("06T09:30", f"apply D-07 {_LAMP}"),
    ("06T09:35", f"apply D-08 {_LAMP} --type replacement"),
    ("06T09:40", "apply D-09 --item 1=1 --reason lost_in_transit --type replacement"),
    ("06T09:45", "apply D-10 --item 1=1 --reason no_longer_needed"),
    ("06T09:50", f"apply D-11 {_LAMP}"),
    ("06T09:55", f"apply D-12 {_LAMP}"),
    ("06T10:00", "apply D-13 --item 1 --reason no_longer_needed"),
    ("06T10:05", "apply D-14 --item 1=1 --reason wrong_size"),
    ("06T11:00", "approve 2 3 4 5 6 7 9 13 14"),
    ("06T11:05", "approve 8 --returnless --note 'a new lamp follows'"),
    ("06T11:10", "reject 10 --reason not_eligible"),
    ("06T11:15", "reject 11 --reason insufficient_evidence"),
    ("06T12:00", "cancel 12"),
    ("06T12:30", "escalate 11 --claim damage_liability --amount 29.25 --note 'it arrived broken'"),
    ("08T10:00", "ship 3 --carrier UPS --tracking 1Z001"),
    ("08T10:05", "ship 4 --carrier UPS --tracking 1Z002"),
    ("08T10:10", "ship 5 --carrier UPS --tracking 1Z003"),
    ("08T10:15", "ship 7 --carrier UPS --tracking 1Z004"),
    ("11T15:05", "receive 5 --pass"),
    ("11T15:10", "receive 7 --pass"),
    ("12T09:00", "replace 8 --carrier UPS --tracking 1Z101"),
    ("12T10:00", "refund 7 --reference BANK-0007"),
    ("12T10:05", "refund 6"),
    ("12T10:10", "done 7"),
    ("08T10:20", "ship 14 --tracking 1Z005"),
    ("20T15:00", "receive 4"),
    ("20T09:00", "reject 14 --reason never_came_back"),
    ("21T09:00", "sweep"),
    ("21T09:05", "apply D-01 --item 2 --reason no_longer_needed"),
)  # fmt: skip


@click.command(cls=Command)
@click.argument("folder", metavar="[DIR]", default="returnctl-demo")
@writes("table", "json")
@pass_wanted
def demo(wanted: Wanted, /, folder: str) -> None:
    wanted.quiet = wanted.quiet or wanted.format == "json"
    root = Path(folder)
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise ShopExists(path=folder)
    _play(wanted, root, f"init {shlex.quote(folder)} --name 'Lumi Home' --timezone America/Los_Angeles")
    _furnish(root)
    _play(wanted, root, f"import {shlex.quote(str(root / 'orders.jsonl'))}", "2026-11-06T08:00")
    for when, command in _STORY:
        _play(wanted, root, command, f"2026-11-{when}")
    if wanted.format == "json":
        put(made_json("demo", folder))
    if not wanted.quiet:
        steps = [f"cd {clean(shlex.quote(folder))}", "returnctl todo", "returnctl show 1"]
        put(["\n" + say("Look around:") + "\n", *(f"  {step}\n" for step in steps)])


def _furnish(root: Path) -> None:
    orders = "".join(_ORDER.format(n=n, name=name) for n, name in enumerate(_NAMES, 1))
    (root / "orders.jsonl").write_text(orders, "utf-8")
    (root / "hooks").mkdir()
    hook = root / "hooks" / "refund"
    hook.write_text(_SILENT_BANK, "utf-8")
    hook.chmod(0o755)


def _play(wanted: Wanted, root: Path, command: str, now: str | None = None) -> None:
    """Run a command as if it were typed; a refusal is part of the story and told."""
    from returnctl.cli.answer import tell
    from returnctl.cli.main import program

    words = shlex.split(command)
    if not wanted.quiet:
        put([f"$ returnctl {clean(command)}\n"])
    shared = [] if words[0] == "init" else ["-C", str(root), "--now", now or ""]
    try:
        program.main([*shared, *(["-q"] if wanted.quiet else []), *words], "returnctl", standalone_mode=False)
    except click.exceptions.Exit:
        return
    except Failure as failure:
        tell(failure, as_json=False)
