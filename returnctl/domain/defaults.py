"""What holds where a policy file says nothing: the same keys, in the same shape, as the file."""

from __future__ import annotations

from typing import Any

_TEXTS = {
    "no_longer_needed": ("No longer needed", "不想要了"),
    "wrong_size": ("Does not fit", "尺码不合适"),
    "damaged": ("Arrived damaged", "商品破损"),
    "wrong_item": ("Wrong item", "发错商品"),
    "not_as_described": ("Not as described", "与描述不符"),
    "lost_in_transit": ("Never arrived", "未收到货"),
    "not_eligible": ("Outside the policy", "不符合退货政策"),
    "insufficient_evidence": ("The evidence does not show it", "凭证不足"),
    "used_or_damaged": ("Used or damaged by the buyer", "买家使用或损坏"),
    "not_our_item": ("Not the item that was sent", "非本店商品"),
    "never_came_back": ("The parcel never came", "未收到退货"),
}


def _title(code: str) -> dict[str, str]:
    english, chinese = _TEXTS[code]
    return {"en": english, "zh": chinese}


DEFAULTS: dict[str, Any] = {
    "types": ["return_and_refund", "refund_only", "replacement"],
    "return_window": {"days": 30, "starts": "delivered", "count": "calendar_days", "end_on": "any_day"},
    "conditions": [],
    "conditions_waived_for": ["seller", "carrier"],
    "reasons": {
        "required": False,
        "catalogue": {
            "no_longer_needed": {
                "fault": "buyer",
                "also": ["No longer needed", "ecom_order_delivered_refund_and_return_reason_no_need"],
                "title": _title("no_longer_needed"),
            },
            "wrong_size": {"fault": "buyer", "also": ["Item doesn't fit"], "title": _title("wrong_size")},
            "damaged": {"fault": "seller", "also": ["Damaged"], "title": _title("damaged")},
            "wrong_item": {"fault": "seller", "also": ["Wrong product"], "title": _title("wrong_item")},
            "not_as_described": {
                "fault": "seller",
                "also": ["Not as described"],
                "title": _title("not_as_described"),
            },
            "lost_in_transit": {
                "fault": "carrier",
                "types": ["refund_only", "replacement"],
                "title": _title("lost_in_transit"),
            },
        },
    },
    "reject_reasons": {
        code: {"title": _title(code)}
        for code in (
            "not_eligible",
            "insufficient_evidence",
            "used_or_damaged",
            "not_our_item",
            "never_came_back",
        )
    },
    "refund": {"methods": ["original_payment"], "outbound_shipping": "fault_or_whole_order"},
    "restocking_fee": {"none": True, "charged_for": ["buyer"]},
    "return_shipping": {
        "buyer": {"paid_by": "buyer"},
        "seller": {"paid_by": "seller"},
        "carrier": {"paid_by": "seller"},
    },
    "inspection": {
        "grades": {
            "as_sent": {"pays": 100, "goods": "restock"},
            "opened": {"pays": 100, "goods": "restock"},
            "worn": {"pays": 60, "goods": "scrap", "evidence": ["photo"]},
            "wrong_item": {"pays": 0, "evidence": ["photo"]},
            "missing": {"pays": 0, "evidence": ["photo"]},
        },
        "pass": "as_sent",
        "fail": "wrong_item",
    },
    "deadlines": {
        "review": {"working_days": 2, "then": "approve"},
        "ship": {"days": 14, "then": "expire"},
        "receive": {"days": 30, "then": "remind"},
        "inspect": {"working_days": 4, "then": "pass"},
        "refund": {"days": 5, "then": "remind"},
        "replace": {"working_days": 1, "then": "remind"},
        "dispute": {"days": 10, "then": "close"},
        "negotiate": {"days": 3, "then": "escalate"},
        "platform": {"days": 7, "then": "remind"},
        "appeal": {"days": 21, "then": "remind"},
    },
    "remind_before": {"hours": [24, 4]},
    "auto_approve": [],
    "returnless": [],
    "limits": {},
}
