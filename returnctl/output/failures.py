"""What failures say to people: what, why, and what to type next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from returnctl.output.causes import cause
from returnctl.output.clean import clean
from returnctl.output.forms import platform, word
from returnctl.output.intake_words import WHY
from returnctl.output.words import mark, say


class Sentence(NamedTuple):
    what: str
    hint: str = ""


class _Facts(dict[str, Any]):
    """Facts that a sentence may name; one that is missing shows as a question mark."""

    def __missing__(self, key: str) -> str:
        return "?"


_DAMAGED = mark("{path} is damaged ({why}). It was not used.")
_WAIT = mark("try again, or wait longer with --lock-timeout SECONDS")
_SENTENCES: dict[str, Sentence] = {
    "failed": Sentence(mark("It failed.")),
    "system": Sentence(mark("{path}: {why}. Nothing was changed.")),
    "not_yours": Sentence(
        mark("{path} belongs to another user. Nothing was changed."),
        mark("if it is yours: chown -R $USER {path}; a shop with 'private: false' may belong to a group of yours"),
    ),
    "unsafe_hook": Sentence(
        mark("{path} was not run: {why}. Nothing was changed."),
        mark("make it yours alone: chown $USER hooks {path}; chmod go-w hooks {path}"),
    ),
    "invalid_policy": Sentence(mark("{file}: the policy cannot be used."), "returnctl policy validate"),
    "invalid_settings": Sentence(mark("{file}: the settings cannot be used.")),
    "shop_exists": Sentence(
        mark("there is something at {path} already, and nothing is overwritten."), "returnctl init DIR"
    ),
    "policy_exists": Sentence(
        mark("there is something at {path} already, and nothing is overwritten."), "returnctl policy list"
    ),
    "target_exists": Sentence(
        mark("there is something at {path} already, and nothing is overwritten."), mark("choose another TARGET")
    ),
    "target_exists/force": Sentence(
        mark("there is something at {path} already, and nothing is overwritten."),
        mark("choose another name, or write over it with --force"),
    ),
    "bad_row": Sentence(mark("{file}, row {row}, {column}: {told}")),
    "bad_row/whole": Sentence(mark("{file}, row {row}: {told}")),
    "bad_file": Sentence(mark("{file}: {told}")),
    "usage": Sentence("{text}", "returnctl --help"),
    "bad_value": Sentence(mark("{what}: '{value}' is not {form}.")),
    "bad_value/grades": Sentence(mark("say what was found: --item LINE=GRADE, or --pass, or --fail.")),
    "bad_value/missing": Sentence(mark("{what} is missing: {form} is wanted.")),
    "ambiguous_date": Sentence(
        mark("'{value}' can be read as two dates."), mark("write the year first: 2026-11-12, or 2026-11-12T09:30")
    ),
    "nothing_given/amount": Sentence(
        mark("{id}: the amount to be paid is missing."), "returnctl resolve {id} --outcome refund --amount 12.50"
    ),
    "nothing_given/units": Sentence(mark("{id}: no units are left to take."), "returnctl show {id}"),
    "nothing_given/consent": Sentence(
        mark("{id}: --final pays less than is due, so it needs a note of the buyer's consent."),
        'returnctl refund {id} --final --note "…"',
    ),
    "not_all_graded": Sentence(
        mark("{id}: {received} units of line {line} were received, but {graded} are graded."),
        "returnctl inspect {id} --item {line}=as_sent:{received}",
    ),
    "no_proof_of_payment": Sentence(
        mark("{id}: {amount} {currency} is to be paid, and nothing says that it was."),
        "returnctl refund {id} --reference TXN",
    ),
    "too_long": Sentence(
        mark("{id}: {size} bytes, and {name} takes about {most} in a message; it would be cut here: {cut}"),
        mark("say it shorter, or in two messages; --long sends it as it is"),
    ),
    "not_eligible": Sentence(mark("order {order}: the policy does not allow this return: {rules}")),
    "too_much_money": Sentence(
        mark("{id}: {asked} {currency} cannot be paid, only more than 0 and at most {most} {currency}.")
    ),
    "too_many_units": Sentence(mark("{id}: line {line} has only {most} units left, not {asked}.")),
    "no_policy": Sentence(
        mark("order {order}: no policy holds for market {market} at the date of the order."),
        mark(
            "returnctl policy list shows them; for one to begin with: returnctl init DIR --market {market}, then copy "
            "its policy into policies/ under another name"
        ),
    ),
    "several_policies": Sentence(
        mark("order {order}: several policies fit ({names}) and the settings name none of them."),
        mark("write 'policy: NAME' into returnctl.yaml"),
    ),
    "no_amount_in_currency": Sentence(
        mark("the policy has no amount in {currency} under '{key}', and this step needs it."), "returnctl policy show"
    ),
    "not_offered": Sentence(mark("{id}: the policy does not offer '{value}', only {offered}.")),
    "not_acceptable": Sentence(
        mark("{id}: the document as it was edited cannot be taken: {why}."), mark("put it right, and try again")
    ),
    "wrong_state": Sentence(mark("{id} is {state}: '{event}' cannot follow.")),
    "moved_on": Sentence(
        mark("{id} has moved on since this file was written: it is {state} now. Nothing was done with it."),
        "returnctl show {id}",
    ),
    "frozen": Sentence(
        mark("{id} is disputed: its money is frozen until the outcome."), "returnctl resolve {id} --outcome OUTCOME"
    ),
    "wrong_side": Sentence(
        mark("{id}: '{event}' is for another side: {sides}."), "returnctl {command} {id} --as {side}"
    ),
    "wrong_side/appeal": Sentence(
        mark("{id}: only the seller appeals against what the platform decided."),
        "returnctl escalate {id} --to platform --as seller",
    ),
    "no_offer": Sentence(mark("{id}: no offer waits for an answer."), "returnctl offer {id} --amount AMOUNT"),
    "nothing_to_undo/first": Sentence(
        mark("{id}: a request cannot be undone, only cancelled."), "returnctl cancel {id}"
    ),
    "nothing_to_undo/paid": Sentence(mark("{id}: '{event}' cannot be undone: money may have been paid.")),
    "nothing_to_undo/sent": Sentence(mark("{id}: '{event}' cannot be undone: the replacement was sent.")),
    "nothing_to_undo/told": Sentence(
        mark("{id}: '{event}' cannot be undone: somebody outside was told, or it was carried out there.")
    ),
    "nothing_to_undo/taken": Sentence(mark("{id}: another return has what '{event}' set free, so it stays.")),
    "nothing_to_undo/reported": Sentence(
        mark("{id}: what the platform reported cannot be undone; what it reports next stands against it.")
    ),
    "nothing_to_undo/undone": Sentence(mark("{id}: the step before cannot be undone any more.")),
    "key_used": Sentence(mark("the key or reference '{key}' was already used for something else.")),
    "not_found/return": Sentence(mark("no return is known as '{id}'."), "returnctl list"),
    "not_found/order": Sentence(mark("no order '{id}' was imported."), "returnctl order list"),
    "not_found/line": Sentence(mark("there is no line '{id}' here; there are {near}."), "returnctl order show {order}"),
    "not_found/any_policy": Sentence(mark("there is no policy under policies/."), "returnctl init DIR"),
    "not_found/policy": Sentence(mark("there is no policy '{id}'; there are {near}."), "returnctl policy list"),
    "not_found/policies": Sentence(
        mark("there are no policies at '{id}': name a file, a folder, or a commit of the shop's repository."),
        "returnctl policy diff HEAD",
    ),
    "not_found/grade": Sentence(mark("the policy has no grade '{id}'; it has {near}.")),
    "not_found/reject_reason": Sentence(mark("the policy has no reason '{id}' to reject; it has {near}.")),
    "not_found/template": Sentence(
        mark("the policy has no template '{id}'; it has {names}."), "returnctl message ID TEXT"
    ),
    "not_found/owed": Sentence(mark("nothing called '{id}' is owed; there are {near}.")),
    "not_found/any_account": Sentence(mark("no account is called '{id}'; there are {names}.")),
    "not_found/account": Sentence(
        mark("the settings have no account '{id}'; they have {names}."),
        mark("to add it to returnctl.yaml: accounts: {{{id}: {{market: TH, currency: THB, timezone: Asia/Bangkok}}}}"),
    ),
    "ambiguous": Sentence(mark("'{id}' could mean any of {ids}."), "returnctl show {first}"),
    "hook_declined": Sentence(mark("{id}: hooks/{hook} declined: {why}"), "returnctl show {id}"),
    "no_shop": Sentence(mark("there is no shop at {path} or above it."), "returnctl init"),
    "locked": Sentence(mark("the shop is locked by {holder} since {since}."), _WAIT),
    "locked/looked_at": Sentence(mark("another command is looking at the shop, so nothing can be changed now."), _WAIT),
    "damaged": Sentence(_DAMAGED, "returnctl fsck"),
    "damaged/data": Sentence(
        _DAMAGED,
        mark("data/ must be a folder, no link, and is not in git: put it back from where it was moved, or a backup"),
    ),
    "damaged/data/lock": Sentence(_DAMAGED, mark("move away what stands there, if anything: returnctl fsck --repair")),
    "damaged/data/stage": Sentence(_DAMAGED, mark("move away what stands there; the next command makes it anew")),
    "newer_format": Sentence(
        mark("{path} was written by a newer returnctl ({format})."), "pip install --upgrade returnctl"
    ),
    "not_known": Sentence(mark("it is not known whether it happened."), "returnctl {cure}"),
    "not_known/payment": Sentence(
        mark("{id}: it is not known whether the payment {key} was made ({why}). Ask again with the same key:"),
        "returnctl refund {id} --retry",
    ),
    "interrupted": Sentence(mark("interrupted. What was reported as done is done.")),
    "interrupted/many": Sentence(mark("interrupted: {count} were done, the rest was not begun.")),
}

# The forms that values must have.
_WANTED: dict[str, str] = {
    "amount": mark("a plain amount such as {example}"),
    "later": mark("a time after --since"),
    "instant": mark("a date such as 2026-11-12, 2026-11-12T09:30, today, 2d or -2d"),
    "units": mark("a number of units, 1 or more"),
    "whole": mark("a whole number from {least} to {most}"),
    "item": mark("LINE or LINE=QTY, such as 1 or 1=2"),
    "grade": mark("LINE=GRADE or LINE=GRADE:QTY, such as 1=worn:2"),
    "id_or_order": mark("the ID of a return, or --order with what would be asked for"),
    "not_both": mark(
        "wanted beside --order, --item, --reason and the like: they ask about what nobody applied for yet"
    ),
    "no_order": mark("needed: the orders stand in the file"),
    "zone": mark("a time zone such as America/Los_Angeles or Asia/Bangkok"),
    "seconds": mark("a number of seconds, such as 30"),
    "writer": mark("a command that changes anything"),
    "one_return": mark("for several returns: each payment has a number of its own"),
    "outside": mark("a place outside data/"),
    "stored_zip": mark("large enough for so much evidence: a zip holds 4 GiB; name a folder as TARGET"),
    "file_name": mark("the name of a file"),
    "plain_path": mark("a path on one line, whose characters can all be seen"),
    "no_json": mark("a form that can go on; --follow takes jsonl, csv or table"),
    "no_form_of_page": mark("wanted with --html: the page is HTML"),
    "no_form": mark("wanted with --to: the folder gets HTML and Markdown"),
    "one_outcome": mark("one outcome: a payment was made, failed, or is asked for again"),
    "pending_amount": mark("needed: --retry asks for the amount that is pending"),
    "real": mark("the number itself, it only stands for it"),
    "once": mark("a line that is named once"),
    "one_of": mark("one of {choices}"),
    "text": mark("a text"),
    "name": mark("a name of 1 to 60 letters, digits, spaces and . & ' - _"),
    "dates": mark("one of {example}"),
    "dry_run": mark("for a sweep that is carried out; add -n to look ahead"),
    "later_day": mark("a day after {example}, from which the version before holds"),
    "future": mark("in the future"),
    "past": mark("in the past"),
    "text_or_template": mark("what to say, or --template NAME"),
    "beside_text": mark("wanted beside TEXT: one of the two says it"),
    "export": mark("a file that ends in, or -o with, one of {choices}"),
    "no_terminal": mark("for a terminal: write it to a file, such as > returns.xlsx"),
    "in_rows": mark("an option for it: grades stand in the file, in a column 'grades'"),
    "no_ids": mark("needed: the returns stand in the file"),
}
# So many characters of a text are shown on each side of a cut.
_AROUND = 16
# Why a rule of eligibility failed.
_RULES: dict[str, str] = {
    "delivered": mark("not {starts} yet"),
    "window": mark("the window ended {ends}"),
    "returnable": mark("not returnable {because}"),
    "type": mark("'{type}' is not offered here, only {offered}"),
    "reason": mark("a reason is needed, one of {known}"),
    "reason/unknown": mark("'{reason}' is no reason here; there are {known}"),
    "conditions": mark("not stated: {missing}"),
    "evidence": mark("missing evidence: {missing}"),
    "quantity": mark("{asked} asked for, {bought} bought, {already} in other returns"),
}
# Facts whose values are words of the documents; what people type (types, methods, grades) stays as it is typed.
_WORDS = frozenset({"sides", "state", "event", "starts", "missing", "what"})


def told(code: str, facts: Mapping[str, Any]) -> Sentence:
    """What and what next, in the reader's language."""
    kinds = (f"{code}/{facts.get(name)}" for name in ("kind", "wanted", "why", "path"))
    key = next((kind for kind in kinds if kind in _SENTENCES), code)
    if code == "not_known" and "key" in facts:
        key = "not_known/payment"
    if key == "bad_value" and not facts["value"]:
        key = "bad_value/missing"
    if key == "bad_row" and not facts.get("column"):
        key = "bad_row/whole"
    sentence = _SENTENCES.get(key, _SENTENCES["failed"])
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
        wanted = say(_WANTED.get(str(facts.get("wanted")), "{wanted}"))
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
    text = say(_RULES[known]).format_map(_Facts({k: _shown(k, v) for k, v in failed["facts"].items()} | {"?": ""}))
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
