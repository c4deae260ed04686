"""Every command: where it lives, and what it does in one line. The one list; help and README are drawn from it."""

from __future__ import annotations

from typing import NamedTuple

from returnctl.output.words import mark


class Entry(NamedTuple):
    """`place` is `module:name` under `returnctl.cli`; it is imported when the command is typed."""

    place: str
    section: str
    help: str


_SHOP, _RETURNS, _MONEY, _TALK, _LOOK, _CARE = (
    mark("The shop"),
    mark("A return, step by step"),
    mark("Money and disputes"),
    mark("Talking and notes"),
    mark("Looking things up"),
    mark("Policies, deadlines, help"),
)

COMMANDS: dict[str, Entry] = {
    "init": Entry("shops:init", _SHOP, mark("Make a new shop in a folder.")),
    "demo": Entry("demo:demo", _SHOP, mark("Make a shop with returns in every state, to look around in.")),
    "import": Entry(
        "orders:import_",
        _SHOP,
        mark("Take in orders, returns, settlements: Seller Center's exports, the Partner API's JSON."),
    ),
    "order": Entry("orders:order", _SHOP, mark("Orders: import, show, list.")),
    "apply": Entry("requests:apply", _RETURNS, mark("The buyer asks for a return of an order.")),
    "approve": Entry("requests:approve", _RETURNS, mark("Accept a request, or part of it.")),
    "reject": Entry("requests:reject", _RETURNS, mark("Refuse a request, or a parcel that never came.")),
    "ship": Entry("goods:ship", _RETURNS, mark("The buyer has sent the goods.")),
    "receive": Entry("goods:receive", _RETURNS, mark("A parcel has arrived.")),
    "inspect": Entry("goods:inspect", _RETURNS, mark("Say what was found in the parcel, unit by unit.")),
    "replace": Entry("goods:replace", _RETURNS, mark("The replacement was sent.")),
    "convert": Entry("goods:convert", _RETURNS, mark("No replacement is to be had: refund instead.")),
    "cancel": Entry("requests:cancel", _RETURNS, mark("The buyer withdraws.")),
    "decide": Entry("deciding:decide", _RETURNS, mark("Carry out the decisions that stand in a file, row by row.")),
    "undo": Entry("talk:undo", _RETURNS, mark("Take the last event back, while nothing of it was paid, sent or told.")),
    "refund": Entry("money:refund", _MONEY, mark("Pay back, and book what was paid.")),
    "escalate": Entry("disputes:escalate", _MONEY, mark("Contest a return; refunds are frozen until the outcome.")),
    "offer": Entry("disputes:offer", _MONEY, mark("Offer an amount to settle a request, a refusal or a dispute.")),
    "accept": Entry("disputes:accept", _MONEY, mark("Take the other side's offer: its amount is to be paid.")),
    "decline": Entry("disputes:decline", _MONEY, mark("Refuse the other side's offer.")),
    "resolve": Entry("disputes:resolve", _MONEY, mark("Carry out the outcome of a dispute.")),
    "dispute": Entry("bundling:dispute", _MONEY, mark("Disputes: the case file that a platform decides on.")),
    "message": Entry("talk:message", _TALK, mark("Say something to the other side.")),
    "note": Entry("talk:note", _TALK, mark("Keep a note for the team only.")),
    "attach": Entry("talk:attach", _TALK, mark("Add evidence to a return.")),
    "feedback": Entry("talk:feedback", _TALK, mark("Book how content the buyer is, once a return has ended.")),
    "done": Entry("talk:done", _TALK, mark("Mark what was owed outside as done by hand.")),
    "todo": Entry("todo:todo", _LOOK, mark("What must be done, soonest first, with the command to type.")),
    "list": Entry("looking:list_", _LOOK, mark("The returns, by state, date, buyer, order, account.")),
    "show": Entry("looking:show", _LOOK, mark("One return in full.")),
    "report": Entry("report:report", _LOOK, mark("Figures of a period: what comes back, why, how fast, at what cost.")),
    "history": Entry("looking:history", _LOOK, mark("What happened to one return.")),
    "reconcile": Entry(
        "reconciling:reconcile",
        _LOOK,
        mark("Orders, returns and settlements against each other: money that is missing."),
    ),
    "export": Entry("exporting:export", _LOOK, mark("Returns for other programs: CSV, XLSX, JSON lines.")),
    "policy": Entry("policies:policy", _CARE, mark("Policies: look at them, check and try them, keep their versions.")),
    "due": Entry("talk:due", _CARE, mark("Give a return another deadline, such as the platform's own.")),
    "sweep": Entry("care:sweep", _CARE, mark("Carry out what is due because a deadline passed.")),
    "cron": Entry("cron:cron", _CARE, mark("Print what has cron or systemd run the sweep.")),
    "fsck": Entry("checking:fsck", _CARE, mark("Check all that is kept, and mend what follows from the rest.")),
    "log": Entry("keeping:log", _CARE, mark("The commits, oldest first: the change feed.")),
    "backup": Entry("keeping:backup", _CARE, mark("Copy the whole shop while others work.")),
    "seal": Entry("keeping:seal", _CARE, mark("Write the journal's head into seals/, for git to vouch for.")),
    "anonymize": Entry("anonymizing:anonymize", _CARE, mark("Remove the buyers of returns that ended, for good.")),
    "doctor": Entry("doctoring:doctor", _CARE, mark("Look at all that the shop stands on, and say what to do.")),
    "completion": Entry("care:completion", _CARE, mark("Print the completion script for a shell.")),
    "help": Entry("care:help_", _CARE, mark("Explain exit codes, the workflow, the environment.")),
}

_READ = mark("Reading and checking")

# Those of `returnctl policy`.
POLICY: dict[str, Entry] = {
    "list": Entry("policies:policy_list", _READ, mark("The policies of the shop.")),
    "show": Entry("policies:policy_show", _READ, mark("A policy as it applies, each value with where it comes from.")),
    "explain": Entry(
        "policy_explain:policy_explain", _READ, mark("Why a return came out as it did: rules, values, window, money.")
    ),
    "diff": Entry(
        "policy_diff:policy_diff", _READ, mark("What a change of policies says otherwise, and what it would have cost.")
    ),
    "schema": Entry(
        "policies:policy_schema", _READ, mark("The JSON Schema of policies, which editors complete and explain by.")
    ),
    "validate": Entry(
        "policies:policy_validate", _READ, mark("Find every fault of policy files, each with its place.")
    ),
    "publish": Entry(
        "policy_publish:policy_publish", _READ, mark("The page for buyers, and the data that search engines read.")
    ),
    "test": Entry(
        "policy_tests:policy_test",
        _READ,
        mark("Try the cases under policies/tests/: what is given, what must come of it."),
    ),
    "new-version": Entry(
        "policy_versions:policy_new_version", _READ, mark("Copy a policy to its next version, for you to change.")
    ),
    "log": Entry(
        "policy_versions:policy_log", _READ, mark("The versions: when they hold, their commits, what they decided.")
    ),
}
