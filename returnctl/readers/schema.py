"""What a JSON Schema finds wrong, told in our own codes with the place of the very key or value.

The library's sentences are not for people, so each failing keyword is turned into a problem of ours.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

import jsonschema
from jsonschema import validators
from jsonschema.protocols import Validator

from returnctl.readers.places import Problem, Source, first_of, joined
from returnctl.readers.shipped import folder
from returnctl.readers.strict_yaml import Read, read_yaml

# A longer value is not kept with its problem.
LONGEST_VALUE = 100
# Enough for all time zones; longer lists are nothing that a person overlooks.
_MOST_COMPARED = 1000
# What people write for a code that looks otherwise.
_ALIASES = {"UK": "GB"}
# A number in quotes, or with its unit as in `$5` and `30 days`.
_NUMBERS = {
    kind: re.compile(rf"[^0-9.,-]{{0,3}}({digits})[^0-9.,]{{0,10}}", re.ASCII)
    for kind, digits in (("integer", "[0-9]{1,9}"), ("number", r"[0-9]{1,12}(?:\.[0-9]{1,4})?"))
}
_TRUTH = {**dict.fromkeys(("true", "yes", "on"), "true"), **dict.fromkeys(("false", "no", "off"), "false")}


def read_checked(data: bytes, file: str, schema: str) -> Read:
    """The problems of the reader and of the schema (`policy` or `settings`), one fault told once."""
    value, source, problems = read_yaml(data, file)
    if later := _later(value, schema):
        return Read(None, source, [source.at_value("returnctl", "newer_format", value=later)])
    if other := _other(value, schema):
        return Read(None, source, [source.at_value("returnctl", other)])
    told = {problem.path for problem in problems}
    more = [problem for problem in check(value, source, schema) if not _told_already(problem, told)]
    return Read(value, source, problems + more)


def _told_already(problem: Problem, told: set[str]) -> bool:
    """What is empty only because the reader left out all that stood in it, is not said to be."""
    inside = problem.code == "nothing_in_it" and any(path.startswith(f"{problem.path}/") for path in told)
    return inside or problem.path in told


def _later(value: object, schema: str) -> str | None:
    """The format of a file that a later returnctl is needed for: what else is wrong with it cannot be told."""
    told = value.get("returnctl") if isinstance(value, dict) else None
    return told if isinstance(told, str) and re.fullmatch(rf"{schema}/v([2-9]|[1-9][0-9]{{1,3}})", told) else None


_NOT_HERE = {"policy": "policy_not_here", "policy-test": "cases_not_here", "settings": "settings_not_here"}


def _other(value: object, schema: str) -> str | None:
    """Of a file of another kind, the code for that alone: by this schema all of it would be wrong."""
    told = value.get("returnctl") if isinstance(value, dict) else None
    kind = told.removesuffix("/v1") if isinstance(told, str) and told.endswith("/v1") else schema
    return None if kind == schema else _NOT_HERE.get(kind)


def check(value: Any, source: Source, schema: str) -> list[Problem]:  # noqa: ANN401 - whatever was read
    """All problems at once, one for a path."""
    return first_of(_one_for_a_path(value, source, schema))


def _one_for_a_path(value: Any, source: Source, schema: str) -> Iterator[Problem]:  # noqa: ANN401
    seen: set[str] = set()
    for error in _validator(schema).iter_errors(value):
        for problem in _told(error, source):
            if problem.path not in seen:
                seen.add(problem.path)
                yield problem


def _validator(name: str) -> Validator:
    schema = json.loads((folder("schemas") / f"{name}.schema.json").read_text("utf-8"), parse_float=Decimal)
    types = jsonschema.Draft7Validator.TYPE_CHECKER.redefine_many({"number": _is_number, "integer": _is_whole})
    keywords = {"pattern": _pattern, "uniqueItems": _unique, **_within_bounds()}
    strict: Any = validators.extend(jsonschema.Draft7Validator, keywords, type_checker=types)  # type: ignore[no-untyped-call]
    built: Validator = strict(schema, format_checker=jsonschema.FormatChecker(["date"]))
    return built


def _is_whole(_: object, value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(_: object, value: object) -> bool:
    return isinstance(value, Decimal) or _is_whole(_, value)


def _pattern(_: Validator, pattern: str, value: object, __: object) -> Iterator[jsonschema.ValidationError]:
    """As JavaScript has it, where `$` is no line's end: the whole text must fit."""
    if isinstance(value, str) and not re.fullmatch(pattern, value):
        yield jsonschema.ValidationError("pattern")


