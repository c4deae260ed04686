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

from returnctl.readers.places import Problem, Source, joined
from returnctl.readers.shipped import folder
from returnctl.readers.strict_yaml import Read, read_yaml

# A longer value is not kept with its problem.
LONGEST_VALUE = 100


def read_checked(data: bytes, file: str, schema: str) -> Read:
    """The problems of the reader and of the schema (`policy` or `settings`), one fault told once."""
    value, source, problems = read_yaml(data, file)
    if later := _later(value, schema):
        return Read(None, source, [source.at_value("returnctl", "newer_format", value=later)])
    told = {problem.path for problem in problems}
    more = [problem for problem in check(value, source, schema) if problem.path not in told]
    return Read(value, source, problems + more)


def _later(value: object, schema: str) -> str | None:
    """The format of a file that a later returnctl is needed for: what else is wrong with it cannot be told."""
    told = value.get("returnctl") if isinstance(value, dict) else None
    return told if isinstance(told, str) and re.fullmatch(rf"{schema}/v([2-9]|[1-9][0-9]{{1,3}})", told) else None


def check(value: Any, source: Source, schema: str) -> list[Problem]:  # noqa: ANN401 - whatever was read
    """All problems at once, one for a path."""
    found: dict[str, Problem] = {}
    for error in _validator(schema).iter_errors(value):
        for problem in _told(error, source):
            found.setdefault(problem.path, problem)
    return list(found.values())


def _validator(name: str) -> Validator:
    schema = json.loads((folder("schemas") / f"{name}.schema.json").read_text("utf-8"))
    types = jsonschema.Draft7Validator.TYPE_CHECKER.redefine_many({"number": _is_number, "integer": _is_whole})
    keywords = {"pattern": _pattern, "uniqueItems": _unique}
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
        return source.at_key(path, "wrong_form", value=key, example=fault.schema["examples"][0])
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
    yield source.at_value(fault.path, "wrong_type", wanted=wanted, found=type_of(fault.value))


def _wrong_value(fault: _Fault, source: Source) -> Iterator[Problem]:
    allowed = fault.wanted if isinstance(fault.wanted, list) else [fault.wanted]
    facts = suggestion(fault.value, allowed)
    yield source.at_value(fault.path, "wrong_value", value=_short(fault.value), **facts)


def _wrong_form(fault: _Fault, source: Source) -> Iterator[Problem]:
    example = fault.schema["examples"][0]
    yield source.at_value(fault.path, "wrong_form", value=_short(fault.value), example=example)


def _no_such_date(fault: _Fault, source: Source) -> Iterator[Problem]:
    yield source.at_value(fault.path, "no_such_date", value=_short(fault.value))


def _out_of_range(fault: _Fault, source: Source) -> Iterator[Problem]:
    ends = {"least": fault.schema["minimum"], "most": fault.schema["maximum"]}
    yield source.at_value(fault.path, "out_of_range", value=str(fault.value), **ends)


def _nothing_in_it(fault: _Fault, source: Source) -> Iterator[Problem]:
    yield source.at_value(fault.path, "nothing_in_it")


def _too_long(fault: _Fault, source: Source) -> Iterator[Problem]:
    yield source.at_value(fault.path, "too_long", most=fault.wanted)


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
    "maxItems": _too_long,
    "uniqueItems": _repeated,
}


def suggestion(word: object, allowed: Iterable[str]) -> dict[str, Any]:
    """The facts of a wrong word: what may stand there, and what was probably meant."""
    known = list(allowed)
    near = difflib.get_close_matches(str(word)[:LONGEST_VALUE], known, 1, 0.6)
    return {"allowed": known, **({"near": near[0]} if near else {})}


def type_of(value: object) -> str:
    """The JSON type of what was read."""
    for kind, name in ((bool, "boolean"), (str, "string"), (dict, "object"), (list, "array"), (int, "integer")):
        if isinstance(value, kind):
            return name
    return "number" if isinstance(value, Decimal) else "nothing"


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "…"
