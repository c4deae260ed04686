"""The command that comes next."""

from __future__ import annotations

from returnctl.domain.record import Due, Return, open_offer
from returnctl.domain.states import Role

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
    "negotiate": "returnctl offer {id} --amount AMOUNT",
    "platform": "returnctl resolve {id} --outcome OUTCOME",
    "appeal": "returnctl escalate {id} --to platform --as seller",
}
# Where the other side has made an offer.
_ANSWER = "returnctl accept {id}"
# Where an application failed a rule, the first suggestion is to refuse it.
_REFUSE = "returnctl reject {id} --reason not_eligible"


# Where a platform runs the return, its next report tells what others did; what it decides on is handed in.
_REPORTED = "returnctl import FILE"
_HANDED_IN = "returnctl dispute bundle {id} FOLDER"

# What an event wants beside the id.
_WANTS = {
    "refund": " --reference TXN",
    "resolve": " --outcome OUTCOME",
    "inspect": " --pass",
    "reject": " --reason CODE",
    "offer": " --amount AMOUNT",
}


def typed(event: str, id: str) -> str:  # noqa: A002 - the field's own name
    """The command that books an event."""
    return f"returnctl {event} {id}{_WANTS.get(event, '')}"


def next_command(
    id: str,  # noqa: A002 - the field's own name
    waits: Due | None,
    record: Return | None = None,
    *,
    external: bool = False,
) -> str:
    """What to type next, empty where nothing is waited for. `record` is needed where a rule failed, or for offers.

    `external`: a platform runs the return, which `record` would tell, too.
    """
    if waits is None:
        return ""
    if waits.by is not Role.SELLER and (external or (record and record.external)):
        return (_HANDED_IN if waits.action == "platform" else _REPORTED).format(id=id)
    if waits.lapsed or (waits.by is Role.PLATFORM and waits.action == "refund"):
        return f"returnctl show {id}"
    if record and _is_offered(record, waits):
        return _ANSWER.format(id=id)
    if record and waits.action == "review" and _is_refused(record):
        return _REFUSE.format(id=id)
    return next_of(waits.action, id)


def next_of(action: str, id: str) -> str:  # noqa: A002
    """What is typed for an action that is due."""
    return _NEXT.get(action, "returnctl show {id}").format(id=id)


def _is_offered(record: Return, waits: Due) -> bool:
    made = open_offer(record)
    return waits.action in ("review", "negotiate") and made is not None and made.by is not waits.by


def _is_refused(record: Return) -> bool:
    """A rule failed, and nobody made an exception."""
    return not record.exception and any(x.outcome == "fail" and x.rule != "limits" for x in record.eligibility)
