"""What a schema cannot say of a policy. Each check gets a body of which all that is left fits the schema."""

from __future__ import annotations

import string
import zoneinfo
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, product
from typing import Any, NamedTuple

from returnctl.domain.defaults import DEFAULTS
from returnctl.domain.markets import MARKETS
from returnctl.readers import policy_amounts, policy_overrides
from returnctl.readers.floors import unknown_floors
from returnctl.readers.places import Problem, Source, joined, top
from returnctl.readers.schema import suggestion

Body = dict[str, Any]
Check = Callable[[Body, Source], Iterable[Problem]]

PLACEHOLDERS = (
    "ship_by", "return_address", "order", "return", "amount", "reason", "tracking", "window_ends", "until",
)  # fmt: skip


def beyond_schema(body: Body, source: Source, told: set[str]) -> Iterator[Problem]:
    """`told` are the paths of problems so far. What they touch is left out, and so is each check that needs it."""
    broken = {top(path) for path in told}
    sound = {key: value for key, value in body.items() if key not in broken}
    if isinstance(body.get("overrides"), list) and "overrides" not in told:
        sound["overrides"] = _sound_overrides(body["overrides"], told)
    for check, needs in _CHECKS:
        if broken.isdisjoint({"", *needs}):
            yield from check(sound, source)


def _sound_overrides(overrides: list[Body], told: set[str]) -> list[Body]:
    """In the place of one with a problem stands one that neither asks nor sets; no file can give its name."""
    broken = {path.split("/")[1] for path in told if path.startswith("overrides/")}
    return [
        {"name": f"overrides/{at}", "when": {}, "set": {}} if str(at) in broken else override
        for at, override in enumerate(overrides)
    ]


class _Part(NamedTuple):
    """The file itself, or what one of its overrides sets."""

    path: str
    body: Body

    def at(self, path: str) -> str:
        return joined(self.path, path) if self.path else path


def _parts(body: Body) -> Iterator[_Part]:
    yield _Part("", body)
    for at, override in enumerate(body.get("overrides", [])):
        yield _Part(f"overrides/{at}/set", override["set"])


def _overrides(body: Body) -> Iterator[_Part]:
    for at, override in enumerate(body.get("overrides", [])):
        yield _Part(f"overrides/{at}", override)


def _zones(body: Body, source: Source) -> Iterator[Problem]:
    given = [part for part in _parts(body) if "timezone" in part.body]
    known = zoneinfo.available_timezones() if given else set[str]()
    for part in given:
        if (zone := part.body["timezone"]) not in known:
            near = suggestion(zone, sorted(known)).get("near")
            yield source.at_value(part.at("timezone"), "unknown_zone", value=zone, near=near)


def _countries(body: Body, source: Source) -> Iterator[Problem]:
    for part in _parts(body):
        country = part.body.get("holidays", "US")
        if country not in MARKETS and country not in _countries_with_holidays():
            near = suggestion(country, MARKETS).get("near")
            yield source.at_value(part.at("holidays"), "unknown_country", value=country, near=near)


def _countries_with_holidays() -> Iterable[str]:
    """Asked only for a country that is no market: the library is slow to load, and knows those of all markets."""
    import holidays

    return holidays.list_supported_countries(include_aliases=False)


def _grades(body: Body, source: Source) -> Iterator[Problem]:
    """`pass` and `fail` name grades; the default ones are gone where a file gives its own."""
    parts = [(part, part.body.get("inspection", {})) for part in _parts(body)]
    base = body.get("inspection", {}).get("grades", DEFAULTS["inspection"]["grades"])
    for part, inspection in parts:
        known = [*base, *inspection.get("grades", {})] if part.path else list(base)
        for key in ("pass", "fail"):
            named = inspection.get(key) or (not part.path and DEFAULTS["inspection"][key])
            if named and named not in known:
                tell = source.at_value if key in inspection else source.at_key
                facts = {"key": key, "value": named, **suggestion(named, known)}
                yield tell(part.at(f"inspection/{key}"), "unknown_grade", **facts)


def _new_entries(body: Body, source: Source) -> Iterator[Problem]:
    """An override may add a reason or a grade, but then whole: merged with nothing it must stand."""
    for keys, needed in ((("reasons", "catalogue"), "fault"), (("inspection", "grades"), "pays")):
        base = _inside(body, keys) or _inside(DEFAULTS, keys)
        for part in _parts(body):
            for code, entry in _inside(part.body, keys).items():
                if code not in base and needed not in entry:
                    yield source.at_key(part.at("/".join((*keys, code, needed))), "missing_key", key=needed)


def _inside(body: Body, keys: Iterable[str]) -> dict[str, Any]:
    for key in keys:
        body = body.get(key, {})
    return body


