"""The command that comes next."""

from __future__ import annotations

from returnctl.domain.record import Due

# What the side whose turn it is would type.
_NEXT: dict[str, str] = {
    "review": "returnctl approve {id}",
    "ship": "returnctl ship {id} --tracking NUMBER",
    "receive": "returnctl receive {id}",
    "inspect": "returnctl inspect {id} --pass",
    "refund": "returnctl refund {id} --reference TXN",
    "confirm": "returnctl refund {id} --retry",
    "replace": "returnctl replace {id} --tracking NUMBER",
    "dispute": "returnctl show {id}",
    "negotiate": "returnctl resolve {id} --outcome refund --amount AMOUNT",
    "platform": "returnctl resolve {id} --outcome OUTCOME",
}
# Where an application failed a rule, the first suggestion is to refuse it.
_REFUSE = "returnctl reject {id} --reason not_eligible"


# What an event wants beside the id.
_WANTS = {
    "refund": " --reference TXN",
    "resolve": " --outcome OUTCOME",
    "inspect": " --pass",
    "reject": " --reason CODE",
}


def typed(event: str, id: str) -> str:  # noqa: A002 - the field's own name
    """The command that books an event."""
    return f"returnctl {event} {id}{_WANTS.get(event, '')}"


def next_command(id: str, waits: Due | None, *, eligible: bool = True) -> str:  # noqa: A002 - the field's own name
    """What to type next, empty where nothing is waited for."""
    if waits is None:
        return ""
    if waits.lapsed:
        return f"returnctl show {id}"
    if waits.action == "review" and not eligible:
        return _REFUSE.format(id=id)
    return _NEXT.get(waits.action, "returnctl show {id}").format(id=id)