def _within_bounds() -> dict[str, Any]:
    """What is larger than the schema takes is told so, and not looked into: that could last."""
    inner = {"items": "maxItems", **dict.fromkeys(("propertyNames", "additionalProperties"), "maxProperties")}
    return {keyword: _bounded(jsonschema.Draft7Validator.VALIDATORS[keyword], most) for keyword, most in inner.items()}


def _bounded(check: Callable[..., Iterator[Any]], most: str) -> Callable[..., Iterator[Any]]:
    def checked(validator: Validator, wanted: Any, value: Any, schema: Any) -> Iterator[Any]:  # noqa: ANN401
        if not isinstance(value, list | dict) or len(value) <= schema.get(most, len(value)):
            yield from check(validator, wanted, value, schema)

    return checked


def _unique(_: Validator, wanted: bool, items: object, __: object) -> Iterator[jsonschema.ValidationError]:
    """The library compares each with each, which a hostile list would make last."""
    seen: set[str] = set()
    for at, item in enumerate(items if isinstance(items, list) and wanted else ()):
        if repr(item) in seen:
            yield jsonschema.ValidationError("uniqueItems", path=[at], instance=item)
        seen.add(repr(item))


class _Fault(NamedTuple):
    """A failure of the library; `way` is the path through the schema."""

    path: str
    keyword: str
    value: Any
    wanted: Any
    schema: Any
    way: list[Any]


def _told(error: jsonschema.ValidationError, source: Source) -> Iterable[Problem]:
    path = "/".join(map(str, error.absolute_path))
    way = list(error.absolute_schema_path)
    fault = _Fault(path, str(error.validator), error.instance, error.validator_value, error.schema, way)
    if "propertyNames" in way:
        return [_key_problem(fault, source, joined(path, fault.value))]
    return _TELLERS.get(fault.keyword, _wrong_value)(fault, source)


def _key_problem(fault: _Fault, source: Source, path: str) -> Problem:
    """The name of a key is wrong, or it cannot stand beside another, or not in such an override."""
    key = _short(fault.value)
    if fault.keyword == "not":
        # … dependencies / OTHER / propertyNames / not
        return source.at_key(path, "not_together", key=key, other=fault.way[-3])
    if fault.keyword == "pattern":
        return source.at_key(path, "wrong_form", value=key, example=fault.schema["examples"][0], **_in_form(fault))
    code = "key_not_here" if "then" in fault.way else "unknown_key"
    return source.at_key(path, code, key=key, **suggestion(key, fault.wanted))


def _unknown_keys(fault: _Fault, source: Source) -> Iterator[Problem]:
    allowed = list(fault.schema.get("properties", ()))
    for key in fault.value:
        if key not in allowed:
            path = joined(fault.path, key)
            yield source.at_key(path, "unknown_key", key=_short(key), **suggestion(key, allowed))


def _missing_keys(fault: _Fault, source: Source) -> Iterator[Problem]:
    for key in fault.wanted:
        if key not in fault.value:
            yield source.at_key(joined(fault.path, key), "missing_key", key=key)


def _wrong_type(fault: _Fault, source: Source) -> Iterator[Problem]:
    wanted = [fault.wanted] if isinstance(fault.wanted, str) else fault.wanted
    facts = {"wanted": wanted, "found": type_of(fault.value), **_meant(fault, wanted), **_example(fault.schema)}
    yield source.at_value(fault.path, "wrong_type", **facts)


def _meant(fault: _Fault, wanted: list[str]) -> dict[str, str]:
    """What a value of the wrong type was most likely meant to be."""
    text = str(fault.value)
    if wanted == ["array"] and isinstance(fault.value, str) and len(text) <= LONGEST_VALUE:
        return {"near": f"[{text}]"}
    if wanted == ["boolean"] and text.casefold() in _TRUTH:
        return {"near": _TRUTH[text.casefold()]}
    number = _NUMBERS.get(wanted[0]) if isinstance(fault.value, str) and len(wanted) == 1 else None
    found = number.fullmatch(text) if number else None
    return {"near": found[1]} if found else {}


