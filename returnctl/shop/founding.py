"""Founding a shop: settings, a starter policy, what git shall not keep, and its data."""

from __future__ import annotations

import re
from pathlib import Path
from zoneinfo import available_timezones

from returnctl.domain.markets import CURRENCIES, MARKETS
from returnctl.errors import BadValue, ShopExists, SystemFailure
from returnctl.output.words import chosen
from returnctl.readers.settings import read_settings
from returnctl.readers.shipped import folder as shipped
from returnctl.shop.reading import read
from returnctl.shop.shop import SETTINGS
from returnctl.storage.digests import hexdigest
from returnctl.storage.store import Store

_IGNORED = b"data/\n"
_MARKET = "US"
_SETTINGS = """\
# yaml-language-server: $schema=schemas/settings.schema.json
returnctl: settings/v1
shop: {name}
shop_id: {shop_id}               # part of payment keys: never change it
market: {market}
currency: {currency}
timezone: {timezone}
language: {language}
policy: standard                 # the default among several that fit
"""
_NAME = re.compile(r"[\w .&'-]{1,60}")


def found(root: Path, *, name: str | None, market: str | None, currency: str | None, timezone: str | None) -> None:
    """Make a shop in a folder that holds none. Raises ShopExists, BadValue, InvalidSettings, SystemFailure."""
    for taken in (SETTINGS, "policies", "data", "schemas"):
        if (root / taken).exists():
            raise ShopExists(path=str(root / taken))
    place = market or _MARKET
    if place not in MARKETS:
        raise BadValue(what="--market", value=place, wanted="one_of", choices=", ".join(sorted(MARKETS)))
    zone = timezone or _zone_of(MARKETS[place].country)
    if currency is not None and currency not in CURRENCIES:
        raise BadValue(what="--currency", value=currency, wanted="one_of", choices=", ".join(CURRENCIES))
    if timezone is not None and timezone not in available_timezones():
        raise BadValue(what="--timezone", value=timezone, wanted="zone")
    settings = _settings(root, name, place, currency or MARKETS[place].currency, zone)
    read_settings(settings.encode(), SETTINGS)
    try:
        starter = _starter(market)
        _write(root, settings, _policy(starter, place, zone), _cases(starter))
    except OSError as error:
        raise SystemFailure(path=str(error.filename or root), why=error.strerror or str(error)) from None


def _settings(root: Path, name: str | None, market: str, currency: str, zone: str) -> str:
    called = name or root.absolute().name
    if not _NAME.fullmatch(called):
        if name is not None:
            raise BadValue(what="--name", value=name, wanted="name")
        called = "shop"
    return _SETTINGS.format(
        name=f'"{called}"',
        shop_id=_shop_id(called),
        market=market,
        currency=currency,
        timezone=zone,
        language=chosen(),
    )


def _zone_of(country: str) -> str:
    """The zone that the time zone database names first for a country."""
    from importlib.resources import files

    table = files("tzdata").joinpath("zoneinfo/zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return next((row[2] for row in rows if row[0] == country), "UTC")


def _shop_id(name: str) -> str:
    """Readable, and never the same twice: payment keys of two shops must differ."""
    import secrets

    stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:20] or "shop"
    return f"{stem}-{hexdigest(secrets.token_bytes(16))[:6]}"


def _starter(market: str | None) -> Path:
    """The policy made for the market that was named; else the one for most goods."""
    folder = shipped("policies")
    own = folder / f"tiktok-{(market or '').lower()}.yaml"
    return own if own.is_file() else folder / "standard.yaml"


def _policy(starter: Path, market: str, zone: str) -> str:
    """For this market and its zone."""
    text = read(starter).decode()
    text = re.sub(r"(?m)^markets: .*$", f"markets: [{market}]", text)
    return re.sub(r"(?m)^timezone: \S+", f"timezone: {zone}", text)


def _cases(starter: Path) -> str:
    """Of the shop's own copy, which has another name."""
    text = read(starter.parent / "tests" / starter.name).decode()
    return re.sub(r"(?m)^policy: .*$", "policy: standard", text).replace(starter.name, "standard.yaml")


def _write(root: Path, settings: str, policy: str, cases: str) -> None:
    """The settings come last: a folder without them is no shop."""
    (root / "policies" / "tests").mkdir(parents=True)
    (root / "schemas").mkdir()
    for schema in ("policy.schema.json", "policy-test.schema.json", "settings.schema.json"):
        (root / "schemas" / schema).write_bytes(read(shipped("schemas") / schema))
    (root / "policies" / "standard.yaml").write_text(policy, "utf-8")
    (root / "policies" / "tests" / "standard.yaml").write_text(cases, "utf-8")
    _ignore(root / ".gitignore")
    Store.create(root)
    (root / SETTINGS).write_text(settings, "utf-8")


def _ignore(path: Path) -> None:
    """Buyers' data never goes into git, also where the folder has an ignore file already."""
    before = path.read_bytes() if path.exists() else b""
    if _IGNORED not in before.splitlines(keepends=True):
        path.write_bytes(before + (b"\n" if before and not before.endswith(b"\n") else b"") + _IGNORED)
