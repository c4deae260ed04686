"""No text is too odd for `policy validate`, and what it takes decides: a decision, or a refusal that says why.

A file is given two seconds of the processor's time; only the long run measures that.
"""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import asdict

from returnctl.domain import dispute, paying, workflow
from returnctl.domain.automatic import SYSTEM
from returnctl.domain.calendar import WorkCalendar
from returnctl.domain.case import Case, Decision, Moment
from returnctl.domain.eligibility import Wish
from returnctl.domain.external import External
from returnctl.domain.lapse import lapse
from returnctl.domain.policy import Pinned
from returnctl.domain.states import Kind
from returnctl.errors import Failure
from returnctl.output.problems import problem_text
from returnctl.readers.places import MOST_PROBLEMS
from returnctl.readers.policies import check_policy, reviewed
from tests.builders import NOW, a_case, a_photo, an_order, buyer, seller
from tests.faults.policies import MOST, changed, large, made

EXAMPLES = int(os.environ.get("RETURNCTL_TEST_EXAMPLES", "60"))
SECONDS = 2.0


def many(examples: int) -> settings:
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))


def looked_at(data: bytes) -> float:
    """The seconds that it took; each problem can be told."""
    began = time.process_time()
    policy, problems = check_policy(data, "p.yaml")
    found = reviewed(data, "p.yaml") if policy else problems
    took = time.process_time() - began
    assert (policy is None) == bool(problems)
    assert len(problems) <= 2 * (MOST_PROBLEMS + 1)
    assert all(problem_text(problem.as_dict()) for problem in found)
    return took


def validates(data: bytes) -> None:
    looked_at(data)


def validates_soon(data: bytes) -> None:
    assert looked_at(data) < SECONDS


def any_text(most: int) -> st.SearchStrategy[bytes]:
    text = st.text(max_size=2000).map(lambda text: text.encode("utf-8", "replace"))
    return st.one_of(st.binary(max_size=4000), text, changed(), large(most))


@many(EXAMPLES)
@given(any_text(20_000))
def test_any_text_is_a_policy_or_has_problems(data: bytes) -> None:
    validates(data)


# --- what is taken decides


@st.composite
def accepted(draw: st.DrawFn) -> Pinned:
    """A policy that is valid: of one that is not, what is wrong is left out."""
    body = draw(made())
    policy, problems = check_policy(json.dumps(body).encode(), "p.yaml")
    while problems:
        for problem in problems:
            _leave_out(body, problem.path)
        policy, problems = check_policy(json.dumps(body).encode(), "p.yaml")
    assert policy
    return Pinned(**asdict(policy), calendars={country: _calendar(country) for country in ("US", "GB", "DE", "JP")})


def _leave_out(body: dict[str, Any], path: str) -> None:
    """The top key; of overrides the one at fault, which the next ones then follow."""
    key, _, rest = path.partition("/")
    at = rest.partition("/")[0]
    if key == "overrides" and at.isdigit() and len(body.get(key, ())) > 1:
        body[key] = [each for number, each in enumerate(body[key]) if number != int(at)]
    else:
        body.pop(key, None)


def _calendar(country: str) -> WorkCalendar:
    return WorkCalendar(country=country, first=2026, last=2028, holidays=frozenset())


LINES = st.lists(
    st.fixed_dictionaries(
        {"quantity": st.integers(1, 3), "net": st.sampled_from(["0", "1", "81"]), "tax": st.sampled_from(["0", "7"])},
        optional={"category": st.sampled_from(["a", "shoes"]), "sku": st.sampled_from(["LUMI-1", "S-1"])},
    ),
    min_size=1, max_size=3,
).map(lambda lines: [{"line": str(at), **line} for at, line in enumerate(lines, 1)])  # fmt: skip
MARKETS = {"US": "USD", "GB": "GBP", "DE": "EUR", "JP": "JPY"}
ORDERS = st.fixed_dictionaries(
    {"lines": LINES, "market": st.sampled_from([*MARKETS])},
    optional={
        "account": st.sampled_from(["us", "x"]), "delivered_at": st.sampled_from([None, "2026-11-09T23:59:59Z"]),
        "shipped_at": st.none(), "shipping": st.just({"net": "0"}), "cancelled_at": st.just("2026-11-02T00:00:00Z"),
    },
).map(lambda order: {**order, "currency": MARKETS[str(order["market"])]})  # fmt: skip
WISHES = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from([*Kind]), "reason": st.sampled_from(["damaged", "wrong_size", "odd", "unheard_of"]),
        "items": st.just({"1": 1}), "conditions": st.just({"unused": True}), "evidence": st.just((a_photo(),)),
        "exception": st.just("so it is"), "external": st.just(External("tiktok", "4035")),
    },
)  # fmt: skip


def decides(policy: Pinned, order: dict[str, Any], wish: dict[str, Any], deeds: list[int]) -> None:
    """From the application on, whatever is tried: a decision, or a failure of ours."""
    case = a_case(an_order(**order), policy, recent=(NOW - timedelta(days=2),))
    try:
        case = _decided(case, workflow.apply(case, buyer(), id="R-000001", wish=Wish(**wish)))
    except Failure:
        return
    for deed in deeds:
        try:
            case = _decided(case, _DEEDS[deed % len(_DEEDS)](case))
        except Failure:
            continue


def _decided(case: Case, decision: object) -> Case:
    assert isinstance(decision, Decision)
    return case.having(decision.record)


def _next(case: Case) -> Moment:
    return seller(case.stored.updated_at + timedelta(hours=1))


def _overdue(case: Case) -> Decision:
    due = case.stored.due
    return lapse(case, Moment(due.at if due else datetime(2027, 1, 1, tzinfo=UTC), SYSTEM), pays=True)


_DEEDS: tuple[Any, ...] = (
    _overdue,
    lambda case: workflow.approve(case, _next(case)),
    lambda case: workflow.receive(case, _next(case)),
    lambda case: workflow.inspect(case, _next(case)),
    lambda case: workflow.inspect(case, _next(case), passes=False),
    lambda case: paying.intend(case, _next(case)),
    lambda case: paying.confirm(case, _next(case)),
    lambda case: workflow.reject(case, _next(case)),
    lambda case: dispute.escalate(case, _next(case)),
)


@many(EXAMPLES)
@given(accepted(), ORDERS, WISHES, st.lists(st.integers(0, 8), max_size=6))
def test_what_is_accepted_decides(
    policy: Pinned, order: dict[str, Any], wish: dict[str, Any], deeds: list[int]
) -> None:
    decides(policy, order, wish, deeds)


def long_run_policies(examples: int) -> None:
    """So many of each kind, and no file takes longer than it may."""
    anew = settings(many(examples), print_blob=True, database=None)
    anew(given(any_text(MOST))(validates_soon))()
    anew(given(accepted(), ORDERS, WISHES, st.lists(st.integers(0, 8), max_size=9))(decides))()
