"""Which terms hold for an order, a return or a line of it, and where each of them is written."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec import to_builtins
from msgspec.structs import asdict

from returnctl.domain import paying, workflow
from returnctl.domain.calendar import WorkCalendar
from returnctl.domain.case import Case
from returnctl.domain.policy import Pinned
from returnctl.domain.record import Return
from returnctl.domain.states import Fault, Kind
from returnctl.domain.terms import Asked, Resolved, resolve
from returnctl.errors import NoAmountInCurrency, NotEligible
from returnctl.readers.policies import read_policy
from tests.builders import ORDER, a_case, a_photo, a_policy, after, an_order, applied, at, later, seller

EXAMPLES = Path(__file__).parent.parent / "examples"
CALENDARS = {
    "US": WorkCalendar(country="US", first=2026, last=2027, holidays=frozenset({date(2026, 11, 26)})),
    "DE": WorkCalendar(country="DE", first=2026, last=2027, holidays=frozenset({date(2026, 12, 25)})),
}


def example(name: str) -> Pinned:
    source = read_policy((EXAMPLES / name).read_bytes(), name)
    return Pinned(**asdict(source), calendars=CALENDARS)


FULL, SIMPLE = example("full.yaml"), example("simple.yaml")


def at_line(text: str) -> str:
    """The place of the line of full.yaml that begins so."""
    lines = (EXAMPLES / "full.yaml").read_text("utf-8").splitlines()
    return f"full.yaml:{next(n for n, line in enumerate(lines, 1) if line.strip().startswith(text))}"


def asked(fault: Fault = Fault.BUYER, reason: str | None = None, total: str = "29.25", **order: Any) -> Asked:
    of = an_order(**order)
    return Asked(of, fault, reason, Decimal(total), of.lines[0])


def days(resolved: Resolved) -> int | None:
    return resolved.terms.return_window.days


# --- which overrides apply


@pytest.mark.parametrize(
    ("when", "about", "applies"),
    [
        ({"markets": ["GB", "US"]}, {}, True),
        ({"markets": ["GB"]}, {}, False),
        ({"accounts": ["us-main"]}, {"account": "us-main"}, True),
        ({"accounts": ["us-main"]}, {"account": "us-two"}, False),
        ({"accounts": ["us-main"]}, {}, False),
        ({"ordered": {"from": "2026-11-01"}}, {}, True),
        ({"ordered": {"from": "2026-11-02"}}, {}, False),
        ({"ordered": {"until": "2026-11-01"}}, {}, True),
        ({"ordered": {"from": "2026-10-01", "until": "2026-10-31"}}, {}, False),
        # 22:30 on the 31st of October in Los Angeles
        ({"ordered": {"until": "2026-10-31"}}, {"ordered_at": "2026-11-01T05:30:00Z"}, True),
        ({"faults": ["seller", "carrier"]}, {"fault": Fault.SELLER}, True),
        ({"faults": ["seller", "carrier"]}, {}, False),
        ({"reasons": ["damaged"]}, {"reason": "damaged"}, True),
        ({"reasons": ["damaged"]}, {"reason": "wrong_size"}, False),
        ({"reasons": ["damaged"]}, {}, False),
        ({"total": {"from": {"USD": "29.25"}}}, {}, True),
        ({"total": {"from": {"USD": "29.26"}}}, {}, False),
        ({"total": {"below": {"USD": "29.25"}}}, {}, False),
        ({"total": {"from": {"USD": "20"}, "below": {"USD": "29.26"}}}, {}, True),
        ({"max_total": {"USD": "29.25"}}, {}, True),
        ({"max_total": {"USD": "29.24"}}, {}, False),
        ({"skus": ["LUMI-LAMP-1"]}, {}, True),
        ({"skus": ["LUMI-LAMP"]}, {}, False),
        ({"skus": ["X", "LUMI-*"]}, {}, True),
        ({"skus": ["*LAMP*"]}, {}, True),
        ({"categories": ["home/*"]}, {"category": "home/lamp"}, True),
        ({"categories": ["home"]}, {"category": "home/lamp"}, False),
        ({"categories": ["home/lamp"]}, {}, False),
        ({"markets": ["US"], "faults": ["seller"]}, {}, False),
        ({"markets": ["US"], "faults": ["seller"]}, {"fault": Fault.SELLER}, True),
        ({}, {}, True),
    ],
)
def test_when(when: dict[str, Any], about: dict[str, Any], applies: bool) -> None:
    if "category" in about:
        about = {"lines": [{**ORDER["lines"][0], "category": about["category"]}]}
    policy = a_policy(overrides=[{"name": "one", "when": when, "set": {"return_window": {"days": 7}}}])
    resolved = resolve(policy, asked(**about))
    assert (days(resolved), resolved.overrides) == ((7, (0,)) if applies else (30, ()))


def test_keys_about_lines_hold_for_no_whole_return() -> None:
    policy = a_policy(overrides=[{"when": {"skus": ["*"]}, "set": {"return_window": {"days": 7}}}])
    assert days(resolve(policy, Asked(an_order(), Fault.BUYER, None, Decimal(1)))) == 30
    assert days(resolve(policy)) == 30


def test_the_last_that_applies_wins() -> None:
    lengths = [{"name": str(n), "when": {}, "set": {"return_window": {"days": n}}} for n in (7, 14, 10)]
    resolved = resolve(a_policy(overrides=lengths), asked())
    assert (days(resolved), resolved.overrides) == (10, (0, 1, 2))


def test_an_amount_that_lacks_the_currency_is_named() -> None:
    policy = a_policy(overrides=[{"when": {"total": {"from": {"EUR": "5.00"}}}, "set": {}}])
    with pytest.raises(NoAmountInCurrency) as refused:
        resolve(policy, asked())
    assert refused.value.facts == {"key": "total/from", "currency": "USD"}


# --- how values displace each other


@pytest.mark.parametrize(
    ("first", "second", "length"),
    [
        ({"days": 20}, {"days": 60}, {"days": 60}),
        ({"days": 20}, {"until": "2027-01-31"}, {"until": date(2027, 1, 31)}),
        ({"until": "2027-01-31"}, {"days": 20}, {"days": 20}),
        ({"days": 20}, "none", {"none": True}),
        ({"days": 20}, "unlimited", {"unlimited": True}),
        ("none", {"days": 20}, {"days": 20}),
        ("unlimited", "none", {"none": True}),
        ({"days": 20}, {"end_on": "working_day"}, {"days": 20}),
    ],
)
def test_lengths_of_a_window(first: Any, second: Any, length: dict[str, Any]) -> None:
    policy = a_policy(return_window=first, overrides=[{"when": {}, "set": {"return_window": second}}])
    window = resolve(policy, asked()).terms.return_window
    plain: dict[str, Any] = {"days": None, "until": None, "none": False, "unlimited": False} | length
    assert {key: getattr(window, key) for key in plain} == plain


def test_only_the_length_is_displaced() -> None:
    policy = a_policy(
        return_window={"days": 20, "starts": "shipped", "count": "working_days"},
        overrides=[{"when": {}, "set": {"return_window": {"until": "2027-01-31"}}}],
    )
    window = resolve(policy, asked()).terms.return_window
    assert (window.starts, window.count) == ("shipped", "working_days")


@pytest.mark.parametrize(
    ("first", "second", "left"),
    [
        ({"percent": 10, "max": {"USD": "15.00"}}, {"flat": {"USD": "5.00"}}, (False, None, {"USD": Decimal("5.00")})),
        ({"flat": {"USD": "5.00"}}, {"percent": "7.5"}, (False, Decimal("7.5"), None)),
        ({"percent": 10}, "none", (True, None, None)),
        ("none", {"percent": 10}, (False, Decimal(10), None)),
    ],
)
def test_fees(first: Any, second: Any, left: Any) -> None:
    policy = a_policy(restocking_fee=first, overrides=[{"when": {}, "set": {"restocking_fee": second}}])
    fee = resolve(policy, asked()).terms.restocking_fee
    assert (fee.none, fee.percent, fee.flat) == left


@pytest.mark.parametrize(
    ("first", "second", "left"),
    [
        ({"hours": 4}, {"days": 2}, (None, 2, None, "approve")),
        ({"days": 2}, {"working_days": 3, "then": "remind"}, (None, None, 3, "remind")),
        ({"days": 2, "then": "reject"}, {"hours": 4}, (4, None, None, "reject")),
        ({"days": 2}, {"then": "remind"}, (None, 2, None, "remind")),
    ],
)
def test_spans_of_a_deadline(first: Any, second: Any, left: Any) -> None:
    policy = a_policy(deadlines={"review": first}, overrides=[{"when": {}, "set": {"deadlines": {"review": second}}}])
    review = resolve(policy, asked()).terms.deadlines["review"]
    assert (review.hours, review.days, review.working_days, review.then) == left


def test_what_a_file_gives_whole_and_what_it_merges() -> None:
    catalogue = {"ugly": {"fault": "buyer"}}
    terms = resolve(
        a_policy(
            reasons={"catalogue": catalogue},
            reject_reasons={"no": {}},
            inspection={"grades": {"fine": {"pays": 100}}, "pass": "fine", "fail": "fine"},
            deadlines={"ship": {"days": 3}},
        )
    ).terms
    assert [*terms.reasons.catalogue] == ["ugly"]
    assert [*terms.reject_reasons] == ["no"]
    assert [*terms.inspection.grades] == ["fine"]
    assert (len(terms.deadlines), terms.deadlines["ship"].days, terms.deadlines["ship"].then) == (10, 3, "expire")


def test_an_override_merges_into_what_the_file_gave() -> None:
    catalogue = {"ugly": {"fault": "buyer"}, "melted": {"fault": "carrier"}}
    override = {"when": {}, "set": {"reasons": {"catalogue": {"ugly": {"fault": "seller"}}}}}
    terms = resolve(a_policy(reasons={"catalogue": catalogue}, overrides=[override]), asked()).terms
    assert {code: reason.fault for code, reason in terms.reasons.catalogue.items()} == {
        "ugly": "seller",
        "melted": "carrier",
    }


def test_one_answer_does_not_change_the_next() -> None:
    policy = a_policy(overrides=[{"when": {"faults": ["seller"]}, "set": {"deadlines": {"ship": {"days": 1}}}}])
    before = to_builtins(resolve(policy, asked()).terms)
    assert resolve(policy, asked(Fault.SELLER)).terms.deadlines["ship"].days == 1
    assert to_builtins(resolve(policy, asked()).terms) == before
    assert to_builtins(resolve(a_policy()).terms)["deadlines"]["ship"]["days"] == 14


# --- where each value is written


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("return_window/days", "days: 30"),
        ("return_window/starts", "starts: delivered"),
        ("conditions", "conditions:"),
        ("conditions/0", "conditions:"),
        ("reasons/required", "required:"),
        ("reasons/catalogue/damaged/evidence", "damaged:"),
        ("restocking_fee/percent", "percent:"),
        ("deadlines/review/then", "review:"),
        ("limits/returns_per_buyer", "limits:"),
        ("auto_approve/0", "- {name: small"),
    ],
)
def test_places_in_the_file(path: str, text: str) -> None:
    assert resolve(FULL).place(path) == at_line(text)


def test_a_default_has_no_place() -> None:
    resolved = resolve(SIMPLE)
    assert resolved.place("deadlines/review/then") == "default"
    assert resolved.place("return_window/starts") == "default"
    assert resolved.place("return_window/days") == "simple.yaml:7"
    assert resolved.place("restocking_fee/none") == "simple.yaml:10"


def test_a_value_of_an_override_stands_there_and_others_where_they_stood() -> None:
    resolved = resolve(FULL, asked(Fault.SELLER, "damaged"))
    assert resolved.place("return_window/days") == at_line("set: {return_window: {days: 90}}")
    assert resolved.place("return_window/starts") == at_line("starts: delivered")


def test_the_reason_that_an_override_gives() -> None:
    lines = [{"line": "1", "sku": "LUMI-CUSTOM-7", "quantity": 1, "net": "10.00"}]
    resolved = resolve(FULL, asked(lines=lines))
    assert resolved.because("return_window/none") == "made to the buyer's specification"
    assert resolve(FULL, asked()).because("return_window/none") is None


# --- the examples decide as they read


def full(market: str = "US", **order: Any) -> Case:
    currency = {"US": "USD", "DE": "EUR", "GB": "GBP"}[market]
    return a_case(an_order(market=market, currency=currency, **order), FULL)


STATED = ("unused", "undamaged", "tags_attached", "complete")
LAMP = {"line": "1", "sku": "LUMI-LAMP-1", "quantity": 1, "net": "81.00", "tax": "6.75"}


def take(case: Case, **wish: Any) -> Return:
    return applied(case, **{"reason": "no_longer_needed", "conditions": STATED, **wish}).stored


def refused(case: Case, **wish: Any) -> list[tuple[str, str]]:
    with pytest.raises(NotEligible) as failure:
        take(case, **wish)
    failed: Any = failure.value.facts["failed"]
    return [(each["rule"], each["at"]) for each in failed]


def test_full_a_change_of_mind() -> None:
    record = take(full())
    assert record.window_ends == at("2026-12-06T08:00:00Z")
    assert record.due
    assert (record.due.action, record.due.at, record.due.then) == ("review", at("2026-11-13T08:00:00Z"), "approve")
    # the whole order: 93.15, less 10 percent of the goods, less the label
    assert record.breakdown
    assert [(x.code, str(x.amount)) for x in record.breakdown.lines] == [
        ("item", "87.75"), ("restocking_fee", "-8.78"), ("outbound_shipping", "5.40"), ("return_label", "-4.99"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "wish", "rule", "text"),
    [
        ({}, {"reason": None}, "reason", "required:"),
        ({}, {"conditions": ("unused",)}, "conditions", "conditions:"),
        ({}, {"reason": "damaged"}, "evidence", "damaged:"),
        ({}, {"now": at("2026-12-06T08:00:00Z")}, "window", "days: 30"),
        ({}, {"reason": "lost_in_transit", "type": Kind.RETURN_AND_REFUND}, "type", "lost_in_transit:"),
        ({"sku": "LUMI-CUSTOM-1"}, {}, "returnable", "set: {return_window: none}"),
        ({"category": "underwear"}, {}, "conditions", "set: {conditions:"),
    ],
)
def test_full_what_it_refuses(line: dict[str, Any], wish: dict[str, Any], rule: str, text: str) -> None:
    assert refused(full(lines=[{**LAMP, **line}]), **wish) == [(rule, at_line(text))]


def test_full_the_faults_of_the_seller_have_ninety_days() -> None:
    record = take(full(), reason="damaged", evidence=(a_photo(),), now=at("2027-02-03T00:00:00Z"))
    assert record.window_ends == at("2027-02-04T08:00:00Z")


def test_full_the_winter_lengthens_and_never_shortens() -> None:
    winter: dict[str, Any] = {"ordered_at": "2026-11-21T18:00:00Z", "delivered_at": "2026-11-25T18:00:00Z"}
    record = take(full(**winter), now=at("2026-11-26T18:00:00Z"))
    assert record.window_ends == at("2027-02-01T08:00:00Z")
    record = take(full(**winter), reason="damaged", evidence=(a_photo(),), now=at("2026-11-26T18:00:00Z"))
    assert record.window_ends == at("2027-02-24T08:00:00Z")
    made_to_order = full(**winter, lines=[{**LAMP, "sku": "LUMI-CUSTOM-1"}])
    assert [rule for rule, _ in refused(made_to_order, now=at("2026-11-26T18:00:00Z"))] == ["returnable"]


def test_full_what_is_approved_without_a_look() -> None:
    cheap = [{"line": "1", "quantity": 1, "net": "7.50", "tax": "0.50"}]
    record = take(full(lines=cheap), reason="damaged", evidence=(a_photo(),))
    assert (record.state, record.history[-1].facts["rule"]) == ("refund_due", "not-worth-the-freight")
    small = [{"line": "1", "quantity": 1, "net": "20.00"}]
    record = take(full(lines=small), reason="damaged", evidence=(a_photo(),))
    assert (record.state, record.history[-1].facts) == (
        "approved", {"rule": "small-and-seller-fault", "at": at_line("- {name: small")},
    )  # fmt: skip
    assert take(full(lines=small)).state == "requested"


def test_full_large_orders_take_longer() -> None:
    record = take(full(lines=[{**LAMP, "net": "100.00"}]))
    assert record.due
    assert record.due.at == at("2026-11-17T08:00:00Z")


def test_full_the_german_withdrawal() -> None:
    record = take(full("DE"), reason=None)
    # 30 days after the 5th is Saturday the 5th of December, in Berlin
    assert record.window_ends == at("2026-12-07T23:00:00Z")
    assert record.breakdown
    assert {x.code for x in record.breakdown.lines} == {"item", "outbound_shipping", "return_label"}


def test_simple_from_the_request_to_the_money() -> None:
    case = a_case(policy=SIMPLE)
    with pytest.raises(NotEligible):
        applied(case)
    for step in (workflow.approve, workflow.receive, workflow.inspect, paying.refund):
        case = applied(case, reason="wrong_size") if case.record is None else case
        case = after(case, step, seller(later(case)))
    assert (case.stored.state, str(case.stored.refunds[0].amount)) == ("refunded", "93.15")
