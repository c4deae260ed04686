"""The policy: what a file says, what is pinned of it, and the typed terms that hold for one return or line."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from msgspec import field

from returnctl.domain.calendar import WorkCalendar
from returnctl.domain.order import Document
from returnctl.domain.states import Fault, Kind

Amounts = dict[str, Decimal]
Texts = dict[str, str]


class PolicySource(Document, frozen=True):
    """A valid policy file, read: `body` as it stands there (decimals and dates as text).

    `places` maps each path of keys and list positions, joined by `/`, to its line; `source` is the file's name.
    """

    source: str
    name: str
    version: int
    body: dict[str, Any]
    places: dict[str, int]


class Pinned(PolicySource, frozen=True):
    """A policy as returns keep it: it needs neither its file nor the holiday library again."""

    returnctl: str = "pinned-policy/v1"
    calendars: dict[str, WorkCalendar] = {}


class Fallback(Document, frozen=True):
    starts: Literal["ordered", "shipped"] = "shipped"
    add_days: int = 0


class Window(Document, frozen=True, kw_only=True):
    """How long the buyer may apply; just one of the first four is set."""

    days: int | None = None
    until: date | None = None
    none: bool = False
    unlimited: bool = False
    starts: Literal["delivered", "ordered", "shipped"]
    count: Literal["calendar_days", "elapsed_days", "working_days"]
    end_on: Literal["any_day", "working_day"]
    if_not_delivered: Fallback | None = None


class ReasonTerms(Document, frozen=True):
    fault: Fault
    evidence: tuple[str, ...] = ()
    types: tuple[Kind, ...] = ()
    also: tuple[str, ...] = ()
    title: Texts = {}


class Reasons(Document, frozen=True):
    required: bool
    catalogue: dict[str, ReasonTerms]

    def find(self, word: str) -> str | None:
        """The code of a reason named by its code or by what a platform calls it."""
        if word in self.catalogue:
            return word
        return next((code for code, terms in self.catalogue.items() if word in terms.also), None)


class Titled(Document, frozen=True):
    title: Texts = {}


class Refusal(Titled, frozen=True):
    """`also` are a platform's own codes for it."""

    also: tuple[str, ...] = ()


class RefundTerms(Document, frozen=True):
    methods: tuple[str, ...]
    outbound_shipping: Literal["never", "fault", "whole_order", "fault_or_whole_order", "always"]


class Fee(Document, frozen=True, kw_only=True):
    """The restocking fee; `percent` and `flat` displace each other, `none` displaces both."""

    none: bool = False
    percent: Decimal | None = None
    flat: Amounts | None = None
    max: Amounts | None = None
    charged_for: tuple[Fault, ...] = (Fault.BUYER,)


class Freight(Document, frozen=True):
    """Who pays the way back; `deduct` for a label that the seller provides."""

    paid_by: Literal["buyer", "seller"]
    deduct: Amounts | None = None


class Grade(Document, frozen=True, kw_only=True):
    """`pays` is the percentage of the price that is paid back."""

    pays: Decimal
    goods: str | None = None
    evidence: tuple[str, ...] = ()
    title: Texts = {}


class Inspection(Document, frozen=True, kw_only=True):
    grades: dict[str, Grade]
    pass_: str = field(name="pass")
    fail: str


class Deadline(Document, frozen=True, kw_only=True):
    """Just one of the first three is set; `days` are local calendar days."""

    hours: int | None = None
    days: int | None = None
    working_days: int | None = None
    then: str


class RemindBefore(Document, frozen=True):
    hours: tuple[int, ...]


class Rule(Document, frozen=True, kw_only=True):
    """What is decided without a look; what is not given always holds."""

    name: str
    faults: tuple[Fault, ...] = ()
    reasons: tuple[str, ...] = ()
    types: tuple[Kind, ...] = ()
    max_total: Amounts | None = None


class PerBuyer(Document, frozen=True):
    count: int
    days: int


class Limits(Document, frozen=True):
    returns_per_buyer: PerBuyer | None = None


class Terms(Document, frozen=True, kw_only=True):
    """What holds for one return, or for one of its lines: defaults, file and overrides merged."""

    timezone: str
    holidays: str
    return_address: dict[str, Any] | None = None
    types: tuple[Kind, ...]
    return_window: Window
    conditions: tuple[str, ...]
    conditions_waived_for: tuple[Fault, ...]
    reasons: Reasons
    reject_reasons: dict[str, Refusal]
    refund: RefundTerms
    restocking_fee: Fee
    return_shipping: dict[Fault, Freight]
    inspection: Inspection
    deadlines: dict[str, Deadline]
    remind_before: RemindBefore
    auto_approve: tuple[Rule, ...] = ()
    returnless: tuple[Rule, ...] = ()
    limits: Limits = Limits()
    wording: dict[str, Any] = {}
