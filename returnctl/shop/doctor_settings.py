"""What the shop says: settings, policies, and the time zone that it lives in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from returnctl.domain.settings import Settings
from returnctl.errors import Failure
from returnctl.shop.health import Finding, failed
from returnctl.shop.policies import files
from returnctl.shop.reading import read
from returnctl.shop.shop import Shop

_HALF_A_YEAR = timedelta(days=182)


def settings(told: Settings | Failure) -> Iterator[Finding]:
    if isinstance(told, Failure):
        yield failed("settings", told)
        return
    facts = {"market": told.market, "currency": told.currency, "private": told.private}
    yield Finding("settings", "settings", "ok", facts)


def policies(shop: Shop, default: str | None) -> Iterator[Finding]:
    """Each file as `policy validate` reads it; `default` is the one that the settings name."""
    from returnctl.readers.policies import check_policy

    paths = files(shop)
    checked = {path.name: check_policy(read(path), path.name)[0] for path in paths}
    broken = [name for name, policy in checked.items() if policy is None]
    names = {policy.name for policy in checked.values() if policy}
    if broken:
        yield Finding("policies", "bad_policies", "problem", {"files": broken})
    if not paths:
        yield Finding("policies", "no_policies", "problem")
    elif default and not broken and default not in names:
        yield Finding("policies", "unknown_policy", "warning", {"name": default, "names": sorted(names)})
    elif not broken:
        yield Finding("policies", "policies", "ok", {"count": len(paths)})


def time_zone(zone: str, now: datetime) -> Iterator[Finding]:
    """Times are shown in the shop's zone; cron and everybody else here go by the machine's."""
    facts = {"timezone": zone, "machine": f"{now.astimezone():%Z}"}
    ours = ZoneInfo(zone)
    differs = any(at.astimezone().utcoffset() != at.astimezone(ours).utcoffset() for at in (now, now + _HALF_A_YEAR))
    code = "other_zone" if differs else "time_zone"
    yield Finding("time zone", code, "note" if differs else "ok", facts)


def read_settings(told: bytes) -> Settings | Failure:
    """Read anew, whatever was remembered."""
    from returnctl.readers import settings
    from returnctl.shop.shop import SETTINGS

    try:
        return settings.read_settings(told, SETTINGS)
    except Failure as failure:
        return failure
