"""Help beyond the commands: exit codes, the workflow's picture, the environment."""

from __future__ import annotations

from returnctl.domain.states import ANYWHERE, ENDED, TRANSITIONS, Event, State
from returnctl.errors import Exit
from returnctl.output.rows import aligned
from returnctl.output.words import mark, say

EXITS: dict[Exit, str] = {
    Exit.DONE: mark("done, or nothing to do"),
    Exit.FAILED: mark("failed and nothing changed; or a check found problems"),
    Exit.USAGE: mark("the command line, or a value on it, is wrong"),
    Exit.PARTLY: mark("some of several were done"),
    Exit.NOT_ALLOWED: mark("the policy, or the money left, does not allow it"),
    Exit.WRONG_STATE: mark(
        "the return is in another state, a dispute holds it, or the key was used for something else"
    ),
    Exit.NOT_FOUND: mark("no such thing, or more than one"),
    Exit.DECLINED: mark("a hook declined"),
    Exit.NO_SHOP: mark("no shop here"),
    Exit.LOCKED: mark("the shop is locked by another command"),
    Exit.DAMAGED: mark("data is damaged"),
    Exit.NOT_KNOWN: mark("the outcome is not known: the message says whether `fsck` or `refund --retry` finds out"),
    Exit.INTERRUPTED: mark("interrupted"),
}
_ENVIRONMENT = {
    "RETURNCTL_SHOP": mark("the shop's folder, where -C does not tell it"),
    "RETURNCTL_NOW": mark("the time to decide by, where --now does not tell it"),
    "RETURNCTL_LANG": mark("the language, en or zh, where --lang does not tell it"),
    "NO_COLOR": mark("no colours, whatever its value"),
}


def text(topic: str) -> str:
    if topic == "workflow":
        return workflow() + "\n"
    rows = (
        [[str(int(code)), say(meaning)] for code, meaning in EXITS.items()]
        if topic == "exit-codes"
        else [[name, say(meaning)] for name, meaning in _ENVIRONMENT.items()]
    )
    headings = [say("code"), say("meaning")] if topic == "exit-codes" else [say("name"), say("meaning")]
    return aligned(rows, headings) + "\n"


def workflow() -> str:
    """The transition table, a line for each state and event."""
    rows = [["-", "apply", State.REQUESTED.value]]
    rows += [[origin.value, event.value, _targets(targets)] for (origin, event), targets in TRANSITIONS.items()]
    staying = ", ".join(event for event in ANYWHERE if event is not Event.FEEDBACK)
    lines = (
        say("in every state: {events}", events=staying),
        say("from any state to the one that a platform reports: {events}", events=Event.OBSERVE.value),
        say("once it has ended, or while it is rejected: {events}", events=Event.FEEDBACK.value),
    )
    return "\n".join((aligned(rows, [say("from"), say("event"), say("to")]), "", *lines))


def _targets(targets: tuple[State, ...]) -> str:
    return " | ".join(targets)


def diagram() -> str:
    """The same as a Mermaid state diagram; disputes, which may begin and end nearly everywhere, are left out.

    So are offers and their refusals, which leave the state.
    """
    apart = (Event.ESCALATE, Event.RESOLVE, Event.OFFER, Event.DECLINE)
    lines = ["stateDiagram-v2", "    [*] --> requested: apply"]
    for (origin, event), targets in TRANSITIONS.items():
        if State.DISPUTED not in (origin, *targets) and event not in apart:
            lines += [f"    {origin} --> {target}: {event}" for target in targets]
    lines += [f"    {state} --> [*]" for state in State if state in ENDED]
    return "\n".join(lines)
