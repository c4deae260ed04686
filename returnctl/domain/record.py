"""The document of a return: the record that moves through the workflow."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from msgspec import field

from returnctl.domain.external import External
from returnctl.domain.money import ZERO, Money, digits, nothing
from returnctl.domain.order import Buyer, Document, Order
from returnctl.domain.states import PASSING, Event, Fault, Kind, Role, State

Outcome = Literal["pass", "fail", "skip"]


class Graded(Document, frozen=True):
    """Units found alike. `pays` is kept, so that what was accepted can be told without the policy."""

    grade: str
    quantity: int
    pays: Decimal


class Line(Document, frozen=True):
    """Units of one order line: asked for, accepted to come back, arrived, and what was found."""

    line: str
    sku: str
    requested: int
    approved: int = 0
    received: int = 0
    graded: tuple[Graded, ...] = ()


class OrderTaken(Order, frozen=True, kw_only=True):
    """The order as it stood at `apply`. The digest leaves the buyer out, so that it outlives anonymizing."""

    digest: str


class PolicyRef(Document, frozen=True):
    name: str
    version: int
    digest: str
    commit: str | None = None


class Reason(Document, frozen=True):
    """Without a code the fault is the buyer's."""

    code: str | None = None
    fault: Fault = Fault.BUYER
    note: str = ""


class RuleOutcome(Document, frozen=True):
    """One rule of eligibility: how it came out, for which line, and the place in the policy that decided it."""

    rule: str
    outcome: Outcome
    line: str | None = None
    at: str | None = None
    facts: dict[str, Any] = {}


class ExceptionMade(Document, frozen=True):
    """The seller let pass what the policy does not."""

    why: str
    by: str
    at: datetime


class Agreed(Document, frozen=True):
    """An amount that an offer or a decision settled: still to be paid from `at` on, beyond `paid_before`.

    `units` is what it settles of each line, and `shipping` whether what it replaced gave the order's shipping back:
    no other return gives these again.
    """

    amount: Decimal
    paid_before: Decimal
    at: datetime
    units: dict[str, int] = {}
    shipping: bool = False


class Due(Document, frozen=True, omit_defaults=True):
    """What must happen next, by whom, until when, and what follows if it does not.

    `lapsed`: it passed at the platform that runs the return, and what follows is assumed.
    """

    action: str
    by: Role
    at: datetime
    then: str
    lapsed: bool = False


class Late(Document, frozen=True):
    """A due that was answered too late, or `near` its end: in the last tenth of its time. `ended` is when it ended."""

    action: str
    by: Role
    ended: datetime
    near: bool = False


class Parcel(Document, frozen=True):
    carrier: str | None = None
    tracking: str | None = None
    sent_at: datetime | None = None
    received_at: datetime | None = None


class Evidence(Document, frozen=True):
    sha256: str
    name: str
    type: str
    size: int
    by: Role
    at: datetime


class Message(Document, frozen=True):
    at: datetime
    by: Role
    text: str


class WorksheetLine(Document, frozen=True, omit_defaults=True, kw_only=True):
    code: str
    line: str | None = None
    grade: str | None = None
    net: Decimal
    tax: Decimal
    amount: Decimal


class Breakdown(Document, frozen=True):
    """The worksheet of a refund: its lines sum to the total, always."""

    lines: tuple[WorksheetLine, ...]
    net: Decimal
    tax: Decimal
    total: Decimal


class Tender(Document, frozen=True):
    payment: str
    amount: Decimal


class RequestKey(Document, frozen=True):
    """The key that somebody gave to a request, and the digest of what was asked under it."""

    key: str
    digest: str


class Refund(Document, frozen=True, kw_only=True):
    """One payment: `amount` was asked of the provider, `confirmed` is what it says it paid, and then net and tax."""

    key: str
    at: datetime
    amount: Decimal
    net: Decimal
    tax: Decimal
    method: str
    tenders: tuple[Tender, ...] = ()
    status: Literal["pending", "confirmed", "failed"] = "pending"
    reference: str | None = None
    confirmed: Decimal | None = None
    final: bool = False
    why: str | None = None
    request: RequestKey | None = None
    attempts: int = 0


class Owed(Document, frozen=True):
    """Work outside the house. The key ends in the number of the event that owes it, and what is to be told or done.

    What a hook declined is for people to do; no hook is asked again.
    """

    key: str
    kind: Literal["tell", "act"]
    status: Literal["open", "done", "declined", "withdrawn"] = "open"
    attempts: int = 0

    @property
    def what(self) -> str:
        return self.key.rpartition("/")[2]

    @property
    def entry(self) -> int:
        """The event that owes it: its place in the history, from 1."""
        return int(self.key.split("/")[-2])


