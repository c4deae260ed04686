"""Every command that writes, on a copy of the demo shop: what is typed, and in what state of the demo."""

from __future__ import annotations

import json

from tests.cli.shops import STANDS, an_order

PHOTO = "crack.jpg"
ORDERS = "more.json"
REQUESTS = "requests.jsonl"
DECISIONS = "decisions.csv"
REPORTS = "reports.json"
SETTLEMENT = "settlement.csv"
MORE = json.dumps([an_order("N-1"), an_order("N-2")])
MANY = "\n".join(
    json.dumps({"order": f"D-{n:02}", "items": {"2": 1}, "reason": "damaged", "key": f"row-{n}"}) for n in (2, 3, 4)
)
# Two returns as a platform tells of them, and the money of two orders as it was settled.
REPORTED = json.dumps({
    "return_orders": [
        {
            "return_id": f"40350{n}", "order_id": f"D-{n}", "return_type": "REFUND", "return_status": status,
            "refund_amount": {"currency": "USD", "refund_total": "13.53"}, "create_time": 1794000000,
            "update_time": 1794000100, "return_line_items": [{"seller_sku": "LUMI-BULB-4"}],
        }
        for n, status in ((13, "RETURN_OR_REFUND_REQUEST_PENDING"), (14, "RETURN_OR_REFUND_REQUEST_COMPLETE"))
    ]
})  # fmt: skip
SETTLED = (
    "Order/adjustment ID,Type,Order settled time(UTC),Currency,Total settlement amount\n"
    "D-13,Order,2026/11/20,USD,90.00\nD-14,Order,2026/11/20,USD,91.00\n"
)
# An offer and its answer, in a commit each, one of the other kind, and a payment.
DECIDED = f"""\
id,decision,amount,reference,key
{STANDS["rejected"]},offer,5.00,,first
{STANDS["rejected"]},accept,,,second
{STANDS["requested"]},offer,5.00,,third
{STANDS["requested"]},decline,,,fourth
{STANDS["refund_due"]},refund,,TXN-6,fifth
"""

# Keys make a repeat tell what was done; a repeat of `sweep`, `seal` and the like finds nothing left to do.
COMMANDS: dict[str, str] = {
    "apply": f"apply D-13 --item 2 --reason damaged --note x --evidence {PHOTO} --key k",
    "apply --from": f"apply --from {REQUESTS}",
    "approve": f"approve {STANDS['requested']} --key k",
    "reject": f"reject {STANDS['requested']} --reason not_eligible --evidence {PHOTO} --key k",
    "ship": f"ship {STANDS['approved']} --tracking 1Z9 --key k",
    "receive": f"receive {STANDS['in_transit']} --pass --key k",
    "inspect": f"inspect {STANDS['received']} --item 1=worn --key k",
    "refund": f"refund {STANDS['refund_due']} --reference TXN-5 --key k",
    "replace": f"replace {STANDS['replacement_due']} --tracking 1Z8 --key k",
    "convert": f"convert {STANDS['replacement_due']} --key k",
    "due": f"due {STANDS['requested']} --set 9d --key k",
    "cancel": f"cancel {STANDS['requested']} --key k",
    "escalate": f"escalate {STANDS['rejected']} --claim other --key k",
    "offer": f"offer {STANDS['rejected']} --amount 5.00 --key k",
    "resolve": f"resolve {STANDS['disputed']} --outcome refund --amount 5.00 --key k",
    "message": f"message {STANDS['approved']} hello --key k",
    "note": f"note {STANDS['approved']} hello --key k",
    "attach": f"attach {STANDS['approved']} {PHOTO} --key k",
    "done": f"done {STANDS['approved']} --key k",
    "done --only": f"done {STANDS['approved']} --only approved --key k",
    "feedback": f"feedback {STANDS['refunded']} --rating 4 --comment quick --key k",
    "undo": f"undo {STANDS['in_transit']} --key k",
    "decide": f"decide --from {DECISIONS}",
    "import": f"import {ORDERS}",
    "import of returns": f"import {REPORTS}",
    "import of settlements": f"import {SETTLEMENT}",
    "sweep": "sweep --now 2026-12-30T00:00:00Z",
    "anonymize": "anonymize --before 2026-11-21 --now 2026-12-30T00:00:00Z",
}
# These make several commits, each of them whole; stopped between two, some are done.
SEVERAL = frozenset({"apply --from", "decide", "sweep", "anonymize"})