def _types_of_reasons(body: Body, source: Source) -> Iterator[Problem]:
    """A reason that the file gives, all whose types are not offered."""
    offered = set(body.get("types", DEFAULTS["types"])).union(*(part.body.get("types", []) for part in _parts(body)))
    for part in _parts(body):
        for code, reason in _inside(part.body, ("reasons", "catalogue")).items():
            if offered.isdisjoint(reason.get("types", offered)):
                path = part.at(f"reasons/catalogue/{code}/types")
                yield source.at_value(path, "no_type_accepts", reason=code, allowed=sorted(offered))


def _reasons_named(body: Body, source: Source) -> Iterator[Problem]:
    known = set(_inside(body, ("reasons", "catalogue")) or _inside(DEFAULTS, ("reasons", "catalogue")))
    known |= set(chain.from_iterable(_inside(part.body, ("reasons", "catalogue")) for part in _parts(body)))
    for path, codes in _namings(body):
        for at, code in enumerate(codes):
            if code not in known:
                facts = suggestion(code, sorted(known))
                yield source.at_value(joined(path, at), "unknown_reason", value=code, **facts)


def _namings(body: Body) -> Iterator[tuple[str, list[str]]]:
    for part in _overrides(body):
        yield part.at("when/reasons"), part.body["when"].get("reasons", [])
    for path, rule in _rules(body):
        yield joined(path, "reasons"), rule.get("reasons", [])


def _rules(body: Body) -> Iterator[tuple[str, Body]]:
    for part in _parts(body):
        for key in ("auto_approve", "returnless"):
            for at, rule in enumerate(part.body.get(key, [])):
                yield part.at(f"{key}/{at}"), rule


def _names(body: Body, source: Source) -> Iterator[Problem]:
    """Overrides, and the rules of one list, are told apart by their names."""
    seen: set[tuple[str, str]] = set()
    named = chain(((part.path, part.body) for part in _overrides(body)), _rules(body))
    for path, thing in named:
        mark = (path.rpartition("/")[0], thing["name"])
        if mark in seen:
            yield source.at_value(joined(path, "name"), "repeated_name", value=thing["name"])
        seen.add(mark)


def _markets_named(body: Body, source: Source) -> Iterator[Problem]:
    """An override for a market whose orders the policy never decides."""
    for part in _overrides(body):
        for at, market in enumerate(part.body["when"].get("markets", [])):
            if market not in body["markets"]:
                facts = suggestion(market, body["markets"])
                yield source.at_value(part.at(f"when/markets/{at}"), "market_not_here", value=market, **facts)


def _conditions_worded(body: Body, source: Source) -> Iterator[Problem]:
    """Words for a condition that is never asked: most likely its code is misspelt."""
    asked = sorted({code for part in _parts(body) for code in part.body.get("conditions", [])})
    for part in _parts(body):
        for code in _inside(part.body, ("wording", "conditions")):
            if code not in asked:
                path = part.at(f"wording/conditions/{code}")
                yield source.at_key(path, "unknown_condition", value=code, **suggestion(code, asked))


def _filled(body: Body, source: Source) -> Iterator[Problem]:
    """What is filled in before a buyer reads it."""
    for part, kind in product(_parts(body), ("notices", "templates")):
        for name, texts in _inside(part.body, ("wording", kind)).items():
            for language, text in texts.items():
                yield from _placeholders(text, part.at(f"wording/{kind}/{name}/{language}"), source)


def _placeholders(text: str, path: str, source: Source) -> Iterator[Problem]:
    """Plain names only: what follows a name in braces would reach into the program."""
    try:
        fields = [field for field in string.Formatter().parse(text) if field[1] is not None]
    except ValueError:
        yield source.at_value(path, "unbalanced_braces")
        return
    for _, name, form, conversion in fields:
        if name not in PLACEHOLDERS or form or conversion:
            written = f"{{{name}{f'!{conversion}' if conversion else ''}{f':{form}' if form else ''}}}"
            facts = suggestion(written, [f"{{{known}}}" for known in PLACEHOLDERS])
            yield source.at_words(path, written, "unknown_placeholder", value=written, **facts)


_CHECKS: tuple[tuple[Check, tuple[str, ...]], ...] = (
    (_zones, ()),
    (_countries, ()),
    (_grades, ("inspection",)),
    (_new_entries, ("reasons", "inspection")),
    (_types_of_reasons, ("types", "reasons", "overrides")),
    (_reasons_named, ("reasons", "overrides")),
    (_names, ()),
    (_markets_named, ("markets",)),
    (_conditions_worded, ("conditions", "overrides")),
    (_filled, ()),
    (policy_amounts.too_many_digits, ()),
    (policy_amounts.lacking_currencies, ("markets", "overrides")),
    (policy_overrides.never_won, ()),
    (policy_overrides.overlapping, ()),
    (policy_overrides.backwards, ()),
    (unknown_floors, ("waivers",)),
)
