"""The sentences of failures, by their codes; `failures` fills in the facts."""

from __future__ import annotations

from typing import NamedTuple

from returnctl.output.words import mark


class Sentence(NamedTuple):
    what: str
    hint: str = ""


_DAMAGED = mark("{path} is damaged ({why}). It was not used.")
_WAIT = mark("try again, or wait longer with --lock-timeout SECONDS")
SENTENCES: dict[str, Sentence] = {
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
WANTED: dict[str, str] = {
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
# Why a rule of eligibility failed.
RULES: dict[str, str] = {
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
