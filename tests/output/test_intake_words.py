from __future__ import annotations

import re
from pathlib import Path

import pytest

import returnctl.readers
from returnctl.output.intake_words import WHY

MODULES = (
    "amounts dates fields order_documents orders partner_api return_rows seller_center settlements strict_json tables"
    " xlsx xlsx_parts xlsx_values"
).split()
SOURCE = "\n".join((Path(returnctl.readers.__file__).parent / f"{name}.py").read_text() for name in MODULES)
CODES = re.findall(r"(?:\bbad\(|_refused\(|why=)\s*\"([a-z_0-9]+)\"", SOURCE)
# Said by `shop.intake`, `shop.observing`, `shop.evidence`, `shop.bulk`, `shop.row_values`, `shop.decision_rows`,
# `shop.publishing` and `readers.policy_edit`; `_file` is joined to the name of a form.
ELSEWHERE = {
    "unreadable", "no_regular_file", "no_evidence_type", "evidence_too_large", "growing", "bad_file_name",
    "unknown_field", "settlement_file", "not_a_page", "not_a_report", "error_cell",
    "bad_items", "bad_grades", "bad_flag", "bad_choice", "bad_when", "rounded_cell", "json_array",
    "version_not_editable", "no_decisions", "unknown_decision", "unknown_order", "other_order", "unknown_sku",
    "order_in_other_currency",
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(set(CODES)))
def test_each_code_of_the_readers_has_a_sentence(code: str) -> None:
    assert WHY[code]


def test_no_sentence_is_left_over() -> None:
    assert len(CODES) > 40
    assert {code for code in WHY if f'"{code}"' not in SOURCE} == ELSEWHERE