class Offer(Document, frozen=True, kw_only=True):
    """What one side offers to settle the return with, still to be paid from now on; `until` is when it lapses.

    `replaced` by a further offer; `withdrawn` when the return went on without it.
    """

    at: datetime
    by: Role
    amount: Decimal
    until: datetime
    note: str = ""
    status: Literal["open", "accepted", "declined", "lapsed", "replaced", "withdrawn"] = "open"


class Dispute(Document, frozen=True, kw_only=True):
    """The contested part; `escalated_from` is the state that a withdrawal leads back to.

    `appeal_until` ends the time in which the seller may appeal against a decision of the platform; `appeal` is a
    dispute that such an appeal opened.
    """

    stage: Literal["negotiation", "platform"]
    claim: str
    by: Role
    at: datetime
    escalated_from: State
    asked: Decimal | None = None
    note: str = ""
    case: str | None = None
    outcome: str | None = None
    amount: Decimal | None = None
    reference: str | None = None
    appeal_until: datetime | None = None
    appeal: bool = False


class Feedback(Document, frozen=True, kw_only=True):
    """What the buyer says of how it was handled, with what figures want beside it: the promise, the reason, the time.

    `hours` run from the application to the end, or to the refusal.
    """

    at: datetime
    rating: int
    comment: str = ""
    policy: str
    version: int
    reason: str | None = None
    hours: int


class Happened(Document, frozen=True, kw_only=True):
    """One thing that happened: who, when, what, from which state to which."""

    at: datetime
    by: str
    role: Role
    event: str
    from_: State | None = field(name="from")
    to: State
    facts: dict[str, Any] = {}


class Return(Document, frozen=True, kw_only=True):
    """One case of after-sales on one order.

    `before` holds the fields that the last event changed, as they were and as JSON has them, so that `undo` can
    bring them back. `sweep_at` is when the sweep next has something to do with it.
    """

    returnctl: str = "return/v1"
    id: str
    revision: int = 1
    state: State
    type: Kind
    order: OrderTaken
    currency: str
    policy: PolicyRef
    buyer: Buyer
    reason: Reason
    lines: tuple[Line, ...]
    conditions: tuple[str, ...] = ()
    eligibility: tuple[RuleOutcome, ...] = ()
    exception: ExceptionMade | None = None
    returnless: bool = False
    agreed: Agreed | None = None
    window_ends: datetime | None = None
    due: Due | None = None
    late: tuple[Late, ...] = ()
    sweep_at: datetime | None = None
    parcels: tuple[Parcel, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    messages: tuple[Message, ...] = ()
    breakdown: Breakdown | None = None
    refunds: tuple[Refund, ...] = ()
    owed: tuple[Owed, ...] = ()
    dispute: Dispute | None = None
    offers: tuple[Offer, ...] = ()
    external: External | None = None
    feedback: Feedback | None = None
    history: tuple[Happened, ...] = ()
    before: dict[str, Any] | None = None

    @property
    def applied_at(self) -> datetime:
        return self.history[0].at

    @property
    def updated_at(self) -> datetime:
        return self.history[-1].at

    def line(self, number: str) -> Line | None:
        return next((line for line in self.lines if line.line == number), None)

    def refunded(self, *statuses: str) -> Money:
        """The sum of the payments in these statuses; of all that may have left the house without any."""
        wanted = statuses or ("pending", "confirmed")
        return sum(
            (Money(self.currency, x.net, x.tax) for x in self.refunds if x.status in wanted),
            nothing(self.currency),
        )


def standing(history: Iterable[Happened]) -> list[Happened]:
    """What somebody did and was not undone since, without what passing time does."""
    stood: list[Happened] = []
    for entry in history:
        if entry.event == Event.UNDO:
            stood.pop()
        elif entry.event not in PASSING:
            stood.append(entry)
    return stood


def with_files(record: Return, files: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """Its evidence and what is new among `files`: content that it has already is not added again."""
    has = {file.sha256 for file in record.evidence}
    new = {file.sha256: file for file in files if file.sha256 not in has}
    return (*record.evidence, *new.values())


def open_offer(record: Return) -> Offer | None:
    """The one that waits for an answer: always the last."""
    last = record.offers[-1] if record.offers else None
    return last if last and last.status == "open" else None


def unpaid(record: Return) -> Decimal:
    """What the breakdown still asks for, pending payments taken as paid."""
    return record.breakdown.total - record.refunded().amount if record.breakdown else ZERO


def slack(record: Return) -> Decimal:
    """What rounding may explain: a platform may round each unit by itself, so the smallest coin for each."""
    return Decimal(sum(line.requested for line in record.lines)).scaleb(-digits(record.currency))
