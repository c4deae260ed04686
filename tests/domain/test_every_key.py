"""Every key of a policy changes something: for each one a case that sets it and sees what becomes of a return.

The keys are read from the schema, so that a new one has no case until somebody writes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import asdict

from returnctl.domain import dispute, paying, workflow
from returnctl.domain.automatic import SYSTEM
from returnctl.domain.calendar import WorkCalendar
from returnctl.domain.carry_out import instructions
from returnctl.domain.case import Case, Moment
from returnctl.domain.eligibility import Wish
from returnctl.domain.external import External
from returnctl.domain.lapse import lapse
from returnctl.domain.notices import from_template, worded
from returnctl.domain.policy import Pinned
from returnctl.domain.record import Return
from returnctl.domain.reminders import wakes_at
from returnctl.domain.states import Kind
from returnctl.errors import NotFound
from returnctl.output.policies import policy_row, values_of
from returnctl.readers.policies import check_policy, reviewed
from returnctl.readers.strict_yaml import read_yaml
from returnctl.shop.policies import in_force
from tests.builders import NOW, a_case, a_case_in, an_order, as_order, beside, buyer, later, platform, seller

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas/policy.schema.json").read_text("utf-8"))
HEAD = {
    "returnctl": "policy/v1",
    "name": "standard",
    "version": 1,
    "markets": ["US"],
    "timezone": "America/Los_Angeles",
}
# What only people read: no decision hangs on it, and it must be given or may say why.
READ = ("overrides/*/name", "waivers/*/by", "waivers/*/on", "waivers/*/because")
# Only one value is allowed, and it is the default: there is nothing to set.
FIXED = ("returnctl", *(f"deadlines/{name}/then" for name in ("receive", "replace", "dispute", "appeal")))
ADDRESS = {"name": "Lumi", "lines": ["100 Harbor Way"], "country": "US"}
EVERYTHING = {
    "approved": {"en": "{return_address} {ship_by} {window_ends} {reason} {amount}"},
    "rejected": {"en": "{reason}"},
}


# --- the keys of the schema


def keys(schema: Mapping[str, Any] = SCHEMA, path: str = "") -> Iterator[str]:
    """Every key that the schema names, `*` for one of the seller's own and for a position."""
    for part in map(of, (schema, *(each for each in schema.get("allOf", ()) if "if" not in each))):
        for name, inner in part.get("properties", {}).items():
            here = f"{path}/{name}".lstrip("/")
            yield from (here, *keys(of(inner), here))
        for inner in (part.get("items"), part.get("additionalProperties")):
            if isinstance(inner, dict):
                yield from keys(of(inner), f"{path}/*")


