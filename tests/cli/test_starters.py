"""The policies that ship: each is sound and above every floor, says what the facts say, and decides an order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from returnctl.domain.defaults import DEFAULTS
from returnctl.domain.markets import MARKETS
from returnctl.domain.policy import PolicySource, Terms
from returnctl.domain.terms import resolve, resolve_with
from returnctl.readers.policies import read_policy, reviewed
from returnctl.readers.shipped import folder
from tests.cli.shops import ROOT, an_order, record, take, typed
from tests.program import run

STARTERS = {path.stem: path for path in sorted(folder("policies").glob("*.yaml"))}
KNOWN = "ecom_order_delivered_refund_and_return_reason_no_need"
# What was delivered on Friday, 6 November, and asked for on Monday.
FRIDAY, MONDAY = "2026-11-06T12:00:00Z", "2026-11-09T12:00:00Z"
PLACES = {
    # market: zone, end of the window, end of the review: two working days, or what the platform gives
    "US": ("America/New_York", "2026-12-07T05:00:00Z", "2026-11-13T05:00:00Z"),  # 11 November is a holiday
    "GB": ("Europe/London", "2026-12-07T00:00:00Z", "2026-11-12T00:00:00Z"),
    "DE": ("Europe/Berlin", "2026-12-07T23:00:00Z", "2026-11-11T23:00:00Z"),  # 6 December is a Sunday
    "ID": ("Asia/Jakarta", "2026-11-12T17:00:00Z", "2026-11-11T17:00:00Z"),
    "TH": ("Asia/Bangkok", "2026-11-13T17:00:00Z", "2026-11-10T17:00:00Z"),
    "VN": ("Asia/Ho_Chi_Minh", "2026-11-21T17:00:00Z", "2026-11-10T17:00:00Z"),
    "MY": ("Asia/Kuala_Lumpur", "2026-12-06T16:00:00Z", "2026-11-11T16:00:00Z"),
    "PH": ("Asia/Manila", "2026-12-06T16:00:00Z", "2026-11-11T16:00:00Z"),
    "SG": ("Asia/Singapore", "2026-12-06T16:00:00Z", "2026-11-11T16:00:00Z"),
}


def source(market: str) -> PolicySource:
    path = STARTERS[f"tiktok-{market.lower()}"]
    return read_policy(path.read_bytes(), path.name)


@pytest.mark.parametrize("path", STARTERS.values(), ids=list(STARTERS))
def test_each_is_sound_and_above_every_floor(path: Path) -> None:
    assert reviewed(path.read_bytes(), path.name) == ()
    assert read_policy(path.read_bytes(), path.name).body.get("waivers") is None
    assert [line for line in path.read_text("utf-8").splitlines() if len(line) > 120] == []


def test_there_is_one_for_each_market() -> None:
    assert set(STARTERS) == {"standard", *(f"tiktok-{market.lower()}" for market in PLACES)}


def an_order_of(market: str) -> dict[str, Any]:
    line = {"line": "1", "sku": "LUMI-LAMP-1", "quantity": 1, "net": "50"}
    of = {"market": market, "currency": MARKETS[market].currency}
    return an_order(**of, lines=[line], delivered_at=FRIDAY, shipping={"net": "0"})


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("starters")


@pytest.mark.parametrize("market", PLACES)
def test_a_new_shop_decides_an_order_of_its_market(shops: Path, market: str) -> None:
    zone, ends, review = PLACES[market]
    shop = shops / market
    assert run("init", shop, "--market", market, "-q").code == 0
    assert run("policy", "validate", "--strict", cwd=shop).code == 0
    (row,) = run("policy", "list", "--json", cwd=shop).json
    assert (row["id"], row["markets"]) == ("standard", [market])
    assert f"\ntimezone: {zone}\n" in (shop / "returnctl.yaml").read_text()
    assert f"\ntimezone: {zone}\n" in (shop / "policies/standard.yaml").read_text()
    take(shop, an_order_of(market))
    typed(shop, f"apply L-1 --reason {KNOWN}", now=MONDAY)
    stored = record(shop, 1)
    assert (stored["reason"]["code"], stored["reason"]["fault"]) == ("no_longer_needed", "buyer")
    assert stored["due"] == {"action": "review", "by": "seller", "at": review, "then": "approve"}
    window = next(rule for rule in stored["eligibility"] if rule["rule"] == "window")
    assert (window["outcome"], window["facts"]["ends"]) == ("pass", ends)


# What the facts give: days to apply; review, ship, inspect, dispute and appeal, in days, (w)orking days or (h)ours.
FACTS = {
    "US": (30, "2w 30 2w 10 21"),
    "GB": (30, "2w 30 2w 10 21"),
    "DE": (30, "2w 30 2w 10 21"),
    "ID": (6, "2 10 8 48h 21"),
    "TH": (7, "1w 30 10 48h 7"),
    "VN": (15, "1w 30 14 48h 7"),
    "MY": (30, "2w 30 2w 48h 21"),
    "PH": (30, "2w 30 2w 48h 21"),
    "SG": (30, "2w 30 2w 48h 21"),
}
STEPS = ("review", "ship", "inspect", "dispute", "appeal")


def spans(terms: Terms) -> str:
    deadlines = [terms.deadlines[step] for step in STEPS]
    return " ".join(
        f"{x.days}" if x.days else f"{x.working_days}w" if x.working_days else f"{x.hours}h" for x in deadlines
    )


@pytest.mark.parametrize("market", FACTS)
def test_it_says_what_the_facts_say(market: str) -> None:
    terms = resolve(source(market)).terms
    assert (terms.return_window.days, spans(terms)) == FACTS[market]
    assert [terms.deadlines[step].then for step in STEPS] == ["approve", "expire", "pass", "close", "remind"]
    assert terms.restocking_fee.none


OVERRIDES: list[tuple[str, str, int, str]] = [
    ("US", "damaged-or-defective", 90, "2w 30 2w 10 21"),
    ("US", "large-orders", 30, "4w 30 4w 10 21"),
    ("GB", "large-orders", 30, "4w 30 4w 10 21"),
    *((market, "damaged-or-defective", 90, FACTS[market][1]) for market in ("DE", "MY", "PH", "SG")),
]


@pytest.mark.parametrize(("market", "name", "days", "expected"), OVERRIDES)
def test_what_holds_instead(market: str, name: str, days: int, expected: str) -> None:
    policy = source(market)
    at = next(at for at, override in enumerate(policy.body["overrides"]) if override["name"] == name)
    terms = resolve_with(policy, ((at, True),)).terms
    assert (terms.return_window.days, spans(terms)) == (days, expected)


LANGUAGES = {market: {"en", "zh", MARKETS[market].language} for market in PLACES} | {"PH": {"en", "zh"}}


@pytest.mark.parametrize("market", PLACES)
def test_its_words_are_in_the_languages_of_seller_and_buyer(market: str) -> None:
    body = source(market).body
    words = body["wording"]
    texts = [body["title"], *words["notices"].values(), *words.get("conditions", {}).values()]
    texts += [reason["title"] for reason in body["reasons"]["catalogue"].values()]
    assert [text for text in texts if set(text) != LANGUAGES[market]] == []


@pytest.mark.parametrize("market", PLACES)
def test_a_reason_is_known_by_what_exports_call_it(market: str) -> None:
    reasons = resolve(source(market)).terms.reasons
    usual = {word: code for code, reason in DEFAULTS["reasons"]["catalogue"].items() for word in reason.get("also", ())}
    assert {word: reasons.find(word) for word in usual} == usual
    assert reasons.find("Defective") == "defective"


def test_each_value_says_where_it_comes_from() -> None:
    for market in PLACES:
        lines = STARTERS[f"tiktok-{market.lower()}"].read_text("utf-8").splitlines()
        keys = ("days:", "review:", "ship:", "inspect:", "dispute:", "appeal:", "replace:")
        told = [line for line in lines if line.strip().startswith(keys)]
        assert len(told) == len(keys)
        assert [line for line in told if not any(f"[{mark}]" in line for mark in "PHRIML")] == []


CASES = {path.stem: path for path in sorted(folder("policies").glob("tests/*.yaml"))}


def test_each_has_its_cases() -> None:
    assert set(CASES) == set(STARTERS)
    assert run("policy", "test", *CASES.values(), "--json").json["summary"]["failed"] == 0
    for name, path in CASES.items():
        text = path.read_text("utf-8")
        assert f"\npolicy: ../{name}.yaml\n" in text
        assert [line for line in text.splitlines() if len(line) > 120] == []


# What `init` is asked for: the market, and where it lets the seller choose, a zone and a currency.
FOUNDED = [
    [],
    *(["--market", market] for market in PLACES),
    ["--market", "JP"],
    ["--market", "DE", "--timezone", "Pacific/Kiritimati", "--currency", "USD"],
    ["--market", "US", "--timezone", "Asia/Shanghai", "--currency", "CNY"],
    ["--market", "VN", "--timezone", "America/Los_Angeles"],
    ["--timezone", "Pacific/Pago_Pago"],
]


@pytest.mark.parametrize("words", FOUNDED, ids=" ".join)
def test_a_new_shop_passes_its_own_checks(tmp_path: Path, words: list[str]) -> None:
    assert run("init", tmp_path / "shop", *words, "-q").code == 0
    assert run("policy", "validate", "--strict", cwd=tmp_path / "shop").code == 0
    tested = run("policy", "test", "--json", cwd=tmp_path / "shop")
    assert (tested.code, tested.json["summary"]["failed"]) == (0, 0)
    assert {case["policy"] for case in tested.json["cases"]} == {"standard"}
    text = (tmp_path / "shop/policies/tests/standard.yaml").read_text("utf-8")
    assert "tiktok" not in text
    market = words[1] if words and words[1] in PLACES else ""
    starter = CASES[f"tiktok-{market.lower()}" if market else "standard"].read_text("utf-8")
    assert text.splitlines()[5:] == starter.splitlines()[5:]


def test_without_a_market_the_policy_for_most_goods_comes(tmp_path: Path) -> None:
    for words, starter in (([], "standard"), (["--market", "JP"], "standard"), (["--market", "US"], "tiktok-us")):
        shop = tmp_path / f"{starter}{len(words)}{''.join(words[-1:])}"
        assert run("init", shop, *words, "-q").code == 0
        text = (ROOT / f"policies/{starter}.yaml").read_text("utf-8").splitlines()
        assert (shop / "policies/standard.yaml").read_text("utf-8").splitlines()[1] == text[1]
