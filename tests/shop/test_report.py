"""What SQLite counts over the index is what one finds who reads every document."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from returnctl.domain import dispute, remarks, workflow
from returnctl.domain.anonymize import NOBODY
from returnctl.domain.case import Case
from returnctl.domain.figures import figures_of, major
from returnctl.domain.measures import SPANS, Group, measures, span_of
from returnctl.domain.order import Buyer, Order
from returnctl.domain.record import Line, PolicyRef, Reason, Return
from returnctl.shop.report import groups, overview
from returnctl.storage.figures import Period
from returnctl.storage.store import Store
from tests.builders import DAY, STATES, a_case_in, after, an_order, as_order, buyer, later
from tests.storage.builders import a_change, commit

ZONE = "America/Los_Angeles"
NOW = datetime(2027, 3, 1, tzinfo=UTC)
SKUS = ("LAMP", "BULB", '=1+1"', "灯\u202e")


@cache
def histories() -> tuple[Case, ...]:
    """In every state, and some with disputes, messages and feedback."""
    found = [a_case_in(state) for state in STATES]
    contested = after(
        after(a_case_in("rejected"), dispute.escalate, amount=Decimal("20.00")), dispute.resolve, outcome="refund"
    )
    asked = after(a_case_in("approved"), remarks.message, buyer(later(a_case_in("approved"))), text="when?")
    content = after(a_case_in("refunded"), remarks.feedback, buyer(later(a_case_in("refunded"))), rating=4)
    late = after(a_case_in("requested"), workflow.approve, buyer(a_case_in("requested").stored.applied_at + 30 * DAY))
    return (*found, contested, asked, content, late)


class Drawn:
    """A return of a shop: its history, and what it has for itself."""

    def __init__(self, number: int, values: tuple[int, int, int, int, int, bool]) -> None:
        history, days, buyer_, sku, account, cancelled = values
        shift, record = days * DAY / 2, histories()[history % len(histories())].stored
        self.buyer = NOBODY if buyer_ == 0 else Buyer(f"u_{buyer_}")
        first, second = SKUS[sku % 4], SKUS[(sku + 1) % 4]
        lines = [{"line": x, "sku": y, "quantity": 3, "net": "81.00"} for x, y in (("1", first), ("2", second))]
        order = an_order(id=f"S-{number}", account=("a", "b", None)[account], lines=lines, digest="sha256:00")
        when = record.applied_at + shift - 7 * DAY
        self.order = replace(order, buyer=self.buyer, ordered_at=when, cancelled_at=when if cancelled else None)
        self.record = replace(
            record, id=f"R-{number:06}", order=self.order, buyer=self.buyer,
            reason=Reason(("damaged", None, "'--")[sku % 3], record.reason.fault),
            policy=PolicyRef("standard", 1 + account, "sha256:11"),
            lines=(Line("1", first, 2), *((Line("2", second, 1),) if sku % 2 else ())),
            history=tuple(replace(entry, at=entry.at + shift) for entry in record.history),
        )  # fmt: skip


VALUES = st.tuples(*(st.integers(0, most) for most in (60, 160, 4, 7, 2)), st.booleans())
SHOPS = st.lists(VALUES, max_size=40).map(lambda x: [Drawn(at, values) for at, values in enumerate(x, 1)])
PERIODS = st.tuples(st.none() | st.integers(0, 60), st.none() | st.integers(20, 90))


Ends = tuple[int | None, int | None]


def a_period(ends: Ends) -> Period:
    first = datetime(2026, 11, 1, 8, tzinfo=UTC)
    since, until = (None if days is None else first + days * DAY for days in ends)
    return Period(since, until)


def within(at: datetime, period: Period) -> bool:
    return (period.since is None or at >= period.since) and (period.until is None or at < period.until)


# --- the naive reckoning


def keys_of(record: Return, by: str) -> list[str | None]:
    if by == "sku":
        return list(dict.fromkeys(line.sku for line in record.lines))
    one: dict[str, Callable[[], str | None]] = {
        "reason": lambda: record.reason.code,
        "policy": lambda: f"{record.policy.name} v{record.policy.version}",
        "buyer": lambda: record.buyer.id,
        "account": lambda: record.order.account,
        "month": lambda: f"{record.applied_at.astimezone(ZoneInfo(ZONE)):%Y-%m}",
        "all": lambda: None,
    }
    return [one[by]()]


def naive(returns: Iterable[Return], by: str) -> dict[str | None, dict[str, Any]]:
    found: dict[str | None, list[Return]] = defaultdict(list)
    for record in returns:
        for key in keys_of(record, by):
            found[key].append(record)
    return {key: reckoned(each) for key, each in found.items()}


def reckoned(returns: list[Return]) -> dict[str, Any]:
    figures = [figures_of(record) for record in returns]
    answers = [x.traits.answer for x in figures if x.traits.answer]
    refunded: dict[str, Decimal] = defaultdict(Decimal)
    for x in figures:
        refunded[x.traits.currency] += major(x.paid or 0, x.traits.currency)
    return {
        "returns": len(returns),
        "answered": len(answers),
        "rejected": answers.count("reject"),
        "states": dict(sorted(Counter(str(record.state) for record in returns).items())),
        "missed": sum("seller:missed" in late for x in figures for late in x.traits.late),
        "disputes": sum(record.dispute is not None for record in returns),
        "refunded": sum(refunded.values()),
        "rated": sum(bool(x.traits.rating) for x in figures),
        "questions": sum(x.traits.asked for x in figures),
        **{name: spans([getattr(x, column) for x in figures]) for name, column in SPANS.items()},
    }


def spans(lengths: list[int | None]) -> Any:
    known = sorted(x for x in lengths if x is not None)
    return span_of([(x, 1) for x in known])


def told(group: Group) -> dict[str, Any]:
    """The same of a group of the report."""
    found = measures(group)
    return {
        **{name: found[name] for name in ("returns", "answered", "rejected", "states", "questions", *SPANS)},
        "missed": sum(found["missed"]["seller"].values()),
        "disputes": found["disputes"]["count"],
        "refunded": sum(Decimal(sums["refunded"]) for sums in found["money"].values()),
        "rated": found["feedback"]["count"],
    }


@settings(max_examples=25, deadline=None)
@given(SHOPS, PERIODS, st.booleans())
def test_the_report_is_what_the_documents_say(
    drawn: list[Drawn], ends: tuple[int | None, int | None], anew: bool
) -> None:
    period = a_period(ends)
    returns = [each.record for each in drawn if within(each.record.applied_at, period)]
    sold = [each.order for each in drawn if each.order.cancelled_at is None and within(each.order.ordered_at, period)]
    with TemporaryDirectory() as folder:
        store = Store.create(Path(folder))
        commit(store, a_change(*(x.record for x in drawn), orders=tuple(as_order(x.order) for x in drawn)))
        if anew:
            (Path(folder) / "data/index.sqlite").unlink()
        with store.reading() as snapshot:
            tables = snapshot.tables()
            whole = overview(tables, period, NOW)
            assert told(whole.whole) == naive(returns, "all").get(None, reckoned([]))
            assert (whole.whole.orders, whole.whole.sold) == (len(sold), sum(units(sold).values()))
            assert dict(whole.reasons) == Counter(record.reason.code for record in returns)
            for by in ("reason", "policy", "account", "month", "sku", "buyer"):
                found = list(groups(tables, period, by, ZONE, None))
                wanted = naive(returns, by)
                without = set(SPANS) if by in ("sku", "buyer") else set()
                assert {x.key: less(told(x), without) for x in found} == {
                    k: less(v, without) for k, v in wanted.items()
                }
                assert_denominators(by, found, sold)
                ordered = [(-group.counts["returns"], group.key or "") for group in found]
                assert by == "month" or ordered == sorted(ordered)


def less(values: dict[str, Any], without: set[str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in without}


def units(orders: Iterable[Order]) -> Counter[str]:
    found: Counter[str] = Counter()
    for order in orders:
        for line in order.lines:
            found[line.sku] += line.quantity
    return found


def assert_denominators(by: str, found: list[Group], sold: list[Any]) -> None:
    for group in found:
        if by == "sku":
            assert (group.sold, group.orders) == (units(sold)[str(group.key)], None)
        elif by == "buyer":
            mine = None if group.key == NOBODY.id else sum(order.buyer.id == group.key for order in sold)
            assert group.orders == mine
        elif by in ("reason", "policy"):
            assert group.orders == len(sold)
        elif by == "account":
            assert group.orders == sum(order.account == group.key for order in sold)


# --- what stands out


def a_shop(tmp_path: Path, *counted: tuple[str, str, int, int], span: timedelta = timedelta()) -> Store:
    """Of each: buyer, SKU, orders, and how many of them are returned in full."""
    store = Store.create(tmp_path)
    grown(store, *counted, span=span)
    return store


def grown(store: Store, *counted: tuple[str, str, int, int], span: timedelta) -> None:
    orders: list[Order] = []
    returns: list[Return] = []
    one = a_case_in("requested").stored
    history = tuple(replace(entry, at=entry.at + span) for entry in one.history)
    with store.reading() as snapshot:
        last = sum(1 for _ in snapshot.all_ids())
    for buyer_, sku, many, returned in counted:
        for at in range(many):
            lines = [{"line": "1", "sku": sku, "quantity": 1, "net": "8.00"}]
            made = replace(an_order(id=f"S-{last}-{len(orders)}", lines=lines), buyer=Buyer(buyer_))
            made = replace(made, ordered_at=made.ordered_at + span)
            orders.append(as_order(made))
            if at < returned:
                number = f"R-{last + len(returns) + 1:06}"
                mine = replace(one, id=number, order=made, buyer=made.buyer, lines=(Line("1", sku, 1),))
                returns.append(replace(mine, history=history))
    commit(store, a_change(*returns, orders=tuple(orders)))


def test_buyers_and_skus_far_above_what_is_usual_are_named(tmp_path: Path) -> None:
    store = a_shop(tmp_path, ("u_1", "LAMP", 200, 10), ("serial", "CUP", 12, 11), ("few", "PEN", 4, 4))
    with store.reading() as snapshot:
        found = overview(snapshot.tables(), Period(), NOW)
    assert [(x.key, x.returned, x.of) for x in found.buyers] == [("serial", 11, 12)]
    assert [(x.key, x.returned, x.of, x.usual) for x in found.skus] == [("CUP", 11, 12, 0.1157)]


def test_a_sku_is_measured_by_its_own_past(tmp_path: Path) -> None:
    """What always came back often does not stand out for coming back as often as ever."""
    counted = (("u_1", "LAMP", 300, 10), ("u_2", "SHOE", 60, 30))
    store = a_shop(tmp_path, *counted)
    grown(store, *counted, ("u_3", "CUP", 12, 11), span=60 * DAY)
    since = a_case_in("requested").stored.applied_at + 30 * DAY
    with store.reading() as snapshot:
        tables = snapshot.tables()
        assert {x.key for x in overview(tables, Period(), NOW).skus} == {"SHOE", "CUP"}
        assert {x.key for x in overview(tables, Period(since), NOW).skus} == {"CUP"}


def test_a_sku_of_which_none_came_back_before_stands_out_as_well(tmp_path: Path) -> None:
    counted = (("u_1", "LAMP", 300, 10), ("u_2", "MUG", 40, 0))
    store = a_shop(tmp_path, *counted)
    grown(store, ("u_1", "LAMP", 300, 10), ("u_2", "MUG", 40, 20), span=60 * DAY)
    since = a_case_in("requested").stored.applied_at + 30 * DAY
    with store.reading() as snapshot:
        found = overview(snapshot.tables(), Period(since), NOW).skus
    assert [(x.key, x.returned, x.of, x.usual) for x in found] == [("MUG", 20, 40, 0.025)]


def test_nobody_knows_who_the_anonymous_are(tmp_path: Path) -> None:
    store = a_shop(tmp_path, ("u_1", "LAMP", 200, 10), (NOBODY.id, "CUP", 20, 20))
    with store.reading() as snapshot:
        assert overview(snapshot.tables(), Period(), NOW).buyers == []


@pytest.mark.parametrize("by", ["sku", "buyer", "reason"])
def test_a_limit_leaves_the_rest_out(tmp_path: Path, by: Any) -> None:
    store = a_shop(tmp_path, ("u_1", "LAMP", 3, 3), ("u_2", "CUP", 2, 2), ("u_3", "PEN", 1, 1))
    with store.reading() as snapshot:
        found = [group.key for group in groups(snapshot.tables(), Period(), by, ZONE, 2)]
    assert found == {"sku": ["LAMP", "CUP"], "buyer": ["u_1", "u_2"], "reason": [None]}[by]


def test_a_period_has_its_first_instant_and_not_its_last(tmp_path: Path) -> None:
    applied = a_case_in("requested").stored.applied_at
    with a_shop(tmp_path, ("u_1", "LAMP", 1, 1)).reading() as snapshot:
        tables = snapshot.tables()
        ends = [Period(applied, applied + DAY), Period(None, applied), Period(applied + timedelta(microseconds=1))]
        assert [overview(tables, each, NOW).whole.counts["returns"] for each in ends] == [1, 0, 0]