def _example(schema: dict[str, Any]) -> dict[str, str]:
    """The first example of a mapping or list; what is a plain word has a sentence of its own."""
    shapes = [each for each in schema.get("examples", ()) if isinstance(each, dict | list)]
    return {"example": _flow(shapes[0])} if shapes else {}


def _flow(value: object) -> str:
    """As one writes it in YAML within a line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    return f"[{', '.join(map(_flow, value))}]" if isinstance(value, list) else str(value)


def _wrong_value(fault: _Fault, source: Source) -> Iterator[Problem]:
    allowed = fault.wanted if isinstance(fault.wanted, list) else [fault.wanted]
    facts = suggestion(fault.value, allowed) | _example(fault.schema)
    yield source.at_value(fault.path, "wrong_value", value=_short(fault.value), **facts)


def _wrong_form(fault: _Fault, source: Source) -> Iterator[Problem]:
    facts = {"example": fault.schema["examples"][0], **_in_form(fault)}
    yield source.at_value(fault.path, "wrong_form", value=_short(fault.value), **facts)


def _in_form(fault: _Fault) -> dict[str, str]:
    """The same word in the letters and with the dashes that are taken."""
    word = fault.value[:LONGEST_VALUE]
    dashed = [re.sub("[ _-]", dash, word) for dash in "-_"]
    fit = (each for word in dashed for each in (word, word.lower(), word.upper()) if re.fullmatch(fault.wanted, each))
    near = next(fit, None)
    return {"near": near} if near else {}


def _no_such_date(fault: _Fault, source: Source) -> Iterator[Problem]:
    yield source.at_value(fault.path, "no_such_date", value=_short(fault.value))


def _out_of_range(fault: _Fault, source: Source) -> Iterator[Problem]:
    ends = {"least": fault.schema["minimum"], "most": fault.schema["maximum"]}
    yield source.at_value(fault.path, "out_of_range", value=str(fault.value), **ends)


def _nothing_in_it(fault: _Fault, source: Source) -> Iterator[Problem]:
    yield source.at_value(fault.path, "nothing_in_it")


def _too_long(fault: _Fault, source: Source) -> Iterator[Problem]:
    yield source.at_value(fault.path, "too_long", most=fault.wanted)


def _too_many(fault: _Fault, source: Source) -> Iterator[Problem]:
    yield source.at_value(fault.path, "too_many", most=fault.wanted, count=len(fault.value))


def _repeated(fault: _Fault, source: Source) -> Iterator[Problem]:
    yield source.at_value(fault.path, "repeated_value", value=_short(fault.value))


_TELLERS: dict[str, Callable[[_Fault, Source], Iterator[Problem]]] = {
    "additionalProperties": _unknown_keys,
    "required": _missing_keys,
    "type": _wrong_type,
    "enum": _wrong_value,
    "const": _wrong_value,
    "pattern": _wrong_form,
    "format": _no_such_date,
    "minimum": _out_of_range,
    "maximum": _out_of_range,
    "minLength": _nothing_in_it,
    "minItems": _nothing_in_it,
    "minProperties": _nothing_in_it,
    "maxLength": _too_long,
    "maxItems": _too_many,
    "maxProperties": _too_many,
    "uniqueItems": _repeated,
}


def suggestion(word: object, allowed: Iterable[str]) -> dict[str, Any]:
    """The facts of a wrong word: what may stand there, and what was probably meant."""
    known = list(allowed)
    short = str(word)[:LONGEST_VALUE]
    if _ALIASES.get(short.upper()) in known:
        return {"allowed": known, "near": _ALIASES[short.upper()]}
    spelled = {name.casefold(): name for name in reversed(known[:_MOST_COMPARED])}
    near = difflib.get_close_matches(short.casefold(), spelled, 1, 0.6)
    return {"allowed": known[:_MOST_COMPARED], **({"near": spelled[near[0]]} if near else {})}


def type_of(value: object) -> str:
    """The JSON type of what was read."""
    for kind, name in ((bool, "boolean"), (str, "string"), (dict, "object"), (list, "array"), (int, "integer")):
        if isinstance(value, kind):
            return name
    return "number" if isinstance(value, Decimal) else "nothing"


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "…"
