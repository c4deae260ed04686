"""`policy new-version`: a policy file copied to its next version, for its owner to change."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from returnctl.domain.calendar import local_day
from returnctl.domain.policy import PolicySource
from returnctl.errors import BadValue, InvalidPolicy, NoShop, NotFound, PolicyExists, SystemFailure
from returnctl.readers.policies import read_policy
from returnctl.readers.policy_edit import with_version
from returnctl.shop.intake import read_file
from returnctl.shop.policies import first_day
from returnctl.shop.shop import Shop
from returnctl.storage.files import write_new

_NUMBERED = re.compile(r"-v[0-9]+$")


class Version(NamedTuple):
    """A file, what it says, and the versions of its name that there are."""

    path: Path
    policy: PolicySource
    versions: tuple[PolicySource, ...]


class Copied(NamedTuple):
    path: str
    name: str
    version: int
    first: date


def latest(word: str | None, find_shop: Callable[[], Shop]) -> Version:
    """The file that is named, or of a policy's name (by default the only one, or the settings') its last version.

    Raises NotFound, InvalidPolicy, BadFile, NoShop.
    """
    if word and ("/" in word or word.endswith((".yaml", ".yml"))):
        return _of_file(Path(word), find_shop)
    shop = find_shop()
    found, broken = _sound(shop.root / "policies")
    names = {policy.name for policy in found.values()}
    name = word or (shop.settings.policy if shop.settings.policy in names else None)
    fitting = {path: policy for path, policy in found.items() if name in (None, policy.name)}
    if not fitting or (name is None and len(names) > 1):
        if broken:
            raise broken[0]
        raise NotFound(
            kind="policy" if found else "any_policy", id=word or shop.settings.policy or "", near=sorted(names)
        )
    path = max(fitting, key=lambda each: fitting[each].version)
    return Version(path, fitting[path], (*fitting.values(), *_pinned(shop, fitting[path].name)))


def _of_file(path: Path, find_shop: Callable[[], Shop]) -> Version:
    policy = read_policy(read_file(str(path)), path.name)
    siblings = [each for each in _sound(path.parent)[0].values() if each.name == policy.name]
    try:
        shop = find_shop()
    except NoShop:
        return Version(path, policy, (policy, *siblings))
    known = _pinned(shop, policy.name) if path.absolute().parent == (shop.root / "policies").absolute() else []
    return Version(path, policy, (policy, *siblings, *known))


def _sound(folder: Path) -> tuple[dict[Path, PolicySource], list[InvalidPolicy]]:
    found, broken = dict[Path, PolicySource](), list[InvalidPolicy]()
    for path in sorted(each for each in folder.glob("*.yaml") if each.is_file()):
        try:
            found[path] = read_policy(read_file(str(path)), path.name)
        except InvalidPolicy as problem:
            broken.append(problem)
    return found, broken


def _pinned(shop: Shop, name: str) -> list[PolicySource]:
    """Their numbers are taken, also where their files are gone."""
    with shop.store.reading() as snapshot:
        return [each for each in snapshot.all_pinned() if each.name == name]


def copy(base: Version, first: date | None, now: datetime) -> Copied:
    """Write the next version beside it. Raises BadValue, BadFile, PolicyExists, SystemFailure."""
    begun = max(map(first_day, base.versions))
    if first and first <= begun:
        raise BadValue(what="--from", value=first.isoformat(), wanted="later_day", example=begun.isoformat())
    tomorrow = local_day(now, base.policy.body["timezone"]) + timedelta(days=1)
    first = first or (tomorrow if begun < tomorrow else begun + timedelta(days=1))
    version = max(each.version for each in base.versions) + 1
    path = base.path.with_name(f"{_NUMBERED.sub('', base.path.stem)}-v{version}.yaml")
    content = with_version(read_file(str(base.path)), base.path.name, version, first)
    try:
        write_new(path, content)
    except FileExistsError:
        raise PolicyExists(path=str(path)) from None
    except OSError as error:
        raise SystemFailure(path=str(path), why=error.strerror or str(error)) from None
    here = Path.cwd()
    return Copied(str(path.relative_to(here) if path.is_relative_to(here) else path), base.policy.name, version, first)
