"""What is wrong in a policy or in the settings, as people and as GitHub read it."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from returnctl.output.clean import clean
from returnctl.output.words import mark, say

# Longer lists of what is allowed do not help.
_MOST_NAMED = 24

SENTENCES = {
    # the file as YAML
    "not_utf8": mark("this is not UTF-8; save the file as UTF-8"),
    "too_large": mark("the file is larger than {mib} MiB; split it"),
    "too_deep": mark("more than {levels} levels stand inside each other; write it flatter"),
    "control_character": mark("the character {character} cannot stand here; delete it"),
    "cases_not_here": mark("this file holds cases; `returnctl policy test` takes it"),
    "policy_not_here": mark("this file is a policy; `returnctl policy validate` takes it"),
    "settings_not_here": mark("this file holds settings; only a shop's `returnctl.yaml` does"),
    "empty_file": mark("the file is empty; begin with a line `returnctl: …`"),
    "several_documents": mark("a second document begins here; keep one in a file"),
    "alias": mark("aliases (`*name`) are not taken; write the value out"),
    "anchor": mark("anchors (`&name`) are not taken; delete it, or put text in quotes"),
    "tag": mark("tags (`!name`) are not taken; delete it, or put text in quotes"),
    "doubled_key": mark("`{key}` stands in line {line} already; keep one of them"),
    "key_not_text": mark("a key must be text; put it in quotes"),
    "empty_value": mark("nothing stands here; write a value, or delete the key"),
    "number_too_long": mark("a number has at most {digits} characters; put text in quotes"),
    "unexpected_colon": mark("this colon is not expected; check the indentation, and put text with `: ` in quotes"),
    "unexpected_character": mark("no value can begin with this character; put the text in quotes"),
    "tab": mark("a tab cannot indent; use spaces"),
    "unclosed_quote": mark("this quote is never closed; close it"),
    "unclosed_bracket": mark("this bracket is not closed properly; check its commas and its end"),
    "many_more": mark("there are more than {most} problems; mend these, and the others are told"),
    "syntax": mark("this cannot be read as YAML; check indentation, quotes and brackets here"),
    "newer_format": mark("`{value}` is for a newer returnctl; upgrade it: `pip install --upgrade returnctl`"),
    # what the schema asks
    "unknown_key": mark("unknown key `{key}`"),
    "key_not_here": mark("`{key}` cannot be set for categories or SKUs"),
    "missing_key": mark("the key `{key}` is missing; add it"),
    "not_together": mark("`{key}` and `{other}` exclude each other; delete one"),
    "wrong_type": mark("{wanted} is wanted here, not {found}"),
    "wrong_value": mark("`{value}` cannot stand here"),
    "wrong_form": mark("`{value}` is not of the form wanted"),
    "no_such_date": mark("there is no day `{value}`; write one of the calendar"),
    "out_of_range": mark("{value} is out of range; write a number from {least} to {most}"),
    "nothing_in_it": mark("this is empty; write at least one, or delete the key"),
    "too_long": mark("this is too long; at most {most} are taken"),
    "too_many": mark("these are {count}; at most {most} are taken"),
    "repeated_value": mark("`{value}` stands here twice; keep one"),
    # what a schema cannot say
    "unknown_zone": mark("there is no time zone `{value}`; write one such as `America/Los_Angeles`"),
    "unknown_country": mark("public holidays of `{value}` are not known; write another country's two letters"),
    "unknown_grade": mark("`{key}` names the grade `{value}`, which is not in `grades`"),
    "no_type_accepts": mark("no type that is offered is allowed for the reason `{reason}`"),
    "unknown_reason": mark("the reason `{value}` is not in the catalogue"),
    "unknown_condition": mark("the condition `{value}` is never asked; add it to `conditions`, or delete its words"),
    "unknown_placeholder": mark("`{value}` is no placeholder"),
    "unbalanced_braces": mark("a brace is not closed; write `{{` or `}}` for a brace that is meant as text"),
    "repeated_name": mark("the name `{value}` is taken already; choose another"),
    "market_not_here": mark("the policy is not for the market `{value}`; add it to `markets`, or delete it here"),
    "ends_before_it_begins": mark("it ends on {last}, before it begins on {first}; change one of them"),
    "too_many_digits": mark("{value} has more digits than {currency}, which has {digits}; shorten it"),
    "currency_missing": mark("an amount in {currencies} is missing, for {markets}; add it"),
    "never_wins": mark("`{name}` can never win: `{other}` further down always covers it; move or delete one"),
    "too_many_patterns": mark(
        "so many overrides with so many patterns cannot be compared; write `*` for what they share, or use categories"
    ),
    "seasons_overlap": mark("the seasons of `{name}` and `{other}` overlap, and both set {keys}; change one"),
    "unknown_floor": mark("there is no floor `{value}`"),
    # warnings: sound, but less than a law or a platform asks
    "under_window": mark(
        "under the floor `{floor}` ({clause}) for {markets}: at least {days} days from `{starts}` to apply, "
        "not `{given}`"
    ),
    "under_end_on": mark(
        "under the floor `{floor}` ({clause}) for {markets}: an end on a weekend or holiday moves; "
        "write `end_on: working_day`"
    ),
    "under_holidays": mark(
        "under the floor `{floor}` ({clause}) for {markets}: its holidays count, not those of `{given}`; "
        "write `holidays: {country}`"
    ),
    "under_conditions": mark(
        "under the floor `{floor}` ({clause}) for {markets}: these conditions may not be asked: {given}"
    ),
    "under_reasons": mark("under the floor `{floor}` ({clause}) for {markets}: no reason may be required"),
    "under_methods": mark("under the floor `{floor}` ({clause}) for {markets}: offer {methods}"),
    "under_fee": mark("under the floor `{floor}` ({clause}) for {markets}: no restocking fee"),
    "under_refund": mark(
        "under the floor `{floor}` ({clause}) for {markets}: at most {days} days from the parcel to the payment; "
        "`inspect` and `refund` together take up to {given}"
    ),
    "under_ship": mark(
        "under the floor `{floor}` ({clause}) for {markets}: the buyer has at least {days} days to send the goods, "
        "not `{given}`"
    ),
    "idle_waiver": mark("the policy does not go under the floor `{value}`; delete the waiver"),
    # between files, and against what was promised before
    "version_twice": mark("version {version} of `{value}` stands in {other} too; raise one of them"),
    "one_date": mark("version {version} in {other} begins on the same day; change one of the dates"),
    "one_date_always": mark(
        "version {version} in {other} has no first day either; add this one's: `effective: {{from: DATE}}`"
    ),
    "promise_pinned": mark(
        "returns were decided by another version {version}; raise it (`returnctl policy new-version {name}`), and put "
        "this one back as it was"
    ),
    "promise_committed": mark(
        "version {version} holds since {day} as commit {commit} has it; raise it (`returnctl policy new-version "
        "{name}`), and put this one back as it was"
    ),
    # of `policy test`
    "no_such_line": mark("the order has no line `{value}`"),
    "no_such_file": mark("the policy file {value} cannot be read; a name such as `standard` looks in the folder above"),
    "unknown_policy": mark("there is no policy `{value}` in the folder above"),
    "unknown_version": mark("there is no version {value} of this policy"),
    "came_out_otherwise": mark("{name}: {key} should be {expected}, but came out as {actual} (decided at {at})"),
    "case_not_decided": mark("{name}: it could not be decided: {why}"),
}

_KINDS = {
    "object": mark("a mapping"),
    "array": mark("a list"),
    "string": mark("text"),
    "integer": mark("a whole number"),
    "number": mark("a number"),
    "boolean": mark("`true` or `false`"),
    "nothing": mark("nothing"),
}
_FRACTION = mark("a number with decimals")
_OR = mark(" or ")
_LIKE_THIS = mark("write it like `{example}`")
_TOLD = mark("{name}: {value}")
_AND_SO = mark("; ")
_QUOTES = mark("put text in quotes")
_DID_YOU_MEAN = mark("did you mean `{near}`?")
_ALLOWED = mark("allowed: {allowed}")
_MANY = mark("`returnctl policy schema` lists what is allowed")
_SEVERITIES = {"error": mark("error"), "warning": mark("warning")}
_POSTED = mark("or show buyers the policy, and say so under `waivers`")


def problems_as(problems: Sequence[Mapping[str, Any]], form: str) -> Iterator[str]:
    """All of them as `text`, `github` or `json`: an array, each with its sentence as `message`."""
    if form == "json":
        told = [{**problem, "message": sentence(problem)} for problem in problems]
        yield json.dumps(told, ensure_ascii=False, indent=2) + "\n"
        return
    line = github_line if form == "github" else problem_text
    yield from (line(problem) + "\n" for problem in problems)


def problem_text(problem: Mapping[str, Any]) -> str:
    """`file:line:column: error: what, and what to write instead`, the source line, and a caret under the place."""
    where = f"{clean(problem['file'])}:{problem['line']}:{problem['column']}"
    told = [f"{where}: " + say(_TOLD, name=say(_SEVERITIES[problem["severity"]]), value=sentence(problem))]
    if problem["text"].strip():
        before = clean(problem["text"][: problem["column"] - 1])
        told += [f"  {clean(problem['text'])}", f"  {' ' * _width(before)}^"]
    return "\n".join(told)


def github_line(problem: Mapping[str, Any]) -> str:
    """A workflow command, with which GitHub shows the problem at its line."""
    file = _escaped(clean(problem["file"])).replace(":", "%3A").replace(",", "%2C")
    message = _escaped(sentence(problem))
    return f"::{problem['severity']} file={file},line={problem['line']},col={problem['column']}::{message}"


def sentence(problem: Mapping[str, Any]) -> str:
    facts = problem["facts"]
    told = say(SENTENCES[problem["code"]], **{name: _spelled(name, fact) for name, fact in facts.items()})
    return say(_AND_SO).join([told, *_advice(facts)])


def _advice(facts: Mapping[str, Any]) -> list[str]:
    if facts.get("near"):
        return [say(_DID_YOU_MEAN, near=clean(facts["near"]))]
    if facts.get("allowed"):
        few = len(facts["allowed"]) <= _MOST_NAMED
        allowed = say(_ALLOWED, allowed=", ".join(map(clean, facts["allowed"]))) if few else say(_MANY)
        return [allowed, *_like_this(facts)]
    if facts.get("posted"):
        return [say(_POSTED)]
    if facts.get("wanted") == ["string"] and facts["found"] in ("integer", "number", "boolean"):
        return [say(_QUOTES)]
    return _like_this(facts)


def _like_this(facts: Mapping[str, Any]) -> list[str]:
    return [say(_LIKE_THIS, example=facts["example"])] if facts.get("example") else []


def _spelled(name: str, fact: object) -> str:
    if name in ("wanted", "found"):
        if fact == "number":  # where one is wanted, whole ones are taken too
            return say(_FRACTION)
        kinds = fact if isinstance(fact, list) else [fact]
        return say(_OR).join(say(_KINDS[str(kind)]) for kind in kinds)
    return clean(", ".join(map(str, fact)) if isinstance(fact, list) else str(fact))


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else not unicodedata.combining(char) for char in text)


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
