"""Looking after what stands around the data."""

from __future__ import annotations

import os
import sys
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, get_args

import click

from returnctl.cli.answer import put
from returnctl.cli.group import Command
from returnctl.cli.options import Wanted, machine_zone, pass_wanted, writes
from returnctl.errors import Exit, NoShop
from returnctl.output.words import chosen

if TYPE_CHECKING:
    from returnctl.shop.health import Finding


@click.command(cls=Command)
@writes("table", "json")
@pass_wanted
def doctor(wanted: Wanted) -> int:
    from returnctl.shop.doctor import of_machine

    found = [*of_machine(sys.stdout.encoding, chosen()), *_of_shop(wanted)]
    _told(wanted, found)
    return int(Exit.FAILED if any(finding.is_trouble for finding in found) else Exit.DONE)


def _of_shop(wanted: Wanted) -> list[Finding]:
    """A shop that was named must be there; elsewhere there is none to look at, and that is no trouble."""
    from returnctl.shop.doctor import of_shop
    from returnctl.shop.health import Finding
    from returnctl.shop.shop import find_root

    try:
        root = find_root(wanted.shop)
    except NoShop as failure:
        if wanted.shop is not None or os.environ.get("RETURNCTL_SHOP"):
            raise
        return [Finding("shop", failure.code, "note", failure.facts)]
    return of_shop(root, lambda zone: _clock(wanted, zone))


def _clock(wanted: Wanted, zone: str | None) -> datetime:
    from zoneinfo import ZoneInfo

    return wanted.read_clock(lambda: ZoneInfo(zone) if zone else machine_zone())


def _told(wanted: Wanted, found: list[Finding]) -> None:
    from returnctl.shop.health import Severity

    if wanted.format == "json":
        from msgspec import json

        counted = Counter(finding.severity for finding in found)
        counts = {severity: counted[severity] for severity in get_args(Severity)}
        put([json.encode({"returnctl": "doctor/v1", "findings": found, "counts": counts}).decode() + "\n"])
        return
    from msgspec.structs import asdict

    from returnctl.output.doctor import lines

    shown = [finding for finding in found if finding.is_trouble or not wanted.quiet]
    put(f"{line}\n" for line in lines([asdict(finding) for finding in shown]))