def of(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """With what it refers to."""
    found = SCHEMA["definitions"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else {}
    return {**found, **schema}


# --- what a policy makes of a return


@dataclass
class Life:
    """One return under a policy, and each thing that may come out otherwise."""

    policy: Pinned
    order: dict[str, Any] = field(default_factory=dict)
    wish: dict[str, Any] = field(default_factory=dict)
    state: str = "refund_due"
    grade: str | None = None
    before: bool = False

    def case(self) -> Case:
        case = a_case(an_order(**self.order), self.policy, recent=(NOW - 3 * timedelta(days=1),))
        return beside(a_case_in("requested", case)) if self.before else case

    def asked(self) -> Return:
        return workflow.weighed(self.case(), buyer(), id="R-000001", wish=Wish(**self.wish))

    def applied(self) -> Case:
        wish = {"exception": "so that it goes on", **self.wish}
        return self.case().having(
            workflow.apply(self.case(), buyer(), id="R-000001", wish=Wish(**wish)).record
        )  # fmt: skip

    def led(self) -> Case:
        if self.state == "asked":
            return self.applied()
        if self.state == "appealed":
            case = a_case_in("disputed", self.case(), **self.wish)
            moved = dispute.escalate(case, platform(later(case)), to_platform=True).record
            case = case.having(moved)
            decided = dispute.resolve(case, platform(later(case)), outcome="refund", amount=Decimal(5)).record
            return case.having(decided)
        if self.state == "platform":
            case = a_case_in("disputed", self.case(), **self.wish)
            return case.having(dispute.escalate(case, seller(later(case)), to_platform=True).record)
        if self.grade:
            case = a_case_in("received", self.case(), **self.wish)
            facts: dict[str, Any] = {"passes": self.grade == "pass"} if self.grade in ("pass", "fail") else {
                "grades": {"1": {self.grade: None}}
            }  # fmt: skip
            return case.having(workflow.inspect(case, seller(later(case)), **facts).record)
        return a_case_in(self.state, self.case(), **self.wish)


def rules(life: Life) -> Any:
    return [(x.rule, x.line, x.outcome) for x in life.asked().eligibility]


def automatic(life: Life) -> Any:
    record = life.applied().stored if "exception" in life.wish else life.case().having(
        workflow.apply(life.case(), buyer(), id="R-000001", wish=Wish(**life.wish)).record
    ).stored  # fmt: skip
    return record.state, [entry.facts.get("rule") for entry in record.history]


def deadline(life: Life) -> Any:
    due = life.led().stored.due
    return due and (due.at, due.then)


def appeal(life: Life) -> Any:
    found = life.led().stored.dispute
    return found and found.appeal_until


def passed(life: Life) -> Any:
    """Where the sweep leads it when nobody acts."""
    case = life.led()
    assert case.stored.due
    after = lapse(case, Moment(case.stored.due.at, SYSTEM), pays=True).record
    return after.state, after.dispute and after.dispute.stage


def money(life: Life) -> Any:
    found = life.led().stored.breakdown
    return found and found.total


def goods(life: Life) -> Any:
    return next(x.facts.get("goods") for x in life.led().stored.history if x.event == "inspect")


def files(life: Life) -> Any:
    case = a_case_in("received", life.case(), **life.wish)
    return workflow.inspect(case, seller(later(case)), passes=False).warnings


def paid(life: Life) -> Any:
    case = life.led()
    return paying.intend(case, seller(later(case))).record.refunds[0].method


def refusal(life: Life) -> Any:
    case = a_case_in("requested", life.case(), **life.wish)
    try:
        return workflow.reject(case, seller(later(case)), reason="late").record.state
    except Exception as failure:  # noqa: BLE001 - which it is, is what is seen
        return type(failure)


def choice(life: Life) -> Any:
    """What a refusal is called on the platform that runs the return."""
    case = a_case_in("requested", life.case(), external=External("tiktok", "4035"))
    return instructions(workflow.reject(case, seller(later(case)), reason="late").record)


def told(life: Life) -> Any:
    case = life.led()
    entry = case.stored.history[-1]
    return worded(case.stored, entry, str(case.stored.state), case.rules())


def said(life: Life) -> Any:
    case = life.led()
    try:
        return from_template("hi", case.stored, case.rules())
    except NotFound:
        return None


def why(life: Life) -> Any:
    return [x.facts.get("because") for x in life.asked().eligibility]


LOOKS: dict[str, Any] = {
    "eligibility": rules,
    "window": lambda life: life.asked().window_ends,
    "type": lambda life: life.asked().type,
    "reason": lambda life: (life.asked().reason.code, life.asked().reason.fault),
    "automatic": automatic,
    "deadline": deadline,
    "appeal": appeal,
    "reminder": lambda life: wakes_at(life.led().stored),
    "passed": passed,
    "money": money,
    "goods": goods,
    "files": files,
    "paid": paid,
    "refusal": refusal,
    "choice": choice,
    "told": told,
    "said": said,
    "why": why,
    "listed": lambda life: policy_row(life.policy),
    "shown": lambda life: sorted((x["id"], str(x["value"])) for x in values_of(life.applied().rules())),
    "chosen": lambda life: sorted(in_force([life.policy], as_order(life.case().order))),
    "warned": lambda life: [x.facts["floor"] for x in reviewed(text_of(life.policy.body), "p.yaml")],
}


def text_of(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body).encode()


def policy(body: Mapping[str, Any]) -> Pinned:
    """As a shop pins it; each body of these tests is valid."""
    source, problems = check_policy(text_of(body), "p.yaml")
    assert source, problems
    calendars = {
        "US": WorkCalendar(country="US", first=2026, last=2027, holidays=frozenset()),
        "SA": WorkCalendar(country="SA", first=2026, last=2027, weekend=(4, 5), holidays=frozenset()),
    }
    return Pinned(**asdict(source), calendars=calendars)


# --- the cases: key, policy before, what is set, what comes out otherwise, and of which return


def read(text: str) -> Any:
    """As a policy is read, where `on` is text; what is exact is so in the text that is written of it."""
    return json.loads(json.dumps(read_yaml(text.encode(), "case").value, default=float))


def case(key: str, what: str, change: str, before: str = "{}", **life: Any) -> Any:
    return pytest.param(key, read(before), read(change), what, life, id=f"{key}-{what}")


AUTO = "{auto_approve: [{name: a}]}"
LIMIT = "{auto_approve: [{name: a}], limits: {returns_per_buyer: {count: 1, days: 9}}}"
BROKEN = {"reason": "damaged"}
UNKNOWN = {"delivered_at": None}
FEE = "{restocking_fee: {percent: 10}}"
WIN = "{return_window: {days: 30, if_not_delivered: {starts: shipped, add_days: 1}}}"
TEXTS = f"{{wording: {{notices: {json.dumps(EVERYTHING)}}}}}"
ADDRESSED = f"{{wording: {{notices: {json.dumps(EVERYTHING)}}}, return_address: {json.dumps(ADDRESS)}}}"
REFUSED = f"{{wording: {{notices: {json.dumps(EVERYTHING)}}}, reject_reasons: {{late: {{}}}}}}"
OWN = "{reasons: {catalogue: {odd: {fault: buyer}}}}"
GRADES = "{inspection: {grades: {as_sent: {pays: 100}, wrong_item: {pays: 0}, worn: {pays: 50}}}}"
OVER = "{overrides: [{name: o, when: {faults: [buyer]}, set: {return_window: {days: 7}}}]}"
NONE = OVER.replace("{days: 7}", "none")
WAIVED = "{conditions: [unused]}"


LAMP = {"order": {"lines": [{"line": "1", "sku": "LUMI-1", "category": "lamps", "quantity": 1, "net": "81.00"}]}}


def over(when: str) -> str:
    return f"{{markets: [US, GB], overrides: [{{name: o, when: {when}, set: {{return_window: {{days: 7}}}}}}]}}"


STEPS = {
    "review": "requested", "ship": "approved", "receive": "in_transit", "inspect": "received", "refund": "refund_due",
    "replace": "replacement_due", "dispute": "rejected", "negotiate": "disputed", "platform": "platform",
    "appeal": "appealed",
}  # fmt: skip
THENS = {
    "review": ("approve", "reject"), "ship": ("expire", "remind"), "inspect": ("pass", "remind"),
    "refund": ("remind", "pay"), "negotiate": ("escalate", "remind"), "platform": ("remind", "escalate"),
}  # fmt: skip


def deadlines() -> Iterator[Any]:
    for name, state in STEPS.items():
        what, life = "appeal" if name == "appeal" else "deadline", {"state": state}
        yield case(f"deadlines/{name}", what, f"{{deadlines: {{{name}: {{days: 300}}}}}}", **life)
        for unit in ("hours", "days", "working_days"):
            yield case(
                f"deadlines/{name}/{unit}", what, f"{{deadlines: {{{name}: {{{unit}: 9}}}}}}",
                f"{{deadlines: {{{name}: {{{unit}: 6}}}}}}", **life,
            )  # fmt: skip
    for name, (first, then) in THENS.items():
        what = "deadline" if name in ("refund", "platform") else "passed"
        yield case(
            f"deadlines/{name}/then", what, f"{{deadlines: {{{name}: {{then: {then}}}}}}}",
            f"{{deadlines: {{{name}: {{then: {first}}}}}}}", state=STEPS[name],
        )  # fmt: skip


def freight() -> Iterator[Any]:
    for fault, wish in (("buyer", {}), ("seller", BROKEN), ("carrier", {"reason": "lost"})):
        before = (
            "{types: [return_and_refund], reasons: {catalogue: {damaged: {fault: seller}, lost: {fault: carrier}}}}"
        )
        paid_by = f"{{return_shipping: {{{fault}: {{paid_by: buyer, deduct: {{USD: 4.99}}}}}}}}"
        unpaid = f"{{return_shipping: {{{fault}: {{paid_by: seller, deduct: {{USD: 4.99}}}}}}}}"
        yield case(f"return_shipping/{fault}", "money", paid_by, before, wish=wish)
        yield case(f"return_shipping/{fault}/paid_by", "money", paid_by, merged(before, unpaid), wish=wish)
        less = f"{{return_shipping: {{{fault}: {{deduct: {{USD: 1}}}}}}}}"
        yield case(f"return_shipping/{fault}/deduct", "money", less, merged(before, paid_by), wish=wish)


def merged(*texts: str) -> str:
    tree: dict[str, Any] = {}
    for text in texts:
        tree |= read(text)
    return json.dumps(tree)


def rules_of(key: str, life: dict[str, Any]) -> Iterator[Any]:
    """A rule that fits, and the same with one demand that does not."""
    rule = f"{{{key}: [{{name: a}}]}}"
    yield case(key, "automatic", rule, **life)
    yield case(f"{key}/*/name", "automatic", f"{{{key}: [{{name: b}}]}}", rule, **life)
    for demand in ("faults: [carrier]", "reasons: [damaged]", "types: [replacement]", "max_total: {USD: 1}"):
        name = demand.partition(":")[0]
        yield case(f"{key}/*/{name}", "automatic", f"{{{key}: [{{name: a, {demand}}}]}}", rule, **life)


def address_lines() -> Iterator[Any]:
    for key, value in (
        ("name", "Lumi GmbH"), ("lines", ["1 Pier"]), ("city", "Oakland"), ("region", "CA"), ("postcode", "94607"),
        ("country", "CA"),
    ):  # fmt: skip
        change = json.dumps({"return_address": {key: value}})
        yield case(f"return_address/{key}", "told", change, ADDRESSED, state="approved")
    yield case("return_address/phone", "shown", '{return_address: {phone: "+1 510"}}', ADDRESSED)


CASES = [
    case("name", "chosen", "{name: other}"),
    case("version", "listed", "{version: 2}"),
    case("title", "listed", "{title: {en: Ours}}"),
    case("markets", "warned", "{markets: [US, GB]}", "{return_window: {days: 29, end_on: working_day}}"),
    case("effective", "chosen", "{effective: {from: 2026-12-01}}"),
    case("effective/from", "chosen", "{effective: {from: 2026-12-01}}", "{effective: {from: 2026-10-01}}"),
    case("timezone", "window", "{timezone: Europe/Berlin}"),
    case("holidays", "window", "{holidays: SA}", "{return_window: {days: 1, count: working_days}}"),
    case("return_address", "told", f"{{return_address: {json.dumps(ADDRESS)}}}", TEXTS, state="approved"),
    *address_lines(),
    case("types", "type", "{types: [refund_only, return_and_refund]}"),
    case("types", "eligibility", "{types: [refund_only]}", wish={"type": Kind.RETURN_AND_REFUND}),
    case("return_window", "eligibility", "{return_window: none}"),
    case("return_window", "window", "{return_window: unlimited}"),
    case("return_window/days", "window", "{return_window: {days: 14}}"),
    case("return_window/days", "eligibility", "{return_window: {days: 3}}"),
    case("return_window/until", "window", "{return_window: {until: 2027-01-31}}"),
    case("return_window/starts", "window", "{return_window: {starts: ordered}}"),
    case("return_window/count", "window", "{return_window: {count: elapsed_days}}"),
    case("return_window/end_on", "window", "{return_window: {end_on: working_day}}", "{return_window: {days: 9}}"),
    case("return_window/if_not_delivered", "eligibility", WIN, order=UNKNOWN),
    case("return_window/if_not_delivered/starts", "window",
         "{return_window: {if_not_delivered: {starts: ordered}}}", WIN, order=UNKNOWN),
    case("return_window/if_not_delivered/add_days", "window",
         "{return_window: {if_not_delivered: {add_days: 9}}}", WIN, order=UNKNOWN),
    case("conditions", "eligibility", "{conditions: [unused, complete]}", wish={"conditions": {"unused": True}}),
    case("conditions_waived_for", "eligibility", "{conditions_waived_for: [buyer]}", WAIVED,
         wish={"conditions": {"unused": False}}),
    case("reasons", "eligibility", "{reasons: {required: true}}"),
    case("reasons/required", "eligibility", "{reasons: {required: true}}"),
    case("reasons/catalogue", "eligibility", OWN, wish={"reason": "odd"}),
    case("reasons/catalogue/*/fault", "reason", "{reasons: {catalogue: {odd: {fault: seller}}}}", OWN,
         wish={"reason": "odd"}),
    case("reasons/catalogue/*/evidence", "eligibility", "{reasons: {catalogue: {odd: {evidence: [photo]}}}}", OWN,
         wish={"reason": "odd"}),
    case("reasons/catalogue/*/types", "type", "{reasons: {catalogue: {odd: {fault: buyer, types: [refund_only]}}}}",
         OWN, wish={"reason": "odd"}),
    case("reasons/catalogue/*/also", "reason", "{reasons: {catalogue: {odd: {fault: buyer, also: [Strange]}}}}", OWN,
         wish={"reason": "Strange"}),
    case("reasons/catalogue/*/title", "told", "{reasons: {catalogue: {odd: {fault: buyer, title: {en: Odd}}}}}",
         merged(TEXTS, OWN), wish={"reason": "odd"}, state="approved"),
    case("reject_reasons", "refusal", "{reject_reasons: {late: {}}}"),
    case("reject_reasons/*/also", "choice", "{reject_reasons: {late: {also: [seller_reject_apply_late]}}}", REFUSED),
    case("reject_reasons/*/title", "shown", "{reject_reasons: {late: {title: {en: Too late}}}}", REFUSED),
    case("refund", "paid", "{refund: {methods: [store_credit]}}"),
    case("refund/methods", "paid", "{refund: {methods: [store_credit, original_payment]}}"),
    case("refund/outbound_shipping", "money", "{refund: {outbound_shipping: never}}", wish=BROKEN),
    case("restocking_fee", "money", "{restocking_fee: {flat: {USD: 5}}}"),
    case("restocking_fee/percent", "money", "{restocking_fee: {percent: 20}}", FEE),
    case("restocking_fee/flat", "money", "{restocking_fee: {flat: {USD: 6}}}", "{restocking_fee: {flat: {USD: 5}}}"),
    case("restocking_fee/max", "money", "{restocking_fee: {max: {USD: 1}}}", FEE),
    case("restocking_fee/charged_for", "money", "{restocking_fee: {charged_for: [seller]}}", FEE),
    case("return_shipping", "money", "{return_shipping: {buyer: {deduct: {USD: 4.99}}}}"),
    *freight(),
    case("inspection", "money", "{inspection: {pass: worn}}", grade="pass"),
    case("inspection/grades", "money", GRADES, grade="worn"),
    case("inspection/grades/*/pays", "money", "{inspection: {grades: {worn: {pays: 20}}}}", GRADES, grade="worn"),
    case("inspection/grades/*/goods", "goods", "{inspection: {grades: {worn: {pays: 50, goods: sell}}}}", GRADES,
         grade="worn"),
    case("inspection/grades/*/evidence", "files",
         "{inspection: {grades: {as_sent: {pays: 100}, wrong_item: {pays: 0, evidence: [photo]}}}}", GRADES),
    case("inspection/grades/*/title", "shown",
         "{inspection: {grades: {as_sent: {pays: 100}, wrong_item: {pays: 0, title: {en: Wrong}}}}}", GRADES),
    case("inspection/pass", "money", "{inspection: {pass: worn}}", grade="pass"),
    case("inspection/fail", "money", "{inspection: {fail: worn}}", grade="fail"),
    case("deadlines", "deadline", "{deadlines: {refund: {days: 9}}}"),
    *deadlines(),
    case("remind_before", "reminder", "{remind_before: {hours: [9]}}", state="requested"),
    case("remind_before/hours", "reminder", "{remind_before: {hours: [9]}}", state="requested"),
    *rules_of("auto_approve", {}),
    *rules_of("returnless", {}),
    case("limits", "automatic", LIMIT, AUTO),
    case("limits/returns_per_buyer", "automatic", LIMIT, AUTO),
    case("limits/returns_per_buyer/count", "automatic", "{limits: {returns_per_buyer: {count: 2, days: 9}}}", LIMIT),
    case("limits/returns_per_buyer/days", "automatic", "{limits: {returns_per_buyer: {count: 1, days: 2}}}", LIMIT),
    case("overrides", "window", OVER),
    case("overrides/*/because", "why", NONE.replace("{name: o,", "{name: o, because: sale,"), NONE),
    case("overrides/*/extend_only", "window", OVER.replace("{name: o,", "{name: o, extend_only: true,"), OVER),
    case("overrides/*/when", "window", over("{faults: [seller]}"), OVER),
    *(
        case(f"overrides/*/when/{key}", "window", over(f"{{{key.partition('/')[0]}: {other}}}"),
             over(f"{{{key.partition('/')[0]}: {ours}}}"), **life)
        for key, ours, other, life in (
            ("markets", "[US]", "[GB]", {}), ("accounts", "[us]", "[de]", {"order": {"account": "us"}}),
            ("ordered", "{from: 2026-11-01}", "{from: 2026-11-02}", {}), ("faults", "[buyer]", "[seller]", {}),
            ("reasons", "[damaged]", "[wrong_size]", {"wish": BROKEN}),
            ("total", "{from: {USD: 5, GBP: 5}}", "{from: {USD: 500, GBP: 5}}", {}),
            ("max_total", "{USD: 500, GBP: 5}", "{USD: 5, GBP: 5}", {}), ("skus", "['LUMI-*']", "[OTHER]", LAMP),
            ("categories", "[lamps]", "[shoes]", LAMP),
            ("ordered/from", "{from: 2026-11-01}", "{from: 2026-11-02}", {}),
            ("ordered/until", "{until: 2026-11-01}", "{until: 2026-10-31}", {}),
            ("total/from", "{from: {USD: 5, GBP: 5}}", "{from: {USD: 500, GBP: 5}}", {}),
            ("total/below", "{below: {USD: 500, GBP: 5}}", "{below: {USD: 5, GBP: 5}}", {}),
        )
    ),
    case("overrides/*/set", "window", OVER.replace("days: 7", "days: 8"), OVER),
    case("wording", "told", TEXTS, state="approved"),
    case("wording/notices", "told", TEXTS, state="approved"),
    case("wording/templates", "said", "{wording: {templates: {hi: {en: 'About {return}'}}}}", state="approved"),
    case("wording/conditions", "shown", "{wording: {conditions: {unused: {en: Not used}}}}", WAIVED),
    case("waivers", "warned", "{waivers: [{floor: us-ny-posting, by: Mei, on: 2026-11-02, because: posted}]}", FEE),
    case("waivers/*/floor", "warned", "{waivers: [{floor: us-ny-posting, by: Mei, on: 2026-11-02, because: posted}]}",
         FEE),
]  # fmt: skip


def bodies(before: Mapping[str, Any], change: Mapping[str, Any]) -> tuple[Pinned, Pinned]:
    tree = laid_over(HEAD, before)
    return policy(tree), policy(laid_over(tree, change))


def laid_over(below: Any, above: Any) -> Any:
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    return {**below, **{key: laid_over(below.get(key), value) for key, value in above.items()}}


def in_an_override(change: Mapping[str, Any]) -> dict[str, Any]:
    """The same, as what holds for every order."""
    return {"overrides": [{"name": "all", "when": {"faults": ["buyer", "seller", "carrier"]}, "set": dict(change)}]}


SETTABLE = set(SCHEMA["definitions"]["override"]["properties"]["set"]["properties"])
SET = [
    pytest.param(key, before, change, what, life, id=f"{key}-{what}")
    for key, before, change, what, life in (each.values for each in CASES)
    if set(change) <= SETTABLE
]


@pytest.mark.parametrize(("key", "before", "change", "what", "life"), CASES)
def test_it_changes_what_comes_out(
    key: str, before: dict[str, Any], change: dict[str, Any], what: str, life: dict[str, Any]
) -> None:
    base, changed = bodies(before, change)
    assert LOOKS[what](Life(base, **life)) != LOOKS[what](Life(changed, **life)), key


@pytest.mark.parametrize(("key", "before", "change", "what", "life"), SET)
def test_it_does_in_an_override(
    key: str, before: dict[str, Any], change: dict[str, Any], what: str, life: dict[str, Any]
) -> None:
    base, changed = bodies(before, in_an_override(change))
    assert LOOKS[what](Life(base, **life)) != LOOKS[what](Life(changed, **life)), key


def test_every_key_has_a_case() -> None:
    cased = {each.values[0] for each in CASES} | {f"overrides/*/set/{each.values[0]}" for each in SET}
    fixed = {*READ, *FIXED, *(f"overrides/*/set/{key}" for key in FIXED)}
    assert set(keys()) - cased - fixed == set()
    assert cased - set(keys()) == set(), "and no case is of a key that there is not"
