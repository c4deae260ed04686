"""What failures say to people: what, why, and what to type next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from returnctl.output.causes import cause
from returnctl.output.clean import clean
from returnctl.output.failure_words import RULES, SENTENCES, WANTED, Sentence
from returnctl.output.forms import platform, word
from returnctl.output.intake_words import WHY
from returnctl.output.words import say


class _Facts(dict[str, Any]):
    """Facts that a sentence may name; one that is missing shows as a question mark."""

    def __missing__(self, key: str) -> str:
        return "?"


# So many characters of a text are shown on each side of a cut.
_AROUND = 16
# Facts whose values are words of the documents; what people type (types, methods, grades) stays as it is typed.
_WORDS = frozenset({"sides", "state", "event", "starts", "missing", "what"})


def told(code: str, facts: Mapping[str, Any]) -> Sentence:
    """What and what next, in the reader's language."""
    kinds = (f"{code}/{facts.get(name)}" for name in ("kind", "wanted", "why", "path"))
    key = next((kind for kind in kinds if kind in SENTENCES), code)
    if code == "not_known" and "key" in facts:
        key = "not_known/payment"
    if key == "bad_value" and not facts["value"]:
        key = "bad_value/missing"
    if key == "bad_row" and not facts.get("column"):
        key = "bad_row/whole"
    sentence = SENTENCES.get(key, SENTENCES["failed"])
    shown = _Facts({name: _shown(name, value) for name, value in facts.items()} | _made(code, facts))
    hint = shown["hint"] if "hint" in shown else say(sentence.hint).format_map(shown)
    return Sentence(clean(say(sentence.what).format_map(shown)), clean(hint))


def unsafe(facts: Mapping[str, Any]) -> str:
    """An unsafe hook, before anybody tried to run it."""
    return clean(say("{path} will not be run: {why}", path=facts["path"], why=cause(str(facts["why"]))))


def _made(code: str, facts: Mapping[str, Any]) -> dict[str, str]:
    """What sentences need beyond the plain facts."""
    made: dict[str, str] = {}
    if code in ("bad_row", "bad_file"):
        text = WHY.get(str(facts.get("why")), "{why}: {value}")
        made["told"] = say(text).format_map(_Facts({k: _shown(k, v) for k, v in _offering(facts).items()}))
    if code == "bad_value":
        wanted = say(WANTED.get(str(facts.get("wanted")), "{wanted}"))
        made["form"] = wanted.format_map(_Facts({k: _shown(k, v) for k, v in facts.items()}))
    if code == "usage" and facts["command"]:
        made["hint"] = f"returnctl {facts['command']} --help"
    if code == "not_eligible":
        made["rules"] = say("; ").join(_rule(failed) for failed in facts["failed"])
        made["hint"] = _way_on(facts)
    if code == "wrong_side":
        made["side"] = str(facts["sides"][0])
        made["command"] = str(facts["event"])
    if code == "wrong_state":
        made["hint"] = _instead(facts)
    if code == "ambiguous":
        made["first"] = str(facts["ids"][0])
    return made | _of_messages(code, facts)


def _offering(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """With what a person would write into that column."""
    if facts.get("why") != "unknown_decision":
        return facts
    from returnctl.output.decision_words import offered

    return {**facts, "known": offered()}


def _of_messages(code: str, facts: Mapping[str, Any]) -> dict[str, str]:
    if code == "not_found" and facts.get("kind") in ("template", "account", "any_account"):
        return {"names": _near(str(facts["id"]), facts["near"])}
    if code == "too_long":
        return {"name": platform(str(facts["platform"])), "cut": _cut(facts)}
    return {}


def _near(name: str, known: Sequence[str]) -> str:
    """Those that are meant perhaps come first."""
    from difflib import get_close_matches

    if not known:
        return say("none")
    near = get_close_matches(name, known)
    return ", ".join([*near, *(each for each in known if each not in near)])


def _cut(facts: Mapping[str, Any]) -> str:
    """The words on both sides of the cut."""
    before, after = str(facts["before"]), str(facts["after"])
    return f"…{' '.join(before.split())[-_AROUND:]}✂{' '.join(after.split())[:_AROUND]}…"


def _rule(failed: Mapping[str, Any]) -> str:
    """`line 1: the window ended … (standard.yaml:6)`."""
    known = "reason/unknown" if failed["rule"] == "reason" and failed["facts"].get("reason") else failed["rule"]
    text = say(RULES[known]).format_map(_Facts({k: _shown(k, v) for k, v in failed["facts"].items()} | {"?": ""}))
    line = say("line {line}: ", line=failed["line"]) if failed.get("line") else ""
    place = f" ({failed['at']})" if failed.get("at") else ""
    return f"{line}{text.replace(' ?', '')}{place}"


def _way_on(facts: Mapping[str, Any]) -> str:
    """An exception can be made, but not for units that are not there or a reason that nobody knows."""
    rules = {failed["rule"]: failed["facts"] for failed in facts["failed"]}
    if "quantity" in rules:
        return f"returnctl order show {facts['order']}"
    reason = rules.get("reason", {})
    if reason.get("reason") is None:
        return say('to accept it all the same, add --exception "why"')
    from difflib import get_close_matches

    near = get_close_matches(str(reason["reason"]), reason["known"], 1)
    return say("did you mean {near}?", near=near[0]) if near else "returnctl policy show"


def _instead(facts: Mapping[str, Any]) -> str:
    """The commands that the table allows in this state."""
    from returnctl.domain.states import BOOKED
    from returnctl.output.next import typed

    if facts.get("event") == "refund --retry" and "refund" in facts.get("allowed", ()):
        return f"returnctl refund {facts.get('id')}"
    commands = [typed(event, str(facts.get("id"))) for event in facts.get("allowed", ()) if event not in BOOKED]
    if "confirm" in facts.get("allowed", ()):
        commands = [
            f"returnctl refund {facts.get('id')} --retry",
            f"returnctl refund {facts.get('id')} --reference TXN",
            f"returnctl refund {facts.get('id')} --failed WHY",
        ]
    return "  |  ".join(commands) or f"returnctl show {facts.get('id')}"


def _shown(name: str, value: Any) -> str:  # noqa: ANN401
    if isinstance(value, str):
        if name == "ends":  # an instant as documents write it
            return value.replace("T", " ").replace(":00Z", " UTC")
        return cause(value) if name in ("why", "reason") else word(value) if name in _WORDS else value
    if isinstance(value, Iterable):
        return ", ".join(word(str(each)) if name in _WORDS else str(each) for each in value)
    return str(value)


def failure_json(error: dict[str, Any]) -> dict[str, Any]:
    """`{"code", "exit", "message", "facts", "hint"}`."""
    sentence = told(error["code"], error["facts"])
    return {
        "code": error["code"],
        "exit": error["exit"],
        "message": sentence.what,
        "facts": error["facts"],
        "hint": sentence.hint,
    }
