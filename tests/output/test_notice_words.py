"""What a buyer is told where the policy has no words of its own: each notice in both languages."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from returnctl.domain import dispute, lapse, paying, remarks, workflow
from returnctl.domain.case import Case
from returnctl.domain.platforms import bytes_of
from returnctl.domain.record import Happened, Owed
from returnctl.domain.states import Role, State
from returnctl.output.notices import notice
from returnctl.output.words import chosen
from tests.builders import ORDER, a_case, a_case_in, a_policy, after, an_order, applied, later, seller

ADDRESS = {"name": "Lumi", "lines": ["100 Harbor Way"], "city": "Oakland", "postcode": "94607", "country": "US"}


def a_shop(language: str | None = "en", **body: Any) -> Case:
    order = an_order(buyer={**ORDER["buyer"], "language": language})
    return a_case(order, a_policy(return_address=ADDRESS, **body))


def words(case: Case, what: str) -> str:
    owed = next(each for each in case.stored.owed if each.what == what)
    return notice(case.stored, owed, case.rules()).text


def reminded(case: Case) -> Case:
    """When the sweep looks again."""
    assert case.stored.sweep_at is not None
    return after(case, lapse.lapse, seller(case.stored.sweep_at))


def offered(case: Case, event: str, to: str = "disputed", **facts: str) -> Case:
    """With an event of a negotiation as the record has it."""
    record = case.stored
    told = {"amount": "20.00", "ends": "2026-11-14T08:00:00Z", **facts}
    entry = Happened(
        at=later(case), by="mei", role=Role.SELLER, event=event, from_=record.state, to=State(to), facts=told
    )
    key = {"offer": "offer", "accept": "agreed", "decline": "declined"}[event]
    owed = Owed(f"lumi-7k3f/R-000042/{len(record.history) + 1}/{key}", "tell")
    return case.having(replace(record, history=(*record.history, entry), owed=(*record.owed, owed)))


def sent(case: Case) -> Case:
    due = a_case_in("replacement_due", case, reason="damaged")
    return after(due, workflow.replace_goods, carrier="UPS", tracking="1Z9\u202e")


def resolved(case: Case, **facts: Any) -> Case:
    case = after(a_case_in("disputed", case), dispute.escalate, to_platform=True)
    return after(case, dispute.resolve, note="the photos show no damage", **facts)


STORIES: dict[str, tuple[Callable[[Case], Case], str, str]] = {
    "applied": (
        partial(a_case_in, "requested"),
        "Hello, thank you, we have received your request to return goods of order 576461413038780001.\n"
        "We will answer by 2026-11-12 23:59 PST.\n"
        "The number of your return is R-000042.",
        "您好，订单 576461413038780001 的退货申请已收到，感谢您的联系。\n"
        "我们会在 2026-11-12 23:59 PST 前答复您。\n"
        "您的售后单号是 R-000042。",
    ),
    "approved": (
        partial(a_case_in, "approved"),
        "Hello, your request about order 576461413038780001 is approved.\n"
        "Please send the goods by 2026-11-24 23:59 PST to:\n"
        "Lumi, 100 Harbor Way, Oakland, 94607, US\n"
        "Please write R-000042 on the parcel.",
        "您好，订单 576461413038780001 的售后申请已通过。\n"
        "请在 2026-11-24 23:59 PST 前将商品寄至：\n"
        "Lumi, 100 Harbor Way, Oakland, 94607, US\n"
        "请在包裹上注明 R-000042。",
    ),
    "rejected": (
        lambda case: after(a_case_in("requested", case), workflow.reject, reason="not_eligible", note="Sorry!"),
        "Hello, we are sorry that we cannot accept your request about order 576461413038780001.\n"
        "Reason: Outside the policy\n"
        "Sorry!\n"
        "If you do not agree, please tell us by 2026-11-20 23:59 PST.",
        "您好，很抱歉，我们无法通过订单 576461413038780001 的售后申请。\n"
        "原因：不符合退货政策\n"
        "Sorry!\n"
        "如有异议，请在 2026-11-20 23:59 PST 前告诉我们。",
    ),
    "received": (
        partial(a_case_in, "received"),
        "Hello, your parcel of order 576461413038780001 has arrived, thank you.\n"
        "We will look at the goods by 2026-11-16 23:59 PST.",
        "您好，订单 576461413038780001 的退货包裹已收到，谢谢。\n我们会在 2026-11-16 23:59 PST 前完成验货。",
    ),
    "refunded": (
        partial(a_case_in, "refunded", reason="damaged"),
        "Hello, we have refunded 93.15 USD for order 576461413038780001.\n"
        "goods (LUMI-LAMP-1): 87.75 USD\n"
        "shipping paid: 5.40 USD\n"
        "total: 93.15 USD\n"
        "The money goes back the way you paid.",
        "您好，订单 576461413038780001 已为您退款 93.15 USD。\n"
        "商品（LUMI-LAMP-1）：87.75 USD\n"
        "已付运费：5.40 USD\n"
        "合计：93.15 USD\n"
        "款项将按原支付方式退回。",
    ),
    "replaced": (
        sent,
        "Hello, the replacement of your order 576461413038780001 is on its way.\nParcel: UPS 1Z9",
        "您好，订单 576461413038780001 的换货商品已寄出。\n包裹：UPS 1Z9",
    ),
    "expired": (
        partial(a_case_in, "expired"),
        "Hello, your return of order 576461413038780001 has ended, since we did not hear in time that it was sent.\n"
        "If you did send the goods, please tell us the number of the parcel.",
        "您好，订单 576461413038780001 的售后已结束，因为我们未在期限内得知您寄出商品。\n"
        "如果您已寄出，请告诉我们快递单号。",
    ),
    "closed": (
        partial(a_case_in, "closed"),
        "Hello, your return of order 576461413038780001 is closed, without a refund.",
        "您好，订单 576461413038780001 的售后已关闭，未退款。",
    ),
    "remind_buyer": (
        lambda case: reminded(a_case_in("approved", case)),
        "Hello, a reminder of your return of order 576461413038780001.\n"
        "Please send the goods by 2026-11-24 23:59 PST to:\n"
        "Lumi, 100 Harbor Way, Oakland, 94607, US\n"
        "Please write R-000042 on the parcel.",
        "您好，提醒您办理订单 576461413038780001 的退货。\n"
        "请在 2026-11-24 23:59 PST 前将商品寄至：\n"
        "Lumi, 100 Harbor Way, Oakland, 94607, US\n"
        "请在包裹上注明 R-000042。",
    ),
    "offer": (
        lambda case: offered(a_case_in("requested", case), "offer", "requested", note="Keep it."),
        "Hello, we offer you 20.00 USD to settle your request about order 576461413038780001.\n"
        "You would keep the goods.\n"
        "Keep it.\n"
        "Please answer by 2026-11-13 23:59 PST: yes, you take it, or no, you do not.",
        "您好，关于订单 576461413038780001，我们愿意补偿您 20.00 USD 以解决问题。\n"
        "商品您可以留下。\n"
        "Keep it.\n"
        "请在 2026-11-13 23:59 PST 前答复：接受或不接受。",
    ),
    "agreed": (
        lambda case: offered(a_case_in("refund_due", case), "accept", "refund_due"),
        "Hello, thank you, we have agreed on 20.00 USD for order 576461413038780001.\n"
        "We will pay it by 2026-11-15 23:59 PST.",
        "您好，谢谢您，关于订单 576461413038780001 我们已商定 20.00 USD。\n我们会在 2026-11-15 23:59 PST 前付款。",
    ),
    "declined": (
        lambda case: offered(a_case_in("disputed", case), "decline"),
        "Hello, we are sorry that we cannot take your offer of 20.00 USD for order 576461413038780001.",
        "您好，很抱歉，关于订单 576461413038780001，我们无法接受您提出的 20.00 USD。",
    ),
    "decided": (
        lambda case: resolved(case, outcome="refund", amount=Decimal("12.50")),
        "Hello, the platform has decided about order 576461413038780001.\n"
        "You get 12.50 USD.\n"
        "The reasons: the photos show no damage",
        "您好，平台已就订单 576461413038780001 作出裁决。\n您将获得 12.50 USD。\n理由：the photos show no damage",
    ),
    "feedback": (
        partial(a_case_in, "refunded"),
        "Hello, your return of order 576461413038780001 has ended. How content are you with how we handled it?\n"
        "Please answer with a number from 1 (not at all) to 5 (very much), and a word of why, if you like.",
        "您好，订单 576461413038780001 的售后已结束。您对我们的处理满意吗？\n"
        "请回复 1（很不满意）到 5（非常满意）的分数，也欢迎简单说明原因。",
    ),
}


@pytest.mark.parametrize("what", STORIES)
def test_each_notice_in_both_languages(what: str) -> None:
    lead, english, chinese = STORIES[what]
    assert words(lead(a_shop("en")), what) == english
    assert words(lead(a_shop("zh")), what) == chinese


@pytest.mark.parametrize(("what", "language"), [(what, language) for what in STORIES for language in ("en", "zh")])
def test_each_fits_into_a_comment(what: str, language: str) -> None:
    assert bytes_of(words(STORIES[what][0](a_shop(language)), what)) < 300


@pytest.mark.parametrize(
    ("language", "expected"), [("zh-TW", "zh"), ("zh", "zh"), ("fr", "en"), (None, "en"), ("en-GB", "en")]
)
def test_other_languages_fall_back_to_the_family_or_english(language: str | None, expected: str) -> None:
    case = a_case_in("requested", a_shop(language))
    assert notice(case.stored, case.stored.owed[0], case.rules()).language == expected
    assert chosen() == "en"


def test_the_words_of_the_policy_win() -> None:
    case = a_case_in("requested", a_shop("zh", wording={"notices": {"applied": {"en": "Noted: {return}"}}}))
    assert notice(case.stored, case.stored.owed[0], case.rules()) == ("Noted: R-000042", "en")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("By {ship_by} to {return_address}.", "By 2026-11-24 to Lumi, 100 Harbor Way, Oakland, 94607, US."),
        ("{{Thanks}}", "{Thanks}"),
        ("Thanks for {tracking}.", "Hello, your request about order"),
    ],
)
def test_words_with_a_gap_give_way(text: str, expected: str) -> None:
    case = a_case_in("approved", a_shop(wording={"notices": {"approved": {"en": text}}}))
    assert words(case, "approved").startswith(expected)


@pytest.mark.parametrize(
    ("step", "facts", "expected"),
    [
        ("approve", {}, "We will answer by"),
        ("approve", {"returnless": True}, "You need not send anything back. We will refund 93.15 USD."),
        ("approve", {"items": {"1": 1}}, "Approved: 1 of 3 units."),
        ("reject", {}, "The order has not arrived yet.\nIf you do not agree"),
        ("reject", {"reason": "used"}, "Reason: Used or damaged"),
    ],
)
def test_what_else_is_told(step: str, facts: dict[str, Any], expected: str) -> None:
    refusals = {"used": {"title": {"en": "Used or damaged"}}}
    policy = a_policy(conditions=["unused"], return_window={"days": 30}, reject_reasons=refusals)
    case = a_case(an_order(delivered_at=None), policy)
    case = applied(case, exception="asked by chat", reason="damaged" if step == "approve" else None)
    if facts or step == "reject":
        case = after(case, getattr(workflow, step), **facts)
    assert expected in words(case, case.stored.owed[-1].what)


def test_a_code_to_spend_is_told_and_nothing_to_pay_is_no_refund() -> None:
    credit = a_shop(refund={"methods": ["store_credit"]})
    case = after(a_case_in("refund_due", credit), paying.refund)
    assert words(case, "refunded").endswith("shop.\nYour code: SC-lumi-7k3f-R-000042-refund-1")
    free = a_case(an_order(lines=[{"line": "1", "quantity": 1, "net": "0.00"}], shipping={}))
    case = after(a_case_in("received", free), workflow.inspect)
    assert words(case, "refunded").endswith("Nothing is left to be refunded.")


HOSTILE = "{amount} {0.__class__} %s \x1b[31m\u202e<b>x</b>\r\n"


def test_what_comes_from_outside_is_never_a_form_to_fill_and_steers_nothing() -> None:
    texts = {"replaced": {"en": "{tracking}|{return}"}}
    for wording in ({}, {"notices": texts}):
        due = a_case_in("replacement_due", a_shop(wording=wording), reason="damaged")
        shipped = replace(due.stored, parcels=(replace(due.stored.parcels[0], tracking=HOSTILE),))
        case = after(due.having(shipped), workflow.replace_goods, carrier=HOSTILE, tracking=HOSTILE)
        told = words(case, "replaced")
        assert "{amount} {0.__class__} %s [31m<b>x</b>" in told
        assert not set("\x1b\u202e\r") & set(told)


def test_a_message_is_told_as_it_was_said() -> None:
    case = after(a_case_in("requested", a_shop()), remarks.message, text="{order} 100% {")
    assert words(case, "message") == "{order} 100% {"
    own = {"notices": {"message": {"en": "About {order}:"}}}
    case = after(a_case_in("requested", a_shop(wording=own)), remarks.message, text="Hi {amount}")
    assert words(case, "message") == "About 576461413038780001:\nHi {amount}"


@pytest.mark.parametrize(
    ("language", "said", "wanted"),
    [
        ("zh", {"template": "both"}, "zh"), ("zh", {"template": "english"}, "en"), ("es", {"template": "both"}, "en"),
        ("zh-TW", {"template": "both"}, "zh"), ("zh", {"text": "ok"}, "zh"), (None, {"text": "ok"}, "en"),
    ],
)  # fmt: skip
def test_a_message_is_in_the_language_of_its_template(language: str | None, said: dict[str, Any], wanted: str) -> None:
    templates = {"both": {"en": "Hello", "zh": "你好"}, "english": {"en": "Hello"}}
    case = a_case_in("requested", a_shop(language, wording={"templates": templates}))
    told = after(case, partial(remarks.message, **said)).stored
    (owed,) = (each for each in told.owed if each.what == "message")
    assert notice(told, owed, case.rules()).language == wanted
